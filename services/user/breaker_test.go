package user_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/pipes"
)

// moody is an admin service that answers as it is told: with a status, or 0 for never.
type moody struct {
	status atomic.Int64
	asked  atomic.Int64
	log    logtest.Buffer
	gate   *user.AdminGate
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked.Add(1)
	io.Copy(io.Discard, r.Body) // or nobody notices that the client leaves
	switch status := int(m.status.Load()); status {
	case 0:
		<-r.Context().Done()
	case http.StatusOK:
		w.Write([]byte(`{"status":"active","success":true}`))
	default:
		w.WriteHeader(status)
	}
}

// waited runs talk with a gate whose admin service is moody, by a clock that stands still
// while anybody has something to do.
func waited(t *testing.T, talk func(t *testing.T, m *moody)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, at := &moody{}, pipes.Listen()
		server, client := &http.Server{Handler: m}, &http.Transport{DialContext: at.Dial}
		go server.Serve(at)
		defer server.Close()
		defer client.CloseIdleConnections()
		m.gate = &user.AdminGate{
			BaseURL: "http://admin.example.org", NextURL: "http://next.example.org", KeyName: "X-Key",
			Key: secret.Plain("the key"), Client: &http.Client{Transport: client},
			Log: slog.New(slog.NewTextHandler(&m.log, nil)),
		}
		talk(t, m)
	})
}

// admitted asks for some at once, and returns how long each waited, how many requests that
// made, and how many of them may send.
func (m *moody) admitted(ctx context.Context, n int) (took []time.Duration, asked, may int64) {
	before, began := m.asked.Load(), time.Now()
	took = make([]time.Duration, n)
	var all sync.WaitGroup
	var let atomic.Int64
	for i := range n {
		all.Go(func() {
			if _, err := m.gate.Admit(ctx, "a token"); err == nil {
				let.Add(1)
			}
			took[i] = time.Since(began)
		})
	}
	all.Wait()
	return took, m.asked.Load() - before, let.Load()
}

// misses has the gate find out that its admin service does not answer.
func (m *moody) misses(t *testing.T) {
	t.Helper()
	m.status.Store(0)
	for range 3 {
		if took, asked, may := m.admitted(t.Context(), 1); took[0] != 8*time.Second || asked != 2 || may != 0 {
			t.Fatalf("who finds out waits %s for %d answers, and %d may send", took, asked, may)
		}
	}
}

// shut fails the test unless nobody is asked, and nobody waits.
func (m *moody) shut(t *testing.T, again time.Duration) {
	t.Helper()
	began, before := time.Now(), m.asked.Load()
	_, err := m.gate.Admit(t.Context(), "a token")
	e, _ := errors.AsType[*send.Error](err)
	if e == nil || e.Reason != send.ReasonTokenCheckUnavailable || e.RetryAfter != again {
		t.Fatalf("nobody can say who may send: %+v, want it repeated after %s", e, again)
	}
	if took, asked := time.Since(began), m.asked.Load()-before; took != 0 || asked != 0 {
		t.Fatalf("it was asked %d times, for %s", asked, took)
	}
}

// Three find out by waiting, and after that one at a time; the others are told at once.
func TestNobodyWaitsForAnAdminServiceThatHangs(t *testing.T) {
	t.Parallel()
	waited(t, func(t *testing.T, m *moody) {
		m.misses(t)
		for _, pause := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 20 * time.Second} {
			m.shut(t, pause)
			time.Sleep(pause - time.Nanosecond)
			m.shut(t, 5*time.Second)
			time.Sleep(time.Nanosecond)
			took, asked, may := m.admitted(t.Context(), 10)
			waiting := 0
			for _, d := range took {
				if d == 5*time.Second {
					waiting++
				} else if d != 0 {
					t.Errorf("somebody waited %s", d)
				}
			}
			if waiting != 1 || asked != 1 || may != 0 {
				t.Errorf("after %s %d waited, for %d answers, and %d may send", pause, waiting, asked, may)
			}
		}
		time.Sleep(20 * time.Second)
		m.status.Store(http.StatusOK)
		if _, asked, may := m.admitted(t.Context(), 1); asked != 1 || may != 1 {
			t.Errorf("when it answers again: asked %d times, %d may send", asked, may)
		}
		if _, asked, may := m.admitted(t.Context(), 10); asked != 10 || may != 10 {
			t.Errorf("afterwards: asked %d times, %d may send", asked, may)
		}
		if told := strings.Count(m.log.String(), "does not answer: senders are turned away"); told != 1 {
			t.Errorf("the log says so %d times:\n%s", told, m.log.String())
		}
		m.misses(t) // it takes as many as before, and for as long
		m.shut(t, 5*time.Second)
	})
}

