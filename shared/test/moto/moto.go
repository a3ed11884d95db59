// Package moto gives tests a simulated AWS: one moto server for a test binary,
// ended with it. Tests keep apart by the unique names of their buckets and
// tables.
//
// Where moto cannot be had the test is skipped with the reason, or fails if CI
// is "true" or SEND_REQUIRE_MOTO is "1".
package moto

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
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/logtest"
)

// patience is how long the server may take; the first start installs it.
const patience = 5 * time.Minute

// Start returns the endpoint of the simulated AWS, such as
// "http://127.0.0.1:4566".
func Start(tb testing.TB) (endpoint string) {
	tb.Helper()
	endpoint, err := server()
	if err != nil && (os.Getenv("CI") == "true" || os.Getenv("SEND_REQUIRE_MOTO") == "1") {
		tb.Fatalf("moto is required and cannot be had: %v", err)
	}
	if err != nil {
		tb.Skipf("SKIPPED, nothing was tested: moto cannot be had: %v", err)
	}
	return endpoint
}

var server = sync.OnceValues(func() (string, error) {
	script, err := launcher()
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	var output logtest.Buffer
	cmd := exec.Command(script, "-H", "127.0.0.1", "-p", port)
	cmd.Env = append(os.Environ(), "MOTO_STOP_WITH_STDIN=1")
	cmd.Stdout, cmd.Stderr = &output, &output
	// Nothing is ever written to it. The system closes it when this process
	// ends, however it does, and the server ends with it.
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()

	endpoint := "http://127.0.0.1:" + port
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		select {
		case <-ended:
			return "", fmt.Errorf("%s ended: %s", script, strings.TrimSpace(output.String()))
		case <-time.After(50 * time.Millisecond):
		}
		if answers(endpoint) {
			return endpoint, nil
		}
	}
	cmd.Process.Kill()
	return "", fmt.Errorf("%s did not answer in %v: %s", script, patience, output.String())
})

func answers(endpoint string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/moto-api/", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// launcher finds tools/moto-server from wherever in the repository the test runs.
func launcher() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, "tools", "moto-server"), nil
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
