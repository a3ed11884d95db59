package admin_test

import (
	"strings"
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/settings"
)

func TestFromEnv(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"FAST_API__AUTH__API_KEY__NAME": "X-Key", "FAST_API__AUTH__API_KEY__VALUE": keyValue,
		"SEND__STORAGE_MODE": "s3", "SEND__LEDGER_TABLE": "table", "CACHE__SERVICE__BUCKET_NAME": "bucket",
		"SEND__USER_BASE_URL": "https://user.example/", "SEND__STAGE": "qa", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
		"AWS_REGION": "eu-west-2",
	}
	s, err := admin.FromEnv(func(name string) string { return environment[name] })
	if err != nil || s.KeyName != "X-Key" || s.CacheBucket != "bucket" || s.LedgerTable != "table" || !s.TLS ||
		s.UserURL != "https://user.example" || s.Addr != "127.0.0.1:8081" || s.Stage != "qa" ||
		s.Environment != "aws-lambda" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestFromEnvNamesAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"FAST_API__AUTH__API_KEY__VALUE": "short-secret", "SEND__STORAGE_MODE": "s3", "SEND__ADMIN_ADDR": "here",
	}
	_, err := admin.FromEnv(func(name string) string { return environment[name] })
	if err == nil {
		t.Fatal("no fault")
	}
	for _, name := range []string{
		"FAST_API__AUTH__API_KEY__NAME is not set",
		"FAST_API__AUTH__API_KEY__VALUE must be a secret of at least 16 characters",
		"SEND__LEDGER_TABLE is not set", "CACHE__SERVICE__BUCKET_NAME is not set", "SEND__ADMIN_ADDR must be",
	} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not said in:\n%v", name, err)
		}
	}
	if strings.Contains(err.Error(), "short-secret") {
		t.Error("the key is repeated")
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, s := range []admin.Settings{{}, {KeyName: "X-Key"}, {KeyName: "X-Key", APIKey: secret.Plain(keyValue)}} {
		if h, err := admin.New(s); h != nil || err == nil || !strings.HasPrefix(err.Error(), "admin: ") {
			t.Errorf("New(%+v) = %v, %v", s, h, err)
		}
	}
}

func TestReadsWhatTheTableSaysItReads(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, mode := range []string{"s3", "disk"} {
		environment := map[string]string{"SEND__STORAGE_MODE": mode}
		_, _ = admin.FromEnv(func(name string) string { asked[name] = true; return environment[name] })
	}
	for _, e := range settings.Table() {
		if asked[e.Env] != e.ReadBy(metric.Admin) {
			t.Errorf("%s: the service asks for it: %v; the table says so: %v", e.Env, asked[e.Env], !asked[e.Env])
		}
	}
}
