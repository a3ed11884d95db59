package send_test

import (
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// maxInProcess is what the limiter may add to a request besides the ledger's
// answer.
const maxInProcess = 30 * time.Microsecond

// BenchmarkLimiter is a request that is let through, and one that is refused
// without asking the ledger; the ledger answers at once.
func BenchmarkLimiter(b *testing.B) {
	for name, limit := range map[string]int64{"counted": 1 << 60, "refused": 1} {
		l := send.NewLimiter(&windows{}, map[string]send.Rate{name: {Limit: limit, Window: time.Minute}}, at(&noon), nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Allow(b.Context(), name, "client"); err != nil {
					b.Fatal(err)
				}
			}
			if each := b.Elapsed() / time.Duration(b.N); b.N > 1000 && each > maxInProcess {
				b.Errorf("%v for a request, at most %v", each, maxInProcess)
			}
		})
	}
}

// BenchmarkLimiterBare is the measure for BenchmarkLimiter: a fixed window in
// memory, which no other process knows of.
func BenchmarkLimiterBare(b *testing.B) {
	type window struct {
		start time.Time
		count int64
	}
	var mu sync.Mutex
	windows := map[string]window{}
	b.ReportAllocs()
	for b.Loop() {
		mu.Lock()
		w, start := windows["client"], noon.Truncate(time.Minute)
		if w.start != start {
			w = window{start: start}
		}
		w.count++
		windows["client"] = w
		mu.Unlock()
	}
}
