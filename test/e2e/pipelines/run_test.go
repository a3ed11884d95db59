package pipelines

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"
)

// event is what starts a run.
type event struct {
	name    string // such as push
	ref     string // in full
	sha     string
	actor   string // "" = dev
	payload object
	// fork says that it came from one: it gets no secrets.
	fork bool
}

// pushed is the event of a push to a branch.
func pushed(branch, sha string) event {
	ref := "refs/heads/" + branch
	return event{name: "push", ref: ref, sha: sha, payload: object{"ref": ref, "after": sha}}
}

// run is one run of a workflow.
type run struct {
	repository *repository
	id         int
	workflow   string // its file
	event      event
	ref, sha   string

	// guarded by gitHub.mu
	artifacts map[string][]byte
	reviews   []review

	cmd   *exec.Cmd
	ended chan struct{} // closed when act has ended

	mu   sync.Mutex
	jobs map[string]*job
	log  bytes.Buffer // for people
	raw  bytes.Buffer // all of what act said
}

// job is what became of a job of a run.
type job struct {
	results []string // one, or that of each of its matrix
	steps   map[string]string
	outputs map[string]string // "step.name" -> value
	summary string
	log     string
}

func (r *run) refName() string {
	_, name, _ := strings.Cut(strings.TrimPrefix(r.ref, "refs/"), "/")
	return name
}

// run runs a workflow for an event to its end.
func (r *repository) run(t *testing.T, workflow string, e event) *run {
	t.Helper()
	started := r.start(t, workflow, e)
	<-started.ended
	return started
}

// start has a workflow run for an event.
func (r *repository) start(t *testing.T, workflow string, e event) *run {
	t.Helper()
	g := r.github
	g.mu.Lock()
	g.runs++
	started := &run{
		repository: r, id: g.runs, workflow: workflow, event: e, ref: e.ref, sha: e.sha,
		artifacts: map[string][]byte{}, ended: make(chan struct{}), jobs: map[string]*job{},
	}
	r.runs = append(r.runs, started)
	g.mu.Unlock()

	dir := t.TempDir()
	tree := filepath.Join(dir, "tree")
	if err := os.Mkdir(tree, 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, r.bare, "archive", "--output="+filepath.Join(dir, "tree.tar"), e.sha, ".github")
	unpack := exec.CommandContext(t.Context(), "tar", "-C", tree, "-xf", filepath.Join(dir, "tree.tar"))
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	if !r.starts(t, workflow, e) {
		t.Fatalf("%s is not started by %s of %s", workflow, e.name, e.ref)
	}
	render(t, tree, started)
	payload := object{"repository": object{"full_name": r.full, "default_branch": "dev"}}
	maps.Copy(payload, e.payload)
	text, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "event.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		e.name, "--workflows", filepath.Join(".github", "workflows", workflow), "--json",
		"--eventpath", filepath.Join(dir, "event.json"), "--actor", actorOf(e),
		"--action-cache-path", filepath.Join(dir, "cache"), "--no-cache-server", "--no-skip-checkout", "--rm",
		"--concurrent-jobs", "4",
		"--platform", "ubuntu-24.04=-self-hosted", "--platform", "ubuntu-24.04-arm=-self-hosted",
	}
	args = append(args, standIns(t, tree)...)
	for name, value := range r.context(e, started.id) {
		args = append(args, "--env", name+"="+value)
	}
	g.mu.Lock()
	args = append(args, r.given(e)...)
	g.mu.Unlock()

	cmd := exec.Command(r.world.act, args...)
	cmd.Dir, cmd.Env = tree, r.world.env
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started.cmd = cmd
	go func() {
		started.read(said)
		_ = cmd.Wait() // what failed, the jobs say
		g.mu.Lock()
		defer g.mu.Unlock()
		close(started.ended)
		r.entries = slices.DeleteFunc(r.entries, func(e *entry) bool { return e.run == started })
		g.tell()
	}()
	t.Cleanup(func() {
		select {
		case <-started.ended:
		default: // the test has failed
			_ = cmd.Process.Kill()
			<-started.ended
		}
		if t.Failed() {
			t.Logf("run %d of %s on %s:\n%s", started.id, workflow, e.ref, &started.log)
		}
	})
	return started
}

func actorOf(e event) string {
	if e.actor == "" {
		return "dev"
	}
	return e.actor
}

// starts says whether GitHub would start a workflow for an event.
func (r *repository) starts(t *testing.T, workflow string, e event) bool {
	t.Helper()
	var file object
	text := git(t, r.bare, "show", e.sha+":.github/workflows/"+workflow)
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	on, ok := file["on"].(object)
	filter, listens := on[e.name]
	if !ok || !listens {
		return false
	}
	matches := func(filter string, values ...string) bool {
		patterns, _ := part(on, e.name)[filter].([]any)
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern any) bool {
			return slices.ContainsFunc(values, glob(fmt.Sprint(pattern)).MatchString)
		})
	}
	branch := strings.TrimPrefix(e.ref, "refs/heads/")
	if base, is := part(e.payload, "pull_request", "base")["ref"].(string); is {
		branch = base
	}
	changed := strings.Fields(git(t, r.bare, "diff-tree", "--no-commit-id", "--name-only", "-r", e.sha))
	return filter == nil || matches("branches", branch) && matches("paths", changed...)
}

