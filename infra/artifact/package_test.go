package artifact_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/release/dist"
)

// What is promoted is installed as it was released, or not at all.
func TestPromotedPackagesAreThoseOfTheRelease(t *testing.T) {
	t.Parallel()
	_, dir := build(t, checkout(t), "v1", native())
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.work"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := dist.WriteSums(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.PackageForStack(t.Context(), root, dir, "", "arm64"); err == nil ||
		!strings.Contains(err.Error(), "no package for hosts of arm64") {
		t.Errorf("a release without packages: %v", err)
	}
	path := filepath.Join(dir, "sgsend-linux-arm64.rpm")
	if err := os.WriteFile(path, []byte("a package"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := artifact.PackageForStack(t.Context(), root, dir, "", "arm64"); err == nil ||
		!strings.Contains(err.Error(), "is not on the list") {
		t.Errorf("a package that no release has: %v", err)
	}
	if err := dist.WriteSums(dir); err != nil {
		t.Fatal(err)
	}
	p, err := artifact.PackageForStack(t.Context(), root, dir, "", "arm64")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("a package"))
	if p.Path != path || p.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("got %+v", p)
	}
}
