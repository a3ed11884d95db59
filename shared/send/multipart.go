package send

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// The bounds of uploads in parts: S3's own for the number and the smallest
// size, and the size that known clients cut parts to. Other stores may take smaller
// ones ([Store.LeastPart]).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const (
	MinPartSize     = 5 << 20
	DefaultPartSize = 10 << 20
	MaxParts        = 10_000
)

const (
	partLife = 12 * time.Hour // of the URLs that parts are put to
	putLife  = time.Hour      // of a URL that a whole upload is put to
	putTail  = time.Hour      // that what begins to be put within it may take
)

// MultipartUpload is an upload in parts: where each of them goes.
type MultipartUpload struct {
	UploadID string
	Size     int64 // bytes of all parts
	PartSize int64 // bytes that each part but the last should have
	PartURLs []PartURL
	Uploaded []UploadedPart // that need no URL
}

// PartURL is where a part goes.
type PartURL struct {
	Number int
	URL    string
}

// Initiate opens an upload in parts for a pending transfer, and ends the one
// that was open before. parts is 0 to have the number chosen. NotFound,
// Conflict when the transfer is not pending, Gone when it has expired, Invalid,
// TooLarge.
func (t *Transfers) Initiate(
	ctx context.Context, from Sender, id string, size int64, parts int,
) (MultipartUpload, error) {
	m := multipart{Size: size, Parts: parts, PartSize: DefaultPartSize}
	switch {
	case parts < 0:
		return MultipartUpload{}, Fail(Invalid, "num_parts must be 0 (choose for me) or more")
	case parts == 0:
		m.cut(DefaultPartSize)
	default:
		m.PartSize = max(MinPartSize, ceil(size, int64(parts)))
	}
	return t.initiate(ctx, from, id, m)
}

// InitiateIn is Initiate with parts of so many bytes, or as many as are next to that and
// the store takes: of those that are small a line that breaks loses less.
func (t *Transfers) InitiateIn(
	ctx context.Context, from Sender, id string, size, partSize int64,
) (MultipartUpload, error) {
	if partSize <= 0 {
		return MultipartUpload{}, Fail(Invalid, "part_size must be 0 (choose for me) or more")
	}
	m := multipart{Size: size}
	m.cut(max(t.Store.LeastPart(), min(partSize, DefaultPartSize)))
	return t.initiate(ctx, from, id, m)
}

// cut cuts an upload into parts of so many bytes, or more where there would be too many.
func (m *multipart) cut(partSize int64) {
	m.PartSize = max(partSize, ceil(m.Size, MaxParts))
	m.Parts = int(ceil(m.Size, m.PartSize))
}

func (t *Transfers) initiate(ctx context.Context, from Sender, id string, m multipart) (MultipartUpload, error) {
	tr, d, err := t.owned(ctx, from, id, "Transfer not found")
	if err != nil {
		return MultipartUpload{}, err
	}
	if tr.Status != Pending {
		return MultipartUpload{}, errNotInPending()
	}
	if why := t.over(tr.record); why != "" {
		return MultipartUpload{}, gone(why)
	}
	switch {
	case m.Size <= 0:
		return MultipartUpload{}, Fail(Invalid, "file_size_bytes must say how many bytes will be sent")
	case m.Size > t.largest(&d):
		return MultipartUpload{}, tooLarge(t.largest(&d))
	case m.Parts > MaxParts:
		return MultipartUpload{}, Fail(Invalid, "Maximum %d parts allowed", MaxParts)
	}
	m.Key = t.payloadKey(tr)
	if m.UploadID, err = t.Store.Begin(ctx, m.Key); err != nil {
		return MultipartUpload{}, err
	}
	_, err = t.change(ctx, id, func(d *transferData) {
		m.Bytes = min(int64(m.Parts)*m.most(), room(m.Size), t.most(d))
		d.Multipart = m
	})
	if err != nil {
		_ = t.Store.Abort(context.WithoutCancel(ctx), m.Key, m.UploadID)
		return MultipartUpload{}, err
	}
	if before := d.Multipart; before.UploadID != "" && !before.Done {
		_ = t.Store.Abort(ctx, before.Key, before.UploadID) // otherwise the store ends it in a day
	}
	return t.partURLs(ctx, from, m, nil)
}

// most is how many bytes one part may have: known clients cut parts to the size they
// know, whatever they are told.
func (m multipart) most() int64 { return min(max(m.PartSize, DefaultPartSize), room(m.Size)) }

// partURLs returns where the parts go that are not there.
func (t *Transfers) partURLs(
	ctx context.Context, from Sender, m multipart, there []UploadedPart,
) (MultipartUpload, error) {
	up := MultipartUpload{UploadID: m.UploadID, Size: m.Size, PartSize: m.PartSize, Uploaded: there}
	next := 0 // of those that are
	for number := 1; number <= m.Parts; number++ {
		if next < len(there) && there[next].Number == number {
			next++
			continue
		}
		url, err := t.Links.PartURL(ctx, from.token, m.Key, m.UploadID, number, m.most(), partLife)
		if err != nil {
			return MultipartUpload{}, err
		}
		up.PartURLs = append(up.PartURLs, PartURL{number, url})
	}
	return up, nil
}

