package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Check looks through a site that is served below a path. It names every link that leads
// nowhere, every page that no other leads to, and what a page has too little or too much of.
func Check(site fs.FS, base string) error {
	c := checker{
		base: base, files: map[string]bool{}, pages: map[string]*html.Node{},
		ids: map[string]bool{}, linked: map[string]bool{},
	}
	if err := fs.WalkDir(site, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return c.read(site, name)
	}); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.pages)) {
		c.page(name)
	}
	for name := range c.pages {
		if !c.linked[name] && name != lost {
			c.found(name, "no other page leads to it")
		}
	}
	slices.SortFunc(c.wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(c.wrong...)
}

// lost is what GitHub Pages shows of an address where nothing is.
const lost = "404.html"

type checker struct {
	base   string
	files  map[string]bool
	pages  map[string]*html.Node
	ids    map[string]bool // file#id
	linked map[string]bool // pages to which others lead
	wrong  []error
}

func (c *checker) found(page, format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf("%s: %s", page, fmt.Sprintf(format, args...)))
}

func (c *checker) read(site fs.FS, name string) error {
	c.files[name] = true
	if path.Ext(name) != ".html" {
		return nil
	}
	text, err := fs.ReadFile(site, name)
	if err != nil {
		return err
	}
	page, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c.pages[name] = page
	for n := range page.Descendants() {
		if id, ok := attribute(n, "id"); ok {
			if c.ids[name+"#"+id] {
				c.found(name, "has two elements named %q", id)
			}
			c.ids[name+"#"+id] = true
		}
	}
	return nil
}

// page holds one page to what each has, and its links to what is there.
func (c *checker) page(name string) {
	has := map[string]int{}
	for n := range c.pages[name].Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "h1", "main", "nav":
			has[n.Data]++
		case "title":
			if n.FirstChild != nil {
				has["title"]++
			}
		case "meta":
			c.meta(n, has)
		case "style", "iframe":
			c.found(name, "has a %s", n.Data)
		case "script":
			if _, ok := attribute(n, "src"); !ok {
				c.found(name, "has a script within it, which its policy forbids")
			}
		case "img":
			if _, ok := attribute(n, "alt"); !ok {
				c.found(name, "has a picture without words for who does not see it")
			}
		}
		c.attributes(name, n)
	}
	for _, want := range []string{"h1", "main", "title", "description", "policy"} {
		if has[want] != 1 {
			c.found(name, "has %d of %s, not one", has[want], want)
		}
	}
	if has["nav"] == 0 {
		c.found(name, "has no navigation")
	}
}

func (c *checker) meta(n *html.Node, has map[string]int) {
	content, _ := attribute(n, "content")
	if is, _ := attribute(n, "name"); is == "description" && content != "" {
		has["description"]++
	}
	is, _ := attribute(n, "http-equiv")
	if is == "Content-Security-Policy" && strings.HasPrefix(content, "default-src 'none';") {
		has["policy"]++
	}
}

func (c *checker) attributes(name string, n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			c.found(name, "has a %s of a %s, which its policy forbids", a.Key, n.Data)
		case a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "data-index":
			c.leads(name, n.Data, a.Val)
		}
	}
}

// leads looks for what a link of a page leads to.
func (c *checker) leads(name, element, to string) {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		c.found(name, "links to %s: %v", to, err)
		return
	case u.Scheme == "https" || u.Scheme == "mailto" || u.Hostname() == "127.0.0.1": // where tests have a repository
		if element != "a" {
			c.found(name, "fetches %s from somebody else", to)
		}
		return
	case u.Scheme != "" || u.Host != "":
		c.found(name, "links to %s, which is neither https nor of this site", to)
		return
	}
	file := name
	if u.Path != "" {
		below, ok := strings.CutPrefix(u.Path, c.base)
		if !ok {
			c.found(name, "links to %s, which is not below %s", to, c.base)
			return
		}
		file = below
		if file == "" || strings.HasSuffix(file, "/") {
			file += "index.html"
		}
	}
	if !c.files[file] {
		c.found(name, "links to %s, where nothing is", to)
		return
	}
	if u.Fragment != "" && !c.ids[file+"#"+u.Fragment] {
		c.found(name, "links to %s, where no part has that name", to)
	}
	if file != name {
		c.linked[file] = true
	}
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
