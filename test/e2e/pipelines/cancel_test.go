package pipelines

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/test/e2e/simulated"
)

// cancel cancels a run as GitHub does, whose patience is over at once: the script of
// the step that runs is killed with all that it started, and what is to run after a
// cancellation does. An interrupt goes before that there; here nothing has the time to
// hear it, or to see that what it waits for is gone, however busy the machine is.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
func (r *run) cancel(t *testing.T) {
	t.Helper()
	var all []int
	for _, pid := range children(t, r.cmd.Process.Pid) {
		all = append(all, halt(t, pid)...)
	}
	for _, pid := range all {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
}

// halt stops a process, then those that it started, which are thus all of them, and
// answers which these are.
func halt(t *testing.T, pid int) []int {
	t.Helper()
	_ = syscall.Kill(pid, syscall.SIGSTOP) // it may just have ended
	all := []int{pid}
	for _, child := range children(t, pid) {
		all = append(all, halt(t, child)...)
	}
	return all
}

// children are the processes that one started.
func children(t *testing.T, of int) (pids []int) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		// Behind the program's name, which is in parentheses, are a letter and the parent.
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if parent, _ := strconv.Atoi(fields[1]); parent == of {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// locks are the locks of a stack's state.
func (c *cloud) locks(t *testing.T, of string) (keys []string) {
	t.Helper()
	status, listing, err := simulated.Question{
		Service: "s3", Region: region, Method: http.MethodGet, Path: "/" + stateBucket + "?list-type=2&prefix=.pulumi/locks/",
	}.Ask(t.Context(), c.endpoint, "test")
	if err != nil || status != http.StatusOK {
		t.Fatalf("listing the state answers %d: %s (%v)", status, listing, err)
	}
	for part := range strings.SplitSeq(string(listing), "<Key>") {
		if key, _, ok := strings.Cut(part, "</Key>"); ok && strings.Contains(key, "/"+of+"/") {
			keys = append(keys, key)
		}
	}
	return keys
}

// locked waits until the deploy of a run changes a stack.
func (c *cloud) locked(t *testing.T, r *run, of string) {
	t.Helper()
	for {
		select {
		case <-r.ended:
			t.Fatal("the run ended before")
		case <-time.After(100 * time.Millisecond):
		}
		if len(c.locks(t, of)) > 0 {
			return
		}
	}
}
