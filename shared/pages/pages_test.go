package pages_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"sgraph.ai/send/shared/pages"
)

func TestWith(t *testing.T) {
	t.Parallel()
	site := pages.With(fstest.MapFS{
		"index.html":      {Data: []byte("own")},
		"assets/x.js":     {Data: []byte("own")},
		"assets/shared/y": {Data: []byte("never seen")},
	})
	for _, name := range []string{"index.html", "assets/x.js"} {
		if b, err := fs.ReadFile(site, name); string(b) != "own" || err != nil {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	for _, name := range []string{
		"assets/shared/y", "assets/shared/../x.js", "assets/shared/", "assets/shared//dom.js", "/assets/shared/dom.js",
		"assets/shared/../../pages.go",
	} {
		if _, err := fs.ReadFile(site, name); err == nil {
			t.Errorf("there is a %q", name)
		}
	}
}

// TestServicesSeeThem compares what a service serves with what editors, tests
// and tools see where its link stands.
func TestServicesSeeThem(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"user", "admin"} {
		link := filepath.Join("..", "..", "services", service, "web", filepath.FromSlash(pages.Within))
		entries, err := os.ReadDir(link)
		if err != nil || len(entries) == 0 {
			t.Fatalf("%s: %d files, %v", link, len(entries), err)
		}
		site := pages.With(fstest.MapFS{})
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".d.ts") {
				continue // types are of no use to browsers
			}
			want, err := os.ReadFile(filepath.Join(link, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := fs.ReadFile(site, pages.Within+e.Name()); !bytes.Equal(got, want) || err != nil {
				t.Errorf("%s: %d bytes, want %d; %v", e.Name(), len(got), len(want), err)
			}
		}
	}
}
