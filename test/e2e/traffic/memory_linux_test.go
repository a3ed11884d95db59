package traffic_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/cutline"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/memory"
	"sgraph.ai/send/test/e2e/traffic"
)

// mostOfTheCommand is how much memory a command may have, however large what it moves: by day with some for what the
// machine and the moment make of garbage, of which Go's usual way had it at 86.
var mostOfTheCommand = nightly.Or[int64](76<<20, 64<<20)

// The command sends and receives a file that is larger than the memory it may take: 10 GiB at night, or what there is
// room for, and as much as SEND_TEST_GIB says.
func TestMemoryOfTheCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	free := int64(fs.Bavail) * fs.Bsize
	size := min(nightly.Or[int64](256<<20, 10<<30), free/3)
	if said, err := strconv.ParseInt(os.Getenv("SEND_TEST_GIB"), 10, 64); err == nil {
		size = said << 30
	}
	s := serveIn(t, dir)
	path := filepath.Join(dir, "large.bin")
	if err := os.WriteFile(path, []byte("its beginning"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}

	sent, peak := measured(t, s, "send", "--quiet", "--server", s.URL, "--token", s.Token, path)
	t.Logf("to send %d MiB it has %d MiB at most", size>>20, peak>>20)
	if peak > mostOfTheCommand {
		t.Errorf("to send %d MiB it has %d MiB", size>>20, peak>>20)
	}
	saved := filepath.Join(dir, "received.bin")
	_, peak = measured(t, s, "receive", "--quiet", "-o", saved, strings.TrimSpace(sent))
	t.Logf("to receive %d MiB it has %d MiB at most", size>>20, peak>>20)
	if peak > mostOfTheCommand {
		t.Errorf("to receive %d MiB it has %d MiB", size>>20, peak>>20)
	}
	if cutline.SumOf(t, saved) != cutline.SumOf(t, path) {
		t.Error("other bytes arrived")
	}
}

// measured runs the command, and returns what it says and the most memory that it had.
func measured(t *testing.T, s *traffic.Service, words ...string) (said string, peak int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.Binary(), words...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	var out, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil || peak == 0 {
				t.Fatalf("%v, %d bytes of memory\n%s%s", err, peak, &out, &failed)
			}
			return out.String(), peak
		case <-time.After(5 * time.Millisecond): // it only grows
			if use, err := memory.Of(cmd.Process.Pid); err == nil {
				peak = use.Peak
			}
		}
	}
}
