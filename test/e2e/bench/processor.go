package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// start is when something began that a peer does, and what the peer had taken of the
// processors until then. What is taken says more than the clock where a machine has
// other work.
type start struct {
	at    time.Time
	taken time.Duration
}

func startOf(p peer) start { return start{time.Now(), processorTime(p)} }

// spent is what the peer has taken of the processors since.
func (s start) spent(p peer) time.Duration { return processorTime(p) - s.taken }

// processorTime is for how long the threads of a peer were on a processor (proc(5)); 0
// where the system does not say.
func processorTime(p peer) (sum time.Duration) {
	for _, pid := range p.pids() {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		for _, thread := range threads {
			var ran time.Duration
			if said, err := os.ReadFile(thread); err == nil {
				_, _ = fmt.Sscan(string(said), &ran)
				sum += ran
			}
		}
	}
	return sum
}

// withChildren returns a process, and those that it and they started.
func withChildren(pid int) []int {
	all := []int{pid}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, thread := range threads {
		said, _ := os.ReadFile(thread)
		for field := range strings.FieldsSeq(string(said)) {
			var child int
			if _, err := fmt.Sscan(field, &child); err == nil {
				all = append(all, withChildren(child)...)
			}
		}
	}
	return all
}
