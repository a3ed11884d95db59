package send

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// What no record names is removed from the store. A ledger that was begun anew,
// is another's or was restored from an old backup names little of what there is.
// So ledger and store know each other: both keep the ID of the pair, and how
// often it was confirmed.

// pairKey is the ledger's record of the pair: Data is the ID, Count how often it
// was confirmed.
var pairKey = Key{PairSet, "transfers"}

// PairObject is the key of the store's: the ID, a space, and the count.
const PairObject = "ledger"

// pair is what one of both knows; the zero value is nothing.
type pair struct {
	id    string
	count int64
}

// Pair confirms that ledger and store belong together, and makes them a pair
// where neither knows another. Conflict where they do not: then nothing may be
// removed from the store because the ledger says so, or says nothing. Whatever
// else it returns, it was not confirmed either.
func (t *Transfers) Pair(ctx context.Context) error {
	ledger, err := ledgersPair(ctx, t.Ledger)
	if err != nil {
		return err
	}
	store, err := t.storesPair(ctx)
	if err != nil {
		return err
	}
	switch {
	case store == (pair{}): // a new store, or one that was set free
	case ledger == (pair{}):
		return Fail(Conflict, "the ledger is new, and the store is not")
	case ledger.id != store.id:
		return Fail(Conflict, "the ledger is that of another store")
	case ledger.count < store.count:
		return Fail(Conflict, "the ledger is older than the store: it was restored from a backup")
	}
	err = t.confirm(ctx, ledger)
	if CodeOf(err) == Full {
		return nil // it is a sweep that makes room
	}
	return err
}

// confirm counts once more, in the ledger first: ahead of the store it may be, by
// a crash in between.
func (t *Transfers) confirm(ctx context.Context, ledger pair) error {
	if ledger == (pair{}) {
		if err := t.Ledger.Create(ctx, Record{Key: pairKey, Data: []byte(RandomSecret()), Version: 1}); err != nil {
			return err
		}
	}
	r, err := t.Ledger.Spend(ctx, pairKey, Spend{Now: t.Now()})
	if err != nil {
		return err
	}
	return (pair{string(r.Data), r.Count}).keep(ctx, t.Store)
}

// keep makes a store know the pair.
func (p pair) keep(ctx context.Context, s Store) error {
	text := fmt.Sprintf("%s %d", p.id, p.count)
	if _, err := s.Put(ctx, PairObject, strings.NewReader(text), int64(len(text))); err != nil {
		return err
	}
	return s.Settle(ctx, PairObject)
}

// KeepPair makes a store know that it belongs to a ledger, from which it was filled. A
// ledger that knows no store yet needs none that knows it.
func KeepPair(ctx context.Context, l Ledger, s Store) error {
	p, err := ledgersPair(ctx, l)
	if err != nil || p == (pair{}) {
		return err
	}
	return p.keep(ctx, s)
}

func ledgersPair(ctx context.Context, l Ledger) (pair, error) {
	r, err := l.Get(ctx, pairKey)
	if CodeOf(err) == NotFound {
		return pair{}, nil
	}
	return pair{string(r.Data), r.Count}, err
}

func (t *Transfers) storesPair(ctx context.Context) (p pair, err error) {
	body, _, err := t.Store.Open(ctx, PairObject, Whole)
	if CodeOf(err) == NotFound {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, 1<<10))
	if err != nil {
		return p, Because(Unavailable, err, "the store cannot be read")
	}
	if n, err := fmt.Sscanf(string(text), "%s %d", &p.id, &p.count); n != 2 {
		return p, Because(Conflict, err, "what the store knows of its ledger cannot be read")
	}
	return p, nil
}
