package envelope

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"sgraph.ai/send/shared/send"
)

var testEntries = []Entry{
	{"a.txt", 5, 0o644, time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC), "text/plain"},
	{"photos/", 0, 0o755, time.Time{}, ""},
	{"photos/one.jpg", 2 << 20, 0, time.Time{}, ""},
	{"photos/empty/", 0, 0, time.Time{}, ""},
	{"photos/nothing", 0, 0o600, time.Time{}, ""},
	{"z", 1 << 20, 0, time.Time{}, ""},
}

// part returns what is in an entry of a test: no two have the same bytes.
func part(entry int, e Entry) []byte {
	return pattern(int(e.Size) + entry)[entry:]
}

func testContent(x *Index) io.ReadCloser {
	return x.Content(func(i int) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(part(i, x.Entries[i]))), nil
	})
}

func newTestIndex(t testing.TB, entries []Entry) *Index {
	t.Helper()
	x, err := NewIndex(entries)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// What goes in comes out: read to the end, and each file by itself, with and
// without a passphrase.
func TestFiles(t *testing.T) {
	t.Parallel()
	key := NewKey()
	x, meta := newTestIndex(t, testEntries), FilesMeta("holidays")
	for _, secret := range []Secret{key, locked(t, cheap(1), key, "p")} {
		var b bytes.Buffer
		if err := Encrypt(&b, secret, meta, testContent(x), x.Size()); err != nil {
			t.Fatal(err)
		}
		if int64(b.Len()) != SealedSize(secret, meta, x.Size()) {
			t.Errorf("sealed %d, SealedSize %d", b.Len(), SealedSize(secret, meta, x.Size()))
		}
		got, content, err := Decrypt(bytes.NewReader(b.Bytes()), secret)
		if err != nil || !got.IsFiles() || got.Filename != "holidays.sgfiles" {
			t.Fatalf("%+v, %v", got, err)
		}
		read, err := ReadIndex(content)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = read.Each(content, func(i int, content io.Reader) error {
			if got, err := io.ReadAll(content); err != nil || !bytes.Equal(got, part(i, testEntries[i])) {
				t.Errorf("%s: %d bytes, %v", read.Entries[i].Path, len(got), err)
			}
			if read.Entries[i] != testEntries[i] {
				t.Errorf("%+v, want %+v", read.Entries[i], testEntries[i])
			}
			n++
			return nil
		})
		if err != nil || n != len(testEntries) {
			t.Errorf("%d entries, %v", n, err)
		}

		f, err := OpenFile(FetchFrom(bytes.NewReader(b.Bytes())), int64(b.Len()), secret)
		if err != nil || f.Meta != meta || f.Size != x.Size() {
			t.Fatalf("%+v, %v", f, err)
		}
		if read, err = f.Index(); err != nil {
			t.Fatal(err)
		}
		for i, e := range read.Entries {
			r := f.Range(read.Place(i))
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, part(i, e)) {
				t.Errorf("%s by itself: %d bytes, %v", e.Path, len(got), err)
			}
			_ = r.Close()
		}
	}
	if f := formOf(key, FilesMeta("a"), 1); f != V2 {
		t.Errorf("a small one is V%d", f)
	}
}

