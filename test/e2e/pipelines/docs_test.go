package pipelines

import "testing"

// A push to dev that touches a page publishes the site, and one that touches none
// starts nothing. A page whose links lead nowhere leaves what is shown as it is.
func documentation(t *testing.T, w *world) {
	repo := w.repository(t, "documentation")
	repo.environments["github-pages"] = &environment{branches: []string{"dev"}}
	page := func(branch, text string) event {
		return pushed(branch, repo.push(t, branch, map[string]string{"docs/word.md": text}))
	}
	publishes := func(e event, build, publish string) *run {
		t.Helper()
		r := repo.run(t, "docs.yml", e)
		r.wants(t, map[string]string{"build": build, "publish": publish})
		return r
	}

	r := publishes(page("dev", "# Unseen\n"), "success", "skipped")
	has(t, r.of(t, "build").log, "the repository has no GitHub Pages")

	repo.github.mu.Lock()
	repo.pages.build = "workflow"
	repo.github.mu.Unlock()
	publishes(page("dev", "# First\n\n[Home](../README.md)\n"), "success", "success")
	has(t, repo.shown(t, "docs/word/index.html"), "<h1 id=\"first\">First</h1>", `<a href="/documentation/">Home</a>`)
	has(t, repo.shown(t, "404.html"), `href="/documentation/docs/guide/"`)

	r = publishes(page("dev", "# Second\n\n[Nowhere](gone.md)\n"), "failure", "skipped")
	has(t, r.of(t, "build").log, "docs/word.md: links to gone.md, where nothing is")

	code := pushed("dev", repo.push(t, "dev", map[string]string{"cli/word.go": "package cli\n"}))
	if repo.starts(t, "docs.yml", code) {
		t.Error("what touches no page starts it")
	}

	proposed := page("proposal", "# Third\n")
	if repo.starts(t, "docs.yml", proposed) {
		t.Error("a push to another branch starts it")
	}
	proposed.name, proposed.ref = "pull_request", "refs/pull/1/merge"
	proposed.payload = object{"pull_request": object{"number": 1}}
	publishes(proposed, "success", "skipped")
	has(t, repo.shown(t, "docs/word/index.html"), "First")
}
