// Package history records what several clients do at the same time, and finds out whether all that they were
// told could have been so one after the other: whether the history is linearizable (Herlihy and Wing,
// "Linearizability: A Correctness Condition for Concurrent Objects", 1990). The search is porcupine's.
package history

import (
	"fmt"
	"math"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// Model says what may be told of one thing, such as a token, by what was done to it before. The zero S is that of a
// thing of which nothing is known yet.
type Model[S comparable, I, O any] struct {
	// Thing names what an input is about; "" where that is nothing of this model. Histories of different things are
	// looked at one by one.
	Thing func(in I) string

	// Step returns what may be so after a call, or nothing where it cannot have been told so. It returns two where
	// it is not known whether the call did what it was to do.
	Step func(state S, in I, out O) []S

	// Lost says that nobody knows whether the call did something, then or later.
	Lost func(out O) bool
}

// Recorder notes calls and what they were told, in the time of this machine. Its methods may be called by several
// goroutines.
type Recorder[I, O any] struct {
	began time.Time

	mu    sync.Mutex
	calls []porcupine.Operation
}

// Record begins a history.
func Record[I, O any]() *Recorder[I, O] { return &Recorder[I, O]{began: time.Now()} }

// Call makes a call of a client, each of which makes one at a time.
func (r *Recorder[I, O]) Call(client int, in I, call func(I) O) O {
	return r.Calls(client, func() []Pair[I, O] { return []Pair[I, O]{{in, call(in)}} })[0].Out
}

// Pair is what was asked about one thing, and told.
type Pair[I, O any] struct {
	In  I
	Out O
}

// Calls makes a call of a client that is about several things, or does several, one of which others may see before the
// next: it is as if each had been asked for alone, in the time of the call.
func (r *Recorder[I, O]) Calls(client int, call func() []Pair[I, O]) []Pair[I, O] {
	begin := time.Since(r.began)
	pairs := call()
	end := time.Since(r.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range pairs {
		r.calls = append(r.calls, porcupine.Operation{
			ClientId: client, Input: p.In, Output: p.Out, Call: int64(begin), Return: int64(end),
		})
	}
	return pairs
}

// limit is how long the search may take: it is quick for what is linearizable, and for most of what is not.
const limit = 5 * time.Minute

// Check says why a history cannot be, or returns nil. A picture of one that cannot is put into the folder; where the
// search took too long that is an error, too.
func Check[S comparable, I, O any](r *Recorder[I, O], m Model[S, I, O], folder string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	things := map[string][]porcupine.Operation{}
	for _, call := range r.calls {
		thing := m.Thing(call.Input.(I))
		if thing == "" {
			continue
		}
		if m.Lost(call.Output.(O)) {
			call.Return = math.MaxInt64
		}
		things[thing] = append(things[thing], call)
	}
	model := (&porcupine.NondeterministicModel{
		Init: func() []any { var zero S; return []any{zero} },
		Step: func(state, in, out any) (all []any) {
			for _, next := range m.Step(state.(S), in.(I), out.(O)) {
				all = append(all, next)
			}
			return all
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%v → %v", in, out) },
		DescribeState:     func(state any) string { return fmt.Sprintf("%+v", state) },
	}).ToModel()
	for thing, calls := range things {
		switch result, info := porcupine.CheckOperationsVerbose(model, calls, limit); result {
		case porcupine.Ok:
		case porcupine.Unknown:
			return fmt.Errorf("%s: after %s it is not known whether its %d calls can be", thing, limit, len(calls))
		default:
			picture := filepath.Join(folder, "history.html")
			if err := porcupine.VisualizePath(model, info, picture); err != nil {
				picture = err.Error()
			}
			return fmt.Errorf("%s: no order of its %d calls explains what they were told; see %s", thing, len(calls), picture)
		}
	}
	return nil
}

// Must fails the test unless a history can be. Its picture stays with "go test -artifacts".
func Must[S comparable, I, O any](t *testing.T, r *Recorder[I, O], m Model[S, I, O]) {
	t.Helper()
	if err := Check(r, m, t.ArtifactDir()); err != nil {
		t.Error(err)
	}
}
