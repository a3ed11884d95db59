package envelope

import (
	"io"
	"runtime"
	"testing"

	"sgraph.ai/send/shared/test/nightly"
)

// A stream, sealed and opened again, takes the buffers of one segment, and of
// every segment next to nothing. What is allocated is counted, whenever it may be collected: what is
// not allocated cannot be held. Not parallel: all goroutines count.
func TestMemoryIsFlat(t *testing.T) {
	size := nightly.Or[int64](256<<20, 8<<30)
	most := uint64(size / 16)
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
