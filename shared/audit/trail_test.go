package audit_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
)

var noon = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)

func newTrail(t testing.TB) (audit.Trail, send.Store) {
	t.Helper()
	store, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return audit.Trail{Store: store}, store
}

// event is the nth of a series, a minute after the one before.
func event(n int) audit.Event {
	return audit.Event{
		Time: noon.Add(time.Duration(n) * time.Minute), Kind: audit.TransferCreated, Outcome: audit.Success,
		Transfer: fmt.Sprintf("%012x", n), Client: "client", Request: fmt.Sprintf("request-%d", n),
	}
}

func keep(t testing.TB, trail audit.Trail, events ...audit.Event) {
	t.Helper()
	if err := trail.Append(t.Context(), events); err != nil {
		t.Fatal(err)
	}
}

func page(t testing.TB, trail audit.Trail, q audit.Query) audit.Page {
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
	e := event(1)
	keep(t, trail, e)
	keep(t, trail, e) // handed over again
	other := e
	other.Client = "another"
	keep(t, trail, other) // of the same moment
	entries, err := store.List(t.Context(), "", "", 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d objects, %v, want 2", len(entries), err)
	}
	for _, o := range entries {
		if !strings.HasPrefix(o.Key, "audit/data/temporal/2026/03/01/12/") || !strings.HasSuffix(o.Key, ".json") {
			t.Errorf("an event is at %s", o.Key)
		}
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
		"of a token":            {audit.Query{Token: strings.Repeat("ab", 16)}, "7"},
		"of nothing":            {audit.Query{Token: "abad"}, ""},
		"after one":             {audit.Query{After: event(3).ID()}, "2 1 8"},
	} {
		if got := transfers(page(t, trail, c.q)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}

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

func TestSweep(t *testing.T) {
	t.Parallel()
	trail, _ := newTrail(t)
	var events []audit.Event
	for i := range 600 {
		e := event(i)
		e.Time = noon.Add(-time.Duration(i) * 30 * time.Minute)
		events = append(events, e)
	}
	keep(t, trail, events...)
	n, err := trail.Sweep(t.Context(), noon.Add(-24*time.Hour))
	if err != nil || n != 600-24*2-2 { // what is of the same hour as the limit stays
		t.Fatalf("swept %d, %v", n, err)
	}
	if p := page(t, trail, audit.Query{Limit: 100}); len(p.Events) != 50 {
		t.Errorf("%d are left, want 50", len(p.Events))
	}
	if n, err := trail.Sweep(t.Context(), noon.Add(-24*time.Hour)); n != 0 || err != nil {
		t.Errorf("swept %d a second time, %v", n, err)
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
		"a time long ago":        func(e *audit.Event) { e.Time = noon.Add(-25 * time.Hour) },
		"a time to come":         func(e *audit.Event) { e.Time = noon.Add(6 * time.Minute) },
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
