// Package cutline stands between clients and a service, as networks do, and cuts the line.
package cutline

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Line carries connections to a service, and things happen on it, at a byte each.
type Line struct {
	URL string // of the service, by this line

	target string

	mu      sync.Mutex
	happens []happening
	carried int64 // since it was planned, and not held
	cuts    int
	held    bool
	doing   bool       // the line stands still while something is done
	done    *sync.Cond // of mu: doing or closed has changed
	open    map[*connection]bool
	closed  bool
	group   sync.WaitGroup
}

// happening happens when the line has carried so many bytes, either way.
type happening struct {
	at     int64
	answer bool   // it happens to the next bytes of the service then, which do not arrive
	all    bool   // every connection is cut, and not only the one that carried that byte
	do     func() // is called; nil: the line is cut
}

// connection is one of a client, and what it leads to.
type connection struct{ client, service *net.TCPConn }

// cut ends a connection so that nothing that is under way arrives.
func (c *connection) cut() {
	for _, end := range []*net.TCPConn{c.client, c.service} {
		_ = end.SetLinger(0)
		end.Close()
	}
}

// buffer is how many bytes are under way in each direction: what is cut loses them.
const buffer = 64 << 10

// Start begins to carry what comes to a service, until the test ends.
func Start(t testing.TB, service string) *Line {
	t.Helper()
	to, err := url.Parse(service)
	if err != nil {
		t.Fatal(err)
	}
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{URL: "http://" + at.Addr().String(), target: to.Host, open: map[*connection]bool{}}
	l.done = sync.NewCond(&l.mu)
	l.group.Go(func() {
		for {
			client, err := at.Accept()
			if err != nil {
				return
			}
			l.group.Go(func() { l.connect(client.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() {
		at.Close()
		l.end()
		l.group.Wait()
	})
	return l
}

// end cuts what is open, and what would still be opened.
func (l *Line) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.done.Broadcast()
	for c := range l.open {
		c.cut()
	}
}

// Plan has the line cut so often from now on, and something done so often between, each
// at a byte that chance chooses: after the line has carried so many bytes, and before it has
// carried so many more. Where a cut is to lose an answer it waits for the next one. Nothing
// is carried while something is done.
func (l *Line) Plan(r *rand.Rand, first, within int64, cuts int, do func(), times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.happens, l.carried, l.cuts = nil, 0, 0
	n := cuts + times
	var at int64
	for _, number := range r.Perm(n) {
		h := happening{answer: r.IntN(3) == 0, all: r.IntN(2) == 0}
		after := 1 + r.Int64N(2*within/int64(n+1))
		if r.IntN(8) == 0 {
			after = 1 + r.Int64N(500) // soon after the one before: while something begins
		}
		if number < times {
			h.do = do
		}
		at += after
		h.at = at
		l.happens = append(l.happens, h)
	}
	for i, h := range l.happens {
		if at > within {
			h.at = max(1, int64(float64(h.at)*float64(within)/float64(at)))
		}
		l.happens[i].at = first + h.at
	}
}

// Hold has nothing happen while it is held: people load a page until it is there.
func (l *Line) Hold(held bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = held
}

// Left is how much is planned that has not happened, and Cuts how often the line was cut
// since it was planned.
func (l *Line) Left() (happenings, cuts int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.happens), l.cuts
}

// connect carries a connection to its end.
func (l *Line) connect(client *net.TCPConn) {
	defer client.Close()
	dialed, err := net.Dial("tcp", l.target)
	if err != nil {
		_ = client.SetLinger(0)
		return
	}
	c := &connection{client, dialed.(*net.TCPConn)}
	defer c.service.Close()
	for _, end := range []*net.TCPConn{c.client, c.service} {
		_ = end.SetReadBuffer(buffer)
		_ = end.SetWriteBuffer(buffer)
	}
	if !l.opened(c) {
		c.cut()
		return
	}
	defer l.over(c)
	var both sync.WaitGroup
	both.Go(func() { l.carry(c, c.service, c.client, false) })
	both.Go(func() { l.carry(c, c.client, c.service, true) })
	both.Wait()
}

func (l *Line) opened(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c] = !l.closed
	return !l.closed
}

func (l *Line) over(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
}

// carry carries what comes from one end to the other.
func (l *Line) carry(c *connection, to, from *net.TCPConn, answer bool) {
	bytes := make([]byte, buffer/2)
	for {
		n, err := from.Read(bytes)
		if !l.hand(c, to, bytes[:n], answer) {
			return
		}
		if errors.Is(err, io.EOF) {
			_ = to.CloseWrite()
			return
		}
		if err != nil {
			c.cut() // who went is gone for the other end, too
			return
		}
	}
}

// hand hands bytes over, unless the line is cut before them.
func (l *Line) hand(c *connection, to *net.TCPConn, bytes []byte, answer bool) bool {
	for len(bytes) > 0 {
		room, happens := l.take(len(bytes), answer)
		_, err := to.Write(bytes[:room])
		bytes = bytes[room:]
		switch {
		case happens != nil && happens.do == nil:
			l.cut(c, happens.all)
			return false
		case happens != nil:
			happens.do()
			l.goOn()
		}
		if err != nil {
			return false
		}
	}
	return true
}

// take returns how many of so many bytes come before something happens, and what. It waits
// for what is being done, and what it returns to be done is.
func (l *Line) take(n int, answer bool) (int, *happening) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.doing && !l.closed {
		l.done.Wait()
	}
	if len(l.happens) == 0 || l.held {
		return n, nil
	}
	next := l.happens[0]
	if l.carried+int64(n) < next.at || next.answer && !answer {
		l.carried += int64(n)
		return n, nil
	}
	room := max(0, next.at-l.carried-1)
	l.carried += room
	l.happens = l.happens[1:]
	if l.doing = next.do != nil; !l.doing {
		l.cuts++
	}
	return int(room), &next
}

// goOn ends what is done.
func (l *Line) goOn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doing = false
	l.done.Broadcast()
}

// cut cuts a connection, or all.
func (l *Line) cut(c *connection, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.cut()
	for other := range l.open {
		if all {
			other.cut()
		}
	}
}
