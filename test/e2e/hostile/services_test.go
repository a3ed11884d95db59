package hostile

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/services/admin/signon/signontest"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// service is one of the two, at its address.
type service struct{ name, address string }

// pair is both services, with what is genuine there.
type pair struct {
	user, admin       *service
	genuine           *strings.Replacer
	transfers, tokens []string // of the neighbours
}

// key is the API key.
const key = "the-key-of-the-tests"

var places = regexp.MustCompile(`(?s)Send and receive\s+http://([0-9.:]+).*Admin console\s+http://([0-9.:]+)`)

// served runs "sgsend serve", with more settings.
func served(t *testing.T, more ...string) *pair {
	t.Helper()
	env := map[string]string{
		settings.DiskPath.Env: t.TempDir(), settings.UserAddr.Env: "127.0.0.1:0", settings.AdminAddr.Env: "127.0.0.1:0",
		settings.RateLimits.Env: "off", settings.APIKeyValue.Env: key,
	}
	maps.Copy(env, later(t))
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	ctx, stop := context.WithCancel(context.Background())
	var out logtest.Buffer
	ended := make(chan error, 1)
	getenv := func(name string) string { return env[name] }
	go func() { ended <- serve.Run(ctx, getenv, serve.Console{Out: &out, Log: io.Discard}) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-out.When(func(text string) bool { return strings.Contains(text, "Ctrl-C") }):
	case <-time.After(patience):
		t.Fatalf("the services did not start:\n%s", &out)
	}
	at := places.FindStringSubmatch(out.String())
	return newPair(t, at[1], at[2])
}

// later is what a service can be told to do beside what every one does: to let people in
// by a provider of single sign-on, and to tell a receiver of events, which is not there.
func later(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		settings.OIDCIssuer.Env: signontest.NewLocal(t, time.Now).Issuer, settings.OIDCClientID.Env: signontest.Client,
		settings.OIDCClientSecret.Env: signontest.Secret, settings.OIDCOperators.Env: "root",
		settings.AdminPublicURL.Env: "http://127.0.0.1", settings.WebhookURL.Env: "https://127.0.0.1:1/hook",
	}
}

// deployed runs the zips of a deploy in a Lambda host, with a simulated AWS behind them.
func deployed(t *testing.T) *pair {
	t.Helper()
	endpoint := moto.Start(t)
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	builder := artifact.ServicesBuilder(root, t.TempDir(), "hostile")
	set, err := builder.Build(t.Context(), artifact.Services[:2], architecture)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		settings.StorageMode.Env: settings.S3, settings.Stage.Env: "dev", settings.RateLimits.Env: "off",
		settings.LedgerTable.Env: moto.Table(t), settings.TransfersBucket.Env: moto.Bucket(t),
		settings.CacheBucket.Env: moto.Bucket(t),
		settings.APIKeyName.Env:  wire.DefaultAPIKey, settings.APIKeyValue.Env: key,
		settings.AdminKeyName.Env: wire.DefaultAPIKey, settings.AdminKeyValue.Env: key,
		"AWS_ENDPOINT_URL": endpoint,
	}
	maps.Copy(env, later(t))
	open := func(z artifact.Zip, more map[string]string) (address string) {
		packed, err := os.ReadFile(filepath.Join(builder.Dir, z.File))
		if err != nil {
			t.Fatal(err)
		}
		own := maps.Clone(env)
		maps.Copy(own, more)
		f, err := lambdahost.Start(lambdahost.Config{
			Name: z.Name, Zip: packed, Environment: own, Region: "eu-west-2", MemoryMB: 512, Timeout: patience,
			Concurrency: 10, Log: io.Discard,
		})
		if err != nil {
			t.Fatal(err)
		}
		front := httptest.NewServer(f)
		t.Cleanup(func() { front.Close(); f.Stop() })
		return front.Listener.Addr().String()
	}
	admin := open(set.Zips[1], nil)
	user := open(set.Zips[0], map[string]string{settings.AdminURL.Env: "http://" + admin})
	return newPair(t, user, admin)
}

// newPair makes what is genuine at both services.
func newPair(t *testing.T, user, admin string) *pair {
	t.Helper()
	p := &pair{user: &service{"user", user}, admin: &service{"admin", admin}}
	for _, name := range []string{"sender", "one-neighbour", "another-neighbour"} {
		p.admin.ask(t, wire.CreateToken.To(), []byte(`{"token_name":"`+name+`"}`))
		p.tokens = append(p.tokens, name)
	}
	for range 3 {
		p.transfers = append(p.transfers, p.send(t))
	}
	login, _ := p.admin.ask(t, wire.Login.To(), []byte(`{"api_key":"`+key+`"}`))
	cookie := login.Cookies()[0]
	sent := p.transfers[0]
	for sent == strings.ToUpper(sent) { // of digits alone, as one in 280
		sent = p.send(t)
	}
	p.transfers, p.tokens = p.transfers[1:], p.tokens[1:]
	p.genuine = strings.NewReplacer("{token}", "sender", "{key}", key, "{sent}", sent, "{SENT}", strings.ToUpper(sent),
		"{cookie}", cookie.Name+"="+cookie.Value, "{cookie-cut}", cookie.Name+"="+cookie.Value[:len(cookie.Value)-1],
		"{name}", cookie.Name, "{NAME}", strings.ToUpper(cookie.Name), "{value}", cookie.Value)
	return p
}

// send makes a transfer.
func (p *pair) send(t *testing.T) (id string) {
	t.Helper()
	_, answer := p.user.ask(t, wire.CreateTransfer.To(), []byte("{}"))
	var created wire.CreateTransferReply
	if err := json.Unmarshal(answer, &created); err != nil {
		t.Fatal(err)
	}
	sealed := make([]byte, 100)
	_, _ = rand.Read(sealed) // it never fails
	p.user.ask(t, wire.UploadTransfer.To(created.TransferID), sealed)
	p.user.ask(t, wire.CompleteTransfer.To(created.TransferID), nil)
	return created.TransferID
}

// ask posts something, which has to succeed.
func (s *service) ask(t *testing.T, path string, body []byte) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+s.address+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(wire.DefaultAPIKey, key)
	r.Header.Set(wire.AccessToken.Name, "sender")
	res, err := asking.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s is answered %d %q, %v", path, res.StatusCode, answer, err)
	}
	return res, answer
}
