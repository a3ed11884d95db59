package envelope

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// filesVector is several files as one content, sealed. What is in a file of n
// bytes is the pattern of n.
type filesVector struct {
	Name         string        `json:"name"`
	Key          string        `json:"key"`
	Passphrase   string        `json:"passphrase,omitempty"`
	Block        string        `json:"block,omitempty"`
	Salt         string        `json:"salt"`
	NoncePrefix  string        `json:"noncePrefix"`
	Meta         Meta          `json:"meta"`
	Files        []entryVector `json:"files"` // as they are given to the writer
	Read         []entryVector `json:"read"`  // as they are read
	Index        string        `json:"index"` // what stands before the files
	Places       [][2]int64    `json:"places"`
	Spans        [][2]int64    `json:"spans"` // of the sealed file, the segments that have each of Places
	ContentSize  int64         `json:"contentSize"`
	SealedSize   int           `json:"sealedSize"`
	SealedSHA256 string        `json:"sealedSha256"`
	Label        Label         `json:"label"` // without a note
}

// entryVector is an entry. What is missing was not said.
type entryVector struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Mode uint32 `json:"mode,omitempty"`
	Time string `json:"time,omitempty"`
	Type string `json:"type,omitempty"`
}

// indexVector is an index that others may write, and what is read.
type indexVector struct {
	Name  string        `json:"name"`
	Index string        `json:"index"`
	Files []entryVector `json:"files"`
}

// noIndexVector is the beginning of no content of several files.
type noIndexVector struct {
	Name  string `json:"name"`
	Index string `json:"index"`
}

// pathsVector are paths, and what each becomes behind those before it.
type pathsVector struct {
	In  []string `json:"in"`
	Out []string `json:"out"`
}

// manyVector is an index of Count files: path i is Before, the number i mod
// Modulo in decimal, and After.
type manyVector struct {
	Name   string `json:"name"`
	Count  int    `json:"count"`
	Modulo int    `json:"modulo"`
	Before string `json:"before"`
	After  string `json:"after"`
	Read   bool   `json:"read"` // or else it is refused
	Last   string `json:"last,omitempty"`
}

func entryVectors(entries []Entry) (v []entryVector) {
	for _, e := range entries {
		at := ""
		if !e.Time.IsZero() {
			at = e.Time.Format(timeForm)
		}
		v = append(v, entryVector{e.Path, e.Size, uint32(e.Mode), at, e.Type})
	}
	return v
}

// filesContent returns the content of the index of a vector.
func filesContent(x *Index) io.Reader {
	return x.Content(func(i int) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(pattern(int(x.Entries[i].Size)))), nil
	})
}

func filesVectors(key Key) (good []filesVector) {
	at := time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		name       string
		passphrase string
		entries    []Entry
	}{
		{"two small ones", "", []Entry{{"a.txt", 5, 0o644, at, "text/plain"}, {"b/c.txt", 3, 0, time.Time{}, ""}}},
		{"folders and large ones", "", testEntries},
		{"with a passphrase", testPassphrase, testEntries},
		{"nothing in it", "", []Entry{{"empty/", 0, 0o755, at, ""}}},
		{"names that collide or climb", "", []Entry{
			{"../a", 1, 0, time.Time{}, ""}, {"A", 2, 0, time.Time{}, "Text/Plain"}, {`<b>&"\u2028`, 3, 0, time.Time{}, ""},
			{"a/", 0, 0, time.Time{}, ""}, {"ü", 4, 0, time.Time{}, ""}, {"u\u0308", 5, 0, time.Unix(-1, 0), ""},
		}},
	} {
		x, err := NewIndex(c.entries)
		if err != nil {
			panic(err)
		}
		secret, v := Secret(key), filesVector{Name: c.name, Key: key.String(), Passphrase: c.passphrase,
			Meta: FilesMeta(c.name)}
		if c.passphrase != "" {
			l, err := cheap(9).Lock(key, c.passphrase)
			if err != nil {
				panic(err)
			}
			secret, v.Block = l, hex.EncodeToString(l.Stretch.Bytes())
		}
		s := Stream{Salt: sha256.Sum256([]byte("files " + c.name))}
		copy(s.Prefix[:], bytes.Repeat([]byte{0xe0 + byte(i)}, prefixSize))
		v.Salt, v.NoncePrefix = hex.EncodeToString(s.Salt[:]), hex.EncodeToString(s.Prefix[:])
		sealed := sealFiles(secret, s, v.Meta, x)
		sum := sha256.Sum256(sealed)
		v.SealedSize, v.SealedSHA256, v.ContentSize = len(sealed), hex.EncodeToString(sum[:]), x.Size()
		v.Files, v.Read, v.Label = entryVectors(c.entries), entryVectors(x.Entries), x.Label("").clean()
		head := make([]byte, x.Place(0).From)
		if _, err := io.ReadFull(filesContent(x), head); err != nil {
			panic(err)
		}
		v.Index = hex.EncodeToString(head)
		f, err := OpenFile(FetchFrom(bytes.NewReader(sealed)), int64(len(sealed)), secret)
		if err != nil {
			panic(err)
		}
		for i := range x.Entries {
			p := x.Place(i)
			s := f.Sealed(p)
			v.Places, v.Spans = append(v.Places, [2]int64{p.From, p.To}), append(v.Spans, [2]int64{s.From, s.To})
		}
		good = append(good, v)
	}
	return good
}

