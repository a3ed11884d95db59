package envelope

import (
	"errors"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

func newRequest(t testing.TB) (RequestKey, Request) {
	t.Helper()
	k, err := NewRequestKey()
	if err != nil {
		t.Fatal(err)
	}
	p, err := k.Public()
	if err != nil {
		t.Fatal(err)
	}
	return k, Request{"https://send.example.org", "0123456789ab", NewKey(), p}
}

// What is sealed to a request opens with its key, for this request, and not
// otherwise.
func TestSealedKey(t *testing.T) {
	t.Parallel()
	k, r := newRequest(t)
	other, _ := newRequest(t)
	key := NewKey()
	sealed, err := r.SealKey(key)
	if err != nil || len(sealed) != SealedKeySize {
		t.Fatalf("%d bytes, %v", len(sealed), err)
	}
	if got, err := k.OpenKey(r.ID, sealed); got != key || err != nil {
		t.Errorf("it does not open: %v", err)
	}
	if again, _ := r.SealKey(key); string(again) == string(sealed) {
		t.Error("sealed twice, it is the same")
	}
	refuse := func(name string, k RequestKey, id string, sealed []byte) {
		t.Helper()
		if got, err := k.OpenKey(id, sealed); got != (Key{}) || !errors.Is(err, ErrSealedKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refuse("another key", other, r.ID, sealed)
	refuse("another request", k, "0123456789ac", sealed)
	refuse("cut", k, r.ID, sealed[:79])
	refuse("nothing", k, r.ID, nil)
	refuse("a low order point", k, r.ID, make([]byte, SealedKeySize))
	for i := range sealed {
		sealed[i] ^= 1
		refuse("flipped", k, r.ID, sealed)
		sealed[i] ^= 1
	}
	if _, err := (Request{ID: r.ID}).SealKey(key); send.CodeOf(err) != send.Invalid {
		t.Errorf("a public key that is none: %v", err)
	}
	if r.Grant() == (Request{Seed: NewKey()}).Grant() || len(r.Grant()) != keyLength {
		t.Error("the grant does not come of the seed")
	}
}

func TestParseRequest(t *testing.T) {
	t.Parallel()
	_, r := newRequest(t)
	for _, text := range []string{r.String(), "Send it here: <" + r.String() + ">.", "> " + r.String()[:60] + "\n> " + r.String()[60:]} {
		if got, err := ParseRequest(text); got != r || err != nil {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if _, err := ParseLink(text); send.ReasonOf(err) != ReasonRequest {
			t.Errorf("%q is a link: %v", text, err)
		}
	}
	for _, w := range wrappings {
		if got, err := ParseRequest(w.apply(r.String())); got != r || err != nil {
			t.Errorf("%s: %q: %+v, %v", w.Name, w.apply(r.String()), got, err)
		}
	}
	_, other := newRequest(t)
	bare := r
	bare.Origin = ""
	for text, want := range map[string]send.Reason{
		"":                                   ReasonNoLink,
		"hello":                              ReasonNoLink,
		plain:                                ReasonNoLink,
		strings.Repeat("x", maxText+1):       ReasonLongText,
		r.String()[:len(r.String())-1]:       ReasonShortKey,
		r.String()[:70]:                      ReasonShortKey,
		r.String()[:84]:                      ReasonShortKey,
		r.String() + "A":                     ReasonLongKey,
		r.String()[:len(r.String())-1] + "9": ReasonDamagedKey,
		r.String() + " " + other.String():    ReasonSeveralLinks,
	} {
		if got, err := ParseRequest(text); got != (Request{}) || send.ReasonOf(err) != want {
			t.Errorf("%.200q, which is %s: %+v, %v", text, want, got, err)
		}
	}
	if got, err := ParseRequest(strings.TrimPrefix(bare.String(), "/r/#")); got != bare || err != nil {
		t.Errorf("without a service: %+v, %v", got, err)
	}
	if got, err := ParseLink(r.String() + " " + plain); err != nil || got.Key.String() != linkKey {
		t.Errorf("a link beside a request: %+v, %v", got, err)
	}
}
