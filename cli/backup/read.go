package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"regexp"
	"strings"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
)

// place takes what is in a backup, of which nothing may be believed before the backup
// has been read to its end.
type place interface {
	// ledger takes the ledger's file, and returns a function that opens it.
	ledger(body io.Reader) (open func() (*bolt.Ledger, error), err error)

	secret(name string, body io.Reader) error
	trail(ctx context.Context, key string, body io.Reader, size int64) error
	object(ctx context.Context, key string, body io.Reader, size int64) error
}

// reader reads a backup to a place.
type reader struct {
	ctx  context.Context
	tar  *tar.Reader
	to   place
	tell Progress

	list  list
	sum   Summary
	total int64
	stage int    // what has come
	last  string // the object of the trail before

	open   func() (*bolt.Ledger, error)
	ledger *bolt.Ledger                 // once it can be believed
	named  func() (object, error, bool) // the next object that it names
	stop   func()                       // ends that
}

// object is one that a record names.
type object struct {
	key string
	of  send.Record
}

// The stages of a backup, in their order.
const (
	nothing = iota
	begun
	withLedger
	withSecrets
	withTrail
	withObjects
	ended
)

// read reads a backup to its end. ErrDamaged where it is not as it was written, and
// what the place returns. The ledger of the place knows then which objects did not
// come.
func read(ctx context.Context, from io.Reader, to place, progress Progress) (sum Summary, err error) {
	r := &reader{ctx: ctx, tar: tar.NewReader(from), to: to, tell: progress}
	defer func() {
		if r.ledger != nil {
			r.stop()
			err = errors.Join(err, r.ledger.Close())
		}
	}()
	for {
		h, err := r.tar.Next()
		switch {
		case err == io.EOF && r.stage == ended:
			return r.sum, nil
		case err == io.EOF:
			return r.sum, damaged("its end is missing")
		case err != nil:
			return r.sum, readError(err)
		}
		if err := r.entry(h); err != nil {
			return r.sum, err
		}
	}
}

// readError says of an error of the tar that the backup is damaged, where it is.
func readError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return damaged("its end is missing")
	case errors.Is(err, tar.ErrHeader), errors.Is(err, tar.ErrFieldTooLong):
		return damaged("it is not one, or was changed: %v", err)
	}
	return err
}

// secretForm is the form of the names of secrets, and keyForm that of keys of a store.
var (
	secretForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	keyForm    = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)
)

func (r *reader) entry(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg || len(h.Name) > nameMost || sparse(h) || r.stage == ended {
		return damaged("%q does not belong there", h.Name)
	}
	dir, name, _ := strings.Cut(h.Name, "/")
	dir += "/"
	switch {
	case h.Name == beginName && r.stage == nothing:
		r.stage = begun
		return r.begin(h)
	case h.Name == ledgerName && r.stage == begun:
		r.stage = withLedger
		return r.take(h, func(body io.Reader) (err error) {
			r.open, err = r.to.ledger(body)
			return err
		})
	case dir == secretsDir && (r.stage == withLedger || r.stage == withSecrets) && secretForm.MatchString(name) &&
		h.Size <= smallMost:
		r.stage = withSecrets
		return r.take(h, func(body io.Reader) error { return r.to.secret(name, body) })
	case dir == sumsDir && r.stage >= withLedger:
		return r.checksums(h)
	case dir == trailDir && r.list.number > 0 && r.stage <= withTrail && keyForm.MatchString(name) &&
		strings.HasPrefix(name, audit.Prefix):
		if r.stage == withTrail && name <= r.last {
			break
		}
		r.stage, r.last = withTrail, name
		return r.take(h, func(body io.Reader) error { return r.to.trail(r.ctx, name, body, h.Size) })
	case dir == objectsDir && r.list.number > 0 && keyForm.MatchString(name):
		r.stage = withObjects
		if err := r.expected(name); err != nil {
			return err
		}
		return r.take(h, func(body io.Reader) error { return r.to.object(r.ctx, name, body, h.Size) })
	case h.Name == endName && r.list.number > 0 && r.list.files == 1: // the checksums themselves
		if err := r.expected(""); err != nil {
			return err
		}
		r.stage = ended
		return r.end(h)
	}
	return damaged("%q does not belong there", h.Name)
}

