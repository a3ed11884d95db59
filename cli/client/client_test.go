package client_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/logtest"
)

// at returns a client that does not wait between repetitions.
func at(s *site.Site) *client.Client {
	return &client.Client{Server: s.URL, Token: s.Token, Pause: func(time.Duration) time.Duration { return 0 }}
}

// content is n bytes that are the same every time.
func content(n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{}), n)
}

func file(n int64) client.File {
	return client.File{Meta: envelope.Meta{Filename: "a.bin"}, Content: content(n), Size: n}
}

// receive returns what was received, from a client that reads it whole.
func receive(ctx context.Context, c *client.Client, l envelope.Link) (envelope.Meta, []byte, error) {
	var got bytes.Buffer
	meta, err := c.Receive(ctx, l, client.Into(&got))
	return meta, got.Bytes(), err
}

func same(t *testing.T, got []byte, n int64) {
	t.Helper()
	want, _ := io.ReadAll(content(n))
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes came, %d were sent, or they differ", len(got), n)
	}
}

// sizes are around what goes in one request, in parts, and in either form.
var sizes = []int64{0, 1, 4<<20 - 60, 4 << 20, 25 << 20, envelope.MaxV1 + 1}

func TestSendAndReceive(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	for _, n := range sizes {
		for _, said := range []int64{n, envelope.Unknown} {
			c := at(s)
			var done, total int64
			c.Progress = func(d, all int64) { done, total = d, all }
			f := file(n)
			f.Size = said
			sent, err := c.Send(t.Context(), f, client.Options{Lifetime: time.Hour, MaxDownloads: 1})
			if err != nil {
				t.Fatalf("%d bytes: %v", n, err)
			}
			if done != sent.Size || total != sent.Size {
				t.Errorf("%d bytes: the last progress was %d of %d, not %d", n, done, total, sent.Size)
			}
			meta, got, err := receive(t.Context(), c, sent.Link)
			if err != nil || meta.Filename != "a.bin" {
				t.Fatalf("%d bytes: %+v, %v", n, meta, err)
			}
			same(t, got, n)
			if _, _, err := receive(t.Context(), c, sent.Link); send.CodeOf(err) != send.Gone {
				t.Errorf("the second of one download: %v", err)
			}
		}
	}
}

// Of what is secret nothing reaches the service, neither stored nor asked.
func TestServiceLearnsNothing(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	var seen logtest.Buffer
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		fmt.Fprintln(&seen, r.Method, r.URL, r.Header)
		r.Body = io.NopCloser(io.TeeReader(r.Body, &seen))
		service.ServeHTTP(w, r)
	})
	const canary = "the canary sings at dawn"
	sent, err := at(s).Send(t.Context(), client.File{
		Meta:    envelope.Meta{Filename: "canary-file.txt", Type: "text/canary"},
		Content: strings.NewReader(canary),
		Size:    int64(len(canary)),
		Picture: &envelope.Picture{Type: "image/jpeg", Data: []byte("\xff\xd8\xffcanary-picture")},
	}, client.Options{Note: "canary-note"})
	if err != nil {
		t.Fatal(err)
	}
	if _, got, err := receive(t.Context(), at(s), sent.Link); err != nil || string(got) != canary {
		t.Fatal(err)
	}
	kept := s.Kept(t)
	kept["what was asked"] = seen.String()
	if len(kept) < 4 || !strings.Contains(seen.String(), sent.Link.ID) {
		t.Fatalf("saw too little: %d places", len(kept))
	}
	kept.Lacks(t, map[string]string{
		"the content": canary, "the file's name": "canary-file", "its type": "text/canary",
		"the note": "canary-note", "the picture": "canary-picture",
		"the key": sent.Link.Key.String(), "the raw key": string(sent.Link.Key[:]),
		"the delete secret": sent.DeleteSecret,
	})
}

// Whatever name the service believes to have, it is asked at the one that it
// was reached by.
func TestLinksOfAnotherName(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		r.Host = "inside.invalid:1"
		service.ServeHTTP(w, r)
	})
	const size = 12 << 20
	sent, err := at(s).Send(t.Context(), file(size), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, got, err := receive(t.Context(), at(s), sent.Link)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, size)
}

// The token goes to the service, and not where parts go, nor with what anyone
// may ask.
func TestTokenGoesNowhereElse(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	var with, without atomic.Int32
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		has := r.Header.Get("X-Sgraph-Access-Token") != ""
		if may := strings.HasPrefix(r.URL.Path, "/api/transfers/") && r.Method == http.MethodPost ||
			strings.HasPrefix(r.URL.Path, "/api/presigned/") && r.Method == http.MethodPost; has && !may {
			t.Errorf("the token went with %s %s", r.Method, r.URL.Path)
		}
		if has {
			with.Add(1)
		} else {
			without.Add(1)
		}
		service.ServeHTTP(w, r)
	})
	sent, err := at(s).Send(t.Context(), file(12<<20), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := receive(t.Context(), at(s), sent.Link); err != nil || with.Load() < 4 || without.Load() < 4 {
		t.Errorf("%v; %d with, %d without", err, with.Load(), without.Load())
	}

	// A redirect to another host is not followed, token in hand.
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("redirected, with %v", r.Header)
	}))
	defer other.Close()
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
		s.Fail(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		})
		_, err := at(s).Send(t.Context(), file(1), client.Options{})
		if send.CodeOf(err) != send.Invalid || !strings.Contains(err.Error(), other.URL) {
			t.Errorf("redirected by %d: %v", status, err)
		}
	}
}

