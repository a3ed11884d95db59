package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/send"
)

// ChainSets begins the names of the sets of the ledger that hold the end of the
// chain and where its days began.
const ChainSets = "chain/"

const (
	headSet = ChainSets + "head" // one record, headID
	daySet  = ChainSets + "day"  // by the day; see ended
	headID  = "head"

	// dayLife is how long it is known where a day began: longer than any trail
	// is kept.
	dayLife = 3651 * 24 * time.Hour
)

// Trail is where events are kept, in batches that are chained: each holds the
// hash of the one before, and the ledger holds that of the last.
type Trail struct {
	Store     send.Store
	Ledger    send.Ledger
	Now       func() time.Time
	Retention time.Duration // after which what was kept may be gone; 0 = never
	Log       *slog.Logger  // is told the chain's end once an hour; nil = nobody

	// TokenIDs returns what tokens are called in the trail. Nothing is written
	// or read without it.
	TokenIDs func(context.Context) (send.TokenIDs, error)

	mu     sync.Mutex // held by whoever appends
	stored string     // hash of the last batch that is known to be in the store, and counted
}

// Link is a place in the chain: a batch, by its number and its hash.
type Link struct {
	Seq  int64     `json:"seq"`  // 0 = before the first
	Hash string    `json:"hash"` // hex SHA-256 of its bytes
	Time time.Time `json:"time,omitzero"`
}

// Head is the chain's end. Whoever has written it down can see later whether
// what was kept until then is still what it was.
type Head struct {
	Link
	Events int64     `json:"events"`         // that were ever kept
	Begun  time.Time `json:"begun,omitzero"` // when the chain began
}

// head is the record of the chain's end. It has the last batch, too: whoever
// comes next puts it into the store if its writer did not get as far.
type head struct {
	Head
	Today Link   `json:"today"` // the link before the first batch of the day of Time
	Key   string `json:"key"`
	Batch []byte `json:"batch"`
	Sum   string `json:"sum"` // of its events, to know them if they come again
}

