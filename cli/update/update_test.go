package update

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/cli/published"
)

const (
	program = "sgsend-linux-amd64"
	good    = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	other   = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
)

// serving is a server that has a release, as GitHub answers of one.
func serving(t *testing.T, tag string, files map[string]string, digest string) Source {
	t.Helper()
	var at string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/repos/owner/name/releases/latest" {
			of := release{Tag: tag, Page: "https://github.com/owner/name/releases/tag/" + tag}
			for name := range files {
				a := asset{Name: name, URL: at + "/assets/" + name}
				if name == program {
					a.Digest = digest
				}
				of.Assets = append(of.Assets, a)
			}
			_ = json.NewEncoder(w).Encode(of)
			return
		}
		content, there := files[strings.TrimPrefix(r.URL.Path, "/assets/")]
		if !there || strings.HasSuffix(r.URL.Path, program) || r.Header.Get("Accept") != "application/octet-stream" {
			t.Errorf("%s was asked for", r.URL)
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, content)
	}))
	t.Cleanup(server.Close)
	at = server.URL
	return Source{API: server.URL, Repository: "owner/name"}
}

func files() map[string]string {
	return map[string]string{program: "never fetched", published.SumsName: good + "  " + program + "\n", smallName: "{}"}
}

// withGH puts a program in the place of gh that answers as it does, or none.
func withGH(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "gh"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

// attests answers that the pipeline attested a digest of the program, if it is asked for
// the one workflow and branch that may.
func attests(sum string) string {
	return `[ "$1 $2 $4 $5 $6 $7 $8 $9" = "attestation verify --repo owner/name --signer-workflow ` +
		`owner/name/.github/workflows/ci-pipeline.yml --source-ref refs/heads/main" ] || exit 1
echo '[{"verificationResult":{"statement":{"subject":[{"name":"` + program + `",
"digest":{"sha256":"` + sum + `"}}]}}}]'`
}

func TestNewerReleasesAreFoundAndProven(t *testing.T) {
	for name, c := range map[string]struct {
		gh, digest string
		files      map[string]string
		want       string
	}{
		"all of it":       {attests(good), "sha256:" + good, files(), "digest holds, provenance holds"},
		"no gh":           {"", "sha256:" + good, files(), "digest holds, provenance unchecked"},
		"gh knows none":   {"echo none >&2; exit 1", "sha256:" + good, files(), "digest holds, provenance unchecked"},
		"another is made": {attests(other), "sha256:" + good, files(), "digest holds, provenance differs"},
		"gh says nothing": {"exit 0", "sha256:" + good, files(), "digest holds, provenance differs"},
		"no digest":       {attests(good), "", files(), "digest unchecked, provenance holds"},
		"another is kept": {attests(good), "sha256:" + other, files(), "digest differs"},
		"not for here":    {attests(good), "", map[string]string{published.SumsName: "", smallName: "{}"}, "digest differs"},
		"not listed": {
			attests(good), "", map[string]string{program: "", published.SumsName: "x", smallName: "{}"}, "digest differs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			withGH(t, c.gh)
			r, err := serving(t, "v1.10.0", c.files, c.digest).Find(t.Context(), "v1.9.3", program)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, check := range r.Checks {
				got = append(got, check.Name+" "+string(check.Verdict))
			}
			said, differs := strings.Join(got, ", "), strings.Contains(c.want, "differs")
			if said != c.want || !r.Newer || r.Contradicted() != differs {
				t.Errorf("%s, newer %v: %v", said, r.Newer, r.Checks)
			}
		})
	}
}

func TestNoNewerRelease(t *testing.T) {
	t.Parallel()
	for current, released := range map[string]bool{
		"v1.2.3": true, "v1.3.0": true, "v2.0.0": true, "dev": false, "v1.2": false,
	} {
		r, err := serving(t, "v1.2.3", nil, "").Find(t.Context(), current, program)
		if err != nil || r.Newer || r.Released != released || len(r.Checks) > 0 {
			t.Errorf("%s: %v, %v", current, r, err)
		}
	}
}

func TestWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	if _, err := serving(t, "latest", nil, "").Find(t.Context(), "v1.0.0", program); err == nil {
		t.Error("a tag that is no version is one")
	}
	s := serving(t, "v1.2.3", nil, "")
	s.Repository = "owner/other"
	s.API += "/none"
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	s.API = server.URL
	if _, err := s.Find(t.Context(), "v1.0.0", program); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
}