// Every range of a file comes out as it went in, of no segment but those that it
// is in, and with all else missing.
func TestRange(t *testing.T) {
	t.Parallel()
	key := NewKey()
	for _, secret := range []Secret{key, locked(t, cheap(1), key, "p")} {
		content := pattern(3<<20 + 77)
		var b bytes.Buffer
		sealer, _ := NewSealer(secret, NewStream(), testMeta, Unknown)
		if err := sealer.writeTo(&b, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		var fetched []Span
		f, err := OpenFile(func(s Span) (io.ReadCloser, error) {
			fetched = append(fetched, s)
			return FetchFrom(bytes.NewReader(b.Bytes()))(s)
		}, int64(b.Len()), secret)
		if err != nil {
			t.Fatal(err)
		}
		edge := int64(firstRoom - len(testMeta.seal()))
		size := int64(len(content))
		for _, from := range []int64{0, 1, edge - 1, edge, edge + 1, edge + segmentRoom - 1, edge + segmentRoom,
			size - 1, size} {
			for _, n := range []int64{0, 1, 2, segmentRoom, 2*segmentRoom + 5, size, size + 9} {
				want := content[from:min(from+n, size)]
				fetched = nil
				r := f.Range(Span{from, from + n})
				got, err := io.ReadAll(iotest.HalfReader(r))
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%d bytes from %d: %d bytes, %v", n, from, len(got), err)
				}
				if from >= edge && len(want) > 0 && (len(fetched) != 1 || fetched[0] != f.Sealed(Span{from, from + n})) ||
					len(fetched) > 1 || from+n <= edge && len(fetched) > 0 {
					t.Errorf("%d bytes from %d: fetched %v", n, from, fetched)
				}
			}
		}
		// A segment that is not wanted may be anything; one that is must be genuine.
		bad := bytes.Clone(b.Bytes())
		bad[f.opener.form.SegmentPlace(2)] ^= 1
		f, err = OpenFile(FetchFrom(bytes.NewReader(bad)), int64(len(bad)), secret)
		if err != nil {
			t.Fatal(err)
		}
		last := Span{edge + 2*segmentRoom, size}
		if got, err := io.ReadAll(f.Range(last)); err != nil || !bytes.Equal(got, content[last.From:]) {
			t.Errorf("beside a damaged segment: %v", err)
		}
		if got, err := io.ReadAll(f.Range(Span{edge, size})); !errors.Is(err, ErrNotAuthentic) ||
			!bytes.HasPrefix(content[edge:], got) {
			t.Errorf("through a damaged segment: %d bytes, %v", len(got), err)
		}
		// Who says that the file is shorter or longer is found out at its end.
		for _, size := range []int64{int64(b.Len()) - 1, f.opener.form.SegmentPlace(2), int64(b.Len()) + segmentSize} {
			f, err := OpenFile(FetchFrom(bytes.NewReader(b.Bytes())), size, secret)
			if err == nil {
				_, err = io.ReadAll(f.Range(Span{f.Size - 1, f.Size}))
			}
			if !errors.Is(err, ErrNotAuthentic) {
				t.Errorf("as %d bytes: %v", size, err)
			}
		}
		lost := errors.New("lost")
		f.fetch = func(Span) (io.ReadCloser, error) { return nil, lost }
		if _, err := io.ReadAll(f.Range(last)); err != lost {
			t.Errorf("a lost connection: %v", err)
		}
		f.fetch = func(Span) (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(lost)), nil }
		if _, err := io.ReadAll(f.Range(last)); !errors.Is(err, lost) {
			t.Errorf("a lost connection: %v", err)
		}
	}
}

// Paths of an unknown sender stay in the folder where they are put, and no two
// are the same on any system.
var paths = []struct {
	in, out []string
}{
	{[]string{"a", "a", "a"}, []string{"a", "a (2)", "a (3)"}},
	{[]string{"a.txt", "A.TXT", "a (2).txt", "a.txt"}, []string{"a.txt", "A (2).TXT", "a (2) (2).txt", "a (3).txt"}},
	{[]string{"ü", "u\u0308", "Ü"}, []string{"ü", "u\u0308 (2)", "Ü (3)"}},
	{[]string{"../../etc/passwd", "/etc/passwd", "etc//./passwd"}, []string{"etc/passwd", "etc/passwd (2)",
		"etc/passwd (3)"}},
	{[]string{"..", "/", "", ".", "\\", "//"}, []string{"download", "download (2)/", "download (3)",
		"download (4)", "download (5)", "download (2)/"}},
	{[]string{"C:\\Windows\\x", "a\\b/c"}, []string{"x", "b/c"}},
	{[]string{"con/nul.txt", "a:b"}, []string{"_con/_nul.txt", "a_b"}},
	{[]string{"a/", "a/b", "A/c", "A/"}, []string{"a/", "a/b", "a/c", "a/"}},
	{[]string{"a", "a/b", "A/c", "a/", "a (2)"}, []string{"a", "a (2)/b", "a (2)/c", "a (2)/", "a (2) (2)"}},
	{[]string{"a/b", "a", "a/c"}, []string{"a/b", "a (2)", "a/c"}},
	{[]string{"a.d/b", "A.d"}, []string{"a.d/b", "A (2).d"}},
	{[]string{"İ", "i", "I", "ı"}, []string{"İ", "i", "I (2)", "ı"}},
	{[]string{".env", ".ENV", ".env.x", ".env.X"}, []string{".env", ".ENV (2)", ".env.x", ".env (2).X"}},
	{
		[]string{strings.Repeat("a", 255), strings.Repeat("a", 254) + "b", strings.Repeat("a", 255)},
		[]string{strings.Repeat("a", 255), strings.Repeat("a", 254) + "b", strings.Repeat("a", 230) + " (2)"},
	},
	{
		[]string{strings.Repeat("ä", 125) + ".txt", strings.Repeat("Ä", 125) + ".txt"},
		[]string{strings.Repeat("ä", 125) + ".txt", strings.Repeat("Ä", 115) + " (2).txt"},
	},
	{[]string{strings.Repeat("a/", 31) + "b"}, []string{strings.Repeat("a/", 31) + "b"}},
	{[]string{strings.Repeat("a/", 32)}, []string{strings.Repeat("a/", 32)}},
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, c := range paths {
		tree := newTree()
		for i, in := range c.in {
			if out, err := tree.add(in); out != c.out[i] || err != nil {
				t.Errorf("%q: %q, %v, want %q", in, out, err, c.out[i])
			}
		}
	}
	for _, in := range []string{
		strings.Repeat("a/", 32) + "b", strings.Repeat("a/", 33),
		strings.Repeat(strings.Repeat("a", 255)+"/", 16) + "b", // 4,097 bytes
	} {
		if out, err := newTree().add(in); err == nil {
			t.Errorf("%.20q: %.20q", in, out)
		}
	}
}

