package image_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"sgraph.ai/send/release/image"
)

// The command as the pipeline gives it: it records, pushes with the login that
// docker login keeps, and tells the job the digest.
func TestCommand(t *testing.T) {
	t.Parallel()
	dir, home, p := t.TempDir(), t.TempDir(), newPlace(t, true)
	p.login.Store(&authn.Basic{Username: "person", Password: "s3cr3t"})
	if err := os.CopyFS(dir, os.DirFS(small(t))); err != nil {
		t.Fatal(err)
	}
	command := filepath.Join(home, "release")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", command, "../cmd/release")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	told := filepath.Join(home, "output")
	release := func(args ...string) (string, error) {
		args = append([]string{"image", "--dir", dir, "--version", version}, args...)
		cmd := exec.CommandContext(t.Context(), command, args...)
		cmd.Env = append(os.Environ(), "DOCKER_CONFIG="+home, "GITHUB_OUTPUT="+told)
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	want := digestOf(t, assemble(t, small(t), version)).String()
	if got, err := release("--record", "--layout", filepath.Join(home, "layout")); err != nil || got != want {
		t.Fatalf("%s (%v), want %s", got, err, want)
	}
	for _, made := range []string{filepath.Join(dir, image.RecordName), filepath.Join(home, "layout", "index.json")} {
		if _, err := os.Stat(made); err != nil {
			t.Error(err)
		}
	}
	to := p.tag.Context().Name()
	if got, err := release("--push", to); err == nil || !strings.Contains(got, "401") {
		t.Errorf("without a login: %s (%v)", got, err)
	}
	login, err := json.Marshal(map[string]any{"auths": map[string]any{
		p.tag.RegistryStr(): map[string]string{"username": "person", "password": "s3cr3t"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "config.json"), login, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := release("--push", to); err != nil || got != want {
			t.Fatalf("%s (%v), want %s", got, err, want)
		}
	}
	if there, err := remote.Head(p.tag, remote.WithAuth(p.login.Load())); err != nil || there.Digest.String() != want {
		t.Errorf("the tag names %+v (%v)", there, err)
	}
	if text, err := os.ReadFile(told); err != nil || !strings.Contains(string(text), "digest="+want+"\n") {
		t.Errorf("the job is told %q (%v)", text, err)
	}
	for _, nowhere := range []string{"owner/name", "ghcr.io/Owner/Name", to + ":" + version} {
		if got, err := release("--push", nowhere); err == nil || !strings.Contains(got, "invalid value") {
			t.Errorf("it pushes to %s: %s (%v)", nowhere, got, err)
		}
	}
}
