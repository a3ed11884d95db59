package command_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/test/logtest"
)

// typist sits at the terminal of a process, on which stands what that says to people.
type typist struct {
	*running
	*os.File // of the terminal
	seen     logtest.Buffer
}

// startAt starts sgsend at a terminal of its own.
func startAt(t *testing.T, s *site.Site, args ...string) *typist {
	t.Helper()
	x := &typist{}
	var err error
	if x.File, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Skipf("SKIPPED, nothing was tested: there are no terminals here: %v", err)
	}
	t.Cleanup(func() { x.File.Close() })
	fd := int(x.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	x.running = start(t, s, func(p *running) {
		p.Stderr, p.ExtraFiles = tty, []*os.File{tty}
		p.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	}, args...)
	tty.Close()
	go func() { _, _ = io.Copy(&x.seen, x.File) }() // ends with the process
	return x
}

// enters types a line once it is asked for the nth time, and nothing is shown of what is
// typed.
func (x *typist) enters(t *testing.T, prompt string, nth int, line string) {
	t.Helper()
	eventually(t, func() bool {
		state, err := unix.IoctlGetTermios(int(x.Fd()), unix.TCGETS)
		return err == nil && state.Lflag&unix.ECHO == 0 && strings.Count(x.seen.String(), prompt) == nth
	})
	if _, err := x.WriteString(line + "\n"); err != nil {
		t.Fatal(err)
	}
}

// A passphrase that is typed is asked for twice where one is made, shows nowhere, and can
// be mistyped where it opens.
func TestPassphraseIsTyped(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const word = "open sesame"
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("All is well.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const first, again, unlock = "Passphrase for whoever receives it: ", "The same again: ", "Passphrase: "

	x := startAt(t, s, "send", "--passphrase", path)
	x.enters(t, first, 1, word)
	x.enters(t, again, 1, "open sesame?")
	if code := x.end(t); code != 1 || x.out.Len() > 0 {
		t.Errorf("exit code %d for two different ones: %s%s", code, &x.out, &x.seen)
	}

	x = startAt(t, s, "send", "--passphrase", path)
	x.enters(t, first, 1, word)
	x.enters(t, again, 1, word)
	if code := x.end(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, &x.seen)
	}
	y := startAt(t, s, "receive", strings.TrimSpace(x.out.String()))
	y.enters(t, unlock, 1, "open barley")
	y.enters(t, unlock, 2, word)
	if code := y.end(t); code != 0 || !strings.Contains(y.seen.String(), "It does not fit.") {
		t.Fatalf("exit code %d: %s", code, &y.seen)
	}
	if got, err := os.ReadFile(filepath.Join(y.dir, "a.txt")); err != nil || string(got) != "All is well.\n" {
		t.Errorf("received %q, %v", got, err)
	}
	for _, seen := range []*typist{x, y} {
		if said := seen.seen.String(); strings.Contains(said, "sesame") || strings.Contains(said, "barley") {
			t.Errorf("what was typed was shown: %q", said)
		}
	}
}
