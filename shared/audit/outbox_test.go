package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/logtest"
)

// taker takes what an outbox hands over.
type taker struct {
	mu     sync.Mutex
	taken  []audit.Event
	calls  int
	most   int // in a batch
	err    error
	expiry time.Duration // the longest that a batch could take
}

func (k *taker) take(ctx context.Context, events []audit.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	deadline, _ := ctx.Deadline()
	k.expiry = max(k.expiry, time.Until(deadline))
	k.most = max(k.most, len(events))
	k.calls++
	if k.err == nil {
		k.taken = append(k.taken, events...)
	}
	return k.err
}

func (k *taker) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

// got returns what was taken, in the order of time.
func (k *taker) got() []audit.Event {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.SortedFunc(slices.Values(k.taken), func(a, b audit.Event) int { return a.Time.Compare(b.Time) })
}

// times is how many events were taken, each as often as it says.
func (k *taker) times() (n int64) {
	for _, e := range k.got() {
		n += e.Times()
	}
	return n
}

// brokenLedger can be away.
type brokenLedger struct {
	send.Ledger
	away   atomic.Bool
	writes atomic.Int64
}

func (l *brokenLedger) Create(ctx context.Context, r send.Record) error {
	l.writes.Add(1)
	if l.away.Load() {
		return send.Fail(send.Unavailable, "the ledger is away")
	}
	return l.Ledger.Create(ctx, r)
}

func (l *brokenLedger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	if l.away.Load() {
		return nil, send.Fail(send.Unavailable, "the ledger is away")
	}
	return l.Ledger.List(ctx, set, after, limit)
}

func newLedger(t testing.TB) *brokenLedger {
	t.Helper()
	l, err := bolt.Open(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &brokenLedger{Ledger: l}
}

// box is an outbox with what is around it.
type box struct {
	*audit.Outbox
	*taker
	ledger *brokenLedger
	clock  *clocktest.Clock
	log    *logtest.Buffer
}

func newBox(t *testing.T, change ...func(*audit.Outbox)) *box {
	t.Helper()
	b := &box{taker: &taker{}, ledger: newLedger(t), clock: clocktest.At(noon), log: &logtest.Buffer{}}
	b.ledger.Ledger.(*bolt.Ledger).Now = b.clock.Now
	b.Outbox = b.open(change...)
	return b
}

// open returns another outbox of the same ledger, as after a restart.
func (b *box) open(change ...func(*audit.Outbox)) *audit.Outbox {
	o := &audit.Outbox{
		Deliver: b.take, Ledger: b.ledger, Now: b.clock.Now, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
		Meter: metric.Meter{Service: metric.User, Stage: "dev", Embed: true},
	}
	for _, f := range change {
		f(o)
	}
	return o
}

func frozen(o *audit.Outbox) { o.Frozen = true }

func (b *box) waiting(t *testing.T) int {
	t.Helper()
	return waiting(t, b.ledger.Ledger, metric.User)
}

// waiting is how many records of a service wait in a ledger.
func waiting(t *testing.T, ledger send.Ledger, service string) (n int) {
	t.Helper()
	for _, set := range audit.Queue(service) {
		all, err := ledger.List(t.Context(), set, "", 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		n += len(all)
	}
	return n
}

// denied is the nth denial of those that are alike.
func denied(n int, client string) audit.Event {
	return audit.Event{
		Time: noon.Add(time.Duration(n) * time.Millisecond), Kind: audit.TransferCreated, Outcome: audit.Denied,
		Client: client, Request: fmt.Sprintf("request-%d", n), Reason: "no", Token: fmt.Sprintf("%064x", n),
	}
}

func TestEventsAreHandedOverInOrderAndInBatches(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*audit.Outbox){"server": func(*audit.Outbox) {}, "function": frozen} {
		b := newBox(t, change)
		b.mu.Lock() // what is handed over meanwhile waits, however long this takes
		for i := range 250 {
			b.Put(t.Context(), event(i))
		}
		b.mu.Unlock()
		b.Flush()
		if len(b.taken) != 250 || b.most > audit.MaxBatch || b.calls > 4 || b.waiting(t) != 0 {
			t.Fatalf("%s: %d were taken, in %d batches of up to %d", name, len(b.taken), b.calls, b.most)
		}
		for i, e := range b.taken {
			if e != event(i) {
				t.Fatalf("%s: the event at %d is %+v", name, i, e)
			}
		}
	}
}

func TestEventsDoNotWaitForAFlush(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.Put(t.Context(), event(1))
	for end := time.Now().Add(time.Minute); len(b.got()) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is handed over")
		}
	}
}

