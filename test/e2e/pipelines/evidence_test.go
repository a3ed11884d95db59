package pipelines

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// differingBuilds are released nowhere: what two machines make of one commit is not
// the same.
func differingBuilds(t *testing.T, w *world) {
	repo := w.repository(t, "differing-builds")
	repo.reach("qa")
	sha := repo.push(t, "main", map[string]string{".github/scripts/build.sh": buildsAnother})
	r := repo.run(t, "ci-pipeline__main.yml", pushed("main", sha))
	r.wants(t, map[string]string{
		"tag": "success", "credentials": "success", "build": "success", "rebuild": "failure",
		"image": "skipped", "release": "skipped", "deploy": "skipped",
	})
	has(t, r.of(t, "rebuild").log, "two builds of one commit differ")
	if found := repo.release("v0.4.0"); found != nil {
		t.Errorf("it is released: %+v", found)
	}
	repo.wantsDeployments(t) // though the check of credentials was in qa's environment
}

// buildsAnother makes something else each time.
const buildsAnother = buildsLittle + `cat /proc/sys/kernel/random/uuid >other
sha256sum other >>SHA256SUMS
`

// wantsDeployments holds the records of deployments to what they have to be, as
// "environment state".
func (r *repository) wantsDeployments(t *testing.T, want ...string) {
	t.Helper()
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	var got []string
	for _, d := range r.deployments {
		got = append(got, d.environment+" "+d.states[len(d.states)-1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("the records of deployments are %q, not %q", got, want)
	}
}

// releasedMark has a release that is marked as released start the pipeline of prod on
// main, with nothing that its tag brings along.
func releasedMark(t *testing.T, w *world) {
	repo := w.repository(t, "released")
	sha := repo.publish(t, "v0.4.0")
	mark := func(tag string) *run {
		return repo.run(t, "ci-pipeline__released.yml", event{
			name: "release", ref: "refs/tags/v0.4.0", sha: sha, actor: "releaser",
			payload: object{"action": "released", "release": object{"tag_name": tag}},
		})
	}
	started := mark("v0.4.0")
	started.wants(t, map[string]string{"dispatch": "success"})
	mark("v0.4.0 -f version=v0.1.0").wants(t, map[string]string{"dispatch": "failure"})
	repo.github.mu.Lock()
	defer repo.github.mu.Unlock()
	if len(repo.dispatched) != 1 {
		t.Fatalf("started is %+v", repo.dispatched)
	}
	d := repo.dispatched[0]
	if d.workflow != "ci-pipeline__prod.yml" || d.ref != "refs/heads/main" ||
		d.inputs["version"] != "v0.4.0" || d.inputs["release-run"] != strconv.Itoa(started.id) {
		t.Errorf("started is %+v", d)
	}
}

// toProd is the event by which a person starts the pipeline of prod.
func toProd(branch, sha, version string) event {
	return event{
		name: "workflow_dispatch", ref: "refs/heads/" + branch, sha: sha,
		payload: object{"inputs": object{"version": version}},
	}
}

// withoutEvidence nothing gets as far as to the person who approves.
func withoutEvidence(t *testing.T, w *world) {
	repo := w.repository(t, "without-evidence")
	tagged := repo.publish(t, "v0.4.0")
	// Where checkouts name no ref in full this would be taken for the tag.
	repo.push(t, "spoiled", map[string]string{".github/scripts/proven.sh": passes})
	git(t, repo.clone, "push", "--quiet", "origin", "refs/heads/spoiled:refs/heads/v0.4.0")
	main := repo.push(t, "main", nil)
	refused := func(t *testing.T, branch, sha string, why ...string) {
		t.Helper()
		r := repo.run(t, "ci-pipeline__prod.yml", toProd(branch, sha, "v0.4.0"))
		r.wants(t, map[string]string{
			"preflight": "failure", "preview": "skipped", "approve": "skipped", "deploy": "skipped",
		})
		has(t, r.of(t, "preflight").log, why...)
	}
	repo.guard(t)
	refused(t, "main", main, "verifying with issuer failed")
	repo.sign(provenance, "ci-pipeline.yml", "v0.4.0", tagged, "refs/heads/main", nil)
	refused(t, "main", main, "v0.4.0 is not proven: qa signed nothing of its files")
	word := object{"stack": "qa", "version": "v0.4.0", "ok": true}
	repo.sign(smokeType, "stack.yml", "v0.4.0", tagged, "refs/heads/other", word)
	repo.sign(smokeType, "preview.yml", "v0.4.0", tagged, "refs/heads/main", word)
	refused(t, "main", main, "qa signed nothing of its files")
	repo.sign(smokeType, "stack.yml", "v0.4.0", tagged, "refs/heads/main",
		object{"stack": "dev", "version": "v0.4.0", "ok": true})
	refused(t, "main", main, "qa's word is for other files, or for another version")
	repo.sign(smokeType, "stack.yml", "v0.4.0", tagged, "refs/heads/main", word)
	other := repo.push(t, "elsewhere", nil)
	refused(t, "elsewhere", other, "prod is deployed from main")

	// All is there, but nothing by which prod can be reached: nobody is asked for nothing.
	r := repo.run(t, "ci-pipeline__prod.yml", toProd("main", main, "v0.4.0"))
	r.wants(t, map[string]string{
		"preflight": "success", "preview": "success", "approve": "skipped", "deploy": "skipped",
	})
	repo.wantsDeployments(t)
}

// withoutApproval the deploy to prod refuses by itself: GitHub has let it go on, and
// keeps no word of anybody who approved.
func withoutApproval(t *testing.T, w *world) {
	repo := w.repository(t, "without-approval")
	repo.reach("prod")
	tagged := repo.publish(t, "v0.4.0")
	repo.guard(t)
	repo.sign(provenance, "ci-pipeline.yml", "v0.4.0", tagged, "refs/heads/main", nil)
	repo.sign(smokeType, "stack.yml", "v0.4.0", tagged, "refs/heads/main",
		object{"stack": "qa", "version": "v0.4.0", "ok": true})
	r := repo.start(t, "ci-pipeline__prod.yml", toProd("main", tagged, "v0.4.0"))
	r.review(t, "approved", "reviewer")
	repo.github.mu.Lock()
	r.reviews = nil
	repo.github.mu.Unlock()
	<-r.ended
	r.wants(t, map[string]string{
		"preflight": "success", "preview": "success", "approve": "success", "deploy": "failure",
	})
	has(t, r.of(t, "deploy").log, "approval")
	if live := w.cloud.versions(t, "prod"); live != "" {
		t.Errorf("live in prod is %q", live)
	}
	repo.wantsDeployments(t, "prod failure") // and none of the preview, nor of the approval
}

// publish makes a release of a new commit of main, as the pipeline would, with next to
// nothing in it.
func (r *repository) publish(t *testing.T, version string) (sha string) {
	t.Helper()
	sha = r.push(t, "main", nil)
	git(t, r.clone, "tag", "--annotate", "--message", version, version)
	git(t, r.clone, "push", "--quiet", "origin", "refs/tags/"+version)
	files := map[string]string{"manifest.json": fmt.Sprintf(`{"version":%q}`, version), "send.zip": version}
	made := &release{tag: version, name: version, prerelease: true}
	var sums string
	for _, name := range []string{"manifest.json", "send.zip"} {
		sums += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(files[name])), name)
	}
	files["SHA256SUMS"] = sums
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	made.id = r.id()
	for name, content := range files {
		made.assets = append(made.assets, &asset{r.id(), name, []byte(content)})
	}
	r.releases = append(r.releases, made)
	return sha
}

// sign has a workflow, as a commit has it, sign the files of a release.
func (r *repository) sign(predicateType, workflow, version, commit, ref string, predicate object) {
	text, err := json.Marshal(predicate)
	if err != nil {
		panic(err) // it is the test's own
	}
	a := &attestation{
		PredicateType: predicateType, Predicate: text, SignerWorkflow: r.full + "/.github/workflows/" + workflow,
		SignerDigest: commit, SourceRef: ref, SourceDigest: commit,
	}
	for _, file := range r.release(version).assets {
		if file.name != "SHA256SUMS" {
			digest := fmt.Sprintf("%x", sha256.Sum256(file.content))
			a.Subjects = append(a.Subjects, subject{Name: file.name, SHA256: digest})
		}
	}
	slices.SortFunc(a.Subjects, func(a, b subject) int { return strings.Compare(a.Name, b.Name) })
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	r.attestations = append(r.attestations, a)
}

// smokeType is the kind of qa's word.
const smokeType = "https://sgraph.ai/send/attestations/smoke/v1"