// Resume returns how the upload in parts of a pending transfer stands: which parts
// are there with the bytes that they should have, and where the others go. assembled
// is true where the ciphertext was made of them already, and there is nothing to
// resume. NotFound, also when no upload in parts is open, Conflict when the transfer is
// not pending, Gone when it has expired.
func (t *Transfers) Resume(
	ctx context.Context, from Sender, id string,
) (up MultipartUpload, assembled bool, err error) {
	tr, d, err := t.owned(ctx, from, id, "Transfer not found")
	if err != nil {
		return up, false, err
	}
	m := d.Multipart
	switch why := t.over(tr.record); {
	case tr.Status != Pending:
		return up, false, errNotInPending()
	case why != "":
		return up, false, gone(why)
	case m.Done && tr.Payload.Key == m.Key:
		return up, true, nil
	case m.Done || m.UploadID == "" || m.Parts == 0:
		return up, false, noUpload()
	}
	parts, err := t.Store.Uploaded(ctx, m.Key, m.UploadID)
	if CodeOf(err) == NotFound { // ended; or assembled, and the record does not know
		o, err := t.Store.Stat(ctx, m.Key)
		if CodeOf(err) == NotFound {
			return up, false, noUpload()
		}
		if err == nil {
			_, err = t.assembled(ctx, id, m, o)
		}
		return up, err == nil, err
	}
	if err != nil {
		return up, false, err
	}
	m.Parts = int(ceil(m.Size, m.PartSize)) // of which something is to come
	parts = slices.DeleteFunc(parts, func(p UploadedPart) bool {
		return p.Number > m.Parts || p.Size != m.sizeOf(p.Number)
	})
	up, err = t.partURLs(ctx, from, m, parts)
	return up, false, err
}

// Progress is how many bytes the store has of the ciphertext of a pending transfer: of
// one that comes in parts, of those that are there. 0 of any other.
func (t *Transfers) Progress(ctx context.Context, tr Transfer) (int64, error) {
	if tr.Status != Pending || t.over(tr.record) != "" {
		return 0, nil
	}
	_, d, err := readTransfer(tr.record)
	m := d.Multipart
	if err != nil || m.UploadID == "" || m.Done {
		return tr.Payload.Size, err
	}
	parts, err := t.Store.Uploaded(ctx, m.Key, m.UploadID)
	if CodeOf(err) == NotFound { // ended, or put together just now
		err = nil
	}
	return bytesOf(parts), err
}

func errNotInPending() error {
	return Fail(Conflict, "Transfer not in pending state").With(ReasonNotPending)
}

func ceil(n, by int64) int64 { return (n + by - 1) / by }

// Assemble makes the transfer's ciphertext of uploaded parts. Repeating it is
// safe. NotFound, Invalid when the parts are not what was uploaded, TooLarge.
func (t *Transfers) Assemble(ctx context.Context, from Sender, id, uploadID string, parts []Part) (Payload, error) {
	tr, d, err := t.owned(ctx, from, id, "Transfer not found")
	if err != nil {
		return Payload{}, err
	}
	m := d.Multipart
	switch {
	case tr.Status != Pending, m.UploadID == "", m.UploadID != uploadID:
		return Payload{}, noUpload()
	case m.Done && tr.Payload.Key == m.Key:
		return tr.Payload, nil
	case len(parts) == 0 || len(parts) > MaxParts:
		err := Fail(Invalid, "parts must name every uploaded part, 1 to %d of them", MaxParts)
		return Payload{}, err.With(ReasonPartsMismatch)
	}
	// To S3's own URLs any number of bytes can be put: looked at before they are
	// made one object.
	there, err := t.Store.Uploaded(ctx, m.Key, m.UploadID)
	switch {
	case err != nil && CodeOf(err) != NotFound:
		return Payload{}, err
	case bytesOf(there) > t.bound(m.Bytes):
		return Payload{}, t.refuseParts(ctx, id, m)
	}
	o, err := t.Store.Assemble(ctx, m.Key, m.UploadID, parts)
	if code := CodeOf(err); code == NotFound || code == Invalid {
		// The same call may have been made before, or be under way: its
		// answer was lost, and the parts are gone because the object is there.
		if found, statErr := t.Store.Stat(ctx, m.Key); statErr == nil {
			o, err = found, nil
		} else if code == NotFound {
			err = noUpload()
		}
	}
	if err != nil {
		return Payload{}, err
	}
	return t.assembled(ctx, id, m, o)
}

