package serve_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/test/logtest"
)

// alone starts one service by itself, which is told no more than is said, and
// returns where it listens.
func alone(t *testing.T, env ...string) (address string, p *exec.Cmd, log *logtest.Buffer) {
	t.Helper()
	address, log = free(t), &logtest.Buffer{}
	p = exec.Command(os.Args[0])
	p.Env = append([]string{
		"SERVE_AS_CHILD=1", "SEND__STORAGE_MODE=disk", "SEND__DISK_PATH=" + t.TempDir(),
		"SEND__USER_ADDR=" + address, "SEND__ADMIN_ADDR=" + address,
	}, env...)
	p.Stderr = log
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	select {
	case <-log.When(func(text string) bool { return strings.Contains(text, `"listening"`) }):
	case <-time.After(2 * time.Minute):
		t.Fatalf("did not start: %s", log)
	}
	return address, p, log
}

// Each service alone is what it is on Lambda: it asks the other by HTTP, with a key
// that opens no more than it needs, and makes no secret of its own accord.
func TestEachServiceAlone(t *testing.T) {
	t.Parallel()
	const apiKey, serviceKey = "the-api-key-of-operators", "the-key-of-the-user-service"
	key := "SEND__ADMIN__SERVICE_KEY=" + serviceKey
	adminAt, _, _ := alone(t, "SEND__SERVICE=admin", key,
		"FAST_API__AUTH__API_KEY__NAME=X-Key", "FAST_API__AUTH__API_KEY__VALUE="+apiKey)
	userAt, user, log := alone(t, "SEND__SERVICE=user", key, "SGRAPH_SEND__ADMIN__BASE_URL=http://"+adminAt)

	s := &server{t: t, user: "http://" + userAt, token: "one-of-the-operators"}
	if status, _ := s.send("POST", "/api/transfers/create", nil); status != http.StatusUnauthorized {
		t.Errorf("a token that is nobody's: %d", status)
	}
	body := strings.NewReader(`{"token_name":"` + s.token + `"}`)
	if status, b := s.call("POST", "http://"+adminAt+"/tokens/create", body, "X-Key", apiKey); status != http.StatusOK {
		t.Fatalf("create: %d %s", status, b)
	}
	if status, m := s.send("POST", "/api/transfers/create", nil); status != http.StatusOK {
		t.Errorf("a token of the admin service: %d %v", status, m)
	}
	_ = user.Process.Signal(syscall.SIGTERM)
	if err := user.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, log)
	}
}

// What is missing is named, and nothing is made in its place.
func TestOneServiceAloneGuessesNothing(t *testing.T) {
	t.Parallel()
	for service, names := range map[string][]string{
		"user":  {"SEND__STORAGE_MODE", "SGRAPH_SEND__ADMIN__BASE_URL"},
		"admin": {"SEND__STORAGE_MODE", "FAST_API__AUTH__API_KEY__NAME", "FAST_API__AUTH__API_KEY__VALUE"},
		"none":  {"SEND__SERVICE must be one of user, admin, both"},
	} {
		dir := t.TempDir()
		getenv := func(name string) string {
			return map[string]string{"SEND__DISK_PATH": dir, "SEND__SERVICE": service}[name]
		}
		err := serve.Run(t.Context(), getenv, serve.Console{Out: t.Output(), Log: t.Output()})
		if err == nil {
			t.Fatalf("%s starts without being told anything", service)
		}
		for _, name := range names {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %q is not said in %v", service, name, err)
			}
		}
		if made, _ := os.ReadDir(dir); len(made) > 0 {
			t.Errorf("%s makes %v", service, made)
		}
	}
}

