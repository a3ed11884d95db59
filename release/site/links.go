package site

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// resolve has every link of the pages lead to what it will be on the site, and
// takes the images along.
func (b *build) resolve() error {
	var all []error
	for _, p := range b.all {
		for n := range p.nodes() {
			if err := b.resolveNode(p, n); err != nil {
				all = append(all, fmt.Errorf("%s: %w", p.source, err))
			}
		}
	}
	return errors.Join(all...)
}

func (b *build) resolveNode(p *page, n ast.Node) (err error) {
	switch n := n.(type) {
	case *ast.Link:
		err = b.resolveLink(p, n)
	case *ast.Image:
		err = b.image(p, n)
	case *ast.HTMLBlock:
		// Left out, as notes to those who edit the page are to be.
		if n.HTMLBlockType != ast.HTMLBlockType2 {
			err = errors.New("has HTML in it, which the site would not show")
		}
	case *ast.RawHTML:
		if text := n.Segments.Value(p.text); !bytes.HasPrefix(text, []byte("<!--")) {
			err = fmt.Errorf("has HTML in it, which the site would not show: %s", text)
		}
	}
	return err
}

// resolveLink has a link lead to its page. One that reads as the name of its file
// reads as the page's title.
func (b *build) resolveLink(p *page, n *ast.Link) error {
	to := string(n.Destination)
	file, _, _ := strings.Cut(to, "#")
	file = strings.TrimSuffix(file, "/")
	target := b.pages[path.Join(path.Dir(p.source), file)]
	if reads := strings.TrimSuffix(p.words(n), "/"); target != nil && (reads == file || reads == path.Base(file)) {
		n.RemoveChildren(n)
		n.AppendChild(n, ast.NewString([]byte(target.Title)))
	}
	to, err := b.link(p, to)
	n.Destination = []byte(to)
	return err
}

// link answers where a link leads on the site: to a page, or to where a file of
// the repository can be read.
func (b *build) link(p *page, to string) (string, error) {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		return "", err
	case u.Scheme == "https", u.Scheme == "mailto":
		return to, nil
	case u.Scheme != "", u.Host != "", path.IsAbs(u.Path):
		return "", fmt.Errorf("links to %s: neither https nor relative", to)
	}
	target := p.source
	if u.Path != "" {
		target = path.Join(path.Dir(p.source), u.Path)
	}
	anchor := ""
	if u.Fragment != "" {
		anchor = "#" + u.Fragment
	}
	if found := b.pages[target]; found != nil {
		if u.Fragment != "" && !found.anchors[u.Fragment] {
			return "", fmt.Errorf("links to %s, where %s has no such heading", to, target)
		}
		if found == p && anchor != "" {
			return anchor, nil
		}
		return b.from(p, found.path) + anchor, nil
	}
	if _, err := os.Stat(filepath.Join(b.Root, target)); !filepath.IsLocal(target) || err != nil {
		return "", fmt.Errorf("links to %s, where nothing is", to)
	}
	if b.Source == "" {
		return "", fmt.Errorf("links to %s, a file of the repository: tell where those can be read", to)
	}
	return b.Source + target + anchor, nil
}

// image takes an image along, and says how large it is, so that nothing moves when
// it has come.
func (b *build) image(p *page, n *ast.Image) error {
	name := path.Join(path.Dir(p.source), string(n.Destination))
	if !filepath.IsLocal(name) || strings.Contains(name, ":") {
		return fmt.Errorf("shows %s, which is not in the repository", n.Destination)
	}
	content, err := os.ReadFile(filepath.Join(b.Root, name))
	if err != nil {
		return err
	}
	width, height, err := sizeOf(name, content)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(p.words(n)) == 0 {
		return fmt.Errorf("shows %s to those who see it, and says nothing of it to others", n.Destination)
	}
	n.SetAttributeString("width", []byte(strconv.Itoa(width)))
	n.SetAttributeString("height", []byte(strconv.Itoa(height)))
	n.Destination = []byte(b.from(p, name))
	b.files[name] = content
	return nil
}

// sizeOf says how large an image is.
func sizeOf(name string, content []byte) (width, height int, err error) {
	if path.Ext(name) == ".svg" {
		var svg struct {
			Width  int `xml:"width,attr"`
			Height int `xml:"height,attr"`
		}
		err := xml.Unmarshal(content, &svg)
		return svg.Width, svg.Height, err
	}
	size, err := png.DecodeConfig(bytes.NewReader(content))
	return size.Width, size.Height, err
}
