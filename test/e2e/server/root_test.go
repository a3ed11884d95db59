package server

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/nightly"
)

// inRoot is what a root has beside what Debian asks of each.
const inRoot = "systemd,systemd-sysv,dbus,rpm"

// lacks ends a test for what this machine has not: it is skipped, or fails where
// everything should be there.
func lacks(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED, nothing was tested: "+format, args...)
}

// root returns a folder with a root of this machine's own release, for this test
// alone. It is a copy of one that debootstrap makes, once for a machine, in two
// minutes; at night that is made anew.
func root(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("SKIPPED, nothing was tested: only root boots a machine")
	}
	for _, tool := range []string{"debootstrap", "systemd-nspawn", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			lacks(t, "%s is not installed; tools/setup does it", tool)
		}
	}
	from, err := thisSystem(t.Context())
	if err != nil {
		t.Skipf("SKIPPED, nothing was tested: it is not known where this system comes from: %v", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(cache, "sgsend-test")
	dir := filepath.Join(cache, strings.ReplaceAll("root-"+from.codename+"-"+runtime.GOARCH+"-"+inRoot, ",", "-"))
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	defer lock(t, dir+".lock")()
	made, err := os.Stat(dir)
	if err != nil || nightly.Or(false, time.Since(made.ModTime()) > 12*time.Hour) {
		makeRoot(t, dir, from)
	}
	own := filepath.Join(t.TempDir(), "root")
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", "--reflink=auto", dir, own).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return own
}

func makeRoot(t *testing.T, dir string, from source) {
	t.Helper()
	began := time.Now()
	part := dir + ".part" // what a run that was ended left
	if err := os.RemoveAll(part); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"--variant=minbase", "--include=" + inRoot, "--components=" + strings.Join(from.components, ","),
		from.codename, part, from.mirror,
	}
	cmd := exec.CommandContext(t.Context(), "debootstrap", args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		lacks(t, "debootstrap of %+v: %v\n%s", from, err, last(out, 2000))
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(part, dir); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if err := os.Chtimes(dir, now, now); err != nil {
		t.Fatal(err)
	}
	t.Logf("made a root of %s in %v", from.codename, time.Since(began).Round(time.Second))
}

// source is a release of Debian or what follows it, and where apt has it from.
type source struct {
	codename, mirror string
	components       []string
}

// thisSystem is the source of this machine.
func thisSystem(ctx context.Context) (of source, err error) {
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return of, err
	}
	for line := range strings.Lines(string(release)) {
		if value, ok := strings.CutPrefix(line, "VERSION_CODENAME="); ok {
			of.codename = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	const format = "$(CODENAME) $(REPO_URI) $(COMPONENT)"
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", format).Output()
	if err != nil {
		return of, err
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != of.codename || of.mirror != "" && fields[1] != of.mirror {
			continue
		}
		of.mirror = fields[1]
		if !slices.Contains(of.components, fields[2]) {
			of.components = append(of.components, fields[2])
		}
	}
	if of.mirror == "" {
		return of, fmt.Errorf("apt has no source of %q", of.codename)
	}
	return of, nil
}

// lock waits until no other process has the file, and returns what lets go of it.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { _ = file.Close() } // which ends the lock
}

func last(out []byte, n int) []byte { return bytes.TrimSpace(out[max(0, len(out)-n):]) }
