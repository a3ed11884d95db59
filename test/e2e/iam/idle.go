package iam

import (
	"fmt"
	"slices"
)

// Word is a part of a policy: an action, a resource, or a value that a condition lets
// through.
type Word struct {
	Policy    string
	Statement int // from 1
	Text      string
}

func (w Word) String() string {
	return fmt.Sprintf("%s in statement %d of %s", w.Text, w.Statement, w.Policy)
}

// Idle returns the words of a policy that none of the requests needed. Of statements
// that none needed it returns the actions alone.
func Idle(d Document, requests []Request) (idle []Word) {
	for i, s := range d.Statements {
		var within []Request
		for _, r := range requests {
			if matches, err := s.matches(r); err == nil && matches {
				within = append(within, r)
			}
		}
		note := func(words []string, needs func(word string, r Request) bool) {
			for _, word := range words {
				if !slices.ContainsFunc(within, func(r Request) bool { return needs(word, r) }) {
					idle = append(idle, Word{d.Name, i + 1, word})
				}
			}
		}
		note(s.Actions, func(action string, r Request) bool { return matchesAction(action, r.Action) })
		if len(within) == 0 {
			continue
		}
		note(s.Resources, func(resource string, r Request) bool { return matchesARN(resource, r.Resource) })
		for _, c := range s.Conditions {
			note(c.Values, func(value string, r Request) bool {
				return Condition{c.Operator, c.Key, []string{value}}.touches(r)
			})
		}
	}
	return idle
}

// touches says whether one of a request's values compares.
func (c Condition) touches(r Request) bool {
	o, err := parseOperator(c.Operator)
	if err != nil || o.compare == nil {
		return false
	}
	got, _ := r.key(c.Key)
	return slices.ContainsFunc(got, func(g string) bool {
		is, err := o.compare(c.Values[0], g)
		return err == nil && is != o.negated
	})
}
