package profile

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "profiles.json")
	if f, err := Read(path); err != nil || len(f.Profiles) > 0 {
		t.Fatalf("of no file: %v, %v", f, err)
	}
	want := File{Default: "a", Profiles: map[string]Profile{
		"a": {Server: "https://send.example.org", Token: InKeyring},
		"b": {Admin: "https://admin.example.org", Key: "the key", KeyHeader: "X-Key"},
	}}
	for range 2 { // anew, and in the place of what is there
		if err := Write(path, want); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}

func TestALinkToTheFileStaysOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, elsewhere := filepath.Join(dir, "profiles.json"), filepath.Join(t.TempDir(), "mine.json")
	if err := Write(elsewhere, File{}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Skipf("SKIPPED, nothing was tested: %v", err)
	}
	if err := Write(path, File{Profiles: map[string]Profile{"a": {Server: "https://send.example.org"}}}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("it is no link any more: %v", err)
	}
	if f, err := Read(elsewhere); err != nil || f.Profiles["a"].Server == "" {
		t.Errorf("got %v, %v", f, err)
	}
}

func TestWhatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, nothing was tested: the folder decides here")
	}
	path := filepath.Join(t.TempDir(), "profiles.json")
	if err := Write(path, File{}); err != nil {
		t.Fatal(err)
	}
	for mode, refused := range map[os.FileMode]bool{
		0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o620: true, 0o602: true,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); (err != nil) != refused || err != nil && !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

func TestWhatIsNoProfilesIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "cannot be read",
		"[]":                       "cannot be read",
		`{"profiles": {}} x`:       "something behind",
		`{"profiles": {}} {}`:      "something behind",
		`{"sever": 1}`:             "sever",
		`{"profiles": {"-a": {}}}`: "cannot be the name",
		`{"default": "a"}`:         "there is no such profile",
		`{"profiles": {"a": {"api_key": "` + strings.Repeat("x", maxFile) + `"}}}`: "more than",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: want %q, got %v", text, want, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"default":"a","profiles":{"a":{"server":"https://send.example.org","token":"keyring:"}}}`))
	f.Add([]byte(`{"profiles":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := parse(text)
		if err != nil {
			return
		}
		path := filepath.Join(t.TempDir(), "profiles.json")
		if err := Write(path, read); err != nil {
			t.Fatal(err)
		}
		if again, err := Read(path); err != nil || !reflect.DeepEqual(again, read) {
			t.Errorf("%q became %v, %v", text, again, err)
		}
	})
}
