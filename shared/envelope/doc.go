// Package envelope reads and writes what SGraph Send keeps: sealed files, and
// the links that open them, passphrases beside the links, several files as one
// content, and requests. docs/formats.md specifies all byte by byte;
// testdata/vectors.json holds the vectors that this package and the browser
// pass alike.
//
// There are three forms. [V1] is one AES-256-GCM message: it is what every
// client of the service has always understood, and it needs the whole file in
// memory. [V2] is for large files, for streams and for several files: segments of
// 1 MiB, each sealed by itself, in the streaming AEAD that Tink publishes as
// AES256_GCM_HKDF_1MB. [V3] is the same with a passphrase. [Encrypt] chooses
// between them, and [Decrypt] recognises them by their first bytes. What opens
// them is a [Secret]: the 32-byte [Key] of the link, or a [Locked].
//
// A [Sealer] comes to the same bytes again, for who sends the rest of a file later;
// an [Opener] goes on from any segment, and a [File] reads any part.
//
// A service holds no key and yet must not keep plaintext by accident:
// [Inspect] tells ciphertext from what evidently is none.
//
// Every error that a file, a key or a link brings about is a [send.Error]. One of
// the reader or writer that the caller handed in is passed on: as it is, or
// wrapped.
package envelope

import "sgraph.ai/send/shared/send"

// ErrNotAuthentic says that a file did not pass its tag: the key is not the
// one it was sealed with, or the bytes are not the ones that were sealed. AES-GCM
// cannot tell the two apart.
var ErrNotAuthentic = send.Fail(send.Invalid,
	"the key does not fit, or the file was damaged or cut short")

// ErrVersion says that a file is of a later version than this program knows.
var ErrVersion = send.Fail(send.Invalid,
	"the file is of a newer version than this program reads; update it")

// ErrTooLarge says that a file of version 1 is larger than the reader allows
// itself to hold in memory.
var ErrTooLarge = send.Fail(send.TooLarge,
	"the file is sealed as one piece and is too large to be opened in memory")
