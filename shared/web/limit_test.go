package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// window is a ledger with one record.
type window struct {
	send.Ledger
	key    send.Key
	record *send.Record
	err    error
}

func (w *window) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	if w.err != nil {
		return send.Record{}, w.err
	}
	if w.record == nil {
		w.key, w.record = key, s.Open
	}
	r, err := s.Apply(*w.record)
	w.record = &r
	return r, err
}

func TestLimit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 17, 500, time.UTC)
	clock := func() time.Time { return now }
	ledger := &window{}
	rates := map[string]send.Rate{"create": {Limit: 2, Window: time.Minute}}
	salts := &send.Salts{}
	settings := web.Settings{Now: clock, Salts: salts,
		Limiter: send.NewLimiter(ledger, rates, clock, func(context.Context, string, error) {})}
	server, l := site(t, settings, func(r *mux.Router) {
		r.Handle("/create", web.Limit("create", web.Handle(hello)))
		r.Handle("/free", web.Limit("free", web.Handle(hello)))
	})
	for i, want := range []struct {
		status               int
		policy, limit, retry string
	}{
		{200, `"create";q=2;w=60`, `"create";r=1;t=43`, ""},
		{200, `"create";q=2;w=60`, `"create";r=0;t=43`, ""},
		{429, `"create";q=2;w=60`, `"create";r=0;t=43`, "43"},
	} {
		resp, body := get(t, server.URL+"/create", map[string]string{"X-Forwarded-For": "1.1.1." + string(rune('0'+i))})
		h := resp.Header
		if resp.StatusCode != want.status || h.Get("RateLimit-Policy") != want.policy || h.Get("RateLimit") != want.limit ||
			h.Get("Retry-After") != want.retry {
			t.Errorf("%d: %d %s %v", i, resp.StatusCode, body, h)
		}
	}
	if want := "create/" + salts.Of(t.Context(), now).Name("127.0.0.1"); ledger.key.ID != want {
		t.Errorf("counted under %q, want %q", ledger.key.ID, want)
	}
	if line := l.Records(t, 3)[2]; line["code"] != "limited" || line["level"] != "INFO" {
		t.Errorf("logged %v", line)
	}
	if resp, _ := get(t, server.URL+"/free", nil); resp.StatusCode != 200 || resp.Header.Get("RateLimit") != "" {
		t.Errorf("free: %d %v", resp.StatusCode, resp.Header)
	}
	now = now.Add(time.Minute)
	ledger.record = nil
	if resp, _ := get(t, server.URL+"/create", nil); resp.StatusCode != 200 {
		t.Errorf("the next window: %d", resp.StatusCode)
	}
	ledger.err = errors.New("away")
	if resp, _ := get(t, server.URL+"/create", nil); resp.StatusCode != 200 || resp.Header.Get("RateLimit") != "" {
		t.Errorf("a broken ledger: %d %v", resp.StatusCode, resp.Header)
	}
}

// A wrong credential is counted before that is told; what cannot be counted is not told,
// and the next is not even looked at.
func TestGuardCountsBeforeItTells(t *testing.T) {
	t.Parallel()
	ledger, clock := &window{}, func() time.Time { return time.Date(2026, 3, 1, 12, 0, 17, 0, time.UTC) }
	settings := web.Settings{Now: clock, Salts: &send.Salts{},
		Limiter: send.NewLimiter(ledger, send.DefaultRates, clock, func(context.Context, string, error) {})}
	looked := 0
	server, _ := site(t, settings, func(r *mux.Router) {
		r.Handle("/", web.Guard(send.LimitToken, func(w http.ResponseWriter, r *http.Request) error {
			looked++
			if r.Header.Get("X-Key") != "right" {
				return send.Fail(send.Unauthorized, "wrong")
			}
			w.WriteHeader(http.StatusNoContent)
			return nil
		}))
	})
	away := errors.New("away")
	for i, step := range []struct {
		key           string
		err           error
		status        int
		looks, counts int64
	}{
		{"right", nil, 204, 1, 0},
		{"wrong", nil, 401, 1, 1},
		{"wrong", away, 503, 1, 0},
		{"right", away, 503, 0, 0},
		{"wrong", away, 503, 0, 0},
		{"wrong", nil, 401, 1, 1},
		{"right", nil, 204, 1, 0},
	} {
		counted := func() int64 {
			if ledger.record == nil {
				return 0
			}
			return ledger.record.Count
		}
		ledger.err = step.err
		before, lookedBefore := counted(), looked
		resp, _ := get(t, server.URL+"/", map[string]string{"X-Key": step.key})
		if resp.StatusCode != step.status || (step.status == 503) != (resp.Header.Get("Retry-After") == "5") {
			t.Errorf("%d: answered %d %v", i, resp.StatusCode, resp.Header)
		}
		if n := counted() - before; n != step.counts || int64(looked-lookedBefore) != step.looks {
			t.Errorf("%d: %d were counted, and %d looked at", i, n, looked-lookedBefore)
		}
	}
}

// recorder keeps under what a limiter counts.
type recorder struct {
	send.Ledger
	ids []string
}

func (r *recorder) Spend(_ context.Context, key send.Key, s send.Spend) (send.Record, error) {
	r.ids = append(r.ids, key.ID)
	return s.Apply(*s.Open)
}

func TestIPv6IsCountedForItsNetworks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	ledger, salts := &recorder{}, &send.Salts{}
	rates := map[string]send.Rate{"create": {Limit: 2, Window: time.Minute}}
	routes := mux.NewRouter()
	routes.Handle("/", web.Limit("create", web.Handle(hello)))
	h := web.Settings{Now: clock, Salts: salts,
		Limiter: send.NewLimiter(ledger, rates, clock, func(context.Context, string, error) {})}.Wrap(routes)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "[2001:db8:1:2ff:3:4:5:6]:1"
	h.ServeHTTP(httptest.NewRecorder(), r)
	var want []string
	for i, network := range []string{"2001:db8:1:2ff::/64", "2001:db8:1:200::/56", "2001:db8:1::/48"} {
		want = append(want, []string{"", "wider-", "wider-"}[i]+"create/"+salts.Of(t.Context(), now).Name(network))
	}
	if !slices.Equal(ledger.ids, want) {
		t.Errorf("counted for %q, want %q", ledger.ids, want)
	}
}
