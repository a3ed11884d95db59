package modules

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/semver"
)

var v040 = semver.Version{Minor: 4}

// checkout makes a repository of some files, tagged as v0.4.0, and one it pushes to.
func checkout(t *testing.T, files map[string]string) (work, remote git.Repo) {
	t.Helper()
	remote, work = git.Repo{Dir: t.TempDir()}, git.Repo{Dir: t.TempDir()}
	run(t, remote, "init", "--quiet", "--bare")
	run(t, work, "init", "--quiet")
	run(t, work, "remote", "add", "origin", remote.Dir)
	for name, text := range files {
		put(t, filepath.Join(work.Dir, name), text)
	}
	run(t, work, "add", "--all")
	run(t, work, append(git.AsPipeline(), "commit", "--quiet", "--message", "begin")...)
	run(t, work, "tag", "v0.4.0")
	return work, remote
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, r git.Repo, args ...string) string {
	t.Helper()
	out, err := r.Run(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// small is a repository of the same modules, with nothing in them.
func small() map[string]string {
	const goMod = "module sgraph.ai/send/%s\n\ngo 1.26.0\n"
	files := map[string]string{"README.md": "read me\n"}
	for _, folder := range Folders {
		files[folder+"/go.mod"] = strings.ReplaceAll(goMod, "%s", folder)
	}
	files["cli/go.mod"] += `
require (
	example.org/other v1.2.3
	sgraph.ai/send/services/user v0.0.0
	sgraph.ai/send/shared v0.0.0 // indirect
)

replace sgraph.ai/send/shared => ../shared

replace sgraph.ai/send/services/user => ../services/user
`
	return files
}

func TestModulesAskForTheirSiblingsInTheirOwnVersion(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t, small())
	before := run(t, work, "rev-parse", "HEAD")
	if made, err := (Publisher{Repo: work, Remote: "origin"}).Publish(t.Context(), v040); err != nil || !made {
		t.Fatal(made, err)
	}
	const want = `module sgraph.ai/send/cli

go 1.26.0

require (
	example.org/other v1.2.3
	sgraph.ai/send/services/user v0.4.0
	sgraph.ai/send/shared v0.4.0 // indirect
)`
	if got := run(t, remote, "show", "cli/v0.4.0:cli/go.mod"); got != want {
		t.Errorf("the module is\n%s", got)
	}
	tags := strings.Fields(run(t, remote, "tag", "--list"))
	if want := Tags(v040); !slices.Equal(tags, want) {
		t.Errorf("the remote has %q, not %q", tags, want)
	}
	for _, tag := range tags {
		if parent := run(t, remote, "rev-parse", tag+"^{commit}^"); parent != before {
			t.Errorf("%s is of a commit after %s, not %s", tag, parent, before)
		}
	}
	if changed := run(t, remote, "diff", "--name-only", before, "cli/v0.4.0"); changed != "cli/go.mod" {
		t.Errorf("it changes %s", changed)
	}
	// The branch, its working tree and the list of them are as they were.
	if after := run(t, work, "rev-parse", "HEAD"); after != before {
		t.Errorf("HEAD is %s, not %s", after, before)
	}
	if left := run(t, work, "status", "--porcelain") + run(t, work, "worktree", "list", "--porcelain"); strings.Count(
		left, "worktree ") != 1 || strings.Contains(left, "??") {
		t.Errorf("it left %s", left)
	}
}

func TestModulesOfAVersionStay(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t, small())
	p := Publisher{Repo: work, Remote: "origin"}
	if _, err := p.Publish(t.Context(), v040); err != nil {
		t.Fatal(err)
	}
	first := run(t, remote, "show-ref", "--tags")
	// As a job that runs again, which has fetched nothing.
	run(t, work, append([]string{"tag", "--delete"}, Tags(v040)...)...)
	if made, err := p.Publish(t.Context(), v040); err != nil || made {
		t.Errorf("again: %v, %v", made, err)
	}
	if again := run(t, remote, "show-ref", "--tags"); again != first {
		t.Errorf("the tags were\n%s\nand are\n%s", first, again)
	}
	// One that somebody else made is not built upon.
	run(t, remote, "tag", "--delete", "cli/v0.4.0", "shared/v0.4.0")
	run(t, work, "tag", "--delete", "cli/v0.4.0", "shared/v0.4.0")
	if _, err := p.Publish(t.Context(), v040); err == nil || !strings.Contains(err.Error(), "services/user/v0.4.0") {
		t.Errorf("half of them: %v", err)
	}
}

func TestWhatNobodyCouldFetchIsNotPublished(t *testing.T) {
	t.Parallel()
	files := small()
	files["shared/go.mod"] += "\nreplace example.org/other => ../../other\n"
	work, remote := checkout(t, files)
	_, err := Publisher{Repo: work, Remote: "origin"}.Publish(t.Context(), v040)
	if err == nil || !strings.Contains(err.Error(), "example.org/other") {
		t.Errorf("it said %v", err)
	}
	if tags := run(t, remote, "tag", "--list") + run(t, work, "tag", "--list"); tags != "v0.4.0" {
		t.Errorf("there are %s", tags)
	}
}

// What the remote refuses leaves no tag here, which the next attempt would believe.
func TestRefusedTagsAreGone(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t, small())
	put(t, filepath.Join(remote.Dir, "hooks", "pre-receive"), "#!/bin/sh\nexit 1\n")
	if err := os.Chmod(filepath.Join(remote.Dir, "hooks", "pre-receive"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := (Publisher{Repo: work, Remote: "origin"}).Publish(t.Context(), v040); err == nil {
		t.Error("it said nothing")
	}
	if tags := run(t, work, "tag", "--list"); tags != "v0.4.0" {
		t.Errorf("there are %s", tags)
	}
}

// Every module that one of these needs of this repository is among them, and none is
// the repository's alone.
func TestSiblingsArePublishedTogether(t *testing.T) {
	t.Parallel()
	for _, folder := range Folders {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./...")
		cmd.Dir = filepath.Join("..", "..", folder)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(folder, err)
		}
		for module := range strings.FieldsSeq(string(out)) {
			inside, ours := strings.CutPrefix(module, Root+"/")
			if ours && !slices.Contains(Folders, inside) {
				t.Errorf("%s needs %s", folder, module)
			}
		}
	}
}
