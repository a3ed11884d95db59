package site

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const source = "https://example.org/tree/"

// repository makes one of these files, with what every site needs.
func repository(t *testing.T, files map[string]string) Site {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{
		"README.md": "# Product\n\nSee [the documents](docs/README.md).\n", "docs/README.md": "# Documents\n",
		"shared/pages/assets/base.css": "/* base */", "shared/pages/assets/favicon.svg": "<svg/>",
	}
	maps.Copy(all, files)
	for name, text := range all {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Site{Root: root, Base: "/"}
}

// made makes the site, and answers its pages by path and whether each file is there.
func made(t *testing.T, s Site) (pages map[string]*html.Node, files map[string]bool) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	pages, files = map[string]*html.Node{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name] = true
		if path.Ext(name) != ".html" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		pages[name], err = html.Parse(strings.NewReader(string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages, files
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// hrefs are where the links of a part lead.
func hrefs(n *html.Node, class string) (all []string) {
	for d := range n.Descendants() {
		if d.Data == "nav" && attribute(d, "class") == class {
			for a := range d.Descendants() {
				if a.Data == "a" {
					all = append(all, attribute(a, "href"))
				}
			}
		}
	}
	return all
}

// Whatever leads somewhere leads to what is there, and nothing is on a page that its
// policy would not let be.
func TestTheDocumentationBecomesASite(t *testing.T) {
	t.Parallel()
	pages, files := made(t, Site{Root: filepath.Join("..", ".."), Base: "/name/", Source: source})
	ids := map[string]bool{}
	for name, p := range pages {
		for n := range p.Descendants() {
			if id := attribute(n, "id"); id != "" {
				if ids[name+"#"+id] {
					t.Errorf("%s has two %q", name, id)
				}
				ids[name+"#"+id] = true
			}
		}
	}
	for name, p := range pages {
		policy := false
		for n := range p.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			policy = policy || attribute(n, "http-equiv") == "Content-Security-Policy"
			if n.Data == "script" || n.Data == "style" || n.Data == "iframe" {
				t.Errorf("%s has a %s", name, n.Data)
			}
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s has a %s of a %s", name, a.Key, n.Data)
				case a.Key == "href" || a.Key == "src":
					leads(t, name, a.Val, n.Data, files, ids)
				}
			}
		}
		if !policy {
			t.Errorf("%s has no policy", name)
		}
	}
	for _, want := range []string{
		"index.html", "404.html", "docs/playbooks/index.html", "docs/pictures/send-desktop.png",
	} {
		if !files[want] {
			t.Errorf("there is no %s", want)
		}
	}
}

func leads(t *testing.T, name, to, element string, files, ids map[string]bool) {
	t.Helper()
	if strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "mailto:") {
		if element != "a" {
			t.Errorf("%s fetches %s", name, to)
		}
		return
	}
	file, fragment, anchored := strings.Cut(to, "#")
	target := name
	switch below, absolute := strings.CutPrefix(file, "/name/"); {
	case absolute:
		target = below
	case file != "":
		target = path.Join(path.Dir(name), file)
	}
	if absolute := strings.HasPrefix(file, "/"); absolute != (name == "404.html" && file != "") {
		t.Errorf("%s leads to %s", name, to)
	}
	if !files[target] || anchored && !ids[target+"#"+fragment] {
		t.Errorf("%s leads to %s, which is not there", name, to)
	}
}

func TestALinkThatLeadsNowhereIsToldWithItsPage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[x](gone.md)":                    "docs/a.md: links to gone.md, where nothing is",
		"[x](../README.md#gone)":          "docs/a.md: links to ../README.md#gone, where README.md has no such heading",
		"[x](#gone)":                      "docs/a.md: links to #gone, where docs/a.md has no such heading",
		"[x](../../../../../etc/passwd)":  "where nothing is",
		"[x](/README.md)":                 "neither https nor relative",
		"[x](http://example.org/)":        "neither https nor relative",
		"[x](javascript:alert(1))":        "neither https nor relative",
		"[x](../shared/pages)":            "tell where those can be read",
		"![x](gone.png)":                  "no such file",
		"![x](https://example.org/x.png)": "which is not in the repository",
		"a <b>bold</b> word":              "has HTML in it",
		"<div>\n\nword\n\n</div>":         "has HTML in it",
	} {
		dir := t.TempDir()
		err := repository(t, map[string]string{"docs/a.md": "# A\n\n" + text + "\n"}).Write(dir)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: something was made, %v, %v", text, left, err)
		}
	}
}

