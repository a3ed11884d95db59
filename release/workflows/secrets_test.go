package workflows

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
)

// given are the secrets that docs/new-account.md asks for, but those of the state.
var given = []string{
	"AWS_ACCESS_KEY_ID",
	"AWS_SECRET_ACCESS_KEY",
	"AWS_DEFAULT_REGION",
	"AWS_ACCOUNT_ID",
	"FAST_API__AUTH__API_KEY__NAME",
	"FAST_API__AUTH__API_KEY__VALUE",
	"FAST_API__AUTH__API_KEY__OLD_VALUE",
	"SEND__OIDC_CLIENT_SECRET",
	"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL",
	"CACHE__SERVICE__BUCKET_NAME",
	"SGRAPH_SEND__ADMIN__BASE_URL",
	"SGRAPH_SEND__ADMIN__API_KEY__NAME",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE",
}

// state are the secrets that reach the state of the stacks, besides those given.
var state = []string{"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}

// checks are the secrets that reach the check from outside, besides those given.
var checks = []string{"SGSEND_TOKEN"}

var (
	secretUse   = regexp.MustCompile(`\bsecrets\.([A-Za-z_]+)`)
	variableUse = regexp.MustCompile(`\bvars\.([A-Za-z_]+)`)
)

func uses(re *regexp.Regexp, files ...file) []string {
	var names []string
	for _, f := range files {
		for _, m := range re.FindAllStringSubmatch(f.text, -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return all
}

func TestSecretsAreNamedInOnePlaceAndAreTheCards(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		".github/workflows/stack.yml":       sorted(given, state, checks),
		".github/workflows/ci-pipeline.yml": {"TAGGER_PRIVATE_KEY"}, // of who makes versions, and of no stack
	}
	for _, f := range allFiles(t) {
		if got := uses(secretUse, f); !slices.Equal(got, want[f.path]) {
			t.Errorf("%s names %v, want %v", f.path, got, want[f.path])
		}
	}
}

// The program's settings know the secrets that are given, but for the three that the
// AWS SDK reads by itself, and each reaches it under its own name.
func TestProgramGetsEverySecretUnderItsName(t *testing.T) {
	t.Parallel()
	var program []string
	for _, s := range settings.SecretNames() {
		program = append(program, s.Name)
	}
	aws := []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}
	if got, want := sorted(program, aws), sorted(given); !slices.Equal(got, want) {
		t.Errorf("the program and the SDK read %v, given are %v", got, want)
	}
	f := one(t, "workflows/stack.yml")
	env := decode[workflow](t, &f.root).Jobs["stack"].Env
	for _, name := range program {
		if want := "${{ secrets." + name + " }}"; env[name] != want {
			t.Errorf("the program gets %s = %q, want %q", name, env[name], want)
		}
	}
	for _, name := range aws {
		if _, ok := env[name]; ok {
			t.Errorf("%s reaches every step, also where a role is used", name)
		}
	}
}

// Every caller hands all secrets on: an environment's own reach only a job
// whose caller inherits.
func TestCallersHandSecretsOn(t *testing.T) {
	t.Parallel()
	for _, f := range workflowFiles(t) {
		for name, j := range decode[workflow](t, &f.root).Jobs {
			if j.Uses != "" && j.Secrets != "inherit" {
				t.Errorf("%s: job %s hands on %v", f.path, name, j.Secrets)
			}
		}
	}
}

// What has to be set is documented: each secret and variable in a table.
func TestSecretsAndVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "new-account.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	names := append(uses(secretUse, allFiles(t)...), uses(variableUse, allFiles(t)...)...)
	for _, name := range names {
		if !documented[name] {
			t.Errorf("docs/new-account.md has no line for %s", name)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("docs/new-account.md explains %s, which no workflow uses", name)
	}
}

// No report shows a secret: the script that writes them hides every one but
// those that are names of things, not things to hide.
func TestReportsHideEverySecret(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(github, "scripts", "pulumi.sh"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "secret_names=(")
	list, _, _ = strings.Cut(list, ")")
	hidden := strings.Fields(list)
	for _, name := range sorted(given, state, checks) {
		open := name == "AWS_DEFAULT_REGION" || strings.HasSuffix(name, "API_KEY__NAME")
		if slices.Contains(hidden, name) == open {
			t.Errorf("%s: hidden %v", name, !open)
		}
	}
}
