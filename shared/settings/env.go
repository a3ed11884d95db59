package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Env is an environment from which settings are read, with the faults that
// were found. One Env can serve several services.
type Env struct {
	getenv func(string) string
	faults []error
}

// New returns the Env of a look-up such as os.Getenv.
func New(getenv func(string) string) *Env { return &Env{getenv: getenv} }

// Text returns what the environment says of a name, or "".
func (e *Env) Text(name string) string { return strings.TrimSpace(e.getenv(name)) }

// Err returns every fault found so far, one per line, or nil.
func (e *Env) Err() error { return errors.Join(e.faults...) }

// Fault records that a setting cannot be used; the message goes on after its
// name: Fault("PORT", "must be a number"). Said twice it counts once.
func (e *Env) Fault(name, format string, args ...any) {
	fault := fmt.Errorf("%s %s", name, fmt.Sprintf(format, args...))
	if !slices.ContainsFunc(e.faults, func(f error) bool { return f.Error() == fault.Error() }) {
		e.faults = append(e.faults, fault)
	}
}
