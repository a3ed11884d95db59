package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// upload is a file that is being sent by processes that end early.
type upload struct {
	t       *testing.T
	s       *site.Site
	dir     string // of journals
	content []byte
	o       client.Options

	mu      sync.Mutex
	parts   map[string]place        // where what is put to a path is in a sealed file
	streams map[string]string       // the salt of each transfer
	carried map[string]map[int]byte // what ever went over the wire under a salt, by where it is in the sealed file
	puts    int                     // parts that were put since the last process began
	done    int                     // of those, that were answered
	answers func(r *http.Request) action
	kill    func() // the process
	busy    atomic.Int64
	went    []string // "goes on", "starts over"
}

// place is where a part is.
type place struct {
	transfer string
	at       int
}

// action is what happens to a request.
type action int

const (
	passes action = iota
	cut           // it is read in part, and has no answer
	last          // the same, once the others that put parts have their answers
	lost          // it is answered, but the answer does not arrive
)

// uploadSize is in three parts, and sealed in segments since it is several files.
const uploadSize = 25 << 20

func newUpload(t *testing.T) *upload {
	t.Helper()
	u := &upload{
		t: t, s: site.Start(t), dir: t.TempDir(), content: make([]byte, uploadSize), parts: map[string]place{},
		streams: map[string]string{}, carried: map[string]map[int]byte{},
	}
	for i := range u.content {
		u.content[i] = byte(i % 253)
	}
	u.s.Fail(u.carry)
	return u
}

// carry is the wire: it notes what goes over it.
func (u *upload) carry(w http.ResponseWriter, r *http.Request, service http.Handler) {
	u.busy.Add(1)
	defer u.busy.Add(-1)
	u.mu.Lock()
	to, isPart := u.parts[r.URL.Path]
	does := passes
	if u.answers != nil {
		does = u.answers(r)
	}
	u.mu.Unlock()
	if isPart {
		r.Body = &noted{r.Body, u, to}
		if does != cut && does != last { // the server reads on by itself where the service does not
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		u.mu.Lock()
		u.puts++
		u.mu.Unlock()
	}
	switch does {
	case last:
		for others := 0; others < 2; time.Sleep(5 * time.Millisecond) {
			u.mu.Lock()
			others = u.done
			u.mu.Unlock()
		}
		u.kill()
		panic(http.ErrAbortHandler)
	case cut:
		_, _ = io.CopyN(io.Discard, r.Body, rand.Int64N(1<<20))
		panic(http.ErrAbortHandler)
	case lost:
		service.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/presigned/") {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		service.ServeHTTP(answer, r)
		u.learn(body, answer.Body.Bytes())
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		return
	}
	service.ServeHTTP(w, r)
	if isPart {
		u.mu.Lock()
		u.done++
		u.mu.Unlock()
	}
}

// learn notes where parts go.
func (u *upload) learn(asked, answered []byte) {
	var in wire.ResumeUploadRequest
	var out wire.InitiateUploadReply
	if json.Unmarshal(asked, &in) != nil || json.Unmarshal(answered, &out) != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, p := range out.PartURLs {
		u.parts[wire.OwnPath(p.UploadURL)] = place{in.TransferID, (p.PartNumber - 1) * int(out.PartSize)}
	}
}

// noted is a body of which every byte is noted.
type noted struct {
	io.ReadCloser
	u *upload
	place
}

func (n *noted) Read(p []byte) (int, error) {
	m, err := n.ReadCloser.Read(p)
	n.u.mu.Lock()
	defer n.u.mu.Unlock()
	salt := n.u.streams[n.transfer]
	if salt == "" {
		n.u.t.Error("something left before the journal had its stream")
	}
	carried := n.u.carried[salt]
	if carried == nil {
		carried = map[int]byte{}
		n.u.carried[salt] = carried
	}
	// Of each KiB one byte stands for all: another plaintext changes the tag of its
	// segment, and its bytes from there on; and all of the tags.
	for i := 0; i < m; i++ {
		at := n.at + i
		if at%1024 != 0 && (at-8)%(1<<20) < 1<<20-16 {
			i += min(1024-at%1024, 1<<20-16-(at-8)%(1<<20)) - 1
			continue
		}
		if before, ok := carried[at]; ok && before != p[i] {
			n.u.t.Errorf("two contents went under one nonce: at %d of the sealed file of %s", at, n.transfer)
			break
		}
		carried[at] = p[i]
	}
	n.at += m
	return m, err
}

// watching is a journal that is asked what it keeps.
type watching struct {
	*kept.Upload
	u *upload
}

func (w watching) Begin(up client.Upload) error {
	w.u.mu.Lock()
	salt := string(up.Salt) + string(up.Prefix)
	for _, other := range w.u.streams {
		if other == salt {
			w.u.t.Error("two transfers have the same stream")
		}
	}
	w.u.streams[up.ID] = salt
	w.u.mu.Unlock()
	return w.Upload.Begin(up)
}

// try is a process that sends it, to the end or until it is killed.
func (u *upload) try(answers func(kill func(), r *http.Request) action) (client.Sent, error) {
	u.t.Helper()
	ctx, cancel := context.WithCancel(u.t.Context())
	defer cancel()
	for u.busy.Load() > 0 { // with what the process before asked
		time.Sleep(time.Millisecond)
	}
	u.mu.Lock()
	u.answers, u.puts, u.done, u.kill = nil, 0, 0, cancel
	if answers != nil {
		u.answers = func(r *http.Request) action { return answers(cancel, r) }
	}
	u.mu.Unlock()
	j, err := kept.OpenUpload(u.dir, kept.About{Server: u.s.URL, Path: "/a"})
	if err != nil {
		u.t.Fatal(err)
	}
	defer j.Close()
	o := u.o
	o.Journal = watching{j, u}
	o.GoesOn = func(client.Upload, int64) { u.went = append(u.went, "goes on") }
	o.StartsOver = func(client.Upload, error) { u.went = append(u.went, "starts over") }
	f := client.File{Meta: envelope.FilesMeta("a"), Content: bytes.NewReader(u.content), Size: int64(len(u.content))}
	return at(u.s).Send(ctx, f, o)
}

// part counts requests that put a part, and is true at the one of that number.
func part(number int) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if r.Method == http.MethodPut {
			number--
		}
		return r.Method == http.MethodPut && number == 0
	}
}

