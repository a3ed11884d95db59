package pipelines

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/release/modules"
	"sgraph.ai/send/release/semver"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/test/nightly"
)

// promoted takes versions from pushes to main by qa to prod. Its steps build on each
// other.
type promoted struct {
	*world
	repo  *repository
	first string // commit of v0.4.0
	cut   string // commit of v0.6.0
}

// promotion is one scenario, since each deploy takes a minute. The first step that
// fails ends it.
func promotion(t *testing.T, w *world) {
	p := &promoted{world: w, repo: w.repository(t, "promotion")}
	p.repo.reach("qa", "prod")
	p.repo.guard(t)
	for _, s := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"a push to main is released and goes to qa", p.toQA},
		{"nothing differs from what was deployed", p.noDrift}, // by day what was put back differs, and prod not
		{"nothing goes to prod without an approval", func(t *testing.T) { withoutApproval(t, w) }},
		{"what was approved goes to prod byte for byte", p.toProd},
		{"a version that fails its smoke test is put back", p.badSmoke},
		{"what was put back is told by the drift check", p.drift},
		{"a release that was changed is refused", p.spoiled},
		{"a deploy that is cancelled leaves no lock and is put back", p.cancelled},
		{"the next run goes on where it ended", p.again},
		{"prod goes forward, no older version overtakes, and a person puts it back", p.back},
	} {
		if !t.Run(s.name, s.do) {
			t.FailNow()
		}
	}
}

// isLive holds what people reach to versions, as "user=1,admin=1".
func (w *world) isLive(t *testing.T, of, want string) {
	t.Helper()
	if live := w.cloud.versions(t, of); live != want {
		t.Errorf("live in %s is %q, not %q", of, live, want)
	}
}

func (p *promoted) toQA(t *testing.T) {
	// That two builds are alike is seen at night; by day of small ones, elsewhere.
	p.first = p.repo.push(t, "main", nightly.Or(map[string]string{".github/scripts/rebuild.sh": passes}, nil))
	r := p.repo.run(t, "ci-pipeline__main.yml", pushed("main", p.first))
	r.wants(t, map[string]string{
		"test": "success", "tag": "success", "credentials": "success", "build": "success", "rebuild": "success",
		"image": "success", "release": "success", "modules": "success", "deploy": "success",
		"report": "success", "preview": "success",
	})
	tags := p.repo.tags(t)
	if len(tags) != 1+len(modules.Folders) || tags["v0.4.0"] != p.first {
		t.Errorf("the tags are %v, of %s", tags, p.first)
	}
	for _, name := range modules.Tags(semver.Version{Minor: 4}) {
		if parent := git(t, p.repo.bare, "rev-parse", "refs/tags/"+name+"^{commit}^"); parent != p.first {
			t.Errorf("%s is of a commit after %s, not %s", name, parent, p.first)
		}
	}
	made := p.repo.release("v0.4.0")
	if made == nil || made.draft || !made.prerelease {
		t.Fatalf("the release is %+v", made)
	}
	p.isLive(t, "qa", "user=1,admin=1")
	p.isLive(t, "prod", "")
	words := p.repo.signed(smokeType)
	if len(words) != 1 || len(words[0].Subjects) != len(made.assets)-1 { // all but the list itself
		t.Fatalf("qa gave %d words of %d files", len(words), len(made.assets))
	}
	var word struct {
		Stack, Version string
		OK             bool
	}
	err := json.Unmarshal(words[0].Predicate, &word)
	if err != nil || word.Stack != "qa" || word.Version != "v0.4.0" || !word.OK {
		t.Errorf("qa's word is %s (%v)", words[0].Predicate, err)
	}
	has(t, r.of(t, "deploy").summary, "v0.4.0 deployed (before: nothing)", "qa: smoke test passed")
	has(t, r.of(t, "preview").summary, "prod: has never been deployed, so everything would be new")
	p.repo.wantsDeployments(t, "qa success")
	r.hides(t)
}

// hides holds a run to show no secret, in its log, summaries or outputs.
func (r *run) hides(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for line := range strings.Lines(r.raw.String()) {
		if strings.Contains(line, hidden) {
			t.Errorf("the run shows a secret: %s", line)
		}
	}
}

