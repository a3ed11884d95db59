package send_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// watchedLedger tells of what a sweep reads.
type watchedLedger struct {
	send.Ledger
	mu    sync.Mutex
	gets  []string // transfers that were read
	lists []string // sets that were listed
	read  int      // records that listings returned
	each  func()   // is called with each transfer that is read, where it is set
}

func (l *watchedLedger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	if strings.HasPrefix(key.Set, send.TransferSets) {
		l.mu.Lock()
		l.gets = append(l.gets, key.ID)
		if l.each != nil {
			l.each()
		}
		l.mu.Unlock()
	}
	return l.Ledger.Get(ctx, key)
}

func (l *watchedLedger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	rs, err := l.Ledger.List(ctx, set, after, limit)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lists = append(l.lists, set)
	l.read += len(rs)
	return rs, err
}

// swept sweeps, and returns what that read.
func (f *fixture) swept(t *testing.T) (send.Swept, *watchedLedger) {
	t.Helper()
	l := &watchedLedger{Ledger: f.ledger}
	f.Ledger = l
	defer func() { f.Ledger = f.ledger }()
	n, err := f.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n, l
}

// notes returns for when each transfer is noted first.
func (f *fixture) notes(t testing.TB) map[string]time.Time {
	t.Helper()
	notes := map[string]time.Time{}
	for i := range 32 {
		for r, err := range send.Records(t.Context(), f.ledger, fmt.Sprintf("%s%02x", send.DueSets, i)) {
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(r.Key.ID, "/")
			sec, err := strconv.ParseInt(parts[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if at, seen := notes[parts[1]]; !seen || time.Unix(sec, 0).Before(at) {
				notes[parts[1]] = time.Unix(sec, 0)
			}
		}
	}
	return notes
}

// A sweep reads what is due and nothing else.
func TestASweepReadsNothingThatIsNotDue(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	ends := func(in time.Duration) send.NewTransfer {
		return send.NewTransfer{ExpiresAt: f.clock.Now().Add(in).Format(time.RFC3339Nano)}
	}
	for range 300 {
		f.completed(t, ends(20*24*time.Hour), noise(1))
	}
	over := f.completed(t, ends(3*time.Hour), noise(1))
	pending := f.uploaded(t, send.NewTransfer{}, noise(1))

	f.clock.Advance(30 * time.Minute)
	n, l := f.swept(t) // with which a round begins, and ends
	if len(l.gets) != 0 || n.Due != 0 {
		t.Errorf("before anything is due, %d transfers are read", len(l.gets))
	}
	f.clock.Advance(time.Hour)
	if n, _ := f.swept(t); n.Due != 302 { // what could have been completed meanwhile
		t.Errorf("after an hour %d are looked at", n.Due)
	}
	f.clock.Advance(2 * time.Hour)
	n, l = f.swept(t)
	slices.Sort(l.gets)
	want := []string{over, pending}
	slices.Sort(want)
	if n.Expired != 1 || n.Due != 2 || n.Left != 0 || !slices.Equal(l.gets, want) {
		t.Errorf("swept %+v; read %v, want %v", n, l.gets, want)
	}
	if most := 32 * 50; l.read > most { // the first page of each set of notes
		t.Errorf("%d records were listed", l.read)
	}
	f.clock.Advance(time.Minute)
	if n, l = f.swept(t); len(l.gets) != 0 || len(l.lists) > 33 { // the notes, and which tokens are purged
		t.Errorf("when nothing is due, %d transfers are read and %d listings made; swept %+v", len(l.gets), len(l.lists), n)
	}
}

// A sweep that is ended goes on where it was: whatever has been due for longest is next.
func TestASweepThatEndsEarlyIsGoneOnWith(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for range 40 {
		f.completed(t, send.NewTransfer{}, noise(1))
	}
	f.clock.Advance(25 * time.Hour)
	f.AtOnce = 1
	seen := map[string]int{}
	for round := 0; ; round++ {
		if round > 20 {
			t.Fatalf("%d of 40 were looked at in %d sweeps", len(seen), round)
		}
		ctx, end := context.WithCancel(t.Context())
		l := &watchedLedger{Ledger: f.ledger}
		l.each = func() {
			if len(l.gets) == 7 {
				end()
			}
		}
		f.Ledger = l
		n, err := f.Sweep(ctx)
		for _, id := range l.gets {
			seen[id]++
		}
		if ctx.Err() == nil {
			if err != nil || n.Left != 0 {
				t.Errorf("the last sweep: %+v, %v", n, err)
			}
			end()
			break
		}
		if err == nil {
			t.Error("a sweep that was ended says that it was through")
		}
	}
	if len(seen) != 40 || len(f.objects(t)) != 0 {
		t.Errorf("%d were looked at, and %d objects are left", len(seen), len(f.objects(t)))
	}
	for id, n := range seen {
		if n > 2 { // once more where a sweep was ended at it
			t.Errorf("%s was looked at %d times", id, n)
		}
	}
}

// What cannot be removed keeps nothing else from being removed, and is tried again.
func TestWhatCannotBeSweptStandsBehind(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	stuck := f.completed(t, send.NewTransfer{}, noise(1))
	f.clock.Advance(time.Minute)
	f.completed(t, send.NewTransfer{}, noise(1))
	f.clock.Advance(25 * time.Hour)
	f.Store = keepsOf{f.store, stuck}
	n, err := f.Sweep(t.Context())
	if err == nil || n.Expired != 1 || n.Left != 1 || n.Late == 0 {
		t.Errorf("swept %+v, %v", n, err)
	}
	if at := f.notes(t)[stuck]; !at.Equal(f.clock.Now().Truncate(time.Second)) {
		t.Errorf("it is noted for %v, and now is %v", at, f.clock.Now())
	}
	f.Store = f.store
	if n, err := f.Sweep(t.Context()); err != nil || n.Expired != 1 {
		t.Errorf("swept %+v, %v", n, err)
	}
	if notes := f.notes(t); len(notes) != 0 {
		t.Errorf("when all is over these are noted: %v", notes)
	}
}

// keepsOf is a store that does not forget what is of one transfer.
type keepsOf struct {
	send.Store
	id string
}

func (s keepsOf) Delete(ctx context.Context, key string) error {
	if strings.Contains(key, s.id) {
		return send.Fail(send.Unavailable, "away")
	}
	return s.Store.Delete(ctx, key)
}

// A note of what is not there, or that is none, is forgotten.
func TestANoteWithoutATransferIsForgotten(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	sec := f.clock.Now().Add(-time.Hour).Unix()
	for _, id := range []string{fmt.Sprintf("%010d/aabbccddeeff/aabbccdd", sec), "0000000001/no", "no note"} {
		if err := f.ledger.Create(t.Context(), send.Record{Key: send.Key{Set: send.DueSets + "0a", ID: id}}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := f.Sweep(t.Context()); err != nil || n.Left != 0 {
		t.Errorf("swept %+v, %v", n, err)
	}
	if rs, err := f.ledger.List(t.Context(), send.DueSets+"0a", "", 10); err != nil || len(rs) != 0 {
		t.Errorf("there are %v, %v", rs, err)
	}
}

// unnoted makes a transfer what a version wrote that knew no notes.
func (f *fixture) unnoted(t *testing.T, id string) {
	t.Helper()
	key := send.Key{Set: send.TransferSets + id[:2], ID: id}
	r, err := f.ledger.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var data map[string]any
	if err := json.Unmarshal(r.Data, &data); err != nil {
		t.Fatal(err)
	}
	delete(data, "noted")
	if r.Data, err = json.Marshal(data); err != nil {
		t.Fatal(err)
	}
	if err := f.ledger.Replace(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	f.unnote(t, id)
}

// unnote loses the notes of a transfer.
func (f *fixture) unnote(t *testing.T, id string) {
	t.Helper()
	for i := range 32 {
		for r, err := range send.Records(t.Context(), f.ledger, fmt.Sprintf("%s%02x", send.DueSets, i)) {
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(r.Key.ID, id) {
				if err := f.ledger.Delete(t.Context(), r.Key, r.Version); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// What an earlier version wrote is found on the round, which begins at once, is gone on
// with where it was ended, and comes again each day: the version may be put back.
func TestTheRoundFindsWhatHasNoNote(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	long := send.NewTransfer{ExpiresAt: f.clock.Now().Add(20 * 24 * time.Hour).Format(time.RFC3339)}
	var ids []string
	for range 30 {
		ids = append(ids, f.completed(t, long, noise(1)))
	}
	pending := f.created(t, long)
	for _, id := range append(ids, pending) {
		f.unnoted(t, id)
	}
	f.AtOnce = 1
	sets := map[string]int{} // how often each was listed
	for ended := true; ended; {
		ctx, end := context.WithCancel(t.Context())
		l := &watchedLedger{Ledger: f.ledger}
		l.each = func() {
			if len(l.gets) == 8 {
				end()
			}
		}
		f.Ledger = l
		_, err := f.Sweep(ctx)
		if ended = ctx.Err() != nil; err != nil != ended {
			t.Fatal(err)
		}
		end()
		for _, set := range l.lists {
			if strings.HasPrefix(set, send.TransferSets) {
				sets[set]++
			}
		}
	}
	f.Ledger = f.ledger
	if len(sets) != 256 {
		t.Errorf("the round came to %d sets", len(sets))
	}
	for set, n := range sets {
		if n > 2 {
			t.Errorf("the round came to %s %d times", set, n)
		}
	}
	if notes := f.notes(t); len(notes) != len(ids)+1 {
		t.Errorf("%d of %d have notes", len(notes), len(ids)+1)
	}
	// Noted anew, and again by a version that was put back: that is found a day later.
	f.unnoted(t, ids[0])
	f.clock.Advance(23 * time.Hour)
	f.swept(t)
	if _, noted := f.notes(t)[ids[0]]; noted {
		t.Error("a round began before a day was over")
	}
	f.clock.Advance(2 * time.Hour)
	if n, _ := f.swept(t); n.Abandoned != 1 {
		t.Errorf("swept %+v", n)
	}
	notes := f.notes(t)
	if _, noted := notes[ids[0]]; !noted || len(notes) != len(ids) {
		t.Errorf("a day later %d of %d have notes", len(notes), len(ids))
	}
	f.clock.Advance(20 * 24 * time.Hour)
	if n, _ := f.swept(t); n.Expired != len(ids) || len(f.notes(t)) != 0 {
		t.Errorf("swept %+v, and noted are %v", n, f.notes(t))
	}
}

// A note that got lost, as by a fault of the ledger, is written again once what it was
// for is three days late.
func TestALostNoteIsWrittenAgain(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	done, pending := f.completed(t, send.NewTransfer{}, noise(1)), f.created(t, send.NewTransfer{})
	f.unnote(t, done)
	f.unnote(t, pending)
	f.clock.Advance(25 * time.Hour)
	if n, _ := f.swept(t); n.Removed() != 0 {
		t.Errorf("swept %+v", n)
	}
	f.clock.Advance(73 * time.Hour)
	var n send.Swept
	for range 2 { // it is noted, and looked at
		more, _ := f.swept(t)
		n.Expired, n.Abandoned = n.Expired+more.Expired, n.Abandoned+more.Abandoned
	}
	if n.Expired != 1 || n.Abandoned != 1 || len(f.objects(t)) != 0 {
		t.Errorf("swept %+v", n)
	}
}

// What was begun with a token is found without reading what others have begun.
func TestAPurgeReadsTheNotesOfTheHour(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "other", 0)
	other := f.admitted(t, "other")
	long := send.NewTransfer{ExpiresAt: f.clock.Now().Add(20 * 24 * time.Hour).Format(time.RFC3339)}
	for range 100 {
		f.completed(t, long, noise(1))
	}
	f.clock.Advance(61 * time.Minute)
	f.swept(t)
	for range 50 {
		if _, err := f.Create(t.Context(), other, long); err != nil {
			t.Fatal(err)
		}
	}
	mine := map[string]bool{}
	for range 5 {
		mine[f.created(t, long)] = true
	}
	f.clock.Advance(time.Second)
	if err := f.tokens.PurgePending(t.Context(), f.token); err != nil {
		t.Fatal(err)
	}
	n, l := f.swept(t)
	if n.Abandoned != 5 || len(l.gets) != 5 || !mine[l.gets[0]] {
		t.Errorf("swept %+v, and read %v; begun were %v", n, l.gets, slices.Collect(maps.Keys(mine)))
	}
	if _, l := f.swept(t); len(l.lists) > 33 {
		t.Errorf("when it is done, %d listings are made", len(l.lists))
	}
	// And once more, when it is wanted anew.
	f.created(t, long)
	f.clock.Advance(time.Second)
	if err := f.tokens.PurgePending(t.Context(), f.token); err != nil {
		t.Fatal(err)
	}
	if n, _ := f.swept(t); n.Abandoned != 1 {
		t.Errorf("swept %+v", n)
	}
}

// Two sweeps at once, as where a schedule calls again, give nothing back twice.
func TestTwoSweepsAtOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for range 50 {
		f.created(t, send.NewTransfer{DeclaredBytes: 1000})
	}
	f.clock.Advance(23 * time.Hour)
	lasting := f.created(t, send.NewTransfer{DeclaredBytes: 1000})
	f.clock.Advance(2 * time.Hour)
	var abandoned [4]int
	var all sync.WaitGroup
	for i := range abandoned {
		all.Go(func() {
			n, err := f.Sweep(t.Context())
			if err != nil {
				t.Error(err)
			}
			abandoned[i] = n.Abandoned
		})
	}
	all.Wait()
	if sum := abandoned[0] + abandoned[1] + abandoned[2] + abandoned[3]; sum != 50 {
		t.Errorf("abandoned were %v", abandoned)
	}
	if count, _, _ := f.reserved(t); count != 1 {
		t.Errorf("%d transfers are reserved; want that of %s", count, lasting)
	}
}
