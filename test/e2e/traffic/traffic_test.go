package traffic_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/traffic"
)

// built are what tests start, made once, in a folder that goes with them.
var built struct {
	dir    string
	server func() (string, error)
	zips   func() (traffic.Zips, error)
}

func TestMain(m *testing.M) {
	var err error
	if built.dir, err = os.MkdirTemp("", "traffic-"); err != nil {
		panic(err)
	}
	built.server = sync.OnceValues(func() (string, error) { return traffic.BuildServer(context.Background(), built.dir) })
	built.zips = sync.OnceValues(func() (traffic.Zips, error) { return traffic.Build(context.Background(), built.dir) })
	code := m.Run()
	os.RemoveAll(built.dir)
	os.Exit(code)
}

// serve starts the service for a test.
func serve(t *testing.T, env ...string) *traffic.Service {
	t.Helper()
	return serveIn(t, t.TempDir(), env...)
}

// serveIn is serve in a folder.
func serveIn(t *testing.T, dir string, env ...string) *traffic.Service {
	t.Helper()
	binary, err := built.server()
	if err != nil {
		t.Fatal(err)
	}
	s, err := traffic.ServeBy(t.Context(), binary, dir, env...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Stop() // it may be killed
		if t.Failed() {
			log, _ := os.ReadFile(dir + "/log")
			t.Logf("the service says:\n%s", log[max(0, len(log)-4000):])
		}
	})
	return s
}

func people(s *traffic.Service) traffic.People {
	return traffic.People{
		Server: s.URL, Token: s.Token, Rate: 8, For: nightly.Or(3*time.Second, time.Minute), AtOnce: 64, Seed: 1,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
}

// wrong is what is wrong of a report: also a request that was answered otherwise than was meant.
func wrong(r *traffic.Report) error { return errors.Join(r.Err(), r.NotMeant()) }

func TestNobodyIsTurnedAway(t *testing.T) {
	t.Parallel()
	s := serve(t)
	watching, watched := context.WithCancel(t.Context())
	samples := make(chan []traffic.Sample, 1)
	go func() { samples <- traffic.Watch(watching, s.PIDs, 50*time.Millisecond) }()
	r := people(s).Come(t.Context())
	watched()
	had := <-samples
	if err := wrong(r); err != nil {
		t.Error(err)
	}
	if r.Acknowledged != r.People || r.People < 10 || len(r.There()) > 0 {
		t.Errorf("of %d people %d have sent something, and %d have left it", r.People, r.Acknowledged, len(r.There()))
	}
	if err := traffic.Flat(had); len(had) > 0 && err != nil {
		t.Error(err)
	}
	var table, picture bytes.Buffer
	if err := errors.Join(r.WriteTable(&table), traffic.WritePicture(&picture, "a < b", r.Latencies(), had)); err != nil {
		t.Fatal(err)
	}
	if bad := picture.String() + table.String(); strings.Contains(bad, "%!") || strings.Contains(bad, "NaN") {
		t.Error(bad)
	}
	t.Log("\n" + table.String())
}

// What the traffic is for is found.
func TestWrongIsFound(t *testing.T) {
	t.Parallel()
	s := serve(t)
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	var completed atomic.Int64
	for name, does := range map[string]func(*http.Response) error{
		"another byte comes": func(r *http.Response) error {
			if strings.Contains(r.Request.URL.Path, "/presigned/bytes/") && r.Request.Method == http.MethodGet {
				b, err := io.ReadAll(r.Body)
				if len(b) > 60 {
					b[60] ^= 1
				}
				r.Body = io.NopCloser(bytes.NewReader(b))
				return err
			}
			return nil
		},
		"what is deleted stays": func(r *http.Response) error {
			if strings.Contains(r.Request.URL.Path, "/transfers/info/") {
				b, err := io.ReadAll(r.Body)
				b = bytes.Replace(b, []byte(`"deleted"`), []byte(`"pending"`), 1) // as long as it was
				r.Body = io.NopCloser(bytes.NewReader(b))
				return err
			}
			return nil
		},
		"a request fails that the client makes again": func(r *http.Response) error {
			if strings.Contains(r.Request.URL.Path, "/transfers/complete/") && completed.Add(1)%4 == 0 {
				r.StatusCode, r.Status = http.StatusBadGateway, "502 Bad Gateway"
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := httptest.NewServer(&httputil.ReverseProxy{
				Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, ModifyResponse: does,
			})
			t.Cleanup(proxy.Close)
			p := people(s)
			p.Server, p.Pause = proxy.URL, func(time.Duration) time.Duration { return 0 }
			if err := wrong(p.Come(t.Context())); err == nil {
				t.Error("it was not found")
			}
		})
	}
}

func TestALeakIsFound(t *testing.T) {
	t.Parallel()
	var flat, memory, descriptors []traffic.Sample
	for i := range 300 {
		s := traffic.Sample{After: time.Duration(i) * time.Second, Own: 40 << 20, Descriptors: 20 + i%7}
		s.Resident = s.Own + int64(i)<<20 // of a ledger that grows
		flat = append(flat, s)
		s.Own += int64(i) << 17
		memory = append(memory, s)
		s.Own, s.Descriptors = 40<<20, 20+i
		descriptors = append(descriptors, s)
	}
	if err := traffic.Flat(flat); err != nil {
		t.Error(err)
	}
	for name, leak := range map[string][]traffic.Sample{"memory": memory, "descriptors": descriptors, "few": flat[:3]} {
		if traffic.Flat(leak) == nil {
			t.Errorf("%s: it was not found", name)
		}
	}
}
