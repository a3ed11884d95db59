package envelope

import (
	"io"
	"runtime"
	"testing"
)

// A stream of 256 MiB, sealed and opened again, takes the buffers of one
// segment. What is allocated is counted, whenever it may be collected: what is
// not allocated cannot be held. Not parallel: all goroutines count.
func TestMemoryIsFlat(t *testing.T) {
	const size, most = 256 << 20, 16 << 20
	key := NewKey()
	sealed, w := io.Pipe()
	before := allocated()
	go func() { w.CloseWithError(Encrypt(w, key, testMeta, io.LimitReader(zeros{}, size), size)) }()
	_, content, err := Decrypt(sealed, key)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, content); n != size || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	n := allocated() - before
	t.Logf("%d KiB", n>>10)
	if n > most {
		t.Errorf("%d MiB allocate %d bytes", size>>20, n)
	}
}

// allocated returns how many bytes were ever allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