// sgfiles returns a content with an index of that text.
func sgfiles(text string) []byte {
	b := append([]byte(filesMagic), binary.BigEndian.AppendUint32(nil, uint32(len(text)))...)
	return append(b, text...)
}

// oddIndexes are what others may write, and what is read.
var oddIndexes = []struct {
	name, text string
	entries    []Entry
}{
	{"members that nobody knows", `{"x":[{}],"files":[{"path":"a","size":1,"link":"/etc","PATH":"b"}],"Files":[]}`,
		[]Entry{{Path: "a", Size: 1}}},
	{"a member twice", `{"files":5,"files":[{"path":"a","path":"b","size":1,"size":2}]}`, []Entry{{Path: "b", Size: 2}}},
	{"white space", " {\n\"files\" : [ {\"path\":\"a\",\t\"size\": 1 } ] } \r\n", []Entry{{Path: "a", Size: 1}}},
	{"numbers of other forms", `{"files":[{"path":"a","size":1e1,"mode":420.0}]}`, []Entry{{Path: "a", Size: 10,
		Mode: 0o644}}},
	{"no path", `{"files":[{"size":1},{"path":5,"size":1},{"path":null,"size":1}]}`,
		[]Entry{{Path: "download", Size: 1}, {Path: "download (2)", Size: 1}, {Path: "download (3)", Size: 1}}},
	{"modes that are none", `{"files":[{"path":"a","size":0,"mode":2541},{"path":"b","size":0,"mode":-1},` +
		`{"path":"c","size":0,"mode":"420"},{"path":"d","size":0,"mode":0.5},{"path":"e","size":0,"mode":511}]}`,
		[]Entry{{Path: "a"}, {Path: "b"}, {Path: "c"}, {Path: "d"}, {Path: "e", Mode: 0o777}}},
	{"times that are none", `{"files":[{"path":"a","size":0,"time":"2030-02-30T12:00:00Z"},` +
		`{"path":"b","size":0,"time":"2030-01-31T12:00:00.5Z"},` +
		`{"path":"c","size":0,"time":"2030-01-31T12:00:00+01:00"},{"path":"d","size":0,"time":5},` +
		`{"path":"e","size":0,"time":"1969-12-31T23:59:59Z"},` +
		`{"path":"f","size":0,"time":"2030-01-31T24:00:00Z"},{"path":"g","size":0,"time":"1970-01-01T00:00:00Z"},` +
		`{"path":"h","size":0,"time":"2016-12-31T23:59:60Z"}]}`,
		[]Entry{{Path: "a"}, {Path: "b"}, {Path: "c"}, {Path: "d"}, {Path: "e"}, {Path: "f"}, {Path: "g",
			Time: time.Unix(0, 0).UTC()}, {Path: "h"}}},
	{"types that are none", `{"files":[{"path":"a","size":0,"type":"text"},{"path":"b","size":0,"type":"Text/HTML"},` +
		`{"path":"c","size":0,"type":"text/html"}]}`,
		[]Entry{{Path: "a"}, {Path: "b"}, {Path: "c", Type: "text/html"}}},
	{"a folder with a size", `{"files":[{"path":"a/","size":5,"type":"a/b"},{"path":"b/","size":"x"},` +
		`{"path":"c","size":1}]}`,
		[]Entry{{Path: "a/"}, {Path: "b/"}, {Path: "c", Size: 1}}},
	{"paths that climb", `{"files":[{"path":"../../.ssh/config","size":1},{"path":"C:\\x","size":1},` +
		`{"path":"a\u0000\u202eb","size":1}]}`,
		[]Entry{{Path: ".ssh/config", Size: 1}, {Path: "x", Size: 1}, {Path: "ab", Size: 1}}},
	{"bytes that are not UTF-8", "{\"files\":[{\"path\":\"a\xff\",\"size\":1},{\"path\":\"\\ud83d\",\"size\":1}]}",
		[]Entry{{Path: "a", Size: 1}, {Path: "download", Size: 1}}},
}

