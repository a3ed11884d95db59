package kept_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
)

func aRequest(t testing.TB) client.OwnRequest {
	t.Helper()
	own, err := (&client.Client{Server: about.Server}).NewRequest(client.OwnRequest{Title: "Logs", MaxTransfers: 3})
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// asked is a folder with a request of which one transfer was received.
func asked(t *testing.T) (dir, path string, own client.OwnRequest) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "state")
	own = aRequest(t)
	r, err := kept.NewRequest(dir, own)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Waits() {
		t.Error("the service has said nothing yet")
	}
	own.ID, own.ExpiresAt = "4abd0a491ed3", time.Now().Add(time.Hour).UTC().Round(0)
	if err := errors.Join(r.Made(own), r.Done("9c1185a5c5e9")); err != nil {
		t.Fatal(err)
	}
	r.Close()
	found, _ := filepath.Glob(filepath.Join(dir, ".sgsend-*.request"))
	if len(found) != 1 {
		t.Fatal(found)
	}
	return dir, found[0], own
}

// only returns the one request that a folder keeps.
func only(t *testing.T, dir string) *kept.Request {
	t.Helper()
	all, others := kept.Requests(dir)
	if len(all) != 1 || len(others) != 0 {
		t.Fatalf("%d requests, and others: %v", len(all), others)
	}
	return all[0]
}

func TestRequestOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	dir, path, own := asked(t)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	r := only(t, dir)
	got := r.Own()
	if got.ID != own.ID || !bytes.Equal(got.Key, own.Key) || got.Secret != own.Secret ||
		!got.ExpiresAt.Equal(own.ExpiresAt) {
		t.Errorf("kept as %+v", got)
	}
	if r.Waits() || !r.IsDone("9c1185a5c5e9") || r.IsDone("000000000000") {
		t.Error("it is not as it was left")
	}
	// Who has it open is alone with it, and everybody can look.
	if err := r.Open(); err != nil {
		t.Fatal(err)
	}
	if err := only(t, dir).Open(); !errors.Is(err, kept.ErrBusy) {
		t.Errorf("opened twice: %v", err)
	}
	r.Remove()
	if all, others := kept.Requests(dir); len(all)+len(others) != 0 {
		t.Errorf("%d requests, and others: %v", len(all), others)
	}
	// It is gone for who saw it before, and nothing comes of that.
	if err := r.Open(); err == nil {
		t.Error("what was removed is there")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("what was removed was made anew")
	}
}

// What a process could not write to its end is as if it were not there; what another
// program wrote stays.
func TestRequestKeepsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	dir, path, own := asked(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "later {\"of\":\"another version\"}\ndone 0000"...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r := only(t, dir)
	if r.Own().ID != own.ID || r.IsDone("0000") || !r.IsDone("9c1185a5c5e9") {
		t.Error("it was not read as it is")
	}
	if err := errors.Join(r.Open(), r.Done("a00000000000")); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if text, _ = os.ReadFile(path); !strings.HasSuffix(string(text), "version\"}\ndone a00000000000\n") {
		t.Errorf("left as %q", text)
	}
}

// What is no request is told, and stays.
func TestWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	dir, path, _ := asked(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"empty": "", "another file": "something else\n", "cut": string(text[:40]),
		"without a key": "sgsend request 1\nmade {\"request\":\"4abd0a491ed3\"}\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if all, others := kept.Requests(dir); len(all) != 0 || len(others) != 1 || others[0] != path {
			t.Errorf("%s: %d requests, and others: %v", name, len(all), others)
		}
	}
}

func FuzzRequest(f *testing.F) {
	own := aRequest(f)
	dir := f.TempDir()
	r, err := kept.NewRequest(dir, own)
	if err != nil {
		f.Fatal(err)
	}
	r.Close()
	found, _ := filepath.Glob(filepath.Join(dir, ".sgsend-*.request"))
	text, err := os.ReadFile(found[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(append(bytes.Clone(text), "done 9c1185a5c5e9\nmade {\"request\":\"4abd0a491ed3\"}\n"...))
	f.Add([]byte("sgsend request 1\n\nrequest {}\ndone\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, ".sgsend-a.request")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		all, others := kept.Requests(dir)
		if len(all)+len(others) != 1 {
			t.Fatalf("%d and %d", len(all), len(others))
		}
		for _, r := range all {
			if _, err := r.Own().Link(); err != nil {
				t.Fatalf("it has no link: %v", err)
			}
			if err := errors.Join(r.Open(), r.Done("9c1185a5c5e9")); err != nil {
				t.Fatal(err)
			}
			r.Close()
			if !only(t, dir).IsDone("9c1185a5c5e9") {
				t.Error("what was noted is lost")
			}
		}
	})
}
