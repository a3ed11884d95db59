package bolt

import (
	"time"

	"sgraph.ai/send/shared/send"
)

// table is the records of one home while a call looks at them. The rules of
// the ledger are written over it once, for both homes.
type table interface {
	get(send.Key) (r send.Record, found bool, err error)
	put(send.Record) error
	remove(send.Key) error

	// each hands over the records of a set with an ID greater than after, in
	// order of ID, until yield returns false.
	each(set, after string, yield func(send.Record) bool) error
}

func purged(r send.Record, now time.Time) bool {
	return !r.Purge.IsZero() && !now.Before(r.Purge)
}

// kept returns a record that is not purged. NotFound.
func kept(t table, key send.Key, now time.Time) (send.Record, error) {
	r, found, err := t.get(key)
	if err == nil && (!found || purged(r, now)) {
		return send.Record{}, send.Fail(send.NotFound, "no such record")
	}
	return r, err
}

func create(t table, r send.Record, now time.Time) error {
	switch _, err := kept(t, r.Key, now); send.CodeOf(err) {
	case send.NotFound:
		r.Version = 1
		return t.put(r)
	case "":
		return send.Fail(send.Conflict, "the record is there already")
	default:
		return err
	}
}

func replace(t table, r send.Record, now time.Time) error {
	old, err := kept(t, r.Key, now)
	if send.CodeOf(err) == send.NotFound || err == nil && old.Version != r.Version {
		return send.Fail(send.Conflict, "the record was changed meanwhile")
	}
	if err != nil {
		return err
	}
	r.Version++
	return t.put(r)
}

func spend(t table, key send.Key, s send.Spend) (send.Record, error) {
	r, err := kept(t, key, s.Now)
	if send.CodeOf(err) == send.NotFound && s.Open != nil {
		r, err = *s.Open, nil
		r.Key, r.Version, r.Count = key, 0, 0
	}
	if err != nil {
		return send.Record{}, err
	}
	if s.Once != nil {
		switch _, err := kept(t, s.Once.Key, s.Now); send.CodeOf(err) {
		case send.NotFound:
		case "":
			return r, send.ErrRepeated
		default:
			return r, err
		}
	}
	r, err = s.Apply(r)
	if err != nil {
		return r, err
	}
	if s.Once != nil {
		once := *s.Once
		once.Version = 1
		if err := t.put(once); err != nil {
			return r, err
		}
	}
	for _, beside := range s.Beside {
		beside.Version = 1
		if err := t.put(beside); err != nil {
			return r, err
		}
	}
	return r, t.put(r)
}

func remove(t table, key send.Key, version int64, now time.Time) error {
	r, err := kept(t, key, now)
	switch {
	case send.CodeOf(err) == send.NotFound:
		return nil
	case err != nil:
		return err
	case r.Version != version:
		return send.Fail(send.Conflict, "the record was changed meanwhile")
	}
	return t.remove(key)
}

func add(t table, a send.Add, now time.Time) error {
	r, err := kept(t, a.Key, now)
	switch {
	case send.CodeOf(err) == send.NotFound && a.Units < 0:
		return nil
	case send.CodeOf(err) == send.NotFound:
		r = send.Record{Key: a.Key}
	case err != nil:
		return err
	}
	if !a.Fits(r.Count) {
		return send.Fail(send.Conflict, "as much is counted already")
	}
	r.Count = max(r.Count+a.Units, 0)
	r.Version++
	if !a.Purge.IsZero() {
		r.Purge = a.Purge
	}
	return t.put(r)
}
