package client

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// File is what is to be sent.
type File struct {
	Meta    envelope.Meta
	Content io.Reader
	Size    int64 // bytes; envelope.Unknown when nobody knows

	// Picture is a small one of the content, for the label; nil = none.
	Picture *envelope.Picture

	// Index says which files the content is, where it is several; nil = it is one.
	Index *envelope.Index
}

// label is what is told of the file before it is downloaded.
func (f File) label(size int64, note string) envelope.Label {
	if f.Index != nil {
		return f.Index.Label(note)
	}
	return envelope.Label{
		Files: []envelope.LabelFile{{Name: f.Meta.Filename, Size: size, Type: f.Meta.Type}},
		Count: 1, Size: size, Note: note, Picture: f.Picture,
	}
}

// Options are what goes with a transfer.
type Options struct {
	Lifetime     time.Duration // by the service's clock; 0 leaves it to the service
	MaxDownloads int64         // 0 = without limit
	Note         string        // for the receiver, sealed; at most envelope.MaxNote characters; "" = none
	Passphrase   string        // beside the link, which opens nothing without it; "" = none

	// To is the request that it is sent to: then nobody but who made that has the link,
	// and no access token is shown. nil = none.
	To *envelope.Request

	// MaxBytes is what the request takes at most, where it says so; 0 leaves it to the
	// service to refuse more.
	MaxBytes int64

	// Journal keeps the upload of a large file, so that it can be gone on with;
	// nil keeps none. Its content is then an io.Seeker: it may have to be read a
	// second time.
	Journal Journal

	// Created is told the link as soon as there is one: before anything is sent, or goes on
	// to be. It opens nothing until all is there. It is told another where what was begun
	// starts over; nil for nobody who wants to know.
	Created func(envelope.Link)

	// GoesOn is called before an upload of before is gone on with, of which so
	// many sealed bytes are there; nil for nobody who wants to know.
	GoesOn func(u Upload, there int64)

	// StartsOver is called where one of before cannot be gone on with; nil for
	// nobody who wants to know.
	StartsOver func(u Upload, why error)
}

// request is the ID of the request that it is sent to; "" where there is none.
func (o Options) request() string {
	if o.To == nil {
		return ""
	}
	return o.To.ID
}

// ErrOption is beneath the error of an option that does not go with a transfer: as
// it is, or at this service.
var ErrOption = errors.New("an option that does not go with a transfer")

// Sent is a file that arrived.
type Sent struct {
	Link         envelope.Link
	DeleteSecret string    // for Delete
	ExpiresAt    time.Time // zero when the service did not say
	Size         int64     // sealed, in bytes
}

// directMax is the most that goes through the service itself, in bytes: what
// every home of it takes. On Lambda that is what fits, as base64, into an event
// of 6 MB.
const directMax = 4 << 20

// sealedType is the media type of everything that is sent: what it is stands
// inside the seal.
const sealedType = "application/octet-stream"

// Send seals a file under a new key and sends it, with a label that says what is
// waiting. Of the key, the file's name and the note nothing leaves this process
// but inside the seals. When it fails, or ctx ends, what was sent is withdrawn
// within seconds.
//
// With a [Journal] an upload in parts is not withdrawn when it can be gone on
// with, but by the same call. The journal is the caller's to drop, once the link
// is told.
func (c *Client) Send(ctx context.Context, f File, o Options) (Sent, error) {
	if n := utf8.RuneCountInString(o.Note); n > envelope.MaxNote {
		return Sent{}, send.Because(send.Invalid, ErrOption,
			"the note has %d characters, and at most %d go with a transfer; send it as a file", n, envelope.MaxNote)
	}
	if o.To != nil {
		c = c.sendingTo(*o.To)
	}
	if f.Size < 0 {
		return c.sendUnknown(ctx, f, o)
	}
	if content, ok := f.Content.(io.ReadSeeker); ok && o.Journal != nil && f.Size > directMax && inSegments(f, o) {
		return c.sendKept(ctx, f, content, o)
	}
	k, err := newKeys(o)
	if err != nil {
		return Sent{}, err
	}
	t, err := c.open(ctx, k, f.label(f.Size, o.Note), envelope.SealedSize(k.secret, f.Meta, f.Size), o)
	if err != nil {
		return Sent{}, err
	}
	return c.sendSealed(ctx, t, func(w io.Writer) error {
		return envelope.Encrypt(w, k.secret, f.Meta, f.Content, f.Size)
	})
}

// inSegments says whether a file is sealed in segments, which can be sealed again to the
// same bytes.
func inSegments(f File, o Options) bool {
	return f.Size > envelope.MaxV1 || f.Meta.IsFiles() || o.Passphrase != ""
}

// keys are what one file is sealed under.
type keys struct {
	link    envelope.Key
	stretch *envelope.Stretch // nil without a passphrase
	secret  envelope.Secret   // the link's key, into which the passphrase is mixed
}

// newKeys makes those of a new file.
func newKeys(o Options) (keys, error) {
	if o.Passphrase == "" {
		return keysOf(o, envelope.NewKey(), nil)
	}
	stretch := envelope.NewStretch()
	return keysOf(o, envelope.NewKey(), &stretch)
}

// keysOf are those of a file that was begun to be sent.
func keysOf(o Options, link envelope.Key, stretch *envelope.Stretch) (keys, error) {
	if stretch == nil {
		return keys{link, nil, link}, nil
	}
	locked, err := stretch.Lock(link, o.Passphrase)
	return keys{link, stretch, locked}, err
}

