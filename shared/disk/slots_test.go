package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

const slotSize = 64 << 10

func bytesOf(seed byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = seed + byte(i*7)
	}
	return b
}

func part(t *testing.T, s *disk.Store, key, id string, number int, b []byte) send.Part {
	t.Helper()
	etag, err := s.PutPart(t.Context(), key, id, number, bytes.NewReader(b), int64(len(b)))
	want(t, "", err)
	return send.Part{Number: number, ETag: etag}
}

func holds(t *testing.T, s *disk.Store, key string, content []byte) {
	t.Helper()
	r, o, err := s.Open(t.Context(), key, send.Whole)
	want(t, "", err)
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || o.Size != int64(len(content)) || !bytes.Equal(got, content) {
		t.Fatalf("%s has %d bytes, %d are read: %v; want %d", key, o.Size, len(got), err, len(content))
	}
}

func the(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	want(t, "", err)
	return info
}

// Parts of one size become the object without being copied, in whatever order they
// came, with a last one that is shorter, after a part came again, and in another
// process than that they came to.
func TestPartsAreNotCopied(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED, nothing was tested: files have no holes here that are known of")
	}
	root := t.TempDir()
	s := open(t, root)
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	content := bytesOf(1, 4*slotSize+17)
	parts := make([]send.Part, 5)
	for _, i := range []int{2, 4, 0, 3, 1} {
		parts[i] = part(t, s, "k/x", id, i+1, content[i*slotSize:min((i+1)*slotSize, len(content))])
	}
	_, err = s.PutPart(t.Context(), "k/x", id, 2, iotest.ErrReader(errors.New("cut")), slotSize)
	if err == nil {
		t.Fatal("nothing was put")
	}
	parts[3] = part(t, s, "k/x", id, 4, content[3*slotSize:4*slotSize])
	whole := stat(t, the(t, filepath.Join(root, "uploads", id+",*", fmt.Sprintf("whole=%d", slotSize))))
	disk.ForgetOpen()
	there, err := s.Uploaded(t.Context(), "k/x", id)
	want(t, "", err)
	for i, p := range there {
		if p.Part != parts[i] || p.Size != int64(min(slotSize, len(content)-i*slotSize)) {
			t.Errorf("part %d is listed as %+v", i+1, p)
		}
	}
	o, err := s.Assemble(t.Context(), "k/x", id, parts)
	want(t, "", err)
	holds(t, s, "k/x", content)
	if !os.SameFile(whole, stat(t, filepath.Join(root, "objects", "k", "k,x"))) {
		t.Error("they were copied")
	}
	if now, err := s.Stat(t.Context(), "k/x"); err != nil || now != o {
		t.Errorf("%+v became %+v, %v", o, now, err)
	}
	if got := fmt.Sprint(files(t, root)); got != "[objects/k/k,x]" {
		t.Errorf("files: %s", got)
	}
}

// What is being put while an object is made does not come into it.
func TestObjectsDoNotChangeWhenPartsComeLate(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	content := bytesOf(1, 2*slotSize)
	parts := []send.Part{part(t, s, "k/x", id, 1, content[:slotSize]), part(t, s, "k/x", id, 2, content[slotSize:])}
	var late sync.WaitGroup
	var bodies []*io.PipeWriter
	for _, number := range []int{1, 3} { // one that is there, and one that is new
		r, w := io.Pipe()
		bodies = append(bodies, w)
		late.Go(func() {
			_, err := s.PutPart(t.Context(), "k/x", id, number, r, slotSize)
			if send.CodeOf(err) != send.NotFound {
				t.Errorf("part %d: %v", number, err)
			}
		})
		if _, err := w.Write(bytesOf(9, slotSize/2)); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Assemble(t.Context(), "k/x", id, parts)
	want(t, "", err)
	for _, w := range bodies {
		_, err := w.Write(bytesOf(9, slotSize/2))
		if err = errors.Join(err, w.Close()); err != nil {
			t.Error(err)
		}
	}
	late.Wait()
	holds(t, s, "k/x", content)
}

// A process that ended when the object was there, and before the upload was, left
// nothing to go on with.
func TestObjectIsThereAndUploadIsNotOver(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED, nothing was tested: files have no holes here that are known of")
	}
	root := t.TempDir()
	s := open(t, root)
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	p := part(t, s, "k/x", id, 1, bytesOf(1, slotSize))
	want(t, "", os.Remove(the(t, filepath.Join(root, "uploads", id+",*", "whole=*"))))
	disk.ForgetOpen()
	_, err = s.Uploaded(t.Context(), "k/x", id)
	want(t, send.NotFound, err)
	_, err = s.PutPart(t.Context(), "k/x", id, 2, strings.NewReader("x"), 1)
	want(t, send.NotFound, err)
	_, err = s.Assemble(t.Context(), "k/x", id, []send.Part{p})
	want(t, send.NotFound, err)
	want(t, "", s.Abort(t.Context(), "k/x", id))
	if got := files(t, root); len(got) != 0 {
		t.Errorf("files: %s", got)
	}
}

