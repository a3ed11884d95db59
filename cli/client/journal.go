package client

import (
	"errors"
	"time"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// Upload is an upload in parts that was begun: what it takes to go on with it, for
// as long as its transfer is pending. It is as secret as the link, since it has the
// key.
type Upload struct {
	Server    string            `json:"server"`            // the origin of its service
	ID        string            `json:"transfer"`          // of what is sent
	Request   string            `json:"request,omitempty"` // the ID of the one that it is sent to; "" = none
	Key       []byte            `json:"key"`               // of the link
	Stretch   *envelope.Stretch `json:"stretch,omitempty"` // of a passphrase; nil where there is none
	Proof     []byte            `json:"proof,omitempty"`   // a label that it opens; nil where there is none
	Salt      []byte            `json:"salt"`              // of the sealed stream
	Prefix    []byte            `json:"prefix"`            // of its nonces
	Secret    string            `json:"delete_secret"`     // for Delete
	Size      int64             `json:"size"`              // sealed, in bytes
	Begun     time.Time         `json:"begun"`             // by the clock of this machine
	ExpiresAt time.Time         `json:"expires_at,omitzero"`
}

// Journal keeps one upload, so that it outlives the process that began it.
//
// No nonce may be used for two contents. So a journal has, before any byte of a
// segment leaves this machine, the tag of that segment as it was sealed; and
// when the upload is gone on with, all is sealed again from the start, and
// nothing leaves of a segment that has another tag.
type Journal interface {
	// Load returns the upload that was begun, the tags of the segments of which
	// something may have left, from the first on, and whether the transfer was
	// completed; ok is false where there is none.
	Load() (u Upload, tags []envelope.Tag, completed, ok bool)

	// Begin keeps an upload, of which nothing has left, in the place of the one
	// before.
	Begin(u Upload) error

	// Add keeps the tags of the next segments. They outlive a loss of power when
	// it returns.
	Add(tags []envelope.Tag) error

	// Completed notes that all has arrived, and only the link is to be told.
	Completed() error

	// Drop forgets the upload: it ended, or cannot be gone on with.
	Drop()
}

// Pending is how long a service keeps what was begun and not completed.
const Pending = 24 * time.Hour

// Abandoned is how old what was begun is when it is no use, whatever the clocks say.
const Abandoned = 2 * Pending

// Stale says whether there is nothing to go on with any more.
func (u Upload) Stale(now time.Time, completed bool) bool {
	if completed && !u.ExpiresAt.IsZero() {
		return now.After(u.ExpiresAt)
	}
	return now.Sub(u.Begun) > Abandoned
}

// Link is the one under which the upload will be received.
func (u Upload) Link() (l envelope.Link, ok bool) {
	if len(u.Key) != len(l.Key) {
		return l, false
	}
	return envelope.Link{Origin: u.Server, ID: u.ID, Key: envelope.Key(u.Key), HasKey: true}, true
}

func (u Upload) stream() (s envelope.Stream, ok bool) {
	ok = len(u.Salt) == len(s.Salt) && len(u.Prefix) == len(s.Prefix)
	copy(s.Salt[:], u.Salt)
	copy(s.Prefix[:], u.Prefix)
	return s, ok
}

// keeps says whether what was sent is worth keeping when sending ended with an
// error: another attempt can go on with it. What is wrong with the file or the
// transfer itself does not pass.
func keeps(err error) bool {
	if _, ours := errors.AsType[*send.Error](err); !ours {
		return true // this machine's, or who called ended it
	}
	switch send.CodeOf(err) {
	case send.Unavailable, send.Limited, send.Full, send.Internal, send.Unauthorized, send.Forbidden:
		return true
	}
	return false
}
