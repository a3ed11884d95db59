package serve_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/internal/child"
	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/secrettest"
	"sgraph.ai/send/shared/wire"
)

// A child of the tests is the command itself.
func TestMain(m *testing.M) {
	if as := os.Getenv("SERVE_AS_CHILD"); as != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		var err error
		if as == "secrets" {
			err = serve.Secrets(ctx, os.Getenv, os.Stdout)
		} else {
			err = serve.Run(ctx, os.Getenv, serve.Console{
				Out: os.Stdout, Log: os.Stderr, Terminal: os.Getenv("SERVE_LOOKED_ON") != "",
				LogShown: os.Getenv("SERVE_LOG_SHOWN") != "",
			})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// server is a running child.
type server struct {
	t           testing.TB
	cmd         *exec.Cmd
	user, admin string // origins
	token, key  string
	out, log    *logtest.Buffer
	ended       chan error
}

func start(t testing.TB, dir string, env ...string) *server {
	t.Helper()
	return run(t, exec.Command(os.Args[0]), dir, env...)
}

// run is start by a command that becomes the child.
func run(t testing.TB, cmd *exec.Cmd, dir string, env ...string) *server {
	t.Helper()
	cmd.Env = append([]string{
		"SERVE_AS_CHILD=1", "SEND__DISK_PATH=" + dir, "SEND__USER_ADDR=127.0.0.1:0", "SEND__ADMIN_ADDR=127.0.0.1:0",
		"SEND__RATE_LIMITS=off", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
	}, env...)
	p := child.Start(t, cmd)
	return &server{
		t: t, cmd: cmd, out: p.Out, log: p.Log, ended: p.Ended,
		user: p.Told(t, "Send and receive"), admin: p.Told(t, "Admin console"),
		token: kept(t, dir, "access-token"), key: kept(t, dir, "api-key"),
	}
}

// shown is what is printed to whoever asks for the secrets, with the same settings.
func (s *server) shown() (string, error) {
	asked := exec.Command(os.Args[0])
	asked.Env = append(slices.Clone(s.cmd.Env), "SERVE_AS_CHILD=secrets")
	printed, err := asked.Output()
	return string(printed), err
}

// kept returns a secret that a server keeps beside its data; "" where it keeps none.
func kept(t testing.TB, dir, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}

// wait waits until as much was done on the server as the channel holds, however
// long that takes; but a server that is stuck, or ends, is a fault.
func (s *server) wait(done chan struct{}) {
	s.t.Helper()
	for range cap(done) {
		select {
		case <-done:
		case err := <-s.ended:
			s.t.Fatalf("ended by itself: %v\n%s", err, s.log)
		case <-time.After(2 * time.Minute):
			s.t.Fatalf("nothing is done any more\n%s", s.log)
		}
	}
}

// call makes a request, as [child.Call] does.
func (s *server) call(method, url string, body io.Reader, headers ...string) (int, []byte) {
	return child.Call(method, url, body, headers...)
}

func (s *server) send(method, path string, body []byte) (int, map[string]any) {
	status, b := s.call(method, s.user+path, bytes.NewReader(body), "x-sgraph-access-token", s.token)
	var m map[string]any
	json.Unmarshal(b, &m)
	return status, m
}

// sealed is ciphertext as far as a server can tell.
func sealed(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func TestEveryAcknowledgedByteOutlivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)

	type sent struct {
		id       string
		body     []byte
		uploaded bool // acknowledged
		complete bool // acknowledged
	}
	var (
		mu  sync.Mutex
		all []*sent
		wg  sync.WaitGroup
	)
	enough := make(chan struct{}, 30) // transfers to tell by, however long they take
	for range 6 {
		wg.Go(func() {
			for {
				status, m := s.send("POST", "/api/transfers/create", nil)
				if status != 200 {
					return
				}
				x := &sent{id: m["transfer_id"].(string), body: sealed(300_000)}
				mu.Lock()
				all = append(all, x)
				mu.Unlock()
				if status, _ := s.send("POST", "/api/transfers/upload/"+x.id, x.body); status != 200 {
					return
				}
				x.uploaded = true
				if len(x.id)%2 == 0 && x.id[0] < '4' { // some are never completed
					continue
				}
				if status, _ := s.send("POST", "/api/transfers/complete/"+x.id, nil); status != 200 {
					return
				}
				x.complete = true
				select {
				case enough <- struct{}{}:
				default:
				}
			}
		})
	}
	s.wait(enough)
	s.cmd.Process.Signal(syscall.SIGKILL)
	<-s.ended
	wg.Wait()

	again := start(t, dir)
	if again.token != s.token || again.key != s.key {
		t.Error("the token or the key changed with the restart")
	}
	var completed, uploaded int
	for _, x := range all {
		status, info := again.send("GET", "/api/transfers/info/"+x.id, nil)
		if status != 200 {
			t.Fatalf("a transfer that was acknowledged is gone: %d", status)
		}
		if x.complete && info["status"] != "completed" {
			t.Fatalf("a completed transfer is %v", info["status"])
		}
		if x.uploaded && !x.complete {
			uploaded++
			if status, m := again.send("POST", "/api/transfers/complete/"+x.id, nil); status != 200 {
				t.Fatalf("an acknowledged upload cannot be completed: %d %v", status, m)
			}
			info["status"] = "completed"
		}
		if info["status"] == "completed" {
			completed++
			status, b := again.call("GET", again.user+"/api/transfers/download/"+x.id, nil)
			if status != 200 || !bytes.Equal(b, x.body) {
				t.Fatalf("a completed transfer has other bytes: status %d, %d bytes", status, len(b))
			}
		}
	}
	t.Logf("%d transfers begun, %d uploaded only, %d whole after the kill", len(all), uploaded, completed)
	if completed < 5 {
		t.Fatal("too few transfers to tell anything")
	}
	if status, _ := again.call("GET", again.admin+"/tokens/list", nil, "X-API-Key", again.key); status != 200 {
		t.Fatalf("the admin service answers %d", status)
	}
}

func TestASignalLetsUploadsFinish(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	_, m := s.send("POST", "/api/transfers/create", nil)
	id := m["transfer_id"].(string)

	body := sealed(1 << 20)
	r, w := io.Pipe()
	answered := make(chan int, 1)
	go func() {
		status, _ := s.call("POST", s.user+"/api/transfers/upload/"+id, r, "x-sgraph-access-token", s.token)
		answered <- status
	}()
	w.Write(body[:1<<19])
	// The kernel takes that much before the service has seen anything of it.
	eventually(t, "the upload has not begun", func() bool {
		written, err := os.ReadDir(filepath.Join(dir, "transfers", "temporary"))
		return err == nil && len(written) > 0
	})
	s.cmd.Process.Signal(syscall.SIGTERM)
	eventually(t, "new requests are still answered", func() bool {
		status, _ := s.call("GET", s.user+"/info/health", nil)
		return status == 0
	})
	w.Write(body[1<<19:])
	w.Close()
	if status := <-answered; status != 200 {
		t.Fatalf("the upload under way answered %d", status)
	}
	if err := <-s.ended; err != nil {
		t.Fatalf("did not end cleanly: %v\n%s", err, s.log)
	}
}

// eventually waits until something holds that has to.
func eventually(t testing.TB, otherwise string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

// plaintext is what a client sends that forgot to encrypt.
var plaintext = []byte(strings.Repeat("canary-plaintext ", 10_000))

// sendPlaintext sends it in every way there is, as long and as short text, and
// looks into the store as soon as it is refused.
func (s *server) sendPlaintext(t *testing.T, dir, id string) {
	t.Helper()
	stored := func() int {
		kept := secrettest.Kept{}
		kept.AddFiles(t, filepath.Join(dir, "transfers"))
		return len(kept)
	}
	lacks := func(way string) {
		t.Helper()
		kept := secrettest.Kept{"the log": s.log.String(), "what it prints": s.out.String()}
		kept.AddFiles(t, dir)
		kept.Lacks(t, map[string]string{
			way + ": plaintext":           "canary-plaintext",
			way + ": plaintext in base64": base64.StdEncoding.EncodeToString(plaintext[:48]),
		})
	}
	whole := "/api/transfers/upload/" + id
	complete := func() int {
		status, _ := s.send("POST", "/api/transfers/complete/"+id, nil)
		return status
	}
	asJSON := func(b []byte) []byte { return []byte(`{"data":"` + base64.StdEncoding.EncodeToString(b) + `"}`) }
	putURL := func() string {
		_, m := s.send("GET", "/api/presigned/upload-url/"+id, nil)
		return m["upload_url"].(string)
	}
	put := func(to string, body io.Reader) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", to, body)
		if err != nil {
			t.Fatal(err)
		}
		res, err := asking.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode, res.Header.Get("ETag")
	}
	ways := map[string]func(plain []byte) int{
		"upload":  func(plain []byte) int { status, _ := s.send("POST", whole, plain); return status },
		"as JSON": func(plain []byte) int { status, _ := s.send("POST", whole, asJSON(plain)); return status },
		"in the query": func(plain []byte) int {
			data := url.QueryEscape(base64.StdEncoding.EncodeToString(plain[:1000]))
			status, _ := s.send("POST", whole+"?data="+data, nil)
			return status
		},
		"of a length that is not told": func(plain []byte) int {
			status, _ := s.call("POST", s.user+whole, io.MultiReader(bytes.NewReader(plain)),
				"x-sgraph-access-token", s.token)
			return status
		},
		"put": func(plain []byte) int { status, _ := put(putURL(), bytes.NewReader(plain)); return status },
		"put, of a length that is not told": func(plain []byte) int {
			status, _ := put(putURL(), io.MultiReader(bytes.NewReader(plain)))
			return status
		},
		"parts": func(plain []byte) int {
			_, up := s.send("POST", "/api/presigned/initiate",
				fmt.Appendf(nil, `{"transfer_id":%q,"file_size_bytes":%d}`, id, len(plain)))
			_, etag := put(up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string), bytes.NewReader(plain))
			in, _ := json.Marshal(map[string]any{
				"transfer_id": id, "upload_id": up["upload_id"], "parts": []any{map[string]any{"part_number": 1, "etag": etag}},
			})
			s.send("POST", "/api/presigned/complete", in)
			return complete()
		},
	}
	before := stored()
	for way, send := range ways {
		for _, plain := range [][]byte{plaintext, plaintext[:1000]} {
			if status := send(plain); status != 400 {
				t.Errorf("plaintext, %s: answered with %d", way, status)
			}
			if n := stored() - before; n != 0 {
				t.Errorf("plaintext, %s: %d files are kept of what was refused", way, n)
			}
			if status := complete(); status != 404 {
				t.Errorf("plaintext, %s: can be completed, with %d", way, status)
			}
			lacks(way)
		}
	}

	// What is refused before anybody looks at it leaves nothing either.
	in := func(path, token string) int {
		status, _ := s.call("POST", s.user+path, bytes.NewReader(plaintext), "x-sgraph-access-token", token)
		return status
	}
	putTo := func(to string) int { status, _ := put(to, bytes.NewReader(plaintext)); return status }
	part := func() string {
		_, up := s.send("POST", "/api/presigned/initiate", fmt.Appendf(nil, `{"transfer_id":%q,"file_size_bytes":10}`, id))
		return up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
	}
	for way, status := range map[string]int{
		"without a token":         in(whole, ""),
		"with a wrong token":      in(whole, "wrong"),
		"to no transfer":          in("/api/transfers/upload/ffffffffffff", s.token),
		"in place of a request":   in("/api/transfers/create", s.token),
		"in place of a plan":      in("/api/presigned/initiate", s.token),
		"in place of parts":       in("/api/presigned/complete", s.token),
		"to where nothing is":     in("/api/transfers/"+id, s.token),
		"to a spoiled link":       putTo(putURL() + "x"),
		"more than a part may be": putTo(part()),
	} {
		if status < 400 || status >= 500 {
			t.Errorf("plaintext %s: answered with %d", way, status)
		}
	}
	if n := stored() - before; n != 0 {
		t.Errorf("%d files are kept of what was refused", n)
	}
	lacks("what is refused unseen")
}

