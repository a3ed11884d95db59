package user_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/secrettest"
)

// trail keeps the events of a service.
type trail struct {
	mu     sync.Mutex
	events []audit.Event
	err    error
}

func (k *trail) record(_ context.Context, events []audit.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.events = append(k.events, events...)
	}
	return k.err
}

// told returns the events as "kind outcome reason", of one transfer or of all.
func (k *trail) told(transfer string) (told []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range k.events {
		if transfer == "" || e.Transfer == transfer {
			told = append(told, strings.TrimSpace(string(e.Kind)+" "+string(e.Outcome)+" "+e.Reason))
		}
	}
	return told
}

// denials returns how many events tell of denials of a kind, and of how many.
func (k *trail) denials(kind audit.Kind) (events int, times int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range k.events {
		if e.Kind == kind && e.Outcome == audit.Denied {
			events, times = events+1, times+e.Times()
		}
	}
	return events, times
}

// watched is a site as on Lambda, with its trail; its log is written at once.
func watched(t *testing.T, change func(*user.Settings)) (*site, *trail) {
	kept := &trail{}
	var log *logtest.Buffer
	s := start(t, func(set *user.Settings) {
		log = &logtest.Buffer{}
		set.Environment, set.EmbedMetrics, set.Stage = settings.Lambda, true, "test"
		set.Log = slog.New(slog.NewJSONHandler(log, nil))
		set.Audit = kept.record
		if change != nil {
			change(set)
		}
	})
	s.log = log
	return s, kept
}

// collected has what the service put into its outbox handed over, as the schedule
// does.
func (s *site) collected() {
	s.t.Helper()
	s.service.Flush()
	if _, err := s.service.Scheduled(s.t.Context(), nil); err != nil {
		s.t.Error(err)
	}
}

