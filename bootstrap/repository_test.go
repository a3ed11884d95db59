package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment"
	admitsType      = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
	variableType    = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable"
	secretType      = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret"
	rulesetType     = "github:index/repositoryRuleset:RepositoryRuleset"
	ownVariableType = "github:index/actionsVariable:ActionsVariable"
	defaultType     = "github:index/branchDefault:BranchDefault"
	actionsType     = "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions"
)

// onGitHub is a configuration that makes all there is on GitHub, and what is said
// otherwise.
func onGitHub(more map[string]string) map[string]string {
	all := map[string]string{"github:owner": "acme", "github:token": "secret"}
	for key, value := range map[string]string{
		"github": "repository", "reviewers": "alice, acme/releasers", "tagger": "4711", "alarmEmail": "ops@example.org",
	} {
		all["sgraph-send-bootstrap:"+key] = value
	}
	maps.Copy(all, more)
	return all
}

// ofGitHub are the types of resources that are GitHub's.
func (g *graph) ofGitHub() (types []string) {
	for kind := range g.made {
		if strings.HasPrefix(kind, "github:") {
			types = append(types, kind)
		}
	}
	return types
}

func TestNothingOfGitHubIsMadeUnasked(t *testing.T) {
	t.Parallel()
	if types := mustRecord(t, nil).ofGitHub(); len(types) > 0 {
		t.Errorf("made %v", types)
	}
}

// An environment admits the branch that it is for, nobody passes by what guards it,
// and its secrets do not go with a resource that is taken out of the program.
func TestEnvironmentsAreGuarded(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(nil))
	branches := map[string]string{
		"dev": "dev", "dev-preview": "", "qa": "main", "qa-preview": "main",
		"prod": "main", "prod-preview": "main", "prod-approval": "main", "tag": "dev main",
		"github-pages": "dev",
	}
	if made := g.made[environmentType]; len(made) != len(branches) {
		t.Errorf("made %v", slices.Sorted(maps.Keys(made)))
	}
	for name, wanted := range branches {
		e := g.made[environmentType][name]
		text := e.json(t)
		if !e.protect || !strings.Contains(text, `"canAdminsBypass":false`) || e.text("repository") != "send" ||
			e.text("environment") != name {
			t.Errorf("%s is %s, protected: %v", name, text, e.protect)
		}
		var admitted []string
		for _, p := range g.made[admitsType] {
			if p.text("environment") == name {
				admitted = append(admitted, p.text("branchPattern")+p.text("tagPattern"))
			}
		}
		slices.Sort(admitted)
		limited := strings.Contains(text, `"deploymentBranchPolicy":{"customBranchPolicies":true,"protectedBranches":false}`)
		if limited != (wanted != "") || strings.Join(admitted, " ") != wanted {
			t.Errorf("%s is %s and admits %v, want %q", name, text, admitted, wanted)
		}
		reviewed := strings.Contains(text, `"preventSelfReview":true`) &&
			strings.Contains(text, `"reviewers":[{"teams":[202],"users":[101]}]`)
		if reviewed != (name == approval) || strings.Contains(text, "eviewers") != reviewed {
			t.Errorf("%s is %s", name, text)
		}
	}
}

// A plan that does not guard the environments of a private repository still has them,
// and their branches.
func TestAPlanWithoutReviewers(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(map[string]string{
		"sgraph-send-bootstrap:protection": "false", "sgraph-send-bootstrap:reviewers": "",
	}))
	text := g.made[environmentType][approval].json(t)
	if strings.Contains(text, "eview") || strings.Contains(text, `"canAdminsBypass":false`) ||
		!strings.Contains(text, `"customBranchPolicies":true`) {
		t.Errorf("%s is %s", approval, text)
	}
}

