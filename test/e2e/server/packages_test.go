package server

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"sgraph.ai/send/release/dist"
	"sgraph.ai/send/release/pack"
)

var checkout = filepath.Join("..", "..", "..")

// versions are two that are released one after the other.
var versions = []string{"v0.9.1", "v0.9.2"}

var here = dist.System{OS: "linux", Arch: runtime.GOARCH}

// released is where the packages of the versions are, a folder each.
var released string

func TestMain(m *testing.M) {
	var err error
	if released, err = os.MkdirTemp("", "sgsend-released-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(released)
	os.Exit(code)
}

// release makes the packages of both versions of this checkout, once.
var release = sync.OnceValue(func() error {
	for _, version := range versions {
		dir := filepath.Join(released, version)
		err := dist.BuildCLI(context.Background(), checkout, dir, version, []dist.System{here})
		if err != nil {
			return err
		}
		manual := filepath.Join(released, "manual")
		if err := dist.WriteManual(context.Background(), checkout, manual); err != nil {
			return err
		}
		p := pack.Package{
			Root: checkout, Binary: filepath.Join(dir, here.Binary()), Manual: manual, Arch: here.Arch, Version: version,
		}
		for _, kind := range pack.Kinds {
			made, err := p.Make(kind)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, kind.Name(here)), made, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
})

// packages are the files of a kind, by version.
func packages(t *testing.T, kind pack.Kind) map[string]string {
	t.Helper()
	if err := release(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, version := range versions {
		files[version] = filepath.Join(released, version, kind.Name(here))
	}
	return files
}

// bring puts both versions' packages into the machine, by their versions.
func (m *machine) bring(t *testing.T, kind pack.Kind) {
	t.Helper()
	for version, file := range packages(t, kind) {
		m.put(t, file, "/root/"+version+"."+string(kind))
	}
}

func TestDebianHasNothingAgainstThePackage(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("lintian"); err != nil {
		t.Skip("SKIPPED, nothing was tested: lintian is not installed; tools/setup does it where it can be had")
	}
	cmd := exec.CommandContext(t.Context(), "lintian", "--no-cfg", "--allow-root", "--fail-on=error,warning",
		packages(t, pack.Deb)[versions[0]])
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("lintian: %v\n%s", err, out)
	}
}
