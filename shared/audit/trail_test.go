package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
)

var noon = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)

func newTrail(t testing.TB) (*audit.Trail, send.Store) {
	t.Helper()
	store, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ledger := newLedger(t)
	return &audit.Trail{Store: store, Ledger: ledger, Now: clocktest.At(noon).Now, TokenIDs: tokenIDs(ledger)}, store
}

// tokenIDs are those of the admin service.
func tokenIDs(ledger send.Ledger) func(context.Context) (send.TokenIDs, error) {
	return (&send.Keys[send.TokenIDs]{Ledger: ledger, Service: metric.Admin, Derive: send.Secret.TokenIDs}).Get
}

// event is the nth of a series, a minute after the one before.
func event(n int) audit.Event {
	return audit.Event{
		Time: noon.Add(time.Duration(n) * time.Minute), Kind: audit.TransferCreated, Outcome: audit.Success,
		Transfer: fmt.Sprintf("%012x", n), Client: "client", Request: fmt.Sprintf("request-%d", n),
	}
}

func keep(t testing.TB, trail *audit.Trail, events ...audit.Event) {
	t.Helper()
	if err := trail.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

func page(t testing.TB, trail *audit.Trail, q audit.Query) audit.Page {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	if q.From.IsZero() {
		q.From, q.To = noon.Add(-15*24*time.Hour), noon.Add(15*24*time.Hour)
	}
	if err := q.Check(); err != nil {
		t.Fatal(err)
	}
	p, err := trail.Page(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// transfers are what the events of a page are about.
func transfers(p audit.Page) string {
	var ids []string
	for _, e := range p.Events {
		ids = append(ids, strings.TrimLeft(e.Transfer, "0"))
	}
	return strings.Join(ids, " ")
}

func TestTheLayout(t *testing.T) {
	t.Parallel()
	trail, store := newTrail(t)
	var events []audit.Event
	for i := range 50 {
		e := event(0)
		e.Time = e.Time.Add(time.Duration(i) * time.Second)
		events = append(events, e)
	}
	keep(t, trail, events...)
	keep(t, trail, events...) // handed over again
	events[0].Client = "another"
	keep(t, trail, events...) // most of them again
	entries, err := store.List(t.Context(), "", "", 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d objects, %v, want 2", len(entries), err)
	}
	for _, o := range entries {
		if !strings.HasPrefix(o.Key, "audit/data/temporal/2026/03/01/12/") || !strings.HasSuffix(o.Key, ".ndjson") {
			t.Errorf("a batch is at %s", o.Key)
		}
	}
	if p := page(t, trail, audit.Query{}); len(p.Events) != 51 {
		t.Errorf("%d events are read, want each once, 51", len(p.Events))
	}
}

// What was kept an event each, before there were batches, is read with them.
func TestEventsThatWereKeptByThemselves(t *testing.T) {
	t.Parallel()
	trail, store := newTrail(t)
	for i := range 5 {
		e := event(2 * i)
		content, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		key := "audit/data/temporal/" + e.Time.Format("2006/01/02/15/") + e.ID() + ".transfer_created.success.json"
		if _, err := store.Put(t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
			t.Fatal(err)
		}
		keep(t, trail, event(2*i+1))
	}
	for query, want := range map[audit.Query]string{
		{}:                         "9 8 7 6 5 4 3 2 1 ",
		{Limit: 4}:                 "9 8 7 6",
		{After: event(4).ID()}:     "3 2 1 ",
		{Outcome: audit.Denied}:    "",
		{Transfer: "000000000004"}: "4",
	} {
		if got := transfers(page(t, trail, query)); got != want {
			t.Errorf("%+v: got %q, want %q", query, got, want)
		}
	}
}

// A token is called by its ID in all that is read of the trail, whichever version
// kept the event, and is found by its hash, too.
func TestTokensAreCalledByTheirIDs(t *testing.T) {
	t.Parallel()
	trail, store := newTrail(t)
	hash := send.TokenHash("community-garden")
	alone, kept := event(0), event(1)
	alone.Token, kept.Token = hash, hash
	content, err := json.Marshal(alone)
	if err != nil {
		t.Fatal(err)
	}
	key := "audit/data/temporal/" + alone.Time.Format("2006/01/02/15/") + alone.ID() + ".transfer_created.success.json"
	if _, err := store.Put(t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	keep(t, trail, kept)
	keep(t, trail, alone) // what was kept before is handed over again
	ids, err := trail.TokenIDs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := ids.Of(hash)
	for _, token := range []string{"", hash, id, id[:7]} {
		p := page(t, trail, audit.Query{Token: token})
		if got := transfers(p); got != "1 " {
			t.Errorf("of the token %q there are %q", token, got)
		}
		for _, e := range p.Events {
			if e.Token != id || e.ID != e.Event.ID() {
				t.Errorf("the event %s calls its token %s", e.ID, e.Token)
			}
		}
	}
	if p := page(t, trail, audit.Query{Token: hash[:12]}); len(p.Events) > 0 {
		t.Errorf("the beginning of a hash finds %d events", len(p.Events))
	}
}

// Without the name of a token nothing is kept or told that might have its hash.
func TestNothingIsToldWithoutTokenIDs(t *testing.T) {
	t.Parallel()
	trail, _ := newTrail(t)
	keep(t, trail, event(0))
	trail.TokenIDs = func(context.Context) (send.TokenIDs, error) {
		return send.TokenIDs{}, send.Fail(send.Unavailable, "the ledger is away")
	}
	if err := trail.Append(t.Context(), []audit.Event{event(1)}); send.CodeOf(err) != send.Unavailable {
		t.Errorf("keeping: %v", err)
	}
	q := audit.Query{From: noon, To: noon.Add(time.Hour), Limit: 1}
	if p, err := trail.Page(t.Context(), q); send.CodeOf(err) != send.Unavailable || len(p.Events) > 0 {
		t.Errorf("a page: %v, %v", p, err)
	}
	n := 0
	for e, err := range trail.Matching(t.Context(), q) {
		if n++; send.CodeOf(err) != send.Unavailable {
			t.Errorf("an export: %v, %v", e, err)
		}
	}
	if n != 1 {
		t.Errorf("an export yields %d times", n)
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	trail, _ := newTrail(t)
	for i := range 6 {
		keep(t, trail, event(i+1))
	}
	denied := event(7)
	denied.Kind, denied.Outcome, denied.Token = audit.TransferDeleted, audit.Denied, strings.Repeat("ab", 32)
	early := event(8)
	early.Time = noon.Add(-10 * 24 * time.Hour)
	keep(t, trail, denied, early)

	for name, c := range map[string]struct {
		q    audit.Query
		want string
	}{
		"all, the newest first": {audit.Query{}, "7 6 5 4 3 2 1 8"},
		"of a time":             {audit.Query{From: noon.Add(2 * time.Minute), To: noon.Add(5 * time.Minute)}, "4 3 2"},
		"of a kind":             {audit.Query{Kind: audit.TransferDeleted}, "7"},
		"of an outcome":         {audit.Query{Outcome: audit.Denied}, "7"},
		"of a transfer":         {audit.Query{Transfer: "000000000003"}, "3"},
		"of a token":            {audit.Query{Token: strings.Repeat("ab", 32)}, "7"},
		"of nothing":            {audit.Query{Token: "abad"}, ""},
		"after one":             {audit.Query{After: event(3).ID()}, "2 1 8"},
	} {
		if got := transfers(page(t, trail, c.q)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}

	denied.Token = page(t, trail, audit.Query{Token: denied.Token}).Events[0].Token
	p := page(t, trail, audit.Query{Kind: audit.TransferDeleted})
	if p.Events[0].Event != denied || p.Events[0].ID != denied.ID() {
		t.Errorf("got %+v, want %+v", p.Events[0], denied)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	trail, _ := newTrail(t)
	var want []string
	for i := range 25 {
		keep(t, trail, event(i+1))
		want = append(want, fmt.Sprintf("%x", i+1))
	}
	slices.Reverse(want)
	for _, limit := range []int{1, 7, 16, 25, 26} {
		var got []string
		q := audit.Query{Limit: limit}
		for first := true; first || q.After != ""; first = false {
			p := page(t, trail, q)
			if len(p.Events) > limit {
				t.Fatalf("a page of %d has %d events", limit, len(p.Events))
			}
			if ids := transfers(p); ids != "" {
				got = append(got, strings.Fields(ids)...)
			}
			q.After = p.After
		}
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: got %v, want %v", limit, got, want)
		}
	}
}

// A day of which there is more than one listing, and a page that would have to
// look at too much.
func TestABusyDay(t *testing.T) {
	t.Parallel()
	trail, _ := newTrail(t)
	const n = 1300
	night := noon.Add(11 * time.Hour) // 23:30
	var events []audit.Event
	for i := range n {
		e := event(i)
		e.Time = night.Add(-time.Duration(i) * 20 * time.Second) // over seven hours
		events = append(events, e)
	}
	keep(t, trail, events...)
	seen, pages := 0, 0
	last := night.Add(time.Hour)
	q := audit.Query{From: night.Add(-5 * time.Hour), To: night.Add(time.Hour), Limit: 500}
	for first := true; first || q.After != ""; first = false {
		p := page(t, trail, q)
		for _, e := range p.Events {
			if !e.Time.Before(last) || e.Time.Before(q.From) {
				t.Fatalf("%v comes after %v", e.Time, last)
			}
			last = e.Time
			seen++
		}
		q.After = p.After
		pages++
	}
	if want := 5*60*3 + 1; seen != want || pages < 2 {
		t.Errorf("saw %d events in %d pages, want %d", seen, pages, want)
	}

	q = audit.Query{Transfer: fmt.Sprintf("%012x", n-1)}
	p := page(t, trail, q)
	if len(p.Events) != 0 || p.After == "" {
		t.Errorf("a page that looks for one in %d has %d and says %q", n, len(p.Events), p.After)
	}
	q.After = p.After
	if p = page(t, trail, q); transfers(p) != fmt.Sprintf("%x", n-1) || p.After != "" {
		t.Errorf("the page after that has %q and says %q", transfers(p), p.After)
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	if err := event(0).Check(noon); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*audit.Event){
		"a kind that is none":    func(e *audit.Event) { e.Kind = "x/../y" },
		"an outcome":             func(e *audit.Event) { e.Outcome = "perhaps" },
		"a time long ago":        func(e *audit.Event) { e.Time = noon.Add(-8 * 24 * time.Hour) },
		"a time to come":         func(e *audit.Event) { e.Time = noon.Add(6 * time.Minute) },
		"a count below nothing":  func(e *audit.Event) { e.Count = -1 },
		"a count without an end": func(e *audit.Event) { e.Count = 2 },
		"an end before its time": func(e *audit.Event) { e.Count, e.Last = 2, noon.Add(-1) },
		"an end to come":         func(e *audit.Event) { e.Count, e.Last = 2, noon.Add(6*time.Minute) },
		"a name for a token":     func(e *audit.Event) { e.Token = "community-x" },
		"an address":             func(e *audit.Event) { e.Client = "203.0.113.7" },
		"a path for a transfer":  func(e *audit.Event) { e.Transfer = "../../aabbcc" },
		"a reason without end":   func(e *audit.Event) { e.Reason = strings.Repeat("x", 301) },
		"a reason of many lines": func(e *audit.Event) { e.Reason = "x\ny" },
	} {
		e := event(0)
		spoil(&e)
		if err := e.Check(noon); send.CodeOf(err) != send.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, q := range map[string]audit.Query{
		"backwards":       {From: noon, To: noon, Limit: 1},
		"too far":         {From: noon.Add(-32 * 24 * time.Hour), To: noon, Limit: 1},
		"a kind":          {From: noon.Add(-1), To: noon, Limit: 1, Kind: "x"},
		"an outcome":      {From: noon.Add(-1), To: noon, Limit: 1, Outcome: "x"},
		"a transfer":      {From: noon.Add(-1), To: noon, Limit: 1, Transfer: "x"},
		"a token":         {From: noon.Add(-1), To: noon, Limit: 1, Token: "community-x"},
		"a place":         {From: noon.Add(-1), To: noon, Limit: 1, After: "x"},
		"no limit":        {From: noon.Add(-1), To: noon},
		"too many a time": {From: noon.Add(-1), To: noon, Limit: 501},
	} {
		if err := q.Check(); send.CodeOf(err) != send.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryKindIsExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range audit.Kinds {
		if !strings.Contains(string(page), "`"+string(kind)+"`") {
			t.Errorf("docs/audit.md does not say what %s is", kind)
		}
	}
}

func TestResult(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("a cause that is for the log alone")
	for _, c := range []struct {
		err     error
		outcome audit.Outcome
		reason  string
	}{
		{nil, audit.Success, ""},
		{send.Because(send.Forbidden, cause, "auth_mismatch"), audit.Denied, "auth_mismatch"},
		{send.Because(send.Unavailable, cause, "try again"), audit.Failure, "unavailable"},
		{cause, audit.Failure, "internal"},
		{send.Fail(send.Invalid, "naïve\n%s", strings.Repeat("x", 400)), audit.Denied, "na?ve?" + strings.Repeat("x", 294)},
	} {
		e := event(0).Result(c.err)
		if e.Outcome != c.outcome || e.Reason != c.reason {
			t.Errorf("%v: got %s, %q", c.err, e.Outcome, e.Reason)
		}
		if err := e.Check(noon); err != nil {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}
