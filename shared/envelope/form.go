package envelope

import "bytes"

// The sizes of the formats, in bytes.
const (
	ivSize  = 12 // nonce of AES-GCM
	tagSize = 16 // tag of AES-GCM

	saltSize    = 32                                 // of V2: as long as the derived key
	prefixSize  = 7                                  // what all nonces of a stream begin with
	streamSize  = 1 + saltSize + prefixSize          // the header of the Tink stream
	segmentSize = 1 << 20                            // sealed, with its tag
	segmentRoom = segmentSize - tagSize              // what a full segment holds
	firstRoom   = segmentSize - streamSize - tagSize // the first shares its MiB with the stream's header

	leastV1     = ivSize + tagSize                 // sealed nothing
	leastStream = streamSize + leastMeta + tagSize // of V2 and V3, behind their header
	leastMeta   = len(layoutA) + lengthSize + len("{}")
)

// family is what the headers of V2 and of all later versions have in common: six
// letters, and a NUL that no text has. The version follows. A file of V1 begins
// with 12 random bytes, and like the header of one of these once in 2^64.
const (
	family  = "SGSEND\x00"
	magicV2 = family + "\x02"
	magicV3 = family + "\x03"
)

// Form is the version of the format that a sealed file has.
type Form byte

// The forms.
const (
	V1 Form = 1 // one AES-256-GCM message, iv ‖ ciphertext ‖ tag
	V2 Form = 2 // an 8-byte header and a Tink AES256_GCM_HKDF_1MB stream
	V3 Form = 3 // the same with a passphrase: how it is stretched is in the header
)

// FormOf returns the form of the file that begins so, in 8 bytes or more.
// ErrVersion for one of later versions.
func FormOf(head []byte) (Form, error) {
	switch {
	case !bytes.HasPrefix(head, []byte(family)):
		return V1, nil
	case bytes.HasPrefix(head, []byte(magicV2)):
		return V2, nil
	case bytes.HasPrefix(head, []byte(magicV3)):
		return V3, nil
	}
	return 0, ErrVersion
}

// headerSize returns how many bytes stand before the Tink stream.
func (f Form) headerSize() int {
	if f == V3 {
		return len(magicV3) + StretchSize
	}
	return len(magicV2)
}

// StreamHead returns how many bytes of a file of V2 or V3 stand before its first
// segment, and are needed to open any.
func (f Form) StreamHead() int { return f.headerSize() + streamSize }

// SegmentPlace returns where in a file of V2 or V3 a segment begins.
func (f Form) SegmentPlace(number int64) int64 {
	if number == 0 {
		return int64(f.StreamHead())
	}
	return int64(f.headerSize()) + number*segmentSize
}

// PlainSize returns how many bytes of envelope and content a sealed file of
// that many bytes holds, or -1 when no sealed file has that size.
func (f Form) PlainSize(sealed int64) int64 {
	switch {
	case f == V1 && sealed >= leastV1:
		return sealed - leastV1
	case (f == V2 || f == V3) && sealed >= int64(f.StreamHead())+tagSize:
		return plainOfStream(sealed - int64(f.headerSize()))
	}
	return -1
}

// plainOfStream returns what a Tink stream holds, or -1. Its segments end at
// multiples of segmentSize; the header of the stream is in the first.
func plainOfStream(sealed int64) int64 {
	segments := (sealed-1)/segmentSize + 1
	last := sealed - (segments-1)*segmentSize
	if segments > 1 && last <= tagSize { // only a stream of nothing has an empty segment
		return -1
	}
	return sealed - streamSize - segments*tagSize
}

// sealedSize is the inverse of PlainSize.
func (f Form) sealedSize(plain int64) int64 {
	if f == V1 {
		return plain + leastV1
	}
	segments := int64(1)
	if plain > firstRoom {
		segments += (plain - firstRoom + segmentRoom - 1) / segmentRoom
	}
	return int64(f.StreamHead()) + plain + segments*tagSize
}

// Matches says whether the size that a client declared fits what arrived.
// Clients declare one of three things: nothing (0), the size of the sealed
// file, or the size of the envelope and content inside it.
func (f Form) Matches(declared, sealed int64) bool {
	return declared == 0 || declared == sealed || declared > 0 && declared == f.PlainSize(sealed)
}
