package user_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/openapitest"
	"sgraph.ai/send/shared/web"
)

// site is a user service on one machine, behind a real server.
type site struct {
	t       testing.TB
	url     string
	service *user.Service
	dir     string // where ledger and store are
	tokens  *send.Tokens
	token   string // one without limit
	log     *logtest.Buffer
	clock   *clocktest.Clock
}

// start runs a service; change alters its settings before.
func start(t testing.TB, change func(*user.Settings)) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), token: "token-of-the-tests", log: &logtest.Buffer{}, clock: &clocktest.Clock{}}
	ledger, err := bolt.Open(filepath.Join(s.dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ledger.Close() })
	store, err := disk.Open(filepath.Join(s.dir, "transfers"))
	if err != nil {
		t.Fatal(err)
	}
	secret := send.Secret("a secret for tests only")
	s.tokens = &send.Tokens{Ledger: ledger, Names: secret.Names, Now: s.clock.Now}
	log, flush := web.NewLog(s.log, nil)
	t.Cleanup(flush)
	set := user.Settings{
		Service: settings.Service{Environment: settings.Local, Mode: settings.Disk, Rates: map[string]send.Rate{}},
		Rules:   send.Rules{MaxBytes: 64 << 20, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime},
		Gate:    s.tokens, Ledger: ledger, Store: store, Log: log, Now: s.clock.Now,
	}
	if change != nil {
		change(&set)
	}
	service, err := user.New(set)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	s.url, s.service = server.URL, service
	s.newToken(s.token, 0)
	return s
}

func (s *site) newToken(name string, limit int64) {
	s.t.Helper()
	if _, err := s.tokens.Create(s.t.Context(), send.NewToken{Name: name, UsageLimit: limit}); err != nil {
		s.t.Fatal(err)
	}
}

// reply is an answer, read whole.
type reply struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// call makes a request. body is nil, bytes, or anything that becomes JSON;
// headers come in pairs.
func (s *site) call(method, path string, body any, headers ...string) reply {
	s.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		r = bytes.NewReader(b)
	case string:
		r = strings.NewReader(b)
	case io.Reader:
		r = b
	default:
		j, err := json.Marshal(b)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(j)
	}
	if !strings.HasPrefix(path, "http") {
		path = s.url + path
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := asking.Client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if sent := res.Request; sent.URL.Host == strings.TrimPrefix(s.url, "http://") { // after redirects
		openapitest.Served(s.t).Judge(s.t, openapitest.Answer{
			Method: sent.Method, Path: sent.URL.EscapedPath(), Status: res.StatusCode, Header: res.Header, Body: b,
		})
	}
	return reply{s.t, res.StatusCode, res.Header, b}
}

// objects counts what the store keeps, in whichever state.
func (s *site) objects() (n int) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.dir, "transfers"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Base(path) != "lock" {
			n++
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// send is call with the access token.
func (s *site) send(method, path string, body any) reply {
	s.t.Helper()
	return s.call(method, path, body, "x-sgraph-access-token", s.token)
}

func (r reply) json() map[string]any {
	r.t.Helper()
	var m map[string]any
	if err := json.Unmarshal(r.Body, &m); err != nil {
		r.t.Fatalf("the answer is not JSON: %q", r.Body)
	}
	return m
}

// want fails the test unless the status is right and, for an error, the detail
// says something.
func (r reply) want(status int, says string) reply {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("status %d, want %d: %.300s", r.Status, status, r.Body)
	}
	if says != "" && !strings.Contains(fmt.Sprint(r.json()["detail"]), says) {
		r.t.Fatalf("got %s, want a detail that says %q", r.Body, says)
	}
	return r
}

// sealed returns ciphertext of n bytes of content, and its size in clear.
func sealed(t testing.TB, n int) (ciphertext []byte, plain int64) {
	t.Helper()
	content := make([]byte, n)
	rand.Read(content)
	var b bytes.Buffer
	if err := envelope.Encrypt(&b, envelope.NewKey(), envelope.Meta{Filename: "a.bin"}, bytes.NewReader(content),
		int64(n)); err != nil {
		t.Fatal(err)
	}
	form, err := envelope.Inspect(b.Bytes()[:min(b.Len(), envelope.HeadSize)], int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), form.PlainSize(int64(b.Len()))
}

// transfer sends ciphertext and returns its ID.
func (s *site) transfer(ciphertext []byte, create map[string]any) string {
	s.t.Helper()
	id := s.send("POST", "/api/transfers/create", create).want(200, "").json()["transfer_id"].(string)
	s.send("POST", "/api/transfers/upload/"+id, ciphertext).want(200, "")
	s.send("POST", "/api/transfers/complete/"+id, nil).want(200, "")
	return id
}