// An operator who revokes a token can have removed what is pending with it; what is
// complete stays, and what others have pending.
func TestWhatIsPendingWithARevokedTokenIsPurged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	admin := func(path, body string) {
		t.Helper()
		if status, b := s.call("POST", s.admin+path, strings.NewReader(body), "X-API-Key", s.key); status != 200 {
			t.Fatalf("%s answers %d: %s", path, status, b)
		}
	}
	send := func(token, path string, body []byte) map[string]any {
		t.Helper()
		status, b := s.call("POST", s.user+path, bytes.NewReader(body), "x-sgraph-access-token", token)
		var m map[string]any
		if err := json.Unmarshal(b, &m); status != 200 || err != nil {
			t.Fatalf("%s answers %d: %s", path, status, b)
		}
		return m
	}
	uploaded := func(token string) (id string) {
		t.Helper()
		id = send(token, "/api/transfers/create", nil)["transfer_id"].(string)
		send(token, "/api/transfers/upload/"+id, sealed(5000))
		return id
	}
	info := func(id string) int {
		status, _ := s.call("GET", s.user+"/api/transfers/info/"+id, nil)
		return status
	}
	admin("/tokens/create", `{"token_name":"spoiled","usage_limit":1}`)
	complete := uploaded("spoiled")
	pending := []string{uploaded("spoiled"), uploaded("spoiled")}
	inParts := fmt.Appendf(nil, `{"transfer_id":%q,"file_size_bytes":5000}`, pending[1])
	urls := send("spoiled", "/api/presigned/initiate", inParts)["part_urls"].([]any)
	link := urls[0].(map[string]any)["upload_url"].(string)
	if status, b := s.call("PUT", link, bytes.NewReader(sealed(5000))); status != 200 {
		t.Fatalf("a part is answered with %d: %s", status, b)
	}
	send("spoiled", "/api/transfers/complete/"+complete, nil)
	other := uploaded(s.token)
	admin("/tokens/revoke/spoiled", `{"purge":true}`)

	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-s.ended; err != nil {
		t.Fatalf("did not end cleanly: %v\n%s", err, s.log)
	}
	s = start(t, dir) // which sweeps
	stored := func() (n int) {
		kept := secrettest.Kept{}
		kept.AddFiles(t, filepath.Join(dir, "transfers"))
		for _, content := range kept {
			if len(content) >= 5000 {
				n++
			}
		}
		return n
	}
	eventually(t, "what was pending is still there", func() bool {
		return info(pending[0]) == 404 && info(pending[1]) == 404 && stored() == 2
	})
	for _, id := range []string{complete, other} {
		if status := info(id); status != 200 {
			t.Errorf("what was not to go answers %d", status)
		}
	}
	send(s.token, "/api/transfers/complete/"+other, nil)
	eventually(t, "the trail does not tell of it", func() bool {
		_, export := s.call("GET", s.admin+"/audit/export", nil, "X-API-Key", s.key)
		return bytes.Contains(export, []byte(`"token_purged","outcome":"success"`)) &&
			bytes.Count(export, []byte(`"reason":"purged"`)) == 2
	})
}

