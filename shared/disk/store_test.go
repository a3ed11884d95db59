package disk_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
)

func want(t *testing.T, code send.Code, err error) {
	t.Helper()
	if got := send.CodeOf(err); got != code {
		t.Fatalf("code %q of %v; want %q", got, err, code)
	}
}

func put(t *testing.T, s *disk.Store, key, content string) {
	t.Helper()
	_, err := s.Put(t.Context(), key, strings.NewReader(content), int64(len(content)))
	want(t, "", err)
}

// files returns the paths under root, without folders and the lock.
func files(t *testing.T, root string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "lock" {
			path, err = filepath.Rel(root, path)
			paths = append(paths, path)
		}
		return err
	})
	want(t, "", err)
	return paths
}

func TestLayout(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "new", "store")
	s := open(t, root)
	put(t, s, "transfers/30d/abcdef0123456789/0123", "x")
	if got := fmt.Sprint(files(t, root)); got != "[objects/transfers,30d,ab/transfers,30d,abcdef0123456789,0123]" {
		t.Fatalf("files: %s", got)
	}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		mode := fs.FileMode(0o600)
		if e.IsDir() {
			mode = 0o700
		}
		if err == nil && info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	want(t, "", err)

	// Nothing is left of an object, not even its folder.
	want(t, "", s.Delete(t.Context(), "transfers/30d/abcdef0123456789/0123"))
	entries, err := os.ReadDir(filepath.Join(root, "objects"))
	if err != nil || len(entries) != 0 {
		t.Fatalf("left: %v, %v", entries, err)
	}
}

func TestNoKeys(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := open(t, filepath.Join(root, "a", "store"))
	ctx := t.Context()
	id, err := s.Begin(ctx, "k/x")
	want(t, "", err)
	for _, key := range []string{
		"", "/", "/k", "k/", "k//x", ".", "..", "../x", "k/../x", "k/..", "./k", "k\\x", "k,x", "k x", "k\x00", "é",
		"k/x\n", strings.Repeat("k", 201),
	} {
		_, err := s.Put(ctx, key, strings.NewReader("x"), 1)
		want(t, send.Invalid, err)
		_, _, err = s.Open(ctx, key, send.Whole)
		want(t, send.Invalid, err)
		_, err = s.Stat(ctx, key)
		want(t, send.Invalid, err)
		_, err = s.Copy(ctx, key, "k/x")
		want(t, send.Invalid, err)
		_, err = s.Copy(ctx, "k/x", key)
		want(t, send.Invalid, err)
		want(t, send.Invalid, s.Delete(ctx, key))
		want(t, send.Invalid, s.Settle(ctx, key))
		_, err = s.Begin(ctx, key)
		want(t, send.Invalid, err)
		_, err = s.PutPart(ctx, key, id, 1, strings.NewReader("x"), 1)
		want(t, send.Invalid, err)
		_, err = s.Assemble(ctx, key, id, []send.Part{{Number: 1}})
		want(t, send.Invalid, err)
		want(t, send.Invalid, s.Abort(ctx, key, id))
	}
	if got := files(t, root); len(got) != 0 {
		t.Fatalf("files: %v", got)
	}
	longest := strings.Repeat("k", 200)
	put(t, s, longest, "x")
	id, err = s.Begin(ctx, longest)
	want(t, "", err)
	want(t, "", s.Abort(ctx, longest, id))
}

func TestOpenIsAFile(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	put(t, s, "k/x", "0123456789")
	r, _, err := s.Open(t.Context(), "k/x", send.Span{Offset: 4, Length: 2})
	want(t, "", err)
	defer r.Close()
	f, ok := r.(*os.File)
	if !ok {
		t.Fatalf("%T", r)
	}
	if at, err := f.Seek(0, io.SeekCurrent); at != 4 || err != nil {
		t.Fatalf("at %d, %v", at, err)
	}
}

// What fails leaves nothing, in whatever folder.
func TestNothingHalfWritten(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := open(t, root)
	ctx := t.Context()
	id, err := s.Begin(ctx, "k/x")
	want(t, "", err)
	for range 3 {
		_, err := s.Put(ctx, "k/x", bytes.NewReader(make([]byte, 1<<20)), 2<<20)
		want(t, send.Invalid, err)
		_, err = s.PutPart(ctx, "k/x", id, 1, bytes.NewReader(make([]byte, 1<<20)), 2<<20)
		want(t, send.Invalid, err)
		_, err = s.PutPart(ctx, "k/y", id, 1, strings.NewReader("x"), 1)
		want(t, send.NotFound, err)
	}
	part, err := s.PutPart(ctx, "k/x", id, 1, strings.NewReader("x"), 1)
	want(t, "", err)
	_, err = s.Assemble(ctx, "k/x", id, []send.Part{{Number: 1, ETag: part}})
	want(t, "", err)
	for range 2 { // the second time both names are of one file
		_, err = s.Copy(ctx, "k/x", "k/y")
		want(t, "", err)
	}
	if got := fmt.Sprint(files(t, root)); got != "[objects/k/k,x objects/k/k,y]" {
		t.Fatalf("files: %s", got)
	}
	if entries, _ := os.ReadDir(filepath.Join(root, "uploads")); len(entries) != 0 {
		t.Fatalf("uploads: %v", entries)
	}
}

// A client may drop the quotes of an ETag.
func TestBareETag(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	id, err := s.Begin(t.Context(), "k/x")
	want(t, "", err)
	etag, err := s.PutPart(t.Context(), "k/x", id, 1, strings.NewReader("x"), 1)
	want(t, "", err)
	_, err = s.Assemble(t.Context(), "k/x", id, []send.Part{{Number: 1, ETag: strings.Trim(etag, `"`)}})
	want(t, "", err)
}

func TestSweepEndsOldUploads(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	s := open(t, root)
	ctx, now := t.Context(), time.Now()
	for i := range 4 {
		id, err := s.Begin(ctx, fmt.Sprintf("k/%d", i))
		want(t, "", err)
		if i < 2 {
			_, err = s.PutPart(ctx, fmt.Sprintf("k/%d", i), id, 1, strings.NewReader("x"), 1)
			want(t, "", err)
		}
		if i%2 == 1 {
			folders, err := filepath.Glob(filepath.Join(root, "uploads", id+",*"))
			want(t, "", err)
			want(t, "", os.Chtimes(folders[0], now, now.Add(-25*time.Hour)))
		}
	}
	put(t, s, "k/x", "old objects stay")
	if n, err := s.Sweep(ctx, now); n != 2 || err != nil {
		t.Fatalf("Sweep ended %d, %v; want 2", n, err)
	}
	if n, err := s.Sweep(ctx, now.Add(25*time.Hour)); n != 2 || err != nil {
		t.Fatalf("a day later Sweep ended %d, %v; want 2", n, err)
	}
	if got := fmt.Sprint(files(t, root)); got != "[objects/k/k,x]" {
		t.Fatalf("files: %s", got)
	}
}
