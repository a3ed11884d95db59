package envelope_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"

	"sgraph.ai/send/shared/envelope"
)

// The vectors of docs/formats.md, "By hand", as they stand there.
const (
	formats     = "../../docs/formats.md"
	contractKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	blobA       = "a0a1a2a3a4a5a6a7a8a9aaabb55f3168118a02bf626593a8251ca9b215c2387d" +
		"f795784efd2052fe0b890869b71a2b905dd8b2b3f69374c0612d22ad7517a6cc"
	blobB = "a0a1a2a3a4a5a6a7a8a9aaabb55f3168118a02bf6271fcf16113acbb1ecd3475" +
		"b08d600db27a5ef25dd61d64be1a281e9a732426827cc4d0dee28644fc621c"

	friendly    = "apple-mango-5623"
	friendlyID  = "4abd0a491ed3"
	friendlyKey = "5RrU12USo7kBvFH7BM8OJ4qOt-HGsXZbH3NwxIr3sy0"
)

func TestThePageHasTheseVectors(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(formats)
	if err != nil {
		t.Fatal(err)
	}
	for _, vector := range []string{
		contractKey,
		hex.EncodeToString([]byte("SGMETA\x00\x00\x00\x00\x14{\"filename\":\"a.txt\"}hello")), blobA,
		hex.EncodeToString([]byte("SGMETA\x00\x00\x00\x14{\"filename\":\"a.txt\"}hello")), blobB,
		friendly, friendlyID, friendlyKey,
	} {
		if !strings.Contains(string(page), "`"+vector+"`") {
			t.Errorf("%s does not have %s", formats, vector)
		}
	}
}

func TestContractEnvelopes(t *testing.T) {
	t.Parallel()
	for name, blob := range map[string]string{"A": blobA, "B": blobB} {
		meta, content, err := envelope.Decrypt(bytes.NewReader(unhex(t, blob)), mustKey(t, contractKey))
		if err != nil {
			t.Fatalf("layout %s: %v", name, err)
		}
		if got := string(readAll(t, content)); meta.Filename != "a.txt" || got != "hello" {
			t.Errorf("layout %s: got %q, %q", name, meta.Filename, got)
		}
		if form, err := envelope.Inspect(unhex(t, blob), int64(len(blob)/2)); form != envelope.V1 || err != nil {
			t.Errorf("layout %s: Inspect: %v, %v", name, form, err)
		}
	}
}

func TestContractFriendlyToken(t *testing.T) {
	t.Parallel()
	if !envelope.IsFriendly(friendly) {
		t.Error("not recognised")
	}
	if got := envelope.FriendlyID(friendly); got != friendlyID {
		t.Errorf("ID %s", got)
	}
	key := envelope.FriendlyKey(friendly)
	if got := hex.EncodeToString(key[:]); got != "e51ad4d76512a3b901bc51fb04cf0e278a8eb7e1c6b1765b1f7370c48af7b32d" {
		t.Errorf("key %s", got)
	}
	if got := key.String(); got != friendlyKey {
		t.Errorf("key %s", got)
	}
	for _, s := range []string{
		"", "apple-mango-562", "Apple-mango-5623", "apple-mango-56234", "apple--5623", "apple-mango-5623\n",
	} {
		if envelope.IsFriendly(s) {
			t.Errorf("%q taken for a friendly token", s)
		}
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustKey(t testing.TB, s string) envelope.Key {
	t.Helper()
	k, err := envelope.ParseKey(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func readAll(t testing.TB, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
