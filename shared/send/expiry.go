package send

import (
	"context"
	"strings"
	"time"
)

// ChangeExpiry sets anew when a transfer ends, for whoever knows its delete secret: not
// in the past, and not beyond the longest life from when it was created. NotFound, Gone
// when it has ended, Conflict and Forbidden as [Transfers.Delete], Invalid.
func (t *Transfers) ChangeExpiry(ctx context.Context, id, secret, expiresAt string) (Transfer, error) {
	const missing = "Transfer not found"
	if !idForm.MatchString(id) {
		return Transfer{}, noTransfer(missing)
	}
	var tr Transfer
	var beside []Change
	_, err := updateBy(ctx, t.Ledger, transferKey(id), func(r *Record) (err error) {
		var d transferData
		if tr, d, err = readTransfer(*r); err != nil {
			return err
		}
		if err := tr.deletable(secret); err != nil {
			return err
		}
		switch why := t.over(*r); why {
		case ReasonDeleted, ReasonTakenDown:
			return Fail(NotFound, missing).With(why)
		case ReasonExpired:
			return gone(why)
		}
		before := r.Expires
		if r.Expires, err = t.newExpiry(expiresAt, tr, d); err != nil {
			return err
		}
		tr.ExpiresAt, beside = r.Expires, nil
		if tr.Status != Pending { // which is looked at within the hour
			r.Purge = r.Expires.Add(remembered)
			if r.Expires.Before(before) {
				d.Noted = true
				beside = append(beside, noteOf(tr, t.due(tr, d)).change())
			}
		}
		if d.Labelled {
			label, err := t.Ledger.Get(ctx, labelKey(tr))
			if err == nil {
				label.Purge = r.Expires
				beside = append(beside, Change{Replace: &label})
			} else if CodeOf(err) != NotFound {
				return err
			}
		}
		return d.write(r)
	}, func(r Record) error {
		return t.Ledger.Apply(ctx, append([]Change{{Replace: &r}}, beside...)...)
	})
	if CodeOf(err) == NotFound && !isDeleted(ReasonOf(err)) {
		err = noTransfer(missing)
	}
	return tr, err
}

// newExpiry reads when a transfer that there is shall end.
func (t *Transfers) newExpiry(s string, tr Transfer, d transferData) (time.Time, error) {
	if s == "" {
		return time.Time{}, Fail(Invalid, "expires_at must say when the transfer ends")
	}
	at, err := t.expiry(s, t.Now(), tr.CreatedAt)
	if err != nil {
		return at, err
	}
	for _, key := range d.keys() { // the store's own rules end what is there
		if until := tr.CreatedAt.Add(lifeOf(key)); at.After(until.Add(time.Minute)) {
			return at, Fail(Invalid, "expires_at is too far ahead: this transfer can live until %s", until.Format(time.RFC3339))
		}
	}
	return at, nil
}

// lifeOf returns how long a payload may live, from its transfer's creation on.
func lifeOf(key string) time.Duration {
	for _, l := range Lifetimes {
		if strings.HasPrefix(key, l.Prefix()) {
			return l.Life
		}
	}
	return MaxLifetime
}
