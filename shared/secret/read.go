package secret

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

func (v *Value) now() time.Time {
	if v.from.Now != nil {
		return v.from.Now()
	}
	return time.Now()
}

// get returns what is known. Where nothing is it is read, and everybody waits for
// that; where it is old it is read again, and only whoever notices waits.
func (v *Value) get(ctx context.Context) (*known, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil && v.reading != nil {
		if err := v.wait(ctx); err != nil {
			return nil, err
		}
	}
	if v.reading == nil && v.due(v.next) {
		v.read(ctx)
	}
	if v.known == nil {
		return nil, v.failed
	}
	return v.known, nil
}

// newer returns what is known after old did not fit; old where it was read again
// for such a reason a moment ago.
func (v *Value) newer(ctx context.Context, old *known) *known {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == old && v.reading != nil && v.wait(ctx) != nil {
		return old
	}
	if v.known == old && v.reading == nil && v.due(v.again) {
		v.again = v.now().Add(againAfter)
		v.read(ctx)
	}
	if v.known == nil { // it was taken away
		return old
	}
	return v.known
}

// due says whether there is something to read from a time on. Values that were
// told are read once.
func (v *Value) due(from time.Time) bool {
	return v.known == nil && v.failed == nil || !v.Fixed() && !v.now().Before(from)
}

// Fixed says whether the values were told, so that they never change.
func (v *Value) Fixed() bool {
	for _, told := range v.told {
		if _, is := told.Reference(); is {
			return false
		}
	}
	return true
}

// wait lets the reading that is under way end.
func (v *Value) wait(ctx context.Context) error {
	done := v.reading
	v.mu.Unlock()
	defer v.mu.Lock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

// read finds the values. It does not end with the request that needs them first:
// others wait for it.
func (v *Value) read(ctx context.Context) {
	done := make(chan struct{})
	v.reading = done
	v.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	var found *known
	err := errors.New("the reading of a secret broke off")
	defer func() {
		cancel()
		v.mu.Lock()
		close(done)
		v.reading = nil
		v.note(found, err)
	}()
	found, err = v.find(ctx)
}

// note keeps what came of a reading.
func (v *Value) note(found *known, err error) {
	switch now := v.now(); {
	case err == nil:
		v.known, v.failed, v.next = found, nil, now.Add(staleAfter)
	case v.known != nil && send.CodeOf(err) == send.Unavailable:
		// What could not be asked has not said that anything changed.
		v.next = now.Add(againAfter)
		if v.from.Log != nil {
			v.from.Log.Warn("a secret cannot be read again; what is known of it goes on", "cause", err.Error())
		}
	default:
		v.known, v.failed, v.next = nil, unavailable(err), now.Add(retryAfter)
	}
}

// unavailable is what whoever needs the secret is told; the cause, which names
// setting and reference, goes to the log.
func unavailable(err error) error {
	return send.Because(send.Unavailable, err, "The service cannot read a secret that it needs; try again later")
}

// find returns the values. Its error has the code of its cause.
func (v *Value) find(ctx context.Context) (*known, error) {
	k := &known{}
	for i, told := range v.told {
		ref, is := told.Reference()
		if !is {
			k.add(told.Told())
			continue
		}
		found, err := v.from.follow(ctx, ref)
		if i > 0 && send.CodeOf(err) == send.NotFound {
			continue
		}
		for at := 0; err == nil && at < len(found); at++ {
			found[at], err = parse(told, found[at])
		}
		if err != nil {
			return nil, send.Because(send.CodeOf(err), err, "%s: what is to be at %s cannot be used", told.Setting(), ref)
		}
		k.add(found...)
	}
	return k, nil
}

// parse reads what was found as the setting would. What it refuses is as good as
// not there.
func parse(told settings.Secret, found string) (string, error) {
	value, err := told.Parse(found)
	if err != nil {
		return "", send.Fail(send.Invalid, "it %v", err)
	}
	return value, nil
}

func (k *known) add(values ...string) {
	for _, value := range values {
		k.values = append(k.values, value)
		k.hashes = append(k.hashes, sha256.Sum256([]byte(value)))
	}
}

// follow returns the values that a reference leads to, the current one first.
func (s *Sources) follow(ctx context.Context, ref settings.Reference) ([]string, error) {
	switch {
	case ref.From == settings.FromParameters && s.Parameters != nil:
		value, err := s.Parameters.Parameter(ctx, ref.Name)
		return []string{value}, err
	case ref.From == settings.FromLedger && s.Ledger != nil:
		slots, err := send.Shared(ref.Name).Read(ctx, s.Ledger)
		if send.CodeOf(err) == send.NotFound {
			return nil, send.Because(send.NotFound, err, "no deploy has made it")
		}
		return slots.Accepted(), err
	}
	return nil, fmt.Errorf("nothing that is named %q can be asked here", ref.From)
}
