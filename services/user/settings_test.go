package user_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
)

// lambda is the environment of a function that lacks nothing.
func lambda() map[string]string {
	return map[string]string{
		"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "AWS_REGION": "eu-west-2",
		"SEND__STORAGE_MODE": "s3", "SEND__LEDGER_TABLE": "ledger", "SEND__S3_BUCKET": "bucket",
		"SGRAPH_SEND__ADMIN__BASE_URL":       "https://admin.example/",
		"SGRAPH_SEND__ADMIN__API_KEY__NAME":  "X-Key",
		"SGRAPH_SEND__ADMIN__API_KEY__VALUE": "another key, just as long",
		"SEND__CORS_ORIGINS":                 "https://a.example, https://b.example",
		"SEND__DEFAULT_TTL":                  "24h",
		"SEND__MAX_TRANSFER_BYTES":           "2GiB",
	}
}

func from(env map[string]string) (user.Settings, error) {
	return user.FromEnv(func(name string) string { return env[name] })
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	env := lambda()
	s, err := from(env)
	if err != nil {
		t.Fatal(err)
	}
	g, ok := s.Gate.(*user.AdminGate)
	if !ok || g.BaseURL != "https://admin.example" || s.DirectBytes != 5<<20 ||
		s.Rules.MaxBytes != 2<<30+64<<10 || len(s.CORSOrigins) != 2 || !s.TLS {
		t.Fatalf("%+v", s)
	}
	if s.DownloadOrigins[0] != "https://bucket.s3.eu-west-2.amazonaws.com" {
		t.Fatal(s.DownloadOrigins)
	}
}

// The pages may reach the bucket where its presigned URLs lead, however it is
// reached; and nothing more where they are not given any.
func TestThePagesReachTheBucket(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(name, "testing")
	}
	for _, c := range []map[string]string{
		{},
		{"SEND__S3_BUCKET": "bucket.with.dots"},
		{"SEND__S3_PATH_STYLE": "true"},
		{"AWS_REGION": "cn-north-1"},
		{"SEND__S3_REGION": "us-east-1"},
		{"SEND__S3_ENDPOINT": "https://storage.googleapis.com", "SEND__S3_REGION": "auto"},
		{"SEND__S3_ENDPOINT": "https://storage.googleapis.com/", "SEND__S3_PATH_STYLE": "false"},
		{"SEND__S3_ENDPOINT": "https://account.example/storage/v1/s3"},
		{"SEND__S3_ENDPOINT": "http://127.0.0.1:9000", "SEND__S3_PATH_STYLE": "false"},
		{"AWS_ENDPOINT_URL": "http://minio.example:9000"},
	} {
		env := lambda()
		maps.Copy(env, c)
		s, err := from(env)
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		_, links, err := storage.Transfers(s.Service, s.Bucket, s.Secrets)
		if err != nil {
			t.Fatal(err)
		}
		link, err := links.PutURL(t.Context(), "", "transfers/a", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.DownloadOrigins) != 1 || !strings.HasPrefix(link, s.DownloadOrigins[0]+"/") {
			t.Errorf("%v: the pages may reach %q, and links are as %.90s", c, s.DownloadOrigins, link)
		}
	}
	env := lambda()
	env["SEND__S3_LINKS"] = "false"
	if s, err := from(env); err != nil || !s.OwnLinks || s.DownloadOrigins != nil {
		t.Errorf("without links the pages may reach %v, %v", s.DownloadOrigins, err)
	}
}

