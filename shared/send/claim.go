package send

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// A download that was counted may be interrupted, lost and begun again, and must not
// be a way to have many. So what goes out after its first answer is reserved in the
// ledger beforehand, within a budget of twice the size; where the first answer is
// counted as well, of three times. Whoever loses no more on the way than arrives can
// always get the file, however often the line breaks.

// Claim is a download that was counted. Whoever has what is signed for it can go on
// with it, or begin again, until its time is over or its budget is spent.
type Claim struct {
	Transfer Transfer
	ID       string    // names what is counted of its budget in the ledger
	Budget   int64     // bytes that may go out for it and are counted
	Until    time.Time // when it is over
}

const (
	// againTimes is how often the whole ciphertext may go out again.
	againTimes = 2
	// leastPart is the part of the ciphertext that a request is counted for at least,
	// whatever it asks for, and that a renewed URL is counted for.
	leastPart = 8
	// leastMost bounds what a request is counted for at least, in bytes: with large
	// files it is the bytes that cost, not the request.
	leastMost = 64 << 10
	// portionLeast is how many bytes are reserved at once where there are as many. A
	// process that is killed while it hands them out cannot give them back.
	portionLeast = 1 << 20
	// returned is what a budget is charged for a download that was given back, of which the
	// permit may have arrived. No budget is as large, and so it is told from a spent one.
	returned = 1 << 50
	// mostReturned is how many downloads of one name can be given back.
	mostReturned = 16
	// claimKept is how long a budget is kept after its claim is over: it must not
	// be opened anew by a request that was let in just before.
	claimKept = time.Hour
)

// claimName is the form of what a client calls a claim.
var claimName = lazyregexp.New(`^[0-9a-f]{32}$`)

func errClaimName() error {
	return Fail(Invalid, "the name of a download has 32 hexadecimal digits in lower case")
}

// claimID returns by what a claim is known in the ledger: by chance, or where its client
// calls it something, by that. Clients choose neither where it is kept nor meet others'.
func claimID(id, name string) string {
	if name == "" {
		var b [8]byte
		rand.Read(b[:]) // never fails: crypto/rand
		return hex.EncodeToString(b[:])
	}
	sum := sha256.Sum256([]byte(id + "/" + name))
	return hex.EncodeToString(sum[:16])
}

func newClaim(tr Transfer, id string, until time.Time) Claim {
	return Claim{
		Transfer: tr, ID: id, Budget: againTimes * tr.Payload.Size, Until: earlier(until, tr.ExpiresAt),
	}
}

// Claimed returns the claim that was counted under a name, which gets lost where its
// answer does. NotFound where none was, Gone where its time is over or the transfer's,
// Invalid for what is no such name.
func (t *Transfers) Claimed(ctx context.Context, id, name string) (Claim, error) {
	if !idForm.MatchString(id) {
		return Claim{}, noTransfer(notAvailable)
	}
	if !claimName.MatchString(name) {
		return Claim{}, errClaimName()
	}
	return named(name, func(name string) (Claim, error) { return t.claimed(ctx, id, name) })
}

// claimed is Claimed of what was counted under that very name. errReturned where it was
// given back.
func (t *Transfers) claimed(ctx context.Context, id, name string) (Claim, error) {
	mark, err := t.Ledger.Get(ctx, claimKey(claimID(id, name)))
	switch {
	case err != nil:
		return Claim{}, err
	case mark.Count >= returned:
		return Claim{}, errReturned
	case mark.Expired(t.Now()):
		return Claim{}, Fail(Gone, "the time of this download is over").With(ReasonLinkExpired)
	}
	tr, err := t.Resumable(ctx, id)
	return newClaim(tr, mark.Key.ID, mark.Expires), err
}

// errReturned says that the download of a name was given back.
var errReturned = errors.New("the download was given back")

// named asks for the download of a name. One that was given back was none: whoever asks
// again is to have another, and its budget is another, since the permit of the first may
// have arrived. So it has a name of its own, that follows from the first.
func named(name string, ask func(name string) (Claim, error)) (Claim, error) {
	for range mostReturned {
		c, err := ask(name)
		if !errors.Is(err, errReturned) {
			return c, err
		}
		sum := sha256.Sum256([]byte(name + "/returned"))
		name = hex.EncodeToString(sum[:16])
	}
	return Claim{}, begunTooOften(errReturned)
}

func begunTooOften(err error) error {
	return Because(Gone, err, "this download was begun again too often, and is over").With(ReasonPermitSpent)
}

func claimKey(id string) Key { return Key{ClaimSets + id[:2], id} }

// part is an eighth of the ciphertext, and never nothing.
func (c Claim) part() int64 { return (c.Transfer.Payload.Size + leastPart - 1) / leastPart }

// least is how many bytes a request is counted for at least.
func (c Claim) least() int64 { return min(c.part(), leastMost) }

// counting is the change of the ledger that counts bytes of the budget, within a bound.
func (c Claim) counting(bytes, within int64) Change {
	return Change{Add: &Add{Key: claimKey(c.ID), Units: bytes, Within: within, Purge: c.Until.Add(claimKept)}}
}

// spend reserves bytes of a claim's budget. Gone when there are not as many left.
func (t *Transfers) spend(ctx context.Context, c Claim, bytes int64) error {
	err := t.Ledger.Apply(ctx, c.counting(bytes, max(c.Budget, 1)))
	if CodeOf(err) == Conflict {
		return begunTooOften(err)
	}
	return err // Unavailable: what cannot be counted does not go out
}

// Ration is what one request takes of a claim's budget: a portion at a time, so that
// whatever ends the request costs little more than what went out. The nil Ration takes
// nothing, and is that of a download's first answer.
type Ration struct {
	transfers *Transfers
	claim     Claim
	taken     int64
}

// Ration returns the ration of a request that goes on with a claim.
func (t *Transfers) Ration(c Claim) *Ration { return &Ration{transfers: t, claim: c} }

// Next reserves the next portion of the bytes that are to go out still, and returns how
// many these are. Gone, for permit_spent, when the budget is; Unavailable.
func (r *Ration) Next(ctx context.Context, left int64) (int64, error) {
	if r == nil {
		return left, nil
	}
	portion := min(left, max(r.claim.part(), portionLeast))
	bytes := portion
	if r.taken == 0 {
		bytes = max(portion, r.claim.least())
	}
	if err := r.transfers.spend(ctx, r.claim, bytes); err != nil {
		return 0, err
	}
	r.taken += bytes
	return portion, nil
}

// Done gives back what was reserved and did not go out. It is a comfort: where the
// ledger cannot be asked, so much of the budget is lost.
func (r *Ration) Done(ctx context.Context, sent int64) {
	if r == nil {
		return
	}
	if sent > 0 {
		sent = max(sent, r.claim.least())
	}
	if back := r.taken - sent; back > 0 {
		_ = r.transfers.Ledger.Apply(context.WithoutCancel(ctx), r.claim.counting(-back, 0))
	}
	r.taken = 0
}
