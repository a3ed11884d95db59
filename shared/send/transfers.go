package send

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Rules are the bounds of what may be sent.
type Rules struct {
	MaxBytes   int64         // of one ciphertext
	DefaultTTL time.Duration // of a transfer that names no expiry
	MaxTTL     time.Duration // at most MaxLifetime

	PendingBytes    int64 // that one sender may have reserved; 0 = any
	PendingBytesAll int64 // that all senders may have reserved; 0 = any
}

// Transfers moves transfers through their life: created, uploaded, completed,
// downloaded, and gone.
type Transfers struct {
	Ledger Ledger
	Store  Store
	Links  Links
	Gate   Gate
	Form   FormCheck
	Rules  Rules
	Now    func() time.Time

	// Removed, when set, hears of each transfer that the sweep removed because
	// it was expired, exhausted, abandoned or purged with its token; of several at
	// the same time.
	Removed func(t Transfer, why Reason)

	// Beside, when set, returns records that are created together with what makes a
	// transfer pending, or completed, as it is given: in the same write, so that there
	// is neither without the other.
	Beside func(context.Context, Transfer) []Record

	// AtOnce is how many transfers a sweep looks at at the same time; 0 = as many
	// as is usual.
	AtOnce int

	arrivals arrivals
}

// FormCheck says whether an upload has the form of ciphertext and fits the
// size its sender declared (0 = none). It sees the first HeadSize bytes and the
// size of the whole; its error, Invalid, is for the sender.
type FormCheck func(head []byte, size, declared int64) error

// HeadSize is how much of an upload a FormCheck sees, in bytes.
const HeadSize = 64 << 10

const (
	// pendingLife is how long a sender has to complete an upload before the
	// sweep takes it for abandoned.
	pendingLife = 24 * time.Hour
	// remembered is how long it can still be told why a transfer is gone.
	remembered = 7 * 24 * time.Hour
)

// NewTransfer is what a transfer is created from.
type NewTransfer struct {
	ID              string // chosen by the sender; made at random when empty
	DeclaredBytes   int64
	ContentTypeHint string
	MaxDownloads    int64
	AutoDelete      bool
	ExpiresAt       string // RFC 3339; "" = after the default lifetime
	DeleteAuthHash  string
	SenderHash      string
	Label           []byte // sealed; none = no label
	SealedKey       []byte // of a transfer to a request
}

var (
	hintUnsafe = lazyregexp.New(`[^A-Za-z0-9/\-+.;= ]`)
	hashForm   = lazyregexp.New(`^[0-9a-fA-F]{64}$`)
)

// Sender is somebody whom the gate has admitted.
type Sender struct {
	Admission
	token   string
	request *Request // that was given to the sender; nil for who has a token
}

// Token returns the hash of the token that pays for what is sent, as [Transfer.Token].
func (s Sender) Token() string {
	if s.request != nil {
		return s.request.Maker
	}
	return s.ID
}

// Admit asks the gate, once for all that a request is about, and returns what
// Gate.Admit does. Who shows what a request for files grants is admitted by that: Gone
// where it takes nothing more.
func (t *Transfers) Admit(ctx context.Context, token string) (Sender, error) {
	if g, granted := readGrant(token); granted {
		return t.admitGrant(ctx, token, g)
	}
	a, err := t.Gate.Admit(ctx, token)
	return Sender{a, token, nil}, err
}

