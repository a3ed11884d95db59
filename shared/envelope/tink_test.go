package envelope

import (
	"bytes"
	"io"
	"testing"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// tink is the primitive that Tink's template AES256_GCM_HKDF_1MB describes.
func tink(t testing.TB, key Key) *subtle.AESGCMHKDF {
	t.Helper()
	p, err := subtle.NewAESGCMHKDF(key[:], "SHA256", 32, 1<<20, 0)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rawStream seals with Tink alone.
func rawStream(t testing.TB, key Key, plain []byte) []byte {
	t.Helper()
	b := bytes.NewBufferString(magicV2)
	w, err := tink(t, key).NewEncryptingWriter(b, []byte(magicV2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTinkOpensOurs(t *testing.T) {
	t.Parallel()
	for _, n := range interesting() {
		key, content := NewKey(), pattern(n)
		blob := sealedV2(t, key, content)
		r, err := tink(t, key).NewDecryptingReader(bytes.NewReader(blob[headerV2:]), []byte(magicV2))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if want := append(testMeta.seal(), content...); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d, %v", n, len(got), err)
		}
	}
}

func TestOursOpensTink(t *testing.T) {
	t.Parallel()
	for _, n := range interesting() {
		key, content := NewKey(), pattern(n)
		blob := rawStream(t, key, append(testMeta.seal(), content...))
		meta, got, err := open(blob, key)
		if err != nil || meta != testMeta || !bytes.Equal(got, content) {
			t.Errorf("%d bytes: %+v, got %d, %v", n, meta, len(got), err)
		}
	}
}

// The associated data binds the version to the stream.
func TestHeaderIsBound(t *testing.T) {
	t.Parallel()
	key := NewKey()
	b := bytes.NewBufferString(magicV2)
	w, err := tink(t, key).NewEncryptingWriter(b, []byte(family+"\x03"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(testMeta.seal())
	_ = w.Close()
	if _, _, err := open(b.Bytes(), key); err != ErrNotAuthentic {
		t.Errorf("a stream of another version opens: %v", err)
	}
}