// An event that was put outlives the process, whoever is away, for as long as
// it takes.
func TestEventsOutliveTheProcess(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.fail(errors.New("away"))
	for i := range 1500 {
		b.Put(t.Context(), event(i)) // and that is all: no Flush
	}
	if n := b.waiting(t); n != 1500 {
		t.Fatalf("%d wait in the ledger", n)
	}
	b.Flush()
	if n := metrictest.Sum(t, b.log.String(), metric.AuditDelayed); n < 1 || strings.Contains(b.log.String(), "ERROR") {
		t.Errorf("the log says %s", b.log)
	}
	b.clock.Advance(time.Hour)
	b.fail(nil)
	b.open().Flush()
	// The process of before is still there, and may have tried once more, too.
	got := map[audit.Event]bool{}
	for _, e := range b.got() {
		got[e] = true
	}
	if len(got) != 1500 || b.waiting(t) != 0 {
		t.Fatalf("%d were taken after the restart, %d wait", len(got), b.waiting(t))
	}
}

// Functions come and go with an event each. What they put waits until there is a
// batch of it, or until it is collected.
func TestFunctionsHandOverBatches(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	for i := range 30 {
		o := b.open(frozen)
		o.Put(t.Context(), event(i))
		o.Flush()
	}
	if b.waiting(t) != 30 || b.calls != 0 {
		t.Fatalf("%d wait, after %d batches", b.waiting(t), b.calls)
	}
	b.fail(errors.New("away"))
	b.Collect(t.Context())
	if b.waiting(t) != 30 {
		t.Fatalf("%d wait that nobody took", b.waiting(t))
	}
	b.fail(nil)
	b.clock.Advance(time.Hour)
	b.open(frozen).Collect(t.Context())
	if len(b.got()) != 30 || b.waiting(t) != 0 || b.calls != 2 {
		t.Fatalf("%d were taken, %d wait, after %d batches", len(b.got()), b.waiting(t), b.calls)
	}
	for i := range audit.MaxBatch {
		b.Put(t.Context(), event(100+i))
		b.Flush()
	}
	if len(b.got()) != 30+audit.MaxBatch || b.calls != 3 {
		t.Errorf("%d were taken when there was a batch, in %d", len(b.got()), b.calls)
	}
}

// A function is not killed before what it was told of is in the ledger.
func TestWhatAFunctionPutsWaitsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	for i := range 10 {
		b.Put(t.Context(), event(i)) // and that is all: no Flush
	}
	b.open(frozen).Collect(t.Context())
	if len(b.got()) != 10 {
		t.Errorf("%d were taken after the process ended", len(b.got()))
	}
}

