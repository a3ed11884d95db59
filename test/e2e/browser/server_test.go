package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/secrettest"
	"sgraph.ai/send/test/e2e/looks"
)

// server is a running `sgsend serve` with a data folder of its own.
type server struct {
	URL   string // of the user service
	Admin string // of the admin service
	Token string // an access token

	data string
	log  *logtest.Buffer

	dir string   // where sgsend is run against it; "" = here
	env []string // beside this process's
}

// sgsend is the command, built once for all tests; SGSEND names one that is built already.
var sgsend = sync.OnceValues(func() (string, error) {
	if built := os.Getenv("SGSEND"); built != "" {
		return built, nil
	}
	dir, err := os.MkdirTemp("", "sgsend-browser-test-")
	if err != nil {
		return "", err
	}
	builtIn = dir
	binary := filepath.Join(dir, "sgsend")
	build := exec.Command("go", "build", "-o", binary, "./cli/cmd/sgsend")
	build.Dir = filepath.Join("..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cli/cmd/sgsend: %w\n%s", err, out)
	}
	return binary, nil
})

// builtIn is the folder of the command that was built here.
var builtIn string

func TestMain(m *testing.M) {
	code := looks.Main(m)
	if builtIn != "" {
		os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

var (
	userLine  = regexp.MustCompile(`Send and receive\s+(http://\S+)\s`)
	adminLine = regexp.MustCompile(`Admin console\s+(http://\S+)\s`)
)

// serve starts a server and stops it when the test ends.
func serve(t testing.TB, settings ...string) *server {
	t.Helper()
	binary, err := sgsend()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{data: t.TempDir(), log: &logtest.Buffer{}}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, binary, "serve")
	cmd.Env = append(os.Environ(),
		"SEND__USER_ADDR=127.0.0.1:0", "SEND__ADMIN_ADDR=127.0.0.1:0", "SEND__DISK_PATH="+s.data)
	cmd.Env = append(cmd.Env, settings...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	var out logtest.Buffer
	cmd.Stdout, cmd.Stderr = &out, s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was told to stop; how it does is tested elsewhere
	})

	select {
	case <-out.When(s.readStart):
	case <-time.After(patience):
		t.Fatalf("sgsend serve did not say where it is and with which token:\n%s\n%s", &out, s.log)
	}
	return s
}

// readStart takes from what a server prints where it is, and a token from where
// it is kept.
func (s *server) readStart(out string) bool {
	url, admin := userLine.FindStringSubmatch(out), adminLine.FindStringSubmatch(out)
	token, err := os.ReadFile(filepath.Join(s.data, "access-token"))
	if url == nil || admin == nil || err != nil {
		return false
	}
	s.URL, s.Admin, s.Token = url[1], admin[1], strings.TrimSpace(string(token))
	return true
}

// info is what the server says about a transfer.
func (s *server) info(t *testing.T, id string) (info struct {
	Status    string    `json:"status"`
	Downloads int       `json:"download_count"`
	Max       int       `json:"max_downloads"`
	Hint      string    `json:"content_type_hint"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}) {
	t.Helper()
	res, err := asking.Client.Get(s.URL + "/api/transfers/info/" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&info); err != nil {
		t.Fatal(err)
	}
	return info
}

// behind puts a proxy before the server, for what networks do: spoil may replace the writer of an answer, or answer
// itself and return nil.
func (s *server) behind(
	t *testing.T, spoil func(http.ResponseWriter, *http.Request) http.ResponseWriter,
) (origin string) {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if w = spoil(w, r); w != nil {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	return front.URL
}

// keep makes a transfer of a ciphertext, as an old client would have.
func (s *server) keep(t *testing.T, sealed []byte, hint, id string) string {
	t.Helper()
	id, err := s.keepUntil(t, sealed, hint, id, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// keepUntil fails where the transfer is over before it is complete.
func (s *server) keepUntil(
	t *testing.T, sealed []byte, hint, id string, expires time.Time,
) (created string, err error) {
	t.Helper()
	return s.create(t, sealed, map[string]any{
		"content_type_hint": hint, "transfer_id": id, "expires_at": expires.UTC().Format(time.RFC3339Nano),
	})
}

// create makes a transfer with these fields.
func (s *server) create(t *testing.T, sealed []byte, fields map[string]any) (created string, err error) {
	t.Helper()
	body, _ := json.Marshal(fields)
	var reply struct {
		ID string `json:"transfer_id"`
	}
	answer, err := s.post(t, "/transfers/create", "application/json", body)
	if err == nil {
		err = json.Unmarshal(answer, &reply)
	}
	if err == nil {
		_, err = s.post(t, "/transfers/upload/"+reply.ID, "application/octet-stream", sealed)
	}
	if err == nil {
		_, err = s.post(t, "/transfers/complete/"+reply.ID, "", nil)
	}
	return reply.ID, err
}

func (s *server) post(t *testing.T, path, contentType string, body []byte) (answer []byte, err error) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("x-sgraph-access-token", s.Token)
	res, err := asking.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("POST %s: %s: %s", path, res.Status, answer)
	}
	return answer, err
}

// stored is how many bytes the server keeps, the ledger included.
func (s *server) stored(t *testing.T) (bytes int64) {
	t.Helper()
	_ = filepath.WalkDir(s.data, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // it may go while we look
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// mustNotKnow searches every stored byte and log line for what the server must never have.
func (s *server) mustNotKnow(t *testing.T, secrets map[string]string) {
	t.Helper()
	kept := secrettest.Kept{"the log": s.log.String()}
	kept.AddFiles(t, s.data)
	delete(kept, filepath.Join(s.data, "access-token")) // for whoever runs it, where there is no terminal to print it on
	if len(kept) < 2 {
		t.Error("the data folder is empty: nothing was searched")
	}
	kept.Lacks(t, secrets)
}
