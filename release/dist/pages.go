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

// PagesName is the list of what the services send to browsers.
const PagesName = "pages.json"

// ListPages writes the list beside the binaries, as the one for this machine has it.
func ListPages(ctx context.Context, dir string) error {
	here := System{runtime.GOOS, runtime.GOARCH}
	path, err := filepath.Abs(filepath.Join(dir, here.Binary()))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, "pages")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	list, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("asking %s for its pages: %w\n%s", here.Binary(), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return os.WriteFile(filepath.Join(dir, PagesName), list, 0o644)
}
