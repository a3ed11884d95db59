package preflight

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// AcceptedName is the file of the repository that says which rules a stack is
// deployed without. It is a file, and no variable of GitHub's, so that it is
// reviewed as what it weakens is, and stays in the history.
const AcceptedName = ".github/preflight.yml"

// Accepted are the rules that stacks are deployed without, by the stacks' names.
type Accepted map[string][]string

// ReadAccepted reads such a file. A word that means nothing is refused, rather than
// passed over.
func ReadAccepted(text []byte) (Accepted, error) {
	var a Accepted
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&a); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", AcceptedName, err)
	}
	for _, stack := range slices.Sorted(maps.Keys(a)) {
		if !slices.Contains([]string{"dev", "qa", "prod"}, stack) {
			return nil, fmt.Errorf("%s: %q is none of dev, qa and prod", AcceptedName, stack)
		}
		for _, rule := range a[stack] {
			if !slices.Contains(Rules, rule) {
				return nil, fmt.Errorf("%s: %q is no rule: they are %v", AcceptedName, rule, Rules)
			}
		}
	}
	return a, nil
}

// Part divides what a stack lacks into what it goes on without, and the rest.
func (a Accepted) Part(stack string, lacks []Lack) (without, open []Lack) {
	for _, l := range lacks {
		if slices.Contains(a[stack], l.Rule) {
			without = append(without, l)
		} else {
			open = append(open, l)
		}
	}
	return without, open
}
