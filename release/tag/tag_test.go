package tag

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/semver"
)

// checkout makes a repository with one commit, and one it pushes to.
func checkout(t *testing.T) (work, remote git.Repo) {
	t.Helper()
	remote = git.Repo{Dir: t.TempDir()}
	run(t, remote, "init", "--quiet", "--bare")
	work = git.Repo{Dir: t.TempDir()}
	run(t, work, "init", "--quiet")
	run(t, work, "remote", "add", "origin", remote.Dir)
	commit(t, work, "begin")
	return work, remote
}

func run(t *testing.T, r git.Repo, args ...string) string {
	t.Helper()
	out, err := r.Run(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func commit(t *testing.T, r git.Repo, message string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.Dir, "file"), []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, r, "add", ".")
	run(t, r, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", message)
}

func tagOn(t *testing.T, line semver.Line, r git.Repo) Result {
	t.Helper()
	result, err := Tagger{Repo: r, Line: line, Remote: "origin"}.Tag(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func remoteTags(t *testing.T, remote git.Repo) string {
	t.Helper()
	return strings.ReplaceAll(run(t, remote, "tag", "--list"), "\n", " ")
}

func TestFirstTagFollowsTheOrigin(t *testing.T) {
	t.Parallel()
	for line, want := range map[semver.Line]string{semver.Dev: "v0.3.6", semver.Main: "v0.4.0"} {
		work, remote := checkout(t)
		if got := tagOn(t, line, work); got.Version.String() != want || got.Found {
			t.Errorf("first tag on %s: %+v, want a new %s", line, got, want)
		}
		if got := remoteTags(t, remote); got != want {
			t.Errorf("the remote has %q, want %q", got, want)
		}
	}
}

func TestDevAndMainCountInOneSequence(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t)
	for i, step := range []struct {
		line semver.Line
		want string
	}{
		{semver.Dev, "v0.3.6"}, {semver.Dev, "v0.3.7"}, {semver.Main, "v0.4.0"}, {semver.Dev, "v0.4.1"},
		{semver.Main, "v0.5.0"},
	} {
		commit(t, work, "change "+string(rune('a'+i)))
		if got := tagOn(t, step.line, work).Version.String(); got != step.want {
			t.Fatalf("step %d on %s: %s, want %s", i, step.line, got, step.want)
		}
	}
	if kind := run(t, remote, "cat-file", "-t", "v0.5.0"); kind != "tag" {
		t.Errorf("v0.5.0 is a %s, not an annotated tag", kind)
	}
}

func TestNumbersAreComparedAsNumbers(t *testing.T) {
	t.Parallel()
	work, _ := checkout(t)
	for _, name := range []string{"v0.9.0", "v0.10.2", "v2-beta", "vendor", "nightly"} {
		run(t, work, "tag", name)
	}
	commit(t, work, "next")
	if got := tagOn(t, semver.Dev, work).Version.String(); got != "v0.10.3" {
		t.Errorf("got %s, want v0.10.3", got)
	}
}

func TestTaggedCommitKeepsItsVersion(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t)
	first := tagOn(t, semver.Dev, work)
	again := tagOn(t, semver.Dev, work)
	if !again.Found || again.Version != first.Version {
		t.Errorf("the second run made %+v of %+v", again, first)
	}
	if got := remoteTags(t, remote); got != "v0.3.6" {
		t.Errorf("the remote has %q", got)
	}
}

func TestCommitOfDevThatReachesMainIsReleased(t *testing.T) {
	t.Parallel()
	work, _ := checkout(t)
	tagOn(t, semver.Dev, work)
	if got := tagOn(t, semver.Main, work); got.Found || got.Version.String() != "v0.4.0" {
		t.Errorf("main answered %+v, want a new v0.4.0", got)
	}
	if got := tagOn(t, semver.Dev, work); !got.Found || got.Version.String() != "v0.4.0" {
		t.Errorf("dev answered %+v, want the v0.4.0 that is there", got)
	}
}

func TestDirtyTreeIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(dir string) error{
		"changed":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600) },
		"untracked": func(dir string) error { return os.WriteFile(filepath.Join(dir, "new"), nil, 0o600) },
	} {
		work, remote := checkout(t)
		if err := spoil(work.Dir); err != nil {
			t.Fatal(err)
		}
		_, err := Tagger{Repo: work, Line: semver.Dev, Remote: "origin"}.Tag(t.Context())
		if err == nil || !strings.Contains(err.Error(), "nothing was tagged") {
			t.Errorf("%s: %v", name, err)
		}
		if got := remoteTags(t, remote); got != "" {
			t.Errorf("%s: the remote has %q", name, got)
		}
	}
}

