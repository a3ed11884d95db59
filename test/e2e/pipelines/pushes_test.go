package pipelines

import "testing"

// Of two pushes to dev the second is faster. The first gets no version, which would be
// the higher one, and goes nowhere.
func overtaken(t *testing.T, w *world) {
	repo := w.repository(t, "overtaken")
	first := repo.push(t, "dev", map[string]string{".github/scripts/build.sh": buildsLittle})
	second := repo.push(t, "dev", nil)
	r := repo.run(t, "ci-pipeline__dev.yml", pushed("dev", second))
	r.wants(t, map[string]string{"tag": "success", "build": "success", "report": "success"})
	r = repo.run(t, "ci-pipeline__dev.yml", pushed("dev", first))
	r.wants(t, map[string]string{
		"test": "success", "tag": "success", "build": "skipped", "release": "skipped", "deploy": "skipped",
		"report": "success",
	})
	has(t, r.of(t, "tag").log, "a commit after this one is v0.3.6 already")
	if tags := repo.tags(t); len(tags) != 1 || tags["v0.3.6"] != second {
		t.Errorf("the tags are %v", tags)
	}
}

// A pull request is told what it would change in dev, in one comment. One from a fork
// is tested alone, by nothing that is secret.
func pullRequests(t *testing.T, w *world) {
	repo := w.repository(t, "pull-requests")
	repo.reach("dev")
	repo.github.mu.Lock()
	// A home of states without any: other scenarios deploy dev.
	repo.environments["dev-preview"].variables["PULUMI_BACKEND_URL"] = "file://" + t.TempDir()
	repo.github.mu.Unlock()
	i := repo.pull(7, "change")
	repo.push(t, "change", nil)

	i.fork = true
	r := repo.run(t, "preview.yml", repo.did(i, "synchronize"))
	r.wants(t, map[string]string{"test": "success", "preview": "skipped", "comment": "skipped"})
	if len(i.comments) != 0 {
		t.Errorf("a fork gets %d comments", len(i.comments))
	}
	i.fork = false
	for range 2 {
		repo.push(t, "change", nil)
		r = repo.run(t, "preview.yml", repo.did(i, "synchronize"))
		r.wants(t, map[string]string{"test": "success", "preview": "success", "comment": "success"})
		r.hides(t)
	}
	if len(i.comments) != 1 {
		t.Fatalf("there are %d comments", len(i.comments))
	}
	has(t, i.comments[0].body, "### dev: has never been deployed")
}
