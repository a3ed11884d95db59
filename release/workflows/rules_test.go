package workflows

import (
	"cmp"
	"maps"
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
		if f.path == stackWorkflow {
			continue // TestEachOperationIsGrantedWhatItNeeds
		}
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

const (
	// stackWorkflow takes whatever its callers grant, so that each operation has its own.
	stackWorkflow = ".github/workflows/stack.yml"
	docsWorkflow  = ".github/workflows/docs.yml"
)

// eachOperation calls back with every job that runs an operation on a stack.
func eachOperation(t *testing.T, see func(what string, j job)) {
	t.Helper()
	count := 0
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			if j.Uses == "./"+stackWorkflow {
				count++
				see(f.path+": job "+name, j)
			}
		}
	}
	if count < 6 {
		t.Errorf("only %d jobs reach a stack", count)
	}
}

func TestEachOperationIsGrantedWhatItNeeds(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/stack.yml")
	w := decode[workflow](t, &f.root)
	if w.Permissions != nil || w.Jobs["stack"].Permissions != nil || len(w.On) != 1 {
		t.Error("what is called grants something by itself, or is not only called")
	}
	eachOperation(t, func(what string, j job) {
		want := map[string]string{"contents": "read", "id-token": "write"}
		operation := j.With["operation"]
		if j.With["version"] != "" || operation == "drift" { // of a release, whose provenance is looked at
			want["attestations"] = "read"
		}
		switch {
		case j.With["commit"] != "":
			want["issues"], want["pull-requests"] = "read", "read" // whether somebody asks for it
		case operation == "drift":
			want["actions"] = "read" // what dev's runs built
		case operation == "deploy" && j.With["stack"] == "prod":
			want["actions"], want["deployments"] = "read", "read" // the approval, and what qa did
		case operation == "deploy":
			want["attestations"] = "write" // qa's word
		}
		if !maps.Equal(j.Permissions, want) {
			t.Errorf("%s grants %v for a %s, which needs %v", what, j.Permissions, operation, want)
		}
	})
}

// A stack is reached in its own environment, which holds its credentials: a deploy in
// the one that may write, what only looks in the one that may not.
func TestStacksAreReachedInTheirOwnEnvironment(t *testing.T) {
	t.Parallel()
	eachOperation(t, func(what string, j job) {
		want := j.With["stack"] + "-preview"
		if j.With["operation"] == "deploy" || j.With["operation"] == "check" {
			want = j.With["stack"]
		}
		if strings.HasPrefix(what, ".github/workflows/pull-request-") {
			want = "pull-request"
		}
		if j.With["environment"] != want {
			t.Errorf("%s reaches it in %s", what, j.With["environment"])
		}
	})
}

func TestWhatDeploysNothingLeavesNoRecordOfADeployment(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			want := "false"
			if f.path == stackWorkflow {
				want = "${{ inputs.operation == 'deploy' }}"
			}
			if f.path == docsWorkflow { // it deploys the site
				want = ""
			}
			if j.Environment.Name != "" && j.Environment.Deployment != want {
				t.Errorf("%s: job %s: deployment: %s, want %s", f.path, name, j.Environment.Deployment, want)
			}
		}
	}
}

// What brings something to prod is main's own, and somebody approves before it enters
// the queue, where it would hold up or lose its place to whoever is approved earlier.
func TestProdIsReachedFromMainAfterAnApproval(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/ci-pipeline__prod.yml")
	w := decode[workflow](t, &f.root)
	if _, ok := w.On["workflow_dispatch"]; !ok || len(w.On) != 1 {
		t.Error("the pipeline of prod starts by something else than on a branch")
	}
	for job, needs := range map[string]string{"preview": "preflight", "approve": "preview", "deploy": "approve"} {
		if !slices.Equal(w.Jobs[job].Needs, list{needs}) {
			t.Errorf("%s needs %v", job, w.Jobs[job].Needs)
		}
	}
	approve, deploy := w.Jobs["approve"], w.Jobs["deploy"]
	if approve.Environment.Name != "prod-approval" || approve.Concurrency.Group != "" ||
		approve.Outputs["attempt"] != "${{ github.run_attempt }}" {
		t.Errorf("the approval is %+v", approve)
	}
	if deploy.With["approved-attempt"] != "${{ needs.approve.outputs.attempt }}" || deploy.If != "" {
		t.Errorf("the deploy is %+v", deploy)
	}
	eachOperation(t, func(what string, j job) {
		if j.With["operation"] == "deploy" && j.With["stack"] == "prod" && !strings.HasPrefix(what, f.path+":") {
			t.Errorf("%s deploys to prod", what)
		}
	})

	// A release's event runs what the release's tag has: that is to be no more than a start.
	released := one(t, "workflows/ci-pipeline__released.yml")
	for name, j := range decode[workflow](t, &released.root).Jobs {
		starts := len(j.Steps) == 2 && j.Steps[1].Run == ".github/scripts/start-prod.sh"
		if j.Uses != "" || j.Environment.Name != "" || !starts {
			t.Errorf("job %s of what a release starts is %+v", name, j)
		}
	}
	for _, f := range workflowFiles(t) {
		if _, ok := decode[workflow](t, &f.root).On["release"]; ok && f.path != released.path {
			t.Errorf("%s runs as the release's tag has it", f.path)
		}
	}
}

