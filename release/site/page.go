package site

import (
	"bytes"
	"html/template"
	"path"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is what GitHub shows of it, as far as the documentation uses it.
var markdown = goldmark.New(
	// By attribute: styles within a page its policy forbids.
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(wideTables{}, 100))),
)

// page is one of the site, and the Markdown that it is made of.
type page struct {
	source   string // from the root of the repository
	path     string // from the root of the site
	Title    string
	Summary  string // its first paragraph
	Sections []section
	text     []byte
	tree     ast.Node
	anchors  map[string]bool
}

// section is a part of a page under a heading of the second level.
type section struct{ ID, Title string }

func parse(source string, content []byte) *page {
	p := &page{source: source, path: pathOf(source), text: content, anchors: map[string]bool{}}
	p.tree = markdown.Parser().Parse(text.NewReader(content))
	for n := range p.nodes() {
		switch n := n.(type) {
		case *ast.Heading:
			p.heading(n)
		case *ast.Paragraph:
			if p.Summary == "" && n.Parent() == p.tree {
				p.Summary = cut(p.words(n), 160)
			}
		}
	}
	return p
}

// pathOf is where the page of a Markdown file is.
func pathOf(source string) string {
	dir, name := path.Split(source)
	if name == "README.md" {
		name = "index.md"
	}
	return dir + strings.TrimSuffix(name, ".md") + ".html"
}

// nodes are all parts of the page, in their order.
func (p *page) nodes() func(yield func(ast.Node) bool) {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(p.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && !yield(n) {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		}) // it has no error but the function's
	}
}

// heading gives it an anchor, and a link that shows it.
func (p *page) heading(h *ast.Heading) {
	title := p.words(h)
	name := anchor(title)
	id := name
	for n := 1; p.anchors[id]; n++ {
		id = name + "-" + strconv.Itoa(n)
	}
	p.anchors[id] = true
	h.SetAttributeString("id", []byte(id))
	switch h.Level {
	case 1:
		p.Title = title
		return
	case 2:
		p.Sections = append(p.Sections, section{id, title})
	}
	link := ast.NewLink()
	link.Destination = []byte("#" + id)
	link.Title = []byte("Link to this section")
	link.SetAttributeString("class", []byte("anchor"))
	h.AppendChild(h, link)
}

// anchor is how GitHub names a heading.
func anchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// words are what of a part is read.
func (p *page) words(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(p.text))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	}) // it has no error but the function's
	return b.String()
}

// cut shortens a text to some characters, between two words if there are two.
func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	text = string(runes[:most])
	if end := strings.LastIndexByte(text, ' '); end > 0 {
		text = text[:end]
	}
	return text + " …"
}

// html is the page's content: of the repository's own text, without HTML in it.
func (p *page) html() (template.HTML, error) {
	var out bytes.Buffer
	err := markdown.Renderer().Render(&out, p.text, p.tree)
	return template.HTML(out.String()), err
}

// wideTables lets a table that is wider than the page be moved beneath it.
type wideTables struct{}

func (wideTables) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(extast.KindTable, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		part := "</table></div>\n"
		if entering {
			part = `<div class="wide" tabindex="0"><table>` + "\n"
		}
		_, err := w.WriteString(part)
		return ast.WalkContinue, err
	})
}