// What was acknowledged is in the audit trail, and a chain that is cut off by a
// kill goes on.
func TestEveryAcknowledgedActionIsInTheTrailAfterAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	done := map[string]bool{} // events that must be there
	for range 3 {
		s := start(t, dir)
		var mu sync.Mutex
		var running sync.WaitGroup
		enough := make(chan struct{}, 40)
		for range 4 {
			running.Go(func() {
				for {
					status, m := s.send("POST", "/api/transfers/create", nil)
					if status != 200 {
						return
					}
					id := m["transfer_id"].(string)
					mu.Lock()
					done[`"transfer_created","outcome":"success",`+id] = true
					mu.Unlock()
					status, _ = s.call("DELETE", s.user+"/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", "wrong")
					if status != 409 { // it has no secret to be deleted with
						return
					}
					mu.Lock()
					done[`"transfer_deleted","outcome":"denied",`+id] = true
					mu.Unlock()
					select {
					case enough <- struct{}{}:
					default:
					}
				}
			})
		}
		s.wait(enough)
		s.cmd.Process.Signal(syscall.SIGKILL)
		<-s.ended
		running.Wait()
	}

	s := start(t, dir)
	missing := func() (missing []string) {
		_, export := s.call("GET", s.admin+"/audit/export", nil, "X-API-Key", s.key)
		kept := map[string]bool{}
		for line := range strings.SplitSeq(string(export), "\n") {
			var e audit.Event
			if json.Unmarshal([]byte(line), &e) == nil {
				kept[fmt.Sprintf(`"%s","outcome":"%s",%s`, e.Kind, e.Outcome, e.Transfer)] = true
			}
		}
		for event := range done {
			if !kept[event] {
				missing = append(missing, event)
			}
		}
		return missing
	}
	for end := time.Now().Add(2 * time.Minute); len(missing()) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("of %d events are missing %q\n%s", len(done), missing(), s.log)
		}
	}
	_, head := s.call("GET", s.admin+"/audit/head", nil, "X-API-Key", s.key)
	var h audit.Head
	if err := json.Unmarshal(head, &h); err != nil {
		t.Fatalf("%s: %v", head, err)
	}
	_, chain := s.call("GET", s.admin+"/audit/export?form=chain", nil, "X-API-Key", s.key)
	if v, err := audit.Verify(bytes.NewReader(chain), h.Hash); err != nil || v.Events < int64(len(done)) {
		t.Errorf("the chain is %+v, %v", v, err)
	}
}

