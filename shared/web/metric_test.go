package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/web"
)

// onLambda returns a service as it is there, with a log of that level, and what
// it logs.
func onLambda(
	t *testing.T, s web.Settings, level slog.Level, routes func(*mux.Router),
) (http.Handler, *logtest.Buffer) {
	t.Helper()
	l := &logtest.Buffer{}
	s.Meter = metric.Meter{Service: metric.User, Stage: "qa", Embed: true}
	s.Log = slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: level}))
	router := mux.NewRouter()
	routes(router)
	return s.Wrap(router), l
}

func ask(h http.Handler, path string) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code
}

func TestWhatARequestCountsIsInItsLine(t *testing.T) {
	t.Parallel()
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelError} {
		h, l := onLambda(t, web.Settings{}, level, func(r *mux.Router) {
			r.Handle("/counts", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
				metric.Count(r.Context(), metric.Downloads, 1)
				metric.Count(r.Context(), metric.BytesDownloaded, 4096)
				return hello(w, r)
			}))
			r.Handle("/quiet", web.Handle(hello))
		})
		ask(h, "/quiet")
		ask(h, "/quiet")
		ask(h, "/counts")
		got := metrictest.Read(t, l.String())
		want := map[metric.Name]float64{metric.ColdStarts: 1, metric.Downloads: 1, metric.BytesDownloaded: 4096}
		for name, n := range want {
			if len(got[name]) != 1 || got[name][0].N != n || got[name][0].Dimensions[0]["stage"] != "qa" {
				t.Errorf("at level %v: %s is %v, want %v", level, name, got[name], n)
			}
		}
		if len(got) != len(want) {
			t.Errorf("at level %v: got %v", level, got)
		}
	}
}

func TestPanicsAreCounted(t *testing.T) {
	t.Parallel()
	h, l := onLambda(t, web.Settings{}, slog.LevelInfo,
		route("/", func(http.ResponseWriter, *http.Request) error { panic("oh") }))
	if status := ask(h, "/"); status != http.StatusInternalServerError {
		t.Errorf("answered %d", status)
	}
	if n := metrictest.Sum(t, l.String(), metric.Panics); n != 1 {
		t.Errorf("%v panics, want 1", n)
	}
}

func TestLimitsAreCounted(t *testing.T) {
	t.Parallel()
	ledger, clock := &window{}, time.Now
	rates := map[string]send.Rate{"create": {Limit: 1, Window: time.Minute}}
	quiet := slog.New(slog.DiscardHandler)
	h, l := onLambda(t, web.Settings{Limiter: web.NewLimiter(ledger, rates, clock, quiet)}, slog.LevelInfo,
		func(r *mux.Router) {
			r.Handle("/", web.Limit("create", web.Handle(hello)))
		})
	ask(h, "/")
	if status := ask(h, "/"); status != http.StatusTooManyRequests {
		t.Fatalf("answered %d", status)
	}
	got := metrictest.Read(t, l.String())[metric.LimitHit]
	if len(got) != 1 || got[0].N != 1 ||
		fmt.Sprint(got[0].Dimensions) != "[map[service:user stage:qa] map[limit:create service:user stage:qa]]" {
		t.Errorf("got %v", got)
	}

	// The ledger breaks: the request passes, and that is counted and told.
	broken := &window{err: send.Fail(send.Unavailable, "away")}
	told := &logtest.Buffer{}
	limiter := web.NewLimiter(broken, rates, clock, slog.New(slog.NewJSONHandler(told, nil)))
	h, l = onLambda(t, web.Settings{Limiter: limiter}, slog.LevelInfo, func(r *mux.Router) {
		r.Handle("/", web.Limit("create", web.Handle(hello)))
	})
	if status := ask(h, "/"); status != http.StatusOK {
		t.Errorf("answered %d", status)
	}
	if n := metrictest.Sum(t, l.String(), metric.LimiterFailedOpen); n != 1 {
		t.Errorf("failed open %v times, want 1", n)
	}
	if lines := told.Records(t, 1); lines[0]["level"] != "ERROR" || lines[0]["limit"] != "create" {
		t.Errorf("told %v", lines)
	}
}

// registry notes what it is told.
type registry struct {
	mu       sync.Mutex
	requests []string
	counts   map[metric.Name]float64
}

func (r *registry) Add(service string, name metric.Name, limit string, n float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[name] += n
}

func (r *registry) Request(service, route, method string, status int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, fmt.Sprint(service, " ", method, " ", route, " ", status))
}

func TestServersKeepTheirMetrics(t *testing.T) {
	t.Parallel()
	kept := &registry{counts: map[metric.Name]float64{}}
	router := mux.NewRouter()
	router.Handle("/things/{id}", web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		metric.Count(r.Context(), metric.Downloads, 2)
		return hello(w, r)
	}))
	l := &logtest.Buffer{}
	h := web.Settings{
		Meter: metric.Meter{Service: metric.User, Registry: kept}, Log: slog.New(slog.NewJSONHandler(l, nil)),
	}.Wrap(router)
	for _, method := range []string{"GET", "BREW"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, "/things/secret", nil))
	}
	ask(h, "/no/such/secret")
	want := "[user GET /things/{id} 200 user other /things/{id} 200 user GET unmatched 404]"
	if got := fmt.Sprint(kept.requests); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if kept.counts[metric.Downloads] != 4 {
		t.Errorf("got %v", kept.counts)
	}
	if got := metrictest.Read(t, l.String()); len(got) != 0 {
		t.Errorf("the log of a server has %v", got)
	}
}
