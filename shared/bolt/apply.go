package bolt

import (
	"context"
	"time"

	"sgraph.ai/send/shared/send"
)

// Apply implements [send.Ledger]. Either all records are volatile or none is.
func (l *Ledger) Apply(ctx context.Context, changes ...send.Change) error {
	if err := send.CheckChanges(changes); err != nil {
		return err
	}
	for _, c := range changes {
		if err := check(ctx, c.Key()); err != nil {
			return err
		}
		if l.home(c.Key()) != l.home(changes[0].Key()) {
			return send.Fail(send.Internal, "records that are changed together are kept in different places")
		}
	}
	now := l.Now()
	return l.home(changes[0].Key()).write(func(t table) error {
		d := draft{table: t}
		for i, c := range changes {
			err := one(&d, c, now)
			if send.CodeOf(err) == send.Conflict {
				return &send.Refused{Index: i, Err: err}
			}
			if err != nil {
				return err
			}
		}
		return d.write()
	})
}

// one makes a change.
func one(t table, c send.Change, now time.Time) error {
	switch {
	case c.Create != nil:
		return create(t, *c.Create, now)
	case c.Replace != nil:
		return replace(t, *c.Replace, now)
	case c.Delete != nil:
		return remove(t, c.Delete.Key, c.Delete.Version, now)
	}
	return add(t, *c.Add, now)
}

// draft holds back what is written until all of it is decided.
type draft struct {
	table
	writes []func() error
}

func (d *draft) put(r send.Record) error {
	d.writes = append(d.writes, func() error { return d.table.put(r) })
	return nil
}

func (d *draft) remove(k send.Key) error {
	d.writes = append(d.writes, func() error { return d.table.remove(k) })
	return nil
}

func (d *draft) write() error {
	for _, w := range d.writes {
		if err := w(); err != nil {
			return err
		}
	}
	return nil
}
