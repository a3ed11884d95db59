// Package metered counts what goes wrong with the ledger, the store and the
// tokens, for the work during which it does.
package metered

import (
	"context"
	"errors"
	"io"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// broken says whether an error is the fault of whoever keeps the data. One
// without a code is of the body that was being kept, and so the sender's; and
// whoever gave up waiting proves nothing.
func broken(ctx context.Context, err error) bool {
	e, ok := errors.AsType[*send.Error](err)
	if !ok || ctx.Err() == context.Canceled {
		return false
	}
	return e.Code == send.Unavailable || e.Code == send.Full || e.Code == send.Internal
}

func count(ctx context.Context, name metric.Name, err error) error {
	if err != nil && broken(ctx, err) {
		metric.Count(ctx, name, 1)
	}
	return err
}

// Ledger returns a ledger whose failures are counted.
func Ledger(l send.Ledger) send.Ledger { return ledger{l} }

type ledger struct{ send.Ledger }

func (l ledger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	r, err := l.Ledger.Get(ctx, key)
	return r, count(ctx, metric.LedgerErrors, err)
}

func (l ledger) Create(ctx context.Context, r send.Record) error {
	return count(ctx, metric.LedgerErrors, l.Ledger.Create(ctx, r))
}

func (l ledger) Replace(ctx context.Context, r send.Record) error {
	return count(ctx, metric.LedgerErrors, l.Ledger.Replace(ctx, r))
}

func (l ledger) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	r, err := l.Ledger.Spend(ctx, key, s)
	return r, count(ctx, metric.LedgerErrors, err)
}

func (l ledger) Delete(ctx context.Context, key send.Key, version int64) error {
	return count(ctx, metric.LedgerErrors, l.Ledger.Delete(ctx, key, version))
}

func (l ledger) Apply(ctx context.Context, changes ...send.Change) error {
	return count(ctx, metric.LedgerErrors, l.Ledger.Apply(ctx, changes...))
}

func (l ledger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	rs, err := l.Ledger.List(ctx, set, after, limit)
	return rs, count(ctx, metric.LedgerErrors, err)
}

func (l ledger) Sweep(ctx context.Context, now time.Time) (int, error) {
	n, err := l.Ledger.Sweep(ctx, now)
	return n, count(ctx, metric.LedgerErrors, err)
}

// Store returns a store whose failures are counted.
func Store(s send.Store) send.Store { return store{s} }

type store struct{ send.Store }

func (s store) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	o, err := s.Store.Put(ctx, key, body, size)
	return o, count(ctx, metric.StorageErrors, err)
}

func (s store) Open(ctx context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	body, o, err := s.Store.Open(ctx, key, span)
	return body, o, count(ctx, metric.StorageErrors, err)
}

func (s store) Stat(ctx context.Context, key string) (send.Object, error) {
	o, err := s.Store.Stat(ctx, key)
	return o, count(ctx, metric.StorageErrors, err)
}

func (s store) Copy(ctx context.Context, from, to string) (send.Object, error) {
	o, err := s.Store.Copy(ctx, from, to)
	return o, count(ctx, metric.StorageErrors, err)
}

func (s store) Settle(ctx context.Context, key string) error {
	return count(ctx, metric.StorageErrors, s.Store.Settle(ctx, key))
}

func (s store) Delete(ctx context.Context, key string) error {
	return count(ctx, metric.StorageErrors, s.Store.Delete(ctx, key))
}

func (s store) List(ctx context.Context, prefix, after string, limit int) ([]send.Entry, error) {
	list, err := s.Store.List(ctx, prefix, after, limit)
	return list, count(ctx, metric.StorageErrors, err)
}

func (s store) Begin(ctx context.Context, key string) (string, error) {
	id, err := s.Store.Begin(ctx, key)
	return id, count(ctx, metric.StorageErrors, err)
}

func (s store) PutPart(
	ctx context.Context, key, uploadID string, number int, body io.Reader, size int64,
) (string, error) {
	etag, err := s.Store.PutPart(ctx, key, uploadID, number, body, size)
	return etag, count(ctx, metric.StorageErrors, err)
}

func (s store) Uploaded(ctx context.Context, key, uploadID string) ([]send.UploadedPart, error) {
	parts, err := s.Store.Uploaded(ctx, key, uploadID)
	return parts, count(ctx, metric.StorageErrors, err)
}

func (s store) Assemble(ctx context.Context, key, uploadID string, parts []send.Part) (send.Object, error) {
	o, err := s.Store.Assemble(ctx, key, uploadID, parts)
	return o, count(ctx, metric.StorageErrors, err)
}

func (s store) Abort(ctx context.Context, key, uploadID string) error {
	return count(ctx, metric.StorageErrors, s.Store.Abort(ctx, key, uploadID))
}

func (s store) Sweep(ctx context.Context, now time.Time) (int, error) {
	n, err := s.Store.Sweep(ctx, now)
	return n, count(ctx, metric.StorageErrors, err)
}