// Create opens a transfer, and reserves what it may come to. Invalid for values that
// cannot be, TooLarge, Conflict when a chosen ID is taken, Limited and Full as
// [Transfers.book] says.
func (t *Transfers) Create(ctx context.Context, from Sender, n NewTransfer) (Transfer, error) {
	now := t.Now().UTC()
	expires, err := t.expiry(n.ExpiresAt, now, now)
	if err != nil {
		return Transfer{}, err
	}
	switch {
	case n.ID != "" && !idForm.MatchString(n.ID):
		return Transfer{}, Fail(Invalid, "Invalid transfer ID format (must be 12 lowercase hex chars)")
	case n.DeclaredBytes < 0:
		return Transfer{}, Fail(Invalid, "file_size_bytes must be 0 or more")
	case n.DeclaredBytes > t.Rules.MaxBytes:
		return Transfer{}, t.tooLarge()
	case from.request != nil && n.DeclaredBytes > from.request.MaxBytes:
		return Transfer{}, tooLarge(from.request.MaxBytes)
	case len(n.ContentTypeHint) > 256:
		return Transfer{}, Fail(Invalid, "content_type_hint is too long: at most 256 characters")
	case n.MaxDownloads < 0:
		return Transfer{}, Fail(Invalid, "max_downloads must be 0 (without limit) or more")
	case n.DeleteAuthHash != "" && !hashForm.MatchString(n.DeleteAuthHash):
		return Transfer{}, Fail(Invalid, "delete_auth_hash must be the hex SHA-256 of the delete secret (64 characters)")
	}
	d := transferData{
		DeclaredBytes:   n.DeclaredBytes,
		ContentTypeHint: hintUnsafe.ReplaceAllString(n.ContentTypeHint, "_"),
		CreatedAt:       now,
		AutoDelete:      n.AutoDelete,
		DeleteAuthHash:  n.DeleteAuthHash,
		Owner:           from.ID,
		SenderHash:      n.SenderHash,
		Labelled:        len(n.Label) > 0,
		Noted:           true,
	}
	if err := from.checkSealedKey(n.SealedKey); err != nil {
		return Transfer{}, err
	}
	d.Reserved = &reservation{
		Owner: reserving(from, n.SenderHash), Most: mostPending(from), All: t.Rules.PendingBytesAll > 0,
	}
	if rq := from.request; rq != nil {
		d.Request, d.Maker, d.MaxBytes, d.SealedKey = rq.ID, rq.Maker, rq.data.MaxBytes, n.SealedKey
		d.Reserved.For = rq.data.For
	}
	d.Reserved.Bytes = d.need()
	r := Record{
		State: string(Pending), Limit: n.MaxDownloads, Expires: expires,
		Purge: now.Add(pendingLife + remembered), Version: 1,
	}
	if err := d.write(&r); err != nil {
		return Transfer{}, err
	}
	for id := n.ID; ; id = "" {
		if id == "" {
			id = newID()
		}
		r.Key = transferKey(id)
		tr, _, err := readTransfer(r)
		if err != nil {
			return Transfer{}, err
		}
		err = t.open(ctx, tr, d, n.Label)
		if err == nil {
			return tr, nil
		}
		if CodeOf(err) != Conflict {
			return Transfer{}, err
		}
		if n.ID != "" {
			return Transfer{}, Fail(Conflict, "Transfer ID already exists").With(ReasonIDTaken)
		}
	}
}

// open writes what is kept of a new transfer, all of it or nothing.
func (t *Transfers) open(ctx context.Context, tr Transfer, d transferData, label []byte) error {
	beside := []Change{noteOf(tr, t.due(tr, d)).change()}
	if len(label) > 0 {
		beside = append(beside, Change{Create: labelOf(tr, label)})
	}
	beside = append(beside, t.beside(ctx, tr)...)
	return t.book(ctx, Change{Create: &tr.record}, nil, d.Reserved, beside...)
}

// beside is what Beside returns, as changes.
func (t *Transfers) beside(ctx context.Context, tr Transfer) (changes []Change) {
	if t.Beside == nil {
		return nil
	}
	for _, r := range t.Beside(ctx, tr) {
		changes = append(changes, Change{Create: &r})
	}
	return changes
}

// expiry reads when what was created at a time shall end. Everything does.
func (t *Transfers) expiry(s string, now, created time.Time) (time.Time, error) {
	if s == "" {
		return now.Add(t.Rules.DefaultTTL), nil
	}
	at, err := time.Parse(time.RFC3339, s)
	switch {
	case err != nil:
		return at, Fail(Invalid, "expires_at must be a time with its zone, such as 2030-01-31T12:00:00Z")
	case !at.After(now):
		return at, Fail(Invalid, "expires_at is in the past")
	case at.After(created.Add(t.Rules.MaxTTL + time.Minute)): // a minute for clocks that differ
		return at, Fail(Invalid, "expires_at is too far ahead: a transfer lives %s at most", InWords(t.Rules.MaxTTL))
	}
	return at.UTC(), nil
}