// Append keeps events, and calls the tokens in them by their IDs. Doing so again
// changes nothing that a reader sees.
func (t *Trail) Append(ctx context.Context, events []Event) error {
	ids, err := t.TokenIDs(ctx)
	if err != nil {
		return err
	}
	hours := map[string][]Event{}
	for _, e := range events {
		e.Token = ids.Of(e.Token)
		of := e.Time.UTC().Format(hour)
		hours[of] = append(hours[of], e)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, of := range slices.Sorted(maps.Keys(hours)) {
		for batch := range slices.Chunk(hours[of], MaxBatch) {
			if err := t.append(ctx, batch); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxTries is how often a writer begins again because another was first.
const maxTries = 50

func (t *Trail) append(ctx context.Context, events []Event) error {
	content, err := json.Marshal(events)
	if err != nil {
		return err
	}
	sum := hashOf(content)
	for try := 0; ; try++ {
		r, h, err := t.last(ctx)
		if err != nil {
			return err
		}
		if err := t.settle(ctx, h); err != nil {
			return err
		}
		if h.Sum == sum {
			return nil // handed over again
		}
		next, err := h.next(events, sum, t.Now().UTC())
		if err != nil {
			return err
		}
		if err = t.write(ctx, r, h, next); err == nil {
			t.publish(h, next)
			return t.store(ctx, next)
		}
		if send.CodeOf(err) != send.Conflict {
			return err
		}
		if try == maxTries {
			return send.Because(send.Unavailable, err, "too many write the trail at once; try again")
		}
		select {
		case <-time.After(time.Duration(1+try) * time.Millisecond):
		case <-ctx.Done():
			return send.Because(send.Unavailable, ctx.Err(), "the trail could not be written in time")
		}
	}
}

// last returns the record of the chain's end; of version 0 where no chain has
// begun.
func (t *Trail) last(ctx context.Context) (r send.Record, h head, err error) {
	key := send.Key{Set: headSet, ID: headID}
	r, err = t.Ledger.Get(ctx, key)
	if send.CodeOf(err) == send.NotFound {
		return send.Record{Key: key}, head{}, nil
	}
	if err == nil && json.Unmarshal(r.Data, &h) != nil {
		err = send.Fail(send.Internal, "the end of the audit chain cannot be read in the ledger")
	}
	return r, h, err
}

// next returns the end of the chain with one batch more.
func (h head) next(events []Event, sum string, now time.Time) (next head, err error) {
	if now.Before(h.Time) && !now.Add(catchesUp).Before(h.Time) {
		now = h.Time // the clock of whoever wrote it is ahead
	}
	line := header{Seq: h.Seq + 1, Time: now, Prev: h.Hash}
	next = head{Head: h.Head, Today: h.Today, Key: keyOf(line, events), Sum: sum}
	if next.Batch, err = encode(line, events); err != nil {
		return next, err
	}
	next.Link = Link{Seq: line.Seq, Hash: hashOf(next.Batch), Time: now}
	for _, e := range events {
		next.Events += e.Times()
	}
	if h.Seq == 0 {
		next.Begun = now
	}
	if h.Seq == 0 || dayOf(h.Time) != dayOf(now) {
		next.Today = h.Link
	}
	return next, nil
}

func dayOf(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// write makes next the end of the chain, if h still is. Conflict.
func (t *Trail) write(ctx context.Context, r send.Record, h, next head) error {
	data, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if r.Data = data; r.Version == 0 {
		return t.Ledger.Create(ctx, r)
	}
	if dayOf(h.Time) != dayOf(next.Time) {
		if err := t.ended(ctx, h, next); err != nil {
			return err
		}
	}
	return t.Ledger.Replace(ctx, r)
}

// settle returns once the last batch is in the store and outlives a loss of
// power, and is counted.
func (t *Trail) settle(ctx context.Context, h head) error {
	if h.Seq == 0 || t.stored == h.Hash {
		return nil
	}
	_, err := t.Store.Stat(ctx, h.Key)
	switch {
	case send.CodeOf(err) == send.NotFound:
		return t.store(ctx, h)
	case err == nil:
		err = t.Store.Settle(ctx, h.Key)
	}
	return t.done(ctx, h, err)
}

// store puts the last batch into the store, and counts it.
func (t *Trail) store(ctx context.Context, h head) error {
	_, err := t.Store.Put(ctx, h.Key, bytes.NewReader(h.Batch), int64(len(h.Batch)))
	if err == nil {
		err = t.Store.Settle(ctx, h.Key)
	}
	return t.done(ctx, h, err)
}

// done counts the last batch, which is in the store unless that failed, and notes
// that nothing is to be done for it any more.
func (t *Trail) done(ctx context.Context, h head, err error) error {
	if err == nil {
		err = t.count(ctx, h)
	}
	if err == nil {
		t.stored = h.Hash
	}
	return err
}

// publish tells the log where an hour ended.
func (t *Trail) publish(h, next head) {
	if t.Log != nil && h.Seq > 0 && h.Time.Truncate(time.Hour) != next.Time.Truncate(time.Hour) {
		t.Log.Info("the audit chain's end of the hour",
			"seq", h.Seq, "hash", h.Hash, "kept", h.Time, "events", h.Events)
	}
}

// Head returns the chain's end, and sees to it that the store has all of it.
func (t *Trail) Head(ctx context.Context) (Head, error) {
	h, err := t.settled(ctx)
	return h.Head, err
}

func (t *Trail) settled(ctx context.Context) (head, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, h, err := t.last(ctx)
	if err == nil {
		err = t.settle(ctx, h)
	}
	return h, err
}

// read returns the bytes of an object.
func (t *Trail) read(ctx context.Context, key string) ([]byte, error) {
	body, o, err := t.Store.Open(ctx, key, send.Whole)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, o.Size))
	if err != nil {
		return nil, unreadable(err)
	}
	return content, nil
}

// contents returns the bytes of objects, in their order, which it reads several
// at once. One that is gone was swept meanwhile, and is left out.
func (t *Trail) contents(ctx context.Context, places []place) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		all := make([][]byte, len(places))
		errs := make([]error, len(places))
		each(len(places), func(i int) { all[i], errs[i] = t.read(ctx, places[i].key) })
		for i, content := range all {
			if send.CodeOf(errs[i]) != send.NotFound && !yield(content, errs[i]) {
				return
			}
		}
	}
}

// parallel is how many objects are read at once.
const parallel = 16

// each calls f for 0 to n-1, several at once.
func each(n int, f func(i int)) {
	var running errgroup.Group
	running.SetLimit(parallel)
	for i := range n {
		running.Go(func() error { f(i); return nil })
	}
	_ = running.Wait()
}

// Sweep forgets what was kept on days that ended before a time, and returns how
// many objects that were. It is for stores without lifecycle rules. What says that it was
// kept at a time to come, because a clock was ahead, goes by when its events happened; what
// was kept by one that was behind, when what was kept before it is old.
func (t *Trail) Sweep(ctx context.Context, before time.Time) (removed int, err error) {
	limit := before.UTC().Truncate(daily)
	begin, err := t.keptSince(ctx, dayOf(limit))
	if err != nil {
		return 0, err
	}
	if err := t.forgetDays(ctx, begin); err != nil {
		return 0, err
	}
	// Keys are in the order of when the events happened, which is not after
	// they were kept.
	end := root + limit.Add(earliest).Format(hour) + "~"
	now := t.Now().UTC()
	for e, err := range send.Entries(ctx, t.Store, root) {
		if err != nil || e.Key > end {
			return removed, err
		}
		p, ok := placeOf(e.Key)
		if last, known := timeOf(p.last); known && p.kept.After(now.Add(clocksDiffer)) {
			p.kept = last.Add(latest)
		}
		if !ok || !p.kept.Before(limit) || p.seq > begin.Seq {
			continue
		}
		if err := t.Store.Delete(ctx, e.Key); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
