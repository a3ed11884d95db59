package changelog

import (
	"strings"
	"testing"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/release/semver"
)

func TestChangesSinceTheReleaseBefore(t *testing.T) {
	t.Parallel()
	repo := git.Repo{Dir: t.TempDir()}
	run := func(args ...string) {
		t.Helper()
		args = append([]string{"-c", "user.name=test", "-c", "user.email=test@example.org"}, args...)
		if _, err := repo.Run(t.Context(), args...); err != nil {
			t.Fatal(err)
		}
	}
	commit := func(subject string) { run("commit", "--quiet", "--allow-empty", "-m", subject) }
	run("init", "--quiet", "-b", "main")
	commit("First thing")
	run("tag", "v0.4.0")
	commit("Second thing")
	run("tag", "v0.4.1")
	run("checkout", "--quiet", "-b", "side")
	commit("Thanks to @someone for <b>this</b>")
	run("checkout", "--quiet", "main")
	run("merge", "--quiet", "--no-ff", "-m", "Merge the side", "side")
	run("tag", "v0.5.0")
	run("tag", "v0.6.0")

	write := func(v string) string {
		t.Helper()
		version, err := semver.Parse(v)
		if err != nil {
			t.Fatal(err)
		}
		text, err := Write(t.Context(), repo, version)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	got := write("v0.5.0")
	for _, want := range []string{"since v0.4.0\n", "- Second thing (", "- Thanks to @\u200bsomeone for &lt;b>this"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	for _, surplus := range []string{"First thing", "Merge the side"} {
		if strings.Contains(got, surplus) {
			t.Errorf("%q is in\n%s", surplus, got)
		}
	}
	first := write("v0.4.0")
	if !strings.Contains(first, "since the beginning") || !strings.Contains(first, "First thing") {
		t.Errorf("the first release says\n%s", first)
	}
	if same := write("v0.6.0"); !strings.Contains(same, "No commit") {
		t.Errorf("a release without commits says\n%s", same)
	}
	if _, err := Write(t.Context(), repo, semver.Version{Major: 9}); err == nil {
		t.Error("a version without a tag has a changelog")
	}
}
