package send

import (
	"context"
	"strings"
	"time"
)

const (
	// quarantineLife is how long what no transfer names is kept aside.
	quarantineLife = 7 * 24 * time.Hour
	// orphansAtOnce is how many objects one sweep puts aside. A crash leaves a
	// few; where there are more it may be the ledger that is wrong.
	orphansAtOnce = 100
	// objectsMost is how many objects one sweep looks at. Where there are more, the
	// next goes on behind them.
	objectsMost = 50_000
)

// objectsKey is the record of the object to which SweepOrphans has come, as Data, where
// it is not through.
var objectsKey = Key{DueSets + "round", "objects"}

// SweepOrphans puts aside objects older than a day that no transfer names: what
// a crash between two writes leaves. After a week they are removed, and where a
// transfer names one again by then, because its record was restored, it comes
// back. Internal where there are more than a crash would leave: the next sweep
// goes on. It lists the whole store, a part of it each time, so it is for stores that
// have no lifecycle rules of their own.
func (t *Transfers) SweepOrphans(ctx context.Context) (Swept, error) {
	var n Swept
	if err := t.sweepQuarantine(ctx); err != nil {
		return n, err
	}
	at, err := t.Ledger.Get(ctx, objectsKey)
	if err != nil && CodeOf(err) != NotFound {
		return n, err
	}
	seen, last := 0, ""
	for e, err := range entriesAfter(ctx, t.Store, PayloadPrefix, string(at.Data)) {
		if err != nil {
			return n, err
		}
		if seen++; seen > objectsMost {
			return n, t.keepObjectsTo(ctx, at, last)
		}
		last = e.Key
		if t.Now().Sub(e.Modified) < pendingLife {
			continue
		}
		named, err := t.names(ctx, e.Key)
		switch {
		case err != nil:
			return n, err
		case named:
			continue
		case n.Orphans == orphansAtOnce:
			return n, Fail(Internal, "no transfer names %d objects of the store, and there are more: "+
				"look whether the ledger is the right one before the week is over for which they are kept aside", n.Orphans)
		}
		if err := t.move(ctx, e.Key, QuarantinePrefix+t.Now().UTC().Format(time.DateOnly)+"/"+e.Key); err != nil {
			return n, err
		}
		n.Orphans++
	}
	return n, t.keepObjectsTo(ctx, at, "")
}

// keepObjectsTo keeps to which object a sweep has come; "" where it is through.
func (t *Transfers) keepObjectsTo(ctx context.Context, at Record, last string) error {
	if string(at.Data) == last {
		return nil
	}
	at.Key, at.Data = objectsKey, []byte(last)
	return t.keepAt(ctx, at)
}

// sweepQuarantine removes what was put aside a week ago, and brings back what a
// transfer names after all.
func (t *Transfers) sweepQuarantine(ctx context.Context) error {
	for e, err := range Entries(ctx, t.Store, QuarantinePrefix) {
		if err != nil {
			return err
		}
		date, key, _ := strings.Cut(strings.TrimPrefix(e.Key, QuarantinePrefix), "/")
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			continue // somebody else put it there
		}
		named, err := t.names(ctx, key)
		switch {
		case err != nil:
		case named:
			err = t.move(ctx, e.Key, key)
		case t.Now().After(day.Add(24*time.Hour + quarantineLife)): // whenever on that day it was
			err = t.Store.Delete(ctx, e.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// move gives an object another key.
func (t *Transfers) move(ctx context.Context, from, to string) error {
	if _, err := t.Store.Copy(ctx, from, to); err != nil {
		if CodeOf(err) == NotFound {
			return nil // removed just now
		}
		return err
	}
	return t.Store.Delete(ctx, from)
}

// names says whether a transfer's record names the object.
func (t *Transfers) names(ctx context.Context, key string) (bool, error) {
	_, d, err := t.get(ctx, idOf(key), "")
	if CodeOf(err) == NotFound {
		return false, nil
	}
	return key == d.Payload.Key || key == d.PutKey || key == d.Multipart.Key, err
}
