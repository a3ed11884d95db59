package github

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The answers are those of https://docs.github.com/en/rest/pages/pages#get-a-github-pages-site
func TestWhereThePagesAre(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status             int
		answer             string
		address, why, fail string
	}{
		"by a workflow": {
			status: 200, answer: `{"html_url":"https://owner.github.io/name/","build_type":"workflow"}`,
			address: "https://owner.github.io/name/",
		},
		"by a branch": {
			status: 200, answer: `{"html_url":"https://owner.github.io/name/","build_type":"legacy"}`, why: "in a branch",
		},
		"none":           {status: 404, answer: `{"message":"Not Found"}`, why: "has no GitHub Pages"},
		"no permission":  {status: 403, answer: `{"message":"Resource not accessible by integration"}`, fail: "403"},
		"what is no one": {status: 200, answer: `<html>`, fail: "invalid character"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/repos/owner/name/pages" {
				t.Errorf("%s %s was asked for", r.Method, r.URL.Path)
			}
			w.WriteHeader(c.status)
			io.WriteString(w, c.answer)
		}))
		client := Client{API: server.URL, Repo: "owner/name", HTTP: server.Client()}
		address, why, err := client.Pages(t.Context())
		if address != c.address || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s: %q, %q", name, address, why)
		}
		if (err == nil) != (c.fail == "") || err != nil && !strings.Contains(err.Error(), c.fail) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}