// position answers where in a job the one step is that names a text.
func position(t *testing.T, j job, text string) (at int, s step) {
	t.Helper()
	at = -1
	for i, s := range j.Steps {
		if strings.Contains(s.Name+s.Uses+s.Run, text) {
			if at >= 0 {
				t.Fatalf("two steps have %s", text)
			}
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("no step has %s", text)
	}
	return at, j.Steps[at]
}

// prod gets what was approved, and what qa gave its word for; main's own tools say so
// in the very job that deploys, before it touches anything.
func TestADeployToProdIsHeldAgainstItsEvidence(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/stack.yml")
	j := decode[workflow](t, &f.root).Jobs["stack"]
	first := j.Steps[0]
	if first.With["ref"] != "${{ inputs.tools || github.sha }}" || first.With["path"] != "" {
		t.Errorf("the tools are those of %v", first.With)
	}
	eachOperation(t, func(what string, j job) {
		if _, others := j.With["tools"]; others && j.With["environment"] != "pull-request" {
			t.Errorf("%s names other tools than those of its workflow", what)
		}
	})
	deploys, _ := position(t, j, "actions/deploy-stack")
	fetched, _ := position(t, j, "fetch-release.sh")
	approved, a := position(t, j, "approved.sh")
	proven, p := position(t, j, "proven.sh")
	const prod = "steps.go.outcome == 'success' && inputs.operation == 'deploy' && inputs.stack == 'prod'"
	if a.If != prod || p.If != prod {
		t.Errorf("prod is guarded if %q and %q", a.If, p.If)
	}
	if !(approved < fetched && fetched < proven && proven < deploys) {
		t.Errorf("approved %d, fetched %d, proven %d, deployed %d", approved, fetched, proven, deploys)
	}

	smoked := slices.IndexFunc(j.Steps, func(s step) bool { return s.ID == "smoke" })
	back, _ := position(t, j, "put-back.sh")
	signed, word := position(t, j, "actions/attest@")
	const green = "inputs.operation == 'deploy' && inputs.stack == 'qa' && steps.smoke.outcome == 'success'"
	if !(smoked < back && back < signed) || !strings.HasPrefix(word.If, green+" && ") {
		t.Errorf("qa's word is step %d, if %q", signed, word.If)
	}
	text, err := os.ReadFile(filepath.Join(github, "scripts", "proven.sh"))
	if err != nil || !strings.Contains(string(text), "--predicate-type "+word.With["predicate-type"]+" ") {
		t.Errorf("qa says %q, and prod asks for something else (%v)", word.With["predicate-type"], err)
	}
}

// Nothing goes anywhere that one machine alone built.
func TestNothingIsReleasedThatTwoBuildsDoNotMakeAlike(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/ci-pipeline.yml")
	jobs := decode[workflow](t, &f.root).Jobs
	again := jobs["rebuild"]
	if again.RunsOn == "" || again.RunsOn == jobs["build"].RunsOn {
		t.Errorf("it is built twice on %s", again.RunsOn)
	}
	for _, s := range again.Steps {
		if s.Uses == "./.github/actions/setup-go-cache" && s.With["cache"] != "false" {
			t.Error("the second build begins with what an earlier run left")
		}
	}
	for _, name := range []string{"image", "release", "deploy"} {
		if !slices.Contains(jobs[name].Needs, "rebuild") {
			t.Errorf("job %s does not wait for the second build", name)
		}
	}
	if !strings.Contains(jobs["deploy"].If, "needs.rebuild.result == 'success' &&") {
		t.Errorf("it is deployed if %s", jobs["deploy"].If)
	}
}

// What holds the power to write does not run what a pull request brought.
func TestPullRequestsRunWithoutPower(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		if _, is := decode[workflow](t, &f.root).On["pull_request_target"]; is {
			t.Errorf("%s runs for pull requests of forks with the rights of the repository", f.path)
		}
	}
	for _, name := range []string{"preview", "pull-request-stack"} {
		w := one(t, "workflows/"+name+".yml")
		for name, j := range decode[workflow](t, &w.root).Jobs {
			for _, s := range j.Steps {
				checkout := strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["ref"] == ""
				if checkout && j.Permissions["pull-requests"] == "write" {
					t.Errorf("%s: job %s may write and checks out the pull request", w.path, name)
				}
			}
		}
	}
}