// What versions before left in the ledger is handed over with the rest, in the
// order of time.
func TestWhatVersionsBeforeLeftIsHandedOver(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	for i := range 10 {
		if i%2 == 0 {
			b.Put(t.Context(), event(i))
			continue
		}
		data, err := json.Marshal(event(i))
		if err != nil {
			t.Fatal(err)
		}
		key := send.Key{Set: "outbox/user", ID: event(i).ID()}
		if err := b.ledger.Create(t.Context(), send.Record{Key: key, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	b.Collect(t.Context())
	for i, e := range b.taken {
		if e != event(i) {
			t.Errorf("the event at %d is %+v", i, e)
		}
	}
	if len(b.taken) != 10 || b.waiting(t) != 0 {
		t.Errorf("%d were taken, %d wait", len(b.taken), b.waiting(t))
	}
}

// tryToCollect gives up after a while, as a request does whose client left.
func tryToCollect(t *testing.T, o *audit.Outbox) {
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(300*time.Millisecond, cancel).Stop()
	o.Collect(ctx)
}

// One process hands over at a time. Of one that was killed meanwhile the turn
// ends by itself.
func TestOneProcessHandsOverAtATime(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	b.Put(t.Context(), event(1))
	killed := b.open(frozen)
	killed.Deliver = func(ctx context.Context, events []audit.Event) error {
		tryToCollect(t, b.open(frozen))
		if b.calls != 0 {
			t.Error("two hand over the same at once")
		}
		panic("killed")
	}
	func() {
		defer func() { _ = recover() }()
		killed.Collect(t.Context())
	}()
	b.Collect(t.Context()) // a panic is not a kill: it ended the turn
	if b.calls != 1 {
		t.Fatalf("%d batches after the turn was over", b.calls)
	}

	b.Put(t.Context(), event(2))
	turn := send.Record{Key: send.Key{Set: audit.QueueSets + "user/turn", ID: "turn"}}
	turn, err := b.ledger.Get(t.Context(), turn.Key)
	if err != nil {
		t.Fatal(err)
	}
	turn.Expires = b.clock.Now().Add(time.Minute) // held by a process that is no more
	if err := b.ledger.Replace(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	tryToCollect(t, b.Outbox)
	if b.calls != 1 {
		t.Fatal("a turn is not waited for")
	}
	b.clock.Advance(2 * time.Minute)
	b.Collect(t.Context())
	if b.calls != 2 || b.waiting(t) != 0 {
		t.Errorf("%d batches, and %d wait", b.calls, b.waiting(t))
	}
}

func TestWhatNobodyTakesIsInTheLog(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*audit.Outbox){"server": func(*audit.Outbox) {}, "function": frozen} {
		b := newBox(t, change)
		b.fail(errors.New("nobody there"))
		b.ledger.away.Store(true)
		one, hash := event(1), send.TokenHash("community-garden")
		one.Token = hash
		b.Put(t.Context(), one)
		b.Put(t.Context(), event(2))
		b.Flush()
		if strings.Contains(b.log.String(), hash[:12]) {
			t.Errorf("%s: a dictionary finds the token in the log: %s", name, b.log)
		}
		if n := metrictest.Sum(t, b.log.String(), metric.AuditLost); n != 2 {
			t.Errorf("%s: %v are lost, want 2: %s", name, n, b.log)
		}
		for _, part := range []string{`"level":"ERROR"`, event(1).Transfer, event(2).Transfer, `nobody there`} {
			if !strings.Contains(b.log.String(), part) {
				t.Errorf("%s: the log does not have %s: %s", name, part, b.log)
			}
		}
	}
}

// An event that nobody will ever take holds up no other.
func TestOneThatIsRefusedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.Deliver = func(ctx context.Context, events []audit.Event) error {
		for _, e := range events {
			if e == event(3) {
				return send.Fail(send.Invalid, "too old")
			}
		}
		return b.take(ctx, events)
	}
	for i := range 10 {
		b.Put(t.Context(), event(i))
	}
	b.Flush()
	if n := metrictest.Sum(t, b.log.String(), metric.AuditLost); n != 1 || len(b.got()) != 9 || b.waiting(t) != 0 {
		t.Errorf("%v are lost, %d taken, %d wait", n, len(b.got()), b.waiting(t))
	}
}

// What nobody takes for more than a week waits no longer, and is in the log; what came since does wait.
func TestWhatNobodyTakesWaitsForSoLong(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*audit.Outbox){"server": func(*audit.Outbox) {}, "function": frozen} {
		b := newBox(t, change)
		b.fail(send.Fail(send.Unavailable, "somebody else is there"))
		many := 3 * audit.MaxBatch
		for i := range many {
			b.Put(t.Context(), event(i))
		}
		const week = 7 * 24 * time.Hour
		b.clock.Advance(week)
		late := event(1000)
		late.Time = b.clock.Now()
		b.Put(t.Context(), late)
		b.Collect(t.Context())
		if n := metrictest.Sum(t, b.log.String(), metric.AuditLost); n != 0 || b.waiting(t) != many+1 {
			t.Fatalf("%s: after a week %v are lost, %d wait", name, n, b.waiting(t))
		}
		b.clock.Advance(24*time.Hour + time.Duration(many)*time.Minute)
		b.Collect(t.Context())
		log := b.log.String()
		if n := metrictest.Sum(t, log, metric.AuditLost); n != float64(many) || b.waiting(t) != 1 {
			t.Errorf("%s: after a day more %v are lost, want %d, and %d wait, want one", name, n, many, b.waiting(t))
		}
		if !strings.Contains(log, event(0).Transfer) || strings.Contains(log, late.Transfer) {
			t.Errorf("%s: the log has not those that were lost", name)
		}
		b.fail(nil)
		b.Collect(t.Context())
		if got := b.got(); len(got) != 1 || got[0] != late || b.waiting(t) != 0 {
			t.Errorf("%s: when somebody is there it takes %d, and %d wait", name, len(got), b.waiting(t))
		}
	}
}

// Where nobody so much as tries to hand an event over, the ledger does not keep it for ever.
func TestTheLedgerForgetsWhatNobodyHandsOver(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	b.Put(t.Context(), event(1))
	b.clock.Advance(9*24*time.Hour - time.Second)
	if n := b.waiting(t); n != 1 {
		t.Errorf("%d wait after nine days, want one", n)
	}
	b.clock.Advance(time.Second)
	if n := b.waiting(t); n != 0 {
		t.Errorf("%d wait after that", n)
	}
}

func TestAnOutboxIsBounded(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	b.ledger.away.Store(true)
	b.fail(errors.New("away"))
	for i := range 1010 {
		b.Put(t.Context(), event(i))
	}
	b.Flush()
	if lost := metrictest.Sum(t, b.log.String(), metric.AuditLost); lost != 1010 {
		t.Errorf("%v are told to be lost", lost)
	}
}

// A flood of denials is a few events, a few records, and every one is counted.
func TestAFloodOfDenialsIsCounted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*audit.Outbox){"server": func(*audit.Outbox) {}, "function": frozen} {
		b := newBox(t, change)
		const each, clients = 400, 3
		for n := range each {
			for c := range clients {
				b.Put(t.Context(), denied(n, fmt.Sprintf("client-%d", c)))
			}
		}
		b.Put(t.Context(), event(1))
		b.Flush()
		if writes := b.ledger.writes.Load(); writes > 10 {
			t.Errorf("%s: %d writes for %d denials", name, writes, each*clients)
		}
		b.clock.Advance(3 * time.Minute)
		another := b.open(change) // its process ended, and another finds them
		another.Flush()
		another.Collect(t.Context())
		if b.times() != each*clients+1 || len(b.got()) > 2*clients+1 || b.waiting(t) != 0 {
			t.Errorf("%s: %d are told of in %d events", name, b.times(), len(b.got()))
		}
		for _, e := range b.got() {
			if err := e.Check(noon); err != nil {
				t.Error(err)
			}
			if e.Times() > 1 && (e.Count != each-1 || !e.Time.Equal(denied(1, "").Time) ||
				!e.Last.Equal(denied(each-1, "").Time) || e.Token != "" || e.Request != "" || e.Client == "") {
				t.Errorf("%s: %d denials are told of by %+v", name, each-1, e)
			}
		}
	}
}

