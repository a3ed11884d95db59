package secret_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/ssm"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/moto"
)

const (
	first  = "the-first-of-the-keys"
	second = "another-that-is-not-it"
)

// shelf is a store of parameters that counts, and can be slow or away.
type shelf struct {
	mu     sync.Mutex
	values map[string]string
	failed error
	asked  atomic.Int64
	wait   func(context.Context) error
}

func (s *shelf) Parameter(ctx context.Context, name string) (string, error) {
	s.asked.Add(1)
	if s.wait != nil {
		if err := s.wait(ctx); err != nil {
			return "", send.Because(send.Unavailable, err, "slow")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value, there := s.values[name]
	switch {
	case s.failed != nil:
		return "", s.failed
	case !there:
		return "", send.Fail(send.NotFound, "there is no such parameter")
	}
	return value, nil
}

func (s *shelf) set(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[name] = value
}

func (s *shelf) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, name)
}

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = err
}

// away is a source that cannot be asked.
var away = send.Fail(send.Unavailable, "it cannot be asked")

// told is what settings say.
func told(t *testing.T, pairs ...string) *settings.Env {
	t.Helper()
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return settings.New(func(name string) string { return m[name] })
}

// apiKey is the API key where settings say that it is there.
func apiKey(t *testing.T, s *secret.Sources, value, old string) *secret.Value {
	t.Helper()
	env := told(t, settings.APIKeyValue.Env, value, settings.OldAPIKeyValue.Env, old)
	v := s.Value(settings.APIKeyValue.In(env), settings.OldAPIKeyValue.In(env))
	if err := env.Err(); err != nil {
		t.Fatal(err)
	}
	return v
}

func accepts(t *testing.T, v *secret.Value, shown string, want bool) {
	t.Helper()
	if got, err := v.Accepts(t.Context(), shown); got != want || err != nil {
		t.Helper()
		t.Errorf("%s is accepted: %v, %v; want %v", shown, got, err, want)
	}
}

func shows(t *testing.T, v *secret.Value, want string) {
	t.Helper()
	if got, err := v.Shown(t.Context()); got != want || err != nil {
		t.Errorf("shown is %s, %v; want %s", got, err, want)
	}
}

func refuses(t *testing.T, v *secret.Value) error {
	t.Helper()
	ok, err := v.Accepts(t.Context(), first)
	_, failed := v.Shown(t.Context())
	if ok || send.CodeOf(err) != send.Unavailable || send.CodeOf(failed) != send.Unavailable {
		t.Errorf("it is accepted: %v, %v, and shown: %v; want it not to be known", ok, err, failed)
	}
	return err
}

func TestPlain(t *testing.T) {
	t.Parallel()
	v := secret.Plain(first, second)
	shows(t, v, first)
	for shown, want := range map[string]bool{first: true, second: true, first + "x": false, first[1:]: false, "": false} {
		accepts(t, v, shown, want)
	}
	accepts(t, secret.Plain(""), "", false)
	if new(secret.Sources).Value() != nil || new(secret.Sources).Value(settings.Secret{}) != nil {
		t.Error("there is a secret where nothing was told")
	}
	if got, err := v.Instead(t.Context(), first); got != first || err != nil {
		t.Errorf("refused, it shows %s, %v", got, err)
	}
}

// Nobody is asked before the value is needed, and then once.
func TestReadLazilyAndOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{values: map[string]string{"/a": first + "\n"}, wait: func(context.Context) error {
			time.Sleep(time.Second)
			return nil
		}}
		v := apiKey(t, &secret.Sources{Parameters: s}, "ssm:/a", "")
		if s.asked.Load() != 0 || v.Known() != nil {
			t.Error("it is read before it is needed")
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { accepts(t, v, first, true) })
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		all.Go(func() {
			synctest.Wait()
			if _, err := v.Shown(gone); send.CodeOf(err) != send.Unavailable {
				t.Errorf("whoever left goes on to wait: %v", err)
			}
		})
		all.Wait()
		shows(t, v, first)
		if n := s.asked.Load(); n != 1 {
			t.Errorf("it was read %d times", n)
		}
	})
}

// The reading does not end with the request that was the first to need it.
func TestReadForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{values: map[string]string{"/a": first}, wait: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Second):
				return nil
			}
		}}
		v := apiKey(t, &secret.Sources{Parameters: s}, "ssm:/a", "")
		gone, cancel := context.WithCancel(t.Context())
		go v.Shown(gone)
		synctest.Wait()
		cancel()
		shows(t, v, first)
	})
}

func TestFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Now())
	s := &shelf{values: map[string]string{"/a": first}, failed: away}
	v := apiKey(t, &secret.Sources{Parameters: s, Now: clock.Now}, "ssm:/a", "")
	for range 10 {
		err := refuses(t, v)
		for _, name := range []string{settings.APIKeyValue.Env, "ssm:/a", away.Message} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the log is not told of %s: %v", name, err)
			}
		}
	}
	if n := s.asked.Load(); n != 1 {
		t.Errorf("it was asked %d times in a moment", n)
	}
	s.fail(nil)
	clock.Advance(time.Second)
	accepts(t, v, first, true)
}

// One that hangs is not waited for without end.
func TestASourceThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{wait: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		refuses(t, apiKey(t, &secret.Sources{Parameters: s}, "ssm:/a", ""))
	})
}

// A changed key is known as soon as somebody shows it, and wrong ones have it read
// no more than every ten seconds.
func TestReadAgainWhenItDoesNotFit(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Now())
	s := &shelf{values: map[string]string{"/a": first}}
	v := apiKey(t, &secret.Sources{Parameters: s, Now: clock.Now}, "ssm:/a", "")
	accepts(t, v, first, true)
	s.set("/a", second)
	accepts(t, v, first, true) // nobody knows better yet
	accepts(t, v, second, true)
	accepts(t, v, first, false)
	s.set("/a", first)
	accepts(t, v, first, false)
	clock.Advance(9 * time.Second)
	accepts(t, v, first, false)
	clock.Advance(time.Second)
	accepts(t, v, first, true)

	before := s.asked.Load()
	for range 100 {
		clock.Advance(time.Second)
		accepts(t, v, "a-guess-that-is-wrong", false)
	}
	if n := s.asked.Load() - before; n > 11 {
		t.Errorf("in a hundred seconds of guesses it was read %d times", n)
	}
}

// Whoever shows a new key at once with others is not refused because another was
// the first.
func TestAllThatDoNotFitWaitForOneReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{values: map[string]string{"/a": first}}
		v := apiKey(t, &secret.Sources{Parameters: s}, "ssm:/a", "")
		shows(t, v, first)
		s.set("/a", second)
		s.wait = func(context.Context) error { time.Sleep(time.Second); return nil }
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { accepts(t, v, second, true) })
			all.Go(func() { v.Accepts(t.Context(), first) }) // is not kept waiting by it
		}
		all.Wait()
		if n := s.asked.Load(); n != 2 {
			t.Errorf("it was read %d times", n)
		}
	})
}

// What is taken away ends, also where nobody shows anything else; and what cannot
// be asked for a while goes on.
func TestReadAgainFromTimeToTime(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Now())
	var log bytes.Buffer
	s := &shelf{values: map[string]string{"/a": first, "/old": second}}
	from := &secret.Sources{Parameters: s, Now: clock.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}
	v := apiKey(t, from, "ssm:/a", "ssm:/old")
	shows(t, v, first)
	accepts(t, v, second, true)

	s.fail(away)
	clock.Advance(time.Hour)
	accepts(t, v, second, true)
	if !strings.Contains(log.String(), settings.APIKeyValue.Env) || strings.Contains(log.String(), first) {
		t.Errorf("the log says %s", &log)
	}
	s.fail(nil)
	s.remove("/old")
	clock.Advance(5 * time.Minute)
	accepts(t, v, first, true)
	accepts(t, v, second, false)
	s.remove("/a")
	clock.Advance(5 * time.Minute)
	refuses(t, v)
	s.set("/a", first)
	clock.Advance(time.Second)
	accepts(t, v, first, true)
}

// What is found must be what the setting takes.
func TestWhatIsFoundIsRead(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"short", " \n", "canary\nof-two-lines-of-it", "aaaaaaaaaaaaaaaaaaaaaaaaaaa", "0123456789abcdef",
	} {
		s := &shelf{values: map[string]string{"/a": bad}}
		err := refuses(t, apiKey(t, &secret.Sources{Parameters: s}, "ssm:/a", ""))
		says := err.Error()
		if strings.Contains(says, bad) || !strings.Contains(says, "it must ") || !strings.Contains(says, "ssm:/a") {
			t.Errorf("%q: %s", bad, says)
		}
	}
	// Where there is nothing to ask, a start fails no later than the first request.
	refuses(t, apiKey(t, &secret.Sources{}, "ssm:/a", ""))
	env := told(t, settings.ServiceKey.Env, "ledger:service")
	refuses(t, new(secret.Sources).Value(settings.ServiceKey.In(env)...))
}

