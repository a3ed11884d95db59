package modules

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/release/git"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
)

// source answers the files of the repository that the modules are of, as they are.
func source(t *testing.T) map[string]string {
	t.Helper()
	root := git.Repo{Dir: filepath.Join("..", "..")}
	names := run(t, root, append([]string{
		"ls-files", "--cached", "--others", "--exclude-standard", "LICENSE",
	}, Folders...)...)
	files := map[string]string{}
	for name := range strings.Lines(names) {
		name = strings.TrimSpace(name)
		about, err := os.Lstat(filepath.Join(root.Dir, name))
		if os.IsNotExist(err) || err == nil && !about.Mode().IsRegular() {
			continue // it is about to be deleted, or a link, which the go command leaves out
		}
		text, err := os.ReadFile(filepath.Join(root.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	return files
}

// TestGoInstall does what the README says, with the go command and git themselves: the
// address of the modules is a site whose pages, those that say that there is no such
// page among them, tell where the repository is.
func TestGoInstall(t *testing.T) {
	t.Parallel()
	work, remote := checkout(t, source(t))
	if _, err := (Publisher{Repo: work, Remote: "origin"}).Publish(t.Context(), v040); err != nil {
		t.Fatal(err)
	}
	const repository = "https://git.example.org/owner/name"
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect || r.URL.Host != "sgraph.ai" {
			http.Error(w, "there is only the site", http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`<!doctype html><head><meta name="go-import" content="` + Import(repository) + `"></head>`))
	}))
	t.Cleanup(site.Close)

	elsewhere, bin := t.TempDir(), t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "install", "sgraph.ai/send/cli/cmd/sgsend@v0.4.0")
	cmd.Dir = elsewhere
	cmd.Env = append(os.Environ(),
		// What others made is taken from where the go command has kept it, and compiled as everywhere.
		"GOPROXY=file://"+filepath.ToSlash(goEnv(t, "GOMODCACHE"))+"/cache/download", "GOSUMDB=off", "GOWORK=", "GOENV=off",
		"GONOPROXY="+Root, "GOINSECURE="+Root, "GOMODCACHE="+t.TempDir(), "GOFLAGS=-trimpath -modcacherw", "GOBIN="+bin,
		"HTTP_PROXY="+site.URL, "HTTPS_PROXY="+site.URL, "NO_PROXY=", "http_proxy=", "https_proxy=", "no_proxy=",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url."+remote.Dir+".insteadOf", "GIT_CONFIG_VALUE_0="+repository,
	)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	sgsend := filepath.Join(bin, "sgsend")
	if said, err := exec.CommandContext(t.Context(), sgsend, "--version").Output(); err != nil ||
		!strings.Contains(string(said), "v0.4.0") {
		t.Errorf("it is %s (%v)", said, err)
	}
	sendsAndReceives(t, sgsend)
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

var served = regexp.MustCompile(`Send and receive\s+(http://\S+)\s`)

// sendsAndReceives has a file go through the pages' own service, which is in the binary.
func sendsAndReceives(t *testing.T, sgsend string) {
	t.Helper()
	data, dir := t.TempDir(), t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	serve := exec.CommandContext(ctx, sgsend, "serve")
	serve.Env = append(os.Environ(),
		"SEND__USER_ADDR=127.0.0.1:0", "SEND__ADMIN_ADDR=127.0.0.1:0", "SEND__DISK_PATH="+data)
	var out, log logtest.Buffer
	serve.Stdout, serve.Stderr = &out, &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = serve.Wait() // it was killed
	})
	url := ""
	select {
	case <-out.When(func(said string) bool {
		if found := served.FindStringSubmatch(said); found != nil {
			url = found[1]
		}
		return url != ""
	}):
	case <-time.After(2 * time.Minute):
		t.Fatalf("serve did not say where it is:\n%s\n%s", &out, &log)
	}
	token, err := os.ReadFile(filepath.Join(data, "access-token"))
	if err != nil {
		t.Fatal(err)
	}
	sgsendIn := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), sgsend, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "SGSEND_SERVER="+url, "SGSEND_TOKEN="+strings.TrimSpace(string(token)))
		said, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, said)
		}
		return strings.TrimSpace(string(said))
	}
	put(t, filepath.Join(dir, "a.txt"), "what goes round\n")
	sgsendIn("receive", "--output", "b.txt", sgsendIn("send", "a.txt"))
	if got, err := os.ReadFile(filepath.Join(dir, "b.txt")); err != nil || string(got) != "what goes round\n" {
		t.Errorf("%q arrived (%v)", got, err)
	}
	page, err := asking.Client.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	html, err := io.ReadAll(page.Body)
	if err != nil || page.StatusCode != http.StatusOK || !bytes.Contains(html, []byte("<send-page")) {
		t.Errorf("the page to send from answers %d, %v:\n%.300s", page.StatusCode, err, html)
	}
}