// Each environment is told its role, its state and its account, and nothing of another.
func TestEnvironmentsAreTold(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(nil))
	told := map[string]map[string]string{}
	for kind, name := range map[string]string{variableType: "variableName", secretType: "secretName"} {
		for _, v := range g.made[kind] {
			of := v.text("environment")
			if told[of] == nil {
				told[of] = map[string]string{}
			}
			told[of][v.text(name)] = v.plain("value") + v.plain("plaintextValue")
		}
	}
	roles := map[string]string{"dev": "deploy-dev", "qa-preview": "preview-qa", "prod": "deploy-prod"}
	for environment, role := range roles {
		stack, _, _ := strings.Cut(environment, "-")
		want := map[string]string{
			"AWS_ROLE_ARN":            "arn:made:sgraph-send-pipeline-" + role,
			"PULUMI_BACKEND_URL":      "s3://" + account + "--sgraph-send-state--eu-west-2?region=eu-west-2&awssdk=v2",
			"PULUMI_SECRETS_PROVIDER": "awskms:///alias/sgraph-send-" + stack + "?region=eu-west-2&awssdk=v2",
			"SEND_ALARM_EMAIL":        "ops@example.org", "AWS_ACCOUNT_ID": account, "AWS_DEFAULT_REGION": "eu-west-2",
		}
		if !maps.Equal(told[environment], want) {
			t.Errorf("%s is told %v, want %v", environment, told[environment], want)
		}
	}
	if len(told[approval])+len(told[tagging]) > 0 {
		t.Errorf("%s is told %v, %s %v", approval, told[approval], tagging, told[tagging])
	}
}

// Stacks of pull requests have their environment where they have a role: it admits
// what is on any branch, and tells no one of alarms.
func TestPullRequestsHaveAnEnvironment(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(map[string]string{
		"sgraph-send-bootstrap:pullRequests": "true", "sgraph-send-bootstrap:stacks": "dev,qa",
	}))
	e := g.made[environmentType][pullEnvironment]
	if !e.protect || strings.Contains(e.json(t), "deploymentBranchPolicy") {
		t.Errorf("%s is %s", pullEnvironment, e.json(t))
	}
	var told []string
	for _, v := range g.made[variableType] {
		if v.text("environment") == pullEnvironment {
			told = append(told, v.text("variableName")+"="+v.text("value"))
		}
	}
	slices.Sort(told)
	if label := g.made["github:index/issueLabel:IssueLabel"]["stack"]; label.text("name") != "stack" {
		t.Errorf("the label is %s", label.json(t))
	}
	if len(told) != 3 || told[0] != "AWS_ROLE_ARN=arn:made:sgraph-send-pipeline-deploy-pr" {
		t.Errorf("%s is told %v", pullEnvironment, told)
	}
}

// plain is a text that may be a secret.
func (d declared) plain(key string) string {
	v := d.inputs[resource.PropertyKey(key)]
	if v.IsSecret() {
		return v.SecretValue().Element.StringValue()
	}
	return d.text(key)
}

// Every variable that the workflows read is made, or one that a person sets.
func TestVariablesOfTheWorkflowsAreMade(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(map[string]string{"sgraph-send-bootstrap:attestations": "false"}))
	made := map[string]bool{"PULUMI_ORG": true} // of Pulumi Cloud, in the place of a bucket
	for _, kind := range []string{variableType, ownVariableType} {
		for _, v := range g.made[kind] {
			made[v.text("variableName")] = true
		}
	}
	files, err := filepath.Glob(filepath.Join("..", ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatal("there are no workflows", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`vars\.(\w+)`).FindAllStringSubmatch(string(text), -1) {
			if !made[m[1]] {
				t.Errorf("%s reads %s, which nothing makes", file, m[1])
			}
		}
	}
}

// ruleset is one as it was declared.
type ruleset struct {
	Target, Enforcement string
	Conditions          struct {
		RefName struct{ Includes, Excludes []string }
	}
	BypassActors []map[string]any
	Rules        map[string]any
}

func (g *graph) rulesets(t *testing.T) map[string]ruleset {
	t.Helper()
	all := map[string]ruleset{}
	for name, d := range g.made[rulesetType] {
		var r ruleset
		if err := json.Unmarshal([]byte(d.json(t)), &r); err != nil {
			t.Fatal(err)
		}
		if r.Enforcement != "active" || len(r.Conditions.RefName.Includes) == 0 || len(r.Conditions.RefName.Excludes) > 0 {
			t.Errorf("%s is %+v", name, r)
		}
		all[name] = r
	}
	return all
}