// InWords writes a lifetime as people say it: "30 days", "36 hours".
func InWords(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		switch n := d / unit.length; {
		case n == 0 || d%unit.length != 0:
		case n == 1:
			return "1 " + unit.name
		default:
			return strconv.FormatInt(int64(n), 10) + " " + unit.name + "s"
		}
	}
	return d.String()
}

func (t *Transfers) tooLarge() error { return tooLarge(t.Rules.MaxBytes) }

func tooLarge(most int64) error {
	return Fail(TooLarge, "too large: at most %d bytes can be sent", most)
}

// Info returns a transfer. NotFound.
func (t *Transfers) Info(ctx context.Context, id string) (Transfer, error) {
	tr, _, err := t.get(ctx, id, "Transfer not found")
	return tr, err
}

// get reads a transfer; missing is what a caller is told when there is none.
func (t *Transfers) get(ctx context.Context, id, missing string) (Transfer, transferData, error) {
	if !idForm.MatchString(id) {
		return Transfer{}, transferData{}, noTransfer(missing)
	}
	r, err := t.Ledger.Get(ctx, transferKey(id))
	if CodeOf(err) == NotFound {
		return Transfer{}, transferData{}, noTransfer(missing)
	}
	if err != nil {
		return Transfer{}, transferData{}, err
	}
	return readTransfer(r)
}

// noTransfer says that there is no such transfer, in the words of what was asked.
func noTransfer(words string) error {
	return &Error{Code: NotFound, Reason: ReasonTransferNotFound, Message: words}
}

// owned reads a transfer for its sender. To anyone else it does not exist.
func (t *Transfers) owned(ctx context.Context, from Sender, id, missing string) (Transfer, transferData, error) {
	tr, d, err := t.get(ctx, id, missing)
	if err == nil && tr.Owner != from.ID {
		return Transfer{}, transferData{}, noTransfer(missing)
	}
	return tr, d, err
}

// change alters the record of a pending transfer, and what it reserves with it. It
// fails with NotFound when the transfer is not pending any more, and with Limited
// and Full where that would be more than may be reserved.
func (t *Transfers) change(ctx context.Context, id string, f func(*transferData)) (Transfer, error) {
	var before, after transferData
	var watch bool
	r, err := updateBy(ctx, t.Ledger, transferKey(id), func(r *Record) (err error) {
		if r.State != string(Pending) {
			return errNotPending()
		}
		if _, before, err = readTransfer(*r); err != nil {
			return err
		}
		after = before
		f(&after)
		watch = after.watched() && !before.watched()
		after.Noted = after.Noted || watch
		if before.Reserved != nil {
			held := *before.Reserved
			held.Bytes, after.Reserved = after.need(), &held
		}
		return after.write(r)
	}, func(r Record) error {
		var beside []Change
		if watch {
			tr, _, err := readTransfer(r)
			if err != nil {
				return err
			}
			beside = append(beside, noteOf(tr, t.due(tr, after)).change())
		}
		return t.book(ctx, Change{Replace: &r}, before.Reserved, after.Reserved, beside...)
	})
	if CodeOf(err) == NotFound {
		err = errNotPending() // or forgotten meanwhile
	}
	if err != nil {
		return Transfer{}, err
	}
	tr, _, err := readTransfer(r)
	return tr, err
}

const notPending = "Transfer not found or not in pending state"

func errNotPending() error { return Fail(NotFound, notPending).With(ReasonNotPending) }

// Expects says whether a transfer waits for its ciphertext, as Upload does: NotFound when
// there is no such pending transfer, Gone when it has expired.
func (t *Transfers) Expects(ctx context.Context, from Sender, id string) error {
	_, _, err := t.expecting(ctx, from, id)
	return err
}

func (t *Transfers) expecting(ctx context.Context, from Sender, id string) (Transfer, transferData, error) {
	tr, d, err := t.owned(ctx, from, id, notPending)
	if err != nil {
		return tr, d, err
	}
	if tr.Status != Pending {
		return tr, d, errNotPending()
	}
	if why := t.over(tr.record); why != "" {
		return tr, d, gone(why)
	}
	return tr, d, nil
}

