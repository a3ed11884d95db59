package send

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Status is where a transfer stands.
type Status string

// The statuses. Exhausted is never stored: it is what a completed transfer
// with AutoDelete is once its downloads are spent.
const (
	Pending   Status = "pending"
	Completed Status = "completed"
	Exhausted Status = "exhausted"
	Deleted   Status = "deleted"
)

// What operators are told of a transfer as well. It is never stored: its record is
// deleted, or still pending or completed.
const (
	Expired   Status = "expired"
	TakenDown Status = "taken_down"
)

// Transfer is one file, or text, on its way. What it holds of the content is
// its size; everything else that describes the content is in the ciphertext.
type Transfer struct {
	ID              string
	Status          Status
	DeclaredBytes   int64 // as the sender declared; 0 = not declared
	ContentTypeHint string
	CreatedAt       time.Time
	ExpiresAt       time.Time
	MaxDownloads    int64 // 0 = without limit
	Downloads       int64
	Confirmed       int64  // downloads of which somebody said that they arrived
	Erased          bool   // its payload is gone
	TakenDown       bool   // by who runs the service; it is deleted, too
	AutoDelete      bool   // the payload goes with the last download
	DeleteAuthHash  string // hex SHA-256 of the secret that deletes; "" = nobody can
	Owner           string // hash of the token it was created with
	SenderHash      string // rotating hash of the sender's address
	Request         string // ID of the request that it is sent to; "" = none
	SealedKey       []byte // the link's key, sealed to who made that
	Payload         Payload

	record   Record
	maker    string     // hash of the token that the request was made with
	labelled bool       // there is a label
	retireAt *time.Time // when the payload may go, after the last download
}

// Payload is the ciphertext of a transfer in the store.
type Payload struct {
	Key  string `json:"key,omitempty"`
	Size int64  `json:"size,omitempty"` // bytes
	ETag string `json:"etag,omitempty"`
}

// Size returns the declared size, or that of the ciphertext when none was.
func (t Transfer) Size() int64 {
	if t.DeclaredBytes == 0 {
		return t.Payload.Size
	}
	return t.DeclaredBytes
}

// Expired says whether the transfer's time is over.
func (t Transfer) Expired(now time.Time) bool { return t.record.Expired(now) }

// Exhausted says whether its downloads have all begun.
func (t Transfer) Exhausted() bool { return t.record.Exhausted() }

// over says why nothing more comes of a transfer: it was deleted or taken down, its time
// is over, or all its downloads have begun. "" while it goes on.
func (t *Transfers) over(r Record) Reason {
	switch {
	case r.State == string(Deleted):
		if tr, _, err := readTransfer(r); err == nil && tr.TakenDown {
			return ReasonTakenDown
		}
		return ReasonDeleted
	case r.Expired(t.Now()):
		return ReasonExpired
	case r.Exhausted():
		return ReasonExhausted
	}
	return ""
}

// isDeleted says whether a transfer is over because it was ended before its time.
func isDeleted(why Reason) bool { return why == ReasonDeleted || why == ReasonTakenDown }

// gone is what whoever comes too late for a transfer is told.
func gone(why Reason) error { return &Error{Code: Gone, Reason: why, Message: string(why)} }

// Remaining returns how many downloads are left; 0 also when there is no limit,
// as existing clients expect.
func (t Transfer) Remaining() int64 {
	return max(0, t.MaxDownloads-t.Downloads)
}

// Token returns the hash of the token that pays for the transfer: the one it was created
// with, or that its request was made with. "" where none is asked for.
func (t Transfer) Token() string {
	if t.Request != "" {
		return t.maker
	}
	return t.Owner
}

// upload names the upload that a transfer is. Its ID alone does not: a sender
// can choose it again once the transfer is forgotten.
func (t Transfer) upload() string {
	return t.ID + "-" + strconv.FormatInt(t.CreatedAt.UnixNano(), 36)
}

