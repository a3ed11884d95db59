package preflight

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/release/github"
)

// world is what GitHub answers, by the path below the repository's. The bodies have
// the form of the examples in GitHub's description of its API.
type world map[string]string

// environmentBody is of an environment with a list of branches, and what protects it.
func environmentBody(name, rules string) string {
	return fmt.Sprintf(`{"id":161088068,"node_id":"MDExOkVudmlyb25tZW50MTYxMDg4MDY4","name":%q,
		"url":"https://api.github.com/repos/github/hello-world/environments/%[1]s","can_admins_bypass":false,
		"created_at":"2020-11-23T22:00:40Z","updated_at":"2020-11-23T22:00:40Z",
		"protection_rules":[%s{"id":3756,"node_id":"MDQ6R2F0ZTM3NTY=","type":"branch_policy"}],
		"deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":true}}`, name, rules)
}

func branchesBody(names ...string) string {
	var all []string
	for i, n := range names {
		all = append(all, fmt.Sprintf(`{"id":%d,"node_id":"MDE2","name":%q,"type":"branch"}`, 361471+i, n))
	}
	return fmt.Sprintf(`{"total_count":%d,"branch_policies":[%s]}`, len(names), strings.Join(all, ","))
}

const reviewers = `{"id":3755,"node_id":"MDQ6R2F0ZTM3NTU=","prevent_self_review":true,"type":"required_reviewers",
	"reviewers":[{"type":"User","reviewer":{"login":"octocat","id":1,"type":"User"}},
	{"type":"Team","reviewer":{"id":1,"name":"Justice League","slug":"justice-league"}}]},`

func ruleBody(ruleset int, kind, parameters string) string {
	return fmt.Sprintf(`{"type":%q,"ruleset_source_type":"Repository","ruleset_source":"owner/name","ruleset_id":%d%s}`,
		kind, ruleset, parameters)
}

const (
	lasting  = `"dismiss_stale_reviews_on_push":true,`
	reviewed = `,"parameters":{"required_approving_review_count":1,` + lasting + `"require_code_owner_review":true,
	"require_last_push_approval":false,"required_review_thread_resolution":true}`
)

func rulesetBody(id int, target, include, bypass, rules string) string {
	return fmt.Sprintf(`{"id":%d,"name":"ruleset %[1]d","target":%q,"source_type":"Repository","source":"owner/name",
		"enforcement":"active","current_user_can_bypass":"never",%s"conditions":{"ref_name":{"include":["%s"],"exclude":[]}},
		"rules":[%s],"node_id":"RRS_lACkVXNlcgQB","created_at":"2023-07-15T08:43:03Z"}`, id, target, bypass, include, rules)
}

// versionTags are patterns of the tags of versions and of their modules, each spelt out.
const versionTags = `refs/tags/v*","refs/tags/*/v*","refs/tags/*/*/v*`

const (
	run               = "actions/runs/30433642"
	approvals         = run + "/approvals"
	startedByWorkflow = `{"actor":{"login":"github-actions[bot]","id":41898282,"type":"Bot"},
		"triggering_actor":{"login":"github-actions[bot]","id":41898282,"type":"Bot"}}`
)

