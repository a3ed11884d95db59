// Package targets runs the service as what lies in deploy/ says to others how to
// run it: the same command, environment, ports, probes and signals.
package targets

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/release/image"
	"sgraph.ai/send/shared/envelope"
)

const root = "../../.."

// programs keeps what was built for all tests.
var programs struct {
	dir   string
	mu    sync.Mutex
	built map[string]bool
}

func TestMain(m *testing.M) {
	var err error
	if programs.dir, err = os.MkdirTemp("", "targets"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(programs.dir)
	os.Exit(code)
}

// program builds one of the repository's programs, once.
func program(t *testing.T, from, name string, env ...string) string {
	t.Helper()
	programs.mu.Lock()
	defer programs.mu.Unlock()
	binary := filepath.Join(programs.dir, name)
	if programs.built[name] {
		return binary
	}
	build := exec.Command("go", "build", "-trimpath", "-o", binary, ".")
	build.Dir = filepath.Join(root, from)
	build.Env = append(os.Environ(), env...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s cannot be built: %v\n%s", name, err, out)
	}
	if programs.built == nil {
		programs.built = map[string]bool{}
	}
	programs.built[name] = true
	return binary
}

// sgsend is the command, as the image has it.
func sgsend(t *testing.T) string {
	t.Helper()
	return program(t, "cli/cmd/sgsend", "sgsend", "CGO_ENABLED=0")
}

// fetched has the modules of tools/manifests here, once for all tests.
var fetched = sync.OnceValues(func() (said []byte, err error) {
	download := exec.Command("go", "mod", "download")
	download.Dir = filepath.Join(root, "tools/manifests")
	download.Env = append(os.Environ(), "GOWORK=off")
	return download.CombinedOutput()
})

// manifest reads one of the files of deploy/ as those read it that it is for, with
// an environment.
func manifest(t *testing.T, kind, file string, into any, env ...string) {
	t.Helper()
	if out, err := fetched(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the modules of tools/manifests cannot be fetched: %v\n%s", err, out)
		}
		t.Skipf("SKIPPED, nothing was tested: the modules of tools/manifests cannot be fetched: %v", err)
	}
	binary := program(t, "tools/manifests", "manifests", "GOWORK=off")
	file, err := filepath.Abs(filepath.Join(root, "deploy", file))
	if err != nil {
		t.Fatal(err)
	}
	read(t, file)
	cmd := exec.Command(binary, kind, file)
	cmd.Env = env
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatal(err)
	}
}

// read has Go know that a test depends on a file that others read.
func read(t *testing.T, file string) {
	t.Helper()
	if _, err := os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
}

// imageConfig is how the image is run, whoever builds it.
var imageConfig = image.Config("")

// sendAndReceive sends a file of so many bytes, receives it, and returns its ID.
func sendAndReceive(t testing.TB, origin, token string, transport http.RoundTripper, size int) (id string) {
	t.Helper()
	content := make([]byte, size)
	_, _ = rand.Read(content)
	c := &client.Client{Server: origin, Token: token, Transport: transport}
	sent, err := c.Send(t.Context(), client.File{
		Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content), Size: int64(size),
	}, client.Options{})
	if err != nil {
		t.Fatalf("%d bytes are not sent: %v", size, err)
	}
	var got bytes.Buffer
	if _, err := c.Receive(t.Context(), sent.Link, client.Into(&got)); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Fatalf("%d of %d bytes are received: %v", got.Len(), size, err)
	}
	return sent.Link.ID
}

// eventually waits until something holds.
func eventually(t testing.TB, otherwise string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

// free returns an address at which nobody listens.
func free(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
