package send

import "context"

// A label says what is waiting, sealed like the payload. It is kept in a record
// of its own, so that to count a download stays a small write, and named as its
// upload is: a transfer of the same ID that comes later has another.

// labelKey names the label of a transfer.
func labelKey(t Transfer) Key { return Key{LabelSets + t.ID[:2], t.upload()} }

// labelOf is the record of a transfer's label. The ledger forgets it by itself
// when the transfer ends, whatever else fails.
func labelOf(t Transfer, label []byte) *Record {
	return &Record{Key: labelKey(t), Data: label, Purge: t.ExpiresAt}
}

// dropLabel forgets the label of a transfer.
func (t *Transfers) dropLabel(ctx context.Context, tr Transfer) error {
	key := labelKey(tr)
	err := t.Ledger.Delete(ctx, key, 1)
	for CodeOf(err) == Conflict { // it was written again, with another expiry
		var r Record
		if r, err = t.Ledger.Get(ctx, key); CodeOf(err) == NotFound {
			return nil
		}
		if err == nil {
			err = t.Ledger.Delete(ctx, key, r.Version)
		}
	}
	return err
}

// Label returns the sealed label of a transfer, for as long as the transfer can
// be downloaded or a download of it resumed; nil otherwise, and where it has none.
func (t *Transfers) Label(ctx context.Context, tr Transfer) ([]byte, error) {
	over := tr.retireAt != nil && t.Now().After(*tr.retireAt)
	if !tr.labelled || over || t.refusal(tr.record, true) != nil {
		return nil, nil //nolint:nilerr // it is told elsewhere why
	}
	r, err := t.Ledger.Get(ctx, labelKey(tr))
	if CodeOf(err) == NotFound { // removed just now
		err = nil
	}
	return r.Data, err
}