// handedOut asks for all that is signed, uses it rightly and wrongly, and returns
// what nobody but its holder must have of it.
func (s *server) handedOut(t *testing.T, id string) map[string]string {
	t.Helper()
	all := map[string]string{}
	note := func(what, text string) {
		if len(text) > 40 {
			all[what] = text[:40] // it is the signature that it begins with
		}
	}
	for path, reply := range map[string]string{"upload-url": "upload_url", "download-url": "download_url"} {
		_, m := s.send("GET", "/api/presigned/"+path+"/"+id, nil)
		link, _ := m[reply].(string)
		if link == "" {
			continue
		}
		note("signature of "+path, link[strings.LastIndexByte(link, '/')+1:])
		for _, method := range []string{"PUT", "GET", "HEAD", "POST"} {
			s.call(method, link, strings.NewReader("x"))
			s.call(method, link+"x?"+link, strings.NewReader("x"), "Referer", link)
		}
	}
	_, up := s.send("POST", "/api/presigned/initiate", fmt.Appendf(nil, `{"transfer_id":%q,"file_size_bytes":5000}`, id))
	if parts, _ := up["part_urls"].([]any); len(parts) > 0 {
		link := parts[0].(map[string]any)["upload_url"].(string)
		note("signature of a part", link[strings.LastIndexByte(link, '/')+1:])
		s.call("PUT", link, strings.NewReader("x"))
		s.send("POST", fmt.Sprintf("/api/presigned/cancel/%s/%s", id, up["upload_id"]), nil)
	}
	r, err := asking.Client.Get(s.user + "/api/transfers/download/" + id)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	permit := r.Header.Get(wire.DownloadPermit.Name)
	note("permit", permit)
	for _, header := range []string{permit, permit + "x"} {
		s.call("GET", s.user+"/api/transfers/download/"+id+"?permit="+permit, nil, wire.DownloadPermit.Name, header)
		s.call("GET", s.user+"/api/presigned/download-url/"+id, nil, wire.DownloadPermit.Name, header)
	}
	login, err := asking.Client.Post(s.admin+"/auth/login", "application/json",
		strings.NewReader(`{"api_key":"`+s.key+`"}`))
	if err != nil || len(login.Cookies()) != 1 {
		t.Fatal(login, err)
	}
	login.Body.Close()
	cookie := login.Cookies()[0]
	note("session", cookie.Value)
	for _, value := range []string{cookie.Value, cookie.Value + "x"} {
		s.call("GET", s.admin+"/auth/sessions?"+value, nil, "Cookie", cookie.Name+"="+value)
	}
	return all
}

