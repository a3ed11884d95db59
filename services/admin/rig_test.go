package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/openapitest"
)

const (
	keyName  = "X-Test-Key"
	keyValue = "an-api-key-of-the-tests"
)

// rig is a service with everything around it within reach.
type rig struct {
	t        testing.TB
	settings admin.Settings
	handler  *admin.Service
	ledger   *watchedLedger
	store    *memoryStore
	log      *logtest.Buffer
	clock    *clocktest.Clock
}

func newRig(t testing.TB, change ...func(*admin.Settings)) *rig {
	t.Helper()
	l, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	g := &rig{
		t: t, ledger: &watchedLedger{Ledger: l}, store: &memoryStore{objects: map[string][]byte{}},
		log: &logtest.Buffer{},
		// Ahead of the system's clock, by which bolt forgets old windows.
		clock: clocktest.At(time.Date(2126, 3, 1, 12, 0, 30, 0, time.UTC)),
	}
	g.settings = admin.Settings{
		Service: settings.Service{Environment: settings.Local, Mode: settings.Disk, Stage: "test", Rates: send.DefaultRates},
		KeyName: keyName, APIKey: secret.Plain(keyValue),
		Ledger: g.ledger, Audit: g.store, Log: slog.New(slog.NewJSONHandler(g.log, nil)), Now: g.clock.Now,
	}
	return g.again(change...)
}

// again returns the rig with a service that was started anew, told something
// else.
func (g *rig) again(change ...func(*admin.Settings)) *rig {
	g.t.Helper()
	next := *g
	for _, f := range change {
		f(&next.settings)
	}
	var err error
	if next.handler, err = admin.New(next.settings); err != nil {
		g.t.Fatal(err)
	}
	return &next
}

// request is what a test asks: with the key unless it says otherwise.
type request struct {
	method, path, body string
	header             map[string]string
	cookies            []*http.Cookie
	anonymous          bool
	from               string // the client's address, where it matters
}

func (g *rig) do(q request) *http.Response {
	g.t.Helper()
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	if q.from != "" {
		r.RemoteAddr = net.JoinHostPort(q.from, "1")
	}
	if !q.anonymous {
		r.Header.Set(keyName, keyValue)
	}
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	for _, c := range q.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	g.handler.ServeHTTP(w, r)
	openapitest.Served(g.t).Judge(g.t, openapitest.Answer{
		Method: q.method, Path: r.URL.EscapedPath(), Status: w.Code, Header: w.Header(), Body: w.Body.Bytes(),
	})
	return w.Result()
}

func (g *rig) get(path string) *http.Response {
	g.t.Helper()
	return g.do(request{method: "GET", path: path})
}

func (g *rig) post(path, body string) *http.Response {
	g.t.Helper()
	return g.do(request{method: "POST", path: path, body: body})
}

// tokenID returns the ID of a token.
func (g *rig) tokenID(name string) string {
	g.t.Helper()
	keys := send.Keys[send.TokenIDs]{Ledger: g.ledger, Service: metric.Admin, Derive: send.Secret.TokenIDs}
	ids, err := keys.Get(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	return ids.Of(send.TokenHash(name))
}

// addresses returns n addresses of a form.
func addresses(n int, form string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(form, i))
	}
	return all
}

// denials returns the denials of a kind that the trail tells of, once all is in
// it, and how many they stand for.
func (g *rig) denials(kind audit.Kind) (all []audit.Event, times int64) {
	g.t.Helper()
	g.handler.Flush()
	g.clock.Advance(3 * time.Minute) // those that are counted wait for the end of their minute
	g.handler.Flush()
	res := g.get("/audit/export?outcome=denied&event=" + string(kind))
	for line := range strings.Lines(text(g.t, res)) {
		var e audit.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			g.t.Fatalf("%d %s: %v", res.StatusCode, line, err)
		}
		all, times = append(all, e), times+e.Times()
	}
	return all, times
}

// login returns the session cookie.
func (g *rig) login() *http.Cookie {
	g.t.Helper()
	res := g.do(request{method: "POST", path: "/auth/login", body: `{"api_key":"` + keyValue + `"}`, anonymous: true})
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
		g.t.Fatalf("login: %d %s", res.StatusCode, text(g.t, res))
	}
	return res.Cookies()[0]
}

func text(t testing.TB, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

func object(t testing.TB, res *http.Response) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		t.Fatalf("%d: the answer is not a JSON object: %v", res.StatusCode, err)
	}
	return v
}

// want checks a status and a body, of which only the order of fields is free.
func want(t testing.TB, res *http.Response, status int, body string) {
	t.Helper()
	got := text(t, res)
	if res.StatusCode != status || canonical(t, got) != canonical(t, body) {
		t.Errorf("got %d %s, want %d %s", res.StatusCode, got, status, body)
	}
}

