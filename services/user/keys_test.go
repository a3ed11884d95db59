package user_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/send"
)

// What one process handed out holds in every other that has the ledger, and in
// none that has another.
func TestPermitsAndLinksHoldInEveryProcess(t *testing.T) {
	t.Parallel()
	var set user.Settings
	s := start(t, func(own *user.Settings) { set = *own })
	ciphertext, _ := sealed(t, 5000)
	id := s.transfer(ciphertext, nil)
	url, permit := s.begun(id)
	pending := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	put := s.send("GET", "/api/presigned/upload-url/"+pending, nil).want(200, "").json()["upload_url"].(string)

	for _, process := range []struct {
		ledger     send.Ledger
		get, taken int
	}{{set.Ledger, 200, 200}, {anotherRoot{set.Ledger}, 403, 403}} {
		again := set
		again.Ledger = process.ledger
		other, err := user.New(again)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(method, url string, body string, headers ...string) int {
			r := httptest.NewRequest(method, strings.TrimPrefix(url, s.url), strings.NewReader(body))
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := httptest.NewRecorder()
			other.ServeHTTP(w, r)
			return w.Code
		}
		if got := ask("GET", url, ""); got != process.get {
			t.Errorf("the link answers %d, want %d", got, process.get)
		}
		if got := ask("GET", "/api/transfers/download/"+id, "", "x-sgraph-download-permit", permit); got != process.get {
			t.Errorf("the permit answers %d, want %d", got, process.get)
		}
		if got := ask("PUT", put, string(ciphertext)); got != process.taken {
			t.Errorf("the link for uploading answers %d, want %d", got, process.taken)
		}
	}
}

// anotherRoot is a ledger with a root of its own.
type anotherRoot struct{ send.Ledger }

func (l anotherRoot) Get(ctx context.Context, key send.Key) (send.Record, error) {
	if strings.HasPrefix(key.Set, send.RootSets) {
		return send.Record{Key: key, Data: []byte(strings.Repeat("another ", 4))}, nil
	}
	return l.Ledger.Get(ctx, key)
}

// Where there are no keys nothing is handed out, and nothing counted.
func TestNothingIsCountedWithoutKeys(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	away.Store(true)
	s := start(t, func(set *user.Settings) { set.Ledger = noRoot{set.Ledger, &away} })
	ciphertext, _ := sealed(t, 5000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	pending := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	for _, path := range []string{
		"/api/transfers/download/" + id, "/api/presigned/download-url/" + id, "/api/presigned/upload-url/" + pending,
	} {
		s.send("GET", path, nil).want(503, "")
	}
	s.send("POST", "/api/presigned/initiate", map[string]any{"transfer_id": pending, "file_size_bytes": 5000}).
		want(503, "")
	s.call("GET", "/api/presigned/bytes/any", nil).want(503, "")
	away.Store(false)
	s.call("GET", "/api/transfers/download/"+id, nil).want(200, "")
}

type noRoot struct {
	send.Ledger
	away *atomic.Bool
}

func (l noRoot) Get(ctx context.Context, key send.Key) (send.Record, error) {
	if strings.HasPrefix(key.Set, send.RootSets) && l.away.Load() {
		return send.Record{}, send.Fail(send.Unavailable, "the ledger is away")
	}
	return l.Ledger.Get(ctx, key)
}