// What the service must not know is planted everywhere and then looked for.
func TestNothingWorthStealingIsStoredOrLogged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const (
		name    = "canary-file-name.txt"
		secret  = "canary-delete-secret"
		other   = "canary-wrong-token"
		custom  = "canary-custom-token"
		service = "canary-service-key"
	)
	s := start(t, dir, "SEND__ADMIN__SERVICE_KEY="+service)
	plain := plaintext[:1700]
	key := envelope.NewKey()
	var ciphertext bytes.Buffer
	meta := envelope.Meta{Filename: name}
	if err := envelope.Encrypt(&ciphertext, key, meta, bytes.NewReader(plain), int64(len(plain))); err != nil {
		t.Fatal(err)
	}
	admin := func(method, path string, body string) {
		t.Helper()
		if status, b := s.call(method, s.admin+path, strings.NewReader(body), "X-API-Key", s.key); status != 200 {
			t.Fatalf("%s %s answers %d: %s", method, path, status, b)
		}
	}
	admin("POST", "/tokens/create", `{"token_name":"`+custom+`"}`)
	admin("GET", "/tokens/lookup/"+custom, "")
	admin("POST", "/tokens/use/"+custom, "")
	admin("GET", "/tokens/list", "")
	s.call("POST", s.admin+"/auth/login", strings.NewReader(`{"api_key":"`+s.key+`"}`), "Content-Type", "application/json")
	s.call("POST", s.admin+"/auth/login", strings.NewReader(`{"api_key":"`+other+`"}`), "Content-Type", "application/json")

	for _, key := range []string{service, other} {
		s.call("GET", s.admin+"/tokens/lookup/"+custom, nil, wire.ServiceKey.Name, key)
		s.call("GET", s.admin+"/tokens/list", nil, wire.ServiceKey.Name, key)
	}

	_, m := s.send("POST", "/api/transfers/create", []byte(`{"delete_auth_hash":"`+strings.Repeat("ab", 32)+`"}`))
	id := m["transfer_id"].(string)
	s.sendPlaintext(t, dir, id)
	handed := s.handedOut(t, id) // before it is complete
	s.send("POST", "/api/transfers/upload/"+id, ciphertext.Bytes())
	if status, m := s.send("POST", "/api/transfers/complete/"+id, nil); status != 200 {
		t.Fatal(status, m)
	}
	for _, path := range []string{
		"/api/transfers/download/" + id, "/api/presigned/download-url/" + id, "/api/transfers/info/" + id,
		"/api/transfers/check-token/" + s.token, "/transfers/check-token/" + other, "/no/such/" + s.token,
		"/api/transfers/info/" + id + "?access_token=" + s.token, "/d/" + id,
		"/d/%23" + id + "/" + key.String(), "/d/" + id + "/" + key.String(), // as some programs spoil links
	} {
		s.call("GET", s.user+path, nil, "x-sgraph-access-token", other, "Referer", s.user+"/d/#"+id+"/"+key.String())
	}
	maps.Copy(handed, s.handedOut(t, id))
	s.call("POST", s.user+"/api/transfers/create?access_token="+s.token,
		strings.NewReader(`{"file_size_bytes":"`+s.token+`"}`))
	s.call("DELETE", s.user+"/api/transfers/delete/"+id, nil, "x-sgraph-transfer-delete-auth", secret)
	s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.ended

	kept := secrettest.Kept{"the log": s.log.String(), "what it prints": s.out.String()}
	kept.AddFiles(t, dir)
	delete(kept, filepath.Join(dir, "api-key")) // for the next start, and for its operator
	delete(kept, filepath.Join(dir, "access-token"))
	if len(kept) < 4 || !strings.Contains(kept["the log"], `"route":"/api/transfers/info/{transfer_id}"`) {
		t.Fatalf("looked at too little: %d files\n%s", len(kept), s.log)
	}
	trail := map[string]bool{}
	for where, content := range kept {
		for _, event := range []string{`"transfer_created","outcome":"success"`, `"login","outcome":"denied"`} {
			if strings.HasSuffix(where, ".ndjson") && strings.Contains(content, event) {
				trail[event] = true
			}
		}
	}
	if len(trail) != 2 {
		t.Errorf("the audit trail has only %v of the 2 events that were looked for", trail)
	}
	kept.Lacks(t, map[string]string{
		"plaintext": "canary-plaintext", "file name": name, "delete secret": secret, "wrong token": other,
		"access token": s.token, "custom token": custom, "file key": key.String(),
		"raw key": string(key[:]), "API key": s.key, "service key": service,
	})
	if len(handed) != 5 {
		t.Errorf("%v was handed out", slices.Collect(maps.Keys(handed)))
	}
	kept.Lacks(t, handed)
	delete(kept, "what it prints") // says where it is
	kept.Lacks(t, map[string]string{"address": "127.0.0.1"})
	for line := range strings.SplitSeq(strings.TrimSpace(s.log.String()), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("not a line of JSON: %s", line)
		}
	}
}

