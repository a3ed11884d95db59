package parity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Sealing by nothing but the standard library, and any plaintext: docs/formats.md.

const (
	firstRoom = 1<<20 - 40 - 16
	nextRoom  = 1<<20 - 16
)

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys have 32 bytes here
	}
	g, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return g
}

func derived(key, salt []byte, info string) []byte {
	k, err := hkdf.Key(sha256.New, key, salt, info, 32)
	if err != nil {
		panic(err) // a length within bounds
	}
	return k
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func sealV1(r *rand.Rand, key, plain []byte) []byte {
	iv := random(r, 12)
	return gcm(key).Seal(iv, iv, plain, nil)
}

// segment is one of version 2 as somebody who means harm makes it.
type segment struct {
	plain  []byte
	number uint32
	last   bool
}

// cut divides a plaintext as writers do.
func cut(plain []byte) (all []segment) {
	for room := firstRoom; ; room = nextRoom {
		n := min(room, len(plain))
		all = append(all, segment{plain[:n], uint32(len(all)), n == len(plain)})
		if plain = plain[n:]; len(plain) == 0 {
			return all
		}
	}
}

func sealV2(r *rand.Rand, key []byte, segments []segment) []byte {
	const magic = "SGSEND\x00\x02"
	salt, prefix := random(r, 32), random(r, 7)
	sealed := append([]byte(magic), 40)
	sealed = append(append(sealed, salt...), prefix...)
	g := gcm(derived(key, salt, magic))
	for _, s := range segments {
		nonce := binary.BigEndian.AppendUint32(append([]byte{}, prefix...), s.number)
		if s.last {
			nonce = append(nonce, 1)
		} else {
			nonce = append(nonce, 0)
		}
		sealed = g.Seal(sealed, nonce, s.plain, nil)
	}
	return sealed
}

// labelSizes are what a sealed label can have.
var labelSizes = []int{512, 1024, 2048, 4096, 8192}

// sealLabel seals the text of a label, which is padded to the next size that there is.
func sealLabel(r *rand.Rand, key, text []byte) []byte {
	size := labelSizes[len(labelSizes)-1]
	for _, n := range labelSizes {
		if n >= len(text)+29 {
			size = n
			break
		}
	}
	plain := make([]byte, max(size-29, len(text)))
	for i := copy(plain, text); i < len(plain); i++ {
		plain[i] = ' '
	}
	iv := random(r, 12)
	head := append([]byte{1}, iv...)
	return gcm(derived(key, nil, "sgraph-send label 1")).Seal(head, iv, plain, head[:1])
}