// guarded is a repository as bootstrap/ makes it.
func guarded() world {
	w := world{
		"environments/prod-approval": environmentBody("prod-approval", reviewers),
		"rules/branches/main": "[" + ruleBody(42, "deletion", "") + "," + ruleBody(42, "non_fast_forward", "") + "," +
			ruleBody(42, "pull_request", reviewed) + "]",
		"codeowners/errors":  `{"errors":[]}`,
		"rules/branches/dev": "[" + ruleBody(41, "deletion", "") + "," + ruleBody(41, "non_fast_forward", "") + "]",
		"rulesets": `[{"id":42,"name":"main","target":"branch","source_type":"Repository","enforcement":"active"},
			{"id":43,"name":"versions","target":"tag","source_type":"Repository","enforcement":"active"},
			{"id":44,"name":"made","target":"tag","source_type":"Repository","enforcement":"active"}]`,
		"rulesets/41": rulesetBody(41, "branch", "refs/heads/dev", "", `{"type":"deletion"}`),
		"rulesets/42": rulesetBody(42, "branch", "refs/heads/main", "", `{"type":"deletion"}`),
		"rulesets/43": rulesetBody(43, "tag", "refs/tags/**/v*", "", `{"type":"update"},{"type":"deletion"}`),
		"rulesets/44": rulesetBody(44, "tag", versionTags,
			`"bypass_actors":[{"actor_id":7,"actor_type":"Integration","bypass_mode":"always"}],`, `{"type":"creation"}`),
		run: `{"id":30433642,"name":"Pipeline prod","event":"workflow_dispatch","run_attempt":1,
			"head_branch":"main","actor":{"login":"hubot","id":2,"type":"User"},
			"triggering_actor":{"login":"hubot","id":2,"type":"User"}}`,
		approvals: `[{"state":"approved","comment":"Ship it!","environments":[{"id":161088068,"name":"prod-approval",
			"url":"https://api.github.com/repos/github/hello-world/environments/staging"}],
			"user":{"login":"octocat","id":1,"type":"User","site_admin":false}}]`,
	}
	for name, branch := range map[string]string{
		"prod": "main", "prod-preview": "main", "qa": "main", "qa-preview": "main", "dev": "dev",
	} {
		w["environments/"+name] = environmentBody(name, "")
		w["environments/"+name+"/deployment-branch-policies"] = branchesBody(branch)
	}
	w["environments/prod-approval/deployment-branch-policies"] = branchesBody("main")
	return w
}

// with has GitHub answer something else; "" is not there.
func (w world) with(path, body string) world {
	w[path] = body
	return w
}

// lacks are what a stack lacks in a world.
func (w world) lacks(t *testing.T, p Preflight) []Lack {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body := w[strings.TrimPrefix(in.URL.Path, "/repos/owner/name/")]
		switch {
		case in.Method != http.MethodGet || in.Header.Get("Authorization") != "Bearer secret":
			http.Error(out, `{"message":"Bad credentials"}`, http.StatusUnauthorized)
		case body == "":
			http.Error(out, `{"message":"Not Found","status":"404"}`, http.StatusNotFound)
		case strings.HasPrefix(body, "403 "):
			out.Header().Set("X-Accepted-GitHub-Permissions", "actions=read")
			http.Error(out, strings.TrimPrefix(body, "403 "), http.StatusForbidden)
		default:
			fmt.Fprint(out, body)
		}
	}))
	t.Cleanup(server.Close)
	p.GitHub = github.Client{API: server.URL, Repo: "owner/name", Token: "secret", HTTP: server.Client()}
	lacks, err := p.Lacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return lacks
}

func TestAGuardedRepositoryLacksNothing(t *testing.T) {
	t.Parallel()
	for _, p := range []Preflight{{Stack: "dev"}, {Stack: "qa"}, {Stack: "prod"}, {Stack: "prod", Run: 30433642}} {
		if lacks := guarded().lacks(t, p); len(lacks) > 0 {
			t.Errorf("%s, run %d lacks %v", p.Stack, p.Run, lacks)
		}
	}
}

// but has a part of an answer be another.
func (w world) but(t *testing.T, path, old, now string) world {
	t.Helper()
	if !strings.Contains(w[path], old) {
		t.Fatalf("%s has no %s", path, old)
	}
	return w.with(path, strings.Replace(w[path], old, now, 1))
}

