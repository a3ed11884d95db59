package stack

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/settings"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/test/e2e/pulumi"
)

const (
	account = "123456789012" // moto's
	region  = "eu-west-2"    // the stack file's
	hidden  = "never-shown"  // stands in every secret
	apiKey  = hidden + "-api-key-of-the-stack-test"
)

// secrets are a stack's, as the pipeline would set them.
var secrets = map[string]string{
	"AWS_ACCOUNT_ID":                               account,
	"FAST_API__AUTH__API_KEY__NAME":                "X-API-Key",
	"FAST_API__AUTH__API_KEY__VALUE":               apiKey,
	"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL": "https://" + hidden + ".example.org",
	"SGRAPH_SEND__ADMIN__API_KEY__NAME":            "X-API-Key",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE":           apiKey,
}

// commandLine runs pulumi in a checkout, against the simulated AWS and a state
// of its own.
type commandLine struct {
	dir string
	env []string
}

// newCommandLine answers the command line, or skips the test loudly.
func newCommandLine(t *testing.T, dir, endpoint string) *commandLine {
	t.Helper()
	pulumi.Need(t)
	env := []string{
		"PULUMI_BACKEND_URL=file://" + t.TempDir(), "PULUMI_CONFIG_PASSPHRASE=test", "PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true",
		"GOFLAGS=-trimpath -buildvcs=false", // so that the checkouts share what was compiled
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=" + region,
	}
	for name, value := range secrets {
		env = append(env, name+"="+value)
	}
	// What the machine has set for real deployments must not reach this one;
	// where Pulumi keeps its plugins may.
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		foreign := strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "SEND_") || strings.Contains(name, "__") ||
			strings.HasPrefix(name, "PULUMI_") && name != "PULUMI_HOME"
		if !foreign && name != "GOFLAGS" {
			env = append(env, entry)
		}
	}
	return &commandLine{dir: dir, env: env}
}

// refer keeps the API key of a stack as an operator is to: in a parameter, of which
// the program is told the name, and that of the key of before, which is not there.
func (c *commandLine) refer(t *testing.T, aws simulation, stack, key string) (parameter string) {
	t.Helper()
	parameter = names.Names{Stack: stack}.Parameters() + "api-key"
	aws.putParameter(t, parameter, key, aws.newKey(t))
	for variable, reference := range map[string]string{
		settings.APIKeyValue.Env: parameter, settings.AdminKeyValue.Env: parameter,
		settings.OldAPIKeyValue.Env: parameter + "-old",
	} {
		c.env = append(c.env, variable+"=ssm:"+reference)
	}
	return parameter
}

// try runs a command and answers what it said.
func (c *commandLine) try(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "pulumi", args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	var said, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complaint
	err := cmd.Run()
	for _, text := range []string{said.String(), complaint.String()} {
		if strings.Contains(text, hidden) {
			t.Errorf("pulumi %s shows a secret", args[0])
		}
	}
	if err != nil {
		return said.String() + complaint.String(), err
	}
	return said.String(), nil
}

// run is try for what must succeed.
func (c *commandLine) run(t *testing.T, args ...string) string {
	t.Helper()
	said, err := c.try(t, args...)
	if err != nil {
		t.Fatalf("pulumi %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return said
}

// outputs answers the stack's outputs.
func (c *commandLine) outputs(t *testing.T) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	if err := json.Unmarshal([]byte(c.run(t, "stack", "output", "--json")), &outputs); err != nil {
		t.Fatal(err)
	}
	return outputs
}

// resources answers the stack's resources of one type, by name, with their
// secrets readable.
func (c *commandLine) resources(t *testing.T, kind string) map[string]resource {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "pulumi", "stack", "export", "--show-secrets")
	cmd.Dir, cmd.Env = c.dir, c.env
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Deployment struct{ Resources []resource }
	}
	if err := json.Unmarshal(said, &state); err != nil {
		t.Fatal(err)
	}
	found := map[string]resource{}
	for _, r := range state.Deployment.Resources {
		if r.Type == kind {
			found[r.URN[strings.LastIndex(r.URN, ":")+1:]] = r
		}
	}
	return found
}

// resource is a resource as the state has it.
type resource struct {
	Type, URN, ID string
	Inputs        map[string]any
}

// text answers an input that is text, secret or not.
func (r resource) text(t *testing.T, name string) string {
	t.Helper()
	value := r.Inputs[name]
	if secret, ok := value.(map[string]any); ok {
		if err := json.Unmarshal([]byte(secret["plaintext"].(string)), &value); err != nil {
			t.Fatal(err)
		}
	}
	return value.(string)
}

// changes answers what a deploy would do, by resource type and name.
func (c *commandLine) changes(t *testing.T) map[string]string {
	t.Helper()
	var preview struct {
		Steps []struct{ Op, URN string }
	}
	if err := json.Unmarshal([]byte(c.run(t, "preview", "--json", "--non-interactive")), &preview); err != nil {
		t.Fatal(err)
	}
	would := changes{}
	for _, step := range preview.Steps {
		would.add(step.Op, step.URN)
	}
	return would
}

// deploys deploys, and answers what that did, as the engine tells it.
func (c *commandLine) deploys(t *testing.T) map[string]string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "events")
	telling := *c
	telling.env = append(slices.Clone(c.env), "PULUMI_DEBUG_COMMANDS=true") // has the flag
	telling.run(t, "up", "--yes", "--skip-preview", "--non-interactive", "--event-log", log)
	events, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	done := changes{}
	for lines := json.NewDecoder(events); ; {
		var event struct {
			ResourcePreEvent struct{ Metadata struct{ Op, URN string } }
		}
		if err := lines.Decode(&event); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if step := event.ResourcePreEvent.Metadata; step.Op != "" {
			done.add(step.Op, step.URN)
		}
	}
	return done
}

// changes are what a deploy does, by resource type and name.
type changes map[string]string

func (c changes) add(op, urn string) {
	if op == "same" || op == "read" {
		return
	}
	parts := strings.Split(urn, "::")
	kind := parts[2][strings.LastIndex(parts[2], ":")+1:]
	c[kind+" "+parts[3]] = op
}
