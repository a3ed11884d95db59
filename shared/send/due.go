package send

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A sweep must find what is due without reading what is not. So each transfer that a
// sweep will have something to do with has a note: a record that says from when on it
// is to be looked at. The first is written together with the transfer, and whoever
// makes something due sooner writes another in the same write. A sweep that looks and
// finds nothing to do yet notes when that will be. So a note may be of what is not
// there any more, or there may be two of one transfer, which does no harm; a transfer
// without one is what the round finds.

const (
	// lookEvery is how long a pending transfer may go unlooked at: it can be
	// completed, and then be due, at any time.
	lookEvery = time.Hour
	// dueShards is over how many sets notes are spread. All transfers that are begun
	// in a moment are noted for about the same time, and so at the end of a set each.
	dueShards = 32
)

// note says that a transfer is to be looked at from a time on.
type note struct {
	at       time.Time // in whole seconds
	transfer string
	owner    string // of its token, as ownerMark says
}

// ownerMark is what a note has of its transfer's owner, to find what was begun with a
// token: enough to tell tokens apart, as good as always.
func ownerMark(owner string) string { return owner[:min(8, len(owner))] }

// noteOf is the note that a transfer is to be looked at from a time on.
func noteOf(tr Transfer, at time.Time) note {
	return note{transfer: tr.ID, owner: ownerMark(tr.Token())}.again(at)
}

// again is the note of the same transfer for another time, and for no sooner one.
func (n note) again(at time.Time) note {
	n.at = time.Unix(at.Add(time.Second-1).Unix(), 0).UTC()
	return n
}

// key orders the notes of a set by their time.
func (n note) key() Key {
	return Key{dueSet(n.transfer), fmt.Sprintf("%010d/%s/%s", max(0, n.at.Unix()), n.transfer, n.owner)}
}

// change writes a note, or writes it again.
func (n note) change() Change { return Change{Add: &Add{Key: n.key(), Units: 1}} }

// readNote reads a note of the ledger. One that is none is due, and of no transfer, so
// that it is forgotten.
func readNote(r Record) note {
	parts := strings.Split(r.Key.ID, "/")
	if len(parts) != 3 || !idForm.MatchString(parts[1]) {
		return note{}
	}
	sec, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return note{}
	}
	return note{time.Unix(sec, 0).UTC(), parts[1], parts[2]}
}

// afterDue is after the IDs of all notes that are due at a time.
func afterDue(now time.Time) string { return fmt.Sprintf("%010d", max(0, now.Unix())+1) }

// dueSet is the set of the notes of a transfer.
func dueSet(id string) string {
	first, _ := strconv.ParseUint(id[:2], 16, 8)
	return shardSet(int(first))
}

func shardSet(n int) string { return fmt.Sprintf("%s%02x", DueSets, n%dueShards) }

// eachShard does a thing with each set of notes.
func eachShard(do func(ctx context.Context, set string) error) []func(context.Context) error {
	var all []func(context.Context) error
	for n := range dueShards {
		all = append(all, func(ctx context.Context) error { return do(ctx, shardSet(n)) })
	}
	return all
}

// due returns when to look at a transfer that goes on: at what comes first of all that
// may become due.
func (t *Transfers) due(tr Transfer, d transferData) time.Time {
	now, at := t.Now(), tr.ExpiresAt
	sooner := func(times ...time.Time) {
		for _, other := range times {
			if other.Before(at) {
				at = other
			}
		}
	}
	switch {
	case tr.Status == Pending && d.watched():
		return now.Truncate(time.Second)
	case tr.Status == Pending:
		if !at.After(now) {
			at = now.Add(lookEvery)
		}
		sooner(now.Add(lookEvery), tr.CreatedAt.Add(pendingLife))
	case tr.Exhausted() && d.RetireAt != nil:
		sooner(*d.RetireAt)
	case d.PutUntil != nil:
		sooner(*d.PutUntil)
	}
	return at
}

// watched says whether every sweep looks what has come to a pending transfer: nobody
// counts what is put to a URL of S3's.
func (d transferData) watched() bool {
	return d.Multipart.UploadID != "" && !d.Multipart.Done || d.PutKey != ""
}