func TestBranchesAndVersionsAreUnderRules(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(nil))
	all := g.rulesets(t)
	const tags = "refs/tags/v* refs/tags/*/v* refs/tags/*/*/v*" // modules' in folders, too
	for name, want := range map[string]struct{ target, refs, rules string }{
		"main": {
			"branch", "refs/heads/main", "deletion nonFastForward pullRequest requiredStatusChecks",
		},
		"dev":                       {"branch", "refs/heads/dev", "deletion nonFastForward"},
		"no branches like versions": {"branch", "refs/heads/v*.*.*", "creation update"},
		"versions stay":             {"tag", tags, "deletion update"},
		tagsAreMade:                 {"tag", tags, "creation"},
	} {
		r := all[name]
		rules := strings.Join(slices.Sorted(maps.Keys(r.Rules)), " ")
		refs := strings.Join(r.Conditions.RefName.Includes, " ")
		if r.Target != want.target || refs != want.refs || rules != want.rules {
			t.Errorf("%s is %+v", name, r)
		}
		// Who makes versions does nothing else that is forbidden.
		if name != tagsAreMade && len(r.BypassActors) > 0 {
			t.Errorf("%s is bypassed by %v", name, r.BypassActors)
		}
	}
	if len(all) != 5 {
		t.Errorf("%d rulesets", len(all))
	}
	by := mustJSON(t, all[tagsAreMade].BypassActors)
	if by != `[{"actorId":4711,"actorType":"Integration","bypassMode":"always"}]` {
		t.Errorf("versions are made by %s", by)
	}
	review := mustJSON(t, all["main"].Rules["pullRequest"])
	for _, want := range []string{
		`"requiredApprovingReviewCount":1`, `"dismissStaleReviewsOnPush":true`, `"requireLastPushApproval":true`,
		`"requireCodeOwnerReview":true`,
	} {
		if !strings.Contains(review, want) {
			t.Errorf("main takes what is reviewed as %s", review)
		}
	}
	if branch := g.made[defaultType]["rules"].text("branch"); branch != "main" {
		t.Errorf("the default branch is %q", branch)
	}
}

// Without an identity of its own the pipeline makes versions as any job can.
func TestWithoutATaggerVersionsStayAllTheSame(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(map[string]string{"sgraph-send-bootstrap:tagger": ""}))
	all := g.rulesets(t)
	if _, made := all[tagsAreMade]; made || len(all) != 4 || len(g.made[ownVariableType]) > 0 {
		t.Errorf("made %v, %v", slices.Sorted(maps.Keys(all)), g.made[ownVariableType])
	}
}

// What main waits for is there, also where pull requests queue.
func TestTheCheckOfMainIsOneOfTheWorkflows(t *testing.T) {
	t.Parallel()
	r := mustRecord(t, onGitHub(map[string]string{"sgraph-send-bootstrap:mergeQueue": "true"})).rulesets(t)["main"]
	checks := mustJSON(t, r.Rules["requiredStatusChecks"])
	if !strings.Contains(checks, `{"context":"test","integrationId":15368}`) || r.Rules["mergeQueue"] == nil {
		t.Errorf("main waits for %s, and in a queue for %v", checks, r.Rules["mergeQueue"])
	}
	text, err := os.ReadFile(filepath.Join("..", ".github", "workflows", "preview.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n  test:\n", "\n  pull_request:\n", "\n  merge_group:\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("preview.yml has no %q", want)
		}
	}
}