// Upload keeps a body as the transfer's ciphertext, in the place of any that
// was uploaded before. size is -1 when it is not known. NotFound when there is
// no such pending transfer, Gone when it has expired, TooLarge, Invalid for an
// empty body and for what the FormCheck refuses; of that nothing is kept.
func (t *Transfers) Upload(
	ctx context.Context, from Sender, id string, body io.Reader, size int64,
) (Payload, error) {
	tr, d, err := t.expecting(ctx, from, id)
	if err != nil {
		return Payload{}, err
	}
	coming, most := size, t.largest(&d)
	if size < 0 {
		coming = most
	}
	if coming > most {
		return Payload{}, tooLarge(most)
	}
	if _, err := t.change(ctx, id, func(d *transferData) { d.Coming += coming }); err != nil {
		return Payload{}, err
	}
	p, err := t.put(ctx, t.payloadKey(tr), body, size, tr.DeclaredBytes, most)
	if err != nil {
		_, _ = t.change(context.WithoutCancel(ctx), id, func(d *transferData) { d.came(coming) })
		return Payload{}, err
	}
	_, err = t.attach(ctx, id, p, func(d *transferData) { d.came(coming) })
	if CodeOf(err) == NotFound {
		t.discard(ctx, p.Key)
	}
	return p, err
}

// put keeps a body of at most that many bytes that has the right form for what was
// declared. It looks before it stores anything. Where the size is not known
// beforehand, and more than a head comes, it can only look afterwards.
func (t *Transfers) put(
	ctx context.Context, key string, body io.Reader, size, declared, most int64,
) (Payload, error) {
	switch {
	case size == 0:
		return Payload{}, errEmpty()
	case size > most:
		return Payload{}, tooLarge(most)
	case size < 0:
		body = &capped{body, most, tooLarge(most)}
	}
	buf := heads.Get().(*[HeadSize]byte)
	defer heads.Put(buf)
	head, end := readHead(buf[:], body)
	switch {
	case end != nil && end != io.EOF:
		return Payload{}, end
	case end == io.EOF && len(head) == 0 && size < 0:
		return Payload{}, errEmpty()
	case end == io.EOF && size < 0:
		size = int64(len(head))
	}
	known := size >= 0
	if known && int64(len(head)) >= min(size, HeadSize) { // of a body that is too short the store tells
		if err := t.Form(head[:min(size, HeadSize)], size, declared); err != nil {
			return Payload{}, err
		}
	}
	o, err := t.Store.Put(ctx, key, &begun{head, end, body}, size)
	if err != nil {
		return Payload{}, err
	}
	if !known {
		if why := t.Form(head, o.Size, declared); why != nil {
			return Payload{}, refusal(why, t.remove(ctx, key))
		}
	}
	return Payload{key, o.Size, o.ETag}, nil
}

// heads are reused: every upload is looked at.
var heads = sync.Pool{New: func() any { return new([HeadSize]byte) }}

// readHead reads until buf is full or the body ends, and returns the error with
// which it did. Unlike io.ReadFull it tells the end of the body from one that
// was cut short.
func readHead(buf []byte, body io.Reader) (head []byte, end error) {
	n := 0
	for n < len(buf) && end == nil {
		var m int
		m, end = body.Read(buf[n:])
		n += m
	}
	return buf[:n], end
}

// begun is a body of which the head was read: first that, then the rest as it
// comes.
type begun struct {
	head []byte
	end  error // of the body, where the head is all of it
	rest io.Reader
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.head) > 0 {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	if b.end != nil {
		return 0, b.end
	}
	return b.rest.Read(p)
}

// remove forgets what is not taken, before its sender is told. It does so also
// when nobody waits for that any more.
func (t *Transfers) remove(ctx context.Context, keys ...string) error {
	var faults []error
	for _, key := range keys {
		if key != "" {
			faults = append(faults, t.Store.Delete(context.WithoutCancel(ctx), key))
		}
	}
	return errors.Join(faults...)
}

// refusal is what the sender of an upload is told that is not taken: why, which
// may say that nothing was kept; and where it could not be removed, not that.
func refusal(why, removing error) error {
	if removing == nil {
		return why
	}
	r := ReasonOf(why)
	return Because(CodeOf(why), errors.Join(why, removing),
		"the upload is not taken (%s), and could not be removed yet: a sweep removes it later", r).With(r)
}

