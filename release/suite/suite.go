// Package suite runs groups of tests one after the other, whatever became of
// another, and tells at the end what each took, what failed and what was
// skipped.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// Group is a command that runs tests.
type Group struct {
	Name    string
	Command []string
	Reads   Reader // of what it prints; nil passes it on as it is
}

// Reader reads what a group prints, passes on what a person wants to see while
// it runs, and finds the tests.
type Reader func(printed io.Reader, show io.Writer) (Found, error)

// Found are the tests that a group had something to say of.
type Found struct {
	Failed  []string
	Skipped []string // with the reason
}

// Run runs every group and returns false if one failed.
func Run(ctx context.Context, groups []Group, out io.Writer) bool {
	var (
		all    Found
		table  []string
		passed = true
	)
	for _, g := range groups {
		fmt.Fprintf(out, "\n== %s\n", g.Name)
		began, least := time.Now(), watchRoom(time.Second, temporaryRoom)
		found, busy, err := g.run(ctx, out)
		if err != nil && len(found.Failed) == 0 {
			found.Failed = []string{fmt.Sprintf("%s: %v", g.Name, err)}
		}
		outcome := "pass"
		if len(found.Failed) > 0 {
			outcome, passed = "FAIL", false
		}
		all.Failed = append(all.Failed, found.Failed...)
		all.Skipped = append(all.Skipped, found.Skipped...)
		table = append(table, fmt.Sprintf("%s %5.0f s, %5.0f s of processors, %s left of the disk at the least  %s",
			outcome, time.Since(began).Seconds(), busy.Seconds(), gib(least()), g.Name))
	}
	list(out, "what each group took", table)
	list(out, "failed", all.Failed)
	list(out, "skipped: nothing was tested", all.Skipped)
	return passed
}

func list(out io.Writer, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\n== %s\n", title)
	for _, line := range lines {
		fmt.Fprintf(out, "  %s\n", line)
	}
}

// run also answers for how long processors were busy with it, as far as it waited for
// what it began: that is the same beside other work.
func (g Group) run(ctx context.Context, out io.Writer) (found Found, busy time.Duration, err error) {
	reads := g.Reads
	if reads == nil {
		reads = Plain
	}
	printed, w := io.Pipe()
	cmd := exec.CommandContext(ctx, g.Command[0], g.Command[1:]...)
	cmd.Stdout, cmd.Stderr = w, w
	// What a group began ends with it: by a signal where the whole run is ended,
	// and what a test left running is a fault.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		return Found{}, 0, err
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		_ = w.Close() // it never fails
		ended <- err
	}()
	found, err = reads(printed, out)
	_, _ = io.Copy(io.Discard, printed) // where it was given up
	err = errors.Join(<-ended, err)
	return found, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), err
}
