// Package lazyregexp has regular expressions that are compiled when they are first
// used, like those of Go's own packages: a function that starts on Lambda needs few
// of them.
package lazyregexp

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression, as [regexp.Regexp] is one.
type Regexp struct{ compiled func() *regexp.Regexp }

// New returns a regular expression. A faulty pattern panics where it is first used.
func New(pattern string) Regexp {
	return Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })}
}

// MatchString is that of [regexp.Regexp].
func (r Regexp) MatchString(s string) bool { return r.compiled().MatchString(s) }

// FindStringSubmatch is that of [regexp.Regexp].
func (r Regexp) FindStringSubmatch(s string) []string { return r.compiled().FindStringSubmatch(s) }

// ReplaceAllString is that of [regexp.Regexp].
func (r Regexp) ReplaceAllString(s, by string) string { return r.compiled().ReplaceAllString(s, by) }
