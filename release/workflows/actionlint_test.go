package workflows

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"gopkg.in/yaml.v3"
)

// unknownQueue is what actionlint 1.7.12 says of a key that GitHub has known since May
// 2026: https://github.blog/changelog/2026-05-07-github-actions-concurrency-groups-now-allow-larger-queues
// TestTwoDeploysOfAStackNeverOverlap holds its value.
const unknownQueue = `unexpected key "queue" for "concurrency" section. expected one of "cancel-in-progress", "group"`

// lint answers what actionlint has to say about a workflow, and shellcheck about the
// scripts in it, where it is there: TestShellcheckSeesFaultsOfRunBlocks says if it is not. The
// path counts: by it actionlint finds the reusable workflows and the local actions.
func lint(t *testing.T, path string, content []byte) []string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{WorkingDir: root, Shellcheck: "shellcheck"})
	if err != nil {
		t.Fatal(err)
	}
	project, err := actionlint.NewProject(root)
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.Lint(filepath.Join(root, path), content, project)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range found {
		if e.Message == unknownQueue {
			continue
		}
		all = append(all, fmt.Sprintf("%d: %s", e.Line, e.Message))
	}
	return all
}

func TestWorkflowsPassActionlint(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		for _, complaint := range lint(t, f.path, []byte(f.text)) {
			t.Errorf("%s:%s", f.path, complaint)
		}
	}
}

// actionlint knows workflows only, so a composite action is shown to it as a
// reusable workflow with the same inputs, steps and outputs.
func TestActionsPassActionlintAsWorkflows(t *testing.T) {
	t.Parallel()
	for _, f := range actionFiles(t) {
		content := asWorkflow(t, f)
		for _, complaint := range lint(t, ".github/workflows/from-action.yml", content) {
			t.Errorf("%s, as the workflow below: %s\n%s", f.path, complaint, content)
		}
	}
}

func asWorkflow(t *testing.T, f file) []byte {
	t.Helper()
	a := decode[action](t, &f.root)
	raw := decode[struct{ Runs struct{ Steps yaml.Node } }](t, &f.root)
	inputs, outputs := map[string]any{}, map[string]any{}
	for name := range a.Inputs {
		inputs[name] = map[string]any{"type": "string", "description": "-"}
	}
	for name, out := range a.Outputs {
		outputs[name] = out.Value
	}
	job := map[string]any{"runs-on": "ubuntu-24.04", "steps": &raw.Runs.Steps}
	if len(outputs) > 0 {
		job["outputs"] = outputs
	}
	content, err := yaml.Marshal(map[string]any{
		"on":   map[string]any{"workflow_call": map[string]any{"inputs": inputs}},
		"jobs": map[string]any{"action": job},
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestShellcheckSeesFaultsOfRunBlocks(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("shellcheck"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, run blocks were not looked at: shellcheck is not installed; tools/setup does it: %v", err)
	}
	const run = "run: .github/scripts/vulnerabilities.sh\n"
	f := one(t, "workflows/security.yml")
	spoiled := strings.Replace(f.text, run, "run: rm $GITHUB_WORKSPACE/*\n", 1)
	if found := lint(t, f.path, []byte(spoiled)); len(found) == 0 || !strings.Contains(found[0], "SC2086") {
		t.Errorf("an unquoted variable passes: %q", found)
	}
}

// The linter must be able to complain, about both kinds of file.
func TestActionlintSeesFaults(t *testing.T) {
	t.Parallel()
	spoiled := strings.Replace(one(t, "workflows/stack.yml").text,
		"steps.credentials.outputs.available }}", "steps.credentials.outputs.availabel }}", 1)
	if len(lint(t, ".github/workflows/stack.yml", []byte(spoiled))) == 0 {
		t.Error("a misspelt output of a composite action passes")
	}
	caller := one(t, "workflows/drift.yml").text
	without := []byte(strings.Replace(caller, "      operation: drift\n", "", 1))
	if len(lint(t, ".github/workflows/drift.yml", without)) == 0 {
		t.Error("a missing input of the reusable workflow passes")
	}
	f := one(t, "actions/aws-credentials/action.yml")
	if err := yaml.Unmarshal([]byte(strings.Replace(f.text, "inputs.region", "inputs.regoin", 1)), &f.root); err != nil {
		t.Fatal(err)
	}
	if len(lint(t, ".github/workflows/from-action.yml", asWorkflow(t, f))) == 0 {
		t.Error("a misspelt input of an action passes")
	}
	if _, err := os.Stat(filepath.Join(github, "workflows", "from-action.yml")); err == nil {
		t.Error("the made-up workflow was written to the repository")
	}
}
