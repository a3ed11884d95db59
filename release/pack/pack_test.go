package pack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the checkout.
var root = filepath.Join("..", "..")

// program stands in for sgsend where nobody runs it.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sgsend-linux-amd64")
	if err := os.WriteFile(path, []byte("a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// pages stand in for the manual where nobody reads it.
func pages(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"sgsend.1", "sgsend-send.1", "sgsend.bash", "sgsend.fish", "_sgsend"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("a page\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func pack(t *testing.T, kind Kind, version string) []byte {
	t.Helper()
	p := Package{Root: root, Binary: program(t), Manual: pages(t), Arch: "amd64", Version: version}
	made, err := p.Make(kind)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// ask runs a tool that looks into a package, or skips the test.
func ask(t *testing.T, kind Kind, made []byte, tool string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("SKIPPED, nothing was tested: there is no %s", tool)
	}
	path := filepath.Join(t.TempDir(), "sgsend."+string(kind))
	if err := os.WriteFile(path, made, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool, append(args, path)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", tool, args, err, out, stderr.String())
	}
	return string(out)
}

func TestEqualBinariesMakeEqualPackages(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds {
		one, other := pack(t, kind, "v1.2.3"), pack(t, kind, "v1.2.3")
		if !bytes.Equal(one, other) {
			t.Errorf("two packages of one binary differ: %s", kind)
		}
		if bytes.Equal(one, pack(t, kind, "v1.2.4")) {
			t.Errorf("the version is not in the package: %s", kind)
		}
	}
}

func TestPackageIsWhatAServerNeeds(t *testing.T) {
	t.Parallel()
	t.Run("deb", func(t *testing.T) {
		t.Parallel()
		made := pack(t, Deb, "v1.2.3")
		list := ask(t, Deb, made, "dpkg-deb", "--contents")
		for _, want := range []string{
			"-rwxr-xr-x root/root         9 2000-01-01 00:00 ./usr/bin/sgsend\n",
			"-rw-r----- root/root", "./etc/sgsend/sgsend.env\n",
			"./usr/lib/systemd/system/sgsend.service\n", "./usr/lib/systemd/system/sgsend-user.socket\n",
			"./usr/lib/systemd/system/sgsend@.service.d/hardening.conf\n", "./usr/share/doc/sgsend/copyright\n",
			"./usr/share/man/man1/sgsend.1.gz\n", "./usr/share/man/man1/sgsend-send.1.gz\n",
			"./usr/share/bash-completion/completions/sgsend\n", "./usr/share/zsh/vendor-completions/_sgsend\n",
			"./usr/share/fish/vendor_completions.d/sgsend.fish\n",
		} {
			if !strings.Contains(list, want) {
				t.Errorf("there is no %q in\n%s", want, list)
			}
		}
		fields := ask(t, Deb, made, "dpkg-deb", "--field")
		for _, want := range []string{
			"Package: sgsend\n", "Version: 1.2.3-1\n", "Architecture: amd64\n", "Depends: systemd\n",
		} {
			if !strings.Contains(fields, want) {
				t.Errorf("there is no %q in\n%s", want, fields)
			}
		}
		if kept := control(t, made, "conffiles"); kept != "/etc/sgsend/sgsend.env\n" {
			t.Errorf("dpkg keeps what an operator wrote of %q", kept)
		}
	})
	t.Run("rpm", func(t *testing.T) {
		t.Parallel()
		made := pack(t, RPM, "v1.2.3")
		said := ask(t, RPM, made, "rpm", "--query", "--queryformat",
			"%{NVRA}\n[%{FILEMODES:perms} %{FILEUSERNAME} %{FILENAMES} %{FILEFLAGS:fflags}\n]", "--package")
		for _, want := range []string{
			"sgsend-1.2.3-1.x86_64\n", "-rwxr-xr-x root /usr/bin/sgsend \n", "-rw-r----- root /etc/sgsend/sgsend.env cn\n",
			" /usr/lib/systemd/system/sgsend@user.socket \n", " /usr/lib/sysusers.d/sgsend.conf \n",
			" /usr/share/man/man1/sgsend.1.gz ", " /usr/share/zsh/site-functions/_sgsend \n",
		} {
			if !strings.Contains(said, want) {
				t.Errorf("there is no %q in\n%s", want, said)
			}
		}
	})
}

// control reads a file of a Debian package's control archive, its second member.
func control(t *testing.T, made []byte, name string) string {
	t.Helper()
	_, after, _ := bytes.Cut(made, []byte("`\n"))
	_, after, _ = bytes.Cut(after, []byte("`\n"))
	unzipped, err := gzip.NewReader(bytes.NewReader(after))
	if err != nil {
		t.Fatal(err)
	}
	unzipped.Multistream(false)
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if filepath.Base(header.Name) == name {
			text, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
}

func TestEveryVersionIsOneOfTheirs(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"v1.2.3": "1.2.3", "": "0~dev", "dev": "0~dev.dev", "v1.2.3-4-gabc-dirty": "0~dev.v1.2.3.4.gabc.dirty",
	} {
		if got := (Package{Version: version}).version(); got != want {
			t.Errorf("%q became %q", version, got)
		}
	}
	for _, kind := range Kinds {
		pack(t, kind, "")
	}
}

func TestNoPackageIsMadeOfNothing(t *testing.T) {
	t.Parallel()
	manual, empty := pages(t), t.TempDir()
	for want, p := range map[string]Package{
		"does not exist": {
			Root: root, Binary: filepath.Join(t.TempDir(), "sgsend"), Manual: manual, Arch: "amd64", Version: "v1.2.3",
		},
		"not released":          {Root: root, Binary: program(t), Manual: manual, Arch: "mips", Version: "v1.2.3"},
		"deploy/systemd/sgsend": {Root: t.TempDir(), Binary: program(t), Manual: manual, Arch: "arm64", Version: "v1.2.3"},
		"is not whole":          {Root: root, Binary: program(t), Manual: empty, Arch: "arm64", Version: "v1.2.3"},
		"the manual of sgsend":  {Root: root, Binary: program(t), Arch: "arm64", Version: "v1.2.3"},
	} {
		for _, kind := range Kinds {
			if _, err := p.Make(kind); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("want %q, got %v", want, err)
			}
		}
	}
	if _, err := (Package{Root: root, Binary: program(t), Manual: manual, Arch: "amd64"}).Make("apk"); err == nil {
		t.Error("a package of an unknown kind was made")
	}
}

func TestAllAreBesideTheirBinaries(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"sgsend-linux-amd64", "sgsend-linux-arm64", "sgsend-darwin-arm64"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := all(root, dir, "v1.2.3", pages(t)); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range made {
		made[i] = filepath.Base(path)
	}
	if got := strings.Join(made, " "); got != "sgsend-linux-amd64.deb sgsend-linux-amd64.rpm "+
		"sgsend-linux-arm64.deb sgsend-linux-arm64.rpm" {
		t.Error(got)
	}
}