// killedAt ends a process at the request that is meant.
func killedAt(meant func(*http.Request) bool, how action) func(func(), *http.Request) action {
	return func(kill func(), r *http.Request) action {
		if !meant(r) {
			return passes
		}
		if how != last {
			time.AfterFunc(20*time.Millisecond, kill)
		}
		return how
	}
}

func asks(route wire.Route) func(*http.Request) bool {
	prefix := route.To("")
	return func(r *http.Request) bool { return r.Method == route.Method && strings.HasPrefix(r.URL.Path, prefix) }
}

// interrupted tries it so that it does not come.
func (u *upload) interrupted(answers func(func(), *http.Request) action) {
	u.t.Helper()
	if _, err := u.try(answers); err == nil {
		u.t.Fatal("it was sent, and should have been killed")
	}
}

// arrives sends it to the end, with so many parts, and compares what is received.
func (u *upload) arrives(puts int, went ...string) client.Sent {
	u.t.Helper()
	u.went = nil
	sent, err := u.try(nil)
	if err != nil {
		u.t.Fatal(err)
	}
	if puts >= 0 && u.puts != puts {
		u.t.Errorf("%d parts were put, not %d", u.puts, puts)
	}
	if strings.Join(u.went, ", ") != strings.Join(went, ", ") {
		u.t.Errorf("it said %q, not %q", u.went, went)
	}
	_, got, err := receive(u.t.Context(), at(u.s), sent.Link)
	if err != nil || !bytes.Equal(got, u.content) {
		u.t.Fatalf("%d bytes came, %v", len(got), err)
	}
	return sent
}

// ids are the transfers that were begun.
func (u *upload) ids() (all []string) {
	for id := range u.streams {
		all = append(all, id)
	}
	return all
}

// A process that was killed sent what is there, and the next sends the rest.
func TestUploadGoesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		killed func(func(), *http.Request) action
		puts   int
		went   string
	}{
		"before any part":                 {killedAt(asks(wire.InitiateUpload), cut), 3, "goes on"},
		"with a part":                     {killedAt(part(3), last), 1, "goes on"},
		"before it knows of a part":       {killedAt(part(3), lost), -1, "goes on"},
		"before they are put together":    {killedAt(asks(wire.AssembleUpload), cut), 0, "goes on"},
		"while they are put together":     {killedAt(asks(wire.AssembleUpload), lost), 0, "goes on"},
		"before it is complete":           {killedAt(asks(wire.CompleteTransfer), cut), 0, "goes on"},
		"when it is, and nobody was told": {killedAt(asks(wire.CompleteTransfer), lost), 0, "goes on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUpload(t)
			u.interrupted(c.killed)
			u.arrives(c.puts, c.went)
			if n := len(u.ids()); n != 1 {
				t.Errorf("%d transfers were begun", n)
			}
			again := u.arrives(0, "goes on") // the link is told until the journal is removed
			if again.Link.ID != u.ids()[0] {
				t.Error("another link is told")
			}
		})
	}
}

// What is not the same file any more starts over, under another key, and what was begun is
// withdrawn.
func TestChangedFileStartsOver(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(u *upload){
		"its first byte":            func(u *upload) { u.content[0]++ },
		"what was about to be sent": func(u *upload) { u.content[24<<20]++ },
		"its size":                  func(u *upload) { u.content = u.content[:uploadSize-1] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUpload(t)
			u.interrupted(killedAt(part(3), cut))
			first := u.ids()[0]
			change(u)
			said := []string{"goes on", "starts over"}
			if name == "its size" {
				said = said[1:]
			}
			sent := u.arrives(-1, said...)
			if sent.Link.ID == first {
				t.Error("the transfer that was begun before was gone on with")
			}
			if _, err := at(u.s).Info(t.Context(), first); send.ReasonOf(err) != send.ReasonTransferNotFound &&
				!deleted(t, u.s, first) {
				t.Errorf("what was begun before is there: %v", err)
			}
		})
	}
}

