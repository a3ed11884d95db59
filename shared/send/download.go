package send

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"strings"
	"time"
)

const (
	// downloadLife is how long a download that was counted may take, or be resumed.
	downloadLife = time.Hour
	// uncountedLife is how long a URL holds where nobody counts what it is used for.
	uncountedLife = 5 * time.Minute
)

const notAvailable = "Transfer not found or not available for download"

// Available returns a transfer that could be downloaded at this moment, without
// counting anything. NotFound, Gone.
func (t *Transfers) Available(ctx context.Context, id string) (Transfer, error) {
	tr, _, err := t.get(ctx, id, notAvailable)
	if err != nil {
		return Transfer{}, err
	}
	return tr, t.refusal(tr.record, false)
}

// Claim counts one download. Of any number of claims at once, just as many succeed
// as there are downloads left. One that has a name is counted once, however often it
// is made: what a client calls it before it asks, 32 hexadecimal digits; "" = none.
// ErrRepeated, with the claim, where it was counted before; NotFound, Gone, Invalid.
func (t *Transfers) Claim(ctx context.Context, id, name string) (Claim, error) {
	if !idForm.MatchString(id) {
		return Claim{}, noTransfer(notAvailable)
	}
	if name != "" && !claimName.MatchString(name) {
		return Claim{}, errClaimName()
	}
	if name == "" {
		return t.claim(ctx, id, "")
	}
	return named(name, func(name string) (Claim, error) { return t.claim(ctx, id, name) })
}

// claim is Claim under that very name. errReturned where its download was given back.
func (t *Transfers) claim(ctx context.Context, id, name string) (Claim, error) {
	now := t.Now()
	known, until := claimID(id, name), now.Add(downloadLife)
	spend := Spend{State: string(Completed), Now: now}
	if name != "" {
		spend.Once = &Record{Key: claimKey(known), Expires: until, Purge: until.Add(claimKept)}
	}
	r, err := t.Ledger.Spend(ctx, transferKey(id), spend)
	if errors.Is(err, ErrRepeated) {
		c, err := t.claimed(ctx, id, name)
		if err == nil {
			err = ErrRepeated
		}
		return c, err
	}
	switch CodeOf(err) {
	case "":
	case NotFound:
		return Claim{}, noTransfer(notAvailable)
	case Conflict:
		if refused := t.refusal(r, false); refused != nil {
			return Claim{}, refused
		}
		return Claim{}, Because(Unavailable, err, "the download could not be counted; try again")
	default:
		return Claim{}, err
	}
	tr, d, err := readTransfer(r)
	if err != nil {
		return Claim{}, err
	}
	if tr.Status == Exhausted {
		t.retireLater(ctx, tr, d)
	}
	return newClaim(tr, known, until), nil
}

// refusal says why nothing can be downloaded, or returns nil. What was counted
// before can be resumed though no further download can begin.
func (t *Transfers) refusal(r Record, counted bool) error {
	why := t.over(r)
	switch {
	case isDeleted(why):
		return Fail(NotFound, notAvailable).With(why)
	case r.State != string(Completed):
		return Fail(NotFound, notAvailable).With(ReasonNotCompleted)
	case why == "", why == ReasonExhausted && counted:
		return nil
	}
	return gone(why)
}

// retireLater notes when the sweep may remove the payload of a transfer whose
// last download has begun. Not at once: nobody can begin another, but this one
// may be lost on its way and resumed, and it is the last there will be. When
// the note cannot be made the payload goes with the transfer's expiry.
func (t *Transfers) retireLater(ctx context.Context, tr Transfer, d transferData) {
	at := t.Now().Add(downloadLife)
	d.RetireAt, d.Noted = &at, true
	r := tr.record
	if d.write(&r) != nil {
		return
	}
	write := func(r Record) error { return t.Ledger.Apply(ctx, Change{Replace: &r}, noteOf(tr, at).change()) }
	if CodeOf(write(r)) != Conflict {
		return
	}
	// Somebody confirmed another download, say, at the same moment.
	_, _ = updateBy(ctx, t.Ledger, r.Key, func(r *Record) error {
		now, d, err := readTransfer(*r)
		if err != nil || now.Status != Exhausted || d.RetireAt != nil {
			return cmp.Or(err, ErrRepeated)
		}
		d.RetireAt, d.Noted = &at, true
		return d.write(r)
	}, write)
}

// Unclaim gives back a download of which the receiver got nothing, and ends its claim:
// the permit may have arrived. Where somebody goes on with the claim meanwhile, nothing is
// given back.
func (t *Transfers) Unclaim(ctx context.Context, c Claim) error {
	ctx = context.WithoutCancel(ctx)
	_, err := updateBy(ctx, t.Ledger, transferKey(c.Transfer.ID), func(r *Record) error {
		_, d, err := readTransfer(*r)
		if err != nil {
			return err
		}
		r.Count = max(0, r.Count-1)
		d.RetireAt = nil // it was not the last one after all
		return d.write(r)
	}, func(r Record) error {
		err := t.Ledger.Apply(ctx, Change{Replace: &r}, c.counting(returned, returned))
		if refused, ok := errors.AsType[*Refused](err); ok && refused.Index == 1 {
			return errInUse
		}
		return err
	})
	if errors.Is(err, errInUse) {
		return nil
	}
	return err
}

// errInUse says that something was taken of a claim's budget.
var errInUse = errors.New("the claim is in use")