// sendUnknown sends a content of unknown size, which the service wants to know
// beforehand. A small one is read first; of a large one the ciphertext, and
// only that, is kept in a temporary file.
func (c *Client) sendUnknown(ctx context.Context, f File, o Options) (Sent, error) {
	var small bytes.Buffer
	n, err := io.Copy(&small, io.LimitReader(f.Content, envelope.MaxV1+1))
	if err != nil {
		return Sent{}, fmt.Errorf("read the content: %w", err)
	}
	if n <= envelope.MaxV1 {
		f.Content, f.Size = &small, n
		return c.Send(ctx, f, o)
	}
	rules, _, err := c.rules(ctx)
	if err != nil {
		return Sent{}, err
	}
	read := &counted{r: io.MultiReader(&small, f.Content)}
	content := io.Reader(read)
	if rules.MaxBytes > 0 {
		content = &atMost{content, rules.MaxBytes, errEndless}
	}
	if o.MaxBytes > 0 {
		content = &atMost{content, o.MaxBytes, errBeyondRequest}
	}
	spool, err := os.CreateTemp("", "sgsend-*")
	if err != nil {
		return Sent{}, spooling(err)
	}
	// At once, where the system can: then nothing is left, however this ends.
	if os.Remove(spool.Name()) != nil {
		defer os.Remove(spool.Name())
	}
	defer spool.Close()
	k, err := newKeys(o)
	if err != nil {
		return Sent{}, err
	}
	err = envelope.Encrypt(spool, k.secret, f.Meta, content, envelope.Unknown)
	if p, ok := errors.AsType[*os.PathError](err); ok && p.Path == spool.Name() {
		return Sent{}, spooling(err)
	}
	if err != nil {
		return Sent{}, err
	}
	size, err := spool.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return Sent{}, err
	}
	t, err := c.open(ctx, k, f.label(read.n, o.Note), size, o)
	if err != nil {
		return Sent{}, err
	}
	return c.sendSealed(ctx, t, func(w io.Writer) error {
		_, err := io.Copy(w, spool)
		return err
	})
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// atMost is a content that fails where it is longer than the service takes: an
// endless one would fill the disk first.
type atMost struct {
	r    io.Reader
	left int64
	more error
}

func (a *atMost) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if a.left -= int64(n); a.left < 0 {
		return 0, a.more
	}
	return n, err
}

var (
	errEndless       = send.Fail(send.TooLarge, "the content is longer than the service takes")
	errBeyondRequest = send.Fail(send.TooLarge, "the content is longer than the request takes")
)

// spooling explains that what is sealed cannot be kept until its size is known.
func spooling(err error) error {
	return fmt.Errorf("the folder for temporary files of this machine (%s; set TMPDIR to use another) "+
		"cannot keep what is sealed until its size is known: %w", os.TempDir(), err)
}

// opened is a transfer that was created, and of which nothing has arrived.
type opened struct {
	id, secret string
	key        envelope.Key // of the link
	size       int64        // sealed, in bytes
	expires    time.Time
}

// open creates a transfer for a sealed file of size bytes.
func (c *Client) open(
	ctx context.Context, k keys, label envelope.Label, size int64, o Options,
) (opened, error) {
	secret := send.RandomSecret()
	t := wire.CreateTransferRequest{
		FileSizeBytes:   size,
		ContentTypeHint: sealedType,
		MaxDownloads:    o.MaxDownloads,
		AutoDelete:      o.MaxDownloads > 0,
		DeleteAuthHash:  hexSum(secret),
		Label:           base64.StdEncoding.EncodeToString(envelope.SealLabel(k.secret, label)),
	}
	if err := address(&t, k.link, o.To); err != nil {
		return opened{}, err
	}
	if ends, err := c.ending(ctx, o); err != nil {
		return opened{}, err
	} else if !ends.IsZero() {
		t.ExpiresAt = ends.UTC().Format(time.RFC3339)
	}
	made, err := c.create(ctx, t)
	if err != nil {
		return opened{}, err
	}
	o.created(c.linkOf(made.TransferID, k.link))
	return opened{made.TransferID, secret, k.link, size, made.ExpiresAt.Time}, nil
}

func (c *Client) linkOf(id string, key envelope.Key) envelope.Link {
	return envelope.Link{Origin: c.Server, ID: id, Key: key, HasKey: true}
}

func (o Options) created(link envelope.Link) {
	if o.Created != nil && o.To == nil { // of what goes to a request nobody has a link
		o.Created(link)
	}
}

// address seals the key of a transfer to the request that it is for, if any.
func address(t *wire.CreateTransferRequest, key envelope.Key, request *envelope.Request) error {
	if request == nil {
		return nil
	}
	sealed, err := request.SealKey(key)
	t.SealedKey = base64.StdEncoding.EncodeToString(sealed)
	return err
}

// ending is when a transfer is to end; zero leaves it to the service.
func (c *Client) ending(ctx context.Context, o Options) (time.Time, error) {
	switch {
	case o.Lifetime > 0:
		return c.expiry(ctx, o.Lifetime)
	case o.To != nil:
		return c.requested(ctx)
	}
	return time.Time{}, nil
}

// sendSealed sends what write writes, and withdraws it when that fails.
func (c *Client) sendSealed(ctx context.Context, t opened, write func(io.Writer) error) (Sent, error) {
	err := c.upload(ctx, t.id, t.size, write)
	if err == nil {
		err = c.complete(ctx, t.id)
	}
	if err != nil {
		c.withdraw(ctx, t.id, t.secret)
		return Sent{}, err
	}
	return c.sent(t), nil
}

// sent is what is told of a transfer that is complete.
func (c *Client) sent(t opened) Sent {
	return Sent{
		Link:         c.linkOf(t.id, t.key),
		DeleteSecret: t.secret,
		ExpiresAt:    t.expires,
		Size:         t.size,
	}
}