// Where pages come by TLS, browsers let them go nowhere without.
func TestTheBucketIsReachedByTLSWhereThePagesAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		public, endpoint, links string
		well                    bool
	}{
		{"https://send.example.org", "http://minio:9000", "", false},
		{"https://send.example.org", "http://minio:9000", "false", true},
		{"https://send.example.org", "https://minio.example.org", "", true},
		{"http://127.0.0.1:8080", "http://minio:9000", "", true},
	} {
		env := lambda()
		env["SEND__PUBLIC_URL"], env["SEND__S3_ENDPOINT"], env["SEND__S3_LINKS"] = c.public, c.endpoint, c.links
		if _, err := from(env); (err == nil) != c.well || err != nil && !strings.Contains(err.Error(), "SEND__S3_ENDPOINT") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestDirectBytesNeedABucket(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set   map[string]string
		well  bool
		bytes int64
	}{
		{map[string]string{"SEND__STORAGE_MODE": "s3"}, true, 24 << 20},
		{map[string]string{"SEND__STORAGE_MODE": "s3", "SEND__S3_LINKS": "false"}, false, 24 << 20},
		{map[string]string{"SEND__STORAGE_MODE": "disk", "SEND__DISK_PATH": "/data"}, false, 24 << 20},
		{map[string]string{"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}, true, 5 << 20},
	} {
		env := lambda()
		env["AWS_LAMBDA_RUNTIME_API"], env["SEND__DIRECT_BYTES"] = "", "24MiB"
		maps.Copy(env, c.set)
		s, err := from(env)
		if (err == nil) != c.well || s.DirectBytes != c.bytes {
			t.Errorf("%v: %d bytes, %v", c.set, s.DirectBytes, err)
		}
	}
}

func TestWhoMaySendIsNeverGuessed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  map[string]string
		gate string
		may  []string // tokens by which one may send
	}{
		"nothing said": {nil, "<nil>", nil},
		"auth enabled": {map[string]string{"SEND__ENABLE_AUTH": "true"}, "<nil>", nil},
		"shared token": {
			map[string]string{"SGRAPH_SEND__ACCESS_TOKEN": "one-for-all"}, "send.SharedGate", []string{"one-for-all"},
		},
		"shared token that is changed": {
			map[string]string{"SGRAPH_SEND__ACCESS_TOKEN": "one-for-all, any"}, "send.SharedGate",
			[]string{"one-for-all", "any"},
		},
		"open, in words": {map[string]string{"SEND__ENABLE_AUTH": "false"}, "send.OpenGate", nil},
	} {
		env := lambda()
		delete(env, "SGRAPH_SEND__ADMIN__BASE_URL")
		maps.Copy(env, c.set)
		s, err := from(env)
		if fmt.Sprintf("%T", s.Gate) != c.gate || (err == nil) != (s.Gate != nil) {
			t.Errorf("%s: gate %T, %v", name, s.Gate, err)
			continue
		}
		for _, token := range []string{"", "any", "one-for-all", "one-for-al"} {
			if s.Gate == nil {
				break
			}
			_, err := s.Gate.Admit(t.Context(), token)
			if want := c.gate == "send.OpenGate" || slices.Contains(c.may, token); (err == nil) != want {
				t.Errorf("%s: %q may send: %v, want %v", name, token, err, want)
			}
		}
	}
}

func TestASharedTokenIsOneThatCanBePresented(t *testing.T) {
	t.Parallel()
	env := lambda()
	delete(env, "SGRAPH_SEND__ADMIN__BASE_URL")
	env["SGRAPH_SEND__ACCESS_TOKEN"] = "base64+with/others="
	if _, err := from(env); err == nil || !strings.Contains(err.Error(), "SGRAPH_SEND__ACCESS_TOKEN") {
		t.Fatal(err)
	}
}

func TestCORSOriginsAreOrigins(t *testing.T) {
	t.Parallel()
	for _, origins := range []string{"*", "example.org", "https://a.example/", "https://a.example, https://b.example/x"} {
		env := lambda()
		env["SEND__CORS_ORIGINS"] = origins
		if _, err := from(env); err == nil || !strings.Contains(err.Error(), "SEND__CORS_ORIGINS") {
			t.Errorf("%s: %v", origins, err)
		}
	}
}

func TestEveryMissingSettingIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := user.FromEnv(func(string) string { return "" })
	if err == nil {
		t.Fatal("starts from nothing")
	}
	for _, name := range []string{"SEND__STORAGE_MODE", "SGRAPH_SEND__ADMIN__BASE_URL"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	env := lambda()
	env["SEND__DEFAULT_TTL"], env["SEND__MAX_TTL"], env["SEND__S3_BUCKET"] = "48h", "24h", ""
	_, err = from(env)
	if err == nil || !strings.Contains(err.Error(), "SEND__DEFAULT_TTL") ||
		!strings.Contains(err.Error(), "SEND__S3_BUCKET") {
		t.Error(err)
	}
}

func TestReadsWhatTheTableSaysItReads(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	for _, env := range []map[string]string{lambda(), {"SEND__STORAGE_MODE": "disk"}} {
		_, _ = user.FromEnv(func(name string) string { asked[name] = true; return env[name] })
	}
	for _, e := range settings.Table() {
		if asked[e.Env] != e.ReadBy(metric.User) {
			t.Errorf("%s: the service asks for it: %v; the table says so: %v", e.Env, asked[e.Env], !asked[e.Env])
		}
	}
}