// What a deploy asks is done before anybody can ask for anything; and what cannot
// be done is said, and nobody is served.
func TestADeployIsDoneBeforeItListens(t *testing.T) {
	t.Parallel()
	key := []string{"SEND__SERVICE=admin", "FAST_API__AUTH__API_KEY__NAME=X-Key",
		"FAST_API__AUTH__API_KEY__VALUE=the-api-key-of-operators"}
	const deployment = `SEND__DEPLOYMENT={"keep_secrets":{"generation":1,"canary":true,"created_by":"stack qa"}}`
	dir, tokens := "SEND__DISK_PATH="+t.TempDir(), ""
	for range 2 { // as after a restart
		at, p, _ := alone(t, append(key, deployment, dir, "SEND__ADMIN__SERVICE_KEY=ledger:service")...)
		s := &server{t: t}
		status, b := s.call("GET", "http://"+at+"/tokens/list", nil, "X-Key", "the-api-key-of-operators")
		if status != http.StatusOK || !bytes.Contains(b, []byte("send-")) || tokens != "" && tokens != string(b) {
			t.Errorf("the canary's token is in %d %s; before it was %s", status, b, tokens)
		}
		tokens = string(b)
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.Wait()
	}
	p := exec.Command(os.Args[0])
	p.Env = append(key, "SERVE_AS_CHILD=1", "SEND__STORAGE_MODE=disk", dir, "SEND__ADMIN_ADDR=127.0.0.1:0",
		`SEND__DEPLOYMENT={"keep_secret":{}}`)
	if out, err := p.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("SEND__DEPLOYMENT cannot be done")) {
		t.Errorf("ended with %v and says %s", err, out)
	}
}

// tellsOfHealth writes of which services nothing is wrong.
func tellsOfHealth(out io.Writer) func(string, error) error {
	return func(service string, fault error) error {
		if fault == nil {
			_, fault = fmt.Fprintf(out, "%s: ok\n", service)
			return fault
		}
		return nil
	}
}

// A container's runtime asks by the command itself, which is told no more than the
// service is.
func TestHealth(t *testing.T) {
	t.Parallel()
	ask := func(service string, ready bool, env ...string) (string, error) {
		told := map[string]string{"SEND__SERVICE": service}
		for _, e := range env {
			name, value, _ := strings.Cut(e, "=")
			told[name] = value
		}
		var out bytes.Buffer
		err := serve.Health(t.Context(), func(name string) string { return told[name] }, ready, tellsOfHealth(&out))
		return out.String(), err
	}
	dir := t.TempDir()
	s := start(t, dir)
	users := "SEND__USER_ADDR=" + strings.TrimPrefix(s.user, "http://")
	admins := "SEND__ADMIN_ADDR=" + strings.TrimPrefix(s.admin, "http://")
	everywhere := "SEND__USER_ADDR=:" + s.user[strings.LastIndex(s.user, ":")+1:]
	for _, c := range []struct {
		service string
		env     []string
		want    string
	}{
		{"", []string{users, admins}, "user: ok\nadmin: ok\n"},
		{"user", []string{everywhere}, "user: ok\n"},
		{"", []string{"SEND__SERVICE=admin", admins}, "admin: ok\n"},
	} {
		for _, ready := range []bool{false, true} {
			if got, err := ask(c.service, ready, c.env...); got != c.want || err != nil {
				t.Errorf("%s %v, ready %v: %q, %v", c.service, c.env, ready, got, err)
			}
		}
	}
	nobody := "SEND__ADMIN_ADDR=" + free(t)
	got, err := ask("both", false, users, nobody)
	if got != "user: ok\n" || err == nil || !strings.Contains(err.Error(), "the admin service at 127.0.0.1:") {
		t.Errorf("with one of two: %q, %v", got, err)
	}

	// One whose store is gone runs, and cannot work.
	if err := os.RemoveAll(dir + "/transfers"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask("user", false, users); err != nil {
		t.Error(err)
	}
	eventually(t, "a service without a store is ready", func() bool {
		_, err := ask("user", true, users)
		return err != nil && strings.Contains(err.Error(), `"store":"unavailable"`)
	})

	// One that stands behind a front answers who knows the secret.
	const secret = "SEND__ORIGIN_SECRETS=what-only-the-front-knows"
	behind := start(t, t.TempDir(), secret)
	users = "SEND__USER_ADDR=" + strings.TrimPrefix(behind.user, "http://")
	for with, fails := range map[string]bool{secret: false, "SEND__ORIGIN_SECRETS=ledger:origin": false, "A=B": true} {
		if got, err := ask("user", false, users, with); (err != nil) != fails {
			t.Errorf("with %s: %q, %v", with, got, err)
		}
	}
}