// withdraw removes what a pending transfer has of an upload that is not taken:
// the object and, once that is gone, the record's word of it. It returns what
// the sender is told. Where the record cannot be written it names what is not
// there, which is as good as nothing.
func (t *Transfers) withdraw(ctx context.Context, id string, why error, keys ...string) error {
	err := t.remove(ctx, keys...)
	if err == nil {
		_, _ = t.change(context.WithoutCancel(ctx), id, func(d *transferData) {
			if slices.Contains(keys, d.Payload.Key) {
				d.Payload = Payload{}
			}
			if slices.Contains(keys, d.Multipart.Key) {
				d.Multipart = multipart{}
			}
		})
	}
	return refusal(why, err)
}

func errEmpty() error {
	return Fail(Invalid, "nothing was sent: the body is empty").With(ReasonEmptyBody)
}

// capped gives over when more than left bytes were read.
type capped struct {
	r    io.Reader
	left int64
	over error
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p))-1 > c.left { // one more than may come, to see that it does
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, c.over
	}
	return n, err
}

// attach makes p the payload of a pending transfer. Whatever was uploaded
// before, in whichever way, is forgotten: the last upload counts.
func (t *Transfers) attach(ctx context.Context, id string, p Payload, f func(*transferData)) (Transfer, error) {
	var before, put string
	tr, err := t.change(ctx, id, func(d *transferData) {
		before, put, d.Payload = d.Payload.Key, d.PutKey, p
		f(d)
	})
	if err != nil {
		return Transfer{}, err
	}
	if before != p.Key {
		t.discard(ctx, before)
	}
	t.discard(ctx, put)
	return tr, nil
}

// attachNew is attach for a payload whose key only this call knows: where the
// transfer is not pending any more, or may not have it, it is forgotten. After any
// other failure the record may name it, and the sweep decides.
func (t *Transfers) attachNew(ctx context.Context, id string, p Payload) (Transfer, error) {
	tr, err := t.attach(ctx, id, p, func(*transferData) {})
	if code := CodeOf(err); code == NotFound || code == Limited || code == Full {
		t.discard(ctx, p.Key)
	}
	return tr, err
}

// discard forgets an object that no record names. Failing to is not the
// caller's concern: the sweep finds it.
func (t *Transfers) discard(ctx context.Context, key string) {
	if key != "" {
		_ = t.Store.Delete(context.WithoutCancel(ctx), key)
	}
}

const notUploaded = "Transfer not found or payload not uploaded"

// Complete checks what arrived, spends one use of the token and makes the
// transfer available; from then on it never changes. Repeating it is safe, and
// first is false then. NotFound, Gone when it has expired, Invalid when the
// upload is not ciphertext or not of the declared size, of which nothing is kept
// then, and what Gate.Spend returns.
func (t *Transfers) Complete(ctx context.Context, token, id string) (tr Transfer, first bool, err error) {
	for {
		tr, err := t.ready(ctx, token, id)
		switch {
		case errors.Is(err, errChanged):
			continue
		case err != nil || tr.Status != Pending:
			return tr, false, err
		}
		if err := t.spendUse(ctx, token, tr); err != nil {
			return Transfer{}, false, err
		}
		_, d, err := readTransfer(tr.record)
		if err != nil {
			return Transfer{}, false, err
		}
		held := d.Reserved
		d.Reserved, d.Coming = nil, 0
		r := tr.record
		if err := d.write(&r); err != nil {
			return Transfer{}, false, err
		}
		r.State, r.Purge = string(Completed), tr.ExpiresAt.Add(remembered)
		tr.Status = Completed
		switch err := t.book(ctx, Change{Replace: &r}, held, nil, t.beside(ctx, tr)...); CodeOf(err) {
		case "":
			r.Version++
			tr.record = r
			if m := d.Multipart; m.UploadID != "" && !m.Done { // it was uploaded another way
				_ = t.Store.Abort(context.WithoutCancel(ctx), m.Key, m.UploadID) // otherwise the store ends it in a day
			}
			return tr, true, nil
		case Conflict: // somebody uploaded or completed meanwhile: what was ready is not what there is
		default:
			return Transfer{}, false, err
		}
	}
}

// errChanged says that a transfer is no longer what was read of it.
var errChanged = errors.New("the transfer was changed meanwhile")

