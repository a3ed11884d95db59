package setup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

const (
	version  = "v3.232.0"
	provider = "6.83.2"
	module   = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
)

// machine is one with a checkout, what every system has, and a network.
type machine struct {
	*internet
	dir string
	bin string // where programs are, on its PATH
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{internet: newInternet(t), dir: t.TempDir()}
	m.bin = filepath.Join(m.dir, "bin")
	if err := os.Mkdir(m.bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"bash", "cat", "chmod", "curl", "dirname", "env", "find", "grep", "gzip", "head", "mkdir", "mktemp", "mv", "rm",
		"sed", "sha256sum", "tail", "tar", "timeout",
	} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("SKIPPED, nothing was tested: %v; tools/setup installs it", err)
		}
		if err := os.Symlink(path, filepath.Join(m.bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile(filepath.Join("..", "..", "tools", "pulumi"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(m.dir, "tools", "pulumi"), script, 0o700)
	m.program(t, "go", fmt.Sprintf(`case $1 in
list) printf '%s\nv%s\n' ;;
env) case $2 in GOHOSTOS) echo %s ;; GOHOSTARCH) echo %s ;; esac ;;
build)
  [ ! -e %s/unbuildable ] || { echo "no such module"; exit 1; }
  for package; do :; done
  mkdir -p "$3"
  printf '#!/usr/bin/env bash\nexit 0\n' >"$3/${package##*/}"
  chmod +x "$3/${package##*/}" ;;
esac`, version, provider, runtime.GOOS, runtime.GOARCH, m.dir))
	return m
}

// program puts one on the machine's PATH, which notes how it is called.
func (m *machine) program(t *testing.T, name, body string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	put(t, filepath.Join(m.bin, name), m.noting(name, body), 0o700)
}

func (m *machine) noting(name, body string) []byte {
	return fmt.Appendf(nil, "#!/usr/bin/env bash\necho %s \"$@\" >>%s/calls\n%s\n", name, m.dir, body)
}

// release puts one at both hosts, where its sum is as told.
func (m *machine) release(t *testing.T, sum func(file []byte) [sha256.Size]byte) {
	t.Helper()
	processor := strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
	name := "pulumi-" + version + "-" + runtime.GOOS + "-" + processor + ".tar.gz"
	var file bytes.Buffer
	packed := gzip.NewWriter(&file)
	w := tar.NewWriter(packed)
	for _, program := range []string{"pulumi", "pulumi-language-go", "pulumi-language-nodejs"} {
		content := m.noting("released", "")
		header := &tar.Header{Name: "pulumi/" + program, Size: int64(len(content)), Mode: 0o755}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	m.serve(files+"/releases/sdk/"+name, file.Bytes())
	m.serve(sums+"/pulumi/pulumi/releases/download/"+version+"/pulumi-"+version[1:]+"-checksums.txt",
		fmt.Appendf(nil, "%x  another-%s\n%x  %s\n", sha256.Sum256(nil), name, sum(file.Bytes()), name))
}

// run runs tools/pulumi.
func (m *machine) run(t *testing.T) (folder, complaint string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(m.dir, "tools", "pulumi"))
	cmd.Env = []string{"PATH=" + m.bin, "HOME=" + m.dir, "CURL_HOME=" + m.home}
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(said.String()), complained.String(), cmd.ProcessState.ExitCode()
}

// calls answers what was called with arguments that hold a text.
func (m *machine) calls(t *testing.T, text string) int {
	t.Helper()
	all, err := os.ReadFile(filepath.Join(m.dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(all), text)
}

// kept is where what was got is.
func (m *machine) kept() string { return filepath.Join(m.dir, ".tools", "pulumi", version) }

func TestTheReleasedPulumiIsFetchedOnce(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.release(t, sha256Of)
	for range 2 {
		folder, complaint, code := m.run(t)
		if folder != m.kept() || code != 0 {
			t.Fatalf("found %q, %d: %s", folder, code, complaint)
		}
	}
	if n := m.requests(); n != 2 {
		t.Errorf("%d requests: %q", n, m.fetched)
	}
	if n := m.calls(t, "released plugin install resource aws "+provider+" --exact\n"); n != 2 {
		t.Errorf("the provider was asked for %d times", n)
	}
	names, err := filepath.Glob(filepath.Join(m.dir, ".tools", "pulumi", "*", "*"))
	if err != nil || len(names) != 2 {
		t.Errorf("kept are %q, %v", names, err)
	}
}

func sha256Of(file []byte) [sha256.Size]byte { return sha256.Sum256(file) }

// It runs nothing else in its place, either: somebody ought to look.
func TestAPulumiThatIsNotTheReleasedOneIsRefused(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.release(t, func(file []byte) [sha256.Size]byte { return sha256.Sum256(file[1:]) })
	folder, complaint, code := m.run(t)
	if folder != "" || code != 1 || !strings.Contains(complaint, "not the file that its release names") {
		t.Errorf("found %q, %d: %s", folder, code, complaint)
	}
	if _, err := os.Stat(m.kept()); err == nil || m.calls(t, "released") > 0 || m.calls(t, "go build") > 0 {
		t.Error("it was used")
	}
}

func TestNothingIsFetchedInTheClear(t *testing.T) {
	t.Parallel()
	m, plain := newMachine(t), &internet{}
	m.release(t, sha256Of)
	m.program(t, "pulumi", "echo v1.0.0")
	m.move(newPlainServer(t, plain))
	if folder, complaint, code := m.run(t); folder != m.bin || code != 0 {
		t.Errorf("found %q, %d: %s", folder, code, complaint)
	}
	if plain.requests() > 0 {
		t.Errorf("fetched %q", plain.fetched)
	}
}

func TestWhichPulumiIsTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		present       string // version of the one on PATH
		released      bool
		kept, fetches bool
		builds        int
	}{
		"the right one is there":                        {present: version, released: true},
		"another is there, and a release can be had":    {present: "v3.1.0", released: true, kept: true, fetches: true},
		"another is there, and no release can be had":   {present: "v3.1.0", fetches: true},
		"none is there, and only its modules to be had": {kept: true, fetches: true, builds: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			if c.released {
				m.release(t, sha256Of)
			}
			want := m.bin
			if c.kept {
				want = m.kept()
			}
			if c.present != "" {
				m.program(t, "pulumi", "echo "+c.present)
			}
			if folder, complaint, code := m.run(t); folder != want || code != 0 {
				t.Errorf("found %q, %d: %s; want %q", folder, code, complaint, want)
			}
			if n := m.requests(); n > 0 != c.fetches {
				t.Errorf("fetched %q", m.fetched)
			}
			if n := m.calls(t, "go build "); n != c.builds {
				t.Errorf("built %d programs, want %d", n, c.builds)
			}
			if c.builds > 0 && m.calls(t, "go mod edit -require=github.com/pulumi/pulumi/pkg/v3@"+version+"\n") != 1 {
				t.Error("it is not of the version that is asked for")
			}
		})
	}
}

