package command_test

import (
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/logtest"
)

// A terminal is shown how far a backup is, and a file is not; and no backup is written
// to a terminal.
func TestBackupShowsProgressToATerminalOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	packed, err := os.Open("../backup/testdata/first.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	first, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) *exec.Cmd {
		c := exec.Command("sgsend", append(args, "--data", dir)...)
		c.Env = append(os.Environ(), "TERM=xterm")
		return c
	}
	restore := command("restore", "-")
	restore.Stdin = first
	out, err := restore.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Restoring") {
		t.Fatalf("%v: %s", err, out)
	}
	ours, theirs := terminal(t)
	said := &logtest.Buffer{}
	go func() { _, _ = io.Copy(said, ours) }()
	shows := func(text string) {
		t.Helper()
		select {
		case <-said.When(func(said string) bool { return strings.Contains(said, text) }):
		case <-time.After(time.Minute):
			t.Errorf("shown is\n%s", said)
		}
	}
	backup := command("backup", filepath.Join(t.TempDir(), "x.tar"))
	backup.Stderr = theirs
	if err := backup.Run(); err != nil {
		t.Error(err)
	}
	shows("Backing up [")
	shows("Backed up 0 transfers")
	backup = command("backup", "-")
	backup.Stdout, backup.Stderr = theirs, theirs
	if err := backup.Run(); err == nil {
		t.Error("a backup was written to a terminal")
	}
	shows("nothing to look at")
}
