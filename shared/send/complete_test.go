package send_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// interrupted is a store in which something happens before an object is opened,
// or settled, for the first time.
type interrupted struct {
	send.Store
	open, settle sync.Once
	atOpen       func()
	atSettle     func()
}

func (s *interrupted) Open(ctx context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	if s.atOpen != nil {
		s.open.Do(s.atOpen)
	}
	return s.Store.Open(ctx, key, span)
}

func (s *interrupted) Settle(ctx context.Context, key string) error {
	if s.atSettle != nil {
		s.settle.Do(s.atSettle)
	}
	return s.Store.Settle(ctx, key)
}

// What is completed is what was inspected, whenever another upload arrives.
func TestAnUploadWhileATransferIsCompleted(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]func(f *fixture, s *interrupted, upload func()){
		"before the inspection": func(_ *fixture, s *interrupted, upload func()) { s.atOpen = upload },
		"after the inspection":  func(_ *fixture, s *interrupted, upload func()) { s.atSettle = upload },
		"after all is ready": func(f *fixture, _ *interrupted, upload func()) {
			f.Gate = &spending{Gate: f.Gate, before: upload}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			f.newToken(t, "one-use", 1)
			f.token = "one-use"
			var inspected [][]byte
			f.Form = func(head []byte, _, _ int64) error {
				inspected = append(inspected, bytes.Clone(head))
				return nil
			}
			id := f.uploaded(t, send.NewTransfer{}, noise(100))
			last := noise(200)
			s := &interrupted{Store: f.store}
			f.Transfers.Store = s
			interrupt(f, s, func() {
				// The token that is being spent still holds good for this transfer.
				if _, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(last), 200); err != nil {
					t.Error(err)
				}
			})
			tr, first, err := f.Complete(t.Context(), f.token, id)
			if err != nil || !first || tr.Status != send.Completed || tr.Payload.Size != 200 {
				t.Fatalf("completed %+v, first %v, %v", tr, first, err)
			}
			if !bytes.Equal(f.payload(t, id), last) || !bytes.Equal(inspected[len(inspected)-1], last) {
				t.Error("what was completed is not what was inspected last")
			}
			if tok, err := f.tokens.Token(t.Context(), f.token); err != nil || tok.UsageCount != 1 {
				t.Errorf("%d uses are spent, %v", tok.UsageCount, err)
			}
			if keys := f.objects(t); len(keys) != 1 {
				t.Errorf("the store keeps %v, want the one payload", keys)
			}
		})
	}
}

// spending is a gate at which something happens before a use is spent for the
// first time.
type spending struct {
	send.Gate
	once   sync.Once
	before func()
}

func (g *spending) Spend(ctx context.Context, token, upload string) error {
	g.once.Do(g.before)
	return g.Gate.Spend(ctx, token, upload)
}

// The answer to a call may be lost while the call is still under way, and the
// sender make it again: each of them finds the transfer completed.
func TestAPutUploadIsCompletedByManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for range 20 {
		id := f.created(t, send.NewTransfer{})
		url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
		if err != nil {
			t.Fatal(err)
		}
		body := noise(300)
		_, err = f.store.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(body), 300)
		if err != nil {
			t.Fatal(err)
		}
		var firsts atomic.Int64
		var calls sync.WaitGroup
		for range 4 {
			calls.Go(func() {
				tr, first, err := f.Complete(t.Context(), f.token, id)
				if err != nil || tr.Status != send.Completed {
					t.Errorf("%s: %v", tr.Status, err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
		calls.Wait()
		if firsts.Load() != 1 || !bytes.Equal(f.payload(t, id), body) {
			t.Fatalf("%d calls were the first", firsts.Load())
		}
	}
}

// A sweep may take a transfer for abandoned while its upload is still arriving.
func TestAnUploadToWhatIsForgottenMeanwhile(t *testing.T) {
	t.Parallel()
	for name, upload := range map[string]func(t *testing.T, f *fixture, id string, body io.Reader) error{
		"upload": func(t *testing.T, f *fixture, id string, body io.Reader) error {
			_, err := f.Upload(t.Context(), f.sender(t), id, body, 10)
			return err
		},
		"put": func(t *testing.T, f *fixture, id string, body io.Reader) error {
			url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Put(t.Context(), strings.TrimPrefix(url, "/put/"), body, 10)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			err := upload(t, f, f.created(t, send.NewTransfer{}), readerFunc(func(p []byte) (int, error) {
				f.clock.Advance(25 * time.Hour)
				if n, err := f.Sweep(t.Context()); err != nil || n.Abandoned != 1 {
					t.Errorf("swept %+v, %v", n, err)
				}
				return copy(p, "ciphertext"), io.EOF
			}))
			want(t, err, send.NotFound, "not in pending state")
			if keys := f.objects(t); len(keys) != 0 {
				t.Errorf("the store keeps %v, which nothing names", keys)
			}
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
