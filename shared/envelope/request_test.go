package envelope

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strconv"
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
	_, r := testRequest("one") // of random ones a part could be a word, where a line is broken
	for _, text := range []string{r.String(), "Send it here: <" + r.String() + ">.",
		"> " + r.String()[:60] + "\n> " + r.String()[60:]} {
		if got, err := ParseRequest(text); got != r || err != nil {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if _, err := ParseLink(text); send.ReasonOf(err) != ReasonRequest {
			t.Errorf("%q is a link: %v", text, err)
		}
	}
	for _, w := range wrappings {
		text := w.apply(r.String())
		if got, err := ParseRequest(text); got != r || err != nil {
			t.Errorf("%s: %q: %+v, %v", w.Name, text, got, err)
		}
		if got, err := ParseLink(text); send.ReasonOf(err) != ReasonRequest {
			t.Errorf("%s: %q is a link: %+v, %v", w.Name, text, got, err)
		}
	}
	_, other := testRequest("two")
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

// requestVector is a request, and a key that is sealed to it by a sender whose
// own private key is given.
type requestVector struct {
	ID         string `json:"id"`
	Seed       string `json:"seed"`
	PrivateKey string `json:"privateKey"` // in hex
	PublicKey  string `json:"publicKey"`  // as in links
	Grant      string `json:"grant"`
	Link       string `json:"link"`
	Ephemeral  string `json:"ephemeral"` // the sender's private key, in hex
	Key        string `json:"key"`
	SealedKey  string `json:"sealedKey"` // in hex
}

// noSealedKeyVector does not open.
type noSealedKeyVector struct {
	Name       string `json:"name"`
	ID         string `json:"id"`
	PrivateKey string `json:"privateKey"`
	SealedKey  string `json:"sealedKey"`
}

// requestLinkVector is a text and the request's link that is read from it.
type requestLinkVector struct {
	In        string `json:"in"`
	Origin    string `json:"origin"`
	ID        string `json:"id"`
	Seed      string `json:"seed"`
	PublicKey string `json:"publicKey"`
}

// requestAsLink is a text with a request's link, in which a link to a transfer is
// looked for: the link, or why there is none.
type requestAsLink struct {
	In     string      `json:"in"`
	Link   string      `json:"link,omitempty"`
	Reason send.Reason `json:"reason,omitempty"`
}

// sealByHand is HPKE, base mode, one message, by RFC 9180 alone, with the key pair
// that a library draws given.
func sealByHand(ephemeral []byte, to Public, info string, key Key) []byte {
	skE, err := ecdh.X25519().NewPrivateKey(ephemeral)
	if err != nil {
		panic(err)
	}
	pkR, err := ecdh.X25519().NewPublicKey(to[:])
	if err != nil {
		panic(err)
	}
	dh, err := skE.ECDH(pkR)
	if err != nil {
		panic(err)
	}
	enc := skE.PublicKey().Bytes()
	extract := func(suite, salt, label string, ikm []byte) []byte {
		b, err := hkdf.Extract(sha256.New, append([]byte("HPKE-v1"+suite+label), ikm...), []byte(salt))
		if err != nil {
			panic(err)
		}
		return b
	}
	expand := func(suite string, secret []byte, label, info string, n int) []byte {
		b, err := hkdf.Expand(sha256.New, secret, string([]byte{0, byte(n)})+"HPKE-v1"+suite+label+info, n)
		if err != nil {
			panic(err)
		}
		return b
	}
	const kem, suite = "KEM\x00\x20", "HPKE\x00\x20\x00\x01\x00\x02"
	shared := expand(kem, extract(kem, "", "eae_prk", dh), "shared_secret", string(enc)+string(to[:]), 32)
	context := "\x00" + string(extract(suite, "", "psk_id_hash", nil)) + string(extract(suite, "", "info_hash",
		[]byte(info)))
	secret := extract(suite, string(shared), "secret", nil)
	aead := newGCM(expand(suite, secret, "key", context, 32))
	return aead.Seal(enc, expand(suite, secret, "base_nonce", context, 12), key[:], nil)
}

func seeded(name string) (b [32]byte) { return sha256.Sum256([]byte(name)) }

func testRequest(n string) (RequestKey, Request) {
	k := RequestKey(seeded("private key " + n))
	p, err := k.Public()
	if err != nil {
		panic(err)
	}
	return k, Request{"https://send.example.org", hex.EncodeToString([]byte(n + "-----")[:6]), Key(seeded("seed " + n)), p}
}

func requestVectors(key Key) (good []requestVector, bad []noSealedKeyVector, noPublic []string) {
	for _, n := range []string{"one", "two", "three"} {
		k, r := testRequest(n)
		ephemeral := seeded("ephemeral " + n)
		sealed := sealByHand(ephemeral[:], r.Public, requestInfo+r.ID, key)
		good = append(good, requestVector{r.ID, r.Seed.String(), hex.EncodeToString(k[:]), r.Public.String(), r.Grant(),
			r.String(), hex.EncodeToString(ephemeral[:]), key.String(), hex.EncodeToString(sealed)})
	}
	k, r := testRequest("one")
	other, _ := testRequest("two")
	sealed := unhexed(good[0].SealedKey)
	refuse := func(name string, k RequestKey, id string, sealed []byte) {
		bad = append(bad, noSealedKeyVector{name, id, hex.EncodeToString(k[:]), hex.EncodeToString(sealed)})
	}
	refuse("another key", other, r.ID, sealed)
	refuse("another request", k, "0123456789ab", sealed)
	refuse("cut", k, r.ID, sealed[:SealedKeySize-1])
	refuse("longer", k, r.ID, append(slices.Clone(sealed), 0))
	refuse("nothing", k, r.ID, nil)
	refuse("all zero", k, r.ID, make([]byte, SealedKeySize))
	for _, at := range []int{0, 31, 32, 63, 64, 79} {
		changed := slices.Clone(sealed)
		changed[at] ^= 1
		refuse("byte "+strconv.Itoa(at), k, r.ID, changed)
	}
	refuse("info of something else", k, r.ID, sealByHand(make([]byte, 32), r.Public,
		"sgraph-send request 2\x00"+r.ID, key))
	refuse("info without the NUL", k, r.ID, sealByHand(make([]byte, 32), r.Public, "sgraph-send request 1"+r.ID, key))
	// The points of small order, with which everybody shares zero (RFC 7748, 6.1).
	for _, p := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		noPublic = append(noPublic, Public(unhexed(p)).String())
	}
	return good, bad, noPublic
}

