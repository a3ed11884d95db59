package envelope

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle/noncebased"

	"sgraph.ai/send/shared/send"
)

// stream is what makes one file of V2 different from all others under the same
// key: the salt of its key, and what its nonces begin with. Both are random
// and stand in its header.
//
// The format is Tink's AES-GCM-HKDF streaming AEAD, with SHA-256, 32-byte keys
// and ciphertext segments of 1 MiB
// (developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming), with the
// header of V2 as its associated data. Tink's noncebased package cuts the
// segments and counts the nonces; the key and the cipher are the standard
// library's. Tink's own primitive would be the same stream, and a test holds
// the two against each other, but it links a protobuf runtime into every
// service and draws the salt itself, which no test vector can fix.
type stream struct {
	salt   [saltSize]byte
	prefix [prefixSize]byte
}

// parseStream reads what stands between the header of V2 and the first segment.
func parseStream(head [streamSize]byte) (s stream, ok bool) {
	copy(s.salt[:], head[1:])
	copy(s.prefix[:], head[1+saltSize:])
	return s, head[0] == streamSize
}

// deriveKey returns the AES key of the stream: HKDF-SHA256 (RFC 5869) of the
// link's key, with the header as info.
func (s stream) deriveKey(key Key) []byte {
	k, err := hkdf.Key(sha256.New, key[:], s.salt[:], magic, len(key))
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return k
}

// segments seals and opens the segments of one stream.
type segments struct{ gcm cipher.AEAD }

func (s segments) EncryptSegment(segment, nonce []byte) ([]byte, error) {
	return s.EncryptSegmentWithDst(nil, segment, nonce)
}

// EncryptSegmentWithDst lets noncebased use one buffer for all segments.
func (s segments) EncryptSegmentWithDst(dst, segment, nonce []byte) ([]byte, error) {
	return s.gcm.Seal(dst, nonce, segment, nil), nil
}

func (s segments) DecryptSegment(segment, nonce []byte) ([]byte, error) {
	return s.DecryptSegmentWithDst(nil, segment, nonce)
}

// DecryptSegmentWithDst lets noncebased use one buffer for all segments.
func (s segments) DecryptSegmentWithDst(dst, segment, nonce []byte) ([]byte, error) {
	return s.gcm.Open(dst, nonce, segment, nil)
}

// sealV2 writes header ‖ length ‖ salt ‖ prefix ‖ segments.
func sealV2(dst io.Writer, key Key, s stream, meta Meta, content io.Reader, size int64) error {
	header := append([]byte(magic), streamSize)
	header = append(header, s.salt[:]...)
	header = append(header, s.prefix[:]...)
	if _, err := dst.Write(header); err != nil {
		return err
	}
	w, err := noncebased.NewWriter(noncebased.WriterParams{
		W:                            dst,
		SegmentEncrypter:             segments{newGCM(s.deriveKey(key))},
		NonceSize:                    ivSize,
		NoncePrefix:                  s.prefix[:],
		PlaintextSegmentSize:         segmentRoom,
		FirstCiphertextSegmentOffset: streamSize,
	})
	if err != nil {
		return fmt.Errorf("begin the stream: %w", err)
	}
	if _, err := w.Write(meta.seal()); err != nil {
		return err
	}
	if err := copyExactly(w, content, size); err != nil {
		return err // without Close: the last segment is missing, so this is no whole file
	}
	return w.Close()
}

// openV2 opens a file of V2, whose header has been read already.
func openV2(src *source, key Key) (Meta, io.Reader, error) {
	var head [streamSize]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return Meta{}, nil, src.failure()
	}
	s, ok := parseStream(head)
	if !ok {
		return Meta{}, nil, ErrNotAuthentic
	}
	r, err := noncebased.NewReader(noncebased.ReaderParams{
		R:                            src,
		SegmentDecrypter:             segments{newGCM(s.deriveKey(key))},
		NonceSize:                    ivSize,
		NoncePrefix:                  s.prefix[:],
		CiphertextSegmentSize:        segmentSize,
		FirstCiphertextSegmentOffset: streamSize,
	})
	if err != nil {
		return Meta{}, nil, fmt.Errorf("begin the stream: %w", err)
	}
	content := &opened{segments: r, src: src}
	meta, err := readMeta(content)
	return meta, content, err
}

// readMeta reads the envelope. V2 has always had layout A, and nothing else.
func readMeta(r io.Reader) (Meta, error) {
	var head [len(layoutA) + lengthSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Meta{}, malformedOr(err)
	}
	n := binary.BigEndian.Uint32(head[len(layoutA):])
	if string(head[:len(layoutA)]) != layoutA || n > maxMeta {
		return Meta{}, errMalformed
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Meta{}, malformedOr(err)
	}
	meta, ok := decodeMeta(text)
	if !ok {
		return Meta{}, errMalformed
	}
	return meta, nil
}

var errMalformed = send.Fail(send.Invalid,
	"the file is genuine but was not made by SGraph Send: its description is missing")

// malformedOr tells a stream that ended inside the envelope from one that
// failed.
func malformedOr(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errMalformed
	}
	return err
}

// opened reads the content of a stream, segment by segment.
type opened struct {
	segments io.Reader
	src      *source
	err      error // the first; the segments themselves would go on to io.EOF after it
}

func (o *opened) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := o.segments.Read(p)
	if err != nil && err != io.EOF {
		err = o.src.failure()
	}
	o.err = err
	return n, err
}

// failure says why a stream could not be opened: for what reading it met, or
// because of what was read.
func (s *source) failure() error {
	if s.err != nil {
		return s.err
	}
	return ErrNotAuthentic
}
