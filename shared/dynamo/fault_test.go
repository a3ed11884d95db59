package dynamo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
)

// wire stands between the SDK and DynamoDB. Every request is written down, and
// the next fault, where one is left, befalls it.
type wire struct {
	mu     sync.Mutex
	seen   []string
	faults []fault
}

// fault alters what becomes of one request; next carries it out.
type fault func(req *http.Request, next func() (*http.Response, error)) (*http.Response, error)

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	w.mu.Lock()
	w.seen = append(w.seen, action)
	var f fault
	if len(w.faults) > 0 {
		f, w.faults = w.faults[0], w.faults[1:]
	}
	w.mu.Unlock()
	next := func() (*http.Response, error) { return asking.Client.Transport.RoundTrip(req) }
	if f == nil {
		return next()
	}
	return f(req, next)
}

// requests returns what was asked since the last call.
func (w *wire) requests() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := strings.Join(w.seen, " ")
	w.seen = nil
	return s
}

func (w *wire) fail(faults ...fault) { w.faults = faults }

// lostAnswer lets the request happen and then breaks the connection.
func lostAnswer(_ *http.Request, next func() (*http.Response, error)) (*http.Response, error) {
	resp, err := next()
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	return nil, io.ErrUnexpectedEOF
}

// answer is DynamoDB's refusal instead of what was asked.
func answer(kind, body string) fault {
	return func(req *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
		text := fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s"%s}`, kind, body)
		return &http.Response{
			StatusCode: http.StatusBadRequest, Request: req, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
			Body:   io.NopCloser(bytes.NewBufferString(text)), ContentLength: int64(len(text)),
		}, nil
	}
}

var inTheWay = answer("TransactionCanceledException",
	`,"CancellationReasons":[{"Code":"TransactionConflict","Message":"busy"},{"Code":"None"}]`)

func wired(t *testing.T) (*dynamo.Ledger, *wire) {
	t.Helper()
	w := &wire{}
	cfg := moto.Config(t)
	cfg.HTTPClient = &http.Client{Transport: w}
	load := func(context.Context) (aws.Config, error) { return cfg, nil }
	return dynamo.New(moto.Table(t), load), w
}

func key(id string) send.Key { return send.Key{Set: "s", ID: id} }

func want(t *testing.T, code send.Code, err error) {
	t.Helper()
	if got := send.CodeOf(err); got != code {
		t.Fatalf("code %q of %v; want %q", got, err, code)
	}
}

func TestNothingIsAskedBeforeTheFirstUse(t *testing.T) {
	t.Parallel()
	var loads int
	away := errors.New("no credentials")
	l := dynamo.New("table", func(context.Context) (aws.Config, error) { loads++; return aws.Config{}, away })
	if loads != 0 {
		t.Fatal("the configuration was loaded by New")
	}
	for i := range 2 { // and a failure to load is not for ever
		_, err := l.Get(t.Context(), key("x"))
		want(t, send.Unavailable, err)
		if !errors.Is(err, away) || loads != i+1 {
			t.Fatalf("%d loads, error %v", loads, err)
		}
	}
}

func TestOneRequestDecides(t *testing.T) {
	t.Parallel()
	l, w := wired(t)
	now := time.Now()
	open := &send.Record{Limit: 2, Expires: now.Add(time.Hour), Purge: now.Add(time.Hour)}
	once := func(id string) *send.Record { return &send.Record{Key: key(id)} }
	spend := func(id string, s send.Spend) func() error {
		return func() error { s.Now = now; _, err := l.Spend(t.Context(), key(id), s); return err }
	}
	for _, step := range []struct {
		name     string
		call     func() error
		code     send.Code
		requests string
	}{
		{"create", func() error { return l.Create(t.Context(), send.Record{Key: key("x"), Limit: 1}) }, "", "PutItem"},
		{"create again", func() error { return l.Create(t.Context(), send.Record{Key: key("x")}) }, send.Conflict, "PutItem"},
		{"spend", spend("x", send.Spend{}), "", "UpdateItem"},
		{"spend, refused", spend("x", send.Spend{}), send.Conflict, "UpdateItem"},
		{"spend, not found", spend("none", send.Spend{}), send.NotFound, "UpdateItem"},
		{"open", spend("w", send.Spend{Open: open}), "", "UpdateItem"},
		{"open, kept", spend("w", send.Spend{Open: open}), "", "UpdateItem"},
		{"open, refused", spend("w", send.Spend{Open: open}), send.Conflict, "UpdateItem"},
		{"replace", func() error { return l.Replace(t.Context(), send.Record{Key: key("x"), Version: 2}) }, "", "PutItem"},
		{"once", spend("x", send.Spend{Once: once("1")}), "", "TransactWriteItems GetItem"},
		{"once, not found", spend("none", send.Spend{Once: once("2")}), send.NotFound, "TransactWriteItems"},
		{"delete", func() error { return l.Delete(t.Context(), key("x"), 4) }, "", "DeleteItem"},
	} {
		want(t, step.code, step.call())
		if got := w.requests(); got != step.requests {
			t.Errorf("%s: requests %q; want %q", step.name, got, step.requests)
		}
	}
}