// noIndexes are of no content of several files.
var noIndexes = []struct{ name, content string }{
	{"nothing", ""},
	{"cut", string(sgfiles("{}")[:11])},
	{"cut in its text", string(sgfiles(`{"files":[{"path":"a","size":0}]}`)[:20])},
	{"another beginning", "SGFILES\x02" + string(sgfiles(`{"files":[{"path":"a","size":0}]}`)[8:])},
	{"longer than one may be", filesMagic + "\x01\x00\x00\x01{}"},
	{"no files", string(sgfiles(`{"files":[]}`))},
	{"no list of files", string(sgfiles(`{}`))},
	{"no list", string(sgfiles(`{"files":{"path":"a","size":0}}`))},
	{"null", string(sgfiles(`{"files":null}`))},
	{"no object", string(sgfiles(`[{"path":"a","size":0}]`))},
	{"no JSON", string(sgfiles(`{"files":[{"path":"a","size":0}]`))},
	{"more than JSON", string(sgfiles(`{"files":[{"path":"a","size":0}]}x`))},
	{"a byte order mark", string(sgfiles("\ufeff" + `{"files":[{"path":"a","size":0}]}`))},
	{"an entry that is null", string(sgfiles(`{"files":[{"path":"a","size":0},null]}`))},
	{"an entry that is a text", string(sgfiles(`{"files":["a"]}`))},
	{"no size", string(sgfiles(`{"files":[{"path":"a"}]}`))},
	{"a size below nothing", string(sgfiles(`{"files":[{"path":"a","size":-1}]}`))},
	{"half a byte", string(sgfiles(`{"files":[{"path":"a","size":1.5}]}`))},
	{"a size that is a text", string(sgfiles(`{"files":[{"path":"a","size":"1"}]}`))},
	{"a size too large", string(sgfiles(`{"files":[{"path":"a","size":9007199254740992}]}`))},
	{"sizes too large", string(sgfiles(`{"files":[{"path":"a","size":9007199254740991},{"path":"b","size":1}]}`))},
	{"too deep", string(sgfiles(`{"files":[{"path":"` + strings.Repeat("a/", 32) + `b","size":0}]}`))},
	{"too long", string(sgfiles(`{"files":[{"path":"` + strings.Repeat(strings.Repeat("a", 255)+"/",
		16) + `b","size":0}]}`))},
}

func TestOddIndexes(t *testing.T) {
	t.Parallel()
	for _, c := range oddIndexes {
		x, err := ReadIndex(bytes.NewReader(sgfiles(c.text)))
		if err != nil || len(x.Entries) != len(c.entries) {
			t.Errorf("%s: %+v, %v", c.name, x, err)
			continue
		}
		for i, e := range x.Entries {
			if e != c.entries[i] {
				t.Errorf("%s: %+v, want %+v", c.name, e, c.entries[i])
			}
		}
	}
	for _, c := range noIndexes {
		if x, err := ReadIndex(strings.NewReader(c.content)); x != nil || !errors.Is(err, ErrIndex) {
			t.Errorf("%s: %+v, %v", c.name, x, err)
		}
	}
	lost := errors.New("lost")
	for _, n := range []int{3, 15} {
		content := sgfiles(`{"files":[{"path":"a","size":0}]}`)
		if _, err := ReadIndex(io.MultiReader(bytes.NewReader(content[:n]), iotest.ErrReader(lost))); err != lost {
			t.Errorf("a lost connection: %v", err)
		}
	}
}

