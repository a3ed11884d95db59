package canary_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/cli/canary"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/wire"
)

func newCanary(t *testing.T) (canary.Canary, *site.Site, *logtest.Buffer) {
	t.Helper()
	s := site.Start(t)
	env := map[string]string{"CANARY__URL": s.URL, "CANARY__TOKEN": s.Token, "SEND__STAGE": "qa"}
	c, err := canary.FromEnv(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	var log logtest.Buffer
	c.Log = slog.New(slog.NewJSONHandler(&log, nil))
	return c, s, &log
}

func TestARoundLeavesNothing(t *testing.T) {
	t.Parallel()
	c, s, log := newCanary(t)
	if _, err := c.Scheduled(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := metrictest.Read(t, log.String())
	if v := got[metric.CanarySucceeded]; len(got) != 1 || len(v) != 1 ||
		v[0].Dimensions[0]["service"] != "canary" || v[0].Dimensions[0]["stage"] != "qa" {
		t.Errorf("got %v", got)
	}
	if left := s.Payloads(t); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}
}

// A round at next is asked for, proves itself to a service that is behind a front, and
// counts for nothing: no alarm is about it, and none is kept quiet by it.
func TestARoundAtNext(t *testing.T) {
	t.Parallel()
	live, next := site.Start(t), site.Start(t)
	live.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusTeapot) })
	const secret = "what-the-front-shows-1357"
	asked := 0
	next.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if asked++; wire.OriginSecret.Get(r.Header) != secret {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		service.ServeHTTP(w, r)
	})
	env := map[string]string{
		"CANARY__URL": live.URL, "CANARY__NEXT_URL": next.URL, "CANARY__TOKEN": next.Token, "SEND__ORIGIN_SECRETS": secret,
	}
	c, err := canary.FromEnv(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	var log logtest.Buffer
	c.Log = slog.New(slog.NewJSONHandler(&log, nil))
	said, err := c.Scheduled(t.Context(), []byte(`{"next":true}`))
	if want := (wire.CanaryReply{Status: "ok", Next: true}); err != nil || said != want || asked == 0 {
		t.Errorf("it says %+v, %v, and asked %d times", said, err, asked)
	}
	if left := next.Payloads(t); len(left) > 0 {
		t.Errorf("%d files are left", len(left))
	}

	c.Origin = nil
	if _, err := c.Scheduled(t.Context(), []byte(`{"next":true}`)); err == nil {
		t.Error("it is well where it is refused")
	}
	c.Next = ""
	if _, err := c.Scheduled(t.Context(), []byte(`{"next":true}`)); err == nil || !strings.Contains(err.Error(), "next") {
		t.Errorf("where there is no next: %v", err)
	}
	if got := metrictest.Read(t, log.String()); len(got) != 0 {
		t.Errorf("it counts %v", got)
	}
	if strings.Contains(log.String(), secret) || strings.Contains(log.String(), next.Token) {
		t.Errorf("the log has a secret: %s", &log)
	}
	// What a schedule says asks for none.
	if _, err := c.Scheduled(t.Context(), []byte(`{"source":"aws.events","detail":{}}`)); err == nil {
		t.Error("the schedule's round was not where people are")
	}
}

// Whatever step fails, it is told, and what was sent is deleted where it can be.
func TestWhatItFinds(t *testing.T) {
	t.Parallel()
	answer := func(method, part string, status int, body string) site.Fault {
		return func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if r.Method == method && strings.Contains(r.URL.Path, part) {
				w.WriteHeader(status)
				w.Write([]byte(body))
				return
			}
			service.ServeHTTP(w, r)
		}
	}
	for name, c := range map[string]struct {
		fault site.Fault
		says  string
		stays bool
	}{
		"nothing can be sent": {
			fault: answer("POST", "/create", 400, `{"detail":"no"}`), says: "send: ",
		},
		"nothing can be received": {
			fault: answer("GET", "/download", 404, `{"detail":"no"}`), says: "receive: ",
		},
		"something else is there": {
			fault: answer("GET", "/presigned/bytes/", 200, strings.Repeat("else", 100)), says: "receive: ",
		},
		"nothing can be deleted": {
			fault: answer("DELETE", "/delete/", 409, `{"detail":"no"}`), says: "delete: ", stays: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try, s, log := newCanary(t)
			s.Fail(c.fault)
			_, err := try.Scheduled(t.Context(), nil)
			if err == nil || !strings.HasPrefix(err.Error(), c.says) {
				t.Errorf("found %v, want %s", err, c.says)
			}
			failed := metrictest.Sum(t, log.String(), metric.CanaryFailed)
			if well := metrictest.Sum(t, log.String(), metric.CanarySucceeded); failed != 1 || well != 0 {
				t.Errorf("failed %v times and succeeded %v, want once and never", failed, well)
			}
			if strings.Contains(log.String(), s.Token) {
				t.Errorf("the log has the token: %s", log)
			}
			if left := s.Payloads(t); len(left) > 0 != c.stays {
				t.Errorf("%d files are left", len(left))
			}
		})
	}
}

// plaintext stands for what the canary would send if it forgot to seal.
var plaintext = bytes.Repeat([]byte("the canary's plain text "), 5000)

