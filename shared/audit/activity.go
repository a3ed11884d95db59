package audit

import (
	"context"
	"encoding/json"
	"time"

	"sgraph.ai/send/shared/send"
)

// ActivityDays is how many days back the trail knows how much happened.
const ActivityDays = 30

const (
	hourSet = ChainSets + "hour" // by the hour, as hourID writes it

	// hourLife is how long it is known how much happened in an hour: events come
	// late, and the first of the days is to be whole.
	hourLife = (ActivityDays + 2) * daily
)

// Totals are how much happened in some time, as the trail was told.
type Totals struct {
	Created         int64 `json:"created"`   // transfers
	Completed       int64 `json:"completed"` // transfers
	Downloads       int64 `json:"downloads"` // that were counted; one that is resumed counts once
	Confirmed       int64 `json:"confirmed"` // downloads of which their receivers say that they arrived
	Ended           int64 `json:"ended"`     // transfers that expired, were deleted, or taken down
	Refused         int64 `json:"refused"`   // attempts at anything that was not allowed
	BytesCompleted  int64 `json:"bytes_completed"`
	BytesDownloaded int64 `json:"bytes_downloaded"` // of all that Downloads counts, as if each went on to its end
}

// Plus is both.
func (a Totals) Plus(b Totals) Totals {
	return Totals{
		a.Created + b.Created, a.Completed + b.Completed, a.Downloads + b.Downloads, a.Confirmed + b.Confirmed,
		a.Ended + b.Ended, a.Refused + b.Refused,
		a.BytesCompleted + b.BytesCompleted, a.BytesDownloaded + b.BytesDownloaded,
	}
}

// with are the totals with an event more.
func (a Totals) with(e Event) Totals {
	switch {
	case e.Outcome == Denied:
		a.Refused += e.Times()
	case e.Outcome != Success:
	case e.Kind == TransferCreated:
		a.Created += e.Times()
	case e.Kind == TransferCompleted:
		a.Completed += e.Times()
		a.BytesCompleted += e.Bytes
	case e.Kind == TransferDownloaded:
		a.Downloads += e.Times()
		a.BytesDownloaded += e.Bytes
	case e.Kind == TransferConfirmed:
		a.Confirmed += e.Times()
	case e.Kind == TransferExpired || e.Kind == TransferDeleted || e.Kind == TransferTakenDown:
		a.Ended += e.Times()
	}
	return a
}

// Hour is what happened in one.
type Hour struct {
	Begins time.Time
	Totals
}

// hourRecord is what the ledger has of an hour: what its batches tell of, up to
// one. So a batch is counted once, however often that is tried.
type hourRecord struct {
	Seq int64 `json:"seq"`
	Totals
}

func hourID(at time.Time) string { return at.UTC().Format(hour) }

// Hours returns the hours since a time in which something happened, in their order.
func (t *Trail) Hours(ctx context.Context, since time.Time) (hours []Hour, err error) {
	const page = 200
	after := hourID(since.Add(-time.Hour))
	for {
		records, err := t.Ledger.List(ctx, hourSet, after, page)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			begins, err := time.Parse(hour, r.Key.ID)
			var of hourRecord
			if err != nil || json.Unmarshal(r.Data, &of) != nil {
				return nil, send.Fail(send.Internal, "how much happened in an hour cannot be read in the ledger")
			}
			hours = append(hours, Hour{begins, of.Totals})
			after = r.Key.ID
		}
		if len(records) < page {
			return hours, nil
		}
	}
}

// count adds the last batch to its hour, unless that was done.
func (t *Trail) count(ctx context.Context, h head) error {
	at, ok := placeOf(h.Key)
	begins, isTime := timeOf(at.first)
	events, err := decode(h.Batch)
	if !ok || !isTime || err != nil {
		return send.Fail(send.Internal, "the last batch of the audit chain cannot be read in the ledger")
	}
	key := send.Key{Set: hourSet, ID: hourID(begins)}
	for try := 0; ; try++ {
		r, err := t.Ledger.Get(ctx, key)
		missing := send.CodeOf(err) == send.NotFound
		if err != nil && !missing {
			return err
		}
		var of hourRecord
		if !missing && json.Unmarshal(r.Data, &of) != nil {
			return send.Fail(send.Internal, "how much happened in an hour cannot be read in the ledger")
		}
		if of.Seq >= h.Seq {
			return nil
		}
		of.Seq = h.Seq
		for _, e := range events {
			of.Totals = of.with(e)
		}
		data, err := json.Marshal(of)
		if err != nil {
			return err
		}
		if missing {
			err = t.Ledger.Create(ctx, send.Record{Key: key, Data: data, Purge: begins.Truncate(time.Hour).Add(hourLife)})
		} else {
			r.Data = data
			err = t.Ledger.Replace(ctx, r)
		}
		if send.CodeOf(err) != send.Conflict || try == maxTries {
			return err
		}
	}
}
