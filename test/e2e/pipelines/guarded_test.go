package pipelines

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// app is the GitHub App that makes versions.
const (
	app    = "4711"
	appKey = hidden + "-app-key"
)

// tagger has an app, and it alone, make versions, and nobody change them.
func (r *repository) tagger(t *testing.T) {
	t.Helper()
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	if r.variables == nil {
		r.variables = map[string]string{}
	}
	r.variables["TAGGER_APP_ID"] = app
	r.environments["tag"] = &environment{
		branches: []string{"main", "dev"}, secrets: map[string]string{"TAGGER_PRIVATE_KEY": appKey},
	}
	const hook = `#!/bin/sh
while read -r old new ref; do
  case $ref in refs/tags/v* | refs/tags/*/v*) ;; *) continue ;; esac
  if [ "${REMOTE_USER:-}" != app ] || [ "$old" != 0000000000000000000000000000000000000000 ]; then
    echo "GH013: Repository rule violations found for $ref" >&2
    exit 1
  fi
done
`
	if err := os.WriteFile(filepath.Join(r.bare, "hooks", "pre-receive"), []byte(hook), 0o755); err != nil {
		t.Fatal(err)
	}
}

// appToken hands out a token of the app to a job that has its key.
func (g *gitHub) appToken(w http.ResponseWriter, r *http.Request, of grant) error {
	if r.FormValue("app") != app || r.FormValue("key") != appKey {
		return refuse(http.StatusUnauthorized, "A JSON web token could not be decoded")
	}
	token := "ghs_" + rand.Text()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens[token] = grant{
		repository: of.repository, run: of.run, job: "app", permissions: object{"contents": r.FormValue("contents")},
	}
	fmt.Fprint(w, token)
	return nil
}

// Where an app alone makes versions, the pipeline makes them by it: what has not its
// key makes none, though it may write.
func versionsByOneIdentity(t *testing.T, w *world) {
	repo := w.repository(t, "one-identity")
	repo.tagger(t)
	little := map[string]string{".github/scripts/build.sh": buildsLittle}
	sha := repo.push(t, "dev", little)
	repo.run(t, "ci-pipeline__dev.yml", pushed("dev", sha)).wants(t, map[string]string{"tag": "success"})
	if tags := repo.tags(t); len(tags) != 1 || tags["v0.3.6"] != sha {
		t.Errorf("the tags are %v, of %s", tags, sha)
	}
	// As a branch would whose workflow leaves the app out.
	repo.github.mu.Lock()
	delete(repo.variables, "TAGGER_APP_ID")
	repo.github.mu.Unlock()
	r := repo.run(t, "ci-pipeline__dev.yml", pushed("dev", repo.push(t, "dev", little)))
	r.wants(t, map[string]string{"tag": "failure", "build": "skipped"})
	has(t, r.of(t, "tag").log, "GH013: Repository rule violations")
	if tags := repo.tags(t); len(tags) != 1 {
		t.Errorf("there are more tags: %v", tags)
	}
}

// Prod is refused, before anybody is asked and before anything is touched, as long as
// what guards it is not there.
func prodUnguarded(t *testing.T, w *world) {
	repo := w.repository(t, "unguarded")
	sha := repo.push(t, "main", nil)
	git(t, repo.clone, "tag", "v0.4.0")
	git(t, repo.clone, "push", "--quiet", "origin", "refs/tags/v0.4.0")
	toProd := func() *run {
		return repo.run(t, "ci-pipeline__prod.yml", event{
			name: "workflow_dispatch", ref: "refs/heads/main", sha: sha,
			payload: object{"inputs": object{"version": "v0.4.0", "allow-older": "false", "release-run": ""}},
		})
	}
	refused := func(r *run, why ...string) {
		t.Helper()
		r.wants(t, map[string]string{
			"preflight": "failure", "preview": "skipped", "approve": "skipped", "deploy": "skipped",
		})
		has(t, r.of(t, "preflight").log, why...)
	}
	refused(toProd(), "prod-approval was never made", "prod was never made", "main can be deleted",
		"the tags of versions and modules can be deleted")

	repo.guard(t)
	alter := func(do func()) {
		repo.github.mu.Lock()
		defer repo.github.mu.Unlock()
		do()
	}
	alter(func() { repo.environments["prod-approval"].reviewers = nil })
	r := toProd()
	refused(r, "prod-approval asks nobody")
	if log := r.of(t, "preflight").log; strings.Contains(log, "never made") || strings.Contains(log, "can be deleted") {
		t.Errorf("more is refused:\n%s", log)
	}
	alter(func() {
		repo.environments["prod-approval"].reviewers = []string{"reviewer"}
		repo.environments["prod"].branches = []string{"main", "release"}
	})
	refused(toProd(), "prod admits [{main branch} {release branch}]")

	// All is there: it goes on, to the release, which is none.
	alter(func() { repo.environments["prod"].branches = []string{"main"} })
	r = toProd()
	refused(r, "prod is guarded")
	if log := r.of(t, "preflight").log; strings.Contains(log, "::error title=prod is not guarded") {
		t.Errorf("refused all the same:\n%s", log)
	}
	if len(repo.deployments) > 0 {
		t.Errorf("deployed to %v", repo.deployments)
	}
}
