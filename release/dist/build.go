package dist

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Build is how a program is built: the same source gives the same bytes with the same
// Go release, on any machine.
type Build struct {
	// Root is the folder whose go.work or go.mod finds the program.
	Root string
	// Program is the import path of its main package.
	Program string
	System  System
	// Flags are what the go command is told besides, and Link what the linker is.
	Flags []string
	Link  string
}

// Binary compiles and links it into a file.
func (b Build) Binary(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	// The go command replaces programs, and nothing that was made of one.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// No paths, no version control, no build ID: what is left is the source.
	_, err := b.run(ctx, "build", "-ldflags", "-s -w -buildid= "+b.Link, "-o", path, b.Program)
	return err
}

// Once does what makes a file of the program, unless it was made of the same before and
// nobody changed it since: linking takes most of the time, and is left out.
func (b Build) Once(ctx context.Context, path string, do func() error) error {
	inputs, err := b.inputs(ctx)
	if err != nil || isMadeOf(path, inputs) {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	// What was changed meanwhile is not known to be in it.
	if now, err := b.inputs(ctx); err != nil || now != inputs {
		return err
	}
	text, err := note(path, inputs)
	if err != nil {
		return err
	}
	return os.WriteFile(path+noteEnding, text, 0o644)
}

// inputs is a digest of all that the program is made of: the IDs that the go command
// gives what it compiled, which are of the content, and what the linker is told. It
// compiles what was not.
// https://pkg.go.dev/cmd/go/internal/work (buildid.go)
func (b Build) inputs(ctx context.Context) (string, error) {
	compiled, err := b.run(ctx, "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.BuildID}}", b.Program)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(compiled, b.Link...))
	return hex.EncodeToString(sum[:]), nil
}

// isMadeOf says whether a file is as it was when it was noted that it was made of these
// inputs.
func isMadeOf(path, inputs string) bool {
	noted, err := os.ReadFile(path + noteEnding)
	if err != nil {
		return false
	}
	found, err := note(path, inputs)
	return err == nil && bytes.Equal(noted, found)
}

// noteEnding is that of the file beside another that notes what that was made of.
const noteEnding = ".inputs"

func note(path, inputs string) ([]byte, error) {
	sum, err := digest(path)
	return []byte(inputs + " " + sum + "\n"), err
}

func (b Build) run(ctx context.Context, command string, args ...string) ([]byte, error) {
	args = append(append([]string{command, "-trimpath", "-buildvcs=false"}, b.Flags...), args...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.Root
	cmd.Env = append(os.Environ(), b.System.Environment()...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("building %s for %s on %s: %w\n%s",
			b.Program, b.System.OS, b.System.Arch, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}
