package send

import (
	"context"
	"io"
	"iter"
	"time"
)

// Object is what the store knows of bytes it keeps.
type Object struct {
	Size int64  // bytes
	ETag string // changes with the content; opaque, with its quotes
}

// Span is a run of bytes: Length bytes from Offset, or all from Offset when
// Length is negative. Whole is the span of everything.
type Span struct{ Offset, Length int64 }

// Whole spans every byte of an object.
var Whole = Span{0, -1}

// UploadLife is how long a multipart upload waits for somebody to go on with it.
const UploadLife = 24 * time.Hour

// Part is one uploaded part of a multipart upload.
type Part struct {
	Number int    // 1 to 10,000
	ETag   string // as the part's upload answered it
}

// UploadedPart is what the store knows of a part that it has.
type UploadedPart struct {
	Part
	Size int64 // bytes
}

// CheckPart refuses, with Invalid, a number that no part can have.
func CheckPart(number int) error {
	if number < 1 || number > MaxParts {
		return Fail(Invalid, "part numbers are 1 to %d", MaxParts)
	}
	return nil
}

// CheckParts refuses, with Invalid, parts of which nothing can be made, whatever
// was uploaded: none, or not in the order of their numbers.
func CheckParts(parts []Part) error {
	if len(parts) == 0 {
		return Fail(Invalid, "no part is named").With(ReasonPartsMismatch)
	}
	before := 0
	for _, p := range parts {
		if p.Number <= before || p.Number > MaxParts {
			return Fail(Invalid, "part %d is out of order", p.Number).With(ReasonPartsMismatch)
		}
		before = p.Number
	}
	return nil
}

// Entry is an object in a listing.
type Entry struct {
	Key      string
	Size     int64
	Modified time.Time
}

// Store keeps objects: bytes under a key that are there as a whole or not at
// all, and are never changed by anyone who was not given that key. Keys are
// made by this package: slash-separated segments of [A-Za-z0-9._-].
//
// Every method returns Unavailable when the store cannot be asked, and Full
// when it has no room. An error of a body that is being read is returned as it
// is.
type Store interface {
	// Put keeps everything that body gives. size is its length, or -1 when
	// that is not known; a body of another length is Invalid. Until Put
	// returns without error the key keeps what it had.
	Put(ctx context.Context, key string, body io.Reader, size int64) (Object, error)

	// Open returns a reader that starts at the span's offset; Object is of
	// the whole. NotFound. A span that begins at the end or behind it is
	// Invalid, unless at 0. The reader may go on past the span's end: take
	// what was asked for and Close it. Where the bytes are a file it is an
	// *os.File, so that the system can send them without a copy.
	Open(ctx context.Context, key string, span Span) (io.ReadCloser, Object, error)

	// Stat returns what is known of an object. NotFound.
	Stat(ctx context.Context, key string) (Object, error)

	// Copy keeps the bytes of one key under another too. NotFound.
	Copy(ctx context.Context, from, to string) (Object, error)

	// Settle returns once the object will outlive a loss of power. Put and
	// Assemble promise only to outlive the process.
	Settle(ctx context.Context, key string) error

	// Delete forgets the object. One that is not kept is no error.
	Delete(ctx context.Context, key string) error

	// List returns up to limit objects whose key begins with prefix and is
	// greater than after, in order of key.
	List(ctx context.Context, prefix, after string, limit int) ([]Entry, error)

	// Begin starts a multipart upload and returns its id.
	Begin(ctx context.Context, key string) (uploadID string, err error)

	// LeastPart is how many bytes a part has at least that is not the last.
	LeastPart() int64

	// PutPart keeps a part and returns its ETag; a part of the same number
	// replaces the one before. NotFound where there is no such upload.
	PutPart(ctx context.Context, key, uploadID string, number int, body io.Reader, size int64) (etag string, err error)

	// Uploaded returns the parts of an upload that are there, in the order of
	// their numbers. NotFound where there is no such upload.
	Uploaded(ctx context.Context, key, uploadID string) ([]UploadedPart, error)

	// Assemble makes the object from the parts, in their order, and ends the
	// upload. NotFound where there is no such upload, Invalid where a part
	// is missing, out of order, or has another ETag.
	Assemble(ctx context.Context, key, uploadID string, parts []Part) (Object, error)

	// Abort ends an upload and forgets its parts. One that is not there is
	// no error.
	Abort(ctx context.Context, key, uploadID string) error

	// Sweep ends the multipart uploads that nobody went on with for
	// UploadLife.
	Sweeper
}

// Roomy is a store, or a ledger, that knows how much room it has left.
type Roomy interface {
	// Room returns Full where uploads are refused for want of room, or soon no record
	// can be written.
	Room() error
}

// Entries lists all objects whose key begins with prefix, in order of key, a page
// at a time. An error is the last that it yields.
func Entries(ctx context.Context, s Store, prefix string) iter.Seq2[Entry, error] {
	return entriesAfter(ctx, s, prefix, "")
}

// entriesAfter is Entries of the keys that are greater than one.
func entriesAfter(ctx context.Context, s Store, prefix, after string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		const page = 1000
		for after := after; ; {
			entries, err := s.List(ctx, prefix, after, page)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
				after = e.Key
			}
			if len(entries) < page {
				return
			}
		}
	}
}

// Links makes URLs by which a client reaches the bytes directly for a while,
// without any other credential. A URL that begins with "/" is of the service
// itself. Making one fails only with Internal: what it leads to is not asked
// for. A part may have most bytes, where a URL can say so. token is the access
// token for which a URL to upload to is made: where URLs can be taken back it
// dies with that. It cannot be read from the URL.
type Links interface {
	PartURL(ctx context.Context, token, key, uploadID string, number int, most int64, ttl time.Duration) (string, error)
	PutURL(ctx context.Context, token, key string, ttl time.Duration) (string, error)
	GetURL(ctx context.Context, c Claim, ttl time.Duration) (string, error)

	// Counted says whether URLs lead through the service: what goes out by those to
	// download from is taken from the budget of their claim, and by those to upload
	// to nothing comes once their transfer is over.
	Counted() bool
}
