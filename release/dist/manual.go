package dist

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// manualProgram is the main package of what writes the manual.
const manualProgram = "sgraph.ai/send/cli/cmd/sgsend-manual"

// WriteManual fills a folder with the manual of the command line of the checkout at
// root, and with what shells complete it by. They are the same for every system.
func WriteManual(ctx context.Context, root, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "run", "-trimpath", "-buildvcs=false", slim, manualProgram, dir)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), System{runtime.GOOS, runtime.GOARCH}.Environment()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("writing the manual: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}
