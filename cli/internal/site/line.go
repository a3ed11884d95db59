package site

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/shared/wire"
)

// Line is what the sealed bytes of one transfer go over to who downloads it. Things
// happen on it, at a byte each, and break it. It counts what that costs of the
// budget that goes with a download's permit (docs/contract.md).
type Line struct {
	Size int64 // of the sealed file

	site  *Site
	noURL bool

	mu      sync.Mutex
	happens []Happening
	lost    *Happening      // happens to the next answer that says where the bytes are, which does not come
	known   map[string]bool // names of claims that the service was asked with
	budget  int64
	over    bool // whether the time of the URL is, so that it will be renewed
	elapsed time.Duration
	busy    int // requests under way: no WaitGroup, for who was killed may still ask while it is waited
	idle    sync.Cond
}

// Happening happens on a line when it has carried so many bytes since what happened before.
type Happening struct {
	After int64
	Do    func() // nil: no more than that the line breaks
}

// NewLine has the sealed bytes of a transfer, so many of them, go over a line: from URLs
// as they do by default, or as from a service that makes none.
func (s *Site) NewLine(size int64, noURL bool) *Line {
	l := &Line{site: s, Size: size, noURL: noURL, budget: 3 * size, known: map[string]bool{}}
	l.idle.L = &l.mu
	if noURL {
		l.budget = 2 * size // beside the first answer
	}
	s.Fail(l.carry)
	return l
}

// Spare is how much the line may carry before it is more than the budget allows, if all
// of the file has to come afterwards.
func (l *Line) Spare() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.spare()
}

func (l *Line) spare() int64 {
	spare := l.budget - l.Size - 4*l.least()
	if l.over {
		spare -= l.part()
	}
	return spare
}

// Cut has the line break when it has carried so many bytes, and carry nothing more.
func (l *Line) Cut(after int64) {
	l.Plan(append([]Happening{{After: after}}, make([]Happening, 100)...)...)
}

// Plan has things happen from now on, and nothing else.
func (l *Line) Plan(happens ...Happening) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.happens, l.lost = happens, nil
}

// Some has a few things happen by chance from now on, of these kinds, which cost no more
// than can be spared. The last of them is end, most often.
func (l *Line) Some(r *rand.Rand, end func(), kinds ...func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.happens, l.lost = nil, nil
	spare, least := l.spare(), 2*l.least() // of the request that breaks, and of the one that goes on
	if !l.noURL && r.IntN(3) == 0 && spare > l.part() {
		l.lost = &Happening{Do: kinds[r.IntN(len(kinds))]}
		spare -= l.part() // it is asked for again
	}
	for n := 1 + r.IntN(4); n > 0 && spare > least; n-- {
		after := r.Int64N(min(spare-least, l.Size) + 1)
		if r.IntN(4) == 0 {
			after = min(after, r.Int64N(100)) // where an answer begins
		}
		do := kinds[r.IntN(len(kinds))]
		if n == 1 && r.IntN(4) > 0 {
			do = end
		}
		l.happens = append(l.happens, Happening{after, do})
		spare -= after + least
	}
}

// Outlive ends the time of the URL of the bytes, as a storage's ends
// after a few minutes; unless the hour of the download would be over, or its budget.
// Nothing else happens then that was planned.
func (l *Line) Outlive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.happens = nil
	if l.noURL || l.spare() < l.part() || !l.pass(5*time.Minute) {
		return
	}
	l.over = true
}

// Pass lets some of the hour pass in which a download can be gone on with, but not all.
func (l *Line) Pass(r *rand.Rand) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pass(time.Duration(r.Int64N(int64(10 * time.Minute))))
}

func (l *Line) pass(d time.Duration) bool {
	if l.elapsed+d > 50*time.Minute {
		return false
	}
	l.elapsed += d
	l.site.Clock.Advance(d)
	return true
}

// Rest waits until nothing is under way.
func (l *Line) Rest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.busy > 0 {
		l.idle.Wait()
	}
}

// begins counts a request, until what it returns is called.
func (l *Line) begins() (ends func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.busy--
		l.idle.Broadcast()
	}
}

func (l *Line) least() int64 { return min(l.part(), 64<<10) }
func (l *Line) part() int64  { return (l.Size + 7) / 8 }

func (l *Line) spend(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.budget -= n
}

func (l *Line) refuses() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

func (l *Line) renewed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = false
}

// carry is the Fault.
func (l *Line) carry(w http.ResponseWriter, r *http.Request, service http.Handler) {
	defer l.begins()()
	path, goesOn := r.URL.Path, l.counted(r)
	switch {
	case strings.HasPrefix(path, wire.DownloadURL.To("")):
		if l.noURL {
			http.NotFound(w, r)
			return
		}
		if goesOn {
			l.spend(l.part())
			l.renewed()
		}
		if lost := l.loses(); lost != nil {
			service.ServeHTTP(httptest.NewRecorder(), r)
			if lost.Do != nil {
				lost.Do()
			}
			panic(http.ErrAbortHandler)
		}
	case r.Method != http.MethodGet:
	case strings.Contains(path, "/presigned/bytes/"):
		if l.refuses() {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
			return
		}
		l.hand(w, r, service, true)
		return
	case strings.HasPrefix(path, wire.DownloadTransfer.To("")):
		l.hand(w, r, service, goesOn)
		return
	}
	service.ServeHTTP(w, r)
}

// counted says whether a request is of a download that was counted by another before.
func (l *Line) counted(r *http.Request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := wire.DownloadClaim.Get(r.Header)
	known := l.known[name]
	l.known[name] = name != ""
	return known || wire.DownloadPermit.Get(r.Header) != ""
}

// loses returns what happens to the next answer that says where the bytes are; nil where
// it comes.
func (l *Line) loses() *Happening {
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := l.lost
	l.lost = nil
	return lost
}

// hand has the service hand bytes out.
func (l *Line) hand(w http.ResponseWriter, r *http.Request, service http.Handler, costs bool) {
	c := &carried{ResponseWriter: w, line: l}
	defer func() { // the service breaks off what it could not write
		if costs && c.n > 0 && c.status < 300 {
			l.spend(max(c.n, l.least()))
		}
		if c.broke != nil {
			if c.broke.Do != nil {
				c.broke.Do()
			}
			panic(http.ErrAbortHandler)
		}
	}()
	service.ServeHTTP(c, r)
}

// take returns how many of so many bytes come before something happens, and what.
func (l *Line) take(n int64) (int64, *Happening) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.happens) == 0 {
		return n, nil
	}
	next := &l.happens[0]
	if n <= next.After {
		next.After -= n
		return n, nil
	}
	n, l.happens = next.After, l.happens[1:]
	return n, next
}

// carried is an answer that goes over a line.
type carried struct {
	http.ResponseWriter
	line   *Line
	status int
	n      int64
	broke  *Happening
}

func (c *carried) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

var errBroken = errors.New("the line broke")

func (c *carried) Write(b []byte) (n int, err error) {
	if c.broke != nil {
		return 0, errBroken
	}
	if c.status >= 300 {
		return c.ResponseWriter.Write(b)
	}
	room, broke := c.line.take(int64(len(b)))
	if room > 0 {
		n, err = c.ResponseWriter.Write(b[:room])
		c.n += int64(n)
	}
	if broke != nil {
		c.broke = broke
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		err = errBroken
	}
	return n, err
}