// However many different ones come, memory is bounded and the number is right.
func TestDenialsOfManyAreCountedTogether(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	const n = 5000
	for i := range n {
		b.Put(t.Context(), denied(i, fmt.Sprintf("client-%d", i)))
	}
	b.Flush()
	if writes := b.ledger.writes.Load(); writes > 1100 {
		t.Errorf("%d writes for %d denials", writes, n)
	}
	b.clock.Advance(3 * time.Minute)
	b.Flush()
	var others audit.Event
	for _, e := range b.got() {
		if e.Client == "" {
			others = e
		}
	}
	if b.times() != n || others.Count < n-1100 || !strings.Contains(others.Reason, "counted together") {
		t.Errorf("%d are told of, the others by %+v", b.times(), others)
	}
	b.Put(t.Context(), denied(1, "client-1")) // their time is over
	b.Flush()
	if b.times() != n+1 {
		t.Errorf("%d are told of afterwards", b.times())
	}
}

// While the ledger is away nothing is forgotten that was counted.
func TestCountsOutliveAnAbsenceOfTheLedger(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	b.Put(t.Context(), denied(0, "c"))
	b.ledger.away.Store(true)
	for i := range 100 {
		b.Put(t.Context(), denied(i+1, "c"))
		if i%10 == 0 {
			b.Flush()
			b.clock.Advance(10 * time.Second)
		}
	}
	b.ledger.away.Store(false)
	b.Flush()
	b.clock.Advance(3 * time.Minute)
	b.Flush()
	if b.times() != 101 || b.waiting(t) != 0 {
		t.Errorf("%d are told of, want 101; the log says %s", b.times(), b.log)
	}
}

