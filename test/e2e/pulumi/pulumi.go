// Package pulumi gives tests the Pulumi that goes with the program.
package pulumi

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// unavailable is how tools/pulumi ends where this machine cannot have Pulumi.
const unavailable = 69

// provide puts it on PATH, for this process and what it starts.
var provide = sync.OnceValue(func() error {
	var said, complaint bytes.Buffer
	root := filepath.Join("..", "..", "..")
	cmd := exec.Command(filepath.Join(root, "tools", "pulumi"))
	cmd.Stdout, cmd.Stderr = &said, &complaint
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.TrimSpace(complaint.String()), err)
	}
	folder := strings.TrimSpace(said.String())
	if err := os.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		return err
	}
	return linkOnce(filepath.Join(root, ".tools", "linked"))
})

// AtOnce has so many tests of a process run side by side, unless its command line says
// how many. It is for TestMain.
func AtOnce(tests string) error {
	flag.Parse()
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() != parallel.DefValue {
		return nil
	}
	return parallel.Value.Set(tests)
}

// Need puts Pulumi on PATH, for a test of a package in test/e2e. Where this machine
// cannot have it the test is skipped with the reason, or fails if CI is "true" or
// SEND_REQUIRE_PULUMI is "1".
func Need(tb testing.TB) {
	tb.Helper()
	err := provide()
	exit, ended := errors.AsType[*exec.ExitError](err)
	required := os.Getenv("CI") == "true" || os.Getenv("SEND_REQUIRE_PULUMI") == "1"
	switch {
	case err == nil:
	case ended && exit.ExitCode() == unavailable && !required:
		tb.Skipf("SKIPPED, nothing was tested: %v", err)
	default:
		tb.Fatal(err)
	}
}
