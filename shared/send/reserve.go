package send

import (
	"context"
	"errors"
	"time"
)

// A transfer that is not completed has reserved what it may come to: one of the
// transfers, and some of the bytes, that its sender may have pending. Its record
// knows what that is, and both change in one write, so that nothing is given back
// twice or never.

// reservation is what a pending transfer has reserved.
type reservation struct {
	Owner string `json:"owner"`
	Most  int64  `json:"-"` // transfers that the owner may have pending
	Bytes int64  `json:"bytes"`
	All   bool   `json:"all,omitempty"` // counted among what all senders have reserved
	For   string `json:"for,omitempty"` // who made the request that it is sent to: of the bytes, and of all such transfers
}

const (
	// maxPending is how many transfers one sender may have pending.
	maxPending = 1000
	// pendingSlack is how many more than the token's uses that may be: an upload
	// whose sender lost an answer is begun again before the first is swept.
	pendingSlack = 4
)

func mostPending(from Sender) int64 {
	if from.Remaining == Unlimited {
		return maxPending
	}
	return min(maxPending, from.Remaining+pendingSlack)
}

// reserving names whom a transfer is reserved for: the token, or where none is
// asked for, the client.
func reserving(from Sender, client string) string {
	if from.ID == "" {
		return "client-" + client
	}
	return from.ID
}

// room is how many bytes may come where that many are announced, which may be the
// size before the encryption.
func room(size int64) int64 { return size + size>>10 + 64<<10 }

// most is how many bytes an upload of whose size nobody speaks may have.
func (t *Transfers) most(d *transferData) int64 {
	if d.DeclaredBytes > 0 {
		return min(room(d.DeclaredBytes), t.largest(d))
	}
	return t.largest(d)
}

// largest is how many bytes a ciphertext may have.
func (t *Transfers) largest(d *transferData) int64 {
	if d.MaxBytes > 0 {
		return min(d.MaxBytes, t.Rules.MaxBytes)
	}
	return t.Rules.MaxBytes
}

// need is how many bytes a pending transfer reserves: what is there and what may
// come, but no less than what was declared. What is put where a signed URL writes is
// copied from there.
func (d transferData) need() int64 {
	n := d.Coming + d.PutBytes + d.Multipart.Bytes + max(d.PutBytes, d.Payload.Size)
	if d.DeclaredBytes > 0 {
		n = max(n, room(d.DeclaredBytes))
	}
	return n
}

// came takes back what was announced of a body.
func (d *transferData) came(n int64) { d.Coming = max(0, d.Coming-n) }

// writable says whether something may still be put where a URL leads that nobody can
// take back.
func (t *Transfers) writable(d transferData) bool {
	return d.PutUntil != nil && t.Now().Before(*d.PutUntil)
}

// release takes from a transfer that is over what it has reserved, and returns it to
// be given back: nil while something may still be put there, which is not given back
// before the sweep.
func (t *Transfers) release(d *transferData) (held *reservation) {
	if !t.writable(*d) {
		held, d.Reserved = d.Reserved, nil
	}
	return held
}

// book makes a change of a transfer's record together with that of what it has
// reserved; nil is nothing, as of a transfer that was made before there were
// reservations. Conflict where a record is not as it must be; Limited, for
// too_many_pending, where its sender has as much pending as may be, and Full where
// all senders together have.
func (t *Transfers) book(ctx context.Context, change Change, before, after *reservation, beside ...Change) error {
	changes := append([]Change{change}, beside...)
	var of reservation
	var count, bytes int64
	if before != nil {
		of, count, bytes = *before, -1, -before.Bytes
	}
	if after != nil {
		of, count, bytes = *after, count+1, bytes+after.Bytes
	}
	add := func(key Key, units, within int64) {
		if units == 0 {
			return
		}
		a := Add{Key: key, Units: units, Within: within}
		if units > 0 { // what is reserved later than that is no longer pending
			a.Purge = t.Now().Add(pendingLife + remembered + 24*time.Hour)
		}
		changes = append(changes, Change{Add: &a})
	}
	add(reservedKey(of.Owner, "count"), count, of.Most)
	if of.For == "" {
		add(reservedKey(of.Owner, "bytes"), bytes, t.Rules.PendingBytes)
	} else { // for all requests of one maker together, and beside what that sends
		add(reservedKey(of.For, "requested"), count, maxPending)
		add(reservedKey(of.For, "requested-bytes"), bytes, t.Rules.PendingBytes)
	}
	if of.All {
		add(Key{ReservedSets + "all", "bytes"}, bytes, t.Rules.PendingBytesAll)
	}
	err := t.Ledger.Apply(ctx, changes...)
	refused, ok := errors.AsType[*Refused](err)
	switch {
	case !ok:
		return err
	case changes[refused.Index].Add == nil:
		return refused.Err
	case changes[refused.Index].Add.Key.Set == ReservedSets+"all":
		return Because(Full, err, "the service has as many uploads under way as it has room for; try again later")
	}
	return Because(Limited, err, "too many uploads are under way with this access token; "+
		"complete, cancel or delete some, or try again when they are a day old").With(ReasonTooManyPending)
}

func reservedKey(owner, what string) Key {
	if owner == "" {
		return Key{}
	}
	return Key{ReservedSets + owner[:2], owner + "/" + what}
}