// compare runs the drift check, as main has it.
func (p *promoted) compare(t *testing.T) *run {
	t.Helper()
	main := git(t, p.repo.bare, "rev-parse", "refs/heads/main")
	return p.repo.run(t, "drift.yml", event{name: "workflow_dispatch", ref: "refs/heads/main", sha: main})
}

func (p *promoted) noDrift(t *testing.T) {
	nightly.Only(t)
	r := p.compare(t)
	r.wants(t, map[string]string{"drift": "success", "issue": "success"})
	if found := p.repo.openIssues(); len(found) != 0 {
		t.Errorf("there are issues: %q", found)
	}
}

// openIssues are what open issues say.
func (r *repository) openIssues() (bodies []string) {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	for _, i := range r.issues {
		if !i.pull && i.state == "open" {
			bodies = append(bodies, i.body)
		}
	}
	return bodies
}

func (p *promoted) toProd(t *testing.T) {
	// A branch of the version's name would win where a checkout does not say which is meant.
	p.repo.push(t, "spoiled", map[string]string{"infra/main.go": "package spoiled\n"})
	git(t, p.repo.clone, "push", "--quiet", "origin", "refs/heads/spoiled:refs/heads/v0.4.0")
	r := p.repo.start(t, "ci-pipeline__prod.yml", toProd("main", p.first, "v0.4.0"))
	r.review(t, "approved", "reviewer")
	<-r.ended
	r.wants(t, map[string]string{
		"preflight": "success", "preview": "success", "approve": "success", "deploy": "success",
	})
	p.isLive(t, "prod", "user=1,admin=1")
	for _, service := range []string{metric.User, metric.Admin} {
		_, there := p.cloud.live(t, "prod", service)
		if _, proven := p.cloud.live(t, "qa", service); there != proven {
			t.Errorf("prod runs %s of the %s service, qa %s", there, service, proven)
		}
	}
	has(t, r.of(t, "deploy").summary, "prod: smoke test passed")
	r.hides(t)
}

// unhealthy is a user service that does not start.
var unhealthy = map[string]string{
	"services/user/cmd/send-user/fault.go": "package main\n\nimport \"os\"\n\nfunc init() { os.Exit(7) }\n",
	".github/scripts/rebuild.sh":           passes, // that two builds are alike was seen
}

func (p *promoted) badSmoke(t *testing.T) {
	sha := p.repo.push(t, "main", unhealthy)
	r := p.repo.run(t, "ci-pipeline__main.yml", pushed("main", sha))
	r.wants(t, map[string]string{"release": "success", "deploy": "failure", "report": "success"})
	p.isLive(t, "qa", "user=1,admin=1")
	p.isLive(t, "prod", "user=1,admin=1")
	has(t, r.of(t, "deploy").summary, "qa: smoke test of what is next failed", "qa: put back to user=1,admin=1")
	if words := p.repo.signed(smokeType); len(words) != 1 {
		t.Errorf("qa gave %d words", len(words))
	}
	refused := p.repo.run(t, "ci-pipeline__prod.yml", toProd("main", sha, "v0.5.0"))
	refused.wants(t, map[string]string{"preflight": "failure", "approve": "skipped", "deploy": "skipped"})
	has(t, refused.of(t, "preflight").log, "v0.5.0 is not proven")
}

func (p *promoted) drift(t *testing.T) {
	r := p.compare(t)
	r.wants(t, map[string]string{"drift": "failure", "issue": "success"})
	found := p.repo.openIssues()
	if len(found) != 1 {
		t.Fatalf("there are %d issues: %q", len(found), found)
	}
	has(t, found[0], "qa: differs from what was deployed (v0.5.0)")
	if strings.Contains(found[0], "prod: differs") {
		t.Errorf("prod differs:\n%s", found[0])
	}
}