// What prod is refused for, and how it is told.
func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	const (
		approval, prod = "environments/prod-approval", "environments/prod"
		policies       = "environments/prod/deployment-branch-policies"
		main, dev      = "rules/branches/main", "rules/branches/dev"
		custom         = `{"protected_branches":false,"custom_branch_policies":true}`
		users          = `"reviewers":[{"type":"User","reviewer":{"login":"octocat","id":1,"type":"User"}},`
		made           = `"enforcement":"active"}]`
		again          = `"triggering_actor":{"login":`
		unknown        = `[{"line":4,"column":37,"kind":"Unknown owner","path":".github/CODEOWNERS"},{"line":7}]`
		role           = `"bypass_actors":[{"actor_id":5,"actor_type":"RepositoryRole","bypass_mode":"always"}],`
	)
	for name, c := range map[string]struct{ path, old, now, rule, says string }{
		"no approval":             {approval, "", "", Environments, "prod-approval was never made"},
		"no environment":          {prod, "", "", Environments, "prod was never made"},
		"nobody reviews":          {approval, reviewers, "", Reviewers, "asks nobody"},
		"an empty list":           {approval, users, `"reviewers":[],"x":[`, Reviewers, "asks nobody"},
		"oneself":                 {approval, `review":true`, `review":false`, SelfReview, "may approve it"},
		"administrators":          {prod, `bypass":false`, `bypass":true`, Admins, "administrators may pass by"},
		"any branch":              {prod, custom, "null", Branches, "prod has no list of branches"},
		"any protected branch":    {prod, `policies":true`, `policies":false`, Branches, "prod has no list of branches"},
		"another branch":          {policies, `"main"`, `"dev"`, Branches, "prod admits"},
		"a pattern":               {policies, `"main"`, `"*"`, Branches, "prod admits"},
		"a tag":                   {policies, `"branch"`, `"tag"`, Branches, "prod admits"},
		"more than the page":      {policies, `count":1`, `count":2`, Branches, "prod admits"},
		"no branch":               {policies, branchesBody("main"), branchesBody(), Branches, "prod admits"},
		"one branch more":         {policies, branchesBody("main"), branchesBody("main", "x"), Branches, "prod admits"},
		"no branches told":        {policies, "", "", Branches, "permission actions: read"},
		"a preview by any branch": {"environments/prod-preview", custom, "null", Branches, "prod-preview has no list"},
		"a word of any branch":    {"environments/qa", custom, "null", Branches, "qa has no list"},
		"an approval by any":      {approval, custom, "null", Branches, "prod-approval has no list"},
		"main can be deleted":     {main, `"deletion"`, `"creation"`, Main, "main can be deleted"},
		"force":                   {main, `"non_fast_forward"`, `"creation"`, Main, "main can be pushed over by force"},
		"no review":               {main, `count":1`, `count":0`, Main, "nobody else has reviewed"},
		"reviewed before":         {main, lasting, `"x":true,`, Main, "nobody else has reviewed"},
		"no code owners":          {main, `owner_review":true`, `owner_review":false`, Owners, "no code owner has reviewed"},
		"unknown owners":          {"codeowners/errors", "[]", unknown, Owners, "2 faults, the first in line 4: Unknown"},
		"no list of owners":       {"codeowners/errors", "", "", Owners, "permission contents: read"},
		"main above rules":        {"rulesets/42", "never", "always", Main, "by whoever has this token"},
		"main by pull requests":   {"rulesets/42", "never", "pull_requests_only", Main, "by whoever has this token"},
		"main by a role":          {"rulesets/42", `"conditions"`, role + `"conditions"`, Main, "by RepositoryRole"},
		"no sense":                {main, "", `{"message":"no list"}`, Main, "cannot be read"},
		"dev can be deleted":      {dev, `"deletion"`, `"creation"`, Dev, "dev can be deleted"},
		"no ruleset for tags":     {"rulesets", "", "[]", Versions, "can be deleted, can be made by anybody who can push"},
		"an evaluated one":        {"rulesets/43", "active", "evaluate", Versions, "can be moved"},
		"a disabled one":          {"rulesets", made, `"enforcement":"disabled"}]`, Versions, "can be made by anybody"},
		"of other tags":           {"rulesets/43", "refs/tags/**/v*", "refs/tags/**/v1.*", Versions, "can be moved"},
		"of no modules":           {"rulesets/43", "refs/tags/**/v*", "refs/tags/v*", Versions, "can be moved"},
		"of some modules":         {"rulesets/44", `,"refs/tags/*/*/v*"`, "", Versions, "can be made by anybody"},
		"of branches":             {"rulesets/43", `"target":"tag"`, `"target":"branch"`, Versions, "can be moved"},
		"with an exception":       {"rulesets/43", `"exclude":[]`, `"exclude":["refs/tags/v0.*"]`, Versions, "can be moved"},
		"with one unread":         {"rulesets/43", `"exclude":[]`, `"exclude":["refs/tags/["]`, Versions, "can be deleted"},
		"of what is unread":       {"rulesets/43", "refs/tags/**/v*", "refs/tags/[", Versions, "can be moved"},
		"tags by every job":       {"rulesets/44", "never", "always", Versions, "by whoever has this token"},
		"tags by a role":          {"rulesets/44", `"Integration"`, `"RepositoryRole"`, Versions, "by RepositoryRole"},
		"a ruleset untold":        {"rulesets/43", "", "", Versions, "permission metadata: read"},
		"nobody approved":         {approvals, "", "[]", Approval, "nobody approved"},
		"somebody rejected":       {approvals, `"approved"`, `"rejected"`, Approval, "nobody approved"},
		"of something else":       {approvals, `"prod-approval"`, `"prod"`, Approval, "nobody approved"},
		"a machine":               {approvals, `"type":"User"`, `"type":"Bot"`, Approval, "nobody approved"},
		"whoever started it":      {approvals, `"octocat"`, `"Hubot"`, SelfReview, "by Hubot alone"},
		"whoever ran it again":    {run, again + `"hubot"`, again + `"octocat"`, SelfReview, "by octocat alone"},
		"nobody known asked":      {run, "", startedByWorkflow, SelfReview, "nobody can tell who asked"},
		"another run":             {run, "", "", Approval, "cannot be read"},
		"no permission": {
			prod, "", `403 {"message":"Resource not accessible by integration"}`, Environments, "permission actions=read",
		},
		"no plan": {
			"rulesets", "", `403 {"message":"Upgrade to GitHub Pro or make this repository public to enable this feature."}`,
			Versions, "The plan of this private repository",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := guarded().with(c.path, c.now)
			if c.old != "" {
				w = guarded().but(t, c.path, c.old, c.now)
			}
			lacks := w.lacks(t, Preflight{Stack: "prod", Run: 30433642})
			if len(lacks) != 1 || lacks[0].Rule != c.rule || !strings.Contains(lacks[0].String(), c.says) {
				t.Errorf("lacks %v, want one of %s that says %q", lacks, c.rule, c.says)
			}
		})
	}
}

