//go:build unix

package command_test

import (
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/internal/child"
	"sgraph.ai/send/shared/test/asking"
)

// An upload that does not end holds no server for longer than it may, and the exit
// code tells; a second signal ends it at once.
func TestServeEndsInTime(t *testing.T) {
	t.Parallel()
	heard()
	for name, c := range map[string]struct {
		shutdown string
		signals  int
		says     string
	}{
		"its time is over": {"1s", 1, "sgsend: requests were cut off: they were still in flight 1s after the end\n"},
		"a second signal":  {"1h", 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := exec.Command("sgsend", "serve")
			p.Env = append(os.Environ(), "SEND__DISK_PATH="+dir, "SEND__USER_ADDR=127.0.0.1:0",
				"SEND__ADMIN_ADDR=127.0.0.1:0", "SEND__SHUTDOWN="+c.shutdown)
			server := child.Start(t, p)
			user := server.Told(t, "Send and receive")
			hang(t, user, dir)
			for range c.signals {
				_ = p.Process.Signal(syscall.SIGTERM)
				refused(t, user) // two that came at once would be one
			}
			err, said := <-server.Ended, server.Log
			status := p.ProcessState.Sys().(syscall.WaitStatus)
			if c.signals == 1 && (status.ExitStatus() != 1 || !strings.HasSuffix(said.String(), c.says)) {
				t.Errorf("it ended with %v and said %s", err, said)
			}
			if c.signals == 2 && status.Signal() != syscall.SIGTERM {
				t.Errorf("it ended with %v and said %s", err, said)
			}
		})
	}
}

// refused waits until nobody listens.
func refused(t *testing.T, user string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", strings.TrimPrefix(user, "http://"))
		if err != nil {
			return
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("it goes on")
		}
	}
}

// hang begins an upload that does not go on.
func hang(t *testing.T, user, dir string) {
	t.Helper()
	token, err := os.ReadFile(filepath.Join(dir, "access-token"))
	if err != nil {
		t.Fatal(err)
	}
	request := func(path string, body io.Reader) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, user+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Sgraph-Access-Token", strings.TrimSpace(string(token)))
		return r
	}
	res, err := asking.Client.Do(request("/api/transfers/create", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	made, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`"transfer_id":"(\w+)"`).FindSubmatch(made)
	if id == nil {
		t.Fatalf("%s", made)
	}
	body, sent := io.Pipe()
	upload := request("/api/transfers/upload/"+string(id[1]), body)
	go func() {
		if res, err := asking.Client.Do(upload); err == nil { // it is cut off
			res.Body.Close()
		}
	}()
	content := make([]byte, 1<<20)
	_, _ = rand.Read(content)
	if _, err := sent.Write(content); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if begun, err := os.ReadDir(filepath.Join(dir, "transfers", "temporary")); err == nil && len(begun) > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the upload has not begun")
		}
	}
}