// A round whose upload is refused leaves nothing either: not the bytes, wherever they
// were refused, and nothing that is kept for them.
func TestARoundThatIsRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	is := func(r *http.Request, method, part string) bool {
		return r.Method == method && strings.Contains(r.URL.Path, part)
	}
	for name, fault := range map[string]site.Fault{
		"what arrives is plaintext": func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if is(r, "POST", "/upload/") {
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(plaintext)), int64(len(plaintext))
			}
			service.ServeHTTP(w, r)
		},
		"what arrives is plaintext, of a length that is not told": func(
			w http.ResponseWriter, r *http.Request, service http.Handler,
		) {
			if is(r, "POST", "/upload/") {
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(plaintext)), -1
			}
			service.ServeHTTP(w, r)
		},
		"what arrives is too little": func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if is(r, "POST", "/upload/") {
				r.Body, r.ContentLength = io.NopCloser(io.LimitReader(r.Body, 5000)), 5000
			}
			service.ServeHTTP(w, r)
		},
		"the upload is not let in": func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if is(r, "POST", "/upload/") {
				r.Header.Set("X-Sgraph-Access-Token", "another")
			}
			service.ServeHTTP(w, r)
		},
		"it cannot be completed": func(w http.ResponseWriter, r *http.Request, service http.Handler) {
			if is(r, "POST", "/complete/") {
				r.Header.Set("X-Sgraph-Access-Token", "another")
			}
			service.ServeHTTP(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s, log := newCanary(t)
			s.Fail(fault)
			if _, err := c.Scheduled(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), "send: ") {
				t.Errorf("found %v", err)
			}
			s.End()
			if left := s.Payloads(t); len(left) > 0 {
				t.Errorf("%d files are left", len(left))
			}
			kept := s.Kept(t)
			kept["the canary's log"] = log.String()
			kept.Lacks(t, map[string]string{"plaintext": "the canary's plain text", "the token": s.Token})
		})
	}
}

func TestItTellsWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	c, s, log := newCanary(t)
	over := make(chan struct{})
	t.Cleanup(func() { close(over) }) // the server ends with its requests
	s.Fail(func(http.ResponseWriter, *http.Request, http.Handler) { <-over })
	c.Margin = time.Hour - 100*time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if _, err := c.Scheduled(ctx, nil); err == nil || ctx.Err() != nil {
		t.Errorf("ended with %v, and the time is over: %v", err, ctx.Err())
	}
	if n := metrictest.Sum(t, log.String(), metric.CanaryFailed); n != 1 {
		t.Errorf("failed %v times, want once", n)
	}
}

func TestWhatItIsTold(t *testing.T) {
	t.Parallel()
	_, err := canary.FromEnv(func(string) string { return "" })
	if err == nil || !strings.Contains(err.Error(), "CANARY__URL") || !strings.Contains(err.Error(), "CANARY__TOKEN") {
		t.Errorf("without settings: %v", err)
	}
}

// The token is read in each round, and again where it is refused: a deploy that
// changes it while a round runs makes none fail.
func TestATokenThatADeployChanges(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	table, load := dynamolocal.Table(t), dynamolocal.Load(t)
	env := map[string]string{
		"CANARY__URL": s.URL, "CANARY__TOKEN": "ledger:canary", "SEND__STAGE": "qa", "SEND__LEDGER_TABLE": table,
	}
	c, err := canary.FromEnv(func(name string) string { return env[name] })
	if err != nil || c.Ledger == nil {
		t.Fatalf("it has the ledger %v, %v", c.Ledger, err)
	}
	var log logtest.Buffer
	c.Log = slog.New(slog.NewJSONHandler(&log, nil))
	c.Ledger = dynamo.New(table, load)
	if _, err := c.Scheduled(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "CANARY__TOKEN") {
		t.Errorf("before a deploy: %v", err)
	}

	tokens := s.Tokens()
	deploy := func(generation int) string {
		t.Helper()
		token := ""
		_, err := send.SharedCanary.KeepAs(t.Context(), c.Ledger, generation, func(before send.Slots) (send.Slots, error) {
			made, err := tokens.Create(t.Context(), send.NewToken{})
			token = made.Name
			return send.Slots{Previous: before.Current, Current: token}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	revoke := func(token string) {
		t.Helper()
		if _, err := tokens.Revoke(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
	first := deploy(1)
	if _, err := c.Scheduled(t.Context(), nil); err != nil {
		t.Errorf("after the first deploy: %v", err)
	}
	second := deploy(2)
	revoke(first)
	if _, err := c.Scheduled(t.Context(), nil); err != nil {
		t.Errorf("after a change: %v", err)
	}

	var once sync.Once
	s.Fail(func(w http.ResponseWriter, r *http.Request, service http.Handler) {
		if strings.Contains(r.URL.Path, "/complete/") { // in the middle of a round
			once.Do(func() { deploy(3); revoke(second) })
		}
		service.ServeHTTP(w, r)
	})
	if _, err := c.Scheduled(t.Context(), nil); err != nil {
		t.Errorf("while it changes: %v", err)
	}

	// Where there is no other, what refuses it is a fault.
	kept, err := send.SharedCanary.Read(t.Context(), c.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	revoke(kept.Current)
	if _, err := c.Scheduled(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), "send: ") {
		t.Errorf("with a token that was revoked: %v", err)
	}
	for _, token := range []string{first, second, kept.Current} {
		if strings.Contains(log.String(), token) {
			t.Errorf("the log has a token: %s", &log)
		}
	}
}

// A token of the ledger needs to know which.
func TestATokenOfTheLedgerNeedsItsTable(t *testing.T) {
	t.Parallel()
	env := map[string]string{"CANARY__URL": "https://send.example.org", "CANARY__TOKEN": "ledger:canary"}
	_, err := canary.FromEnv(func(name string) string { return env[name] })
	if err == nil || !strings.HasPrefix(err.Error(), "SEND__LEDGER_TABLE is not set") {
		t.Errorf("it says %v", err)
	}
}
