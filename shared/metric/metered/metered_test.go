package metered_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metered"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

// counted returns what f counts.
func counted(t *testing.T, name metric.Name, f func(context.Context)) float64 {
	t.Helper()
	ctx, counts := metric.Begin(t.Context())
	f(ctx)
	var out bytes.Buffer
	m := metric.Meter{Service: metric.User, Embed: true}
	m.Log(m.Logger(slog.New(slog.NewJSONHandler(&out, nil))), slog.LevelInfo, "done", counts)
	return metrictest.Sum(t, out.String(), name)
}

// everyMethod calls each method of a port that asks somebody, which fails, and returns how
// many those are. A method that is not counted would be one that nobody wrapped.
func everyMethod(ctx context.Context, port any) (n int) {
	for _, m := range reflect.ValueOf(port).Methods() {
		if m.Type().NumIn() == 0 {
			continue // it is known
		}
		n++
		args := []reflect.Value{reflect.ValueOf(ctx)}
		for j := 1; j < m.Type().NumIn(); j++ {
			args = append(args, reflect.Zero(m.Type().In(j)))
		}
		if m.Type().IsVariadic() {
			m.CallSlice(args)
		} else {
			m.Call(args)
		}
	}
	return n
}

func TestEveryCallThatFailsIsCounted(t *testing.T) {
	t.Parallel()
	for code, want := range map[send.Code]bool{
		send.Unavailable: true, send.Full: true, send.Internal: true,
		send.NotFound: false, send.Conflict: false, send.Invalid: false, "": false,
	} {
		var err error
		if code != "" {
			err = send.Fail(code, "as the test says")
		}
		for name, port := range map[metric.Name]any{
			metric.LedgerErrors:  metered.Ledger(ledger{err}),
			metric.StorageErrors: metered.Store(store{err}),
		} {
			methods := 0
			n := counted(t, name, func(ctx context.Context) { methods = everyMethod(ctx, port) })
			if want && n != float64(methods) || !want && n != 0 {
				t.Errorf("%q: %v of %d calls are in %s", code, n, methods, name)
			}
		}
	}
}

func TestWhatIsNobodysFaultIsNotCounted(t *testing.T) {
	t.Parallel()
	bodys := errors.New("the sender broke off")
	if n := counted(t, metric.StorageErrors, func(ctx context.Context) {
		metered.Store(store{bodys}).Put(ctx, "key", nil, 0)
	}); n != 0 {
		t.Error("an error of the body is counted")
	}
	if n := counted(t, metric.LedgerErrors, func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		metered.Ledger(ledger{send.Fail(send.Unavailable, "nobody waits")}).Get(ctx, send.Key{})
	}); n != 0 {
		t.Error("who left is counted")
	}
}

func TestRefusedTokensAreCounted(t *testing.T) {
	t.Parallel()
	g := metered.Gate(send.SharedGate{Accepts: secret.Plain("the token of the tests").Accepts})
	for token, want := range map[string]float64{"another": 2, "": 0, "the token of the tests": 0} {
		n := counted(t, metric.TokenRefused, func(ctx context.Context) {
			g.Admit(ctx, token)
			g.Spend(ctx, token, "aabbccddeeff")
		})
		if n != want {
			t.Errorf("%q: %v refusals, want %v", token, n, want)
		}
	}
}

// ledger answers every call with one error.
type ledger struct{ err error }

func (l ledger) Get(context.Context, send.Key) (send.Record, error) { return send.Record{}, l.err }
func (l ledger) Create(context.Context, send.Record) error          { return l.err }
func (l ledger) Replace(context.Context, send.Record) error         { return l.err }
func (l ledger) Delete(context.Context, send.Key, int64) error      { return l.err }
func (l ledger) Spend(context.Context, send.Key, send.Spend) (send.Record, error) {
	return send.Record{}, l.err
}
func (l ledger) List(context.Context, string, string, int) ([]send.Record, error) {
	return nil, l.err
}
func (l ledger) Apply(context.Context, ...send.Change) error   { return l.err }
func (l ledger) Sweep(context.Context, time.Time) (int, error) { return 0, l.err }

// store answers every call with one error.
type store struct{ err error }

func (s store) Put(context.Context, string, io.Reader, int64) (send.Object, error) {
	return send.Object{}, s.err
}
func (s store) Open(context.Context, string, send.Span) (io.ReadCloser, send.Object, error) {
	return io.NopCloser(strings.NewReader("")), send.Object{}, s.err
}
func (s store) Stat(context.Context, string) (send.Object, error) { return send.Object{}, s.err }
func (s store) Copy(context.Context, string, string) (send.Object, error) {
	return send.Object{}, s.err
}
func (s store) LeastPart() int64                     { return 0 }
func (s store) Settle(context.Context, string) error { return s.err }
func (s store) Delete(context.Context, string) error { return s.err }
func (s store) List(context.Context, string, string, int) ([]send.Entry, error) {
	return nil, s.err
}
func (s store) Begin(context.Context, string) (string, error) { return "", s.err }
func (s store) PutPart(context.Context, string, string, int, io.Reader, int64) (string, error) {
	return "", s.err
}
func (s store) Uploaded(context.Context, string, string) ([]send.UploadedPart, error) {
	return nil, s.err
}
func (s store) Assemble(context.Context, string, string, []send.Part) (send.Object, error) {
	return send.Object{}, s.err
}
func (s store) Abort(context.Context, string, string) error   { return s.err }
func (s store) Sweep(context.Context, time.Time) (int, error) { return 0, s.err }
