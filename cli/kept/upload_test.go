package kept_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
)

var about = kept.About{Server: "https://send.example.org", Path: "/home/a/report.pdf"}

func anUpload() client.Upload {
	return client.Upload{
		Server: about.Server, ID: "4abd0a491ed3", Key: bytes.Repeat([]byte{1}, 32), Salt: bytes.Repeat([]byte{2}, 32),
		Prefix: bytes.Repeat([]byte{3}, 7), Secret: "secret", Size: 40 << 20, Begun: time.Now().Round(0),
	}
}

func tags(from, n int) (all []envelope.Tag) {
	for i := range n {
		all = append(all, envelope.Tag{byte(from + i), 7})
	}
	return all
}

// begun is a folder with the journal of an upload of which 21 segments may have left.
func begun(t *testing.T) (dir, path string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "state")
	u := openUpload(t, dir)
	if err := errors.Join(u.Begin(anUpload()), u.Add(tags(0, 11)), u.Add(tags(11, 10))); err != nil {
		t.Fatal(err)
	}
	u.Close()
	found, _ := filepath.Glob(filepath.Join(dir, ".sgsend-*.upload"))
	if len(found) != 1 {
		t.Fatal(found)
	}
	return dir, found[0]
}

func openUpload(t *testing.T, dir string, options ...string) *kept.Upload {
	t.Helper()
	u, err := kept.OpenUpload(dir, about, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	return u
}

func TestUploadOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	dir, path := begun(t)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	u := openUpload(t, dir)
	got, had, completed, ok := u.Load()
	if !ok || completed || got.ID != anUpload().ID || !bytes.Equal(got.Key, anUpload().Key) ||
		!slices.Equal(had, tags(0, 21)) {
		t.Fatalf("%+v, %d tags, %v, %v", got, len(had), completed, ok)
	}
	if u.About() != about || u.Left() != 21<<20 {
		t.Error(u.About(), u.Left())
	}
	if err := u.Completed(); err != nil {
		t.Fatal(err)
	}
	if _, err := kept.OpenUpload(dir, about); !errors.Is(err, kept.ErrSending) {
		t.Errorf("two at once: %v", err)
	}
	u.Close()
	if _, _, completed, ok := openUpload(t, dir, "another note").Load(); ok || completed {
		t.Error("other options go on with it")
	}
	all, busy := kept.Uploads(dir)
	if len(all) != 1 || busy != 1 {
		t.Fatalf("%d are kept, and %d busy", len(all), busy)
	}
	if _, _, completed, ok := all[0].Load(); !ok || !completed {
		t.Error("that it was completed was forgotten")
	}
	all[0].Remove()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// A process may end, or a disk be full, in the middle of any line: then the line was not
// written, and what it was about has not left. Whatever else is no journal is not
// believed at all.
func TestUploadJournalsThatAreBroken(t *testing.T) {
	t.Parallel()
	dir, path := begun(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	load := func(b []byte) (int, bool) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		u, err := kept.OpenUpload(dir, about)
		if err != nil {
			t.Fatal(err)
		}
		_, had, _, ok := u.Load()
		if ok {
			if err := u.Add(tags(len(had), 1)); err != nil {
				t.Fatal(err)
			}
		}
		u.Close()
		if ok { // what is added stands where the broken line was
			u, err := kept.OpenUpload(dir, about)
			if err != nil {
				t.Fatal(err)
			}
			if _, more, _, _ := u.Load(); len(more) != len(had)+1 {
				t.Errorf("%d tags, and with one more %d", len(had), len(more))
			}
			u.Close()
		}
		return len(had), ok
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for n := 0; n <= len(whole); n += 7 {
		had, ok := load(whole[:n])
		want, wantOK := 0, n >= len(lines[0])+len(lines[1])+len(lines[2])
		switch {
		case n == len(whole):
			want = 21
		case n >= len(whole)-len(lines[4]):
			want = 11
		}
		if had != want || ok != wantOK {
			t.Errorf("of %d bytes it has %d tags, %v", n, had, ok)
		}
	}
	for name, b := range map[string][]byte{
		"a line is missing":     bytes.Join(slices.Concat(lines[:3], lines[4:]), nil),
		"a line comes twice":    bytes.Join(slices.Concat(lines[:4], lines[3:]), nil),
		"another upload":        bytes.Join(slices.Concat(lines, lines[2:3]), nil),
		"a tag is short":        append(slices.Clone(whole), "tags 21 0102\n"...),
		"no such line":          append(slices.Clone(whole), "some 1\n"...),
		"of another version":    bytes.Replace(whole, []byte("upload 2"), []byte("upload 1"), 1),
		"of something else":     bytes.Replace(whole, []byte("report.pdf"), []byte("secret.pdf"), 1),
		"something in between":  bytes.Replace(whole, []byte("\ntags 11"), []byte("\n\x00\ntags 11"), 1),
		"nothing but its title": lines[0],
	} {
		if had, ok := load(b); ok || had > 0 {
			t.Errorf("%s: it has %d tags", name, had)
		}
	}
}

// Of what is too old nothing is left, but for what has only to be told.
func TestOldUploadsAreRemoved(t *testing.T) {
	t.Parallel()
	dir, path := begun(t)
	u := openUpload(t, dir)
	old := anUpload()
	old.Begun = time.Now().Add(-client.Abandoned - time.Hour)
	old.ExpiresAt = time.Now().Add(time.Hour)
	if err := errors.Join(u.Begin(old), u.Completed()); err != nil {
		t.Fatal(err)
	}
	u.Close()
	ago := time.Now().Add(-client.Abandoned)
	age := func() {
		t.Helper()
		if err := os.Chtimes(path, ago, ago); err != nil {
			t.Fatal(err)
		}
		kept.ClearUploads(dir)
	}
	if age(); !exists(path) {
		t.Fatal("a link that was not told is gone")
	}
	u = openUpload(t, dir)
	if err := u.Begin(old); err != nil {
		t.Fatal(err)
	}
	u.Close()
	if age(); exists(path) {
		t.Fatal("it is there")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Whatever is in the file, it is read or it is not, and goes on as it is read.
func FuzzUploadJournal(f *testing.F) {
	f.Add([]byte("sgsend upload 2\nof {\"server\":\"a\",\"path\":\"/b\"}\nupload {\"transfer\":\"4abd0a491ed3\"}\n" +
		"tags 0 " + string(bytes.Repeat([]byte("ab"), 16)) + "\ncompleted\n"))
	f.Add([]byte("sgsend upload 2\nupload {}\n"))
	f.Add([]byte("sgsend upload 2\ntags 0 ab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".sgsend-a.upload"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		all, busy := kept.Uploads(dir)
		if busy != 0 || len(all) > 1 {
			t.Fatal(len(all), busy)
		}
		for _, u := range all {
			before, had, completed, ok := u.Load()
			if !ok || before.ID == "" {
				t.Error("an upload of nothing")
			}
			if err := u.Add(tags(0, 2)); err != nil {
				t.Fatal(err)
			}
			u.Close()
			again, _ := kept.Uploads(dir)
			if len(again) != 1 {
				t.Fatalf("what was read is not read again: %d", len(again))
			}
			after, more, still, _ := again[0].Load()
			if after.ID != before.ID || len(more) != len(had)+2 || still != completed {
				t.Errorf("%+v became %+v, and %d tags %d", before, after, len(had), len(more))
			}
			again[0].Close()
		}
	})
}
