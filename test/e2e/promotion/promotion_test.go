package promotion

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// TestPromotion takes versions from their build to prod and back. The steps
// build on each other, so the first that fails ends the test.
func TestPromotion(t *testing.T) {
	lambda := &lambdahost.Lambda{Endpoint: moto.Start(t), Region: region}
	endpoint, err := lambda.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lambda.Stop)
	aws := simulation{endpoint: endpoint}
	for _, of := range []string{"qa", "prod"} {
		aws.setUp(t, of)
	}
	p := newPipeline(t, aws)

	good := p.build(t, "v0.4.0")
	p.spoil(t)
	bad := p.build(t, "v0.5.0")
	p.mend(t)
	better := p.build(t, "v0.6.0")
	code := zips(t, good, bad, better)

	var qaUser, qaAdmin string
	smoke := func(t *testing.T, ok bool, stack string) outcome {
		t.Helper()
		user, admin := aws.serve(t, stack, code)
		return p.script(t, ok, "smoke.sh",
			"STACK="+stack, "OPERATION=deploy", "VERSION=", "USER_URL="+user, "ADMIN_URL="+admin)
	}

	step(t, "a version is deployed to qa and works", func(t *testing.T) {
		before := p.script(t, true, "live-versions.sh", "STACK=qa")
		if got := before.told("live"); got != "" {
			t.Errorf("before the first deploy %q is live", got)
		}
		up := p.script(t, true, "pulumi.sh deploy", "STACK=qa", "VERSION=v0.4.0", "SEND_ARTIFACTS_DIR="+good)
		if up.told("deployed") != "true" || up.told("version") != "v0.4.0" || up.told("user-url") == "" {
			t.Errorf("the job is told\n%s", up.output)
		}
		has(t, smoke(t, true, "qa").summary, "qa: smoke test passed", "passed   user: version", "v0.4.0")
		qaUser, qaAdmin = codeOf(t, aws, "qa", metric.User), codeOf(t, aws, "qa", metric.Admin)
	})

	step(t, "nothing differs from what was deployed, built anew from its source", func(t *testing.T) {
		p.script(t, true, "pulumi.sh drift", "STACK=qa")
		preview := p.script(t, true, "pulumi.sh preview", "STACK=qa").summary
		if has(t, preview, "### qa: ", " unchanged"); strings.Contains(preview, " to update") {
			t.Errorf("a preview of the same source shows changes\n%s", preview)
		}
	})

	step(t, "the same bytes go to prod", func(t *testing.T) {
		dir := p.release(t, good, "v0.4.0")
		p.script(t, true, "pulumi.sh deploy", "STACK=prod", "VERSION=v0.4.0", "SEND_ARTIFACTS_DIR="+dir)
		user, admin := codeOf(t, aws, "prod", metric.User), codeOf(t, aws, "prod", metric.Admin)
		if user != qaUser || admin != qaAdmin {
			t.Errorf("prod runs %s and %s, qa %s and %s", user, admin, qaUser, qaAdmin)
		}
		has(t, smoke(t, true, "prod").summary, "prod: smoke test passed", "v0.4.0")
	})

	step(t, "bytes that were changed on the way are not deployed", func(t *testing.T) {
		dir := p.release(t, good, "v0.4.0")
		zip := filepath.Join(dir, "send-user-"+architecture()+".zip")
		content, err := os.ReadFile(zip)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		if err := os.WriteFile(zip, content, 0o644); err != nil {
			t.Fatal(err)
		}
		refused := p.script(t, false, "pulumi.sh deploy", "STACK=prod", "VERSION=v0.4.1", "SEND_ARTIFACTS_DIR="+dir)
		has(t, refused.log, "is not the one that was built")
		if version, _ := aws.live(t, "prod", metric.User); version != "1" {
			t.Errorf("version %s is live", version)
		}
	})

	step(t, "a version that fails its smoke test is put back", func(t *testing.T) {
		before := p.script(t, true, "live-versions.sh", "STACK=qa").told("live")
		if before != "user=1,admin=1" {
			t.Fatalf("live before is %q", before)
		}
		p.script(t, true, "pulumi.sh deploy", "STACK=qa", "VERSION=v0.5.0", "SEND_ARTIFACTS_DIR="+bad)
		if version, _ := aws.live(t, "qa", metric.User); version != "2" {
			t.Fatalf("version %s is live after the deploy", version)
		}
		has(t, smoke(t, false, "qa").summary, "qa: smoke test failed", "failed   user: health")
		put := p.script(t, true, "put-back.sh", "STACK=qa", "LIVE_BEFORE="+before)
		has(t, put.summary, "qa: put back to user=1,admin=1", "user   2 -> 1")
		if got := p.script(t, true, "live-versions.sh", "STACK=qa").told("live"); got != before {
			t.Errorf("live is %q, not %q", got, before)
		}
		has(t, smoke(t, true, "qa").summary, "qa: smoke test passed", "v0.4.0")
	})

	step(t, "what was put back is told by the drift check", func(t *testing.T) {
		p.spoil(t) // the check compares with the source of what was deployed
		report := p.script(t, false, "pulumi.sh drift", "STACK=qa").summary
		has(t, report, "differs from what was deployed (v0.5.0)", "user-live", "admin-live", "~ 2 to update")
		p.mend(t)
	})

	step(t, "prod goes forward, back by hand, and forward again", func(t *testing.T) {
		dir := p.release(t, better, "v0.6.0")
		p.script(t, true, "pulumi.sh deploy", "STACK=prod", "VERSION=v0.6.0", "SEND_ARTIFACTS_DIR="+dir)
		has(t, smoke(t, true, "prod").summary, "v0.6.0")
		p.sgsend(t, "rollback", "--stack", "prod")
		has(t, smoke(t, true, "prod").summary, "v0.4.0")
		has(t, p.sgsend(t, "rollback", "--stack", "prod"), "put back already")
		has(t, smoke(t, true, "prod").summary, "v0.4.0")
		p.script(t, true, "pulumi.sh deploy", "STACK=prod", "VERSION=v0.6.0", "SEND_ARTIFACTS_DIR="+dir)
		has(t, smoke(t, true, "prod").summary, "v0.6.0")
	})

	step(t, "an older version does not overtake", func(t *testing.T) {
		up := p.script(t, true, "pulumi.sh deploy", "STACK=prod", "VERSION=v0.4.0", "SEND_ARTIFACTS_DIR="+good)
		if up.told("deployed") != "false" {
			t.Errorf("the job is told\n%s", up.output)
		}
	})
}