// Where main takes anything, two rules are missing.
func TestMainWithoutPullRequests(t *testing.T) {
	t.Parallel()
	for old, now := range map[string]string{`"pull_request"`: `"creation"`, reviewed: ""} {
		lacks := guarded().but(t, "rules/branches/main", old, now).lacks(t, Preflight{Stack: "prod"})
		if len(lacks) != 2 || lacks[0].Rule != Main || lacks[1].Rule != Owners {
			t.Errorf("with %s for %s lacks %v", now, old, lacks)
		}
	}
}

// The others are asked about their own branches.
func TestEachStackHasItsBranch(t *testing.T) {
	t.Parallel()
	for stack, branch := range map[string]string{"dev": "dev", "qa": "main"} {
		w := guarded().but(t, "environments/"+stack+"/deployment-branch-policies", `"`+branch+`"`, `"other"`)
		if lacks := w.lacks(t, Preflight{Stack: stack}); len(lacks) != 1 || lacks[0].Rule != Branches {
			t.Errorf("%s by another branch lacks %v", stack, lacks)
		}
	}
}

// A run that a workflow started for somebody is approved by another.
func TestARunThatAWorkflowStarted(t *testing.T) {
	t.Parallel()
	asked := Preflight{Stack: "prod", Run: 30433642, ReleaseRun: 8, Version: "v0.4.0"}
	marked := func(by string) string {
		return `{"id":8,"event":"release","path":".github/workflows/ci-pipeline__released.yml","head_branch":"v0.4.0",
			"status":"completed","conclusion":"success","actor":{"login":"` + by + `","type":"User"},
			"triggering_actor":{"login":"` + by + `","type":"User"}}`
	}
	w := guarded().with(run, startedByWorkflow)
	for login, rules := range map[string]int{"hubot": 0, "octocat": 1} {
		lacks := w.with("actions/runs/8", marked(login)).lacks(t, asked)
		if len(lacks) != rules || rules > 0 && lacks[0].Rule != SelfReview {
			t.Errorf("%s asked, octocat approved: lacks %v", login, lacks)
		}
	}

	// What is said to have started it is what GitHub knows to be a release's.
	for old, now := range map[string]string{
		`"release"`: `"push"`, "released.yml": "dev.yml", "v0.4.0": "v0.3.0", "success": "failure", `"User"`: `"Bot"`,
		"completed": "queued",
	} {
		w.with("actions/runs/8", strings.ReplaceAll(marked("hubot"), old, now))
		if lacks := w.lacks(t, asked); len(lacks) != 1 || lacks[0].Rule != SelfReview {
			t.Errorf("with %s for %s lacks %v", now, old, lacks)
		}
	}
	if lacks := w.with("actions/runs/8", "").lacks(t, asked); len(lacks) != 1 {
		t.Errorf("started by no run it lacks %v", lacks)
	}
}