// What a pull request brings becomes a stack by its branch's tools, of one commit, when
// a person asks for it, which GitHub says again in the job that runs it; never as a
// fork, and by no keys that nothing bounds.
func TestAPullRequestsStackIsAskedFor(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/pull-request-stack.yml")
	jobs := decode[workflow](t, &f.root).Jobs
	const own = "github.event.pull_request.head.repo.full_name == github.repository && "
	if !strings.HasPrefix(strings.Join(strings.Fields(jobs["decide"].If), " "), own) {
		t.Errorf("it is decided if %s", jobs["decide"].If)
	}
	const base = "${{ github.event.pull_request.base.sha }}"
	for input, want := range map[string]string{
		"stack": "pr-${{ github.event.pull_request.number }}", "environment": "pull-request", "tools": base,
		"commit": "${{ needs.decide.outputs.commit }}",
	} {
		if got := jobs["stack"].With[input]; got != want {
			t.Errorf("the stack is made with %s: %s, want %s", input, got, want)
		}
	}
	if !strings.Contains(f.text, "    branches: [dev, main]\n") {
		t.Error("the tools may be those of any branch")
	}
	stack := one(t, "workflows/stack.yml")
	j := decode[workflow](t, &stack.root).Jobs["stack"]
	asked, consent := position(t, j, "release consent")
	deploys, _ := position(t, j, "actions/deploy-stack")
	const pull = "steps.go.outcome == 'success' && inputs.operation == 'deploy' && inputs.environment == 'pull-request'"
	if asked > deploys || consent.If != pull {
		t.Errorf("it is asked in step %d, if %s, and deployed in step %d", asked, consent.If, deploys)
	}
	for _, s := range j.Steps {
		for input, value := range s.With {
			if strings.Contains(value, "secrets.") && strings.Contains(input, "key") &&
				!strings.HasPrefix(value, "${{ inputs.environment != 'pull-request' && ") {
				t.Errorf("a pull request gets %s: %s", input, value)
			}
		}
	}
}

