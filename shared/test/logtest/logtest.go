// Package logtest keeps what a service or a process writes, so that a test can
// read it, and wait for it, while it is still being written.
package logtest

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long is waited for what must come. It ends a test that would
// hang; nothing is proven by something coming sooner.
const patience = 2 * time.Minute

// Buffer keeps all that is written to it, and can be read while it is written.
// The zero value is empty and ready to use.
type Buffer struct {
	mu      sync.Mutex
	text    []byte
	waiting []waiting
}

type waiting struct {
	holds func(text string) bool
	seen  chan struct{}
}

// Write implements [io.Writer].
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	if len(b.waiting) > 0 {
		text := string(b.text)
		b.waiting = slices.DeleteFunc(b.waiting, func(w waiting) bool { return w.tell(text) })
	}
	return len(p), nil
}

func (w waiting) tell(text string) bool {
	holds := w.holds(text)
	if holds {
		close(w.seen)
	}
	return holds
}

// String returns all that has been written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

// When is closed once something holds for all that has been written. That is
// asked now, and after every write by who writes: holds must use neither the
// buffer nor a test's Fatal.
func (b *Buffer) When(holds func(text string) bool) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := waiting{holds, make(chan struct{})}
	if !w.tell(string(b.text)) {
		b.waiting = append(b.waiting, w)
	}
	return w.seen
}

// WaitFor waits until a text has been written, and fails the test if it never
// comes.
func (b *Buffer) WaitFor(t testing.TB, text string) {
	t.Helper()
	b.wait(t, text, func(all string) bool { return strings.Contains(all, text) })
}

// WaitRecord waits for a line that is JSON and is wanted, and returns it. It
// fails the test if none comes. The lines within the first skip bytes do not
// count. What a process has written arrives a moment after its reply.
func (b *Buffer) WaitRecord(t testing.TB, skip int, wanted func(record string) bool) (record string) {
	t.Helper()
	b.wait(t, "the record that is wanted", func(all string) bool {
		for _, line := range complete(all[skip:]) {
			if json.Valid([]byte(line)) && wanted(line) {
				record = line
				return true
			}
		}
		return false
	})
	return record
}

// Records waits for n lines, and returns them read as JSON. It fails the test
// if there are more, or if they are not JSON.
func (b *Buffer) Records(t testing.TB, n int) []map[string]any {
	t.Helper()
	b.wait(t, "as many records as wanted", func(all string) bool { return len(complete(all)) >= n })
	lines := complete(b.String())
	if len(lines) > n {
		t.Fatalf("%d records, want %d:\n%s", len(lines), n, b)
	}
	records := make([]map[string]any, n)
	for i, line := range lines {
		if err := json.Unmarshal([]byte(line), &records[i]); err != nil {
			t.Fatalf("a record is not JSON: %s", line)
		}
	}
	return records
}

// complete returns the lines of a text that have their end.
func complete(text string) []string {
	lines := strings.Split(text, "\n")
	return lines[:len(lines)-1]
}

// wait asks on the test's own goroutine whether something holds.
func (b *Buffer) wait(t testing.TB, what string, holds func(text string) bool) {
	t.Helper()
	over := time.After(patience)
	for {
		text := b.String()
		if holds(text) {
			return
		}
		select {
		case <-b.When(func(all string) bool { return len(all) > len(text) }):
		case <-over:
			t.Fatalf("%s was not written in %v:\n%s", what, patience, text)
		}
	}
}
