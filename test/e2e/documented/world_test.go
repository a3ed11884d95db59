package documented

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/pulumi"
)

const region = moto.Region

// world is what all sessions are in.
type world struct {
	t *testing.T

	sgsend   func() string  // the command
	service  func() service // that pages speak of
	released func() string  // a folder with a release's files
	registry func() string  // where an image is, in place of ghcr.io
	aws      string         // an endpoint

	mu      sync.Mutex
	tried   []string            // pages
	lacking map[string]error    // why a program is not here; nothing, if it is
	skipped map[string][]string // pages with a command of one that is not
	asked   map[string]bool     // what Google's command was asked
	seen    map[string]bool     // what of programs and elsewhere a page has
}

func begin(t *testing.T) *world {
	t.Helper()
	pulumi.Need(t)
	w := &world{
		t: t, lacking: map[string]error{}, skipped: map[string][]string{}, seen: map[string]bool{},
		asked: map[string]bool{},
	}
	w.sgsend = sync.OnceValue(w.build)
	w.service = sync.OnceValue(w.serve)
	w.released = sync.OnceValue(w.makeRelease)
	w.registry = sync.OnceValue(w.pushImage)
	w.aws = simulate(t)
	return w
}

// build answers sgsend.
func (w *world) build() string {
	program := filepath.Join(w.t.TempDir(), "sgsend")
	cmd := exec.Command("go", "build", "-o", program, "./cli/cmd/sgsend")
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		w.t.Errorf("sgsend cannot be built: %v\n%s", err, said)
	}
	return program
}

// service is one that runs, and has something in it.
type service struct {
	url, token string
	data       string // its folder
	link       string // of what was sent
}

func (w *world) serve() service {
	t, s := w.t, service{data: w.t.TempDir()}
	address := make([]string, 2)
	for i := range address {
		ln := httptest.NewServer(nil)
		address[i] = strings.TrimPrefix(ln.URL, "http://")
		ln.Close()
	}
	var said bytes.Buffer
	cmd := exec.Command(w.sgsend(), "serve")
	cmd.Env = append(os.Environ(),
		"SEND__DISK_PATH="+s.data, "SEND__USER_ADDR="+address[0], "SEND__ADMIN_ADDR="+address[1])
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return s
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // as it was told
	})
	s.url = "http://" + address[0]
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		kept, _ := os.ReadFile(filepath.Join(s.data, "access-token"))
		s.token = strings.TrimSpace(string(kept))
		if res, err := asking.Client.Get(s.url + "/info/ready"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK && s.token != "" {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Error("the service does not answer")
			return s
		}
	}
	archive := filepath.Join(t.TempDir(), "photos.tar.gz")
	if said, err := exec.Command("tar", "-czf", archive, "-C", root, "docs/pictures").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	send := exec.Command(w.sgsend(), "send", archive)
	send.Env = append(os.Environ(), "SGSEND_SERVER="+s.url, "SGSEND_TOKEN="+s.token)
	link, err := send.Output()
	if err != nil {
		t.Errorf("sending: %v", err)
	}
	s.link = strings.TrimSpace(string(link))
	return s
}

// simulate answers the endpoint of a simulated AWS, which opens sessions, too.
func simulate(t *testing.T) string {
	t.Helper()
	endpoint, err := url.Parse(moto.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	others := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(endpoint) }}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") == "AmazonSSM.StartSession" {
			_, _ = rw.Write([]byte(`{"SessionId":"one","TokenValue":"of it","StreamUrl":"wss://127.0.0.1:1"}`))
			return
		}
		others.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// came remembers that a page is tried.
func (w *world) came(page string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tried = append(w.tried, page)
}

// saw remembers that a page has a program, or a line of elsewhere.
func (w *world) saw(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[what] = true
}

// again says whether Google's command was asked the same before, but for the values: it
// takes its time.
func (w *world) again(args []string) bool {
	var form []string
	for _, arg := range args {
		flag, _, _ := strings.Cut(arg, "=")
		if strings.HasPrefix(flag, "sgraph-send") || strings.Contains(flag, "://") {
			flag = "name"
		}
		form = append(form, flag)
	}
	key := strings.Join(form, " ")
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := w.asked[key]
	w.asked[key] = true
	return asked
}

// lacks says whether this machine has not a program.
func (w *world) lacks(name string, p program) bool {
	w.saw(name)
	w.mu.Lock()
	defer w.mu.Unlock()
	why, known := w.lacking[name]
	if !known && p.here != nil {
		why = p.here()
		w.lacking[name] = why
	}
	return why != nil
}

// skip remembers that a command of a page is not tried, since this machine has not a program.
func (w *world) skip(name, page string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.skipped[name] = append(w.skipped[name], page)
}
