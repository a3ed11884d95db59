package envelope

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sgraph.ai/send/shared/send"
)

const (
	maxDepth = 32   // elements of a path
	maxPath  = 4096 // bytes
	maxStem  = 230  // bytes of a name that stand before its number
)

// tree is what the paths of an index make together: it finds those that a system
// would take for one another.
type tree struct {
	taken   map[place]node
	moved   map[place]node // folders that could not be called so, where a file is
	numbers map[place]int  // the least that may be free
	folders int
}

// place is a name in a folder, as it is compared.
type place struct {
	folder int
	name   string
}

type node struct {
	folder int // its number; 0 is the folder in which all is, and here a file
	name   string
}

func newTree() *tree {
	return &tree{map[place]node{}, map[place]node{}, map[place]int{}, 0}
}

// add makes a path of an unknown sender safe, and unlike all before.
func (t *tree) add(path string) (string, error) {
	names, size := []string(nil), 0
	for name := range strings.SplitSeq(strings.ToValidUTF8(path, ""), "/") {
		if name = cleanName(name); name != "" {
			names = append(names, name)
			size += len(name) + 1
		}
	}
	folder := strings.HasSuffix(path, "/")
	if len(names) == 0 {
		names = []string{Nameless}
	}
	if !folder {
		size--
	}
	if len(names) > maxDepth || size > maxPath {
		return "", send.Fail(send.Invalid, "a path is too long, or in too many folders, for one link: %.64s…; "+
			"send an archive", strings.Join(names, "/"))
	}
	in := 0
	for i, name := range names {
		if i == len(names)-1 && !folder {
			names[i] = t.file(in, name)
			break
		}
		n := t.enter(in, name)
		in, names[i] = n.folder, n.name
	}
	if t.folders > MaxEntries {
		return "", errManyEntries
	}
	path = strings.Join(names, "/")
	if folder {
		path += "/"
	}
	return path, nil
}

// file returns what a file in a folder is called.
func (t *tree) file(in int, name string) string {
	if _, ok := t.taken[key(in, name)]; ok {
		name = t.numbered(in, name)
	}
	t.taken[key(in, name)] = node{0, name}
	return name
}

// enter returns the folder of that name in another, which may be new.
func (t *tree) enter(in int, name string) node {
	k := key(in, name)
	n, ok := t.taken[k]
	switch {
	case ok && n.folder > 0:
		return n
	case ok: // a file has the name
		if n, ok := t.moved[k]; ok {
			return n
		}
		name = t.numbered(in, name)
	}
	t.folders++
	n = node{t.folders, name}
	t.taken[key(in, name)] = n
	if ok {
		t.moved[k] = n
	}
	return n
}

// numbered returns the first of "name (2)", "name (3)" and so on that is not
// taken in a folder.
func (t *tree) numbered(in int, name string) string {
	stem, extension := splitName(name)
	stem = cutStem(stem, maxStem)
	k := key(in, stem+extension)
	for n := max(2, t.numbers[k]); ; n++ {
		candidate := stem + " (" + strconv.Itoa(n) + ")" + extension
		if _, ok := t.taken[key(in, candidate)]; !ok {
			t.numbers[k] = n + 1
			return candidate
		}
	}
}

// key returns the place of a name: the same one for names that systems take for
// one another, which tell neither case nor how letters are composed.
func key(in int, name string) place {
	return place{in, strings.Map(func(r rune) rune {
		if r == 'İ' { // in lower case these are two
			return r
		}
		return unicode.ToLower(r)
	}, norm.NFC.String(name))}
}