func TestTagPushedMeanwhileMakesTheNextNumber(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t)
	run(t, work, "push", "--quiet", "origin", "HEAD:refs/heads/dev")
	rival := git.Repo{Dir: t.TempDir()}
	run(t, rival, "clone", "--quiet", "--branch", "dev", remote.Dir, ".")
	run(t, rival, "checkout", "--quiet", "--orphan", "main") // of another branch, so nothing is overtaken
	commit(t, rival, "a rival's change")
	rivals := 0
	tagger := Tagger{Repo: work, Line: semver.Dev, Remote: "origin", beforePush: func() {
		if rivals++; rivals <= 2 {
			tagOn(t, semver.Dev, rival)
			commit(t, rival, "and another"+strings.Repeat("!", rivals))
		}
	}}
	got, err := tagger.Tag(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Version.String() != "v0.3.8" {
		t.Errorf("got %s, want v0.3.8 after two lost races", got.Version)
	}
	head := run(t, work, "rev-parse", "HEAD")
	for name, want := range map[string]bool{"v0.3.6": false, "v0.3.7": false, "v0.3.8": true} {
		if mine := run(t, remote, "rev-parse", name+"^{commit}") == head; mine != want {
			t.Errorf("%s on this commit: %v, want %v", name, mine, want)
		}
	}
}

func TestRemoteThatRefusesEndsInItsWords(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t)
	hook := filepath.Join(remote.Dir, "hooks", "pre-receive")
	if err := os.MkdirAll(filepath.Dir(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho tags are protected >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Tagger{Repo: work, Line: semver.Dev, Remote: "origin"}.Tag(t.Context())
	if err == nil || !strings.Contains(err.Error(), "tags are protected") {
		t.Errorf("the error does not say why: %v", err)
	}
	if left := run(t, work, "tag", "--list"); left != "" {
		t.Errorf("a local tag is left: %s", left)
	}
}

// The tests of two pushes can end in another order than they began: the older
// commit must not get the higher version, and be deployed over the newer.
func TestAnOvertakenCommitGetsNoVersion(t *testing.T) {
	t.Parallel()
	for line, want := range map[semver.Line]string{semver.Dev: "v0.3.6", semver.Main: "v0.4.0"} {
		work, remote := checkout(t)
		older := run(t, work, "rev-parse", "HEAD")
		commit(t, work, "newer")
		newer := run(t, work, "rev-parse", "HEAD")
		tagOn(t, line, work)
		run(t, work, "checkout", "--quiet", older)
		if got := tagOn(t, line, work); !got.Overtaken || got.Version.String() != want {
			t.Errorf("on %s: %+v, want one that was overtaken by %s", line, got, want)
		}
		if got := remoteTags(t, remote); got != want {
			t.Errorf("the remote has %q, want %q alone", got, want)
		}
		run(t, work, "checkout", "--quiet", newer)
		if got := tagOn(t, line, work); !got.Found || got.Overtaken {
			t.Errorf("on %s, again: %+v", line, got)
		}
	}
}

// What dev made after it says nothing of what main has not released yet.
func TestDevOvertakesNothingOfMain(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t)
	merged := run(t, work, "rev-parse", "HEAD")
	commit(t, work, "the next on dev")
	tagOn(t, semver.Dev, work)
	run(t, work, "checkout", "--quiet", merged)
	if got := tagOn(t, semver.Main, work); got.Overtaken || got.Version.String() != "v0.4.0" {
		t.Errorf("%+v, want v0.4.0", got)
	}
	if got := remoteTags(t, remote); got != "v0.3.6 v0.4.0" {
		t.Errorf("the remote has %q", got)
	}
}