// The SDK repeats a request whose answer was lost. The second must be seen for
// what it is.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	l, w := wired(t)
	ctx, now := t.Context(), time.Now()

	w.fail(lostAnswer)
	want(t, "", l.Create(ctx, send.Record{Key: key("x"), Limit: 9}))

	w.fail(lostAnswer)
	want(t, "", l.Replace(ctx, send.Record{Key: key("x"), Version: 1, Limit: 8}))

	w.fail(lostAnswer)
	r, err := l.Spend(ctx, key("x"), send.Spend{Now: now})
	want(t, "", err)
	if r.Count != 1 || r.Version != 3 {
		t.Fatalf("a spend whose answer was lost was booked twice: %+v", r)
	}

	for n := range int64(2) {
		w.fail(lostAnswer)
		r, err = l.Spend(ctx, key("w"), send.Spend{Now: now, Open: &send.Record{Limit: 9, Expires: now.Add(time.Hour)}})
		want(t, "", err)
		if r.Count != n+1 {
			t.Fatalf("an opening spend whose answer was lost was booked twice: %+v", r)
		}
	}

	w.fail(lostAnswer)
	want(t, "", l.Delete(ctx, key("x"), 3))
	if got := w.requests(); strings.Count(got, " ") != 11 {
		t.Fatalf("not every request was repeated: %s", got)
	}
}

func TestTransactionsInTheWay(t *testing.T) {
	t.Parallel()
	l, w := wired(t)
	ctx, now := t.Context(), time.Now()
	want(t, "", l.Create(ctx, send.Record{Key: key("x"), Limit: 1}))
	s := send.Spend{Now: now, Once: &send.Record{Key: key("m")}}

	w.fail(inTheWay, inTheWay)
	r, err := l.Spend(ctx, key("x"), s)
	want(t, "", err)
	if r.Count != 1 {
		t.Fatalf("%+v", r)
	}

	// A simple write meets a transaction too.
	w.fail(answer("TransactionConflictException", ""))
	want(t, "", l.Replace(ctx, send.Record{Key: key("x"), Version: 2, Limit: 1, Count: 1}))

	for range 9 {
		w.faults = append(w.faults, inTheWay)
	}
	_, err = l.Spend(ctx, key("x"), send.Spend{Now: now, Once: &send.Record{Key: key("m2")}})
	want(t, send.Unavailable, err)

	// Nothing is left to spend and the mark is there, but only the first is
	// reported: repeating is still safe.
	w.fail(answer("TransactionCanceledException", `,"CancellationReasons":[{"Code":"ConditionalCheckFailed","Item":`+
		`{"pk":{"S":"s"},"sk":{"S":"x"},"v":{"N":"3"},"state":{"S":""},"cnt":{"N":"1"},"lim":{"N":"1"}}},{"Code":"None"}]`))
	r, err = l.Spend(ctx, key("x"), s)
	if !errors.Is(err, send.ErrRepeated) || r.Version != 3 {
		t.Fatalf("%+v, %v; want ErrRepeated", r, err)
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	l, w := wired(t)
	want(t, "", l.Create(t.Context(), send.Record{Key: key("x")}))
	for name, f := range map[string]fault{
		"throttled":  answer("ProvisionedThroughputExceededException", ""),
		"no table":   answer("ResourceNotFoundException", ""),
		"no right":   answer("AccessDeniedException", ""),
		"no network": func(*http.Request, func() (*http.Response, error)) (*http.Response, error) { return nil, io.EOF },
	} {
		w.fail(f, f, f, f, f)
		_, err := l.Get(t.Context(), key("x"))
		want(t, send.Unavailable, err)
		w.fail(f, f, f, f, f)
		_, err = l.Spend(t.Context(), key("x"), send.Spend{Now: time.Now()})
		want(t, send.Unavailable, err)
		if errors.Unwrap(err) == nil {
			t.Errorf("%s: the cause is not kept", name)
		}
	}
	w.fail()
	r, err := l.Get(t.Context(), key("x"))
	want(t, "", err)
	if r.Version != 1 {
		t.Fatalf("%+v", r)
	}
	want(t, send.Internal, l.Create(t.Context(), send.Record{Key: send.Key{Set: "s"}})) // DynamoDB has no empty keys
}
