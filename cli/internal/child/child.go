// Package child runs what serves as a process beside the tests, and asks it, for tests
// of what only a whole process does.
package child

import (
	"context"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
)

// Process is one that serves.
type Process struct {
	Cmd      *exec.Cmd
	Out, Log *logtest.Buffer
	Ended    chan error // has how it ended, once
}

// Start starts a command, which lasts until the test ends, and waits until it says that
// it serves.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{Cmd: cmd, Out: &logtest.Buffer{}, Log: &logtest.Buffer{}, Ended: make(chan error, 1)}
	cmd.Stdout, cmd.Stderr = p.Out, p.Log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.Ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		if t.Failed() {
			t.Logf("it said:\n%.20000s", p.Log)
		}
	})
	select {
	case <-p.Out.When(func(text string) bool { return strings.Contains(text, "Ctrl-C") }):
	case err := <-p.Ended:
		t.Fatalf("ended at the start: %v\n%s", err, p.Log)
	case <-time.After(2 * time.Minute):
		t.Fatalf("did not start:\n%s\n%s", p.Out, p.Log)
	}
	return p
}

// Told returns the word that it said after a label.
func (p *Process) Told(t testing.TB, label string) string {
	t.Helper()
	m := regexp.MustCompile(label + `\s+(\S+)`).FindStringSubmatch(p.Out.String())
	if m == nil {
		t.Fatalf("%s is not printed:\n%s", label, p.Out)
	}
	return m[1]
}

// Call makes a request, and returns status and body; 0 when there was no answer.
func Call(method, url string, body io.Reader, headers ...string) (int, []byte) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, body)
	if err != nil {
		return 0, nil
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := asking.Client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, answer
}
