package kept

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/cli/client"
)

// Request is a request for files that was made here, which a folder keeps.
//
// It is one file, which only its owner can read, since it has the key that opens what
// is sent to it: lines that are only ever added, so that a process can end at any
// moment. It is removed by who says so, and by nothing else: nobody knows what is still
// to be opened. The lines, after the first:
//
//	request {json}   a client.OwnRequest, as it was before the service was asked
//	made {json}      the same, as the service made it
//	done ID          what arrived so was received, or cannot be
type Request struct {
	lines
	path string

	own  client.OwnRequest
	done map[string]bool
}

const (
	requestTitle = "sgsend request 1"
	ofRequest    = ".request"
	mostRequest  = 1 << 20 // bytes: some hundred lines are a few KiB
)

// NewRequest keeps a request, for which the service was not asked yet. It outlives a loss
// of power when this returns.
func NewRequest(dir string, own client.OwnRequest) (*Request, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(own.Seed)
	r := &Request{path: filepath.Join(dir, prefix+hex.EncodeToString(sum[:12])+ofRequest), done: map[string]bool{}}
	if err := r.lock(); err != nil {
		return nil, err
	}
	err := r.begin(requestTitle)
	if err == nil {
		err = r.add("request", own)
	}
	if err != nil {
		r.Remove()
		return nil, err
	}
	syncFolder(dir)
	return r, nil
}

// Requests reads all requests that a folder keeps, the newest first; what cannot be read
// is among the others.
func Requests(dir string) (all []*Request, others []string) {
	found, _ := filepath.Glob(filepath.Join(escaped(dir), prefix+"*"+ofRequest))
	for _, path := range found {
		r := &Request{path: path}
		f, err := reopen(path)
		if err == nil {
			r.file = f
			err = r.read()
			f.Close()
			r.file = nil
		}
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			others = append(others, path)
		default:
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b *Request) int { return b.own.Begun.Compare(a.own.Begun) })
	return all, others
}

// Own returns the request.
func (r *Request) Own() client.OwnRequest { return r.own }

// IsDone says whether something that arrived was received, or cannot be.
func (r *Request) IsDone(transfer string) bool { return r.done[transfer] }

// Open locks a request for this process, and reads it once more. ErrBusy.
func (r *Request) Open() error {
	if err := r.lock(); err != nil {
		return err
	}
	err := r.read()
	if info, failed := r.file.Stat(); failed == nil && info.Size() == 0 {
		r.Remove() // it was forgotten just then
		return errNoRequest
	}
	if err != nil {
		r.file.Close()
	}
	return err
}

func (r *Request) lock() (err error) {
	if r.file, err = openOwn(r.path); errors.Is(err, errNotOwn) {
		err = fmt.Errorf("%s is %w: delete it", r.path, err)
	}
	return err
}

var errNoRequest = errors.New("it is no request that this program can read")

// read reads the lines. What is none stays: a later program may have written it.
func (r *Request) read() error {
	r.own, r.done, r.end = client.OwnRequest{}, map[string]bool{}, 0
	if info, err := r.file.Stat(); err != nil {
		return err
	} else if info.Size() > mostRequest {
		return errNoRequest
	}
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReader(r.file)
	for n := 0; ; n++ {
		line, err := in.ReadString('\n')
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF { // a last line without its end is as if it were not there
			break
		}
		if n == 0 && line != requestTitle+"\n" {
			return errNoRequest
		}
		if n > 0 {
			r.apply(strings.TrimSuffix(line, "\n"))
		}
		r.end += int64(len(line))
	}
	if _, err := r.own.Link(); err != nil {
		return errNoRequest
	}
	return nil
}

// apply takes one line, and says whether it is one.
func (r *Request) apply(line string) bool {
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "request", "made":
		var own client.OwnRequest
		if json.Unmarshal([]byte(rest), &own) != nil || (name == "made") != (own.ID != "") {
			return false
		}
		if _, err := own.Link(); err != nil {
			return false
		}
		r.own = own
	case "done":
		r.done[rest] = true
	default:
		return false
	}
	return true
}

func (r *Request) add(name string, of any) error {
	text, err := json.Marshal(of)
	if err != nil {
		return err
	}
	return r.keep(name + " " + string(text))
}

// keep writes a line that outlives a loss of power, and takes it.
func (r *Request) keep(line string) error {
	if err := r.write(line); err != nil {
		return err
	}
	if err := r.file.Sync(); err != nil {
		return err
	}
	if !r.apply(line) {
		return errNoRequest
	}
	return nil
}

// Made keeps what the service made of a request.
func (r *Request) Made(own client.OwnRequest) error { return r.add("made", own) }

// Done notes that something that arrived was received, or cannot be.
func (r *Request) Done(transfer string) error {
	if r.done[transfer] {
		return nil
	}
	return r.keep("done " + transfer)
}

// Waits says whether the service was asked for a request, and nobody knows its answer: to
// ask again finds what it made, as long as the service knows that it did.
func (r *Request) Waits() bool { return r.own.ID == "" && time.Since(r.own.Begun) < client.Pending }

// Remove forgets a request, and the key of all that was sent to it.
func (r *Request) Remove() {
	_ = r.file.Truncate(0)
	_ = r.file.Sync()
	os.Remove(r.path)
	r.file.Close()
	os.Remove(r.path) // where what is open cannot be removed
}

// Close leaves what there is to keep.
func (r *Request) Close() { r.file.Close() }
