package send_test

import (
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
)

func TestSigner(t *testing.T) {
	t.Parallel()
	c := clocktest.At(time.Now())
	secret := send.Secret("a secret for tests")
	s := secret.Signer("one", c.Now)
	text := s.Sign(c.Now().Add(time.Minute), "a", "", "c")

	fields, _, err := s.Verify(text)
	if err != nil || !slices.Equal(fields, []string{"a", "", "c"}) {
		t.Fatal(fields, err)
	}
	_, _, err = secret.Signer("two", c.Now).Verify(text)
	want(t, err, send.Forbidden, "not genuine")
	_, _, err = send.Secret("another").Signer("one", c.Now).Verify(text)
	want(t, err, send.Forbidden, "not genuine")
	for i := range text {
		forged := []byte(text)
		forged[i] ^= 1
		if _, _, err := s.Verify(string(forged)); err == nil && i < len(text)-1 { // the last character has spare bits
			t.Fatalf("a change of character %d was not seen", i)
		}
	}
	for _, garbage := range []string{"", "x", "%%%", text[:20], text + "A"} {
		_, _, err = s.Verify(garbage)
		want(t, err, send.Forbidden, "")
	}
	c.Advance(time.Minute)
	_, _, err = s.Verify(text)
	want(t, err, send.Gone, "no longer valid")
}
