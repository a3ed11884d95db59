package envelope

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"sgraph.ai/send/shared/internal/lazyregexp"
	"sgraph.ai/send/shared/send"
)

// Several files under one link are one content: an index, and behind it what is
// in the files, in the order of the index. docs/formats.md, "Several files",
// specifies it.

// Index says which files are in a content. [NewIndex] makes one, [ReadIndex] reads
// one.
type Index struct {
	// Entries are at least one, in the order in which what they hold stands in the
	// content.
	Entries []Entry

	text   []byte  // the JSON, of who writes it
	places []int64 // in the content, where each entry begins, and the end of the last
}

// Entry is a file, or a folder.
type Entry struct {
	// Path is relative, with "/" between its elements and at the end of a folder.
	// In an index each element is safe to create in any folder, and no path is there
	// twice, on systems that do not tell case, either.
	Path string

	Size int64       // bytes; 0 of a folder
	Mode fs.FileMode // permissions; 0 where the sender did not say
	Time time.Time   // of the last change, in seconds; zero where the sender did not say
	Type string      // media type; "" where the sender did not say
}

// IsFolder says whether an entry is a folder.
func (e Entry) IsFolder() bool { return strings.HasSuffix(e.Path, "/") }

const (
	// MaxEntries is the most that an index has of entries, and of folders in which
	// they are.
	MaxEntries = 100_000

	filesMagic = "SGFILES\x01"
	indexAt    = len(filesMagic) + lengthSize // where the JSON begins
	maxIndex   = 16 << 20                     // bytes of JSON
	filesEnd   = ".sgfiles"                   // of the name, for who does not know the type
)

// ErrIndex says that a content has several files, and cannot be divided into
// them: by its index, which its sender made otherwise, or because it ends before
// or behind the last.
var ErrIndex = send.Fail(send.Invalid,
	"the list of the files in it cannot be read, or they are not as long as it says: it was not made by SGraph Send")

// NewIndex returns the index of some files, in the order in which they will be
// read. The paths come out as a reader will see them.
func NewIndex(entries []Entry) (*Index, error) {
	if len(entries) == 0 {
		return nil, send.Fail(send.Invalid, "there is nothing to send")
	}
	x, err := newIndex(entries)
	if err != nil {
		return nil, err
	}
	if x.text = x.encode(); len(x.text) > maxIndex {
		return nil, send.Fail(send.TooLarge, "the names of these files are too long for one link: send an archive")
	}
	x.lay(indexAt + len(x.text))
	return x, nil
}

// newIndex makes paths and values safe, whoever they are of.
func newIndex(entries []Entry) (*Index, error) {
	if len(entries) > MaxEntries {
		return nil, errManyEntries
	}
	x := &Index{Entries: make([]Entry, len(entries))}
	tree := newTree()
	var total int64
	for i, e := range entries {
		path, err := tree.add(e.Path)
		if err != nil {
			return nil, err
		}
		folder := strings.HasSuffix(path, "/")
		if folder {
			e.Size, e.Type = 0, ""
		}
		if total += e.Size; e.Size < 0 || e.Size > maxNumber || total > maxNumber {
			return nil, send.Fail(send.Invalid, "%s: its size is not known, or too large", path)
		}
		if e.Time = e.Time.UTC().Truncate(time.Second); e.Time.Year() < 1970 || e.Time.Year() > 9999 {
			e.Time = time.Time{}
		}
		if !mediaType.MatchString(e.Type) {
			e.Type = ""
		}
		x.Entries[i] = Entry{path, e.Size, e.Mode.Perm(), e.Time, e.Type}
	}
	return x, nil
}

var errManyEntries = send.Fail(send.TooLarge,
	"there are more than %d files or folders in it: send an archive", MaxEntries)

// lay says where the entries are.
func (x *Index) lay(at int) {
	x.places = make([]int64, 1, len(x.Entries)+1)
	x.places[0] = int64(at)
	for i, e := range x.Entries {
		x.places = append(x.places, x.places[i]+e.Size)
	}
}

// Size returns how many bytes the content has.
func (x *Index) Size() int64 { return x.places[len(x.Entries)] }