func step(t *testing.T, name string, part func(t *testing.T)) {
	t.Helper()
	if !t.Run(name, part) {
		t.FailNow()
	}
}

func has(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in\n%s", w, text)
		}
	}
}

// codeOf answers the digest of what is live.
func codeOf(t *testing.T, aws simulation, stack, service string) string {
	t.Helper()
	_, c := aws.live(t, stack, service)
	return c.CodeSha256
}

// spoil makes a user service that does not start; mend undoes it.
func (p *pipeline) spoil(t *testing.T) {
	t.Helper()
	fault := "package main\n\nimport \"os\"\n\nfunc init() { os.Exit(7) }\n"
	if err := os.WriteFile(p.fault(), []byte(fault), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p *pipeline) mend(t *testing.T) {
	t.Helper()
	if err := os.Remove(p.fault()); err != nil {
		t.Fatal(err)
	}
}

func (p *pipeline) fault() string {
	return filepath.Join(p.root, "services", "user", "cmd", "send-user", "fault.go")
}

// release puts a build where GitHub would keep it, and fetches it as a deploy
// does, with every check of its digests.
func (p *pipeline) release(t *testing.T, built, version string) string {
	t.Helper()
	bin := t.TempDir()
	for name, body := range map[string]string{
		"git": "echo c0ffee\n",
		"gh": `case "$1" in
release) mkdir -p "$7"; cp '` + built + `'/* "$7" ;; # gh release download VERSION --repo REPO --dir DIR
api) echo identical ;;
esac
`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/usr/bin/env bash\nset -e\n"+body), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "dist")
	var path string
	for _, entry := range p.env {
		if value, ok := strings.CutPrefix(entry, "PATH="); ok {
			path = value
		}
	}
	p.script(t, true, "fetch-release.sh", "VERSION="+version, "DIR="+dir, "PATH="+bin+":"+path)
	return dir
}

// sgsend runs the command line as a person would.
func (p *pipeline) sgsend(t *testing.T, args ...string) string {
	t.Helper()
	return p.command(t, "sgsend", args...)
}
