package settings_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/secret"
	service "sgraph.ai/send/shared/settings"
)

// pieces are what values are made of, and what they are made of by mistake.
var pieces = []string{
	"", " ", ",", "=", "/", "-", ".", ":", "*", "0", "1", "5", "60", "1073741824", "99999999999999999999", "-1", "1.5",
	"B", "k", "MiB", "GiB", "TB", "s", "5s", "90s", "1m", "24h", "168h", "720h", "721h", "7d", "31d", "1d12h",
	"create", "token", "download", "login", "info", "upload", "create=60/1m", "create=60/90s", "login=off", "off",
	"true", "false", "yes", "debug", "INFO", "warn+1", "loud", "dev", "qa", "prod", "staging",
	"https://a.example", "http://a.example", "ftp://a.example", "https://a.example/x", "https://a.example?q",
	"a.example", "localhost:3000", "me@", "X-API-Key", "X API Key", "a-key-of-sixteen", "sixteen\x00characters",
	"ssm:", "ssm:/sgraph-send/dev/key", "ledger:origin", "some-bucket", "Some_Bucket", "é", "\n",
}

// values are those given, every piece and some that are made of several, the
// same in every run.
func values(given ...string) []string {
	all := append(given, pieces...)
	random := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		var b strings.Builder
		for range 2 + random.IntN(4) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		all = append(all, b.String())
	}
	return all
}

// function is the environment of a function of the stack: both services start
// with it.
func function(s settings.Settings) map[string]string {
	env := map[string]string{
		"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "AWS_REGION": s.Region,
		service.StorageMode.Env: service.S3, service.LedgerTable.Env: s.Ledger(),
		service.TransfersBucket.Env: s.Bucket("transfers"), service.CacheBucket.Env: s.Bucket("cache"),
		service.AdminURL.Env: "https://admin.example.org",
	}
	maps.Copy(env, s.Told)
	for _, e := range service.Table() {
		if v := s.Secrets.Of(e.Env); v != "" {
			env[e.Env] = v
		}
	}
	return env
}

// starts says whether both services start with an environment, and what they
// read from it.
func starts(env map[string]string) (read string, err error) {
	u, userErr := user.FromEnv(func(name string) string { return env[name] })
	a, adminErr := admin.FromEnv(func(name string) string { return env[name] })
	if userErr != nil {
		return "", userErr
	}
	if adminErr != nil {
		return "", adminErr
	}
	gate := u.Gate.(*user.AdminGate)
	return fmt.Sprint(u.Service, u.Rules, u.CORSOrigins, gate.BaseURL, gate.KeyName, a.KeyName, a.CacheBucket,
		a.SignOn) + shown(gate.Key, a.APIKey, a.SignOnSecret), nil
}

// shown is what secrets are, and of references where they lead.
func shown(secrets ...*secret.Value) (all string) {
	for _, s := range secrets {
		if s == nil {
			continue
		}
		values, err := s.All(context.Background())
		all += fmt.Sprintf(" %q %v", values, err)
	}
	return all
}

// signOn are settings that go together: none is taken without the others.
var signOn = map[string]string{
	"sgraph-send:" + service.OIDCIssuer.Key:     "https://id.example.org",
	"sgraph-send:" + service.OIDCClientID.Key:   "console",
	"sgraph-send:" + service.OIDCOperators.Key:  "operators",
	"sgraph-send:" + service.OIDCViewers.Key:    "viewers",
	"sgraph-send:" + service.AdminPublicURL.Key: "https://admin.example.org",
}

// TestAStackTakesAValueExactlyIfTheServicesStartWithIt holds for every setting
// that a stack file passes on to the services.
func TestAStackTakesAValueExactlyIfTheServicesStartWithIt(t *testing.T) {
	t.Parallel()
	plain, err := parse(signOn, enough())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range service.Table() {
		if e.Key == "" {
			continue
		}
		t.Run(e.Key, func(t *testing.T) {
			t.Parallel()
			taken, refused := 0, 0
			for _, value := range values(e.Default, e.KeyDefault) {
				if strings.TrimSpace(value) == "" {
					continue // nothing is said: the stack's default holds
				}
				env := function(plain)
				env[e.Env] = value
				want, startErr := starts(env)
				config := maps.Clone(signOn)
				config["sgraph-send:"+e.Key] = value
				s, stackErr := parse(config, enough())
				if e.Env == service.CORSOrigins.Env && !onlyHTTPS(value) {
					startErr = errors.New("a stack takes no other scheme")
				}
				if (startErr == nil) != (stackErr == nil) {
					t.Fatalf("%q: the services say %v, the stack says %v", value, startErr, stackErr)
				}
				if stackErr != nil {
					refused++
					continue
				}
				taken++
				if got, err := starts(function(s)); err != nil || got != want {
					t.Fatalf("%q: by way of the stack the services read %s, %v; by themselves %s", value, got, err, want)
				}
			}
			if taken == 0 {
				t.Errorf("no value was taken, and %d were refused: none of the pieces is one of its kind", refused)
			}
		})
	}
}

// onlyHTTPS says whether all of a list of origins begin with https.
func onlyHTTPS(origins string) bool {
	for origin := range strings.SplitSeq(origins, ",") {
		if origin = strings.TrimSpace(origin); origin != "" && !strings.HasPrefix(origin, "https://") {
			return false
		}
	}
	return true
}

// TestAStackTakesASecretExactlyIfTheServicesStartWithIt is the same for what
// comes from the environment.
func TestAStackTakesASecretExactlyIfTheServicesStartWithIt(t *testing.T) {
	t.Parallel()
	// Another admin service may have another key than this one.
	elsewhere := enough()
	elsewhere[service.AdminURL.Env] = "https://admin.example.org"
	plain, err := parse(signOn, elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range settings.SecretNames() {
		if !readBySomeone(secret.Name) {
			continue
		}
		t.Run(secret.Name, func(t *testing.T) {
			t.Parallel()
			taken, refused := 0, 0
			for _, value := range values() {
				if strings.TrimSpace(value) == "" && secret.Optional {
					continue // the stack's own
				}
				env := function(plain)
				env[secret.Name] = value
				want, startErr := starts(env)
				shell := maps.Clone(elsewhere)
				shell[secret.Name] = value
				s, stackErr := parse(signOn, shell)
				if (startErr == nil) != (stackErr == nil) {
					t.Fatalf("%q: the services say %v, the stack says %v", value, startErr, stackErr)
				}
				if stackErr != nil {
					refused++
					continue
				}
				taken++
				if got, err := starts(function(s)); err != nil || got != want {
					t.Fatalf("%q: by way of the stack the services read %s, %v; by themselves %s", value, got, err, want)
				}
			}
			if taken == 0 {
				t.Errorf("no value was taken, and %d were refused: none of the pieces is one of its kind", refused)
			}
		})
	}
}

func readBySomeone(name string) bool {
	for _, e := range service.Table() {
		if e.Env == name {
			return len(e.By) > 0
		}
	}
	return false
}