func TestMetricsHaveTheirOwnAddress(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "SEND__METRICS_ADDR=127.0.0.1:0", "SEND__RATE_LIMITS=info=1/1m")
	m := regexp.MustCompile(`Metrics\s+(\S+)`).FindStringSubmatch(s.out.String())
	if m == nil {
		t.Fatalf("the address is not printed:\n%s", s.out)
	}
	_, made := s.send("POST", "/api/transfers/create", nil)
	for range 2 {
		s.call("GET", s.user+"/api/transfers/info/"+made["transfer_id"].(string), nil)
	}
	s.call("GET", s.admin+"/tokens/list", nil, "X-API-Key", "wrong")
	status, shown := s.call("GET", m[1], nil)
	for _, line := range []string{
		`sgraph_send_transfers_created_total{service="user"} 1`,
		`sgraph_send_limit_hit_total{service="user",limit="info"} 1`,
		`sgraph_send_failed_logins_total{service="admin"} 1`,
		`sgraph_send_requests_total{service="user",route="/api/transfers/info/{transfer_id}",method="GET",status="2xx"} 1`,
		`sgraph_send_requests_total{service="user",route="/api/transfers/info/{transfer_id}",method="GET",status="4xx"} 1`,
	} {
		if !bytes.Contains(shown, []byte(line+"\n")) {
			t.Errorf("status %d, without %s", status, line)
		}
	}
	for _, origin := range []string{s.user, s.admin} {
		if status, _ := s.call("GET", origin+"/metrics", nil); status != 404 && status != 401 {
			t.Errorf("%s/metrics answers %d", origin, status)
		}
	}
}

func TestAFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("SKIPPED: a file system of 8 MiB can be mounted by root on Linux only")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", dir).Run(); err != nil {
		t.Skipf("SKIPPED: a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	s := start(t, dir)
	_, m := s.send("POST", "/api/transfers/create", nil)
	id := m["transfer_id"].(string)
	if status, m := s.send("POST", "/api/transfers/upload/"+id, sealed(16<<20)); status != 507 {
		t.Fatalf("an upload that does not fit answers %d %v, want 507", status, m)
	}
	if status, m := s.send("POST", "/api/transfers/upload/"+id, sealed(1<<20)); status != 200 {
		t.Fatalf("there is no room after the refusal: %d %v", status, m)
	}
	if status, m := s.send("POST", "/api/transfers/complete/"+id, nil); status != 200 {
		t.Fatal(status, m)
	}

	// However many are sent, a little is left, with which everything else goes on.
	status := 200
	for n := 0; status == 200; n++ {
		_, m := s.send("POST", "/api/transfers/create", nil)
		status, _ = s.send("POST", "/api/transfers/upload/"+m["transfer_id"].(string), sealed(300<<10))
		if n > 100 {
			t.Fatal("the disk is never full")
		}
	}
	if status != 507 {
		t.Errorf("a full disk answers %d, want 507", status)
	}
	var left, all int64
	blocks, err := exec.Command("stat", "-f", "-c", "%a %b", dir).Output()
	if n, _ := fmt.Sscan(string(blocks), &left, &all); n != 2 || err != nil || left < all/20 {
		t.Errorf("of %d blocks %d are left, %v", all, left, err)
	}
	if status, m := s.send("POST", "/api/transfers/create", nil); status != 200 {
		t.Errorf("nothing can be written to the ledger: %d %v", status, m)
	}
	if status, _ := s.call("GET", s.user+"/api/transfers/download/"+id, nil); status != 200 {
		t.Errorf("nothing can be downloaded: %d", status)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir,
		"FAST_API__AUTH__API_KEY__NAME=X-Own-Key", "FAST_API__AUTH__API_KEY__VALUE=an-own-key-of-the-operator")
	if said := s.out.String(); !strings.Contains(said, "X-Own-Key") || strings.Contains(said, "an-own-key-of") {
		t.Errorf("of the key that was set it says:\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(dir, "api-key")); err == nil {
		t.Error("a key that was set is kept")
	}
	if status, _ := s.call("GET", s.admin+"/tokens/list", nil, "X-Own-Key", "an-own-key-of-the-operator"); status != 200 {
		t.Errorf("the key is not accepted: %d", status)
	}

	// Settings of a service that stands alone open no gate here.
	open := start(t, t.TempDir(), "SEND__ENABLE_AUTH=false", "SGRAPH_SEND__ADMIN__BASE_URL=nowhere")
	if status, m := open.call("POST", open.user+"/api/transfers/create", nil); status != 401 {
		t.Errorf("without a token a transfer can be made: %d %v", status, m)
	}

	for name, env := range map[string]string{
		"without a path":  "SEND__PUBLIC_URL=https://example.org/send",
		"is in use":       "SEND__DISK_PATH=" + dir,
		"SEND__MAX_TTL":   "SEND__MAX_TTL=for ever",
		"SEND__USER_ADDR": "SEND__USER_ADDR=nowhere",
		"16":              "FAST_API__AUTH__API_KEY__VALUE=short",
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{
			"SERVE_AS_CHILD=1", "SEND__USER_ADDR=127.0.0.1:0", "SEND__ADMIN_ADDR=127.0.0.1:0",
			"SEND__DISK_PATH=" + t.TempDir(), env,
		}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), name) {
			t.Errorf("%s: ended with %v and says %q, want it to name %q", env, err, out, name)
		}
		if strings.Count(string(out), "SEND__MAX_TTL") > 1 {
			t.Errorf("the same fault is told twice: %s", out)
		}
	}
}

