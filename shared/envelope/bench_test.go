package envelope

import (
	"bytes"
	"io"
	"testing"
)

const benchSize = 64 << 20

func BenchmarkEncryptV2(b *testing.B) {
	key := NewKey()
	b.SetBytes(benchSize)
	for b.Loop() {
		if err := Encrypt(io.Discard, key, testMeta, io.LimitReader(zeros{}, benchSize), Unknown); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecryptV2(b *testing.B) {
	key := NewKey()
	blob := sealedV2(b, key, pattern(benchSize))
	b.SetBytes(benchSize)
	for b.Loop() {
		_, r, err := Decrypt(bytes.NewReader(blob), key)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncryptV1(b *testing.B) {
	key, content := NewKey(), pattern(16<<20)
	b.SetBytes(16 << 20)
	for b.Loop() {
		if err := Encrypt(io.Discard, key, testMeta, bytes.NewReader(content), 16<<20); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareGCM is the bound: AES-256-GCM of 1 MiB chunks and nothing else.
func BenchmarkBareGCM(b *testing.B) {
	key := NewKey()
	gcm := newGCM(key[:])
	chunk, out, nonce := make([]byte, segmentRoom), make([]byte, 0, segmentSize), make([]byte, ivSize)
	b.SetBytes(benchSize)
	for b.Loop() {
		for range benchSize / segmentSize {
			gcm.Seal(out, nonce, chunk, nil)
		}
	}
}

func BenchmarkInspect(b *testing.B) {
	head := random(HeadSize)
	b.SetBytes(HeadSize)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Inspect(head, 1<<30); err != nil {
			b.Fatal(err)
		}
	}
}