// A service that fails now and then, in every way that passes.
func TestFaultsPass(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	var calls atomic.Int32
	seen := sync.Map{}
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		n := calls.Add(1)
		if _, again := seen.LoadOrStore(r.Method+r.URL.Path, true); again {
			service.ServeHTTP(w, r)
			return
		}
		// What counts as a download, or as received, is not to be had twice.
		switch once := r.Method == http.MethodGet; {
		case n%4 == 0 && !once: // reads some, then is gone
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			panic(http.ErrAbortHandler)
		case n%4 == 1 && !once: // does it, and the answer is lost
			service.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case n%4 == 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	for _, n := range []int64{100, 35 << 20} {
		c := at(s)
		var done int64
		c.Progress = func(d, _ int64) { done = d }
		sent, err := c.Send(t.Context(), file(n), client.Options{MaxDownloads: 1})
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if done != sent.Size {
			t.Errorf("%d bytes: progress counts %d of %d", n, done, sent.Size)
		}
		_, got, err := receive(t.Context(), at(s), sent.Link)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		same(t, got, n)
	}
}

// A download whose connection breaks again and again arrives, and is counted
// once.
func TestDownloadResumes(t *testing.T) {
	t.Parallel()
	const size = 40 << 20
	s := site.Start(t)
	for name, through := range map[string]bool{"by a URL": false, "through the service": true} {
		sent, err := at(s).Send(t.Context(), file(size), client.Options{MaxDownloads: 1})
		if err != nil {
			t.Fatal(err)
		}
		breaks := 0
		s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			switch {
			case strings.Contains(r.URL.Path, "download-url") && through:
				http.NotFound(w, r)
			case strings.Contains(r.URL.Path, "/bytes/"), strings.Contains(r.URL.Path, "/transfers/download/"):
				breaks++
				service.ServeHTTP(&breaking{ResponseWriter: w, left: 7<<20 + breaks}, r)
			default:
				service.ServeHTTP(w, r)
			}
		})
		_, got, err := receive(t.Context(), at(s), sent.Link)
		s.Fail(nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		same(t, got, size)
		if breaks < 5 {
			t.Errorf("%s: %d breaks", name, breaks)
		}
		if info, err := at(s).Info(t.Context(), sent.Link.ID); err != nil || info.DownloadCount != 1 {
			t.Errorf("%s: %d downloads counted, %v", name, info.DownloadCount, err)
		}
	}
}

// breaking ends the connection after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) >= b.left {
		_, _ = b.ResponseWriter.Write(p[:b.left])
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