func TestManyPutAtOnce(t *testing.T) {
	t.Parallel()
	b := newBox(t)
	var running sync.WaitGroup
	for g := range 8 {
		running.Go(func() {
			for i := range 50 {
				b.Put(t.Context(), event(1000*g+i))
				b.Put(t.Context(), denied(i, "c"))
				if i%10 == 0 {
					b.Flush()
				}
			}
		})
	}
	running.Wait()
	b.Flush()
	b.clock.Advance(3 * time.Minute)
	b.Flush()
	if b.times() != 800 || b.waiting(t) != 0 {
		t.Errorf("%d are told of, want 800", b.times())
	}
}

// Another's turn is waited for, but not until nothing could be begun any more.
func TestATurnIsWaitedForSoLong(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	b.Put(t.Context(), event(1))
	turn := send.Record{
		Key: send.Key{Set: audit.QueueSets + "user/turn", ID: "turn"}, Expires: b.clock.Now().Add(time.Hour),
	}
	if err := b.ledger.Create(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		collect := func() time.Duration {
			ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
			defer cancel()
			began := time.Now()
			b.Collect(ctx)
			return time.Since(began)
		}
		if took := collect(); took != 3*time.Second || b.calls != 0 {
			t.Errorf("it was waited for for %s of six seconds, and %d batches were handed over", took, b.calls)
		}
		time.AfterFunc(time.Second, func() { b.clock.Advance(2 * time.Hour) })
		if took := collect(); took != time.Second || b.calls != 1 {
			t.Errorf("a turn that ends is waited for for %s, and %d batches were handed over", took, b.calls)
		}
	})
}

func TestTheEndOfTheWorkBoundsTheHandingOver(t *testing.T) {
	t.Parallel()
	b := newBox(t, frozen)
	synctest.Test(t, func(t *testing.T) {
		batch := func(ctx context.Context) {
			for i := range audit.MaxBatch {
				b.Put(ctx, event(i))
			}
			b.Flush()
		}
		batch(t.Context())
		if b.expiry <= time.Second {
			t.Errorf("a batch may take %v", b.expiry)
		}
		b.expiry = 0
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		batch(ctx)
		if b.expiry != time.Second {
			t.Errorf("a batch may take %v, and the work it is about ends in a second", b.expiry)
		}
	})
}

func TestNobodyWantsEvents(t *testing.T) {
	t.Parallel()
	o := &audit.Outbox{}
	o.Put(t.Context(), event(1))
	o.Flush()
}
