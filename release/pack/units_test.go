package pack

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unpacked is the package as it lies on a system, with what a system of systemd
// has for its units to hang on.
func unpacked(t *testing.T) (dir string) {
	t.Helper()
	for _, tool := range []string{"dpkg-deb", "systemd-analyze"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED, nothing was tested: there is no %s", tool)
		}
	}
	dir = t.TempDir()
	path := filepath.Join(t.TempDir(), "sgsend.deb")
	if err := os.WriteFile(path, pack(t, Deb, "v1.2.3"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "dpkg-deb", "--extract", path, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const units = "/usr/lib/systemd/system"
	targets, err := filepath.Glob(units + "/*.target")
	if err != nil || len(targets) == 0 {
		t.Skipf("SKIPPED, nothing was tested: this system has no units of systemd in %s (%v)", units, err)
	}
	for _, target := range targets {
		text, err := os.ReadFile(target)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, target), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func analyze(t *testing.T, args ...string) (said string, ok bool) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err == nil
}

func TestUnitsAreWhatSystemdKnows(t *testing.T) {
	t.Parallel()
	dir := unpacked(t)
	units := []string{"sgsend@user.service", "sgsend@admin.service"}
	found, err := filepath.Glob(filepath.Join(root, "deploy", "systemd", "sgsend*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if ext := filepath.Ext(path); ext == ".socket" || filepath.Base(path) == "sgsend.service" {
			units = append(units, filepath.Base(path))
		}
	}
	if len(units) < 9 {
		t.Errorf("the units are %v", units)
	}
	verify := append([]string{"verify", "--root=" + dir}, units...)
	if said, ok := analyze(t, verify...); !ok || said != "" {
		t.Errorf("systemd-analyze %s:\n%s", strings.Join(verify, " "), said)
	}
}

func TestUnitsExposeLittle(t *testing.T) {
	t.Parallel()
	dir := unpacked(t)
	for _, unit := range []string{"sgsend.service", "sgsend@user.service", "sgsend@admin.service"} {
		said, ok := analyze(t, "security", "--no-pager", "--offline=true", "--root="+dir, "--threshold=20", unit)
		lines := strings.Split(said, "\n")
		t.Logf("%s", lines[len(lines)-1])
		if !ok {
			t.Errorf("%s is exposed to 2.0 or more:\n%s", unit, said)
		}
	}
}

// Every unit that there is goes into the packages, and is stopped before it goes
// out again.
func TestEveryUnitIsPacked(t *testing.T) {
	t.Parallel()
	there, err := filepath.Glob(filepath.Join(root, "deploy", "systemd", "*"))
	if err != nil {
		t.Fatal(err)
	}
	contents, err := Package{
		Root: root, Binary: program(t), Manual: pages(t), Arch: "amd64", Version: "v1.2.3",
	}.contents(RPM, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var packed []string
	for _, c := range contents {
		packed = append(packed, filepath.Base(c.Source))
	}
	stops, err := os.ReadFile(filepath.Join(root, "deploy", "package", "before-remove.sh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		name := filepath.Base(path)
		if !slices.Contains(packed, name) {
			t.Errorf("%s is in no package", name)
		}
		if filepath.Ext(name) == ".socket" && !strings.Contains(string(stops), " "+name) {
			t.Errorf("%s is not stopped before it is removed", name)
		}
	}
}
