package site

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// built builds Hugo, where that was not done before, for all tests.
var built = sync.OnceValue(func() error {
	_, err := Site{Root: root}.hugo(context.Background())
	return err
})

// made makes a site in a new folder. Without Hugo the test is skipped, but not where CI is
// set: there it must have run.
func made(t *testing.T, s Site) (dir string, err error) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "site")
	if err = built(); err == nil {
		err = s.Write(t.Context(), dir)
	}
	if errors.Is(err, ErrNoHugo) {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v, and CI must not go without this test", err)
		}
		t.Skipf("SKIPPED: the site is not made: %v", err)
	}
	return dir, err
}

func text(t *testing.T, name ...string) string {
	t.Helper()
	all, err := os.ReadFile(filepath.Join(name...))
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// Write holds the links, and what each page has: TestWhatIsWrongWithASiteIsNamed.
func TestTheDocumentationBecomesASite(t *testing.T) {
	t.Parallel()
	dir, err := made(t, Site{
		Root: root, Base: "/name/",
		Source: "https://example.org/owner/name/blob/dev/", Repository: "https://example.org/owner/name",
	})
	if err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{
		"index.html":                       `id="try-it"`,
		"404.html":                         `"go-import" content="sgraph.ai/send git https://example.org/owner/name"`,
		"search/index.html":                `src="/name/search-page.js"`,
		"docs/guide/index.html":            `href="https://example.org/owner/name/blob/dev/docs/guide.md"`,
		"docs/api/user/index.html":         `/api/transfers`,
		"docs/api/admin/index.html":        `class="reference"`,
		"docs/performance/index.html":      `aria-label="upload, MB/s: nginx (dav) `,
		"docs/playbooks/index.html":        `href="/name/docs/playbooks/panics/"`,
		"docs/playbooks/panics/index.html": `aria-current="page"`,
		"docs/threat-model/index.html":     `href="/name/security/"`,
		"docs/formats/index.html":          `<div class="wide" tabindex="0"`,
		"docs/new-account/index.html":      `class="chroma"`,
		"docs/pictures/send-desktop.png":   "PNG",
	} {
		if !strings.Contains(text(t, dir, page), want) {
			t.Errorf("%s has no %q", page, want)
		}
	}
}

// Every part that can be found is where its address says.
func TestWhatIsSearchedIsWhatThePagesSay(t *testing.T) {
	t.Parallel()
	dir, err := made(t, Site{Root: root, Base: "/name/"})
	if err != nil {
		t.Fatal(err)
	}
	var parts []struct{ Page, Heading, At, Text string }
	if err := json.Unmarshal([]byte(text(t, dir, "search.json")), &parts); err != nil {
		t.Fatal(err)
	}
	if len(parts) < 300 {
		t.Errorf("only %d parts can be found", len(parts))
	}
	for _, part := range parts {
		page, id, isPart := strings.Cut(strings.TrimPrefix(part.At, "/name/"), "#")
		if html := text(t, dir, page, "index.html"); isPart && !strings.Contains(html, `id="`+id+`"`) {
			t.Errorf("%s, %s is not at %s", part.Page, part.Heading, part.At)
		}
		if part.Page == "" || isPart == (part.Heading == "") || strings.ContainsAny(part.Heading, "<>") {
			t.Errorf("at %s is %q of %q", part.At, part.Heading, part.Page)
		}
	}
}

// copied is the repository, to be changed by a test: its sources, and the tools that were built.
func copied(t *testing.T, pages map[string]string) string {
	t.Helper()
	from, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	c := exec.CommandContext(t.Context(), "git", "-C", from,
		"ls-files", "-z", "--cached", "--others", "--exclude-standard")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if target, err := os.Readlink(filepath.Join(from, name)); err == nil {
			link(t, target, filepath.Join(to, name))
			continue
		}
		content, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was removed
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(to, name), string(content))
	}
	for name, page := range pages {
		write(t, filepath.Join(to, name), page)
	}
	if err := os.Chmod(filepath.Join(to, "tools", "hugo", "install"), 0o700); err != nil {
		t.Fatal(err)
	}
	link(t, filepath.Join(from, ".tools"), filepath.Join(to, ".tools"))
	return to
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(target, name)); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAPageThatTheIndexDoesNotListIsStillReached(t *testing.T) {
	t.Parallel()
	dir, err := made(t, Site{Root: copied(t, map[string]string{"docs/extra.md": "# One more\n\nIt is new.\n"}), Base: "/"})
	if err != nil {
		t.Fatal(err)
	}
	guide := text(t, dir, "docs/guide/index.html")
	if !strings.Contains(guide, "<h2>More</h2>") || !strings.Contains(guide, `href="/docs/extra/"`) {
		t.Error("it is not in the navigation")
	}
	if strings.Contains(text(t, dir, "404.html"), "go-import") {
		t.Error("it says where a repository is that nobody named")
	}
}

func TestALinkThatLeadsNowhereIsToldWithItsPage(t *testing.T) {
	t.Parallel()
	// What is found while pages are made, and what is found in what was made.
	for _, pages := range []map[string]string{
		{
			"[x](gone.md)":                    "links to gone.md, where nothing is",
			"[x](../../../../../etc/passwd)":  "where nothing is",
			"[x](/README.md)":                 "neither https nor relative",
			"[x](http://example.org/)":        "neither https nor relative",
			"[x](javascript:alert)":           "neither https nor relative",
			"![x](gone.png)":                  "which is not in the repository",
			"![x](https://example.org/x.png)": "shows https://example.org/x.png, which is not in the repository",
			"![](pictures/send-phone.png)":    "says nothing of it to others",
		},
		{
			"[x](../README.md#gone)": "links to /#gone, where no part has that name",
			"[x](#gone)":             "links to #gone, where no part has that name",
		},
	} {
		page := "# Wrong\n"
		for text := range pages {
			page += "\n" + text + "\n"
		}
		dir, err := made(t, Site{Root: copied(t, map[string]string{"docs/wrong.md": page}), Base: "/"})
		for text, want := range pages {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", text, err, want)
			}
		}
		if _, err := os.Stat(dir); err == nil {
			t.Error("something was made")
		}
	}
}

func TestAFolderThatIsInUseStaysAsItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mine"), "")
	err := Site{Root: root, Base: "/"}.Write(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "no new folder") {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there is %v, %v", left, err)
	}
}
