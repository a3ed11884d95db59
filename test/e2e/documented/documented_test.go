package documented

import (
	"slices"
	"strings"
	"testing"
)

// Every command on every page is run, held to its program's own parser, or run by the
// test that is named; and nothing is named that no page has.
func TestCommands(t *testing.T) {
	t.Parallel()
	w, all := begin(t), pages(t)
	t.Run("pages", func(t *testing.T) {
		for _, p := range all {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				w.try(t, p)
			})
		}
	})
	w.tellSkipped(t)
	if len(w.tried) < len(all) { // somebody wants to see some of them
		return
	}
	for name := range programs {
		if !w.seen[name] {
			t.Errorf("no page names %s any more", name)
		}
	}
	for line := range elsewhere {
		if !w.seen[line] {
			t.Errorf("no page has %q any more", line)
		}
	}
	for name := range given {
		if !slices.Contains(w.tried, name) {
			t.Errorf("there is no page %s any more", name)
		}
	}
}

// try does what a page says.
func (w *world) try(t *testing.T, p page) {
	t.Helper()
	w.came(p.name)
	commands, err := p.commands()
	if err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
	if len(commands) == 0 {
		return
	}
	before, err := parse(given[p.name])
	if err != nil {
		t.Fatal(err)
	}
	s := w.session(t, p)
	s.given = true
	s.play(before)
	s.given = false
	s.play(commands)
	s.deployable()
}

// tellSkipped says what could not be tried, and why.
func (w *world) tellSkipped(t *testing.T) {
	t.Helper()
	for name, on := range w.skipped {
		slices.Sort(on)
		t.Run(name, func(t *testing.T) {
			t.Skipf("SKIPPED, not tried: %d of %s, on %s: %v", len(on), name,
				strings.Join(slices.Compact(slices.Clone(on)), ", "), w.lacking[name])
		})
	}
}
