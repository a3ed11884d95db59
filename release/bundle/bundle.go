// Package bundle makes what browsers load of the sources of a service's pages: a
// script and a style sheet for each page, in a folder whose name changes with
// whatever is in it, so that browsers can keep them for good.
package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
)

// Assets is the folder below which all is that pages are made of: among the sources as
// they are, in what is made of them within a folder named after the digest of it all.
const Assets = "assets"

// packed are the pages that are large, and seldom asked for: they weigh less as they are
// embedded, and go out so to whoever takes it.
var packed = []string{"api.html", "openapi.json"}

func pack(content []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = z.Write(content)                               // into memory
	_ = z.Close()
	return b.Bytes()
}

// same says whether two files have the same in them: another version of Go may pack it
// in another way.
func same(name string, a, b []byte) bool {
	if path.Ext(name) != ".gz" {
		return bytes.Equal(a, b)
	}
	unpacked := func(content []byte) string {
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return err.Error()
		}
		all, err := io.ReadAll(z)
		return fmt.Sprint(string(all), err)
	}
	return unpacked(a) == unpacked(b)
}

// Site returns the files of a service's pages by their paths. web is the folder of the
// sources, and base the path below which the service has its pages: what these name as
// BASE/assets/… stands in the sources there, and is in the result at its name within
// BASE/assets/DIGEST/: scripts and style sheets with all that they import, and every
// other file as it is.
//
// A few pages are packed, and end in .gz.
//
// There are no folders in that: a script asks for what is beside it, and is, drawn into
// another, beside everything.
func Site(web, base string) (map[string][]byte, error) {
	refs := references{base + "/" + Assets + "/"}
	pages, err := filepath.Glob(filepath.Join(web, "*.*"))
	if err != nil {
		return nil, err
	}
	site := map[string][]byte{}
	var named []string
	for _, file := range pages {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		site[filepath.Base(file)] = content
		named = append(named, refs.in(content)...)
	}

	tree, err := bundled(web, named)
	if err != nil {
		return nil, err
	}
	for _, name := range named {
		if _, found := tree[path.Base(name)]; !found {
			return nil, fmt.Errorf("a page of %s refers to %s, which is not there", web, name)
		}
	}
	for name, content := range tree {
		if path.Ext(name) == ".webmanifest" {
			tree[name] = refs.moved(content, "") // what it refers to is beside it
		}
	}
	if err := words(tree, site); err != nil {
		return nil, err
	}
	folder := digest(tree)
	for name, content := range maps.Clone(site) {
		content = refs.moved(content, refs.prefix+folder+"/")
		if slices.Contains(packed, name) {
			delete(site, name)
			name, content = name+".gz", pack(content)
		}
		site[name] = content
	}
	for name, content := range tree {
		site[path.Join(Assets, folder, name)] = content
	}
	return site, nil
}

// references are what pages name below a path.
type references struct{ prefix string }

func (r references) form() *regexp.Regexp {
	return regexp.MustCompile(`"` + regexp.QuoteMeta(r.prefix) + `([^"#]+)`)
}

// in returns what is named, as it stands among the sources.
func (r references) in(content []byte) (names []string) {
	for _, m := range r.form().FindAllSubmatch(content, -1) {
		names = append(names, path.Join(Assets, string(m[1])))
	}
	return names
}

// moved returns the content with all that is named in another folder.
func (r references) moved(content []byte, to string) []byte {
	return r.form().ReplaceAllFunc(content, func(m []byte) []byte {
		return []byte(`"` + to + path.Base(string(m)))
	})
}

// digest names a tree after what is in it: 64 bits, which nobody has a reason to hit.
func digest(tree map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		fmt.Fprintf(h, "%s %d\n", name, len(tree[name]))
		h.Write(tree[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Differences says how the files of a folder differ from those of a site; none where
// they are the same.
func Differences(folder string, site map[string][]byte) (differences []string, err error) {
	there := map[string]bool{}
	err = fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		there[name] = true
		content, err := os.ReadFile(filepath.Join(folder, name))
		switch want, wanted := site[name]; {
		case err != nil:
			return err
		case !wanted:
			differences = append(differences, name+" is left over")
		case !same(name, content, want):
			differences = append(differences, name+" is another")
		}
		return nil
	})
	for name := range site {
		if !there[name] {
			differences = append(differences, name+" is missing")
		}
	}
	slices.Sort(differences)
	return differences, err
}

// Write makes a folder that has the files of a site, and no others.
func Write(folder string, site map[string][]byte) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for name, content := range site {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
