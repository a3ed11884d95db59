package prom_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/prom"
	"sgraph.ai/send/shared/test/asking"
)

func TestShowsWhatWasCounted(t *testing.T) {
	t.Parallel()
	r := prom.New(metric.User, metric.Admin)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 25 {
				r.Request("user", "/d/{id}", "GET", 200, 3*time.Millisecond)
				r.Add("user", metric.LimitHit, "create", 1)
			}
		})
	}
	all.Wait()
	r.Request("user", "/d/{id}", "GET", 499, time.Second)
	r.Request("user", "/d/{id}", "GET", 0, time.Second)
	r.Add("user", metric.BytesUploaded, "", 5e9)

	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	shown := w.Body.String()
	for _, line := range []string{
		`sgraph_send_requests_total{service="user",route="/d/{id}",method="GET",status="2xx"} 100`,
		`sgraph_send_requests_total{service="user",route="/d/{id}",method="GET",status="4xx"} 1`,
		`sgraph_send_requests_total{service="user",route="/d/{id}",method="GET",status="other"} 1`,
		`sgraph_send_request_seconds_bucket{service="user",route="/d/{id}",method="GET",le="0.005"} 100`,
		`sgraph_send_request_seconds_count{service="user",route="/d/{id}",method="GET"} 102`,
		`sgraph_send_limit_hit_total{service="user",limit="create"} 100`,
		`sgraph_send_bytes_uploaded_total{service="user"} 5e+09`,
		`sgraph_send_failed_logins_total{service="admin"} 0`,
	} {
		if !strings.Contains(shown, line+"\n") {
			t.Errorf("does not show %s", line)
		}
	}
	for _, name := range []string{"go_goroutines ", "process_resident_memory_bytes ", "process_open_fds "} {
		if !strings.Contains(shown, "\n"+name) {
			t.Errorf("does not show %s", name)
		}
	}
	if strings.Contains(shown, `failed_logins_total{service="user"}`) {
		t.Error("shows what the service does not count")
	}
}

func TestItsAddress(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	if r, url, err := prom.Start(t.Context(), "", quiet); r != nil || url != "" || err != nil {
		t.Errorf("without an address: %v %q %v", r, url, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, url, err := prom.Start(ctx, "127.0.0.1:0", quiet, metric.User)
	if err != nil || r == nil {
		t.Fatal(r, err)
	}
	for path, want := range map[string]int{url: 200, strings.TrimSuffix(url, "metrics"): 404} {
		res, err := asking.Client.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s answers %d", path, res.StatusCode)
		}
	}
	taken := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/metrics")
	if _, _, err := prom.Start(ctx, taken, quiet); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("on a taken address: %v", err)
	}
}
