package promotion

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

	"sgraph.ai/send/test/e2e/pulumi"
)

const apiKey = "canary-of-the-promotion-test"

// pipeline runs the pipelines' scripts in a checkout of its own.
type pipeline struct {
	root string   // the checkout
	env  []string // of every job
}

// newPipeline copies the repository, and skips the test loudly where pulumi
// cannot be had.
func newPipeline(t *testing.T, aws simulation) *pipeline {
	t.Helper()
	pulumi.Need(t)
	p := &pipeline{root: filepath.Join(t.TempDir(), "checkout")}
	p.copyRepository(t)
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	backend := aws.stateHome(t)
	// What the machine has set for real deployments reaches nothing here; where
	// Go and Pulumi keep things does.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		foreign := strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SEND_") ||
			strings.HasPrefix(name, "GITHUB_") || strings.Contains(name, "__") ||
			strings.HasPrefix(name, "PULUMI_") && name != "PULUMI_HOME"
		if !foreign && name != "PATH" {
			p.env = append(p.env, entry)
		}
	}
	p.env = append(p.env,
		"PATH="+bin+":"+os.Getenv("PATH"), "GITHUB_REPOSITORY=owner/name", "ATTESTATIONS=off",
		"GITHUB_SERVER_URL=https://github.example.org", "GITHUB_RUN_ID=7",
		"AWS_ENDPOINT_URL="+aws.endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION="+region, "AWS_DEFAULT_REGION="+region,
		"PULUMI_BACKEND_URL="+backend,
		"AWS_ACCOUNT_ID="+account, "SEND_ALARM_EMAIL=ops@example.org",
		"FAST_API__AUTH__API_KEY__NAME=X-API-Key", "FAST_API__AUTH__API_KEY__VALUE="+apiKey,
		"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL=https://cache.example.org",
		"SGRAPH_SEND__ADMIN__API_KEY__NAME=X-API-Key", "SGRAPH_SEND__ADMIN__API_KEY__VALUE="+apiKey,
		"CACHE__SERVICE__BUCKET_NAME=", "SGRAPH_SEND__ADMIN__BASE_URL=",
	)
	p.goRun(t, "build", "-o", filepath.Join(bin, "sgsend"), "./cli/cmd/sgsend")
	return p
}

// copyRepository copies the sources, and fits the stack files to a simulation
// on this machine: its processor, less patience, and no edge, since the
// simulated CloudFront tells of other settings than it was given, which would
// be drift.
func (p *pipeline) copyRepository(t *testing.T) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
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
		case d.IsDir() && slices.Contains(skip, d.Name()):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(p.root, name), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		mode := os.FileMode(0o644)
		if info, err := d.Info(); err == nil {
			mode = info.Mode()
		}
		return os.WriteFile(filepath.Join(p.root, name), content, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, stack := range []string{"qa", "prod"} {
		name := filepath.Join(p.root, "Pulumi."+stack+".yaml")
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte("sgraph-send:edge: true"), []byte("sgraph-send:edge: false"))
		text = append(text, "  aws:maxRetries: 2\n  sgraph-send:architecture: "+architecture()+"\n"...)
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// architecture is this machine's, in Lambda's words.
func architecture() string {
	return map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
}

func (p *pipeline) goRun(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir, cmd.Env = p.root, p.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", args[0], err, out)
	}
}

// build makes what the build job makes of a version, for this machine, in a
// folder of its own.
func (p *pipeline) build(t *testing.T, version string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), version)
	p.goRun(t, "run", "./infra/cmd/build-artifacts", "-out", dir, "-version", version, "-arch", architecture())
	p.goRun(t, "run", "./release/cmd/release", "sums", "--dir", dir)
	return dir
}

// outcome is what a step of a job left behind.
type outcome struct {
	t               *testing.T
	ok              bool
	log             string
	output, summary string
}

// told answers an output of the step.
func (o outcome) told(name string) string {
	for line := range strings.SplitSeq(o.output, "\n") {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return value
		}
	}
	return ""
}

// script runs one of the pipelines' scripts with the variables that its step
// sets, and wants it to end as said.
func (p *pipeline) script(t *testing.T, ok bool, command string, env ...string) outcome {
	t.Helper()
	dir := t.TempDir()
	words := strings.Fields(command)
	cmd := exec.CommandContext(t.Context(), filepath.Join(p.root, ".github", "scripts", words[0]), words[1:]...)
	cmd.Dir = p.root
	cmd.Env = append(slices.Concat(p.env, env),
		"RUNNER_TEMP="+dir, "GITHUB_OUTPUT="+dir+"/output", "GITHUB_STEP_SUMMARY="+dir+"/summary", "REPORTS="+dir+"/reports")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	err := cmd.Run()
	read := func(name string) string {
		text, _ := os.ReadFile(filepath.Join(dir, name))
		return string(text)
	}
	o := outcome{t, err == nil, log.String(), read("output"), read("summary")}
	if o.ok != ok {
		t.Fatalf("%s: %v\n%s", command, err, o.log)
	}
	for what, text := range map[string]string{"log": o.log, "output": o.output, "summary": o.summary} {
		if strings.Contains(text, apiKey) {
			t.Errorf("%s: the %s shows a secret", command, what)
		}
	}
	return o
}

// command runs a command in the checkout and answers what it printed.
func (p *pipeline) command(t *testing.T, name string, args ...string) string {
	t.Helper()
	// As in a shell: the PATH of the pipeline decides what the name means.
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{"-c", `exec "$0" "$@"`, name}, args...)...)
	cmd.Dir, cmd.Env = p.root, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