// manyFiles returns the text of an index of n files.
func manyFiles(n int, path func(int) string) string {
	var b strings.Builder
	b.WriteString(`{"files":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"path":"` + path(i) + `","size":0}`)
	}
	b.WriteString(`]}`)
	return b.String()
}

// How much a writer puts into a content is bounded, as it is for readers: see the
// vectors.
func TestIndexIsBounded(t *testing.T) {
	t.Parallel()
	if _, err := NewIndex(make([]Entry, MaxEntries+1)); send.CodeOf(err) != send.TooLarge {
		t.Errorf("one more: %v", err)
	}
	if _, err := NewIndex(nil); send.CodeOf(err) != send.Invalid {
		t.Errorf("nothing: %v", err)
	}
	if _, err := NewIndex([]Entry{{Path: "a", Size: Unknown}}); send.CodeOf(err) != send.Invalid {
		t.Errorf("of unknown size: %v", err)
	}
	long := make([]Entry, 70_000)
	for i := range long {
		long[i].Path = strings.Repeat("a", 250)
	}
	if _, err := NewIndex(long); send.CodeOf(err) != send.TooLarge {
		t.Errorf("an index that is too long: %v", err)
	}
}

// A file that is not as long as it was when it was listed ends the content, and
// what a sender lied about is found out.
func TestFilesOfOtherSizes(t *testing.T) {
	t.Parallel()
	x := newTestIndex(t, []Entry{{Path: "a", Size: 3}, {Path: "b", Size: 3}})
	for _, n := range []int{0, 2, 4} {
		closed := 0
		r := x.Content(func(i int) (io.ReadCloser, error) {
			return &countingCloser{strings.NewReader("abcdef"[:3+i*(n-3)]), &closed}, nil
		})
		if _, err := io.ReadAll(r); send.CodeOf(err) != send.Invalid || !strings.HasPrefix(err.Error(), "b changed") {
			t.Errorf("%d bytes: %v", n, err)
		}
		if closed != 2 {
			t.Errorf("%d bytes: %d files were closed", n, closed)
		}
	}
	broken := errors.New("disk on fire")
	if _, err := io.ReadAll(x.Content(func(int) (io.ReadCloser, error) { return nil, broken })); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	content := append(sgfiles(`{"files":[{"path":"a","size":3},{"path":"b","size":2}]}`), "abcde"...)
	for n, want := range map[int]error{-1: ErrIndex, 0: nil, 1: ErrIndex} {
		r := bytes.NewReader(append(slices.Clip(content), 'f')[:len(content)+n])
		x, err := ReadIndex(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Each(r, func(int, io.Reader) error { return nil }); !errors.Is(err, want) {
			t.Errorf("%d bytes more: %v", n, err)
		}
	}
}

type countingCloser struct {
	io.Reader
	closed *int
}

func (c *countingCloser) Close() error { *c.closed++; return nil }

func TestFilesLabel(t *testing.T) {
	t.Parallel()
	l := newTestIndex(t, testEntries).Label("a note")
	if l.Count != 4 || len(l.Files) != 4 || l.Size != 3<<20+5 || l.Note != "a note" ||
		l.Files[1].Name != "photos/one.jpg" {
		t.Errorf("%+v", l)
	}
	many := make([]Entry, 1000)
	for i := range many {
		many[i].Path = "a"
	}
	if l := newTestIndex(t, many).Label("").clean(); l.Count != 1000 || len(l.Files) != maxListed {
		t.Errorf("%d of %d", len(l.Files), l.Count)
	}
	if l := newTestIndex(t, []Entry{{Path: "a/b/"}}).Label("").clean(); l.Count != 1 || l.Files[0].Name != "b" ||
		l.Files[0].Size != 0 {
		t.Errorf("only a folder: %+v", l)
	}
}
