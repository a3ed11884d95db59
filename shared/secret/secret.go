// Package secret has the values of settings that are secret: as they were told,
// or found by the references that were told in their place.
//
// A reference is followed when the value is first needed, and what is found is
// kept. It is read again when somebody shows a value that is none of those known,
// so that a change is noticed at once; and from time to time, so that what was
// taken away ends. Whoever cannot be asked is no reason to let anybody in: what
// was never read is Unavailable. What was read before goes on until something else
// is known, since it was right.
package secret

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// Sources are where references lead. They need not be known before the first
// value is asked for.
type Sources struct {
	Ledger     send.Ledger
	Parameters Parameters
	Now        func() time.Time // nil = time.Now
	Log        *slog.Logger     // is told what cannot be read again; nil = nobody is

	values []*Value
}

// Parameters is a store of secrets by their names.
type Parameters interface {
	// Parameter returns a value. NotFound; Unavailable.
	Parameter(ctx context.Context, name string) (string, error)
}

const (
	readTimeout = 3 * time.Second  // of one attempt to read
	retryAfter  = time.Second      // what failed is not asked for again before
	staleAfter  = 5 * time.Minute  // what was found is read again then
	againAfter  = 10 * time.Second // nor is what was found, because somebody shows something else
)

// Value is a secret: the value that is shown, and what else is accepted. It is
// safe for use by several goroutines.
type Value struct {
	from *Sources
	told []settings.Secret

	mu      sync.Mutex
	known   *known
	reading chan struct{} // closed at the end of the reading that is under way; nil = none is
	failed  error         // why nothing is known
	next    time.Time     // from then on it is read because it is old, or because nothing is known
	again   time.Time     // from then on it is read because it does not fit
}

// known are the values that were found, and never change.
type known struct {
	values []string // the one that is shown, and what is accepted besides
	hashes [][sha256.Size]byte
}

// Value returns what was told: the first is shown, the others are accepted
// besides, and may be missing where their references lead. nil where nothing was
// told. Values are made before the sources are used.
func (s *Sources) Value(told ...settings.Secret) *Value {
	v := &Value{from: s}
	for _, one := range told {
		if one.Set() {
			v.told = append(v.told, one)
		}
	}
	if len(v.told) == 0 {
		return nil
	}
	s.values = append(s.values, v)
	return v
}

// Asked says whether there is a reference among what was told.
func (s *Sources) Asked() bool {
	return slices.ContainsFunc(s.values, func(v *Value) bool { return !v.Fixed() })
}

// Ready says why one of the values cannot be used.
func (s *Sources) Ready(ctx context.Context) error {
	for _, v := range s.values {
		if _, err := v.get(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Plain returns a secret of which the values are given, the one that is shown
// first.
func Plain(values ...string) *Value {
	told := make([]settings.Secret, len(values))
	for i, value := range values {
		told[i] = settings.Plain(value)
	}
	return new(Sources).Value(told...)
}

// Shown returns the value that is shown to others.
func (v *Value) Shown(ctx context.Context) (string, error) {
	k, err := v.get(ctx)
	if err != nil {
		return "", err
	}
	return k.values[0], nil
}

// Instead returns the value that is to be shown in the place of one that was
// refused: the same where there is no other.
func (v *Value) Instead(ctx context.Context, refused string) (string, error) {
	_, err := v.Fits(ctx, func(values []string) bool { return values[0] != refused })
	if err != nil {
		return "", err
	}
	return v.Shown(ctx)
}

// All returns all values, the one that is shown first.
func (v *Value) All(ctx context.Context) ([]string, error) {
	k, err := v.get(ctx)
	if err != nil {
		return nil, err
	}
	return k.values, nil
}

// Known returns the values as far as they were read before.
func (v *Value) Known() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil {
		return nil
	}
	return v.known.values
}

// Accepts says whether somebody shows one of the values. It takes the same time
// whatever is shown. Unavailable where they are not known.
func (v *Value) Accepts(ctx context.Context, shown string) (bool, error) {
	hash := sha256.Sum256([]byte(shown)) // so that a comparison tells nothing of a length
	ok, err := v.fits(ctx, func(k *known) bool {
		match := 0
		for _, h := range k.hashes {
			match |= subtle.ConstantTimeCompare(hash[:], h[:])
		}
		return match == 1
	})
	return ok && shown != "", err
}

// Fits says whether the values are as somebody expects, and reads them again where
// they are not.
func (v *Value) Fits(ctx context.Context, fit func(values []string) bool) (bool, error) {
	return v.fits(ctx, func(k *known) bool { return fit(k.values) })
}

func (v *Value) fits(ctx context.Context, fit func(*known) bool) (bool, error) {
	k, err := v.get(ctx)
	if err != nil || fit(k) {
		return err == nil, err
	}
	newer := v.newer(ctx, k)
	return newer != k && fit(newer), nil
}
