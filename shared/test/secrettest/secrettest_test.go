package secrettest_test

import (
	"os"
	"path/filepath"
	"testing"

	"sgraph.ai/send/shared/test/secrettest"
)

// probe counts failures in place of failing.
type probe struct {
	testing.TB
	failures int
}

func (p *probe) Helper()               {}
func (p *probe) Errorf(string, ...any) { p.failures++ }
func (p *probe) Fatal(...any)          { p.failures++ }

func TestASecretIsFoundWhereverItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "deep", "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{"deep/in/a.bin": "\xff\x00canary\xfe", "canary-2.txt": "nothing here"} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept := secrettest.Kept{"the log": "a canary in the log"}
	kept.AddFiles(t, dir)
	for secret, want := range map[string]int{"canary": 3, "canary-2": 1, "canary in": 1, "swallow": 0, "": 1} {
		p := &probe{TB: t}
		kept.Lacks(p, map[string]string{"the bird": secret})
		if p.failures != want {
			t.Errorf("%q: %d failures, want %d", secret, p.failures, want)
		}
	}
}
