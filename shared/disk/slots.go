package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"sgraph.ai/send/shared/send"
)

// slots are the places in one file of the parts of an upload: each where it will
// stand in the object, so that nothing has to be copied when that is made. All
// have one size, which is that of the first part that came. A part that fits none
// is a file of its own, and so is one that replaces another: what was acknowledged
// is never written over.
//
// A part is in its slot once there is a mark of that, a file with nothing in it,
// whose name has the part's number and size, and whose time goes into its ETag. A
// file of the part's own counts more than a mark.
type slots struct {
	mu      sync.Mutex
	dir     string
	size    int64 // of a slot; 0 before there is any
	parts   map[int]slot
	writing map[int]bool // numbers of parts that are being written into their slots
	full    int          // how many parts are as large as a slot
	over    bool         // the object was made, or the upload ended

	// turn is of writing. The system lets one at a time write to a file, and the others
	// spin meanwhile, which took a twentieth of the processor's time.
	turn sync.Mutex
}

// inTurn writes to the file of all slots, one piece at a time.
type inTurn struct {
	f    *os.File
	turn *sync.Mutex
}

func (w inTurn) Write(p []byte) (int, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	return w.f.Write(p)
}

// slot is what is in one.
type slot struct {
	size int64
	etag string
}

const (
	wholeName = "whole=" // and the size of a slot
	markSign  = "="      // between a part's number and its size

	leastSlot = 32 << 10 // bytes: smaller parts are copied soon enough
	mostWhole = 1 << 40  // bytes

	// ahead is how many slots behind as many as are full one may be written: where
	// a file system knows no holes, what is skipped takes room.
	ahead = 32
)

// opened are the slots of the uploads that this process has written to.
var opened = struct {
	sync.Mutex
	of map[string]*slots
}{of: map[string]*slots{}}

// slotsOf returns the slots of an upload that is open, by its folder.
func slotsOf(dir string) (*slots, error) {
	opened.Lock()
	defer opened.Unlock()
	if u := opened.of[dir]; u != nil {
		return u, nil
	}
	u, err := readSlots(dir)
	if err != nil {
		return nil, err
	}
	opened.of[dir] = u
	return u, nil
}

// forget is called when a folder is not there any more.
func forget(dir string) {
	opened.Lock()
	defer opened.Unlock()
	delete(opened.of, dir)
}

// readSlots reads what an upload has in slots. NotFound where the object was made of
// it and the process ended just then.
func readSlots(dir string) (*slots, error) {
	u := &slots{dir: dir, parts: map[int]slot{}, writing: map[int]bool{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, noUpload(err)
	}
	own := map[int]bool{}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			own[n] = true
		} else if text, ok := strings.CutPrefix(e.Name(), wholeName); ok {
			u.size, _ = strconv.ParseInt(text, 10, 64)
		}
	}
	for _, e := range entries {
		number, size, ok := markOf(e.Name())
		if !ok || own[number] {
			continue
		}
		if u.size <= 0 {
			return nil, noUpload(fs.ErrNotExist)
		}
		info, err := e.Info()
		if err != nil {
			return nil, noUpload(err)
		}
		u.add(number, slot{size, etag(info.ModTime(), size)})
	}
	return u, nil
}

func markName(number int, size int64) string {
	return partName(number) + markSign + strconv.FormatInt(size, 10)
}

// markOf reads the name of a mark.
func markOf(name string) (number int, size int64, ok bool) {
	first, second, ok := strings.Cut(name, markSign)
	if !ok {
		return 0, 0, false
	}
	number, err := strconv.Atoi(first)
	size, failed := strconv.ParseInt(second, 10, 64)
	return number, size, err == nil && failed == nil && name == markName(number, size)
}

func (u *slots) add(number int, in slot) {
	u.parts[number] = in
	if in.size == u.size {
		u.full++
	}
}

func (u *slots) whole() string { return filepath.Join(u.dir, wholeName+strconv.FormatInt(u.size, 10)) }

// at returns where in the whole a slot begins.
func (u *slots) at(number int) int64 { return int64(number-1) * u.size }

// take makes a part's slot this caller's, until drop or fill; false where the part
// has to be a file of its own.
func (u *slots) take(number int, size int64) (bool, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over || !hasHoles || size < leastSlot || u.writing[number] || number > u.full+ahead {
		return false, nil
	}
	if _, there := u.parts[number]; there {
		return false, nil
	}
	if _, err := os.Lstat(filepath.Join(u.dir, partName(number))); !errors.Is(err, fs.ErrNotExist) {
		return false, failed(err)
	}
	if u.size == 0 {
		u.size = size
		f, err := os.OpenFile(u.whole(), os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			u.size = 0
			return false, noUpload(err)
		}
		f.Close()
	}
	if size > u.size || u.at(number) > mostWhole-size {
		return false, nil
	}
	u.writing[number] = true
	return true, nil
}

