package info_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/info"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

type part struct {
	send.Ledger
	asked      atomic.Int64
	err, full  error
	neverReply bool
}

func (p *part) Get(ctx context.Context, _ send.Key) (send.Record, error) {
	p.asked.Add(1)
	if p.neverReply {
		<-ctx.Done()
		return send.Record{}, ctx.Err()
	}
	return send.Record{}, send.Fail(send.NotFound, "none")
}

// store is a part as a store, which has a List, Delete and so on of its own.
type store struct {
	send.Store
	*part
}

func (s store) List(context.Context, string, string, int) ([]send.Entry, error) { return nil, s.err }
func (s store) Room() error                                                     { return s.full }

func TestReadinessTellsParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		part   *part
		status int
		want   string
	}{
		"all well": {&part{}, 200,
			`{"status":"ok","ledger":"ok","store":"ok","disk":"ok","secrets":"not_configured"}`},
		"no store": {&part{err: send.Fail(send.Unavailable, "a secret path")}, 503,
			`{"status":"unavailable","ledger":"ok","store":"unavailable","disk":"ok","secrets":"not_configured"}`},
		"full": {&part{full: send.Fail(send.Full, "x")}, 503,
			`{"status":"unavailable","ledger":"ok","store":"ok","disk":"full","secrets":"not_configured"}`},
		"ledger hangs": {&part{neverReply: true}, 503,
			`{"status":"unavailable","ledger":"unavailable","store":"ok","disk":"ok","secrets":"not_configured"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := c.part
				routes := mux.NewRouter()
				(&info.Readiness{Ledger: p, Store: store{part: p}}).Route(routes)
				h := web.Settings{}.Wrap(routes)
				ask := func() *httptest.ResponseRecorder {
					w := httptest.NewRecorder()
					h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/info/ready", nil))
					return w
				}
				var all sync.WaitGroup
				for range 50 {
					all.Go(func() {
						if w := ask(); w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.want {
							t.Errorf("%d %s, want %d %s", w.Code, w.Body, c.status, c.want)
						}
					})
				}
				all.Wait()
				if n := p.asked.Load(); n != 1 {
					t.Errorf("fifty requests asked the ledger %d times", n)
				}
				time.Sleep(5 * time.Second)
				if ask(); p.asked.Load() != 2 {
					t.Error("what was found out is told for ever")
				}
			})
		})
	}
}