// That a passphrase is another, or missing, or one too many, makes no other file of it: it
// is said, and what was begun stays.
func TestOtherPassphraseIsSaid(t *testing.T) {
	t.Parallel()
	for begun, others := range map[string]map[string]error{
		"":     {"late": envelope.ErrNoPassphrase},
		"open": {"": envelope.ErrPassphrase, "openn": envelope.ErrWrongPassphrase},
	} {
		u := newUpload(t)
		u.o.Passphrase = begun
		u.interrupted(killedAt(part(3), cut))
		for other, want := range others {
			u.o.Passphrase = other
			if _, err := u.try(nil); !errors.Is(err, want) {
				t.Errorf("%q in the place of %q: %v", other, begun, err)
			}
		}
		u.o.Passphrase, u.went = begun, nil
		if sent, err := u.try(nil); err != nil || sent.Link.ID != u.ids()[0] || len(u.ids()) != 1 || u.went[0] != "goes on" {
			t.Errorf("after %q: %v, %v", begun, err, u.went)
		}
	}
}

func deleted(t *testing.T, s *site.Site, id string) bool {
	info, err := at(s).Info(t.Context(), id)
	return err == nil && info.Status == send.Deleted
}

// Whatever is done to the file between processes that end at any moment, no two contents
// go out under one nonce, and what comes in the end is the file as it is.
func TestNoNonceHasTwoContents(t *testing.T) {
	t.Parallel()
	u := newUpload(t)
	chance := rand.New(rand.NewPCG(1, 2))
	for range 14 {
		for n := chance.IntN(3); n > 0; n-- {
			u.content[chance.IntN(len(u.content))]++
		}
		at, how := 1+chance.IntN(4), []action{passes, cut, lost}[chance.IntN(3)]
		if _, err := u.try(killedAt(part(at), how)); err == nil && how != passes && at < 3 {
			t.Log("it was sent, since what was killed had arrived")
		}
	}
	u.went = nil
	sent, err := u.try(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, got, err := receive(t.Context(), at(u.s), sent.Link)
	if err != nil || !bytes.Equal(got, u.content) {
		t.Fatalf("%d bytes came, %v", len(got), err)
	}
	if len(u.streams) < 3 {
		t.Errorf("only %d streams: nothing started over", len(u.streams))
	}
}

// A journal that was put back from a backup does not know what left since: nothing goes on
// by it.
func TestOldJournalIsNotBelieved(t *testing.T) {
	t.Parallel()
	u := newUpload(t)
	u.interrupted(killedAt(asks(wire.InitiateUpload), lost))
	files, _ := filepath.Glob(filepath.Join(u.dir, ".sgsend-*.upload"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	old, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	u.interrupted(killedAt(asks(wire.AssembleUpload), cut))
	if err := os.WriteFile(files[0], old, 0o600); err != nil {
		t.Fatal(err)
	}
	u.arrives(3, "starts over")
}

// What the service has ended starts over.
func TestEndedUploadStartsOver(t *testing.T) {
	t.Parallel()
	u := newUpload(t)
	u.interrupted(killedAt(part(3), cut))
	u.s.Clock.Advance(31 * 24 * time.Hour)
	u.arrives(3, "starts over")

	u = newUpload(t)
	u.interrupted(killedAt(part(3), cut))
	j, err := kept.OpenUpload(u.dir, kept.About{Server: u.s.URL, Path: "/a"})
	if err != nil {
		t.Fatal(err)
	}
	up, _, _, _ := j.Load()
	j.Close()
	if err := at(u.s).Delete(t.Context(), up.ID, up.Secret); err != nil {
		t.Fatal(err)
	}
	u.arrives(3, "starts over")
}

// By a service that knows no going on all is put again: the same bytes.
func TestServiceThatCannotResume(t *testing.T) {
	t.Parallel()
	u := newUpload(t)
	u.interrupted(killedAt(part(3), last))
	u.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if asks(wire.ResumeUpload)(r) {
			http.NotFound(w, r)
			return
		}
		u.carry(w, r, service)
	})
	u.arrives(3, "goes on")
}

// A URL whose time is over is asked for again, on the way.
func TestPartURLIsRenewed(t *testing.T) {
	t.Parallel()
	u := newUpload(t)
	var over sync.Map
	u.s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if asks(wire.ResumeUpload)(r) {
			over.Store("renewed", true)
		}
		if _, renewed := over.Load("renewed"); r.Method == http.MethodPut && !renewed {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		u.carry(w, r, service)
	})
	u.arrives(3)
}