func TestNavigationIsWhatTheIndexLists(t *testing.T) {
	t.Parallel()
	pages, _ := made(t, repository(t, map[string]string{
		"docs/README.md": "# Documents\n\n## Use\n\n| p | w |\n|-|-:|\n| [b](b.md) | [a](a.md) |\n\n" +
			"## Run\n\n[places](places)\n",
		"docs/a.md": "# A\n", "docs/b.md": "# B\n\n## One\n\n## One\n\n## `Two` & [three](a.md)!\n",
		"docs/places/y.md": "# Y\n", "docs/places/x.md": "# X\n",
	}))
	for page, want := range map[string][]string{
		"docs/b.html": {
			"../index.html", "index.html", "b.html", "#one", "#one-1", "#two--three", "a.html", "places/index.html",
		},
		"docs/places/y.html": {
			"../../index.html", "../index.html", "../b.html", "../a.html", "index.html", "x.html", "y.html",
		},
		"404.html": {
			"/index.html", "/docs/index.html", "/docs/b.html", "/docs/a.html", "/docs/places/index.html",
		},
	} {
		if got := hrefs(pages[page], "pages"); !slices.Equal(got, want) {
			t.Errorf("%s leads to %q, want %q", page, got, want)
		}
	}
}

// On a site nobody sees files.
func TestALinkThatReadsAsAFileReadsAsItsPage(t *testing.T) {
	t.Parallel()
	pages, _ := made(t, repository(t, map[string]string{
		"docs/a.md": "# A & `b`\n\n[a.md](a.md) [places/](places) [that](a.md) [README.md](../README.md) " +
			"[places/x.md](places/x.md#one) [x.md](places/x.md#one) [one](places/x.md#one)\n",
		"docs/places/x.md": "# X\n\n## One\n",
	}))
	var read []string
	for n := range pages["docs/a.html"].Descendants() {
		if n.Data == "article" {
			for a := range n.Descendants() {
				if a.Data == "a" {
					read = append(read, a.FirstChild.Data)
				}
			}
		}
	}
	if want := []string{"A & b", "Places", "that", "Product", "X", "X", "one"}; !slices.Equal(read, want) {
		t.Errorf("they read %q, want %q", read, want)
	}
}

// A page's first paragraph may be one long word, such as an address.
func TestASummaryIsCutBetweenWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"one two": "one two", "one two three": "one two …", "ääääääääääää": "ääääääääää …", " äääääääääää": " äääääääää …",
	} {
		if got := cut(text, 10); got != want {
			t.Errorf("of %q it leaves %q, want %q", text, got, want)
		}
	}
}

// A browser makes something of any page; what a page says is all there is.
func TestWhatIsOpenedIsClosedOnce(t *testing.T) {
	t.Parallel()
	s := repository(t, map[string]string{
		"docs/a.md": "# A\n\n| p | w |\n|-|-|\n| a | b |\n| c | d |\n\n| only |\n|-|\n\n- x\n\n> y\n",
	})
	dir := t.TempDir()
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "docs", "a.html"))
	if err != nil {
		t.Fatal(err)
	}
	open, tables := map[string]int{}, 0
	for z := html.NewTokenizer(strings.NewReader(string(text))); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		name, _ := z.TagName()
		switch kind {
		case html.StartTagToken:
			open[string(name)]++
			if string(name) == "table" {
				tables++
			}
		case html.EndTagToken:
			open[string(name)]--
		}
	}
	for name, n := range open {
		if void := slices.Contains([]string{"img", "link", "meta"}, name); n != 0 && !void {
			t.Errorf("%s is opened %d times more than it is closed", name, n)
		}
	}
	if tables != 2 {
		t.Errorf("there are %d tables", tables)
	}
}

func TestAFolderThatIsInUseStaysAsItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := repository(t, nil).Write(dir); err == nil || !strings.Contains(err.Error(), "no new folder") {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there is %v, %v", left, err)
	}
}
