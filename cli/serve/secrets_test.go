package serve_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/secrettest"
)

// shown is what serve.Secrets prints of a server with these settings.
func shown(t *testing.T, env map[string]string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := serve.Secrets(t.Context(), func(name string) string { return env[name] }, &out)
	return out.String(), err
}

// What is printed where nobody looks is kept, as in a journal: it says where the
// secrets are, and they are shown to whoever asks for them.
func TestSecretsAreKeptOutOfAJournal(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	env := map[string]string{"SEND__DISK_PATH": dir}
	if said, err := shown(t, env); err == nil || !strings.Contains(err.Error(), "sgsend serve") || said != "" {
		t.Errorf("before the first start: %q, %v", said, err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("asking for secrets makes some")
	}

	s := start(t, dir)
	if s.token == "" || s.key == "" {
		t.Fatalf("no secrets are kept in %s", dir)
	}
	said := secrettest.Kept{"what it prints": s.out.String(), "its log": s.log.String()}
	said.Lacks(t, map[string]string{"the access token": s.token, "the API key": s.key})
	for _, name := range []string{"access-token", "api-key"} {
		path := filepath.Join(dir, name)
		if !strings.Contains(s.out.String(), path+"\n") {
			t.Errorf("%s is not named:\n%s", path, s.out)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if !strings.Contains(s.out.String(), "sgsend serve --show-secrets") {
		t.Errorf("it does not say how they are shown:\n%s", s.out)
	}
	printed, err := shown(t, env) // while it runs
	if err != nil || !strings.Contains(printed, s.token+"\n") || !strings.Contains(printed, "X-API-Key: "+s.key+"\n") {
		t.Errorf("shown are %q, %v", printed, err)
	}
	if status, m := s.send("POST", "/api/transfers/create", nil); status != 200 {
		t.Errorf("the token that is kept opens nothing: %d %v", status, m)
	}

	// A key that is set is not kept, and is shown to whoever has set it.
	maps.Copy(env, map[string]string{
		"FAST_API__AUTH__API_KEY__NAME": "X-Own-Key", "FAST_API__AUTH__API_KEY__VALUE": "an-own-key-of-the-operator",
	})
	if printed, err := shown(t, env); err != nil || !strings.Contains(printed, "X-Own-Key: an-own-key-of-the-operator\n") {
		t.Errorf("shown are %q, %v", printed, err)
	}
}

func TestATerminalIsShownTheSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	env := map[string]string{
		"SEND__DISK_PATH": dir, "SEND__USER_ADDR": "127.0.0.1:0", "SEND__ADMIN_ADDR": "127.0.0.1:0",
	}
	var out logtest.Buffer
	ended := make(chan error, 1)
	go func() {
		getenv := func(name string) string { return env[name] }
		ended <- serve.Run(ctx, getenv, serve.Console{Out: &out, Terminal: true, Log: io.Discard})
	}()
	select {
	case <-out.When(func(text string) bool { return strings.Contains(text, "Ctrl-C") }):
	case err := <-ended:
		t.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, secret := range []string{kept(t, dir, "access-token"), "X-API-Key: " + kept(t, dir, "api-key")} {
		if !strings.Contains(out.String(), secret+"\n") || len(secret) < 16 {
			t.Errorf("%q is not shown:\n%s", secret, &out)
		}
	}
}

// With the ledger on AWS nothing needs to be kept here: the token is the same
// for every process that has the ledger.
func TestSecretsWithTheLedgerOnAWS(t *testing.T) {
	t.Parallel()
	env := []string{
		"SEND__STORAGE_MODE=s3", "SEND__LEDGER_TABLE=" + moto.Table(t), "SEND__S3_BUCKET=" + moto.Bucket(t),
		"CACHE__SERVICE__BUCKET_NAME=" + moto.Bucket(t), "FAST_API__AUTH__API_KEY__VALUE=an-own-key-of-the-operator",
		"AWS_ENDPOINT_URL=" + moto.Start(t), "AWS_REGION=eu-west-2", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := start(t, dir, env...)
	printed, err := s.shown()
	m := regexp.MustCompile(`Access token +(send-\S+)\n.*: an-own-key-of-the-operator\n`).FindStringSubmatch(printed)
	if m == nil {
		t.Fatalf("shown are %q, %v", printed, err)
	}
	if s.token = m[1]; strings.Contains(s.out.String(), s.token) {
		t.Errorf("it prints the token:\n%s", s.out)
	}
	if status, m := s.send("POST", "/api/transfers/create", nil); status != 200 {
		t.Errorf("the token that is shown opens nothing: %d %v", status, m)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("something is kept on this machine")
	}
}

// The API key may be a parameter of AWS, also where everything else is on one
// machine. It is read when somebody needs it, changed without a restart, and shown
// nowhere.
func TestAnAPIKeyThatIsAParameter(t *testing.T) {
	t.Parallel()
	const key, next = "a-key-that-is-a-parameter", "the-key-that-is-put-after-it"
	name, dir := moto.Parameter(t, key), t.TempDir()
	s := start(t, dir, "FAST_API__AUTH__API_KEY__VALUE=ssm:"+name, "FAST_API__AUTH__API_KEY__OLD_VALUE=ssm:"+name+"-old",
		"AWS_ENDPOINT_URL="+moto.Start(t), "AWS_REGION=eu-west-2", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	by := func(key string) int {
		status, _ := s.call("GET", s.admin+"/tokens/list", nil, "X-API-Key", key)
		return status
	}
	if got := by(key); got != 200 {
		t.Errorf("by the key: %d", got)
	}
	moto.SetParameter(t, name+"-old", key)
	moto.SetParameter(t, name, next)
	if a, b, c := by(next), by(key), by("ssm:"+name); a != 200 || b != 200 || c != 401 {
		t.Errorf("by the new key: %d, by the old: %d, by its name: %d", a, b, c)
	}
	if status, m := s.send("POST", "/api/transfers/create", nil); status != 200 {
		t.Errorf("the token that is kept opens nothing: %d %v", status, m)
	}
	printed, err := s.shown()
	if err != nil || !strings.Contains(printed, "X-API-Key: ssm:"+name+"\n") {
		t.Errorf("shown are %q, %v", printed, err)
	}
	if told := s.out.String() + s.log.String(); strings.Contains(told, key) || strings.Contains(told, next) {
		t.Errorf("it tells a key:\n%s", told)
	}
	if _, err := os.Stat(filepath.Join(dir, "api-key")); err == nil {
		t.Error("a key is kept on this machine")
	}
}

// A key that an earlier start made is changed by telling it as the one of before,
// and removing its file.
func TestAKeyThatWasMadeIsChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	old := s.key
	s.cmd.Process.Signal(os.Interrupt)
	<-s.ended
	if err := os.Remove(filepath.Join(dir, "api-key")); err != nil {
		t.Fatal(err)
	}
	s = start(t, dir, "FAST_API__AUTH__API_KEY__OLD_VALUE="+old)
	if s.key == old {
		t.Fatal("no other key is made")
	}
	for _, key := range []string{old, s.key} {
		status, names := s.call("GET", s.admin+"/tokens/list", nil, "X-API-Key", key)
		if status != 200 || !strings.Contains(string(names), s.token) {
			t.Errorf("by one of the keys: %d %s", status, names)
		}
	}
}