// ready returns a pending transfer of which all holds that has to before it may
// be completed, and one that is completed already as it is.
func (t *Transfers) ready(ctx context.Context, token, id string) (Transfer, error) {
	tr, d, err := t.own(ctx, token, id)
	if err != nil {
		return Transfer{}, err
	}
	switch why := t.over(tr.record); {
	case tr.record.State == string(Completed):
		return tr, nil
	case isDeleted(why):
		return Transfer{}, Fail(NotFound, notUploaded).With(why)
	case why != "":
		return Transfer{}, gone(why)
	}
	found, err := t.arrived(ctx, tr, d)
	if CodeOf(err) == NotFound {
		// Another upload, or call to complete it, may have taken its place in
		// this moment.
		if now, _, getErr := t.get(ctx, id, notUploaded); getErr == nil && now.record.Version != tr.record.Version {
			err = errChanged
		}
	}
	if err != nil {
		return Transfer{}, err
	}
	return found, nil
}

// arrived returns the transfer with the upload that counts, which is ciphertext
// of the declared size and there to stay. NotFound, Invalid.
func (t *Transfers) arrived(ctx context.Context, tr Transfer, d transferData) (Transfer, error) {
	put := ""
	if d.PutKey != "" {
		adopted, err := t.adopt(ctx, tr, d)
		switch {
		case err == nil:
			tr, put = adopted, d.PutKey
		case CodeOf(err) != NotFound:
			return Transfer{}, err
		}
	}
	if tr.Payload.Key == "" {
		return Transfer{}, Fail(NotFound, notUploaded).With(ReasonNotUploaded)
	}
	why, err := t.inspect(ctx, tr)
	if why != nil {
		return Transfer{}, t.withdraw(ctx, tr.ID, why, tr.Payload.Key, put)
	}
	if err == nil {
		err = t.Store.Settle(ctx, tr.Payload.Key)
	}
	if CodeOf(err) == NotFound {
		err = Because(NotFound, err, notUploaded).With(ReasonNotUploaded)
	}
	return tr, err
}

// own reads a transfer to complete it. It does not ask whether the token may
// still be used: a token whose last use this very transfer was is exhausted
// when the sender repeats a call whose answer was lost.
func (t *Transfers) own(ctx context.Context, token, id string) (Transfer, transferData, error) {
	tr, d, err := t.get(ctx, id, notUploaded)
	if err == nil && token != "" && subtle.ConstantTimeCompare([]byte(tr.Owner), []byte(TokenHash(token))) == 1 {
		return tr, d, nil
	}
	from, err := t.Admit(ctx, token)
	if err != nil {
		return Transfer{}, transferData{}, err
	}
	return t.owned(ctx, from, id, notUploaded)
}

// adopt takes what was written to a signed URL to a key no URL was signed for:
// the URL can be used again until it expires. NotFound when nothing was.
func (t *Transfers) adopt(ctx context.Context, tr Transfer, d transferData) (Transfer, error) {
	key, most := t.payloadKey(tr), t.bound(d.PutBytes)
	o, err := t.Store.Stat(ctx, d.PutKey) // S3 takes any number of bytes, and to copy them costs
	if err != nil {
		return Transfer{}, err
	}
	if o.Size <= most {
		if o, err = t.Store.Copy(ctx, d.PutKey, key); err != nil {
			return Transfer{}, err
		}
	}
	if o.Size > most {
		return Transfer{}, t.withdraw(ctx, tr.ID, t.tooLarge(), key, d.PutKey)
	}
	return t.attachNew(ctx, tr.ID, Payload{key, o.Size, o.ETag})
}

// inspect says why an upload is not ciphertext of the declared size, or that it
// cannot be read.
func (t *Transfers) inspect(ctx context.Context, tr Transfer) (why, err error) {
	p := tr.Payload
	body, _, err := t.Store.Open(ctx, p.Key, Span{0, min(p.Size, HeadSize)})
	if err != nil {
		return nil, err
	}
	defer body.Close()
	buf := heads.Get().(*[HeadSize]byte)
	defer heads.Put(buf)
	head := buf[:min(p.Size, HeadSize)]
	if _, err := io.ReadFull(body, head); err != nil {
		return nil, Because(Unavailable, err, "the upload cannot be read back; try again")
	}
	return t.Form(head, p.Size, tr.DeclaredBytes), nil
}
