package pipelines

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// repository is one on GitHub, with a clone in which the test is the developer.
type repository struct {
	github *gitHub
	world  *world
	full   string // owner/name
	bare   string // what GitHub has
	clone  string

	// guarded by gitHub.mu
	secrets, variables map[string]string
	environments       map[string]*environment
	entries            []*entry
	deployments        []*deployment
	runs               []*run
	dispatched         []dispatch
	rulesets           []ruleset
	releases           []*release
	attestations       []*attestation
	issues             []*issue
	pages              pages
	ids                int // that were given
}

// id answers a number that nothing else of the repository has.
func (r *repository) id() int {
	r.ids++
	return r.ids
}

// owner has all repositories.
const owner = "owner"

// repository makes a repository whose branches dev and main are this one's files, as
// they stand here, fitted to the simulation.
func (w *world) repository(t *testing.T, name string) *repository {
	t.Helper()
	r := &repository{
		github: w.github, world: w, full: owner + "/" + name,
		bare: filepath.Join(w.github.root, owner, name), clone: filepath.Join(t.TempDir(), name),
		environments: map[string]*environment{},
	}
	git(t, w.github.root, "clone", "--quiet", "--bare", "--config", "pack.window=0", w.sources, r.bare)
	git(t, w.github.root, "clone", "--quiet", r.bare, r.clone)
	w.github.mu.Lock()
	defer w.github.mu.Unlock()
	w.github.repositories[r.full] = r
	return r
}

// ask asks git about what GitHub has.
func (r *repository) ask(args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.bare
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// git runs git in a folder and answers what it prints.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=dev", "GIT_AUTHOR_EMAIL=dev@example.org",
		"GIT_COMMITTER_NAME=dev", "GIT_COMMITTER_EMAIL=dev@example.org")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, &complaint)
	}
	return strings.TrimSpace(string(out))
}

// push commits files, by their names, to a branch, which is made of dev if it is not
// there, and pushes it. It answers the commit.
func (r *repository) push(t *testing.T, branch string, files map[string]string) (sha string) {
	t.Helper()
	git(t, r.clone, "fetch", "--quiet", "origin")
	from := "origin/dev"
	if git(t, r.clone, "branch", "--remotes", "--list", "origin/"+branch) != "" {
		from = "origin/" + branch
	}
	git(t, r.clone, "checkout", "--quiet", "-B", branch, from)
	for name, content := range files {
		path := filepath.Join(r.clone, name)
		mode := os.FileMode(0o644)
		if info, err := os.Stat(path); err == nil {
			mode = info.Mode()
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		git(t, r.clone, "add", name)
	}
	git(t, r.clone, "commit", "--quiet", "--allow-empty", "--message", "Change "+branch)
	git(t, r.clone, "push", "--quiet", "origin", branch)
	return git(t, r.clone, "rev-parse", "HEAD")
}

// tags are those that GitHub has, with the commits that they mean.
func (r *repository) tags(t *testing.T) map[string]string {
	t.Helper()
	tags := map[string]string{}
	for name := range strings.FieldsSeq(git(t, r.bare, "tag", "--list")) {
		tags[name] = git(t, r.bare, "rev-parse", "refs/tags/"+name+"^{commit}")
	}
	return tags
}

// stubs are what stands in the tested repository in place of what runs it, and of
// what has to ask the network.
var stubs = map[string]string{
	".ci/run":                            passes,
	".github/scripts/vulnerabilities.sh": passes,
}

const (
	passes = "#!/bin/sh\necho all is well\n"
	fails  = "#!/bin/sh\necho a test failed >&2\nexit 1\n"
)

// architecture is this machine's, in Lambda's words.
func architecture() string {
	return map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
}

const foreignSystems = "\t{\"darwin\", \"amd64\"}, {\"darwin\", \"arm64\"},\n" +
	"\t{\"windows\", \"amd64\"}, {\"windows\", \"arm64\"},\n"

// edit changes a piece of a file, which must be there.
func edit(t *testing.T, path, old, instead string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s holds no %q", path, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, instead)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkIn makes the repository that all others are copies of.
func checkIn(t *testing.T) (dir string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	skip := []string{".git", ".tools", ".pulumi-state", "bin", "build", "data", "node_modules"}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // a temporary file of somebody else's
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case slices.Contains(skip, d.Name()): // in a worktree .git is a file, and leads to what must not change
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, name), 0o755)
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, filepath.Join(dir, name))
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		mode := os.FileMode(0o644)
		if info, err := d.Info(); err == nil {
			mode = info.Mode().Perm()
		}
		return os.WriteFile(filepath.Join(dir, name), content, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range stubs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The systems of nobody here: their binaries are the longest part of a build.
	edit(t, filepath.Join(dir, "release", "dist", "dist.go"), foreignSystems, "")
	edit(t, filepath.Join(dir, ".github", "scripts", "build.sh"), "-arch arm64,x86_64", "-arch "+architecture())
	// As the simulation is: its processor, less patience, and no edge, since the
	// simulated CloudFront tells of other settings than it was given, which would be drift.
	for _, of := range []string{"dev", "qa", "prod", "pr"} {
		file := filepath.Join(dir, "Pulumi."+of+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fitted := strings.ReplaceAll(string(text), "sgraph-send:edge: true", "sgraph-send:edge: false")
		fitted = waits.ReplaceAllString(fitted, "$1 1s") +
			"  aws:maxRetries: 2\n  sgraph-send:architecture: " + architecture() + "\n"
		if err := os.WriteFile(file, []byte(fitted), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "init", "--quiet", "--initial-branch=main")
	git(t, dir, "add", "--all")
	git(t, dir, "commit", "--quiet", "--message", "Begin")
	git(t, dir, "branch", "dev")
	git(t, dir, "repack", "-adq") // which each checkout would do for itself
	return dir
}