func canonical(t testing.TB, s string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("not JSON: %q", s)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// fields returns the names of an object's fields, in order.
func fields(v map[string]any) string {
	return strings.Join(slices.Sorted(maps.Keys(v)), " ")
}

// watchedLedger counts calls, keeps what was written, and can be away, for all or
// for what is to be purged.
type watchedLedger struct {
	send.Ledger
	mu        sync.Mutex
	calls     int
	written   bytes.Buffer
	away      bool
	unnotable string // sets that cannot be written begin with it; "" = none
}

func (l *watchedLedger) note(written ...send.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	for _, r := range written {
		b, _ := json.Marshal(r)
		l.written.Write(b)
		l.written.Write(r.Data)
	}
	unnotable := func(r send.Record) bool { return l.unnotable != "" && strings.HasPrefix(r.Key.Set, l.unnotable) }
	if l.away || slices.ContainsFunc(written, unnotable) {
		return send.Fail(send.Unavailable, "the ledger is away")
	}
	return nil
}

func (l *watchedLedger) setAway(away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = away
}

func (l *watchedLedger) setUnnotable(sets string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unnotable = sets
}

func (l *watchedLedger) Get(ctx context.Context, k send.Key) (send.Record, error) {
	if err := l.note(); err != nil {
		return send.Record{}, err
	}
	return l.Ledger.Get(ctx, k)
}

func (l *watchedLedger) Create(ctx context.Context, r send.Record) error {
	if err := l.note(r); err != nil {
		return err
	}
	return l.Ledger.Create(ctx, r)
}

func (l *watchedLedger) Replace(ctx context.Context, r send.Record) error {
	if err := l.note(r); err != nil {
		return err
	}
	return l.Ledger.Replace(ctx, r)
}

func (l *watchedLedger) Spend(ctx context.Context, k send.Key, s send.Spend) (send.Record, error) {
	written := append([]send.Record{{Key: k}}, s.Beside...)
	for _, r := range []*send.Record{s.Open, s.Once} {
		if r != nil {
			written = append(written, *r)
		}
	}
	if err := l.note(written...); err != nil {
		return send.Record{}, err
	}
	return l.Ledger.Spend(ctx, k, s)
}

func (l *watchedLedger) Apply(ctx context.Context, changes ...send.Change) error {
	var written []send.Record
	for _, c := range changes {
		for _, r := range []*send.Record{c.Create, c.Replace} {
			if r != nil {
				written = append(written, *r)
			}
		}
	}
	if err := l.note(written...); err != nil {
		return err
	}
	return l.Ledger.Apply(ctx, changes...)
}

func (l *watchedLedger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	if err := l.note(); err != nil {
		return nil, err
	}
	return l.Ledger.List(ctx, set, after, limit)
}

// memoryStore keeps what is put.
type memoryStore struct {
	send.Store
	mu      sync.Mutex
	objects map[string][]byte
	away    bool
}

func (s *memoryStore) Put(_ context.Context, key string, body io.Reader, _ int64) (send.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return send.Object{}, send.Fail(send.Unavailable, "the store is away")
	}
	b, err := io.ReadAll(body)
	s.objects[key] = b
	return send.Object{Size: int64(len(b))}, err
}

func (s *memoryStore) Open(_ context.Context, key string, _ send.Span) (io.ReadCloser, send.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.objects[key]
	if !ok {
		return nil, send.Object{}, send.Fail(send.NotFound, "no such object")
	}
	return io.NopCloser(bytes.NewReader(b)), send.Object{Size: int64(len(b))}, nil
}

func (s *memoryStore) List(_ context.Context, prefix, after string, limit int) (list []send.Entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, send.Fail(send.Unavailable, "the store is away")
	}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, prefix) && key > after && len(list) < limit {
			list = append(list, send.Entry{Key: key, Size: int64(len(s.objects[key]))})
		}
	}
	return list, nil
}

func (s *memoryStore) Stat(_ context.Context, key string) (send.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.objects[key]
	switch {
	case s.away:
		return send.Object{}, send.Fail(send.Unavailable, "the store is away")
	case !ok:
		return send.Object{}, send.Fail(send.NotFound, "no such object")
	}
	return send.Object{Size: int64(len(b))}, nil
}

func (s *memoryStore) Settle(context.Context, string) error { return nil }

func (s *memoryStore) Delete(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
	return nil
}

func (s *memoryStore) Sweep(context.Context, time.Time) (int, error) { return 0, nil }

func (s *memoryStore) setAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *memoryStore) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		b.WriteString(key + " " + string(s.objects[key]) + "\n")
	}
	return b.String()
}
