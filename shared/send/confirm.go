package send

import (
	"context"
	"errors"
)

// Confirm takes the word of whoever made a claim that its download arrived and was
// opened. It is counted once, however often it comes, of each download that was counted:
// first is false then. NotFound, Gone.
func (t *Transfers) Confirm(ctx context.Context, c Claim) (first bool, err error) {
	key := claimKey(c.ID)
	key.ID += "/confirmed"
	mark := Record{Key: key, Purge: c.Until.Add(claimKept)}
	_, err = updateBy(ctx, t.Ledger, transferKey(c.Transfer.ID), func(r *Record) error {
		if err := t.refusal(*r, true); err != nil {
			return err
		}
		_, d, err := readTransfer(*r)
		if err != nil {
			return err
		}
		if d.Confirmed >= r.Count { // one that was given back cannot have arrived
			return ErrRepeated
		}
		d.Confirmed++
		return d.write(r)
	}, func(r Record) error {
		err := t.Ledger.Apply(ctx, Change{Replace: &r}, Change{Create: &mark})
		if refused, ok := errors.AsType[*Refused](err); ok && refused.Index == 1 {
			return ErrRepeated
		}
		return err
	})
	switch {
	case errors.Is(err, ErrRepeated):
		return false, nil
	case CodeOf(err) == NotFound && ReasonOf(err) == Reason(NotFound): // forgotten just now
		return false, noTransfer(notAvailable)
	}
	return err == nil, err
}