// fillSlot writes a part into the slot that was taken for it. It is on the disk before
// there is a mark: after a loss of power there would be zeros in its place.
func (s *Store) fillSlot(ctx context.Context, u *slots, number int, body io.Reader, size int64) (string, error) {
	err := s.writeSlot(ctx, u, number, body, size)
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.writing, number)
	if err != nil {
		u.clear()
		return "", err
	}
	temp, _, err := s.create(func(*os.File) error { return nil })
	if err != nil {
		return "", err
	}
	info, err := os.Stat(temp)
	if err == nil {
		err = os.Rename(temp, filepath.Join(u.dir, markName(number, size)))
	}
	if err != nil {
		os.Remove(temp)
		return "", noUpload(err) // it was ended meanwhile
	}
	// One of its own, that came while this was written.
	if err := os.Remove(filepath.Join(u.dir, partName(number))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", failed(err)
	}
	in := slot{size, etag(info.ModTime(), size)}
	u.add(number, in)
	return in.etag, nil
}

// clear leaves nothing of slots in which nothing is.
func (u *slots) clear() {
	if len(u.parts) == 0 && len(u.writing) == 0 && os.Remove(u.whole()) == nil {
		u.size = 0
	}
}

func (s *Store) writeSlot(ctx context.Context, u *slots, number int, body io.Reader, size int64) error {
	if err := s.room(size); err != nil {
		return err
	}
	f, err := os.OpenFile(u.whole(), os.O_WRONLY, 0)
	if err != nil {
		return noUpload(err)
	}
	defer f.Close()
	if _, err := f.Seek(u.at(number), io.SeekStart); err != nil {
		return failed(err)
	}
	if err = s.copyBody(ctx, inTurn{f, &u.turn}, body, size); err == nil {
		err = failed(f.Sync())
	}
	if err != nil {
		punch(f, u.at(number), size)
	}
	return err
}

// replace puts a part that is a file of its own in the place of what was there.
func (u *slots) replace(number int, temp string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := os.Rename(temp, filepath.Join(u.dir, partName(number))); err != nil {
		os.Remove(temp)
		return noUpload(err) // it was ended meanwhile
	}
	in, there := u.parts[number]
	if !there {
		return nil
	}
	delete(u.parts, number)
	if in.size == u.size {
		u.full--
	}
	if f, err := os.OpenFile(u.whole(), os.O_WRONLY, 0); err == nil {
		punch(f, u.at(number), in.size)
		f.Close()
	}
	return failed(os.Remove(filepath.Join(u.dir, markName(number, in.size))))
}

// part opens a part that has that ETag, which clients may return without its
// quotes: slotted says whether it is in its slot. Invalid.
func (u *slots) part(p send.Part) (r io.ReadCloser, size int64, slotted bool, err error) {
	in, slotted := u.parts[p.Number]
	if !slotted {
		f, size, err := openPart(u.dir, p)
		return f, size, false, err
	}
	if !sameETag(in.etag, p.ETag) {
		return nil, 0, false, otherPart(p)
	}
	f, err := os.Open(u.whole())
	if err != nil {
		return nil, 0, false, noUpload(err)
	}
	if _, err := f.Seek(u.at(p.Number), io.SeekStart); err != nil {
		f.Close()
		return nil, 0, false, failed(err)
	}
	return f, in.size, true, nil
}

// fits says whether parts stand in their slots as they will in the object, or can be
// put there; loose are those that have to be. Whatever else is in a slot or on its way
// there does not go with them.
func (u *slots) fits(parts []send.Part) (loose []send.Part, size int64, ok bool, err error) {
	if len(u.parts) == 0 || len(u.writing) > 0 {
		return nil, 0, false, nil
	}
	slotted := 0
	for _, p := range parts {
		r, n, in, err := u.part(p)
		if err != nil {
			return nil, 0, false, err
		}
		r.Close()
		if size != u.at(p.Number) || n > u.size || size > mostWhole-n {
			return nil, 0, false, nil
		}
		if in {
			slotted++
		} else {
			loose = append(loose, p)
		}
		size += n
	}
	return loose, size, slotted == len(u.parts), nil
}

// join makes the whole an object, of which only loose parts are copied. They stay
// until it is there.
func (s *Store) join(
	ctx context.Context, u *slots, path string, loose []send.Part, size int64,
) (o send.Object, err error) {
	f, err := os.OpenFile(u.whole(), os.O_WRONLY, 0)
	if err != nil {
		return o, noUpload(err)
	}
	for _, p := range loose {
		if _, err = f.Seek(u.at(p.Number), io.SeekStart); err == nil {
			err = s.appendPart(ctx, f, u, p)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = failed(f.Truncate(size)) // what is behind was not acknowledged
	}
	if closing := f.Close(); err == nil {
		err = failed(closing)
	}
	if err != nil {
		return o, err
	}
	if o, err = s.mark(u.whole()); err != nil {
		return o, err
	}
	return o, s.move(u.whole(), path)
}

func sameETag(a, b string) bool { return strings.Trim(a, `"`) == strings.Trim(b, `"`) }

func otherPart(p send.Part) error {
	return send.Fail(send.Invalid, "part %d has another ETag", p.Number).With(send.ReasonPartsMismatch)
}