// assembled makes the object that was made of an upload's parts the payload of its
// transfer.
func (t *Transfers) assembled(ctx context.Context, id string, m multipart, o Object) (Payload, error) {
	if o.Size > t.bound(m.Bytes) { // more came meanwhile
		return Payload{}, t.withdraw(ctx, id, t.tooLarge(), m.Key)
	}
	p := Payload{m.Key, o.Size, o.ETag}
	_, err := t.attach(ctx, id, p, func(d *transferData) {
		d.Multipart = multipart{UploadID: m.UploadID, Key: m.Key, Done: true}
	})
	return p, err
}

func bytesOf(parts []UploadedPart) (n int64) {
	for _, p := range parts {
		n += p.Size
	}
	return n
}

// bound is how many bytes may be there where that many were reserved; 0 for what was
// begun before there were reservations.
func (t *Transfers) bound(reserved int64) int64 {
	if reserved == 0 {
		return t.Rules.MaxBytes
	}
	return min(reserved, t.Rules.MaxBytes)
}

// refuseParts ends an upload whose parts have more bytes than they may, and returns
// what its sender is told.
func (t *Transfers) refuseParts(ctx context.Context, id string, m multipart) error {
	if err := t.Store.Abort(context.WithoutCancel(ctx), m.Key, m.UploadID); err != nil {
		return refusal(t.tooLarge(), err)
	}
	return t.withdraw(ctx, id, t.tooLarge(), m.Key)
}

func noUpload() error {
	return Fail(NotFound, "Transfer not found or no such upload is open").With(ReasonUploadNotFound)
}

// Cancel ends an upload in parts. One that is not open is no error. NotFound
// when there is no such transfer.
func (t *Transfers) Cancel(ctx context.Context, from Sender, id, uploadID string) error {
	_, d, err := t.owned(ctx, from, id, "Transfer not found")
	if err != nil {
		return err
	}
	m := d.Multipart
	if m.UploadID == "" || m.UploadID != uploadID || m.Done {
		return nil
	}
	if err := t.Store.Abort(ctx, m.Key, m.UploadID); err != nil {
		return err
	}
	_, err = t.change(ctx, id, func(d *transferData) {
		if d.Multipart.UploadID == uploadID && !d.Multipart.Done {
			d.Multipart = multipart{}
		}
	})
	if CodeOf(err) == NotFound {
		err = nil // completed by another upload meanwhile
	}
	return err
}

// Put keeps a body at a key that an upload URL was made for, as Upload keeps
// one. NotFound unless its transfer is still pending, TooLarge, Invalid, Limited where
// too many bodies come to it at once.
func (t *Transfers) Put(ctx context.Context, key string, body io.Reader, size int64) (Payload, error) {
	tr, d, err := t.puttable(ctx, key)
	if err != nil {
		return Payload{}, err
	}
	most := min(t.bound(d.PutBytes), t.largest(&d))
	upload, done := t.arrivals.at(key)
	defer done()
	_, leave, err := upload.take(0, size, most, most)
	if err != nil {
		return Payload{}, err
	}
	defer leave(0) // what is there is replaced
	p, err := t.put(ctx, key, body, size, tr.DeclaredBytes, most)
	if err != nil {
		return Payload{}, err
	}
	if _, _, err := t.puttable(ctx, key); err != nil {
		if CodeOf(err) == NotFound { // it ended while the body came, and nobody looks there again
			t.discard(ctx, key)
		}
		return Payload{}, err
	}
	return p, nil
}

// puttable returns the transfer for which something can be put at a key. NotFound.
func (t *Transfers) puttable(ctx context.Context, key string) (Transfer, transferData, error) {
	tr, d, err := t.get(ctx, idOf(key), notPending)
	if err == nil && (tr.Status != Pending || d.PutKey != key) {
		err = errNotPending()
	}
	return tr, d, err
}

// UploadURL returns a URL to which the whole ciphertext of a pending transfer
// can be put, for ttl. NotFound.
func (t *Transfers) UploadURL(ctx context.Context, from Sender, id string) (url string, ttl time.Duration, err error) {
	tr, d, err := t.owned(ctx, from, id, "Transfer not found")
	if err != nil {
		return "", 0, err
	}
	if tr.Status != Pending {
		return "", 0, errNotPending()
	}
	key, lasts := d.PutKey, !t.Links.Counted()
	if key == "" || lasts {
		// The prefix keeps it apart from every key that is a payload.
		fresh := strings.Replace(t.payloadKey(tr), "/"+id+"/", "/"+id+"/put-", 1)
		_, err := t.change(ctx, id, func(d *transferData) {
			if d.PutKey == "" { // nobody else asked meanwhile
				d.PutKey, d.PutBytes = fresh, t.most(d)
			}
			if key = d.PutKey; lasts {
				until := t.Now().Add(putLife + putTail)
				d.PutUntil = &until
			}
		})
		if err != nil {
			return "", 0, err
		}
	}
	url, err = t.Links.PutURL(ctx, from.token, key, putLife)
	return url, putLife, err
}