// A process that ended when a part had been replaced, and before that was noted, left
// both: the one that came to replace counts.
func TestPartIsReplacedAndMarked(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	content := bytesOf(1, slotSize)
	part(t, s, "k/x", id, 1, bytesOf(9, slotSize))
	want(t, "", os.WriteFile(filepath.Join(the(t, filepath.Join(root, "uploads", id+",*")), "00001"), content, 0o600))
	disk.ForgetOpen()
	there, err := s.Uploaded(t.Context(), "k/x", id)
	if err != nil || len(there) != 1 || there[0].Size != slotSize {
		t.Fatalf("%+v are listed, %v", there, err)
	}
	_, err = s.Assemble(t.Context(), "k/x", id, []send.Part{there[0].Part})
	want(t, "", err)
	holds(t, s, "k/x", content)
}

// Of an object that cannot be made no part is lost, also of those that it was not to have.
func TestPartsOutliveWhatFails(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := open(t, root)
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	content := bytesOf(1, 3*slotSize)
	var parts []send.Part
	for i := range 3 {
		parts = append(parts, part(t, s, "k/x", id, i+1, content[i*slotSize:(i+1)*slotSize]))
	}
	objects := filepath.Join(root, "objects")
	want(t, "", os.Remove(objects))
	want(t, "", os.WriteFile(objects, nil, 0o600))
	for n := range 3 {
		_, err = s.Assemble(t.Context(), "k/x", id, parts[:n+1])
		want(t, send.Unavailable, err)
	}
	want(t, "", os.Remove(objects))
	want(t, "", os.Mkdir(objects, 0o700))
	_, err = s.Assemble(t.Context(), "k/x", id, parts)
	want(t, "", err)
	holds(t, s, "k/x", content)
}

// A number far ahead, or a part that is larger than its slot, makes no file that is
// longer than what came.
func TestSlotsStayNearWhatCame(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := open(t, root)
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	content := slices.Concat(bytesOf(1, slotSize), bytesOf(2, 2*slotSize), bytesOf(3, slotSize))
	parts := []send.Part{
		part(t, s, "k/x", id, 1, content[:slotSize]), part(t, s, "k/x", id, 2, content[slotSize:3*slotSize]),
		part(t, s, "k/x", id, send.MaxParts, content[3*slotSize:]),
	}
	for _, path := range files(t, root) {
		if info := stat(t, filepath.Join(root, path)); info.Size() > 34*slotSize {
			t.Errorf("%s is %d bytes long", path, info.Size())
		}
	}
	_, err = s.Assemble(t.Context(), "k/x", id, parts)
	want(t, "", err)
	holds(t, s, "k/x", content)
}

// Whatever comes, and comes again, or is cut short, of whatever size and in whatever
// process: the object is of the parts that were acknowledged last.
func TestAnyPartsMakeTheirObject(t *testing.T) {
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	root := t.TempDir()
	s := open(t, root)
	for round := range nightly.Or(40, 2000) {
		key := fmt.Sprintf("k/%d", round)
		id, err := s.Begin(t.Context(), key)
		want(t, "", err)
		has := map[int][]byte{}
		named := map[int]send.Part{}
		for range 1 + chance.IntN(12) {
			number := 1 + chance.IntN(5)
			n := slotSize
			switch chance.IntN(6) {
			case 0:
				n = 1 + chance.IntN(2*slotSize)
			case 1:
				n -= 1 + chance.IntN(9)
			}
			b := bytesOf(byte(chance.IntN(256)), n)
			switch chance.IntN(8) {
			case 0:
				body := io.MultiReader(bytes.NewReader(b[:chance.IntN(n)]), iotest.ErrReader(io.ErrUnexpectedEOF))
				if _, err := s.PutPart(t.Context(), key, id, number, body, int64(n)); err == nil {
					t.Fatal("half a part came")
				}
				continue
			case 1:
				disk.ForgetOpen()
			}
			named[number], has[number] = part(t, s, key, id, number, b), b
		}
		if len(named) == 0 {
			continue
		}
		there, err := s.Uploaded(t.Context(), key, id)
		want(t, "", err)
		numbers := slices.Sorted(maps.Keys(named))
		if len(there) != len(numbers) {
			t.Fatalf("seed %d, round %d: %d parts are listed of %d", seed, round, len(there), len(numbers))
		}
		for i, number := range numbers {
			if there[i].Part != named[number] || there[i].Size != int64(len(has[number])) {
				t.Fatalf("seed %d, round %d: %+v is listed, of %d bytes", seed, round, there[i], len(has[number]))
			}
		}
		if chance.IntN(3) == 0 { // some of them
			numbers = slices.DeleteFunc(numbers, func(int) bool { return len(numbers) > 1 && chance.IntN(3) == 0 })
		}
		var parts []send.Part
		var content []byte
		for _, number := range numbers {
			parts, content = append(parts, named[number]), append(content, has[number]...)
		}
		if len(parts) == 0 {
			continue
		}
		if _, err := s.Assemble(t.Context(), key, id, parts); err != nil {
			t.Fatalf("seed %d, round %d: %v", seed, round, err)
		}
		holds(t, s, key, content)
		want(t, "", s.Delete(t.Context(), key))
	}
}
