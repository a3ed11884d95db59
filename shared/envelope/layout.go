package envelope

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
)

// The envelope that stands before the content, inside the seal. Layout A is
// the one we write: "SGMETA", a NUL, the length of the metadata as a
// big-endian uint32, the metadata as a JSON object. Layout B has no NUL.
const (
	metaMagic  = "SGMETA"
	layoutA    = metaMagic + "\x00"
	lengthSize = 4
	maxMeta    = 64 << 10 // bytes of JSON
)

// seal returns the envelope of a file, in layout A.
func (m Meta) seal() []byte {
	text := m.encode()
	b := make([]byte, 0, len(layoutA)+lengthSize+len(text))
	b = append(b, layoutA...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	return append(b, text...)
}

// openAny splits what a file of V1 holds into metadata and content. Several
// envelopes exist, and files without one: what fits none of them is content,
// all of it.
func openAny(plain []byte) (Meta, []byte) {
	nameless := Meta{Filename: Nameless}
	rest, ok := bytes.CutPrefix(plain, []byte(metaMagic))
	if !ok || len(rest) == 0 {
		return nameless, plain
	}
	if rest[0] == '.' {
		if m, content, ok := openValue(rest[1:]); ok {
			return m, content
		}
		return nameless, plain
	}
	if rest[0] == 0 {
		if m, content, ok := openSized(rest[1:]); ok {
			return m, content
		}
	}
	if m, content, ok := openSized(rest); ok {
		return m, content
	}
	if bytes.HasPrefix(rest, []byte("\x00{")) {
		if m, content, ok := openValue(rest[1:]); ok {
			return m, content
		}
	}
	return nameless, plain
}

// openSized reads metadata that its length precedes, as in layouts A and B.
func openSized(b []byte) (m Meta, content []byte, ok bool) {
	if len(b) < lengthSize {
		return m, nil, false
	}
	n := int64(binary.BigEndian.Uint32(b))
	b = b[lengthSize:]
	if n > maxMeta || n > int64(len(b)) {
		return m, nil, false
	}
	m, ok = decodeMeta(b[:n])
	return m, b[n:], ok
}

// openValue reads metadata that ends where its JSON value does.
func openValue(b []byte) (m Meta, content []byte, ok bool) {
	var text json.RawMessage
	d := json.NewDecoder(bytes.NewReader(b[:min(len(b), maxMeta)]))
	if d.Decode(&text) != nil {
		return m, nil, false
	}
	m, ok = decodeMeta(text)
	return m, b[d.InputOffset():], ok
}
