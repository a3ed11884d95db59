package workflows

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	pinned  = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	comment = regexp.MustCompile(`uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)
	script  = regexp.MustCompile(`(?:^|\s)(\.github/scripts/[\w.-]+\.sh|\.ci/run)`)
)

func TestActionsOfOthersArePinnedByCommit(t *testing.T) {
	t.Parallel()
	versions := map[string]string{}
	for _, f := range allFiles(t) {
		count := 0
		for _, s := range f.steps(t) {
			if s.Uses == "" || strings.HasPrefix(s.Uses, "./") {
				continue
			}
			count++
			if !pinned.MatchString(s.Uses) {
				t.Errorf("%s: %s is not pinned by a commit", f.path, s.Uses)
			}
			name, commit, _ := strings.Cut(s.Uses, "@")
			if known, ok := versions[name]; ok && known != commit {
				t.Errorf("%s: %s is pinned to another commit elsewhere", f.path, name)
			}
			versions[name] = commit
		}
		if told := len(comment.FindAllString(f.text, -1)); told != count {
			t.Errorf("%s: %d of %d pins say their version in a comment", f.path, told, count)
		}
	}
}

func TestJobsAreBoundedAndHaveOnlyWhatTheyNeed(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		w := decode[workflow](t, &f.root)
		if w.Permissions == nil || len(w.Permissions) > 0 {
			t.Errorf("%s: the permissions of the workflow are %v; begin with {} and grant by job", f.path, w.Permissions)
		}
		for name, j := range w.Jobs {
			if len(j.Permissions) == 0 {
				t.Errorf("%s: job %s names no permissions", f.path, name)
			}
			if j.Uses == "" && j.Timeout == 0 {
				t.Errorf("%s: job %s may run for ever", f.path, name)
			}
		}
	}
}

// GitHub starts nothing of a workflow that calls another one without all that its
// jobs ask for.
func TestCallersGrantWhatTheCalledAskFor(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		for name, caller := range decode[workflow](t, &f.root).Jobs {
			path, called := strings.CutPrefix(caller.Uses, "./.github/")
			if !called {
				continue
			}
			other := one(t, path)
			for inner, j := range decode[workflow](t, &other.root).Jobs {
				for what, level := range j.Permissions {
					if got := caller.Permissions[what]; got != level && got != "write" {
						t.Errorf("%s: job %s grants %s: %q; job %s of %s asks for %s", f.path, name, what, got, inner, path, level)
					}
				}
			}
		}
	}
}

// What holds the power to write does not run what a pull request brought.
func TestPullRequestsRunWithoutPower(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		if strings.Contains(f.text, "pull_request_target") {
			t.Errorf("%s runs for pull requests of forks with the rights of the repository", f.path)
		}
	}
	w := one(t, "workflows/preview.yml")
	for name, j := range decode[workflow](t, &w.root).Jobs {
		for _, s := range j.Steps {
			checkout := strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["ref"] == ""
			if checkout && j.Permissions["pull-requests"] == "write" {
				t.Errorf("job %s may write and checks out the pull request", name)
			}
		}
	}
}

// A branch may be called as a version is, and would go before the tag: what is
// checked out is a commit, or a tag by its full name.
func TestCheckoutsNameACommitOrATagInFull(t *testing.T) {
	t.Parallel()
	full := regexp.MustCompile(`^(refs/tags/\$\{\{ [\w.-]+ \}\}|` +
		`\$\{\{ (inputs\.version && format\('refs/tags/\{0\}', inputs\.version\) \|\| )?github\.sha \}\}|` +
		`\$\{\{ github\.event\.pull_request\.base\.sha \}\})$`)
	for _, f := range allFiles(t) {
		for _, s := range f.steps(t) {
			if !strings.HasPrefix(s.Uses, "actions/checkout@") {
				continue
			}
			if ref := s.With["ref"]; ref != "" && !full.MatchString(ref) {
				t.Errorf("%s checks out %q", f.path, ref)
			}
		}
	}
}

// The program of a pull request, which nobody has approved, sees dev alone.
func TestPullRequestsReachDevAlone(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		if !strings.Contains(f.text, "\n  pull_request:\n") {
			continue
		}
		for name, j := range decode[workflow](t, &f.root).Jobs {
			if j.Uses != "" && (j.With["stack"] != "dev" || j.With["environment"] != "dev-preview") {
				t.Errorf("%s: job %s reaches %s in %s", f.path, name, j.With["stack"], j.With["environment"])
			}
		}
	}
}

func TestRunBlocksAreShortAndTakeNoExpressions(t *testing.T) {
	t.Parallel()
	for _, f := range allFiles(t) {
		for _, s := range f.steps(t) {
			if strings.Contains(s.Run, "${{") {
				t.Errorf("%s: an expression in a script can become part of it: %q; pass it by env", f.path, s.Run)
			}
			if lines := strings.Count(strings.TrimSpace(s.Run), "\n") + 1; lines > 3 {
				t.Errorf("%s: %d lines of script; make it a file with a test", f.path, lines)
			}
		}
	}
}

func TestEveryScriptIsThereAndIsUsed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, f := range allFiles(t) {
		for _, s := range f.steps(t) {
			for _, m := range script.FindAllStringSubmatch(s.Run, -1) {
				used[m[1]] = true
				info, err := os.Stat(filepath.Join("..", "..", m[1]))
				if err != nil || info.Mode()&0o111 == 0 {
					t.Errorf("%s runs %s, which is missing or cannot be run", f.path, m[1])
				}
			}
		}
	}
	names, err := filepath.Glob(filepath.Join(github, "scripts", "*"))
	if err != nil || len(names) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, name := range names {
		if path := ".github/scripts/" + filepath.Base(name); !used[path] {
			t.Errorf("nothing runs %s", path)
		}
	}
}

// Whoever reads the folder of a job must not find its token there.
func TestOnlyTheTagKeepsItsToken(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			for _, s := range j.Steps {
				if !strings.HasPrefix(s.Uses, "actions/checkout@") {
					continue
				}
				if want := "false"; s.With["persist-credentials"] != want && name != "tag" {
					t.Errorf("%s: job %s leaves its token in the working tree", f.path, name)
				}
			}
		}
	}
}

func TestActionsDescribeThemselves(t *testing.T) {
	t.Parallel()
	for _, f := range actionFiles(t) {
		a := decode[action](t, &f.root)
		if a.Name == "" || a.Description == "" || a.Runs.Using != "composite" {
			t.Errorf("%s: name %q, description %q, using %q", f.path, a.Name, a.Description, a.Runs.Using)
		}
		for name, in := range a.Inputs {
			if in.Description == "" {
				t.Errorf("%s: input %s has no description", f.path, name)
			}
			if !strings.Contains(f.text, "inputs."+name) {
				t.Errorf("%s: input %s is not used", f.path, name)
			}
		}
		for _, s := range a.Runs.Steps {
			if s.Run != "" && s.Shell == "" {
				t.Errorf("%s: %q names no shell", f.path, s.Run)
			}
		}
	}
}

func TestTwoDeploysOfAStackNeverOverlap(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/stack.yml")
	j := decode[workflow](t, &f.root).Jobs["stack"]
	const alone = "inputs.operation == 'deploy' && format('deploy-{0}', inputs.stack)"
	if !strings.Contains(j.Concurrency.Group, alone) || j.Concurrency.Cancel {
		t.Errorf("deploys run in group %q, cancelled: %v", j.Concurrency.Group, j.Concurrency.Cancel)
	}
	for _, f := range allFiles(t) {
		for _, s := range f.steps(t) {
			if s.Uses == "./.github/actions/deploy-stack" && f.path != ".github/workflows/stack.yml" {
				t.Errorf("%s deploys outside of the group", f.path)
			}
		}
	}
}

// What takes too long for every push runs all the same.
func TestTheLongFormsRunOnASchedule(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		if strings.Contains(f.text, "\n  schedule:\n") && strings.Contains(f.text, "run: make nightly\n") {
			return
		}
	}
	t.Error("no workflow with a schedule runs make nightly")
}

// A hosted machine has a Node.js of its own, which others move.
func TestTestsRunOnTheNodeThatIsPinned(t *testing.T) {
	t.Parallel()
	found := 0
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			set := false
			for _, s := range j.Steps {
				set = set || s.Uses == "./.github/actions/setup-tests"
				if s.Run != ".ci/run" && s.Run != "make nightly" {
					continue
				}
				if found++; !set {
					t.Errorf("%s: job %s runs tests with whatever the machine has", f.path, name)
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("only %d jobs run tests", found)
	}
}

// A deploy that is cancelled, or takes too long, leaves no lock, and what was live
// before: the job outlives its steps, and both steps run whatever ended the deploy.
func TestADeployThatIsCutOffIsPutRight(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/stack.yml")
	j := decode[workflow](t, &f.root).Jobs["stack"]
	bounded, after := 0, 0
	for _, s := range j.Steps {
		bounded += s.Timeout
		rights := strings.HasSuffix(s.Run, "/pulumi.sh unlock") || strings.HasSuffix(s.Run, "/put-back.sh")
		if rights {
			after++
			if !strings.HasPrefix(s.If, "(failure() || cancelled()) &&") {
				t.Errorf("%s runs if %s", s.Run, s.If)
			}
		}
		acts := rights || s.ID == "deploy" || s.Uses == "./.github/actions/smoke"
		if acts != (s.Timeout > 0) {
			t.Errorf("step %s%s%s is bounded by %d minutes", s.ID, s.Uses, s.Run, s.Timeout)
		}
	}
	if after != 2 || bounded >= j.Timeout {
		t.Errorf("%d steps put right, and all may take %d of the job's %d minutes", after, bounded, j.Timeout)
	}
}

// The job that pushes the image alone may write packages, and pushes the very
// binaries that the build made; nothing is released whose image is not there.
func TestTheImageIsPushedByOneJob(t *testing.T) {
	t.Parallel()
	const pipeline = ".github/workflows/ci-pipeline.yml"
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			if _, ok := j.Permissions["packages"]; ok && !(f.path == pipeline && name == "image") && j.Uses != "./"+pipeline {
				t.Errorf("%s: job %s may write packages", f.path, name)
			}
		}
	}
	f := one(t, "workflows/ci-pipeline.yml")
	jobs := decode[workflow](t, &f.root).Jobs
	var steps []string
	for _, s := range jobs["image"].Steps {
		name, _, _ := strings.Cut(s.Uses, "@")
		steps = append(steps, name+s.Run)
		if name == "actions/attest-build-provenance" && s.With["subject-digest"] != "${{ steps.image.outputs.digest }}" {
			t.Errorf("%q is attested", s.With["subject-digest"])
		}
	}
	want := []string{
		"actions/download-artifact", "go run ./release/cmd/release verify --dir dist",
		".github/scripts/push-image.sh", "actions/attest-build-provenance",
	}
	if n := len(steps) - len(want); n < 0 || !slices.Equal(steps[n:], want) {
		t.Errorf("the image is pushed by %q, want %q last", steps, want)
	}
	if !slices.Contains(jobs["release"].Needs, "image") {
		t.Error("a release does not wait for its image")
	}
}