func TestABareRepositoryLacksEverything(t *testing.T) {
	t.Parallel()
	w := world{"rules/branches/main": "[]", "rules/branches/dev": "[]", "rulesets": "[]"}
	var rules []string
	for _, l := range w.lacks(t, Preflight{Stack: "prod", Run: 1}) {
		rules = append(rules, l.Rule)
	}
	want := []string{Environments, Environments, Environments, Environments, Main, Owners, Dev, Versions, Approval}
	if !slices.Equal(rules, want) {
		t.Errorf("lacks %v, want %v", rules, want)
	}
}

func TestWhatIsNoStackOrNotOnMainIsRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []Preflight{
		{Stack: ""}, {Stack: "Prod"}, {Stack: "pr-7"},
		{Stack: "prod", Ref: "refs/heads/dev"}, {Stack: "prod", Ref: "refs/tags/main"},
	} {
		if _, err := p.Lacks(t.Context()); err == nil {
			t.Errorf("%q of %q is taken", p.Stack, p.Ref)
		}
	}
	if lacks := guarded().lacks(t, Preflight{Stack: "prod", Ref: "refs/heads/main"}); len(lacks) > 0 {
		t.Errorf("on main lacks %v", lacks)
	}
}

func TestAcceptedRulesAreParted(t *testing.T) {
	t.Parallel()
	a, err := ReadAccepted([]byte("# why\ndev: []\nprod: [reviewers, approval]\n"))
	if err != nil {
		t.Fatal(err)
	}
	lacks := []Lack{{Rule: Reviewers}, {Rule: Branches}, {Rule: Approval}}
	without, open := a.Part("prod", lacks)
	if len(without) != 2 || len(open) != 1 || open[0].Rule != Branches {
		t.Errorf("without %v, open %v", without, open)
	}
	if without, open := a.Part("qa", lacks); len(without) != 0 || len(open) != 3 {
		t.Errorf("of another stack: without %v, open %v", without, open)
	}
	for _, text := range []string{"prod: [everything]", "production: [reviewers]", "prod: reviewers: x", "[]"} {
		if _, err := ReadAccepted([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if a, err := ReadAccepted(nil); err != nil || len(a) > 0 {
		t.Errorf("nothing is %v, %v", a, err)
	}
	// The file that there is.
	text, err := os.ReadFile(filepath.Join("..", "..", AcceptedName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadAccepted(text); err != nil {
		t.Error(err)
	}
}

// docs/new-account.md has a row for each rule, and what it tells to accept is taken.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "new-account.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| Name | What has to be so |")
	table, after, _ := strings.Cut(table, "\n\n")
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(table, -1) {
		documented = append(documented, m[1])
	}
	slices.Sort(documented)
	if want := slices.Sorted(slices.Values(Rules)); !slices.Equal(documented, want) {
		t.Errorf("documented are %v, want %v", documented, want)
	}
	_, example, _ := strings.Cut(after, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	accepted, err := ReadAccepted([]byte(example))
	if err != nil || len(accepted["prod"]) == 0 {
		t.Fatalf("%q: %v", example, err)
	}
	// On a plan without reviewers that is all that lacks.
	w := guarded().with(approvals, "[]").but(t, "environments/prod-approval", reviewers, "")
	for _, name := range []string{"prod", "prod-approval", "prod-preview", "qa"} {
		w = w.but(t, "environments/"+name, `bypass":false`, `bypass":true`)
	}
	if _, open := accepted.Part("prod", w.lacks(t, Preflight{Stack: "prod", Run: 30433642})); len(open) > 0 {
		t.Errorf("%v is refused all the same", open)
	}
}