// Resumable returns a transfer one of whose downloads was counted before: its
// limit may be reached, but it must still be there. NotFound, Gone.
func (t *Transfers) Resumable(ctx context.Context, id string) (Transfer, error) {
	tr, _, err := t.get(ctx, id, notAvailable)
	if err != nil {
		return Transfer{}, err
	}
	return tr, t.refusal(tr.record, true)
}

// Named returns the transfer whose payload a key is, as Resumable does.
func (t *Transfers) Named(ctx context.Context, key string) (Transfer, error) {
	tr, err := t.Resumable(ctx, idOf(key))
	if err == nil && tr.Payload.Key != key {
		err = noTransfer(notAvailable)
	}
	return tr, err
}

// Open returns a reader of the ciphertext from an offset on. The reader may
// give more than length bytes.
func (t *Transfers) Open(ctx context.Context, tr Transfer, offset, length int64) (io.ReadCloser, error) {
	body, _, err := t.Store.Open(ctx, tr.Payload.Key, Span{offset, length})
	if CodeOf(err) == NotFound {
		return nil, Because(NotFound, err, notAvailable).With(ReasonTransferNotFound)
	}
	return body, err
}

// DownloadURL is where the ciphertext is for a while.
type DownloadURL struct {
	URL   string
	Claim Claim
	TTL   time.Duration
	Again bool // it is of a download that was counted before
}

// DownloadURL counts one download, of which name is as of [Transfers.Claim], and returns
// a URL of the ciphertext that can be used, and used again to resume. Where it was
// counted before it is as [Transfers.RenewURL]. NotFound, Conflict while the transfer is
// not completed, Gone, Invalid.
func (t *Transfers) DownloadURL(ctx context.Context, id, name string) (DownloadURL, error) {
	c, err := t.Claim(ctx, id, name)
	if t.Links.Counted() { // from the first answer on
		c.Budget += c.Transfer.Payload.Size
	}
	if errors.Is(err, ErrRepeated) {
		return t.RenewURL(ctx, c)
	}
	if CodeOf(err) == NotFound {
		if found, infoErr := t.Info(ctx, id); infoErr == nil && found.Status == Pending {
			return DownloadURL{}, Fail(Conflict, "Transfer not completed").With(ReasonNotCompleted)
		}
		return DownloadURL{}, Fail(NotFound, "Transfer not found").With(ReasonOf(err))
	}
	if err != nil {
		return DownloadURL{}, err
	}
	u, err := t.urlOf(ctx, c)
	if err != nil {
		_ = t.Unclaim(ctx, c)
	}
	return u, err
}

// RenewURL returns another URL for a claim, which costs some of its budget. Gone, for
// permit_spent, when that is spent.
func (t *Transfers) RenewURL(ctx context.Context, c Claim) (DownloadURL, error) {
	if err := t.spend(ctx, c, c.part()); err != nil {
		return DownloadURL{Again: true}, err
	}
	u, err := t.urlOf(ctx, c)
	u.Again = true
	return u, err
}

func (t *Transfers) urlOf(ctx context.Context, c Claim) (u DownloadURL, err error) {
	u.Claim, u.TTL = c, c.Until.Sub(t.Now())
	if !t.Links.Counted() {
		u.TTL = min(u.TTL, uncountedLife)
	}
	u.URL, err = t.Links.GetURL(ctx, c, u.TTL)
	return u, err
}

// Delete ends a transfer for whoever knows its delete secret. deleted is false
// when it was deleted before. NotFound, Conflict when the sender did not allow
// deleting, Forbidden for a wrong secret.
func (t *Transfers) Delete(ctx context.Context, id, secret string) (deleted bool, err error) {
	if !idForm.MatchString(id) {
		return false, noTransfer("not_found")
	}
	var tr Transfer
	var d transferData
	var held *reservation
	_, err = updateBy(ctx, t.Ledger, transferKey(id), func(r *Record) (err error) {
		if tr, d, err = readTransfer(*r); err != nil {
			return err
		}
		if err := tr.deletable(secret); err != nil {
			return err
		}
		deleted, r.State = tr.Status != Deleted, string(Deleted)
		held = t.release(&d)
		d.Noted = d.Noted || deleted
		return d.write(r)
	}, func(r Record) error {
		var beside []Change
		if deleted { // a sweep removes what is left, or comes still
			beside = append(beside, noteOf(tr, t.Now().Truncate(time.Second)).change())
		}
		return t.book(ctx, Change{Replace: &r}, held, nil, beside...)
	})
	if CodeOf(err) == NotFound {
		return false, noTransfer("not_found")
	}
	if err != nil {
		return false, err
	}
	// The record refuses every download from here on. The bytes go now; when
	// they cannot, this call says so and can be repeated.
	if err := t.erase(context.WithoutCancel(ctx), tr, d); err != nil {
		return false, err
	}
	return deleted, nil
}

// deletable refuses whoever does not have the secret that deletes a transfer.
func (t Transfer) deletable(secret string) error {
	if t.DeleteAuthHash == "" {
		return Fail(Conflict, "delete_not_enabled").With(ReasonDeleteNotEnabled)
	}
	if !sameHash(secretHash(secret), t.DeleteAuthHash) {
		return Fail(Forbidden, "auth_mismatch").With(ReasonWrongDeleteSecret)
	}
	return nil
}

// sameHash compares two hex digests, whose case does not matter, in constant
// time.
func sameHash(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(a)), []byte(strings.ToLower(b))) == 1
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
