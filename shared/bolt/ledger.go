// Package bolt keeps the ledger of a single machine in one bbolt file.
//
// A write is on the disk when the call returns; writes that arrive while
// another is being made durable share the next sync. Records of volatile sets
// are kept in memory instead, and only so many of them.
package bolt

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sgraph.ai/send/shared/internal/volume"
	"sgraph.ai/send/shared/send"
)

// Ledger is a [send.Ledger] in one file, which no other process may open
// meanwhile. Beyond the interface's contract, every write returns
// [send.Full] when the disk has no room, and every method Internal when the
// file turns out to be damaged and Invalid when a key has no set or ID, a NUL
// in its set, or more than 1 KiB.
//
// The file keeps times to the millisecond.
type Ledger struct {
	// Now says which records are purged. It may be set before first use.
	Now func() time.Time

	file   *file
	memory *memory
}

var _ send.Ledger = (*Ledger)(nil)

var _ send.Roomy = (*Ledger)(nil)

// least is how many bytes of its disk the ledger needs to go on for a while: a
// sixteenth of a small one.
const least = 16 << 20

// Room implements [send.Roomy]. Where the system cannot tell it is found out by
// writing.
func (l *Ledger) Room() error {
	left, all, err := volume.Room(filepath.Dir(l.file.db.Path()))
	if err == nil && left < min(least, all/16) {
		return send.Fail(send.Full, "the disk of the ledger is full")
	}
	return nil
}

// Open opens the ledger's file, or makes it. Unavailable when another process
// holds it, Internal when it is damaged or no ledger at all.
func Open(path string) (*Ledger, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	return &Ledger{Now: time.Now, file: f, memory: newMemory(maxVolatile)}, nil
}

// Close waits for the calls under way and lets go of the file. Calls that come
// later, of records that are not volatile, return Unavailable.
func (l *Ledger) Close() error { return l.file.close() }

// home is one of the two places where records are kept.
type home interface {
	// read lets look see the records. Nothing changes meanwhile.
	read(look func(table) error) error

	// write lets change alter the records, alone. What change altered holds
	// when write returns nil; when change fails it has altered nothing.
	write(change func(table) error) error
}

func (l *Ledger) home(k send.Key) home {
	if strings.HasPrefix(k.Set, send.VolatilePrefix) {
		return l.memory
	}
	return l.file
}

// Get implements [send.Ledger].
func (l *Ledger) Get(ctx context.Context, key send.Key) (r send.Record, err error) {
	if err := check(ctx, key); err != nil {
		return r, err
	}
	now := l.Now()
	err = l.home(key).read(func(t table) (err error) {
		r, err = kept(t, key, now)
		return err
	})
	return r, err
}

// Create implements [send.Ledger].
func (l *Ledger) Create(ctx context.Context, r send.Record) error {
	if err := check(ctx, r.Key); err != nil {
		return err
	}
	now := l.Now()
	return l.home(r.Key).write(func(t table) error { return create(t, r, now) })
}

// Replace implements [send.Ledger].
func (l *Ledger) Replace(ctx context.Context, r send.Record) error {
	if err := check(ctx, r.Key); err != nil {
		return err
	}
	now := l.Now()
	return l.home(r.Key).write(func(t table) error { return replace(t, r, now) })
}

// Spend implements [send.Ledger]. What is purged is decided by s.Now. Once and Beside
// must be volatile if key is, and only then.
func (l *Ledger) Spend(ctx context.Context, key send.Key, s send.Spend) (r send.Record, err error) {
	if err := check(ctx, key); err != nil {
		return r, err
	}
	with := s.Beside
	if s.Once != nil {
		with = append(slices.Clone(with), *s.Once)
	}
	for _, w := range with {
		if err := check(ctx, w.Key); err != nil {
			return r, err
		}
		if l.home(w.Key) != l.home(key) {
			return r, send.Fail(send.Internal, "a spend and its mark are kept in different places")
		}
	}
	err = l.home(key).write(func(t table) (err error) {
		r, err = spend(t, key, s)
		return err
	})
	return r, err
}

// Delete implements [send.Ledger].
func (l *Ledger) Delete(ctx context.Context, key send.Key, version int64) error {
	if err := check(ctx, key); err != nil {
		return err
	}
	now := l.Now()
	return l.home(key).write(func(t table) error { return remove(t, key, version, now) })
}

// List implements [send.Ledger].
func (l *Ledger) List(ctx context.Context, set, after string, limit int) (rs []send.Record, err error) {
	if err := check(ctx, send.Key{Set: set, ID: "any"}); err != nil || limit <= 0 {
		return nil, err
	}
	now := l.Now()
	err = l.home(send.Key{Set: set}).read(func(t table) error {
		return t.each(set, after, func(r send.Record) bool {
			if !purged(r, now) {
				rs = append(rs, r)
			}
			return len(rs) < limit
		})
	})
	return rs, err
}

// Sweep implements [send.Sweeper]: it removes the records that are purged, so
// that their room can be used again.
func (l *Ledger) Sweep(ctx context.Context, now time.Time) (int, error) {
	n, err := l.file.sweep(ctx, now)
	return n + l.memory.sweep(now), err
}

const maxKey = 1 << 10

func check(ctx context.Context, k send.Key) error {
	if err := ctx.Err(); err != nil {
		return send.Because(send.Unavailable, err, "the request ended before the ledger was asked")
	}
	if k.Set == "" || k.ID == "" || len(k.Set)+len(k.ID) > maxKey || strings.Contains(k.Set, "\x00") {
		return send.Fail(send.Invalid, "not a key of the ledger")
	}
	return nil
}
