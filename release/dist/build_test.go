package dist

import (
	"os"
	"path/filepath"
	"testing"
)

// What is made of a program is made again where the program or what the linker is told
// has changed, where the file has, and never else.
func TestOnce(t *testing.T) {
	t.Parallel()
	root, path := checkout(t), filepath.Join(t.TempDir(), "made")
	main := "cli/cmd/sgsend/main.go"
	program := cli(root, here, "v1.2.3")
	times := 0
	once := func() error {
		return program.Once(t.Context(), path, func() error {
			times++
			return program.Binary(t.Context(), path)
		})
	}
	mustHave := func(want int, after string) {
		t.Helper()
		if err := once(); err != nil {
			t.Fatal(err)
		}
		if times != want {
			t.Errorf("%s it was made %d times, not %d", after, times, want)
		}
	}
	mustHave(1, "first")
	mustHave(1, "then")
	put(t, root, main, "package main\n\nfunc main() { println() }\n")
	mustHave(2, "after a change of the source")
	program.Link += " -X main.other=1"
	mustHave(3, "after a change of what is linked")
	put(t, filepath.Dir(path), "made", "something else")
	mustHave(4, "after a change of the file")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	mustHave(5, "after the file was removed")
	mustHave(5, "in the end")
	put(t, root, main, "package main\n\nfunc main() {\n")
	if err := once(); err == nil || times != 5 {
		t.Errorf("what does not compile was made: %v, %d times", err, times)
	}
}

// What was changed while the file was made is not known to be in it.
func TestOnceWhileTheSourceChanges(t *testing.T) {
	t.Parallel()
	root, path := checkout(t), filepath.Join(t.TempDir(), "made")
	program := cli(root, here, "v1.2.3")
	times := 0
	for range 2 {
		if err := program.Once(t.Context(), path, func() error {
			times++
			put(t, root, "cli/cmd/sgsend/main.go", "package main\n\nfunc main() { println() }\n")
			return os.WriteFile(path, nil, 0o600)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if times != 2 {
		t.Errorf("it was made %d times, not twice", times)
	}
}
