package pipelines

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sgraph.ai/send/test/e2e/pulumi"
)

// atOnce is how many scenarios are played side by side: more than there are processors,
// because deploys wait most of the time, for what is done to settle.
const atOnce = "4"

// TestMain has this program be gh, too, where it is called so: that asks the API as
// the real one does.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "gh" {
		if err := gh(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "gh:", err)
			os.Exit(1)
		}
		return
	}
	if err := errors.Join(workInMemory(), pulumi.AtOnce(atOnce)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	m.Run()
}

// workInMemory has the files of all jobs in memory, where there is enough of that: they
// are checkouts that come and go, which takes ext4 longer than all that is tested (it
// looks past the inodes of what was removed a short while ago, one by one).
func workInMemory() error {
	const memory, enough = "/dev/shm", 8 << 30
	var there syscall.Statfs_t
	if err := syscall.Statfs(memory, &there); err != nil || there.Bavail*uint64(there.Bsize) < enough {
		return nil // a comfort
	}
	if free, err := availableMemory(); err != nil || free < enough {
		return nil
	}
	return os.Setenv("TMPDIR", memory)
}

// availableMemory is what is free, in bytes.
func availableMemory() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "MemAvailable: %d kB", &kilobytes); err == nil {
			return kilobytes << 10, nil
		}
	}
	return 0, errors.New("/proc/meminfo does not say what is available")
}