// Whatever it listens at, what it prints can be asked; and where others are to
// reach it is printed, too.
func TestPrintsAddressesThatWork(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{":0", "0.0.0.0:0", "[::]:0", "localhost:0", "127.0.0.1:0", "[::1]:0"} {
		t.Run(listen, func(t *testing.T) {
			t.Parallel()
			if ln, err := net.Listen("tcp", listen); err != nil {
				t.Skipf("SKIPPED: this machine cannot listen on %s: %v", listen, err)
			} else {
				ln.Close()
			}
			s := start(t, t.TempDir(), "SEND__USER_ADDR="+listen, "SEND__ADMIN_ADDR="+listen, "SEND__METRICS_ADDR="+listen,
				"SEND__PUBLIC_URL=https://send.example.org/")
			metrics := regexp.MustCompile(`Metrics\s+(\S+)`).FindStringSubmatch(s.out.String())
			public := regexp.MustCompile(`Public address +https://send\.example\.org\n`)
			if metrics == nil || !public.MatchString(s.out.String()) {
				t.Fatalf("not all is printed:\n%s", s.out)
			}
			for _, url := range []string{s.user + "/info/health", s.admin + "/info/health", metrics[1]} {
				if strings.Contains(url, "//0.0.0.0") || strings.Contains(url, "//[::]") {
					t.Errorf("%s is an address to listen at, not one to ask", url)
				}
				if status, _ := s.call("GET", url, nil); status != 200 {
					t.Errorf("%s answers %d", url, status)
				}
			}
		})
	}
}