// Actions of others than GitHub run if the workflows use them.
func TestActionsThatAreUsedAreAllowed(t *testing.T) {
	t.Parallel()
	text := mustRecord(t, onGitHub(nil)).made[actionsType]["rules"].json(t)
	if !strings.Contains(text, `"allowedActions":"selected"`) || !strings.Contains(text, `"verifiedAllowed":false`) {
		t.Errorf("allowed: %s", text)
	}
	var files []string
	for _, pattern := range []string{"workflows/*.yml", "actions/*/action.yml"} {
		found, err := filepath.Glob(filepath.Join("..", ".github", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing is %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	used := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`uses: ([\w-]+/[\w-]+)[/\w-]*@`).FindAllStringSubmatch(string(text), -1) {
			if owner, _, _ := strings.Cut(m[1], "/"); owner != "actions" && owner != "github" {
				used[m[1]] = true
			}
		}
	}
	if len(used) == 0 || strings.Count(text, "@*") != len(used) {
		t.Errorf("allowed: %s, used: %v", text, used)
	}
	for action := range used {
		if !strings.Contains(text, `"`+action+`@*"`) {
			t.Errorf("%s is used, and not allowed by %s", action, text)
		}
	}
}

// What the repository has once, one account makes.
func TestAnotherAccountMakesItsEnvironmentsAlone(t *testing.T) {
	t.Parallel()
	g := mustRecord(t, onGitHub(map[string]string{
		"sgraph-send-bootstrap:github": "environments", "sgraph-send-bootstrap:stacks": "prod",
	}))
	names := slices.Sorted(maps.Keys(g.made[environmentType]))
	if !slices.Equal(names, []string{"prod", "prod-approval", "prod-preview"}) {
		t.Errorf("made %v", names)
	}
	for _, kind := range []string{rulesetType, ownVariableType, defaultType, actionsType} {
		if len(g.made[kind]) > 0 {
			t.Errorf("made %s", kind)
		}
	}
}

func TestWrongSettingsOfTheRepositoryAreRefused(t *testing.T) {
	t.Parallel()
	for key, values := range map[string][]string{
		"sgraph-send-bootstrap:github": {"yes", "true", "Repository"},
		"sgraph-send-bootstrap:reviewers": {
			"", "other/team", "acme/", "a b", "-a", "a,b,c,d,e,f,g", "acme/x/y",
		},
		"sgraph-send-bootstrap:reviews": {"-1", "many", "11"},
		"sgraph-send-bootstrap:tagger":  {"0", "app", "-1"},
		"github:owner":                  {"", "other"},
	} {
		for _, value := range values {
			g, err := record(t, onGitHub(map[string]string{key: value}))
			if err == nil || len(g.made[roleType])+len(g.ofGitHub()) > 0 {
				t.Errorf("%s = %q is taken", key, value)
			}
		}
	}
}

// The provider would be nobody, and GitHub would say so in the middle of it.
func TestWithoutATokenNothingIsMade(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "")
	g, err := record(t, onGitHub(map[string]string{"github:token": ""}))
	if err == nil || !strings.Contains(err.Error(), "export GITHUB_TOKEN") || len(g.made[roleType]) > 0 {
		t.Errorf("without a token: %v", err)
	}
	t.Setenv("GITHUB_TOKEN", "of somebody")
	mustRecord(t, onGitHub(map[string]string{"github:token": ""}))
}

// settingsRead are those that the program looks at.
func settingsRead(t *testing.T) map[string]bool {
	t.Helper()
	read := map[string]bool{}
	for _, name := range []string{"settings.go", "repository.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\b(?:c\.(?:Get|GetBool|TryInt)\(|flag\(c, )"(\w+)"`).FindAllSubmatch(text, -1) {
			read[string(m[1])] = true
		}
	}
	return read
}

// docs/new-account.md has a row for each setting, and for none that is not there.
func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	read := settingsRead(t)
	delete(read, "repository") // which the page begins with
	text, err := os.ReadFile(filepath.Join("..", "docs", "new-account.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| Setting | Default | |")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(table, -1) {
		documented = append(documented, m[1])
	}
	slices.Sort(documented)
	if want := slices.Sorted(maps.Keys(read)); !slices.Equal(documented, want) {
		t.Errorf("documented are %v, read %v", documented, want)
	}
}

// What docs/new-account.md has people set is taken: in the account of dev and qa, and then
// in that of prod.
func TestSettingsOfThePageAreTaken(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "of somebody")
	text, err := os.ReadFile(filepath.Join("..", "docs", "new-account.md"))
	if err != nil {
		t.Fatal(err)
	}
	stacks := strings.Split(string(text), "\npulumi stack init ")[1:]
	if len(stacks) != 2 {
		t.Fatalf("there are %d stacks", len(stacks))
	}
	read, config := settingsRead(t), map[string]string{}
	set := regexp.MustCompile(`(?m)^pulumi config set (\S+) ("\$\(gh api |[^\s"]+)`)
	for _, of := range stacks { // nothing of what other tests set
		config["sgraph-send-bootstrap:oneAccount"], config["sgraph-send-bootstrap:computes"] = "", ""
		for _, m := range set.FindAllStringSubmatch(of, -1) {
			key, value := m[1], m[2]
			if strings.HasPrefix(value, `"`) { // what GitHub answers
				value = "owner@12/name@345"
			}
			if !strings.Contains(key, ":") {
				if !read[key] {
					t.Errorf("nothing reads %s", key)
				}
				key = "sgraph-send-bootstrap:" + key
			}
			config[key] = value
		}
		if _, err := record(t, config); err != nil {
			t.Errorf("%v: %v", config, err)
		}
	}
}
