// Package site makes pages for browsers of the repository's documentation: of the
// Markdown at its top and below docs, one page each, with what the pages of the
// services look like. They link to each other relatively and need no script.
package site

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Site is what is made, and where it will be.
type Site struct {
	Root   string // the repository
	Base   string // path below which it is served, such as "/" and "/name/"
	Source string // address below which the repository's files can be read; empty if there is none
}

const (
	home = "README.md"
	// index lists the pages: its headings and links become the navigation.
	index = "docs/README.md"
	// lost is what GitHub Pages shows of an address where nothing is.
	lost     = "404.md"
	lostText = "# Not here\n\nThere is no such page, or no longer. [All that there are](docs/README.md) are listed.\n"
)

var (
	//go:embed page.html
	layout string
	//go:embed site.css
	style []byte

	pageTemplate = template.Must(template.New("page").Parse(layout))
)

// looks are files of the services' pages.
var looks = map[string]string{
	"base.css":    "shared/pages/assets/base.css",
	"favicon.svg": "shared/pages/assets/favicon.svg",
}

// Write makes the site in a folder that is new, or empty. It fails if a page has a
// link that leads nowhere, naming each.
func (s Site) Write(dir string) error {
	if left, err := os.ReadDir(dir); len(left) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is no new folder", dir), err)
	}
	b := &build{Site: s, pages: map[string]*page{}, files: map[string][]byte{"site.css": style}}
	if err := b.read(); err != nil {
		return err
	}
	groups, err := b.groups()
	if err != nil {
		return err
	}
	if err := b.resolve(); err != nil {
		return err
	}
	for _, p := range b.all {
		if err := b.render(p, groups); err != nil {
			return err
		}
	}
	for to, from := range looks {
		if b.files[to], err = os.ReadFile(filepath.Join(s.Root, from)); err != nil {
			return err
		}
	}
	return b.put(dir)
}

// build is a site that is being made.
type build struct {
	Site
	all   []*page           // in the order of their files
	pages map[string]*page  // by the Markdown file, and by the folder for one that lists its pages
	files map[string][]byte // what the site will consist of, by path
}

// read reads the pages, and makes one for each folder that has none of its own.
func (b *build) read() error {
	root := os.DirFS(b.Root)
	names, err := fs.Glob(root, "*.md")
	if err != nil {
		return err
	}
	err = fs.WalkDir(root, "docs", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(name) == ".md" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		b.add(name, parse(name, text))
	}
	b.add(lost, parse(lost, []byte(lostText)))
	for _, name := range names {
		dir := path.Dir(name)
		if dir == "." || b.pages[dir] != nil {
			continue
		}
		if own := b.pages[path.Join(dir, "README.md")]; own != nil {
			b.pages[dir] = own
		} else {
			b.add(dir, b.listing(dir))
		}
	}
	return nil
}

func (b *build) add(name string, p *page) {
	b.pages[name] = p
	b.all = append(b.all, p)
}

// listing is a page that lists those of a folder.
func (b *build) listing(dir string) *page {
	title := strings.ToUpper(path.Base(dir)[:1]) + path.Base(dir)[1:]
	text := fmt.Appendf(nil, "# %s\n\n", title)
	for _, p := range b.all {
		if path.Dir(p.source) == dir {
			text = fmt.Appendf(text, "- [%s](%s)\n", p.Title, path.Base(p.source))
		}
	}
	return parse(path.Join(dir, "README.md"), text)
}

// view is what the layout shows.
type view struct {
	*page
	Content template.HTML
	Home    string // of the site, and below: files of it, as this page reaches them
	Styles  []string
	Icon    string
	Groups  []group
	Source  string // where its Markdown can be read
}

// render makes the page a file of the site.
func (b *build) render(p *page, groups []group) error {
	content, err := p.html()
	if err != nil {
		return fmt.Errorf("%s: %w", p.source, err)
	}
	v := view{
		page: p, Content: content, Home: b.from(p, pathOf(home)), Icon: b.from(p, "favicon.svg"),
		Styles: []string{b.from(p, "base.css"), b.from(p, "site.css")}, Groups: b.seenFrom(p, groups),
	}
	if _, err := os.Stat(filepath.Join(b.Root, p.source)); err == nil && b.Source != "" {
		v.Source = b.Source + p.source
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, v); err != nil {
		return err
	}
	b.files[p.path] = out.Bytes()
	return nil
}

// from is how a page reaches a file of the site: relatively, but for the page that
// is shown in place of another, wherever that would be.
func (b *build) from(p *page, to string) string {
	if p.source == lost {
		return b.Base + to
	}
	relative, err := filepath.Rel(path.Dir(p.path), to)
	if err != nil {
		panic(err) // both are relative to one folder
	}
	return filepath.ToSlash(relative)
}

func (b *build) put(dir string) error {
	for name, content := range b.files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
