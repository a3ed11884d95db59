package pipelines

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/test/e2e/pulumi"
)

// world is all that there is outside of the runs.
type world struct {
	github  *gitHub
	cloud   *cloud
	sources string   // repository that all on GitHub are copies of
	act     string   // the program
	env     []string // of the machine that jobs run on
}

func newWorld(t *testing.T) *world {
	t.Helper()
	pulumi.Need(t)
	w := &world{act: buildAct(t)}
	w.github, w.cloud, w.sources = newGitHub(t, t.TempDir()), newCloud(t), checkIn(t)
	// What the machine has set for real deployments reaches nothing here; where Go and
	// Pulumi keep things does.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		foreign := strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SEND_") ||
			strings.HasPrefix(name, "GITHUB_") || strings.Contains(name, "__") ||
			strings.HasPrefix(name, "PULUMI_") && name != "PULUMI_HOME"
		if !foreign && name != "GOFLAGS" && name != "PATH" {
			w.env = append(w.env, entry)
		}
	}
	w.env = append(w.env, "PATH="+programs(t)+":"+os.Getenv("PATH"),
		"GOFLAGS=-trimpath -buildvcs=false", // so that the checkouts share what was compiled
		"AWS_ENDPOINT_URL="+w.cloud.endpoint, "DOCKER_CONFIG="+t.TempDir())
	reached := network(t, w.cloud)
	for name, value := range reached {
		w.env = append(w.env, name+"="+value)
	}
	w.cloud.lambda.Tell = func(string) map[string]string { return reached }
	return w
}

// programs answers where the programs are that stand in for others, gh among them,
// which is this one.
func programs(t *testing.T) (path string) {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "gh")); err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Abs(filepath.Join("testdata", "bin"))
	if err != nil {
		t.Fatal(err)
	}
	return dir + ":" + scripts
}

// buildAct builds act from its module, which pins it, or skips the test loudly.
func buildAct(t *testing.T) (program string) {
	t.Helper()
	module, err := filepath.Abs(filepath.Join("..", "..", "..", "tools", "act"))
	if err != nil {
		t.Fatal(err)
	}
	goCommand := func(args ...string) ([]byte, error) {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir, cmd.Env = module, append(os.Environ(), "GOWORK=off", "GOFLAGS=-trimpath")
		return cmd.CombinedOutput()
	}
	if out, err := goCommand("mod", "download"); err != nil {
		reason := "act's modules could not be fetched: " + string(out)
		if os.Getenv("CI") == "true" {
			t.Fatal(reason)
		}
		t.Skip("SKIPPED, nothing was tested: " + reason)
	}
	program = filepath.Join(t.TempDir(), "act")
	if out, err := goCommand("build", "-o", program, "github.com/nektos/act"); err != nil {
		t.Fatalf("act: %v\n%s", err, out)
	}
	return program
}
