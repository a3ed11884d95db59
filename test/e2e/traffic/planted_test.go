package traffic_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/traffic"
)

// planted has people come who forgive what faults lead to, while something else is done to some requests, and returns
// what is found to be wrong when that is over.
func planted(
	t *testing.T, s *traffic.Service, does func(w http.ResponseWriter, r *http.Request, service http.Handler),
	then func(),
) error {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	service := &httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorLog: log.New(io.Discard, "", 0),
	}
	var over atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if over.Load() {
			service.ServeHTTP(w, r)
			return
		}
		does(w, r, service)
	}))
	t.Cleanup(front.Close)
	p := suffering(s, 1)
	p.Server, p.For = front.URL, time.Second
	p.Pause = func(time.Duration) time.Duration { return 0 }
	report := p.Come(t.Context())
	over.Store(true)
	if then != nil {
		then()
	}
	return p.Settled(t.Context(), report, s.Operator(), nil)
}

// What faults must not lead to is found.
func TestWhatFaultsMustNotDoIsFound(t *testing.T) {
	t.Parallel()
	is := func(r *http.Request, what string) bool { return strings.Contains(r.URL.Path, what) }
	away := func(w http.ResponseWriter) { http.Error(w, "away", http.StatusServiceUnavailable) }
	shared := serve(t)
	for name, plant := range map[string]struct {
		does func(w http.ResponseWriter, r *http.Request, service http.Handler)
		then func(*testing.T, *traffic.Service)
		says string // "" = nothing is wrong
	}{
		"nothing, while all is away now and then": {
			does: func() func(http.ResponseWriter, *http.Request, http.Handler) {
				var n atomic.Int64
				return func(w http.ResponseWriter, r *http.Request, service http.Handler) {
					if n.Add(1)%10 == 0 {
						away(w)
						return
					}
					service.ServeHTTP(w, r)
				}
			}(),
		},
		"a write is lost": {
			does: func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				switch {
				case is(r, "/transfers/complete/"):
					_, _ = io.WriteString(w, `{"transfer_id":"0123456789ab"}`)
				case is(r, "/transfers/info/"), is(r, "/download-url/"): // which tells only afterwards
					away(w)
				default:
					service.ServeHTTP(w, r)
				}
			},
			says: "what was acknowledged is pending",
		},
		"a limit overshoots by one": {
			does: func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if is(r, "/transfers/create") {
					b, _ := io.ReadAll(r.Body)
					b = bytes.Replace(b, []byte(`"max_downloads":2`), []byte(`"max_downloads":3`), 1)
					r.Body = io.NopCloser(bytes.NewReader(b))
				}
				service.ServeHTTP(w, r)
			},
			says: "it was received more often than 2 times",
		},
		"half of what nobody acknowledged is there": {
			does: func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				switch {
				case is(r, "/transfers/complete/"):
					service.ServeHTTP(httptest.NewRecorder(), r)
					away(w)
				case is(r, "/transfers/delete/"):
					away(w)
				default:
					service.ServeHTTP(w, r)
				}
			},
			then: func(t *testing.T, s *traffic.Service) { halve(t, s.Data()) },
			says: "downloads",
		},
		"an error says nothing of use": {
			does: func(w http.ResponseWriter, r *http.Request, service http.Handler) {
				if is(r, "/transfers/create") {
					http.Error(w, `{"detail":"no","code":"internal"}`, http.StatusInternalServerError)
					return
				}
				service.ServeHTTP(w, r)
			},
			says: "500",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shared
			if plant.then != nil { // which is done to what all have sent
				s = serve(t)
			}
			err := planted(t, s, plant.does, func() {
				if plant.then != nil {
					plant.then(t, s)
				}
			})
			switch {
			case plant.says == "" && err != nil:
				t.Errorf("nothing is wrong, and it says %v", err)
			case plant.says != "" && (err == nil || !strings.Contains(err.Error(), plant.says)):
				t.Errorf("it is to say %q, and says %v", plant.says, err)
			}
		})
	}
}

// halve leaves half of each object.
func halve(t *testing.T, data string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(data, "transfers"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Truncate(path, info.Size()/2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// That a token is used once too often, or once too little, is found.
func TestARationThatIsNotExactIsFound(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := people(s)
	for made, isExact := range map[int64]bool{2: false, 3: true, 4: false} {
		token, err := s.Operator().CreateToken(t.Context(), wire.CreateTokenRequest{UsageLimit: made})
		if err != nil {
			t.Fatal(err)
		}
		r := &traffic.Ration{Token: token.TokenName, Limit: 3}
		err = r.IsExact(t.Context(), p.Client(), s.Operator())
		if (err == nil) != isExact {
			t.Errorf("of a token for %d uses, where 3 were meant: %v", made, err)
		}
	}
}

// A process that keeps what it opens is found by looking at it: between two looks this one opens something.
func TestAProcessThatLeaksIsFound(t *testing.T) {
	t.Parallel()
	leaks := exec.CommandContext(t.Context(), "bash", "-c", "while read -r _; do exec {f}</dev/null; echo; done")
	in, err := leaks.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := leaks.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := leaks.Start(); err != nil {
		t.Skipf("SKIPPED: there is no bash: %v", err)
	}
	watching, watched := context.WithCancel(t.Context())
	opened, looks := bufio.NewScanner(out), 0
	had := traffic.Watch(watching, func() []int {
		if _, err := io.WriteString(in, "\n"); err != nil || !opened.Scan() {
			t.Error("bash has ended", err)
		}
		if looks++; looks == 300 {
			watched()
		}
		return []int{leaks.Process.Pid}
	}, 0)
	_ = in.Close()
	if err := leaks.Wait(); err != nil {
		t.Error(err)
	}
	if len(had) == 0 {
		t.Skip("SKIPPED: this system does not tell what a process has open")
	}
	if err := traffic.Flat(had); err == nil || !strings.Contains(err.Error(), "descriptors") {
		t.Errorf("it says %v", err)
	}
}