func hashOf(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

func TestWhatHappensIsCountedAndTraced(t *testing.T) {
	t.Parallel()
	s, kept := watched(t, nil)
	body, plain := sealed(t, 5000)
	id := s.transfer(body,
		map[string]any{"file_size_bytes": plain, "max_downloads": 2, "delete_auth_hash": hashOf("secret")})
	first := s.call("GET", "/api/transfers/download/"+id, nil, "Range", "bytes=0-99").want(206, "")
	permit := first.Header.Get("X-Sgraph-Download-Permit")
	s.call("GET", "/api/transfers/download/"+id, nil, "X-Sgraph-Download-Permit", permit, "Range", "bytes=100-").
		want(206, "")
	s.call("GET", "/api/presigned/download-url/"+id, nil).want(200, "")
	s.call("GET", "/api/transfers/download/"+id, nil).want(410, "exhausted")
	s.call("GET", "/api/transfers/download/ffffffffffff", nil).want(404, "")
	s.call("DELETE", "/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "wrong").want(403, "")
	s.call("DELETE", "/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "secret").want(200, "")
	s.call("DELETE", "/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "secret").want(200, "")

	plaintext := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	s.send("POST", "/api/transfers/upload/"+plaintext, []byte("not ciphertext at all, not even long")).want(400, "")
	s.send("POST", "/api/transfers/complete/"+plaintext, nil).want(404, "")
	s.call("POST", "/api/transfers/create", nil, "x-sgraph-access-token", "no-such-token").want(401, "")
	s.call("POST", "/api/transfers/create", nil).want(401, "")
	s.collected()

	for name, want := range map[metric.Name]float64{
		metric.TransfersCreated: 2, metric.TransfersCompleted: 1, metric.TransfersDeleted: 1,
		metric.Downloads: 2, metric.BytesUploaded: float64(len(body)), metric.BytesDownloaded: float64(len(body)),
		metric.UploadsRefused: 1, metric.TokenRefused: 1, metric.ColdStarts: 1,
	} {
		if n := metrictest.Sum(t, s.log.String(), name); n != want {
			t.Errorf("%s is %v, want %v", name, n, want)
		}
	}
	want := []string{
		"transfer_created success", "transfer_completed success",
		"transfer_downloaded success", "transfer_downloaded success", "transfer_downloaded denied exhausted",
		"transfer_deleted denied auth_mismatch", "transfer_deleted success", "transfer_deleted success",
	}
	if got := kept.told(id); !slices.Equal(got, want) {
		t.Errorf("the trail of the transfer is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := kept.told(plaintext); len(got) != 2 || !strings.HasPrefix(got[1], "transfer_completed denied ") {
		t.Errorf("the trail of plaintext is %q", got)
	}
	if got := kept.told(""); len(got) != len(want)+3 || got[len(got)-1] != "transfer_created denied Invalid access token" {
		t.Errorf("the trail is %q", got)
	}
	content, _ := json.Marshal(kept.events)
	secrettest.Kept{"the trail": string(content), "the log": s.log.String()}.Lacks(t, map[string]string{
		"the token": s.token, "another token": "no-such-token", "an address": "127.0.0.1", "the delete secret": "secret",
	})
	for _, e := range kept.events {
		if err := e.Check(s.clock.Now()); err != nil {
			t.Errorf("the admin service would refuse %+v: %v", e, err)
		}
		if e.Client == "" || !strings.Contains(s.log.String(), `"request_id":"`+e.Request+`"`) {
			t.Errorf("an event does not say whose and which request it was: %+v", e)
		}
	}
}

// brokenStore has bytes that cannot be read.
type brokenStore struct{ send.Store }

func (brokenStore) Open(context.Context, string, send.Span) (io.ReadCloser, send.Object, error) {
	return nil, send.Object{}, send.Fail(send.Unavailable, "the store is away")
}

// brokenLedger cannot be asked.
type brokenLedger struct{ send.Ledger }

func (brokenLedger) Get(context.Context, send.Key) (send.Record, error) {
	return send.Record{}, send.Fail(send.Unavailable, "the ledger is away")
}

func (brokenLedger) Spend(context.Context, send.Key, send.Spend) (send.Record, error) {
	return send.Record{}, send.Fail(send.Unavailable, "the ledger is away")
}

func TestWhatBreaksIsCounted(t *testing.T) {
	t.Parallel()
	body, _ := sealed(t, 100)
	s, kept := watched(t, func(set *user.Settings) { set.Store = brokenStore{set.Store} })
	id := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	s.send("POST", "/api/transfers/upload/"+id, body).want(200, "")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(503, "")
	s.collected()
	if n := metrictest.Sum(t, s.log.String(), metric.StorageErrors); n != 1 {
		t.Errorf("%v errors of the store, want 1", n)
	}
	if got := kept.told(id); len(got) != 2 || got[1] != "transfer_completed failure unavailable" {
		t.Errorf("the trail is %q", got)
	}

	s, _ = watched(t, func(set *user.Settings) {
		set.Ledger = brokenLedger{set.Ledger}
		set.Rates = map[string]send.Rate{"info": {Limit: 1, Window: time.Minute}}
	})
	s.call("GET", "/api/transfers/info/aabbccddeeff", nil).want(503, "")
	for name, want := range map[metric.Name]float64{metric.LedgerErrors: 3, metric.LimiterFailedOpen: 1} {
		if n := metrictest.Sum(t, s.log.String(), name); n != want {
			t.Errorf("%s is %v, want %v", name, n, want)
		}
	}
	if !strings.Contains(s.log.String(),
		`"level":"ERROR","msg":"a rate limit cannot be held; requests pass","service":"user"`) {
		t.Errorf("the log does not say that a limit cannot be held:\n%s", s.log)
	}
}

// mortalLedger is gone once so much was written: its process was killed.
type mortalLedger struct {
	send.Ledger
	left atomic.Int64
}

func (l *mortalLedger) writes(write func() error) error {
	if l.left.Add(-1) < 0 {
		return send.Fail(send.Unavailable, "the process was killed")
	}
	return write()
}

func (l *mortalLedger) Create(ctx context.Context, r send.Record) error {
	return l.writes(func() error { return l.Ledger.Create(ctx, r) })
}

func (l *mortalLedger) Replace(ctx context.Context, r send.Record) error {
	return l.writes(func() error { return l.Ledger.Replace(ctx, r) })
}

func (l *mortalLedger) Apply(ctx context.Context, changes ...send.Change) error {
	return l.writes(func() error { return l.Ledger.Apply(ctx, changes...) })
}

// Wherever a process is killed: what became of a transfer is in the trail, and what is not
// in the trail did not happen.
func TestWhatAKilledProcessDidIsTraced(t *testing.T) {
	t.Parallel()
	body, _ := sealed(t, 100)
	for killed := range int64(6) {
		var ledger *mortalLedger
		s, _ := watched(t, func(set *user.Settings) {
			ledger = &mortalLedger{Ledger: set.Ledger}
			set.Ledger = ledger
		})
		ledger.left.Store(100)
		s.call("GET", "/api/transfers/info/aabbccddeeff", nil).want(404, "") // the day's salt
		ledger.left.Store(killed)
		const id = "aabbccddeeff"
		s.send("POST", "/api/transfers/create", []byte(`{"transfer_id":"`+id+`"}`))
		s.send("POST", "/api/transfers/upload/"+id, body)
		s.send("POST", "/api/transfers/complete/"+id, nil)
		ledger.left.Store(0)

		var became, traced []string
		r, err := ledger.Get(t.Context(), send.Key{Set: send.TransferSets + id[:2], ID: id})
		if err == nil {
			became = append(became, "transfer_created")
		}
		if r.State == string(send.Completed) {
			became = append(became, "transfer_completed")
		}
		for _, set := range audit.Queue("user") {
			for r, err := range send.Records(t.Context(), ledger, set) {
				var e audit.Event
				if err != nil || json.Unmarshal(r.Data, &e) != nil {
					t.Fatal(err)
				}
				if e.Outcome == audit.Success {
					traced = append(traced, string(e.Kind))
				}
			}
		}
		slices.Sort(became)
		slices.Sort(traced)
		if !slices.Equal(became, traced) {
			t.Errorf("killed after %d writes, it did %v and told of %v", killed, became, traced)
		}
		if (killed > 3) != (len(became) == 2) { // create, announce the upload, attach it, complete
			t.Errorf("after %d writes it did %v", killed, became)
		}
	}
}

func TestATrailThatIsAwayFailsNothing(t *testing.T) {
	t.Parallel()
	s, kept := watched(t, nil)
	kept.err = errors.New("the admin service is away")
	id := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	s.collected()
	if n := metrictest.Sum(t, s.log.String(), metric.AuditDelayed); n != 1 {
		t.Errorf("%v events wait, and the log is\n%s", n, s.log)
	}
	if n := metrictest.Sum(t, s.log.String(), metric.AuditLost); n != 0 {
		t.Errorf("%v events are lost", n)
	}
	kept.err = nil
	s.clock.Advance(2 * time.Minute)
	s.collected()
	if got := kept.told(id); len(got) != 1 {
		t.Errorf("the trail has %q when it is back", got)
	}
}

func TestTheScheduledSweep(t *testing.T) {
	t.Parallel()
	s, kept := watched(t, nil)
	body, _ := sealed(t, 100)
	expired := s.transfer(body, map[string]any{"expires_at": s.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
	lasting := s.transfer(body,
		map[string]any{"expires_at": s.clock.Now().Add(100 * time.Hour).UTC().Format(time.RFC3339)})
	abandoned := s.send("POST", "/api/transfers/create", nil).want(200, "").json()["transfer_id"].(string)
	s.clock.Advance(25 * time.Hour)

	// A sweep whose time is over is no fault, and says that it is not through.
	ended, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if n, err := s.service.Scheduled(ended, nil); err != nil || n != (send.Swept{}) {
		t.Errorf("without time: %+v, %v", n, err)
	}
	if n := metrictest.Sum(t, s.log.String(), metric.SweepsCompleted); n != 0 {
		t.Error("without time: it is said to be complete")
	}

	n, err := s.service.Scheduled(t.Context(), json.RawMessage(`{"source":"aws.scheduler"}`))
	if err != nil || n != (send.Swept{Expired: 1, Abandoned: 1, Due: 3}) {
		t.Errorf("swept %+v, %v", n, err)
	}
	if n := metrictest.Sum(t, s.log.String(), metric.Swept); n != 2 {
		t.Errorf("%v are counted, want 2", n)
	}
	if n := metrictest.Sum(t, s.log.String(), metric.SweepsCompleted); n != 1 {
		t.Errorf("%v sweeps are counted, want 1", n)
	}
	for id, want := range map[string]string{
		expired:   "transfer_expired success expired",
		abandoned: "transfer_expired success abandoned",
		lasting:   "",
	} {
		if got := kept.told(id); want != "" && got[len(got)-1] != want ||
			want == "" && slices.Contains(got, "transfer_expired success expired") {
			t.Errorf("the trail of %s is %q, want %q at the end", id, got, want)
		}
	}
	s.call("GET", "/api/transfers/download/"+lasting, nil).want(200, "")
}

// sweptLedger and sweptStore have something of their own to sweep.
type sweptLedger struct {
	send.Ledger
	swept chan string
}

func (l sweptLedger) Sweep(context.Context, time.Time) (int, error) {
	l.swept <- "ledger"
	return 1, nil
}

type sweptStore struct {
	send.Store
	swept chan string
}

func (s sweptStore) Sweep(context.Context, time.Time) (int, error) {
	s.swept <- "store"
	return 1, nil
}

func TestOnOneMachineEverythingIsSwept(t *testing.T) {
	t.Parallel()
	swept := make(chan string)
	s, _ := watched(t, func(set *user.Settings) {
		set.Ledger, set.Store = sweptLedger{set.Ledger, swept}, sweptStore{set.Store, swept}
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.service.Sweep(ctx); close(done) }()
	if first, second := <-swept, <-swept; first != "ledger" || second != "store" {
		t.Errorf("swept were %s and %s", first, second)
	}
	stop()
	<-done
}

func TestAFaultOfTheSweepIsLoud(t *testing.T) {
	t.Parallel()
	s, _ := watched(t, func(set *user.Settings) { set.Store = undeletable{set.Store} })
	body, _ := sealed(t, 100)
	s.transfer(body, map[string]any{"expires_at": s.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
	s.clock.Advance(25 * time.Hour)
	if _, err := s.service.Scheduled(t.Context(), nil); err == nil {
		t.Error("the function does not fail")
	}
	if !strings.Contains(s.log.String(), `"level":"ERROR","msg":"the sweep could not remove everything"`) {
		t.Errorf("the log is\n%s", s.log)
	}
	if n := metrictest.Sum(t, s.log.String(), metric.SweepsCompleted); n != 0 {
		t.Error("it is said to be complete")
	}
}

type undeletable struct{ send.Store }

func (undeletable) Delete(context.Context, string) error {
	return send.Fail(send.Unavailable, "the store is away")
}

func TestEventsGoToTheAdminService(t *testing.T) {
	t.Parallel()
	var (
		calls int
		got   struct{ Events []audit.Event }
	)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 1 {
			w.WriteHeader(http.StatusServiceUnavailable) // busy for a moment
			return
		}
		if r.Method != "POST" || r.URL.Path != "/audit/events" || r.Header.Get("X-Key") != "the-key" {
			t.Errorf("%s %s with %q", r.Method, r.URL.Path, r.Header.Get("X-Key"))
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		io.WriteString(w, `{"kept":1}`)
	}))
	defer server.Close()
	g := &user.AdminGate{BaseURL: server.URL, KeyName: "X-Key", Key: secret.Plain("the-key"), Client: server.Client()}
	e := audit.Event{Time: time.Now().UTC().Round(0), Kind: audit.TransferCreated, Outcome: audit.Success,
		Transfer: "aabbccddeeff"}
	if err := g.Record(t.Context(), []audit.Event{e}); err != nil {
		t.Fatal(err)
	}
	if calls != 2 || len(got.Events) != 1 || got.Events[0].ID() != e.ID() {
		t.Errorf("after %d calls: %+v", calls, got)
	}
}

func TestASweepDestroysSalts(t *testing.T) {
	t.Parallel()
	old := send.Record{
		Key: send.Key{Set: send.SaltSet, ID: "2020-01-01"}, Purge: time.Date(2020, 1, 3, 0, 0, 0, 0, time.UTC),
	}
	var ledger *lastingLedger
	s := start(t, func(set *user.Settings) { ledger = &lastingLedger{Ledger: set.Ledger}; set.Ledger = ledger })
	ledger.salt = &old
	if _, err := s.service.Scheduled(t.Context(), nil); err != nil || ledger.salt != nil {
		t.Errorf("the salt is still there, %v", err)
	}
}

// lastingLedger keeps a salt beyond its time, as DynamoDB may for two days.
type lastingLedger struct {
	send.Ledger
	salt *send.Record
}

func (l *lastingLedger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	if set == send.SaltSet && l.salt != nil {
		return []send.Record{*l.salt}, nil
	}
	return l.Ledger.List(ctx, set, after, limit)
}

func (l *lastingLedger) Delete(ctx context.Context, key send.Key, version int64) error {
	if key.Set == send.SaltSet {
		l.salt = nil
	}
	return l.Ledger.Delete(ctx, key, version)
}
