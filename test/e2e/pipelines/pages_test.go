package pipelines

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
)

// pages are a repository's GitHub Pages.
type pages struct {
	build string // where the site comes from: "workflow", "legacy"; "" = they are off
	site  []byte // what is shown, as an archive
}

func (g *gitHub) pagesAPI(mux *http.ServeMux) {
	g.api(mux, "GET pages", "pages", "read", func(c call) (any, error) {
		p := &c.repository.pages
		if p.build == "" {
			return nil, refuse(http.StatusNotFound, "Not Found")
		}
		return object{"html_url": p.url(c.grant), "build_type": p.build}, nil
	})
	mux.HandleFunc("POST /api/v3/standin/{owner}/{name}/pages", g.jobs(g.deployPages))
}

func (p *pages) url(of grant) string {
	return "https://" + owner + ".github.io/" + of.repository.full[len(owner)+1:] + "/"
}

// deployPages shows an artifact of the run, if the job is in the environment of Pages.
func (g *gitHub) deployPages(w http.ResponseWriter, r *http.Request, of grant) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	inside := slices.ContainsFunc(of.repository.entries, func(e *entry) bool {
		return e.run == of.run && e.job == of.job && e.environment == "github-pages"
	})
	site, ok := of.run.artifacts[r.FormValue("artifact")]
	p := &of.repository.pages
	switch {
	case !of.may("pages", "write") || !of.may("id-token", "write") || !inside:
		return refuse(http.StatusForbidden, "Ensure GITHUB_TOKEN has permission \"pages: write\" and \"id-token: write\"")
	case p.build != "workflow":
		return refuse(http.StatusNotFound, "Ensure GitHub Pages has been enabled")
	case !ok:
		return refuse(http.StatusBadRequest, "No artifacts named %q were found", r.FormValue("artifact"))
	}
	p.site = site
	_, err := fmt.Fprint(w, p.url(of))
	return err
}

// shown answers a file of the site that is shown, "" if there is none.
func (r *repository) shown(t *testing.T, name string) string {
	t.Helper()
	r.github.mu.Lock()
	files := tar.NewReader(bytes.NewReader(r.pages.site))
	r.github.mu.Unlock()
	for {
		header, err := files.Next()
		switch {
		case errors.Is(err, io.EOF):
			return ""
		case err != nil:
			t.Fatal(err)
		case header.Name == "./"+name:
			content, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return string(content)
		}
	}
}