// Nobody can send meanwhile, but whoever waited for an answer has learnt just the same.
func TestManyFindOutAtOnce(t *testing.T) {
	t.Parallel()
	waited(t, func(t *testing.T, m *moody) {
		if _, asked, may := m.admitted(t.Context(), 10); asked != 20 || may != 0 {
			t.Errorf("asked %d times, %d may send", asked, may)
		}
		m.shut(t, 5*time.Second)
		if told := strings.Count(m.log.String(), "does not answer: senders are turned away"); told != 1 {
			t.Errorf("the log says so %d times", told)
		}
	})
}

// An admin service that refuses, or says that it is busy, is there, and is asked.
func TestWhatIsAnsweredKeepsNobodyFromAsking(t *testing.T) {
	t.Parallel()
	for status, tries := range map[int]int64{400: 1, 401: 1, 403: 1, 404: 1, 409: 1, 429: 3, 500: 3, 503: 3} {
		waited(t, func(t *testing.T, m *moody) {
			m.status.Store(int64(status))
			for range 10 {
				if _, asked, may := m.admitted(t.Context(), 1); asked != tries || may != 0 {
					t.Fatalf("%d: asked %d times, want %d; %d may send", status, asked, tries, may)
				}
			}
		})
		waited(t, func(t *testing.T, m *moody) { // and what answers in between is there
			for range 3 {
				m.status.Store(0)
				m.admitted(t.Context(), 2)
				m.status.Store(int64(status))
				if _, asked, _ := m.admitted(t.Context(), 1); asked != tries {
					t.Fatalf("%d in between: asked %d times, want %d", status, asked, tries)
				}
			}
		})
	}
}

// A sender who leaves says nothing of the admin service, nor keeps others from asking.
func TestWhoLeavesHasNotFoundOut(t *testing.T) {
	t.Parallel()
	waited(t, func(t *testing.T, m *moody) {
		leaves := func() {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			if _, asked, _ := m.admitted(ctx, 1); asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		}
		for range 5 {
			leaves()
		}
		m.misses(t)
		time.Sleep(5 * time.Second)
		leaves()
		if _, asked, _ := m.admitted(t.Context(), 5); asked != 1 {
			t.Errorf("after somebody who left %d asked, want one", asked)
		}
	})
}

// What cannot be reached at all is no more worth asking than what hangs.
func TestAnAdminServiceThatCannotBeReached(t *testing.T) {
	t.Parallel()
	waited(t, func(t *testing.T, m *moody) {
		reached := m.gate.Client.Transport
		m.gate.Client.Transport = unreachable{}
		m.admitted(t.Context(), 3)
		m.gate.Client.Transport = reached
		m.status.Store(http.StatusOK)
		m.shut(t, 5*time.Second)
	})
}

type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

// The admin service that is tried does not keep the senders from the live one, and what
// the trail is told waits, and is missed, by itself.
func TestWhoseAnswerIsMissed(t *testing.T) {
	t.Parallel()
	waited(t, func(t *testing.T, m *moody) {
		next := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{
			InvokedFunctionArn: "arn:aws:lambda:eu-west-2:123456789012:function:sgraph-send-user-qa:next",
		})
		for range 4 {
			m.gate.Record(t.Context(), []audit.Event{{Kind: audit.TransferCreated}})
		}
		for range 3 {
			if _, asked, _ := m.admitted(next, 1); asked != 2 {
				t.Fatalf("the one that is tried is asked %d times", asked)
			}
		}
		m.status.Store(http.StatusOK)
		if _, asked, _ := m.admitted(next, 1); asked != 0 {
			t.Errorf("the one that is tried does not answer, and is asked %d times", asked)
		}
		if _, asked, may := m.admitted(t.Context(), 1); asked != 1 || may != 1 {
			t.Errorf("the live one is asked %d times, %d may send", asked, may)
		}
	})
}
