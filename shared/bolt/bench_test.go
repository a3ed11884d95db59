package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// BenchmarkSync is the floor under every durable write: a page and its sync.
func BenchmarkSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "f"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.WriteAt(page, 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSpend(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("durable/writers=%d", writers), func(b *testing.B) { benchmarkSpend(b, "s", writers) })
		b.Run(fmt.Sprintf("volatile/writers=%d", writers), func(b *testing.B) {
			benchmarkSpend(b, send.VolatilePrefix+"s", writers)
		})
	}
}

func benchmarkSpend(b *testing.B, set string, writers int) {
	l := open(b, filepath.Join(b.TempDir(), "ledger"))
	var n atomic.Int64
	b.SetParallelism(writers)
	b.RunParallel(func(pb *testing.PB) {
		s := send.Spend{Now: time.Now(), Open: &send.Record{Data: make([]byte, 200)}}
		for pb.Next() {
			if _, err := l.Spend(b.Context(), key(set, fmt.Sprint(n.Add(1)%1000)), s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkGet(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "ledger"))
	if err := l.Create(b.Context(), send.Record{Key: key("s", "x"), Data: make([]byte, 200)}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.Get(b.Context(), key("s", "x")); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkListVolatile lists a set of ten records; how many others there are makes no
// difference.
func BenchmarkListVolatile(b *testing.B) {
	for _, others := range []int{0, 1000, 10_000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			l := open(b, filepath.Join(b.TempDir(), "ledger"))
			for set := range others + 1 {
				for i := range 10 {
					r := send.Record{Key: key(fmt.Sprint(send.VolatilePrefix, set), fmt.Sprint(i))}
					if err := l.Create(b.Context(), r); err != nil {
						b.Fatal(err)
					}
				}
			}
			for b.Loop() {
				rs, err := l.List(b.Context(), send.VolatilePrefix+"0", "", 200)
				if err != nil || len(rs) != 10 {
					b.Fatal(len(rs), err)
				}
			}
		})
	}
}
