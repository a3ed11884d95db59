package verify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// releases are those of one version, with files that are told.
func releases(t *testing.T, files map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, there := files[strings.TrimPrefix(r.URL.Path, "/download/v0.4.0/")]
		if !there {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/download"
}

// written is this program's list as a release has it.
func written(t *testing.T) string {
	t.Helper()
	var list strings.Builder
	if err := server.List.Write(&list); err != nil {
		t.Fatal(err)
	}
	return list.String()
}

func TestFetchList(t *testing.T) {
	t.Parallel()
	list := written(t)
	sums := strings.Repeat("0", 64) + "  manifest.json\n" + digest([]byte(list)) + "  pages.json\n"
	l, err := FetchList(t.Context(), releases(t, map[string]string{"pages.json": list, "SHA256SUMS": sums})+"/", "v0.4.0")
	if err != nil || len(l.User) != len(server.List.User) || l.User[0].SHA256 != server.List.User[0].SHA256 {
		t.Errorf("%d pages, %v", len(l.User), err)
	}
	for says, c := range map[string]struct {
		version string
		files   map[string]string
	}{
		"no release of ../v0.4.0":    {"../v0.4.0", nil},
		"SHA256SUMS: it is answered": {"v0.4.0", map[string]string{"pages.json": list}},
		"pages.json: it is answered": {"v0.4.0", map[string]string{"SHA256SUMS": sums}},
		"is not the file of which":   {"v0.4.0", map[string]string{"SHA256SUMS": sums, "pages.json": list + " "}},
		"no list of pages": {"v0.4.0", map[string]string{
			"SHA256SUMS": digest([]byte("{}")) + "  pages.json\n", "pages.json": "{}",
		}},
	} {
		_, err := FetchList(t.Context(), releases(t, c.files), c.version)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}

// A place of releases may lead on, as GitHub's does, but not away from TLS, nor for ever.
func TestReleasesThatLeadInACircle(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(s.Close)
	_, err := FetchList(t.Context(), s.URL, "v0.4.0")
	if err == nil || !strings.Contains(err.Error(), "leads on too often") {
		t.Error(err)
	}
}

func TestReadList(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pages.json")
	for text, says := range map[string]string{
		written(t):                     "",
		"[]":                           "no list of pages",
		`{"version":"v1.0.0"}`:         "lacks a version, or the pages",
		strings.Repeat(" ", maxList+1): "more than",
		`{"version":"v1.0.0","user":[{"path":"x"}],"admin":[{"path":"/"}]}`: "says too little",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadList(name)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%.30s: want %q, got %v", text, says, err)
		}
	}
}
