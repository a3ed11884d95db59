package client

import (
	"io"
	"sync"
)

// meter counts the bytes of a transfer, whatever way they take, and tells.
type meter struct {
	mu          sync.Mutex
	done, total int64
	tell        func(done, total int64)
}

func (c *Client) meter(total int64) *meter { return &meter{total: total, tell: c.Progress} }

func (m *meter) add(n int64) {
	if m.tell == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += n
	m.tell(m.done, m.total)
}

// watch counts what is read from r.
func (m *meter) watch(r io.Reader) *watched { return &watched{r: r, m: m} }

type watched struct {
	r  io.Reader
	m  *meter
	mu sync.Mutex // net/http may still be reading a body whose request has failed
	n  int64
	no bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.no {
		w.n += int64(n)
		w.m.add(int64(n))
	}
	return n, err
}

// undo takes back what was counted, and counts no more: it is sent again.
func (w *watched) undo() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.no = true
	w.m.add(-w.n)
}
