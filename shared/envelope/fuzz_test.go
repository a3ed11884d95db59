package envelope

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"sgraph.ai/send/shared/send"
)

// Nothing opens but what was sealed, and no file makes Decrypt panic or fail in
// a way that its caller does not expect.
func FuzzDecrypt(f *testing.F) {
	var key Key
	var sealed [][]byte // the same in every process that takes part
	for _, n := range []int{0, 5, 3000} {
		var one, two bytes.Buffer
		if sealV1(&one, key, [ivSize]byte{}, testMeta, bytes.NewReader(pattern(n)), int64(n)) != nil ||
			sealV2(&two, key, Stream{}, testMeta, bytes.NewReader(pattern(n)), int64(n)) != nil {
			f.Fatal("cannot seal")
		}
		sealed = append(sealed, one.Bytes(), two.Bytes())
	}
	for _, blob := range sealed {
		f.Add(blob)
		f.Add(blob[:len(blob)-1])
		f.Add(append(slices.Clone(blob), 0))
	}
	f.Add([]byte(magicV2))
	f.Add([]byte(family + "\x09"))
	f.Fuzz(func(t *testing.T, blob []byte) {
		_, _, err := open(blob, key)
		switch {
		case err == nil:
			if !slices.ContainsFunc(sealed, func(s []byte) bool { return bytes.Equal(s, blob) }) {
				t.Fatalf("forged: %x", blob)
			}
		case !errors.Is(err, ErrNotAuthentic) && !errors.Is(err, ErrVersion):
			t.Fatal(err)
		}
	})
}

// What is sealed is of an unknown sender: whatever stands inside is metadata
// that is safe to use, and the end of the plaintext.
func FuzzOpenAny(f *testing.F) {
	for _, plain := range []string{
		"", "hello", "SGMETA", "SGMETA\x00\x00\x00\x00\x02{}x", "SGMETA\x00\x00\x00\x02{}x", "SGMETA\x00{}x", "SGMETA.{}x",
		"SGMETA\x00\x00\x00\x00\x18{\"filename\":\"../../a\"}x", "SGMETA.{\"filename\":\"\\u0000\",\"type\":\"a/b\"} x",
	} {
		f.Add([]byte(plain))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		meta, content := openAny(plain)
		if !bytes.HasSuffix(plain, content) || meta != meta.clean() {
			t.Fatalf("%q: %+v, %q", plain, meta, content)
		}
		// What the strict reader of V2 takes, the other takes in the same way.
		if m, n, err := SplitMeta(plain); err == nil {
			if m != meta || len(plain)-n != len(content) {
				t.Fatalf("%q: V1 reads %+v, V2 reads %+v", plain, meta, m)
			}
		} else if send.CodeOf(err) != send.Invalid {
			t.Fatal(err)
		}
	})
}