// Place returns where in the content an entry is: [File.Range] fetches it alone.
func (x *Index) Place(entry int) Span { return Span{x.places[entry], x.places[entry+1]} }

// FilesMeta returns what the envelope says of a content of several files that are
// called something together.
func FilesMeta(name string) Meta {
	return Meta{Filename: CleanName(strings.TrimSuffix(name, filesEnd) + filesEnd), Type: FilesType}
}

// Label returns the label of the files, as they are called together.
func (x *Index) Label(note string) Label {
	l := Label{Note: note}
	for _, e := range x.Entries {
		if l.Size += e.Size; e.IsFolder() {
			continue
		}
		if l.Count++; len(l.Files) < maxListed {
			l.Files = append(l.Files, LabelFile{e.Path, e.Size, e.Type})
		}
	}
	for _, e := range x.Entries {
		if l.Count == 0 && len(l.Files) < maxListed { // there are only folders
			l.Files = append(l.Files, LabelFile{strings.TrimSuffix(e.Path, "/"), 0, ""})
		}
	}
	return l
}

// Content returns the content: the index, and what open opens of each file. One
// that is not as long as the index says is Invalid. Who does not read to the end
// closes it.
func (x *Index) Content(open func(entry int) (io.ReadCloser, error)) io.ReadCloser {
	head := append([]byte(filesMagic), binary.BigEndian.AppendUint32(nil, uint32(len(x.text)))...)
	r := &filesReader{index: x, open: open}
	r.now = io.NopCloser(io.MultiReader(bytes.NewReader(head), bytes.NewReader(x.text)))
	r.left, r.entry = x.places[0], -1
	return r
}

// filesReader reads one file after the other.
type filesReader struct {
	index *Index
	open  func(entry int) (io.ReadCloser, error)
	entry int           // that is read: -1 is the index itself
	now   io.ReadCloser // nil before it is opened
	left  int64
	err   error
}

func (r *filesReader) Read(p []byte) (int, error) {
	for r.err == nil {
		n, err := r.read(p)
		if err != nil {
			r.err = errors.Join(err, r.Close())
			if err == io.EOF {
				r.err = err
			}
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
	return 0, r.err
}

// read reads of the file that is open, or opens the next. It may read nothing.
func (r *filesReader) read(p []byte) (int, error) {
	if r.now == nil {
		if r.entry++; r.entry == len(r.index.Entries) {
			return 0, io.EOF
		}
		e := r.index.Entries[r.entry]
		if e.IsFolder() {
			return 0, nil
		}
		now, err := r.open(r.entry)
		if err != nil {
			return 0, err
		}
		r.now, r.left = now, e.Size
		return 0, nil
	}
	if r.left == 0 {
		n, err := io.ReadFull(r.now, make([]byte, 1))
		if n > 0 {
			return 0, r.changed()
		}
		if err == io.EOF {
			err = r.Close()
		}
		return 0, err
	}
	n, err := r.now.Read(p[:min(int64(len(p)), r.left)])
	if r.left -= int64(n); err == io.EOF {
		if err = nil; r.left > 0 {
			err = r.changed()
		}
	}
	return n, err
}

func (r *filesReader) changed() error {
	return send.Fail(send.Invalid, "%s changed while it was read: it is not as long as it was",
		r.index.Entries[r.entry].Path)
}

// Close closes the file that is open.
func (r *filesReader) Close() error {
	if r.now == nil {
		return nil
	}
	err := r.now.Close()
	r.now = nil
	return err
}

// ReadIndex reads the index with which a content begins, and not a byte more: what
// is in the files follows. ErrIndex, or an error of content.
func ReadIndex(content io.Reader) (*Index, error) {
	head := make([]byte, indexAt)
	if _, err := io.ReadFull(content, head); err != nil {
		return nil, indexOr(err)
	}
	n := binary.BigEndian.Uint32(head[len(filesMagic):])
	if string(head[:len(filesMagic)]) != filesMagic || n > maxIndex {
		return nil, ErrIndex
	}
	var text bytes.Buffer // grows as it is read: how long it is said to be proves nothing
	if m, err := io.CopyN(&text, content, int64(n)); err != nil || m != int64(n) {
		return nil, indexOr(err)
	}
	x, err := decodeIndex(text.Bytes())
	if err != nil {
		return nil, ErrIndex
	}
	x.lay(indexAt + int(n))
	return x, nil
}

// indexOr tells a content that ended from one that failed.
func indexOr(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrIndex
	}
	return err
}

// Each hands out what follows the index in a content: every entry, and the reader
// of what is in it, of which less may be read. ErrIndex where the content does
// not end with the last.
func (x *Index) Each(content io.Reader, take func(entry int, content io.Reader) error) error {
	for i, e := range x.Entries {
		r := &io.LimitedReader{R: content, N: e.Size}
		if err := take(i, &wholeReader{r}); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, &wholeReader{r}); err != nil {
			return err
		}
	}
	switch n, err := io.ReadFull(content, make([]byte, 1)); {
	case n > 0:
		return ErrIndex
	case err != io.EOF:
		return err
	}
	return nil
}