// Names of tokens that people give can be found in a dictionary, so nothing that
// leaves the ledger may be computed from a name alone.
func TestADictionaryFindsNoToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	var told strings.Builder
	admin := func(method, path, body string) {
		t.Helper()
		status, b := s.call(method, s.admin+path, strings.NewReader(body), "X-API-Key", s.key)
		if status != 200 {
			t.Fatalf("%s %s answers %d: %s", method, path, status, b)
		}
		told.Write(b)
	}
	words := []string{"garden", "choir", "library", "wrong", "purge"}
	admin("POST", "/tokens/create", `{"token_name":"community-garden"}`)
	admin("POST", "/tokens/create", `{"token_name":"community-choir"}`)
	admin("POST", "/tokens/create", `{"token_name":"community-library"}`)
	admin("POST", "/tokens/update-limit/community-garden", `{"usage_limit":9}`)
	admin("POST", "/tokens/use/community-choir", ``)
	admin("POST", "/tokens/revoke/community-choir", `{"purge":true}`)
	admin("POST", "/tokens/reactivate/community-choir", ``)
	send := func(token, method, path string, body []byte) map[string]any {
		_, b := s.call(method, s.user+path, bytes.NewReader(body), "x-sgraph-access-token", token)
		told.Write(b)
		var m map[string]any
		json.Unmarshal(b, &m)
		return m
	}
	send("community-wrong", "POST", "/api/transfers/create", nil)
	id := send("community-garden", "POST", "/api/transfers/create", nil)["transfer_id"].(string)
	send("community-garden", "POST", "/api/transfers/upload/"+id, sealed(5000))
	send("community-choir", "POST", "/api/transfers/complete/"+id, nil)
	for _, path := range []string{
		"/api/transfers/complete/" + id, "/api/presigned/initiate", "/api/transfers/validate-token/community-library",
	} {
		send("community-garden", "POST", path, nil)
	}
	for _, path := range []string{"/api/transfers/info/", "/api/transfers/download/", "/api/presigned/download-url/"} {
		send("community-garden", "GET", path+id, nil)
	}

	var export []byte
	eventually(t, "the trail does not tell of the upload", func() bool {
		_, export = s.call("GET", s.admin+"/audit/export", nil, "X-API-Key", s.key)
		return bytes.Contains(export, []byte(`"transfer_completed","outcome":"success"`))
	})
	for _, path := range []string{"/audit/export?form=chain", "/audit/events", "/tokens/list-details"} {
		admin("GET", path, "")
	}
	_, details := s.call("GET", s.admin+"/tokens/list-details", nil, "X-API-Key", s.key)
	var list struct {
		Tokens []struct {
			Name string `json:"token_name"`
			ID   string `json:"cache_id"`
		}
	}
	if err := json.Unmarshal(details, &list); err != nil || len(list.Tokens) != 4 {
		t.Fatalf("%s: %v", details, err)
	}
	for _, token := range list.Tokens {
		if token.Name != "community-garden" {
			continue
		}
		for _, kind := range []string{ // each service hands over its own, when it comes to that
			"token_created", "token_limit_changed", "token_used", "transfer_created", "transfer_completed",
		} {
			eventually(t, "by its ID the trail tells nothing of "+kind, func() bool {
				_, found := s.call("GET", s.admin+"/audit/export?token="+token.ID, nil, "X-API-Key", s.key)
				return bytes.Contains(found, []byte(`"`+kind+`"`))
			})
		}
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.ended

	kept := secrettest.Kept{"replies": told.String(), "the export": string(export), "the log": s.log.String()}
	kept.AddFiles(t, filepath.Join(dir, "cache"))
	if len(kept) < 4 {
		t.Fatalf("looked at too little: %d", len(kept))
	}
	hashes := map[string]string{}
	for _, word := range words {
		sum := sha256.Sum256([]byte("community-" + word))
		digest := hex.EncodeToString(sum[:])
		hashes["start of the hash of community-"+word] = digest[:12]
		hashes["base64 of the hash of community-"+word] = base64.RawURLEncoding.EncodeToString(sum[:])[:12]
	}
	kept.Lacks(t, hashes)
}

// What strangers are handed is no means to try API keys with: nothing of it
// follows from the key.
func TestNothingThatIsHandedOutTellsTheAPIKey(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	secret := send.Secret(s.key)
	if s.token == secret.TokenName("ready at the start") {
		t.Error("the access token follows from the API key")
	}
	_, m := s.send("POST", "/api/transfers/create", nil)
	id := m["transfer_id"].(string)
	_, up := s.send("POST", "/api/presigned/initiate", fmt.Appendf(nil, `{"transfer_id":%q,"file_size_bytes":5000}`, id))
	part := up["part_urls"].([]any)[0].(map[string]any)["upload_url"].(string)
	_, put := s.send("GET", "/api/presigned/upload-url/"+id, nil)
	s.send("POST", "/api/transfers/upload/"+id, sealed(5000))
	s.send("POST", "/api/transfers/complete/"+id, nil)
	_, get := s.send("GET", "/api/presigned/download-url/"+id, nil)
	res, err := asking.Client.Get(s.user + "/api/transfers/download/" + id)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	login, err := asking.Client.Post(s.admin+"/auth/login", "application/json",
		strings.NewReader(`{"api_key":"`+s.key+`"}`))
	if err != nil || len(login.Cookies()) != 1 {
		t.Fatal(login, err)
	}
	login.Body.Close()
	last := func(url any) string { return url.(string)[strings.LastIndex(url.(string), "/")+1:] }
	signed := map[string]string{
		"the URL of a part": last(part), "the URL of an upload": last(put["upload_url"]),
		"the URL of a download": last(get["download_url"]),
		"a permit":              res.Header.Get("x-sgraph-download-permit"), "a session": login.Cookies()[0].Value,
	}
	for what, text := range signed {
		if len(text) < 60 {
			t.Fatalf("%s is %q", what, text)
		}
		for _, purpose := range []string{"links", "download permits", "admin session"} {
			if _, _, err := secret.Signer(purpose, time.Now).Verify(text); err == nil {
				t.Errorf("%s is signed with a key that follows from the API key", what)
			}
		}
	}
}
