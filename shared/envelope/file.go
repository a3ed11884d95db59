package envelope

import (
	"io"
)

// Span is a part of something: the bytes from one to before another.
type Span struct{ From, To int64 }

// File is a sealed file of V2 or V3 of which any part can be had without the
// rest.
type File struct {
	Meta Meta
	Size int64 // of the content

	opener *Opener
	fetch  Fetch
	sealed int64  // bytes of the sealed file
	before int64  // bytes of the envelope
	first  []byte // what the first segment holds
}

// Fetch returns the reader of a part of a sealed file, of not less. The reader is
// closed when it is not needed any more.
type Fetch func(sealed Span) (io.ReadCloser, error)

// FetchFrom fetches from what is at hand.
func FetchFrom(r io.ReaderAt) Fetch {
	return func(s Span) (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(r, s.From, s.To-s.From)), nil
	}
}

// OpenFile opens a sealed file of size bytes, of which it fetches the first MiB.
// The errors are those of [Decrypt]; ErrVersion for a file of V1, too.
//
// What is read of it is genuine. That the file is whole, and as long as was
// said, is proved when its last segment is read, and only then.
func OpenFile(fetch Fetch, size int64, secret Secret) (*File, error) {
	in, err := fetch(Span{0, min(size, V3.SegmentPlace(1))})
	if err != nil {
		return nil, err
	}
	defer in.Close()
	src := &source{r: in}
	head := make([]byte, V2.StreamHead(), V3.StreamHead())
	if _, err := io.ReadFull(src, head); err != nil {
		return nil, src.failure()
	}
	form, err := FormOf(head)
	if err != nil {
		return nil, err
	}
	if form == V3 {
		head = head[:V3.StreamHead()]
		if _, err := io.ReadFull(src, head[V2.StreamHead():]); err != nil {
			return nil, src.failure()
		}
	}
	o, err := NewOpener(head, secret)
	if err != nil {
		return nil, err
	}
	plain := form.PlainSize(size)
	if plain < 0 {
		return nil, ErrNotAuthentic
	}
	segments := o.from(src, 0)
	segments.count = segmentsOf(plain)
	s, err := segments.next()
	if err != nil {
		return nil, err
	}
	meta, n, err := SplitMeta(s.Plain)
	if err != nil {
		return nil, err
	}
	return &File{meta, plain - int64(n), o, fetch, size, int64(n), s.Plain}, nil
}

// Index reads the index of a file that is several.
func (f *File) Index() (*Index, error) {
	r := f.Range(Span{0, f.Size})
	defer r.Close()
	x, err := ReadIndex(r)
	if err == nil && x.Size() != f.Size {
		return nil, ErrIndex
	}
	return x, err
}

// Range returns the reader of a part of the content. It fetches when it is read,
// and then no segment that it does not need.
func (f *File) Range(content Span) io.ReadCloser {
	from, to := f.before+max(0, content.From), f.before+min(content.To, f.Size)
	return &rangeReader{file: f, at: from, to: to}
}

// Sealed returns where the segments are that hold a part of the content.
func (f *File) Sealed(content Span) Span {
	from, to := f.before+max(0, content.From), f.before+min(content.To, f.Size)
	if from >= to {
		return Span{}
	}
	form := f.opener.form
	first, last := segmentAt(from), segmentAt(to-1)
	return Span{form.SegmentPlace(first), min(form.SegmentPlace(last+1), f.sealed)}
}

// rangeReader reads a part of what the segments hold.
type rangeReader struct {
	file   *File
	at, to int64
	src    io.ReadCloser
	opened opened
}

func (r *rangeReader) Read(p []byte) (int, error) {
	if r.at >= r.to {
		return 0, io.EOF
	}
	if len(r.opened.plain) == 0 {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p[:min(int64(len(p)), r.to-r.at)], r.opened.plain)
	r.opened.plain = r.opened.plain[n:]
	r.at += int64(n)
	return n, nil
}

// fill opens the segment in which r.at is.
func (r *rangeReader) fill() error {
	f := r.file
	if r.at < int64(len(f.first)) {
		r.opened.plain = f.first[r.at:]
		return nil
	}
	number := segmentAt(r.at)
	if r.src == nil {
		src, err := f.fetch(f.Sealed(Span{r.at - f.before, r.to - f.before}))
		if err != nil {
			return err
		}
		r.src = src
		r.opened.segments = f.opener.from(&source{r: src}, number)
		r.opened.segments.count = segmentsOf(f.before + f.Size)
	}
	err := r.opened.fill()
	if err == io.EOF {
		return ErrNotAuthentic // what was fetched is shorter than what is wanted
	}
	if err == nil {
		r.opened.plain = r.opened.plain[min(r.at-segmentBegin(number), int64(len(r.opened.plain))):]
	}
	return err
}

// Close stops fetching.
func (r *rangeReader) Close() error {
	if r.src == nil {
		return nil
	}
	return r.src.Close()
}

// segmentAt returns the segment that holds a byte of envelope and content.
func segmentAt(plain int64) int64 {
	if plain < firstRoom {
		return 0
	}
	return (plain-firstRoom)/segmentRoom + 1
}

// segmentBegin returns which byte of envelope and content a segment begins with.
func segmentBegin(number int64) int64 {
	if number == 0 {
		return 0
	}
	return firstRoom + (number-1)*segmentRoom
}

// segmentsOf returns how many segments hold so many bytes.
func segmentsOf(plain int64) int64 { return segmentAt(max(plain, 1)-1) + 1 }
