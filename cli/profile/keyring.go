package profile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// InKeyring is, in the place of a secret, that the system's keyring has it.
const InKeyring = "keyring:"

// Secret is one of a profile.
type Secret string

// The secrets.
const (
	Token Secret = "token"
	Key   Secret = "api_key"
)

// ErrNoKeyring says that the system has no keyring, or none that lets us in.
var ErrNoKeyring = errors.New("this system has no keyring that could be asked")

// service is under which name the keyring has what is of this program.
const service = "sgsend"

// patience is how long is waited for a keyring: a person may have to unlock it.
const patience = 2 * time.Minute

func account(profile string, s Secret) string { return profile + " " + string(s) }

// Keep puts a secret of a profile into the keyring. ErrNoKeyring.
func Keep(ctx context.Context, profile string, s Secret, value string) error {
	if !hasKeyring() {
		return ErrNoKeyring
	}
	_, err := asked(ctx, func() (string, error) { return "", keyring.Set(service, account(profile, s), value) })
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrNoKeyring, err)
	}
	return err
}

// Fetch reads a secret of a profile from the keyring.
func Fetch(ctx context.Context, profile string, s Secret) (string, error) {
	if !hasKeyring() {
		return "", ErrNoKeyring
	}
	return asked(ctx, func() (string, error) { return keyring.Get(service, account(profile, s)) })
}

// Forget removes a secret of a profile from the keyring. That it is not there is no
// error.
func Forget(ctx context.Context, profile string, s Secret) error {
	if !hasKeyring() {
		return ErrNoKeyring
	}
	_, err := asked(ctx, func() (string, error) { return "", keyring.Delete(service, account(profile, s)) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// asked waits for the keyring, until ctx ends.
func asked(ctx context.Context, ask func() (string, error)) (string, error) {
	type answer struct {
		value string
		err   error
	}
	ctx, stop := context.WithTimeoutCause(ctx, patience, errors.New("the keyring does not answer"))
	defer stop()
	done := make(chan answer, 1)
	go func() {
		value, err := ask()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