// What cannot be had is said with its reason, and tried once.
func TestAPulumiThatCannotBeHad(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	put(t, filepath.Join(m.dir, "unbuildable"), nil, 0o600)
	for range 2 {
		folder, complaint, code := m.run(t)
		if folder != "" || code != 69 {
			t.Errorf("found %q, %d: %s", folder, code, complaint)
		}
		for _, want := range []string{"404", "pulumi " + version + " cannot be built: no such module"} {
			if !strings.Contains(complaint, want) {
				t.Errorf("it does not say %q: %s", want, complaint)
			}
		}
	}
	if n := m.requests(); n != 1 {
		t.Errorf("%d requests", n)
	}
	if n := m.calls(t, module); n != 1 {
		t.Errorf("built %d times", n)
	}
	m.program(t, "pulumi", "echo "+version)
	if folder, complaint, code := m.run(t); folder != m.bin || code != 0 {
		t.Errorf("with one on PATH found %q, %d: %s", folder, code, complaint)
	}
}

func TestAPulumiWithoutItsProvider(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.program(t, "pulumi", `[ "$1" != version ] || { echo `+version+`; exit; }
echo "installing"; echo "warning: no such host"; echo "error: failed all 5 attempts"; exit 1`)
	folder, complaint, code := m.run(t)
	want := "pulumi: its provider for AWS, v" + provider + ", could not be had: no such host\n"
	if folder != "" || code != 69 || complaint != want {
		t.Errorf("found %q, %d: %s", folder, code, complaint)
	}
	m.program(t, "pulumi-resource-aws", "")
	if folder, complaint, code := m.run(t); folder != m.bin || code != 0 {
		t.Errorf("with one on PATH found %q, %d: %s", folder, code, complaint)
	}
}
