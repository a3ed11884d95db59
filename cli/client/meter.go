package client

import (
	"errors"
	"io"
	"sync"
)

// meter counts the bytes of a transfer, whatever way they take, and tells.
type meter struct {
	mu          sync.Mutex
	done, total int64
	there       int64 // of before, which is counted once anything moves
	tell        func(done, total int64)
}

func (c *Client) meter(total int64) *meter { return &meter{total: total, tell: c.Progress} }

func (m *meter) add(n int64) {
	if m.tell == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += m.there + n
	m.there = 0
	m.tell(m.done, m.total)
}

// leaving is what goes by one request, and is counted as it goes.
func (m *meter) leaving(b []byte) *measured { return &measured{m: m, left: b} }

// measured is a body in memory. net/http may be at it still when its request has
// failed, and was given an answer to before all of it was read.
type measured struct {
	m    *meter
	mu   sync.Mutex
	left []byte
	n    int64 // bytes that went
	over bool
}

// Len returns how many bytes are left.
func (b *measured) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.left)
}

// Read reads what is left.
func (b *measured) Read(p []byte) (int, error) {
	return b.take(len(p), func(next []byte) (int, error) { return copy(p, next), nil })
}

// atOnce is how much is written at once, in bytes. More would gain nothing, and on a
// slow line be a long time in which nothing is told.
const atOnce = 128 << 10

// WriteTo writes what is left.
func (b *measured) WriteTo(w io.Writer) (n int64, err error) {
	for err == nil {
		var m int
		m, err = b.take(atOnce, w.Write)
		n += int64(m)
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// take has give take of the next bytes, at most so many.
func (b *measured) take(most int, give func([]byte) (int, error)) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.over:
		return 0, errEnded
	case len(b.left) == 0:
		return 0, io.EOF
	}
	n, err = give(b.left[:min(most, len(b.left))])
	b.left = b.left[n:]
	b.n += int64(n)
	b.m.add(int64(n))
	return n, err
}

var errEnded = errors.New("the request is over")

// end is called when the request is over. When it returns nobody reads the bytes, or
// will: others may take their place.
func (b *measured) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
}

// undo is end, and takes back what was counted: it is sent again.
func (b *measured) undo() {
	b.end()
	b.m.add(-b.n)
}
