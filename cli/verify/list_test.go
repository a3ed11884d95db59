package verify

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// What browsers load of either service is on its list, file by file.
func TestOwnListHasEveryFileOfBothSites(t *testing.T) {
	t.Parallel()
	own, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	for service, replies := range map[string][]Reply{"user": own.User, "admin": own.Admin} {
		digests := map[string]bool{}
		for _, r := range replies {
			digests[r.SHA256] = true
			if r.Headers[policy] == "" || r.Headers[hsts] == "" || r.Headers["X-Content-Type-Options"] != "nosniff" {
				t.Errorf("%s: %s has the headers %v", service, r.Path, r.Headers)
			}
			if (r.Headers["Location"] != "") != (r.Status == 307 || r.Status == 308) {
				t.Errorf("%s: %s is answered %d, to %q", service, r.Path, r.Status, r.Headers["Location"])
			}
		}
		site := os.DirFS(path.Join("../../services", service, "site"))
		err := fs.WalkDir(site, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := fs.ReadFile(site, name)
			if path.Ext(name) == ".gz" { // as it is before a Content-Encoding
				content = unpacked(t, content)
			}
			if !digests[digest(content)] {
				t.Errorf("%s: %s is not on the list", service, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func unpacked(t *testing.T, content []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A path of the list stands for others each time, and none keeps a parameter.
func TestAddresses(t *testing.T) {
	t.Parallel()
	first := address("/d/{transfer_id}")
	if first == address("/d/{transfer_id}") || strings.ContainsAny(address("/{locale}/v/"), "{}") {
		t.Errorf("%s, twice", first)
	}
	if got := address("/how"); got != "/how" {
		t.Errorf("%s, not /how", got)
	}
}
