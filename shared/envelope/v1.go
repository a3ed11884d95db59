package envelope

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// sealV1 writes iv ‖ AES-256-GCM(envelope ‖ content) ‖ tag (NIST SP 800-38D,
// no additional data).
func sealV1(dst io.Writer, key Key, iv [ivSize]byte, meta Meta, content io.Reader, size int64) error {
	envelope := meta.seal()
	blob := make([]byte, ivSize+len(envelope)+int(size), V1.sealedSize(int64(len(envelope))+size))
	copy(blob, iv[:])
	copy(blob[ivSize:], envelope)

	_, err := io.ReadFull(content, blob[ivSize+len(envelope):])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errSize
	}
	if err != nil {
		return fmt.Errorf("read the content: %w", err)
	}
	if err := atEnd(content); err != nil {
		return err
	}

	plain := blob[ivSize:]
	sealed := newGCM(key[:]).Seal(plain[:0], iv[:], plain, nil) // in place: there is room for the tag
	_, err = dst.Write(blob[:ivSize+len(sealed)])
	return err
}

// atEnd says whether a reader has nothing more to give.
func atEnd(r io.Reader) error {
	n, err := io.ReadFull(r, make([]byte, 1))
	if n > 0 {
		return errSize
	}
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the content: %w", err)
	}
	return nil
}

// openV1 opens a file of V1, of which head has been read already.
func openV1(src *source, head []byte, key Key, limit int64) (Meta, io.Reader, error) {
	blob := bytes.NewBuffer(head)
	n, err := blob.ReadFrom(io.LimitReader(src, limit-int64(len(head))+1))
	if err != nil {
		return Meta{}, nil, err
	}
	if int64(len(head))+n > limit {
		return Meta{}, nil, ErrTooLarge
	}
	b := blob.Bytes()
	if len(b) < leastV1 {
		return Meta{}, nil, ErrNotAuthentic
	}
	iv, sealed := b[:ivSize], b[ivSize:]
	plain, err := newGCM(key[:]).Open(sealed[:0], iv, sealed, nil)
	if err != nil {
		return Meta{}, nil, ErrNotAuthentic
	}
	meta, content := openAny(plain)
	return meta, bytes.NewReader(content), nil
}

// newGCM returns AES-GCM with a 12-byte nonce and a 16-byte tag.
func newGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only a wrong key length can fail
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}
