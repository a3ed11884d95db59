// Package settings lists what a service can be told, and reads it.
//
// The table is the one place that names a setting: its environment variable,
// its key in a stack file, who reads it, its grammar and its documentation. A
// service reads by it, the Pulumi program checks a stack and fills a function's
// environment by it, and docs/settings.md is held to it.
//
// Nothing is guessed: a setting that is missing or malformed is a fault, and
// all faults are reported together, each naming the setting and saying what to
// do. A fault never repeats a value that may be a secret.
package settings

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Entry is a setting without its type.
type Entry struct {
	// Env is the environment variable.
	Env string

	// By names the services that read it, as metric does.
	By []string

	// Default holds where the environment says nothing.
	Default string

	// Key is its name in a stack file, "" where a stack file does not set it.
	Key string

	// KeyDefault is what a stack tells where its file says nothing; "" leaves
	// it to Default.
	KeyDefault string

	// Secret says that the value is shown nowhere.
	Secret bool

	// References says which references its value may be, in place of itself.
	References References

	// Doc is its line in docs/settings.md, beginning with what it is, as in
	// "Name of the bucket that …".
	Doc string

	canonical func(string) (string, error)
}

// ReadBy says whether a service reads the setting.
func (e Entry) ReadBy(service string) bool { return slices.Contains(e.By, service) }

// Canonical reads a value as a service would, and returns it as a stack writes
// it into a function's environment. An empty value is "nothing said".
func (e Entry) Canonical(text string) (string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return "", nil
	}
	return e.canonical(text)
}

// Setting is a setting whose values are T.
type Setting[T any] struct {
	Entry
	kind     Kind[T]
	fallback T
}

// In returns the setting's value in an environment, or its default. A value
// that cannot be read is a fault of the environment.
func (s Setting[T]) In(e *Env) T { return s.Or(e, s.fallback) }

// Or is In with another default, for one that depends on something else.
func (s Setting[T]) Or(e *Env, fallback T) T {
	text := e.Text(s.Env)
	if text == "" {
		return fallback
	}
	v, err := s.kind.Parse(text)
	if err != nil {
		e.Fault(s.Env, "%v", err)
		return fallback
	}
	return v
}

// Required is In for a setting that must be set.
func (s Setting[T]) Required(e *Env) T {
	if e.Text(s.Env) == "" {
		e.Fault(s.Env, "is not set: set it to the %s", s.what())
	}
	return s.In(e)
}

// what is what the documentation begins with, for the middle of a sentence.
func (e Entry) what() string {
	what, _, _ := strings.Cut(strings.TrimSuffix(e.Doc, "."), ". ")
	what = strings.ReplaceAll(what, "`", "")
	if len(what) > 1 && unicode.IsLower(rune(what[1])) {
		what = strings.ToLower(what[:1]) + what[1:]
	}
	return what
}

// table is every setting, in the order of the documentation.
var table []Entry

// Table returns every setting, in the order of the documentation.
func Table() []Entry { return slices.Clone(table) }

// define adds a setting to the table.
func define[T any](kind Kind[T], e Entry) Setting[T] {
	e.canonical = kind.canonical
	s := Setting[T]{Entry: e, kind: kind}
	if e.Default != "" {
		v, err := kind.Parse(e.Default)
		if err != nil {
			panic(fmt.Sprintf("the default of %s %v", e.Env, err))
		}
		s.fallback = v
	}
	table = append(table, e)
	return s
}

// defineSecret is define for a secret, which may be a reference.
func defineSecret(grammar Kind[string], e Entry) Setting[Secret] {
	e.Secret = true
	return define(secretKind(e, grammar), e)
}

// defineSecrets is defineSecret for several, separated by commas.
func defineSecrets(grammar Kind[string], e Entry) Setting[[]Secret] {
	e.Secret = true
	return define(secretsKind(e, grammar), e)
}

// Variable calls a setting by its environment variable.
func Variable(e Entry) string { return e.Env }

// Together finds what no setting shows alone. name says how to call a setting
// to those who set it, as Variable does.
func (e *Env) Together(name func(Entry) string) {
	if DefaultTTL.In(e) > MaxTTL.In(e) {
		e.Fault(name(DefaultTTL.Entry), "must not be longer than %s", name(MaxTTL.Entry))
	}
}
