package envelope

// The sizes of the formats, in bytes.
const (
	ivSize  = 12 // nonce of AES-GCM
	tagSize = 16 // tag of AES-GCM

	saltSize    = 32                                 // of V2: as long as the derived key
	prefixSize  = 7                                  // what all nonces of a stream begin with
	streamSize  = 1 + saltSize + prefixSize          // the header of the Tink stream
	headerSize  = len(magic)                         // what stands before the Tink stream
	segmentSize = 1 << 20                            // sealed, with its tag
	segmentRoom = segmentSize - tagSize              // what a full segment holds
	firstRoom   = segmentSize - streamSize - tagSize // the first shares its MiB with the stream's header

	leastV1 = ivSize + tagSize                       // sealed nothing
	leastV2 = headerSize + streamSize + 13 + tagSize // the envelope of "{}" is 13 bytes
)

// magic is the 8-byte header of V2: six letters, a NUL that no text has, and
// the version. A file of V1 begins with 12 random bytes and looks like this
// once in 2^64.
const magic = family + "\x02"

// family is what the headers of V2 and of all later versions have in common.
const family = "SGSEND\x00"

// Form is the version of the format that a sealed file has.
type Form byte

// The forms.
const (
	V1 Form = 1 // one AES-256-GCM message, iv ‖ ciphertext ‖ tag
	V2 Form = 2 // an 8-byte header and a Tink AES256_GCM_HKDF_1MB stream
)

// PlainSize returns how many bytes of envelope and content a sealed file of
// that many bytes holds, or -1 when no sealed file has that size.
func (f Form) PlainSize(sealed int64) int64 {
	switch {
	case f == V1 && sealed >= leastV1:
		return sealed - leastV1
	case f == V2 && sealed >= int64(headerSize)+streamSize+tagSize:
		return plainOfStream(sealed - int64(headerSize))
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
	return int64(headerSize) + streamSize + plain + segments*tagSize
}

// Matches says whether the size that a client declared fits what arrived.
// Clients declare one of three things: nothing (0), the size of the sealed
// file, or the size of the envelope and content inside it.
func (f Form) Matches(declared, sealed int64) bool {
	return declared == 0 || declared == sealed || declared > 0 && declared == f.PlainSize(sealed)
}