// glob is a pattern of GitHub's, as far as the workflows use it.
func glob(pattern string) *regexp.Regexp {
	form := strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]*`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile("^" + form + "$")
}

// context is what tells a run where it is.
func (r *repository) context(e event, id int) map[string]string {
	kind, name, _ := strings.Cut(strings.TrimPrefix(e.ref, "refs/"), "/")
	return map[string]string{
		"GITHUB_REPOSITORY": r.full, "GITHUB_REPOSITORY_OWNER": owner,
		"GITHUB_REF": e.ref, "GITHUB_REF_NAME": name,
		"GITHUB_REF_TYPE": map[string]string{"heads": "branch", "tags": "tag"}[kind],
		"SHA_REF":         e.sha, // so act calls it
		"GITHUB_RUN_ID":   strconv.Itoa(id), "GITHUB_RUN_ATTEMPT": "1",
		"GITHUB_SERVER_URL": r.github.url, "GITHUB_API_URL": r.github.url + "/api/v3",
	}
}

// given are the secrets and the variables, those of environments under names with
// the environment's before them.
func (r *repository) given(e event) (args []string) {
	give := func(flag, prefix string, values map[string]string) {
		for name, value := range values {
			args = append(args, flag, prefix+name+"="+value)
		}
	}
	give("--var", "", r.variables)
	for name, env := range r.environments {
		give("--var", name+"/", env.variables)
	}
	if e.fork {
		return args
	}
	// As secrets they are kept out of the log.
	give("--secret", "", r.secrets)
	give("--var", secretPrefix, r.secrets)
	for name, env := range r.environments {
		give("--secret", name+"/", env.secrets)
		give("--var", secretPrefix+name+"/", env.secrets)
	}
	return args
}

var pinned = regexp.MustCompile(`uses: *(([\w.-]+/[\w.-]+)[\w./-]*@\w+)`)

// standIns tells act which folder each pinned action is in.
func standIns(t *testing.T, tree string) (args []string) {
	t.Helper()
	actions, err := filepath.Abs(filepath.Join("testdata", "actions"))
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{}
	err = filepath.WalkDir(filepath.Join(tree, ".github"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" {
			return err
		}
		content, err := os.ReadFile(path)
		for _, m := range pinned.FindAllStringSubmatch(string(content), -1) {
			folder := filepath.Join(actions, m[2])
			if _, err := os.Stat(folder); err != nil {
				t.Fatalf("nothing stands in for %s: %v", m[1], err)
			}
			_, commit, _ := strings.Cut(m[1], "@")
			folders[m[2]+"@"+commit] = folder
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for action, folder := range folders {
		args = append(args, "--local-repository", action+"="+folder)
	}
	return args
}

// read takes down what act says.
func (r *run) read(said io.Reader) {
	lines := bufio.NewReader(said)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.take(line)
		}
		if err != nil {
			return
		}
	}
}

func (r *run) take(line []byte) {
	var said struct {
		JobID, Step, Msg, Command, Name, Arg, Content string
		StepID                                        []string
		JobResult, StepResult                         string
		Raw                                           bool `json:"raw_output"`
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.raw.Write(line)
	if json.Unmarshal(line, &said) != nil {
		r.log.Write(line)
		return
	}
	fmt.Fprintf(&r.log, "[%s] %s\n", said.JobID, strings.TrimRight(said.Msg, "\r\n"))
	if said.JobID == "" {
		return
	}
	j := r.jobs[said.JobID]
	if j == nil {
		j = &job{steps: map[string]string{}, outputs: map[string]string{}}
		r.jobs[said.JobID] = j
	}
	j.log += strings.TrimRight(said.Msg, "\r\n") + "\n"
	switch {
	case said.JobResult != "":
		j.results = append(j.results, said.JobResult)
	case said.StepResult != "":
		j.steps[said.Step] = said.StepResult
		j.steps[strings.Join(said.StepID, "/")] = said.StepResult
	case said.Command == "set-output":
		j.outputs[strings.Join(said.StepID, "/")+"."+said.Name] = said.Arg
	case said.Command == "summary":
		j.summary += said.Content
	}
}

// result is that of a job; of a matrix the worst.
func (r *run) result(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	j := r.jobs[name]
	switch {
	case j == nil || len(j.results) == 0:
		return "skipped"
	case slices.Contains(j.results, "failure"):
		return "failure"
	}
	return j.results[0]
}

// wants holds the jobs to their results; of those that are not named nothing is said.
func (r *run) wants(t *testing.T, results map[string]string) {
	t.Helper()
	for name, want := range results {
		if got := r.result(name); got != want {
			t.Errorf("%s is a %s, not a %s", name, got, want)
		}
	}
}

// of answers what became of a job that ran.
func (r *run) of(t *testing.T, name string) *job {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.jobs[name] == nil {
		t.Fatalf("%s did not run", name)
	}
	return r.jobs[name]
}
