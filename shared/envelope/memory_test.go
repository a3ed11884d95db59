package envelope

import (
	"io"
	"runtime"
	"sync/atomic"
	"testing"
)

// A stream of 256 MiB, sealed and opened again, takes the buffers of one.
// Not parallel: it measures what all goroutines hold.
func TestMemoryIsFlat(t *testing.T) {
	const size, most = 256 << 20, 16 << 20
	var peak atomic.Uint64
	before := heap()
	watch := func(r io.Reader) io.Reader { return &every{r: r, do: func() { peak.Store(max(peak.Load(), heap())) }} }

	key := NewKey()
	sealed, w := io.Pipe()
	go func() { w.CloseWithError(Encrypt(w, key, testMeta, io.LimitReader(zeros{}, size), size)) }()
	_, content, err := Decrypt(sealed, key)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, watch(content)); n != size || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	grown := int64(peak.Load()) - int64(before)
	t.Logf("%d KiB at most", grown>>10)
	if grown > most {
		t.Errorf("holds %d bytes", grown)
	}
	if peak.Load() == 0 {
		t.Error("measured nothing")
	}
}

// heap returns how many bytes are reachable now.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// every calls do once in 16 MiB that are read.
type every struct {
	r    io.Reader
	do   func()
	read int
}

func (e *every) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if e.read += n; e.read > 16<<20 {
		e.read = 0
		e.do()
	}
	return n, err
}

// Once the stream is set up, segments allocate next to nothing.
func TestSegmentsAllocateNothing(t *testing.T) {
	var m0, m1 runtime.MemStats
	key := NewKey()
	runtime.ReadMemStats(&m0)
	if err := Encrypt(io.Discard, key, testMeta, io.LimitReader(zeros{}, 128<<20), Unknown); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&m1)
	if n := m1.TotalAlloc - m0.TotalAlloc; n > 8<<20 {
		t.Errorf("128 MiB allocate %d bytes", n)
	}
}
