package site

import (
	"fmt"
	"path"

	"github.com/yuin/goldmark/ast"
)

// group is a part of the navigation.
type group struct {
	Title string
	Items []item
}

// item leads to a page.
type item struct {
	Title, Href string
	Current     bool
	Items       []item    // the other pages of its folder, where the reader is in it
	Sections    []section // of the page that is shown

	page *page
}

// groups are what the index lists, by its headings, before its links are resolved.
func (b *build) groups() ([]group, error) {
	first, p := b.pages[home], b.pages[index]
	if first == nil || p == nil {
		return nil, fmt.Errorf("there is no %s or no %s", home, index)
	}
	all := []group{{Items: []item{{page: first}, {page: p}}}}
	for n := range p.nodes() {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 2 {
				all = append(all, group{Title: p.words(n)})
			}
		case *ast.Link:
			last := &all[len(all)-1]
			if q := b.pages[path.Join(path.Dir(p.source), string(n.Destination))]; q != nil && len(all) > 1 {
				last.Items = append(last.Items, item{page: q})
			}
		}
	}
	return all, nil
}

// seenFrom are the groups as a page shows them.
func (b *build) seenFrom(p *page, groups []group) []group {
	var seen []group
	for _, g := range groups {
		shown := group{Title: g.Title}
		for _, i := range g.Items {
			entry := b.itemFrom(p, i.page)
			dir := path.Dir(i.page.source)
			if path.Base(i.page.source) == "README.md" && dir == path.Dir(p.source) && i.page.source != index && dir != "." {
				for _, q := range b.all {
					if path.Dir(q.source) == dir && q != i.page {
						entry.Items = append(entry.Items, b.itemFrom(p, q))
					}
				}
			}
			shown.Items = append(shown.Items, entry)
		}
		seen = append(seen, shown)
	}
	return seen
}

func (b *build) itemFrom(p, to *page) item {
	i := item{Title: to.Title, Href: b.from(p, to.path), Current: to == p}
	if i.Current {
		i.Sections = p.Sections
	}
	return i
}