// A branch may be called as a version is, and would go before the tag: what is
// checked out is a commit, or a tag by its full name. The root has the workflow's own
// commit, whose tools run; a version's source lies beside.
func TestCheckoutsNameACommitOrATagInFull(t *testing.T) {
	t.Parallel()
	tag := regexp.MustCompile(`^(refs/tags/\$\{\{ [\w.-]+ \}\}|\$\{\{ inputs\.commit \}\})$`)
	commit := regexp.MustCompile(`^(|\$\{\{ (inputs\.tools \|\| )?github\.sha \}\}|` +
		`\$\{\{ github\.event\.pull_request\.base\.sha \}\})$`)
	for _, f := range allFiles(t) {
		for _, s := range f.steps(t) {
			if !strings.HasPrefix(s.Uses, "actions/checkout@") {
				continue
			}
			of, beside := tag, s.With["path"] == "source"
			if !beside {
				of = commit
			}
			if ref := s.With["ref"]; !of.MatchString(ref) || !beside && s.With["path"] != "" {
				t.Errorf("%s checks out %q into %q", f.path, ref, s.With["path"])
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
			asked := j.With["environment"] == "pull-request" // see TestAPullRequestsStackIsAskedFor
			if j.Uses != "" && !asked && (j.With["stack"] != "dev" || j.With["environment"] != "dev-preview") {
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
func TestOnlyWhoTagsKeepsItsToken(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			for _, s := range j.Steps {
				if !strings.HasPrefix(s.Uses, "actions/checkout@") {
					continue
				}
				if want := "false"; s.With["persist-credentials"] != want && name != "tag" && name != "modules" {
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
	const alone = `contains(fromJSON('["deploy", "destroy"]'), inputs.operation) && format('deploy-{0}', inputs.stack)`
	if !strings.Contains(j.Concurrency.Group, alone) || j.Concurrency.Cancel || j.Concurrency.Queue != "max" {
		t.Errorf("deploys run in %+v", j.Concurrency)
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
		if s.ID != "destroy" { // in the place of a deploy
			bounded += s.Timeout
		}
		rights := strings.HasSuffix(s.Run, "/pulumi.sh unlock") || strings.HasSuffix(s.Run, "/put-back.sh")
		if rights {
			after++
			if !strings.HasPrefix(s.If, "(failure() || cancelled()) &&") {
				t.Errorf("%s runs if %s", s.Run, s.If)
			}
		}
		acts := rights || s.Uses == "./.github/actions/smoke" ||
			slices.Contains([]string{"deploy", "traffic", "settle", "destroy"}, s.ID)
		if acts != (s.Timeout > 0) {
			t.Errorf("step %s%s%s is bounded by %d minutes", s.ID, s.Uses, s.Run, s.Timeout)
		}
	}
	if after != 2 || bounded >= j.Timeout {
		t.Errorf("%d steps put right, and all may take %d of the job's %d minutes", after, bounded, j.Timeout)
	}
}

// Nobody is sent to a version before it was tried where nobody is, and the credentials
// by which it could be put back last longer than sending people there takes.
func TestAVersionIsTriedBeforeItIsLive(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/stack.yml")
	var order []string
	ran, minutes := map[string]string{}, 0
	for _, s := range decode[workflow](t, &f.root).Jobs["stack"].Steps {
		name := cmp.Or(s.ID, s.Uses)
		if s.Uses == "./.github/actions/aws-credentials" {
			name, minutes = "credentials", 0
		}
		if !slices.Contains([]string{"before", "deploy", "next", "credentials", "traffic", "settle", "smoke"}, name) {
			continue
		}
		order, ran[name] = append(order, name), s.If
		if minutes += s.Timeout; name == "traffic" && minutes >= 60 {
			t.Errorf("what is live is moved for up to %d minutes after credentials of an hour were asked for", minutes)
		}
	}
	want := []string{"credentials", "before", "deploy", "next", "credentials", "traffic", "settle", "smoke"}
	if !slices.Equal(order, want) {
		t.Errorf("the order is %v, want %v", order, want)
	}
	for step, of := range map[string]string{"traffic": "next", "settle": "traffic"} {
		if want := "steps." + of + ".outcome == 'success'"; ran[step] != want {
			t.Errorf("step %s runs if %s, want %s", step, ran[step], want)
		}
	}
	text, err := os.ReadFile(filepath.Join(github, "actions", "deploy-stack", "action.yml"))
	if err != nil || !strings.Contains(string(text), "SEND_HOLD_LIVE: '1'") {
		t.Errorf("a deploy moves what is live itself: %v", err)
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

// The site is made again of whatever it is made of, and published from dev by a job
// that runs nothing of the repository.
func TestTheSiteIsPublishedFromDevAlone(t *testing.T) {
	t.Parallel()
	f := one(t, "workflows/docs.yml")
	w := decode[workflow](t, &f.root)
	type filter struct{ Branches, Paths []string }
	push, pull := w.On["push"], w.On["pull_request"]
	pushed, pulled := decode[filter](t, &push), decode[filter](t, &pull)
	if !slices.Equal(pushed.Branches, []string{"dev"}) || !slices.Equal(pushed.Paths, pulled.Paths) {
		t.Errorf("it is made for pushes %+v and pull requests %+v", pushed, pulled)
	}
	for _, of := range []string{"docs/**", "*.md", "release/site/**", "shared/pages/assets/*", docsWorkflow} {
		if !slices.Contains(pushed.Paths, of) {
			t.Errorf("it is not made again for %s", of)
		}
	}
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			if j.Permissions["pages"] != "write" {
				continue
			}
			if f.path != docsWorkflow || len(j.Steps) != 1 || !strings.HasPrefix(j.Steps[0].Uses, "actions/deploy-pages@") {
				t.Errorf("%s: job %s may write pages, and does more than publish them", f.path, name)
			}
		}
	}
	if uploads := w.Jobs["build"].Steps; !strings.Contains(uploads[len(uploads)-1].If, "github.ref == 'refs/heads/dev'") {
		t.Error("what is not dev's is handed on to be published")
	}
}
