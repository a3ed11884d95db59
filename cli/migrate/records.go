package migrate

import (
	"bytes"
	"context"
	"iter"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/send"
)

// recordsAtOnce is how many records are on their way at the same time.
const recordsAtOnce = 16

// same says whether two ledgers keep the same record. One of them may forget it up to
// a second later.
func same(a, b send.Record) bool {
	return a.Key == b.Key && a.Version == b.Version && a.State == b.State && a.Count == b.Count && a.Limit == b.Limit &&
		a.Expires.Equal(b.Expires) && second(a.Purge).Equal(second(b.Purge)) && bytes.Equal(a.Data, b.Data)
}

// second returns the second that a time is in, or at the end of.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Unix(t.Add(time.Second-1).Unix(), 0)
}

// records copies the records of some sets.
func (m *Migration) records(ctx context.Context, of func(set string) bool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(recordsAtOnce)
	var mu sync.Mutex // guards the report
	for r, err := range m.From.Ledger.All(ctx) {
		if err != nil {
			group.Go(func() error { return err })
			break
		}
		if !moves(r.Key.Set) || !of(r.Key.Set) {
			continue
		}
		group.Go(func() error {
			copied, err := m.record(ctx, r)
			if copied {
				mu.Lock()
				defer mu.Unlock()
				count(m.report.Sets, r.Key.Set, 0, 1)
			}
			return err
		})
	}
	return group.Wait()
}

// record copies one, where the target has none, or has what an earlier run left.
func (m *Migration) record(ctx context.Context, r send.Record) (copied bool, err error) {
	err = m.To.Ledger.Import(ctx, r, 0)
	if send.CodeOf(err) != send.Conflict {
		return err == nil, err
	}
	kept, err := m.To.Ledger.Get(ctx, r.Key)
	switch {
	case send.CodeOf(err) == send.NotFound: // purged just now
		kept = send.Record{}
	case err != nil:
		return false, err
	case same(kept, r), own(r.Key.Set):
		return false, nil
	case kept.Version > r.Version && !m.Replace:
		return false, send.Fail(send.Conflict, "the target has a newer record %s of %q: somebody else writes there; "+
			"to put the source's in its place, say --replace", r.Key.ID, r.Key.Set)
	}
	err = m.To.Ledger.Import(ctx, r, kept.Version)
	if send.CodeOf(err) == send.Conflict {
		err = send.Because(send.Conflict, err, "somebody else writes to the target at this moment: stop it, and begin again")
	}
	return err == nil, err
}

// compared are the records of a ledger that source and target are to have alike.
func compared(ctx context.Context, l send.Movable) iter.Seq2[send.Record, error] {
	return func(yield func(send.Record, error) bool) {
		for r, err := range l.All(ctx) {
			if err == nil && (!moves(r.Key.Set) || own(r.Key.Set)) {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// compare says whether the target has every record of the source as it is, and no
// other. With mend it forgets the others: those that the source forgot since an
// earlier run, or of who used the target.
func (m *Migration) compare(ctx context.Context, mend bool) error {
	matched := int64(0)
	for r, err := range compared(ctx, m.To.Ledger) {
		if err != nil {
			return err
		}
		kept, err := m.From.Ledger.Get(ctx, r.Key)
		switch {
		case send.CodeOf(err) == send.NotFound && r.Key.Set == send.TokenSet:
			m.report.Tokens++
		case send.CodeOf(err) == send.NotFound && m.purged(r):
		case send.CodeOf(err) == send.NotFound && mend:
			if err := m.To.Ledger.Delete(ctx, r.Key, r.Version); err != nil {
				return err
			}
			m.report.Removed++
		case send.CodeOf(err) == send.NotFound:
			return differs(r.Key, "is not at the source")
		case err != nil:
			return err
		case !same(kept, r):
			return differs(r.Key, "is another at the source")
		default:
			matched++
		}
	}
	return m.missing(ctx, matched)
}

// missing says which record of the source the target has not, if it has not as many.
func (m *Migration) missing(ctx context.Context, matched int64) error {
	all := int64(0)
	for _, err := range compared(ctx, m.From.Ledger) {
		if err != nil {
			return err
		}
		all++
	}
	if all <= matched {
		return nil
	}
	for r, err := range compared(ctx, m.From.Ledger) {
		if err != nil {
			return err
		}
		kept, err := m.To.Ledger.Get(ctx, r.Key)
		switch {
		case send.CodeOf(err) == send.NotFound && m.purged(r):
		case send.CodeOf(err) == send.NotFound:
			return differs(r.Key, "is missing at the target")
		case err != nil:
			return err
		case !same(kept, r):
			return differs(r.Key, "is another at the target")
		}
	}
	return nil
}

// purged says whether a record may be forgotten by now.
func (m *Migration) purged(r send.Record) bool { return !r.Purge.IsZero() && !m.Now().Before(r.Purge) }

func differs(key send.Key, how string) error {
	return send.Fail(send.Conflict, "the record %s of %q %s", key.ID, key.Set, how)
}