func (p *promoted) spoiled(t *testing.T) {
	made := p.repo.release("v0.4.0")
	i := slices.IndexFunc(made.assets, func(a *asset) bool { return strings.HasPrefix(a.name, "send-user-") })
	p.repo.github.mu.Lock()
	whole := made.assets[i].content
	made.assets[i].content = append(slices.Clone(whole), 'x')
	p.repo.github.mu.Unlock()
	r := p.repo.run(t, "ci-pipeline__prod.yml", toProd("main", p.first, "v0.4.0"))
	r.wants(t, map[string]string{"preflight": "failure", "preview": "skipped", "approve": "skipped", "deploy": "skipped"})
	has(t, r.of(t, "preflight").log, made.assets[i].name)
	p.isLive(t, "prod", "user=1,admin=1")
	p.repo.github.mu.Lock()
	made.assets[i].content = whole
	p.repo.github.mu.Unlock()
}

func (p *promoted) cancelled(t *testing.T) {
	nightly.Only(t)
	git(t, p.repo.clone, "fetch", "--quiet", "origin")
	git(t, p.repo.clone, "checkout", "--quiet", "-B", "main", "origin/main")
	git(t, p.repo.clone, "rm", "--quiet", "services/user/cmd/send-user/fault.go")
	git(t, p.repo.clone, "commit", "--quiet", "--message", "Mend")
	git(t, p.repo.clone, "push", "--quiet", "origin", "main")
	p.cut = git(t, p.repo.clone, "rev-parse", "HEAD")
	r := p.repo.start(t, "ci-pipeline__main.yml", pushed("main", p.cut))
	p.cloud.locked(t, r, "qa")
	r.cancel(t)
	<-r.ended
	r.wants(t, map[string]string{"release": "success", "deploy": "failure"})
	has(t, r.of(t, "deploy").summary, "Its lock was taken back", "qa: put back to user=1,admin=1")
	if locks := p.cloud.locks(t, "qa"); len(locks) != 0 {
		t.Errorf("the state is locked: %v", locks)
	}
	p.isLive(t, "qa", "user=1,admin=1")
}

func (p *promoted) again(t *testing.T) {
	nightly.Only(t)
	r := p.repo.run(t, "ci-pipeline__main.yml", pushed("main", p.cut))
	r.wants(t, map[string]string{"tag": "success", "release": "success", "deploy": "success", "preview": "success"})
	if tags := p.repo.tags(t); len(tags) != 3*(1+len(modules.Folders)) || tags["v0.6.0"] != p.cut {
		t.Errorf("the tags are %v, of %s", tags, p.cut)
	}
	has(t, r.of(t, "deploy").summary, "v0.6.0 deployed", "qa: smoke test passed")
	if words := p.repo.signed(smokeType); len(words) != 2 {
		t.Errorf("qa gave %d words", len(words))
	}
	_, before := p.cloud.live(t, "prod", metric.User)
	if _, now := p.cloud.live(t, "qa", metric.User); now == before {
		t.Errorf("qa runs %s still", now)
	}
}

func (p *promoted) back(t *testing.T) {
	nightly.Only(t)
	r := p.repo.start(t, "ci-pipeline__prod.yml", toProd("main", p.cut, "v0.6.0"))
	r.review(t, "approved", "reviewer")
	<-r.ended
	r.wants(t, map[string]string{"preview": "success", "deploy": "success"})
	p.isLive(t, "prod", "user=2,admin=2")
	r.hides(t)

	older := p.repo.start(t, "ci-pipeline__prod.yml", toProd("main", p.cut, "v0.4.0"))
	older.review(t, "approved", "reviewer")
	<-older.ended
	older.wants(t, map[string]string{"deploy": "success"})
	has(t, older.of(t, "deploy").summary, "v0.4.0 was not deployed: v0.6.0, which is newer, is there already")
	p.isLive(t, "prod", "user=2,admin=2")

	cmd := exec.CommandContext(t.Context(), "go", "run", "./cli/cmd/sgsend", "rollback", "--stack", "prod")
	cmd.Dir = p.repo.clone
	cmd.Env = append(slices.Clone(p.env), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION="+region)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("rollback: %v\n%s", err, out)
	}
	p.isLive(t, "prod", "user=1,admin=1")
}
