package client_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// memory keeps claims as long as a test runs.
type memory struct {
	mu   sync.Mutex
	kept map[string]client.Claim
}

func (m *memory) Load(server, id string) (client.Claim, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	claim, ok := m.kept[server+id]
	return claim, ok
}

func (m *memory) Save(claim client.Claim) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string]client.Claim{}
	}
	m.kept[claim.Server+claim.ID] = claim
}

func (m *memory) Drop(server, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, server+id)
}

// once sends a file that can be downloaded once.
func once(t *testing.T, s *site.Site, size int64) client.Sent {
	t.Helper()
	sent, err := at(s).Send(t.Context(), file(size), client.Options{MaxDownloads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// begun returns a client that keeps a download which was counted, and of which
// nothing was read.
func begun(t *testing.T, s *site.Site, id string) *client.Client {
	t.Helper()
	c := at(s)
	c.Claims = &memory{}
	body, err := c.Download(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	body.Close()
	return c
}

// routes are the two ways to download: by a URL, and through the service.
var routes = map[string]site.Fault{
	"by a URL": nil,
	"through the service": func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "download-url") {
			http.NotFound(w, r)
			return
		}
		service.ServeHTTP(w, r)
	},
}

// A download that was counted is gone on with, whatever ended it: the reader, a
// wrong key, the process.
func TestClaimOutlivesItsDownload(t *testing.T) {
	t.Parallel()
	for way, fault := range routes {
		for _, size := range []int64{1000, envelope.MaxV1 + 1} {
			t.Run(way, func(t *testing.T) {
				t.Parallel()
				s := site.Start(t)
				s.Fail(fault)
				sent := once(t, s, size)
				claims := &memory{}
				process := func() *client.Client { c := at(s); c.Claims = claims; return c }

				wrong := sent.Link
				wrong.Key = envelope.NewKey()
				if _, _, err := receive(t.Context(), process(), wrong); !errors.Is(err, envelope.ErrNotAuthentic) {
					t.Fatalf("another key: %v", err)
				}
				stopped := errors.New("stopped")
				stop := func(envelope.Meta, io.Reader) error { return stopped }
				if _, err := process().Receive(t.Context(), sent.Link, stop); !errors.Is(err, stopped) {
					t.Fatalf("stopped: %v", err)
				}
				_, got, err := receive(t.Context(), process(), sent.Link)
				if err != nil || int64(len(got)) != size {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
				if len(claims.kept) > 0 {
					t.Error("the claim outlives its download")
				}
				info, err := at(s).Info(t.Context(), sent.Link.ID)
				if err != nil || info.DownloadCount != 1 {
					t.Errorf("%d downloads counted, %v", info.DownloadCount, err)
				}
				if _, _, err := receive(t.Context(), process(), sent.Link); send.CodeOf(err) != send.Gone {
					t.Errorf("once more: %v", err)
				}
			})
		}
	}
}

// The claim is kept before the first byte has come: it may be the last that
// this process does.
func TestClaimIsKeptAtOnce(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent := once(t, s, 1000)
	claims := &memory{}
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "/bytes/") {
			if _, ok := claims.Load(s.URL, sent.Link.ID); !ok {
				t.Error("not kept yet")
			}
		}
		service.ServeHTTP(w, r)
	})
	c := at(s)
	c.Claims = claims
	if _, _, err := receive(t.Context(), c, sent.Link); err != nil {
		t.Error(err)
	}
}

// What has arrived is not fetched again.
func TestDownloadFrom(t *testing.T) {
	t.Parallel()
	for way, fault := range routes {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := site.Start(t)
			s.Fail(fault)
			sent := once(t, s, 1<<20)
			c := at(s)
			c.Claims = &memory{}
			whole, err := c.Download(t.Context(), sent.Link.ID)
			if err != nil {
				t.Fatal(err)
			}
			defer whole.Close()
			first, err := io.ReadAll(io.LimitReader(whole, 1000))
			if err != nil {
				t.Fatal(err)
			}
			var done, total int64
			c.Progress = func(d, of int64) { done, total = d, of }
			rest, err := c.DownloadFrom(t.Context(), sent.Link.ID, 1000)
			if err != nil {
				t.Fatal(err)
			}
			defer rest.Close()
			if rest.Size != sent.Size {
				t.Errorf("it says %d bytes of %d", rest.Size, sent.Size)
			}
			more, err := io.ReadAll(rest)
			if err != nil || int64(len(first)+len(more)) != sent.Size || done != sent.Size || total != sent.Size {
				t.Errorf("%d and %d bytes, %d of %d told, %v", len(first), len(more), done, total, err)
			}
		})
	}
}

