package user_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/ssm"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/moto"
)

// stack is a user service's gate, the ledger of both services, and an admin
// service that accepts what a process of it does that read the secrets at first.
type stack struct {
	*user.AdminGate
	t      *testing.T
	ledger send.Ledger
	clock  *clocktest.Clock

	mu     sync.Mutex
	asked  int
	accept func(key, origin string) int
}

func newStack(t *testing.T) *stack {
	t.Helper()
	ledger, err := bolt.Open(filepath.Join(t.TempDir(), "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ledger.Close() })
	s := &stack{t: t, ledger: ledger, clock: clocktest.At(time.Now())}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked++
		w.WriteHeader(s.accept(r.Header.Get("X-Sgraph-Service-Key"), r.Header.Get("X-Sgraph-Origin-Secret")))
		w.Write([]byte(`{"status":"active"}`))
	}))
	t.Cleanup(server.Close)
	env := lambda()
	maps.Copy(env, map[string]string{
		settings.AdminURL.Env:      server.URL,
		settings.OriginSecrets.Env: "ledger:origin",
		settings.ServiceKey.Env:    "ledger:service",
	})
	set, err := from(env)
	if err != nil {
		t.Fatal(err)
	}
	set.Secrets.Ledger, set.Secrets.Now = ledger, s.clock.Now
	s.AdminGate = set.Gate.(*user.AdminGate)
	return s
}

// keep makes a generation, which is the one that the admin service accepts.
func (s *stack) keep(generation int) {
	s.t.Helper()
	origin, err := send.SharedOrigin.Keep(s.t.Context(), s.ledger, generation)
	key, failed := send.SharedService.Keep(s.t.Context(), s.ledger, generation)
	if err := errors.Join(err, failed); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accept = func(k, o string) int {
		switch {
		case o != origin.Current && o != origin.Previous && o != origin.Next:
			return 403
		case k != key.Current && k != key.Previous && k != key.Next:
			return 401
		}
		return 200
	}
}

func (s *stack) admitted() (asked int, err error) {
	s.t.Helper()
	s.mu.Lock()
	before := s.asked
	s.mu.Unlock()
	_, err = s.Admit(s.t.Context(), "a-token")
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked - before, err
}

// Whatever was changed while the service did not look, it is refused once, looks
// again, and is let in.
func TestWhatIsShownIsReadAgainWhenItIsRefused(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	if asked, err := s.admitted(); send.CodeOf(err) != send.Unavailable || asked != 0 {
		t.Errorf("before a deploy: %d requests, %v", asked, err)
	}
	s.clock.Advance(time.Second)
	s.keep(1)
	if asked, err := s.admitted(); err != nil || asked != 1 {
		t.Errorf("after it: %d requests, %v", asked, err)
	}
	s.keep(2)
	if asked, err := s.admitted(); err != nil || asked != 1 {
		t.Errorf("after a change: %d requests, %v", asked, err)
	}
	s.keep(3)
	s.keep(4)
	if asked, err := s.admitted(); err != nil || asked != 2 {
		t.Errorf("after several: %d requests, %v", asked, err)
	}
	if asked, err := s.admitted(); err != nil || asked != 1 {
		t.Errorf("and then: %d requests, %v", asked, err)
	}

	// Where there is nothing newer it gives up at once.
	s.mu.Lock()
	s.accept = func(string, string) int { return 401 }
	s.mu.Unlock()
	if asked, err := s.admitted(); send.CodeOf(err) != send.Unavailable || asked != 1 {
		t.Errorf("refused for good: %d requests, %v", asked, err)
	}
	if _, err := s.admitted(); err == nil || strings.Contains(err.Error(), "ledger:") {
		t.Errorf("it says %v", err)
	}
}

// failing is a ledger that cannot be asked.
type failing struct{ send.Ledger }

func (failing) Get(context.Context, send.Key) (send.Record, error) {
	return send.Record{}, send.Fail(send.Unavailable, "the ledger is away")
}

func TestWithoutItsKeyTheGateStaysShut(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	env := lambda()
	env[settings.ServiceKey.Env] = "ledger:service"
	set, err := from(env)
	if err != nil {
		t.Fatal(err)
	}
	set.Secrets.Ledger = failing{s.ledger}
	_, err = set.Gate.Admit(t.Context(), "a-token")
	if send.CodeOf(err) != send.Unavailable || !strings.Contains(err.Error(), "SEND__ADMIN__SERVICE_KEY") {
		t.Errorf("it says %v", err)
	}
}

// The one token of all senders may be a parameter, and is one that a sender can
// present.
func TestASharedTokenThatIsAParameter(t *testing.T) {
	t.Parallel()
	name := moto.Parameter(t, "one-for-all")
	env := lambda()
	delete(env, settings.AdminURL.Env)
	env[settings.SharedToken.Env] = "ssm:" + name
	set, err := from(env)
	if err != nil {
		t.Fatal(err)
	}
	clock := clocktest.At(time.Now())
	set.Secrets.Parameters, set.Secrets.Now = ssm.New(moto.Load(t)), clock.Now
	may := func(token string) send.Code {
		_, err := set.Gate.Admit(t.Context(), token)
		return send.CodeOf(err)
	}
	for token, want := range map[string]send.Code{
		"one-for-all": "", "ssm:" + name: send.Unauthorized, "": send.Unauthorized,
	} {
		if got := may(token); got != want {
			t.Errorf("%q may send: %q, want %q", token, got, want)
		}
	}
	moto.SetParameter(t, name, "no token at all/")
	clock.Advance(5 * time.Minute)
	if got := may("one-for-all"); got != send.Unavailable {
		t.Errorf("with what nobody can present: %q", got)
	}
}

// While the origin secret cannot be read nobody is let in; once it can, whoever
// shows any of its values is.
func TestAServiceBehindAFrontThatNoDeployMadeYet(t *testing.T) {
	t.Parallel()
	var ledger send.Ledger
	s := start(t, func(set *user.Settings) {
		env := settings.New(func(string) string { return "ledger:origin" })
		set.Secrets = &secret.Sources{Now: set.Now}
		set.OriginSecret = set.Secrets.Value(settings.OriginSecrets.In(env)...)
		ledger = set.Ledger
	})
	asked := func(origin string) int {
		r := httptest.NewRequest("GET", "/info/ready", nil)
		r.Header.Set("X-Sgraph-Origin-Secret", origin)
		w := httptest.NewRecorder()
		s.service.ServeHTTP(w, r)
		return w.Code
	}
	if got := asked("anything"); got != 503 {
		t.Errorf("before a deploy: %d", got)
	}
	slots, err := send.SharedOrigin.Keep(t.Context(), ledger, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Second)
	if a, b, c := asked(slots.Current), asked(slots.Next), asked("anything"); a != 200 || b != 200 || c != 403 {
		t.Errorf("after it: %d, %d, and otherwise %d", a, b, c)
	}
}
