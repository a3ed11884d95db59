// Package simulator runs servers that stand in for AWS: one of each for a test
// binary, ended with it.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
)

// Server is a server that a script of tools/ runs.
type Server struct {
	Script string                     // its name there
	Args   func(port string) []string // what it is told
	Probe  string                     // path that answers as soon as the server does
	Status int                        // how it answers then
	Env    []string                   // beside the test's own
}

// ErrMissing is of a server that this machine cannot have: the script ended
// with 69, EX_UNAVAILABLE.
var ErrMissing = errors.New("cannot be had")

// Need returns the endpoint of a server that was started. Where this machine cannot have
// it the test is skipped with the reason.
func Need(tb testing.TB, name string, start func() (endpoint string, err error)) (endpoint string) {
	tb.Helper()
	endpoint, err := start()
	if errors.Is(err, ErrMissing) {
		tb.Skipf("SKIPPED, nothing was tested: %s %v", name, err)
	}
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return endpoint
}

// patience is how long the server may take; the first start installs it.
const patience = 10 * time.Minute

// attempts is how many ports are tried: a free one may be taken meanwhile.
const attempts = 5

// Start runs the server and returns its endpoint, such as
// "http://127.0.0.1:4566". The script ends when its standard input does.
func (s Server) Start() (endpoint string, err error) {
	script, err := s.find()
	if err != nil {
		return "", err
	}
	for range attempts {
		var retry bool
		if endpoint, retry, err = s.start(script); !retry {
			break
		}
	}
	return endpoint, err
}

func (s Server) start(script string) (endpoint string, retry bool, err error) {
	port, err := freePort()
	if err != nil {
		return "", false, err
	}
	var output logtest.Buffer
	cmd := exec.CommandContext(context.Background(), script, s.Args(port)...)
	cmd.Env = append(os.Environ(), s.Env...)
	cmd.Stdout, cmd.Stderr = &output, &output
	// Nothing is ever written to it. The system closes it when this process
	// ends, however it does, and the server ends with it.
	if _, err := cmd.StdinPipe(); err != nil {
		return "", false, err
	}
	if err := cmd.Start(); err != nil {
		return "", false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	endpoint = "http://127.0.0.1:" + port
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			said := strings.TrimSpace(output.String())
			if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 69 {
				return "", false, fmt.Errorf("%w: %s", ErrMissing, said)
			}
			return "", strings.Contains(said, "ddress already in use"), fmt.Errorf("%s ended, %w: %s", script, err, said)
		case <-time.After(50 * time.Millisecond):
		}
		if s.answers(endpoint) {
			return endpoint, false, nil
		}
	}
	_ = cmd.Process.Kill() // it is given up in any case
	return "", false, fmt.Errorf("%s did not answer in %v: %s", script, patience, output.String())
}

func (s Server) answers(endpoint string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+s.Probe, nil)
	if err != nil {
		return false
	}
	resp, err := asking.Client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == s.Status
}

// find finds the script from wherever in the repository the test runs.
func (s Server) find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "tools", s.Script), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.work above the test: not inside the repository")
		}
		dir = parent
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