func TestInstead(t *testing.T) {
	t.Parallel()
	clock := clocktest.At(time.Now())
	s := &shelf{values: map[string]string{"/a": first}}
	v := apiKey(t, &secret.Sources{Parameters: s, Now: clock.Now}, "ssm:/a", "")
	shows(t, v, first)
	s.set("/a", second)
	for range 3 {
		if got, err := v.Instead(t.Context(), first); got != second || err != nil {
			t.Errorf("it is %s, %v", got, err)
		}
	}
	if n := s.asked.Load(); n != 2 {
		t.Errorf("it was read %d times", n)
	}
	if got, err := v.Instead(t.Context(), second); got != second || err != nil {
		t.Errorf("where there is no other, %s, %v", got, err)
	}
}

// onEachLedger runs a test where the ledger is a file, and where it is a table.
func onEachLedger(t *testing.T, test func(t *testing.T, ledger send.Ledger)) {
	t.Run("bolt", func(t *testing.T) {
		t.Parallel()
		ledger, err := bolt.Open(filepath.Join(t.TempDir(), "ledger"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ledger.Close() })
		test(t, ledger)
	})
	t.Run("DynamoDB Local", func(t *testing.T) {
		t.Parallel()
		test(t, dynamo.New(dynamolocal.Table(t), dynamolocal.Load(t)))
	})
}

// While a secret changes, again and again, whoever shows what is current is
// accepted by processes that read it at any time.
func TestASecretOfTheLedgerChanges(t *testing.T) {
	t.Parallel()
	onEachLedger(t, func(t *testing.T, ledger send.Ledger) {
		clock := clocktest.At(time.Now())
		env := told(t, settings.OriginSecrets.Env, "ledger:origin")
		open := func() *secret.Value {
			from := &secret.Sources{Ledger: ledger, Now: clock.Now}
			return from.Value(settings.OriginSecrets.In(env)...)
		}
		refuses(t, open())
		keep := func(generation int) send.Slots {
			t.Helper()
			slots, err := send.SharedOrigin.Keep(t.Context(), ledger, generation)
			if err != nil {
				t.Fatal(err)
			}
			return slots
		}
		slots := keep(1)
		warm, busy := open(), open()
		shows(t, warm, slots.Current)
		shows(t, busy, slots.Current)
		for generation := 2; generation < 6; generation++ {
			old := slots
			slots = keep(generation)
			// CloudFront goes on with the one before for a while; guesses come in between.
			accepts(t, busy, old.Current, true)
			accepts(t, busy, "a-guess-that-is-wrong", false)
			accepts(t, busy, slots.Current, true)
			accepts(t, busy, old.Current, true)
			accepts(t, warm, slots.Current, true)
			late := open()
			accepts(t, late, slots.Current, true)
			accepts(t, late, old.Current, true)
			accepts(t, late, "a-guess-that-is-wrong", false)
			clock.Advance(time.Minute)
		}
		shows(t, warm, slots.Current)
		// An idle process meets what is several changes ahead.
		idle := open()
		shows(t, idle, slots.Current)
		keep(6)
		keep(7)
		accepts(t, idle, keep(8).Current, true)
	})
}

func TestAParameterOfAWSChanges(t *testing.T) {
	t.Parallel()
	name := moto.Parameter(t, first)
	clock := clocktest.At(time.Now())
	v := apiKey(t, &secret.Sources{Parameters: ssm.New(moto.Load(t)), Now: clock.Now}, "ssm:"+name, "ssm:"+name+"-old")
	shows(t, v, first)
	moto.SetParameter(t, name+"-old", first)
	moto.SetParameter(t, name, second)
	accepts(t, v, second, true)
	accepts(t, v, first, true)
	moto.RemoveParameter(t, name+"-old")
	clock.Advance(5 * time.Minute)
	accepts(t, v, first, false)
	accepts(t, v, second, true)
}
