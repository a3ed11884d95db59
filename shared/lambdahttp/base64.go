package lambdahttp

import (
	"bytes"
	"encoding/base64"
	"io"
)

// base64Body decodes a body while it is read, straight into the reader's
// buffer.
type base64Body struct {
	rest  []byte // still encoded
	spare []byte // decoded, but more than the reader had room for
	space [3]byte
}

func (b *base64Body) Read(p []byte) (n int, err error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case len(b.spare) > 0:
	case len(b.rest) == 0:
		return 0, io.EOF
	case len(p) >= len(b.space):
		return b.decode(p, len(p)/3*4)
	default:
		n, err = b.decode(b.space[:], 4)
		b.spare = b.space[:n]
		if err != nil {
			return 0, err
		}
	}
	n = copy(p, b.spare)
	b.spare = b.spare[n:]
	return n, nil
}

// decode decodes the next bytes, at most so many, which are whole groups of 4.
func (b *base64Body) decode(p []byte, most int) (n int, err error) {
	next := b.rest[:min(len(b.rest), most)]
	b.rest = b.rest[len(next):]
	n, err = base64.StdEncoding.Decode(p, next)
	if err == nil && n < len(next)/4*3 && len(b.rest) > 0 {
		err = base64.CorruptInputError(0) // padding before the end
	}
	if err != nil {
		b.rest = nil
	}
	return n, err
}

func (b *base64Body) Close() error { return nil }

// decodedLen returns the length of what the encoded bytes decode to.
func decodedLen(encoded []byte) int64 {
	padding := len(encoded) - len(bytes.TrimRight(encoded, "="))
	return int64(len(encoded)/4*3 - padding)
}