// transferData is a transfer's part of a record that no condition looks at.
type transferData struct {
	DeclaredBytes   int64        `json:"declared_bytes,omitempty"`
	ContentTypeHint string       `json:"content_type_hint,omitempty"`
	CreatedAt       time.Time    `json:"created_at"`
	AutoDelete      bool         `json:"auto_delete,omitempty"`
	DeleteAuthHash  string       `json:"delete_auth_hash,omitempty"`
	Owner           string       `json:"owner,omitempty"`
	SenderHash      string       `json:"sender_hash,omitempty"`
	Confirmed       int64        `json:"confirmed,omitempty"`
	Request         string       `json:"request,omitempty"`
	Maker           string       `json:"maker,omitempty"` // of the request: the hash of its token
	SealedKey       []byte       `json:"sealed_key,omitempty"`
	MaxBytes        int64        `json:"max_bytes,omitempty"` // that the request allows; 0 = what the service takes
	Labelled        bool         `json:"labelled,omitempty"`  // there is a label
	Noted           bool         `json:"noted,omitempty"`     // it has a note of when to look at it
	TakenDown       bool         `json:"taken_down,omitempty"`
	Reserved        *reservation `json:"reserved,omitempty"`
	Coming          int64        `json:"coming,omitempty"` // bytes that bodies under way may have
	Payload         Payload      `json:"payload,omitzero"`
	Multipart       multipart    `json:"multipart,omitzero"`
	PutKey          string       `json:"put_key,omitempty"`   // where a signed upload URL writes
	PutBytes        int64        `json:"put_bytes,omitempty"` // that may be written there
	PutUntil        *time.Time   `json:"put_until,omitempty"` // and until when, where nobody can take the URL back
	RetireAt        *time.Time   `json:"retire_at,omitempty"` // when the payload of an exhausted transfer may go
}

// multipart is an upload in parts: open until Done.
type multipart struct {
	UploadID string `json:"upload_id,omitempty"`
	Key      string `json:"key,omitempty"`
	Done     bool   `json:"done,omitempty"`
	Bytes    int64  `json:"bytes,omitempty"`     // that all parts together may have
	Size     int64  `json:"size,omitempty"`      // bytes that are to come
	Parts    int    `json:"parts,omitempty"`     // in how many parts; 0 = begun before that was kept
	PartSize int64  `json:"part_size,omitempty"` // bytes that each part but the last should have
}

// sizeOf returns how many bytes the part of a number should have; 0 where there is none.
func (m multipart) sizeOf(number int) int64 {
	return max(0, min(m.PartSize, m.Size-int64(number-1)*m.PartSize))
}

func readTransfer(r Record) (Transfer, transferData, error) {
	var d transferData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return Transfer{}, d, Because(Internal, err, "a transfer's record cannot be read")
	}
	t := Transfer{
		ID: r.Key.ID, Status: Status(r.State), ExpiresAt: r.Expires,
		MaxDownloads: r.Limit, Downloads: r.Count,
		DeclaredBytes: d.DeclaredBytes, ContentTypeHint: d.ContentTypeHint,
		CreatedAt: d.CreatedAt, AutoDelete: d.AutoDelete, DeleteAuthHash: d.DeleteAuthHash,
		Owner: d.Owner, SenderHash: d.SenderHash, Payload: d.Payload, record: r,
		labelled: d.Labelled, retireAt: d.RetireAt, Confirmed: d.Confirmed,
		Request: d.Request, SealedKey: d.SealedKey, maker: d.Maker,
	}
	t.TakenDown = t.Status == Deleted && d.TakenDown
	t.Erased = t.Status == Deleted && !t.TakenDown || t.Status != Pending && d.Payload.Key == ""
	if t.Status == Completed && t.AutoDelete && r.Exhausted() {
		t.Status = Exhausted
	}
	return t, d, nil
}

// keys are the objects that a record names.
func (d transferData) keys() (keys []string) {
	for _, key := range []string{d.Payload.Key, d.PutKey, d.Multipart.Key} {
		if key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func (d transferData) write(r *Record) error {
	b, err := json.Marshal(d)
	if err != nil {
		return Because(Internal, err, "a transfer's record cannot be written")
	}
	r.Data = b
	return nil
}

// idForm is the form of every transfer ID: existing links and clients know no
// other.
var idForm = lazyregexp.New(`^[0-9a-f]{12}$`)

func newID() string {
	var b [6]byte
	rand.Read(b[:]) // never fails: crypto/rand
	return hex.EncodeToString(b[:])
}

// secretHash is the form in which the secret that deletes a transfer is kept.
func secretHash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
