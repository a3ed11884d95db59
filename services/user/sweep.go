package user

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

const (
	// sweepPeriod is how long, on a server, bytes may outlive what they belonged
	// to until a sweep begins.
	sweepPeriod = 10 * time.Minute

	// sweepMargin is how long before the end of the time it has a sweep ends,
	// so that it can still tell what it did.
	sweepMargin = 5 * time.Second
)

// Sweep removes what nobody can download any more, again and again until ctx
// ends. Objects that no transfer names are looked for where ledger or store is on
// disk only: a bucket beside a table has rules for them, and listing it costs.
func (s *Service) Sweep(ctx context.Context) {
	tick := time.NewTicker(sweepPeriod)
	defer tick.Stop()
	parts := []part{s.transfers.Sweep, s.forget, s.reclaim}
	if s.set.KeepsOnDisk() {
		parts = []part{s.sweepPaired, s.forget, s.reclaim}
	}
	for {
		_, _ = s.sweep(ctx, parts...) // it is in the log, and the next may do it
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Scheduled sweeps once, as far as the time of ctx allows; what is left is for
// the next time. Objects that no transfer names are left to the bucket's rules.
func (s *Service) Scheduled(ctx context.Context, _ json.RawMessage) (any, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-sweepMargin))
		defer cancel()
	}
	n, err := s.sweep(ctx, s.transfers.Sweep, s.forget)
	s.outbox.Collect(ctx) // what no function had a batch of
	return n, err
}

// part is one part of a sweep.
type part func(context.Context) (send.Swept, error)

// sweepPaired removes what the ledger says is over and what it does not name, if
// the ledger is the store's own. What is on a disk can be moved, lost, or restored
// from a backup without the other.
func (s *Service) sweepPaired(ctx context.Context) (send.Swept, error) {
	err := s.transfers.Pair(ctx)
	if send.CodeOf(err) == send.Conflict {
		return send.Swept{}, fmt.Errorf("NOTHING IS SWEPT, so that no file is lost: %w; stop the service and put the "+
			"ledger back that belongs to %s; or, where this ledger is the newest there is, delete "+
			"%s: what it does not know is then kept aside for a week, and removed", err, s.store(), s.pairFile())
	}
	if err != nil {
		return send.Swept{}, err
	}
	n, err := s.transfers.Sweep(ctx)
	aside, orphans := s.transfers.SweepOrphans(ctx)
	n.Orphans = aside.Orphans
	return n, errors.Join(err, orphans)
}

// store says to people where the bytes are.
func (s *Service) store() string {
	if s.set.Mode == settings.S3 {
		return "the bucket " + s.set.Bucket
	}
	return "the folder transfers"
}

// pairFile says to people where the store keeps what it knows of its ledger: on
// disk from the data folder on.
func (s *Service) pairFile() string {
	if s.set.Mode == settings.S3 {
		return "the object " + send.PairObject
	}
	return "the file transfers/objects/le/" + send.PairObject
}

// forget destroys the salts whose time is over: whose the names of those days
// were, nobody can find out any more.
func (s *Service) forget(ctx context.Context) (send.Swept, error) {
	return send.Swept{}, s.salts.Sweep(ctx, s.set.Now())
}

// reclaim gives back the room of what the ledger and the store alone know to be
// over. It is no loss to anybody, and so it is not counted.
func (s *Service) reclaim(ctx context.Context) (send.Swept, error) {
	_, ledger := s.transfers.Ledger.Sweep(ctx, s.set.Now())
	_, store := s.transfers.Store.Sweep(ctx, s.set.Now())
	return send.Swept{}, errors.Join(ledger, store)
}

// sweep does every part and tells what came of them.
func (s *Service) sweep(ctx context.Context, parts ...part) (n send.Swept, err error) {
	ctx, counts := metric.Begin(ctx)
	var faults []error
	for _, part := range parts {
		did, err := part(ctx)
		n.Expired += did.Expired
		n.Abandoned += did.Abandoned
		n.Orphans += did.Orphans
		n.Due += did.Due
		n.Left += did.Left
		n.Late = max(n.Late, did.Late)
		if err != nil && ctx.Err() == nil {
			faults = append(faults, err)
		}
	}
	s.outbox.Flush()

	metric.Count(ctx, metric.Swept, int64(n.Removed()))
	level, message := slog.LevelInfo, "swept"
	if n.Removed() == 0 && n.Left == 0 {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.Int("expired", n.Expired), slog.Int("abandoned", n.Abandoned), slog.Int("orphans", n.Orphans),
		slog.Int("due", n.Due), slog.Int("left", n.Left), slog.Float64("late_seconds", n.Late.Seconds()),
	}
	switch err = errors.Join(faults...); {
	case err != nil:
		level, message = slog.LevelError, "the sweep could not remove everything"
		attrs = append(attrs, slog.String("cause", err.Error()))
	case ctx.Err() != nil:
		message = "swept as far as the time allowed"
	case n.Left > 0:
		message = "swept as much as one sweep does"
	default:
		metric.Count(ctx, metric.SweepsCompleted, 1)
	}
	s.meter.Log(s.log, level, message, counts, attrs...)
	return n, err
}

// removed puts what the sweep took into the trail.
func (s *Service) removed(t send.Transfer, why send.Reason) {
	s.outbox.Put(context.Background(), audit.Event{
		Time: s.set.Now().UTC(), Kind: audit.TransferExpired, Outcome: audit.Success,
		Transfer: t.ID, Token: t.Token(), Reason: string(why),
	})
}
