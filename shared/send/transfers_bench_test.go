package send_test

import (
	"bytes"
	"testing"

	"sgraph.ai/send/shared/send"
)

// What the domain costs on its way through a transfer, with the ledger and the
// store of one machine.
func BenchmarkTransfers(b *testing.B) {
	body := noise(1000)
	b.Run("complete", func(b *testing.B) {
		f := setUp(b)
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer() // one at a time: a token has so many under way at once
			id := f.uploaded(b, send.NewTransfer{}, body)
			b.StartTimer()
			f.complete(b, id)
		}
	})
	b.Run("upload", func(b *testing.B) {
		f := setUp(b)
		id := f.created(b, send.NewTransfer{})
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.Upload(b.Context(), f.sender(b), id, bytes.NewReader(body), int64(len(body))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("claim", func(b *testing.B) {
		f := setUp(b)
		id := f.completed(b, send.NewTransfer{}, body)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.Claim(b.Context(), id, ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("refused", func(b *testing.B) {
		f := setUp(b)
		id := f.completed(b, send.NewTransfer{MaxDownloads: 1}, body)
		f.Claim(b.Context(), id, "")
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.Claim(b.Context(), id, ""); send.CodeOf(err) != send.Gone {
				b.Fatal(err)
			}
		}
	})
}