// wholeReader takes no end for the end of a file but the one that the index says.
type wholeReader struct{ r *io.LimitedReader }

func (w *wholeReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err == io.EOF && w.r.N > 0 {
		err = ErrIndex
	}
	return n, err
}

// entryText is the JSON of an entry.
type entryText struct {
	Path string `json:"path"`
	Size *int64 `json:"size,omitempty"`
	Mode uint32 `json:"mode,omitempty"`
	Time string `json:"time,omitempty"`
	Type string `json:"type,omitempty"`
}

const timeForm = "2006-01-02T15:04:05Z"

func (x *Index) encode() []byte {
	var b bytes.Buffer
	b.WriteString(`{"files":[`)
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for i, entry := range x.Entries {
		if i > 0 {
			b.WriteByte(',')
		}
		t := entryText{Path: entry.Path, Mode: uint32(entry.Mode), Type: entry.Type}
		if !entry.IsFolder() {
			t.Size = &entry.Size
		}
		if !entry.Time.IsZero() {
			t.Time = entry.Time.Format(timeForm)
		}
		if err := e.Encode(t); err != nil {
			panic(err) // texts and numbers always encode
		}
		b.Truncate(b.Len() - 1) // the line feed
	}
	b.WriteString("]}")
	return b.Bytes()
}

// decodeIndex reads the JSON of an index, entry by entry: all at once it would
// take many times its length of memory.
func decodeIndex(text []byte) (*Index, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	var files json.RawMessage
	if err := expect(d, json.Delim('{')); err != nil {
		return nil, err
	}
	for d.More() {
		member, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err = d.Decode(&value); err != nil {
			return nil, err
		}
		if member == "files" {
			files = value
		}
	}
	if err := expect(d, json.Delim('}')); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, ErrIndex
	}
	entries, err := decodeEntries(json.NewDecoder(bytes.NewReader(files)))
	if err != nil || len(entries) == 0 {
		return nil, ErrIndex
	}
	return newIndex(entries)
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err == nil && got != want {
		err = fmt.Errorf("%v where %v should be", got, want)
	}
	return err
}

func decodeEntries(d *json.Decoder) (entries []Entry, err error) {
	if err := expect(d, json.Delim('[')); err != nil {
		return nil, err
	}
	for d.More() {
		var members map[string]json.RawMessage
		if err := d.Decode(&members); err != nil {
			return nil, err
		}
		if members == nil || len(entries) == MaxEntries { // JSON's null
			return nil, ErrIndex
		}
		var e Entry
		var at string
		_ = json.Unmarshal(members["path"], &e.Path)
		_ = json.Unmarshal(members["type"], &e.Type)
		_ = json.Unmarshal(members["time"], &at)
		e.Size = number(members["size"])
		if e.IsFolder() {
			e.Size = 0
		}
		if mode := number(members["mode"]); mode > 0 && mode <= int64(fs.ModePerm) {
			e.Mode = fs.FileMode(mode)
		}
		if timeText.MatchString(at) {
			e.Time, _ = time.Parse(timeForm, at)
		}
		entries = append(entries, e)
	}
	return entries, expect(d, json.Delim(']'))
}

var timeText = lazyregexp.New(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$`)