func sealFiles(secret Secret, s Stream, meta Meta, x *Index) []byte {
	var b bytes.Buffer
	sealer, err := NewSealer(secret, s, meta, x.Size())
	if err == nil {
		err = sealer.writeTo(&b, filesContent(x))
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

func indexVectors() (odd []indexVector, bad []noIndexVector, ways []pathsVector, much []manyVector) {
	for _, c := range oddIndexes {
		odd = append(odd, indexVector{c.name, hex.EncodeToString(sgfiles(c.text)), entryVectors(c.entries)})
	}
	for _, c := range noIndexes {
		bad = append(bad, noIndexVector{c.name, hex.EncodeToString([]byte(c.content))})
	}
	for _, c := range paths {
		ways = append(ways, pathsVector{c.in, c.out})
	}
	much = []manyVector{
		{"as many as may be", MaxEntries, 1, "a", "", true, "a0 (100000)"},
		{"one more", MaxEntries + 1, 1, "a", "", false, ""},
		{"as many folders as may be", MaxEntries, MaxEntries, "", "/", true, "99999/"},
		{"too many folders", MaxEntries/2 + 1, MaxEntries, "", "/a/b", false, ""},
		{"each in many folders", 5000, MaxEntries, "", strings.Repeat("/a", 31), false, ""},
		{"long names that are alike when they are cut", 50_000, 25_000, strings.Repeat("a", 240), "", true,
			strings.Repeat("a", 230) + " (25001)"},
	}
	return odd, bad, ways, much
}

func (v manyVector) content() []byte {
	return sgfiles(manyFiles(v.Count, func(i int) string { return v.Before + strconv.Itoa(i%v.Modulo) + v.After }))
}

// What the file says of several files, read as another implementation would read
// it.
func TestFilesVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	for _, c := range v.Files {
		secret := Secret(parseKey(t, c.Key))
		if c.Passphrase != "" {
			s, err := parseStretch([StretchSize]byte(unhexed(c.Block)))
			if err != nil {
				t.Fatal(err)
			}
			secret = locked(t, s, parseKey(t, c.Key), c.Passphrase)
		}
		x := newTestIndex(t, toEntries(t, c.Files))
		if !slices.Equal(entryVectors(x.Entries), c.Read) || x.Size() != c.ContentSize {
			t.Errorf("%s: %+v", c.Name, x.Entries)
		}
		s := Stream{[saltSize]byte(unhexed(c.Salt)), [prefixSize]byte(unhexed(c.NoncePrefix))}
		sealed := sealFiles(secret, s, c.Meta, x)
		if sum := sha256.Sum256(sealed); len(sealed) != c.SealedSize || hex.EncodeToString(sum[:]) != c.SealedSHA256 {
			t.Errorf("%s: sealed otherwise", c.Name)
		}
		for i, p := range c.Places {
			// Nothing but the first MiB, the index and the segments of the file is there.
			blank := make([]byte, len(sealed))
			copy(blank[:min(len(sealed), segmentSize+100)], sealed)
			copy(blank[c.Spans[i][0]:c.Spans[i][1]], sealed[c.Spans[i][0]:])
			f, err := OpenFile(FetchFrom(bytes.NewReader(blank)), int64(len(blank)), secret)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			x, err := f.Index()
			if err != nil || x.Place(i) != (Span{p[0], p[1]}) || f.Sealed(x.Place(i)) != (Span{c.Spans[i][0], c.Spans[i][1]}) {
				t.Errorf("%s, %d: %+v, %v", c.Name, i, x, err)
				continue
			}
			got, err := io.ReadAll(f.Range(x.Place(i)))
			if err != nil || !bytes.Equal(got, pattern(int(x.Entries[i].Size))) {
				t.Errorf("%s, %s: %d bytes, %v", c.Name, x.Entries[i].Path, len(got), err)
			}
		}
	}
	for _, c := range v.OddFiles {
		if x, err := ReadIndex(bytes.NewReader(unhexed(c.Index))); err != nil ||
			!slices.Equal(entryVectors(x.Entries), c.Files) {
			t.Errorf("%s: %+v, %v", c.Name, x, err)
		}
	}
	for _, c := range v.NoFiles {
		if x, err := ReadIndex(bytes.NewReader(unhexed(c.Index))); !errors.Is(err, ErrIndex) {
			t.Errorf("%s: %+v, %v", c.Name, x, err)
		}
	}
	for _, c := range v.Paths {
		tree := newTree()
		for i, in := range c.In {
			if out, err := tree.add(in); out != c.Out[i] || err != nil {
				t.Errorf("%q: %q, %v", in, out, err)
			}
		}
	}
	for _, c := range v.ManyFiles {
		x, err := ReadIndex(bytes.NewReader(c.content()))
		if (err == nil) != c.Read || err == nil && x.Entries[c.Count-1].Path != c.Last {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

func toEntries(t testing.TB, v []entryVector) (entries []Entry) {
	t.Helper()
	for _, e := range v {
		at := time.Time{}
		if e.Time != "" {
			var err error
			if at, err = time.Parse(timeForm, e.Time); err != nil {
				t.Fatal(err)
			}
		}
		entries = append(entries, Entry{e.Path, e.Size, fs.FileMode(e.Mode), at, e.Type})
	}
	return entries
}
