package send_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/shared/send"
)

// windows is the part of a ledger that a limiter uses.
type windows struct {
	send.Ledger // none: any other use is a nil dereference
	mu          sync.Mutex
	records     map[send.Key]send.Record
	spends      atomic.Int64
	err         error
}

func (w *windows) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	w.spends.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return send.Record{}, w.err
	}
	r, ok := w.records[key]
	if !ok {
		r = *s.Open
		r.Key = key
	}
	r, err := s.Apply(r)
	if err == nil {
		if w.records == nil {
			w.records = map[send.Key]send.Record{}
		}
		w.records[key] = r
	}
	return r, err
}

var noon = time.Date(2026, 3, 1, 12, 0, 10, 0, time.UTC)

func at(t *time.Time) func() time.Time { return func() time.Time { return *t } }

func noFailOpen(t *testing.T) func(context.Context, string, error) {
	return func(_ context.Context, name string, err error) { t.Errorf("failed open: %s: %v", name, err) }
}

func TestLimiterIsExactAcrossInstances(t *testing.T) {
	t.Parallel()
	const limit, clients, goroutines, each = 37, 3, 16, 40
	ledger := &windows{}
	rates := map[string]send.Rate{"create": {Limit: limit, Window: time.Minute}}
	now := noon
	limiters := [2]*send.Limiter{}
	for i := range limiters {
		limiters[i] = send.NewLimiter(ledger, rates, at(&now), noFailOpen(t))
	}
	var allowed [clients]atomic.Int64
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				client := (g + i) % clients
				d, err := limiters[g%2].Allow(t.Context(), "create", string(rune('a'+client)))
				if err != nil {
					t.Error(err)
				}
				if d.Allowed {
					allowed[client].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for c := range allowed {
		if n := allowed[c].Load(); n != limit {
			t.Errorf("client %d: %d allowed, want %d", c, n, limit)
		}
	}
}

func TestLimiterDecision(t *testing.T) {
	t.Parallel()
	ledger := &windows{}
	now := noon
	l := send.NewLimiter(ledger, map[string]send.Rate{"login": {Limit: 2, Window: time.Minute}}, at(&now), noFailOpen(t))
	allow := func() send.Decision {
		t.Helper()
		d, err := l.Allow(t.Context(), "login", "c")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	want := send.Decision{Allowed: true, Limit: 2, Remaining: 1, Window: time.Minute, ResetIn: 50 * time.Second}
	if d := allow(); d != want {
		t.Errorf("first: %+v, want %+v", d, want)
	}
	if d := allow(); !d.Allowed || d.Remaining != 0 {
		t.Errorf("second: %+v", d)
	}
	spends := ledger.spends.Load()
	for range 5 {
		now = now.Add(time.Second)
		if d := allow(); d.Allowed || d.Remaining != 0 {
			t.Errorf("over: %+v", d)
		}
	}
	if d := allow(); d.ResetIn != 45*time.Second {
		t.Errorf("resets in %v, want 45s", d.ResetIn)
	}
	if n := ledger.spends.Load() - spends; n != 0 {
		t.Errorf("the ledger was asked %d times about a client known to be over", n)
	}
	if d, _ := l.Allow(t.Context(), "login", "another"); !d.Allowed {
		t.Error("another client shares the limit")
	}
	if d, _ := l.Allow(t.Context(), "unnamed", "c"); !d.Allowed || d.Limit != 0 {
		t.Errorf("a name without a rate: %+v", d)
	}
	now = now.Add(45 * time.Second)
	if d := allow(); !d.Allowed {
		t.Error("the next window does not begin")
	}
	for key, r := range ledger.records {
		if !strings.HasPrefix(key.Set, send.WindowSets) || r.Purge.IsZero() || !r.Purge.After(now.Truncate(time.Minute)) {
			t.Errorf("record %+v of %+v", r, key)
		}
	}
}

func TestLimiterFailsOpen(t *testing.T) {
	t.Parallel()
	ledger := &windows{err: send.Fail(send.Unavailable, "away")}
	now := noon
	var told []string
	l := send.NewLimiter(ledger, send.DefaultRates, at(&now), func(_ context.Context, name string, err error) {
		told = append(told, name+": "+err.Error())
	})
	d, err := l.Allow(t.Context(), "create", "c")
	if err != nil || !d.Allowed || d.Limit != 0 {
		t.Errorf("got %+v, %v", d, err)
	}
	if len(told) != 1 || told[0] != "create: away" {
		t.Errorf("told %q", told)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Allow(ctx, "create", "c"); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that ended: %v", err)
	}
	if len(told) != 1 {
		t.Error("a request that ended is taken for a broken ledger")
	}
}

// Of guesses nothing passes that is not counted, until the ledger counts again.
func TestLimiterFailsClosedForGuesses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{send.LimitToken, send.LimitLogin} {
		ledger := &windows{err: send.Fail(send.Unavailable, "away")}
		now, told := noon, 0
		l := send.NewLimiter(ledger, send.DefaultRates, at(&now), func(context.Context, string, error) { told++ })
		if l.Blind(name) {
			t.Error("a new limiter is blind")
		}
		for range 2 {
			d, err := l.Allow(t.Context(), name, "c", "network")
			e, ok := errors.AsType[*send.Error](err)
			if !ok || e.Code != send.Unavailable || e.RetryAfter <= 0 || d.Allowed {
				t.Errorf("%s: got %+v, %v", name, d, err)
			}
		}
		if told != 2 || !l.Blind(name) || l.Blind(send.LimitCreate) {
			t.Errorf("%s: told %d times", name, told)
		}
		ledger.err = nil
		if d, err := l.Allow(t.Context(), name, "c"); err != nil || !d.Allowed || l.Blind(name) {
			t.Errorf("%s: when the ledger is back, %+v, %v", name, d, err)
		}
	}
}

// However many clients there are, their windows are spread.
func TestLimiterSpreadsItsWindows(t *testing.T) {
	t.Parallel()
	const clients = 3200
	ledger, now := &windows{}, noon
	l := send.NewLimiter(ledger, send.DefaultRates, at(&now), noFailOpen(t))
	for i := range clients {
		if _, err := l.Allow(t.Context(), "create", fmt.Sprint("client-", i)); err != nil {
			t.Fatal(err)
		}
	}
	sets := map[string]int{}
	for key := range ledger.records {
		sets[key.Set]++
	}
	for set, n := range sets {
		if !strings.HasPrefix(set, send.VolatilePrefix) || n > clients/16*3/2 {
			t.Errorf("%d windows are in %s", n, set)
		}
	}
	if len(sets) != 16 {
		t.Errorf("the windows are in %d sets", len(sets))
	}
}

func TestLimiterForgetsRatherThanGrows(t *testing.T) {
	t.Parallel()
	ledger := &windows{}
	now := noon
	l := send.NewLimiter(ledger, map[string]send.Rate{"info": {Limit: 1, Window: time.Minute}}, at(&now), noFailOpen(t))
	for i := range 30_000 {
		client := string(rune('a'+i%26)) + string(rune(0x4e00+i/26))
		for _, want := range []bool{true, false} {
			if d, _ := l.Allow(t.Context(), "info", client); d.Allowed != want {
				t.Fatalf("client %d: %v, want %v", i, d.Allowed, want)
			}
		}
	}
	if n := l.Remembered(); n > send.MaxOver {
		t.Errorf("%d clients remembered", n)
	}
}

func TestParseRates(t *testing.T) {
	t.Parallel()
	with := func(change map[string]send.Rate) map[string]send.Rate {
		m := maps.Clone(send.DefaultRates)
		maps.Copy(m, change)
		return m
	}
	for s, want := range map[string]map[string]send.Rate{
		"":            send.DefaultRates,
		" off ":       {},
		"create=5/1m": with(map[string]send.Rate{"create": {Limit: 5, Window: time.Minute}}),
		" create=5/2m , info=1/24h ,": with(map[string]send.Rate{
			"create": {Limit: 5, Window: 2 * time.Minute},
			"info":   {Limit: 1, Window: 24 * time.Hour},
		}),
	} {
		got, err := send.ParseRates(s)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	got, err := send.ParseRates("login=off")
	if _, there := got["login"]; err != nil || there || len(got) != len(send.DefaultRates)-1 {
		t.Errorf("login=off: %v, %v", got, err)
	}
}

func TestParseRatesListsEveryFault(t *testing.T) {
	t.Parallel()
	_, err := send.ParseRates(
		"creat=5/1m,token=0/1m,download=5/90s,login=x,info=5/1m,info=6/1m,create=9223372036854775808/1m")
	if send.CodeOf(err) != send.Invalid {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{
		`"creat"`, "create, download, info, login, sign-on, token", `"token=0/1m"`, `"download=5/90s"`, `"login=x"`,
		`"info": named twice`, `"create=9223`,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v\nlacks %s", err, part)
		}
	}
	for _, s := range []string{
		"create", "create=", "create=-1/1m", "create=1/0m", "create=1/48h", "create=1", "=1/1m", "off,create=1/1m",
		"create=1/1m/2",
	} {
		if _, err := send.ParseRates(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

// deaf is a ledger that never answers.
type deaf struct{ send.Ledger }

func (deaf) Spend(ctx context.Context, _ send.Key, _ send.Spend) (send.Record, error) {
	<-ctx.Done()
	return send.Record{}, send.Because(send.Unavailable, ctx.Err(), "no answer")
}

func TestLimiterDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told error
		l := send.NewLimiter(deaf{}, send.DefaultRates, time.Now, func(_ context.Context, _ string, err error) { told = err })
		for _, patience := range []time.Duration{l.Patience, time.Minute} {
			l.Patience, told = patience, nil
			began := time.Now()
			d, err := l.Allow(t.Context(), "create", "c")
			if err != nil || !d.Allowed || told == nil {
				t.Errorf("got %+v, %v, and told is %v", d, err, told)
			}
			if waited := time.Since(began); waited != patience {
				t.Errorf("waited %v, want %v", waited, patience)
			}
		}
	})
}

// A network may do four times what each in it may; what one of them is refused
// locks nobody out.
func TestLimiterCountsForNetworks(t *testing.T) {
	t.Parallel()
	now := noon
	ledger := &windows{}
	l := send.NewLimiter(ledger, map[string]send.Rate{"login": {Limit: 2, Window: time.Minute}}, at(&now), noFailOpen(t))
	allowed := func(networks ...string) (n int) {
		for range 10 {
			d, err := l.Allow(t.Context(), "login", networks[0], networks[1:]...)
			if err != nil {
				t.Fatal(err)
			}
			if d.Allowed {
				n++
			}
		}
		return n
	}
	for i, want := range []int{2, 2, 2, 2, 0} { // the /56 may do 8
		if n := allowed(string(rune('a'+i)), "56", "48"); n != want {
			t.Errorf("/64 number %d: %d allowed, want %d", i, n, want)
		}
	}
	if _, over := l.Over("login", "z", "56", "48"); !over {
		t.Error("the /56 is used up, and the limiter does not know")
	}
	if _, over := l.Over("login", "z", "other 56", "48"); over {
		t.Error("a neighbour is locked out")
	}
	total := 8
	for i := range 10 {
		for j := range 4 {
			total += allowed(fmt.Sprint(i, "/", j), fmt.Sprint(i), "48")
		}
	}
	if total != 32 {
		t.Errorf("the /48 was allowed %d, want 32", total)
	}
	if before := ledger.spends.Load(); allowed("198.51.100.1") != 2 || ledger.spends.Load()-before != 2 {
		t.Error("an IPv4 client costs more than a write a request")
	}
}