func unhexed(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func requestLinkVectors() (good []requestLinkVector, bad []noLinkVector, asLinks []requestAsLink) {
	for _, n := range []string{"one", "two"} {
		_, r := testRequest(n)
		link := r.String()
		bare := strings.TrimPrefix(link, r.Origin+"/r/#")
		for in, origin := range map[string]string{
			link: r.Origin, bare: "", "/r/#" + bare: "", "send.example.org/r/#" + bare: r.Origin,
			"Please send it here: <" + link + ">.": r.Origin, link[:80] + "\n" + link[80:]: r.Origin,
			link + "\n" + link: r.Origin, strings.ReplaceAll(link, "/", "%2F"): r.Origin, link + "?x=y": r.Origin,
			"https://go.example.com/?url=" + url.QueryEscape(link): r.Origin,
			r.Origin + "/any/path#" + bare:                         r.Origin,
		} {
			good = append(good, requestLinkVector{in, origin, r.ID, r.Seed.String(), r.Public.String()})
		}
		asLinks = append(asLinks, requestAsLink{link, "", ReasonRequest}, requestAsLink{bare, "", ReasonRequest},
			requestAsLink{link[:80], "", ReasonRequest}, requestAsLink{link + " " + plain, plain, ""},
			requestAsLink{plain + "\n" + link, plain, ""},
			requestAsLink{strings.NewReplacer("_", `\_`, "-", `\-`).Replace(link), "", ReasonRequest},
			requestAsLink{strings.ReplaceAll(link, "/", "&sol;"), "", ReasonRequest},
			requestAsLink{r.Origin + "/d/#" + r.ID + "/" + linkKey + " " + link, r.Origin + "/d/#" + r.ID + "/" + linkKey, ""})
	}
	slices.SortFunc(good, func(a, b requestLinkVector) int { return strings.Compare(a.In, b.In) })
	_, one := testRequest("one")
	_, two := testRequest("two")
	link := one.String()
	bad = []noLinkVector{
		{"", ReasonNoLink}, {"hello", ReasonNoLink}, {plain, ReasonNoLink}, {one.ID, ReasonNoLink},
		{one.Origin + "/r/#" + one.ID, ReasonShortKey}, {link[:len(link)-1], ReasonShortKey}, {link[:70], ReasonShortKey},
		{link[:len(link)-44], ReasonShortKey}, {link + "A", ReasonLongKey}, {link[:len(link)-1] + "9", ReasonDamagedKey},
		{link + " " + two.String(), ReasonSeveralLinks}, {link + " " + strings.Replace(link, "send.", "other.", 1),
			ReasonSeveralLinks},
		{strings.Repeat(" ", maxText) + link, ReasonLongText},
	}
	return good, bad, asLinks
}

// What the file says of requests, read as another implementation would read it.
func TestRequestVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	for _, c := range v.Requests {
		k, r := RequestKey(unhexed(c.PrivateKey)), Request{"", c.ID, parseKey(t, c.Seed), Public(parseKey(t, c.PublicKey))}
		p, err := k.Public()
		if err != nil || p != r.Public || r.Grant() != c.Grant {
			t.Errorf("%s: %v, %s, %v", c.ID, p, r.Grant(), err)
		}
		if got, err := k.OpenKey(c.ID, unhexed(c.SealedKey)); err != nil || got.String() != c.Key {
			t.Errorf("%s: the key does not open: %v", c.ID, err)
		}
		if got, err := ParseRequest(c.Link); err != nil || got.String() != c.Link {
			t.Errorf("%s: %+v, %v", c.Link, got, err)
		}
	}
	for _, c := range v.NoSealedKeys {
		if _, err := RequestKey(unhexed(c.PrivateKey)).OpenKey(c.ID, unhexed(c.SealedKey)); !errors.Is(err, ErrSealedKey) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	for _, p := range v.NoPublicKeys {
		if _, err := (Request{ID: "0123456789ab", Public: Public(parseKey(t, p))}).SealKey(Key{}); err != errPublic {
			t.Errorf("%s: %v", p, err)
		}
	}
	for _, c := range v.RequestLinks {
		want := Request{c.Origin, c.ID, parseKey(t, c.Seed), Public(parseKey(t, c.PublicKey))}
		if got, err := ParseRequest(c.In); err != nil || got != want {
			t.Errorf("%q: %+v, %v", c.In, got, err)
		}
	}
	for _, c := range v.NoRequestLinks {
		if got, err := ParseRequest(c.In); got != (Request{}) || send.ReasonOf(err) != c.Reason {
			t.Errorf("%.200q, which is %s: %+v, %v", c.In, c.Reason, got, err)
		}
	}
	for _, c := range v.RequestsAsLinks {
		if got, err := ParseLink(c.In); send.ReasonOf(err) != c.Reason || err == nil && got.String() != c.Link {
			t.Errorf("%q: %+v, %v", c.In, got, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	good, bad, asLinks := requestLinkVectors()
	for i, c := range good {
		f.Add(c.In)
		f.Add(wrappings[i%len(wrappings)].apply(c.In))
	}
	for _, c := range bad {
		if len(c.In) < 1000 {
			f.Add(c.In)
		}
	}
	for _, c := range asLinks {
		f.Add(c.In)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r, err := ParseRequest(in)
		switch {
		case err == nil:
			if !stands(r.Seed, in) || !stands(Key(r.Public), in) {
				t.Fatalf("%q: %s is nowhere in it", in, r)
			}
			if again, err := ParseRequest(r.String()); err != nil || again != r {
				t.Fatalf("%q: %s is read as %s, %v", in, r, again, err)
			}
		case send.CodeOf(err) != send.Invalid || r != (Request{}):
			t.Fatalf("%q: %v, %v", in, r, err)
		}
	})
}

func FuzzOpenKey(f *testing.F) {
	k, r := testRequest("one")
	good, bad, _ := requestVectors(Key{})
	for _, c := range good {
		f.Add(unhexed(c.SealedKey))
	}
	for _, c := range bad {
		f.Add(unhexed(c.SealedKey))
	}
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if key, err := k.OpenKey(r.ID, sealed); err == nil && string(sealed) != string(unhexed(good[0].SealedKey)) {
			t.Fatalf("forged: %x opens as %x", sealed, key)
		} else if err != nil && !errors.Is(err, ErrSealedKey) {
			t.Fatal(err)
		}
	})
}