// A claim that the service does not go on with gives way to another; one of
// another service is never shown.
func TestClaimThatIsOver(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	for name, claim := range map[string]client.Claim{
		"permit":          {Server: s.URL, Permit: "not.genuine"},
		"URL":             {Server: s.URL, URL: wire.GetLink.To("not.genuine")},
		"another service": {Server: "http://127.0.0.1:1", Permit: "secret"},
	} {
		sent := once(t, s, 100)
		claim.ID, claim.Begun, claim.Size = sent.Link.ID, time.Now(), 166
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if wire.DownloadPermit.Get(r.Header) == "secret" {
				t.Error("the permit of another service was shown")
			}
			service.ServeHTTP(w, r)
		})
		c := at(s)
		c.Claims = &memory{kept: map[string]client.Claim{s.URL + sent.Link.ID: claim}}
		if _, got, err := receive(t.Context(), c, sent.Link); err != nil || len(got) != 100 {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// Where the service goes on no longer, for a reason of its own, it is asked for
// another download; if there is none, that reason is told, which says more.
func TestClaimThatIsSpent(t *testing.T) {
	t.Parallel()
	for downloads, received := range map[int64]bool{1: false, 2: true} {
		s := site.Start(t)
		sent, err := at(s).Send(t.Context(), file(100), client.Options{MaxDownloads: downloads})
		if err != nil {
			t.Fatal(err)
		}
		c := begun(t, s, sent.Link.ID)
		var refused atomic.Bool
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if strings.Contains(r.URL.Path, "/bytes/") && !refused.Swap(true) {
				w.WriteHeader(http.StatusGone)
				_, _ = io.WriteString(w, `{"detail":"fetched too often","code":"spent_for_a_test"}`)
				return
			}
			service.ServeHTTP(w, r)
		})
		_, _, err = receive(t.Context(), c, sent.Link)
		if received != (err == nil) || err != nil && !strings.Contains(err.Error(), "fetched too often") {
			t.Errorf("of %d: %v", downloads, err)
		}
	}
}

// What a captive portal answers, or a proxy, does not cost a claim.
func TestClaimOutlivesStrangers(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent := once(t, s, 100)
	c := begun(t, s, sent.Link.ID)
	for _, status := range []int{302, 400, 401, 403, 404, 410, 451} {
		s.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(status) })
		if _, _, err := receive(t.Context(), c, sent.Link); err == nil {
			t.Errorf("%d: received", status)
		}
	}
	s.Fail(nil)
	if _, got, err := receive(t.Context(), c, sent.Link); err != nil || len(got) != 100 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// A URL whose time is over is renewed by the permit, which counts no download:
// before the first byte, and in the middle.
func TestURLIsRenewed(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent := once(t, s, 1<<20)
	var requests, renewals int
	var used []string
	var mu sync.Mutex
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case strings.Contains(r.URL.Path, "download-url"):
			if wire.DownloadPermit.Get(r.Header) != "" {
				renewals++
			}
			service.ServeHTTP(w, r)
		case strings.Contains(r.URL.Path, "/bytes/"):
			used = append(used, r.URL.Path)
			if requests++; requests%2 == 1 { // as S3 says it
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
				return
			}
			service.ServeHTTP(&breaking{ResponseWriter: w, left: 600 << 10}, r)
		default:
			service.ServeHTTP(w, r)
		}
	})
	c := at(s)
	claims := &saving{}
	c.Claims = claims
	if _, got, err := receive(t.Context(), c, sent.Link); err != nil || len(got) != 1<<20 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if renewals != 2 {
		t.Errorf("%d renewals", renewals)
	}
	for _, path := range used {
		if !slices.ContainsFunc(claims.saved, func(k client.Claim) bool { return strings.HasSuffix(k.URL, path) }) {
			t.Error("a renewed URL is not kept: it would be renewed again, at a cost")
		}
	}
	info, err := at(s).Info(t.Context(), sent.Link.ID)
	if err != nil || info.DownloadCount != 1 {
		t.Errorf("%d downloads counted, %v", info.DownloadCount, err)
	}
}

// saving is a memory that knows all that it was given.
type saving struct {
	memory
	saved []client.Claim
}

func (s *saving) Save(claim client.Claim) {
	s.saved = append(s.saved, claim)
	s.memory.Save(claim)
}

// A download whose budget is used up is not tried by another URL, and its claim is over.
func TestSpentPermitIsNotRenewed(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent := once(t, s, 1000)
	var renewals atomic.Int64
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "download-url") && wire.DownloadPermit.Get(r.Header) != "" {
			renewals.Add(1)
		}
		service.ServeHTTP(w, r)
	})
	c := at(s)
	claims := &memory{}
	c.Claims = claims
	copies := 0
	var err error
	for ; err == nil && copies < 100; copies++ {
		var body *client.Body
		if body, err = c.Download(t.Context(), sent.Link.ID); err == nil {
			_, err = io.Copy(io.Discard, body)
			body.Close()
		}
	}
	if copies != 4 || send.ReasonOf(err) != send.ReasonPermitSpent || renewals.Load() != 0 || len(claims.kept) != 0 {
		t.Errorf("the %dth copy: %v; %d renewals, %d claims kept", copies, err, renewals.Load(), len(claims.kept))
	}
}
