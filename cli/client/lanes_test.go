package client_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// slow is an answer that comes at eight megabytes a second, whatever others do.
type slow struct {
	http.ResponseWriter
	left int64 // bytes until it breaks off; negative: never
}

func (s *slow) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		var m int
		m, err = s.ResponseWriter.Write(p[:min(len(p), 64<<10)])
		time.Sleep(8 * time.Millisecond)
		n, p = n+m, p[m:]
		if s.left >= 0 {
			if s.left -= int64(m); s.left < 0 {
				panic(http.ErrAbortHandler)
			}
		}
	}
	return n, err
}

// Where one connection brings less than several, they are used, and what they bring,
// also where one is lost on the way, is what was sent, in one download. A URL whose time
// is over is renewed once, for all of them.
func TestSeveralConnectionsWhereEachIsSlow(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const size = 90 << 20
	sent, err := at(s).Send(t.Context(), file(size), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var pieces, now, most, renewals atomic.Int64
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "download-url") && wire.DownloadPermit.Get(r.Header) != "" {
			renewals.Add(1)
		}
		if asked := r.Header.Get("Range"); r.Method == http.MethodGet && asked != "" && !strings.HasSuffix(asked, "-") {
			broken := slow{w, -1}
			number := pieces.Add(1)
			if number == 2 {
				broken.left = 1 << 20
			}
			if number > 5 && renewals.Load() == 0 {
				w.WriteHeader(http.StatusForbidden) // as S3 says it
				return
			}
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			service.ServeHTTP(&broken, r)
			return
		}
		service.ServeHTTP(&slow{w, -1}, r)
	})
	_, got, err := receive(t.Context(), at(s), sent.Link)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, size)
	if renewals.Load() != 1 {
		t.Errorf("%d renewals", renewals.Load())
	}
	if most.Load() < 2 {
		t.Errorf("%d pieces were fetched, %d at a time", pieces.Load(), most.Load())
	}
	if info, err := at(s).Info(t.Context(), sent.Link.ID); err != nil || info.DownloadCount != 1 {
		t.Errorf("%d downloads are counted, %v", info.DownloadCount, err)
	}
}

// Where all connections share what one would have they are tried, too, and what arrives
// is what was sent.
func TestSeveralConnectionsOfOneLine(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const size = 80 << 20
	sent, err := at(s).Send(t.Context(), file(size), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var pieces, rests atomic.Int64
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		switch asked := r.Header.Get("Range"); {
		case r.Method != http.MethodGet || asked == "":
		case strings.HasSuffix(asked, "-"):
			rests.Add(1)
		default:
			pieces.Add(1)
		}
		service.ServeHTTP(w, r)
	})
	c := at(s)
	c.Transport = client.Limited(nil, 8<<20)
	_, got, err := receive(t.Context(), c, sent.Link)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, size)
	if pieces.Load() == 0 {
		t.Error("several connections had no chance")
	}
	t.Logf("%d pieces, and the rest in %d", pieces.Load(), rests.Load())
	if info, err := at(s).Info(t.Context(), sent.Link.ID); err != nil || info.DownloadCount != 1 {
		t.Errorf("%d downloads are counted, %v", info.DownloadCount, err)
	}
}

// A transfer that ends while it is received has all come in the end: where it ends soon
// there is one connection, which goes on, and no piece is asked for that would be refused.
func TestOneConnectionWhereATransferEndsSoon(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const size = 80 << 20
	sent, err := at(s).Send(t.Context(), file(size), client.Options{Lifetime: 90 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		asked := r.Header.Get("Range")
		if r.Method == http.MethodGet && strings.HasSuffix(asked, "-") {
			t.Errorf("the rest was asked for once more: %s", asked)
		}
		if r.Method == http.MethodGet && asked != "" {
			s.Clock.Advance(2 * time.Minute) // pieces are fetched, and now it ends
		}
		if strings.Contains(r.URL.Path, "/bytes/") && asked == "" {
			w = &brake{ResponseWriter: w, until: time.Now().Add(3 * time.Second), then: func() {
				s.Clock.Advance(2 * time.Minute)
			}}
		}
		service.ServeHTTP(w, r)
	})
	_, got, err := receive(t.Context(), at(s), sent.Link)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, size)
	if _, err := at(s).Info(t.Context(), sent.Link.ID); err != nil && send.CodeOf(err) != send.Gone {
		t.Fatal(err)
	}
	if _, _, err := receive(t.Context(), at(s), sent.Link); send.ReasonOf(err) != send.ReasonExpired {
		t.Errorf("it has not ended meanwhile: %v", err)
	}
}

// brake is an answer that comes at eight megabytes a second for a time.
type brake struct {
	http.ResponseWriter
	until time.Time
	then  func()
}

func (b *brake) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		var m int
		m, err = b.ResponseWriter.Write(p[:min(len(p), 64<<10)])
		n, p = n+m, p[m:]
		switch {
		case time.Now().Before(b.until):
			time.Sleep(8 * time.Millisecond)
		case b.then != nil:
			b.then()
			b.then = nil
		}
	}
	return n, err
}

// Where pieces are refused one connection goes on, if it is let; if not, it is said what
// happened to the transfer.
func TestWherePiecesAreRefused(t *testing.T) {
	t.Parallel()
	const size = 80 << 20
	for name, c := range map[string]struct {
		happens func(t *testing.T, s *site.Site, sent client.Sent)
		refuses int // what pieces are answered from then on; 0 leaves it to the service
		want    send.Reason
	}{
		"by a proxy": {refuses: http.StatusServiceUnavailable},
		"for good":   {refuses: http.StatusNotFound},
		"deleted": {want: send.ReasonDeleted, happens: func(t *testing.T, s *site.Site, sent client.Sent) {
			if err := at(s).Delete(t.Context(), sent.Link.ID, sent.DeleteSecret); err != nil {
				t.Error(err)
			}
		}},
		"shortened": {want: send.ReasonExpired, happens: func(t *testing.T, s *site.Site, sent client.Sent) {
			if _, err := at(s).Expire(t.Context(), sent.Link.ID, sent.DeleteSecret, time.Minute); err != nil {
				t.Error(err)
			}
			s.Clock.Advance(2 * time.Minute)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t)
			sent, err := at(s).Send(t.Context(), file(size), client.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var pieces, refused atomic.Int64
			s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				asked := r.Header.Get("Range")
				if r.Method != http.MethodGet || asked == "" || strings.HasSuffix(asked, "-") {
					service.ServeHTTP(&brake{ResponseWriter: w, until: time.Now().Add(3 * time.Second)}, r)
					return
				}
				number := pieces.Add(1)
				if number == 2 && c.happens != nil {
					c.happens(t, s, sent)
				}
				if number >= 2 && c.refuses != 0 {
					refused.Add(1)
					w.WriteHeader(c.refuses)
					return
				}
				service.ServeHTTP(w, r)
			})
			_, got, err := receive(t.Context(), at(s), sent.Link)
			if send.ReasonOf(err) != c.want {
				t.Errorf("%v", err)
			}
			if c.want == "" {
				same(t, got, size)
				if info, err := at(s).Info(t.Context(), sent.Link.ID); err != nil || info.DownloadCount != 1 {
					t.Errorf("%d downloads are counted, %v", info.DownloadCount, err)
				}
			}
			if pieces.Load() < 2 || (refused.Load() > 0) != (c.refuses != 0) {
				t.Errorf("%d pieces, %d of them refused", pieces.Load(), refused.Load())
			}
			t.Log(err)
		})
	}
}