// What cannot be resumed is an error and not a wrong file.
func TestResumeElsewhere(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	sent, err := at(s).Send(t.Context(), file(100_000), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "/bytes/") {
			r.Header.Del("Range") // answers the whole again
			service.ServeHTTP(&breaking{ResponseWriter: w, left: 50_000}, r)
			return
		}
		service.ServeHTTP(w, r)
	})
	if _, _, err := receive(t.Context(), at(s), sent.Link); send.CodeOf(err) != send.Conflict {
		t.Errorf("got %v", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	c := at(s)
	sent, err := c.Send(t.Context(), file(10), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	stranger := at(s)
	stranger.Token = "unheard-of"
	_, err = stranger.Send(t.Context(), file(10), client.Options{})
	check(t, "a wrong token", err, send.Unauthorized)
	stranger.Token = ""
	_, err = stranger.Send(t.Context(), file(10), client.Options{})
	check(t, "no token", err, send.Unauthorized)
	_, err = c.Download(t.Context(), "000000000000")
	check(t, "an unknown transfer", err, send.NotFound)
	_, err = c.Info(t.Context(), "../../x")
	check(t, "a strange ID", err, send.NotFound)
	check(t, "a wrong secret", c.Delete(t.Context(), sent.Link.ID, "x"), send.Forbidden)
	check(t, "deleting", c.Delete(t.Context(), sent.Link.ID, sent.DeleteSecret), "")
	check(t, "deleting again", c.Delete(t.Context(), sent.Link.ID, sent.DeleteSecret), "")
	_, err = c.Download(t.Context(), sent.Link.ID)
	check(t, "what was deleted", err, send.NotFound)

	nowhere := &client.Client{Server: "http://127.0.0.1:1", Pause: func(time.Duration) time.Duration { return 0 }}
	_, err = nowhere.Info(t.Context(), "000000000000")
	check(t, "no service", err, send.Unavailable)
}

func check(t *testing.T, what string, err error, want send.Code) {
	t.Helper()
	if send.CodeOf(err) != want {
		t.Errorf("%s: %v", what, err)
	}
}

// A file that fails or changes while it is sent leaves nothing behind.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	broken := errors.New("disk on fire")
	for name, f := range map[string]client.File{
		"fails, small":        {Content: iotest.ErrReader(broken), Size: 10},
		"fails, large":        {Content: io.MultiReader(content(38<<20), iotest.ErrReader(broken)), Size: 50 << 20},
		"fails at the end":    {Content: io.MultiReader(content(38<<20), iotest.ErrReader(broken)), Size: 38 << 20},
		"fails, unknown size": {Content: io.MultiReader(content(38<<20), iotest.ErrReader(broken)), Size: envelope.Unknown},
		"shorter":             {Content: content(38 << 20), Size: 50 << 20},
		"longer":              {Content: content(50 << 20), Size: 38 << 20},
		"shorter, small":      {Content: content(9), Size: 10},
	} {
		_, err := at(s).Send(t.Context(), f, client.Options{})
		if want := strings.HasPrefix(name, "fails"); err == nil || want != errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.End()
	if left := s.Payloads(t); len(left) > 0 {
		t.Errorf("%d objects or parts are left", len(left))
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := at(s)
	c.Progress = func(done, _ int64) {
		if done > 12<<20 {
			cancel()
		}
	}
	if _, err := c.Send(ctx, file(60<<20), client.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	s.End()
	if left := s.Payloads(t); len(left) > 0 {
		t.Errorf("%d parts are left", len(left))
	}
}

// What proxies do to answers on the way: the file arrives, and is counted once.
func TestProxiesThatChangeAnswers(t *testing.T) {
	t.Parallel()
	const size = 12 << 20
	for name, change := range map[string]func(w http.ResponseWriter) http.ResponseWriter{
		"weak ETag":             func(w http.ResponseWriter) http.ResponseWriter { return &changed{w, "weaken"} },
		"no length":             func(w http.ResponseWriter) http.ResponseWriter { return &changed{w, "chunk"} },
		"no length, HTTP/1.0":   func(w http.ResponseWriter) http.ResponseWriter { return &changed{w, "close"} },
		"compressed unasked":    func(w http.ResponseWriter) http.ResponseWriter { return &changed{w, "gzip"} },
		"nothing, for contrast": func(w http.ResponseWriter) http.ResponseWriter { return w },
	} {
		for _, breaks := range []bool{false, true} {
			if breaks && name == "compressed unasked" {
				continue // a part of what was compressed is no part of the file
			}
			t.Run(fmt.Sprintf("%s, breaks: %v", name, breaks), func(t *testing.T) {
				t.Parallel()
				s := site.Start(t)
				var asked atomic.Int32
				s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
					if got := r.Header.Get("Accept-Encoding"); got != "identity" {
						t.Errorf("%s %s accepts %q", r.Method, r.URL.Path, got)
					}
					w = change(w)
					if strings.Contains(r.URL.Path, "/bytes/") && r.Method == http.MethodGet && asked.Add(1) < 3 && breaks {
						w = &breaking{w, 5 << 20}
					}
					service.ServeHTTP(w, r)
					if c, ok := w.(*changed); ok {
						c.end()
					}
				})
				sent, err := at(s).Send(t.Context(), file(size), client.Options{MaxDownloads: 1})
				if err != nil {
					t.Fatal(err)
				}
				_, got, err := receive(t.Context(), at(s), sent.Link)
				if err != nil {
					t.Fatal(err)
				}
				same(t, got, size)
				want := int32(1)
				switch {
				case breaks:
					want = 3
				case strings.Contains(name, "HTTP/1.0"): // asks whether there is more
					want = 2
				}
				if asked.Load() != want {
					t.Errorf("asked %d times, want %d", asked.Load(), want)
				}
			})
		}
	}
}

// changed is what a proxy makes of an answer.
type changed struct {
	http.ResponseWriter
	how string
}

func (c *changed) WriteHeader(status int) {
	h := c.Header()
	switch c.how {
	case "weaken":
		if tag := h.Get("ETag"); tag != "" {
			h.Set("ETag", "W/"+tag)
		}
	case "chunk":
		h.Del("Content-Length")
	case "close":
		h.Del("Content-Length")
		h.Set("Connection", "close")
		h.Set("Transfer-Encoding", "identity")
	case "gzip":
		if h.Get("Content-Length") != "" && status == http.StatusOK {
			h.Del("Content-Length")
			h.Set("Content-Encoding", "gzip")
			c.ResponseWriter.WriteHeader(status)
			c.ResponseWriter = &zipped{c.ResponseWriter, gzip.NewWriter(c.ResponseWriter)}
			return
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *changed) Write(p []byte) (int, error) { return c.ResponseWriter.Write(p) }

func (c *changed) end() {
	if z, ok := c.ResponseWriter.(*zipped); ok {
		_ = z.to.Close()
	}
}

type zipped struct {
	http.ResponseWriter
	to *gzip.Writer
}

func (z *zipped) Write(p []byte) (int, error) { return z.to.Write(p) }