// sparse says whether a file has less bytes in the tar than it says.
func sparse(h *tar.Header) bool {
	for name := range h.PAXRecords {
		if strings.HasPrefix(name, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// take hands over a file, of which the checksum is kept until it is compared.
func (r *reader) take(h *tar.Header, to func(io.Reader) error) error {
	if r.list.files >= listMost {
		return damaged("checksums are missing before %q", h.Name)
	}
	f := &counted{w: io.Discard, hash: sha256.New(), told: func(n int64) error {
		r.sum.Bytes += n
		r.tell(r.sum.Bytes, r.total)
		return context.Cause(r.ctx)
	}}
	body := &came{r: io.TeeReader(r.tar, f)}
	err := to(body)
	if err == nil {
		_, err = io.Copy(io.Discard, body) // what the place did not want to see
	}
	if body.err != nil {
		return readError(body.err) // whatever became of it
	}
	if err != nil {
		return err
	}
	r.sum.Files++
	r.list.add(h.Name, f.hash)
	return nil
}

// came remembers how a body ended that did not come as a whole.
type came struct {
	r   io.Reader
	err error
}

func (c *came) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// small returns the content of a file that is read at once.
func (r *reader) small(h *tar.Header) (content []byte, err error) {
	if h.Size > smallMost {
		return nil, damaged("%q is too large", h.Name)
	}
	err = r.take(h, func(body io.Reader) error {
		content, err = io.ReadAll(body)
		return err
	})
	return content, err
}

func (r *reader) begin(h *tar.Header) error {
	content, err := r.small(h)
	if err != nil {
		return err
	}
	var b begin
	if json.Unmarshal(content, &b) != nil || b.Format < 1 {
		return damaged("%q cannot be read", h.Name)
	}
	if b.Format > format {
		return send.Fail(send.Invalid, "the backup was made by a later version, %s: use that, or a later one", b.MadeBy)
	}
	r.sum.At, r.total, r.sum.Elsewhere = b.At, b.Bytes, b.LedgerOnly
	return nil
}

func (r *reader) checksums(h *tar.Header) error {
	name, want := r.list.end()
	if h.Name != name {
		return damaged("%q does not belong there", h.Name)
	}
	content, err := r.small(h)
	if err == nil && !bytes.Equal(content, want) {
		err = damaged("%s", difference(content, want))
	}
	return err
}

// difference says which of several checksums is another than it should be.
func difference(said, want []byte) string {
	wanted := bytes.Split(want, []byte("\n"))
	for i, line := range bytes.Split(said, []byte("\n")) {
		if i < len(wanted) && !bytes.Equal(line, wanted[i]) {
			_, name, _ := strings.Cut(string(wanted[i]), "  ")
			return "the content of " + name + " is not what it was"
		}
	}
	return "files are missing"
}

func (r *reader) end(h *tar.Header) error {
	want := end{r.sum.Files, r.sum.Bytes, r.list.last}
	content, err := r.small(h)
	if err != nil {
		return err
	}
	var e end
	if json.Unmarshal(content, &e) != nil || e != want {
		return damaged("it has %d files with %d bytes, and should have others", want.Files, want.Bytes)
	}
	r.sum.Digest = want.Sums
	return nil
}

// expected goes on to an object among those that the ledger names, or with "" to the
// end of them. Those that it comes by did not come.
func (r *reader) expected(key string) error {
	if r.ledger == nil {
		var err error
		if r.ledger, err = r.open(); err != nil {
			return err
		}
		r.ledger.Now = func() time.Time { return r.sum.At } // however long ago that is
		r.named, r.stop = iter.Pull2(r.objects())
	}
	for {
		o, err, more := r.named()
		switch {
		case !more && key == "":
			return nil
		case !more:
			return damaged("no transfer names %q", key)
		case err != nil:
			return err
		case o.key == key:
			return nil
		}
		if err := r.lose(o); err != nil {
			return err
		}
	}
}

// objects are those that the ledger names.
func (r *reader) objects() iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		for record, err := range send.TransferRecords(r.ctx, r.ledger) {
			var keys []string
			if err == nil {
				keys, _, err = send.Objects(record)
			}
			if err != nil {
				yield(object{}, err)
				return
			}
			if record.State == string(send.Completed) {
				r.sum.Transfers++
			}
			if r.sum.Elsewhere {
				continue
			}
			for _, key := range keys {
				if !yield(object{key, record}, nil) {
					return
				}
			}
		}
	}
}

// lose notes in the ledger that an object did not come.
func (r *reader) lose(o object) error {
	without, lost, err := send.Lose(o.of, o.key)
	if err != nil || !lost {
		return err
	}
	r.sum.Lost++
	return r.ledger.Replace(r.ctx, without)
}
