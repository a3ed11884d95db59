package command_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sgraph.ai/send/shared/test/logtest"
)

// terminal opens one: what is written to theirs can be read from ours.
func terminal(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED, nothing was tested: there is no terminal: %v", err)
	}
	t.Cleanup(func() { ours.Close() })
	fd := int(ours.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { theirs.Close() })
	return ours, theirs
}

// Secrets are shown to a terminal, and to whoever asks for them; a file, a pipe
// and any other device are told where they are.
func TestServeShowsSecretsToATerminalOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := append(os.Environ(), "SEND__DISK_PATH="+dir, "SEND__USER_ADDR=127.0.0.1:0", "SEND__ADMIN_ADDR=127.0.0.1:0",
		"TERM=xterm")
	run := func(out *os.File, said *logtest.Buffer) {
		t.Helper()
		p := exec.Command("sgsend", "serve")
		p.Env, p.Stdout = env, out
		var log bytes.Buffer
		p.Stderr = &log
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = p.Process.Signal(syscall.SIGTERM)
			if err := p.Wait(); err != nil {
				t.Errorf("%v: %s", err, &log)
			}
		}()
		out.Close()
		select {
		case <-said.When(func(text string) bool { return strings.Contains(text, "Ctrl-C") }):
		case <-time.After(2 * time.Minute):
			t.Fatalf("it did not start: %s", said)
		}
		asked := exec.Command("sgsend", "serve", "--show-secrets") // while it runs
		asked.Env = env
		shown, err := asked.Output()
		if err != nil || !bytes.Contains(shown, []byte("Access token      send-")) {
			t.Errorf("shown are %q, %v", shown, err)
		}
	}
	for name, open := range map[string]func() (ours, theirs *os.File){
		"a terminal": func() (ours, theirs *os.File) { return terminal(t) },
		"a pipe": func() (ours, theirs *os.File) {
			ours, theirs, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { ours.Close() })
			return ours, theirs
		},
	} {
		ours, theirs := open()
		said := &logtest.Buffer{}
		go func() { _, _ = io.Copy(said, ours) }()
		run(theirs, said)
		for _, file := range []string{"access-token", "api-key"} {
			secret, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			shown := strings.Contains(said.String(), strings.TrimSpace(string(secret)))
			if shown != (name == "a terminal") {
				t.Errorf("%s is shown the secret of %s: %v\n%s", name, file, shown, said)
			}
		}
	}
}
