package settings_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
)

func enough() map[string]string {
	return map[string]string{
		"AWS_ACCOUNT_ID":                               "123456789012",
		"FAST_API__AUTH__API_KEY__NAME":                "x-api-key",
		"FAST_API__AUTH__API_KEY__VALUE":               "the-key-of-the-tests",
		"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL": "https://cache.example.org",
		"SGRAPH_SEND__ADMIN__API_KEY__NAME":            "X-API-Key",
		"SGRAPH_SEND__ADMIN__API_KEY__VALUE":           "the-key-of-the-tests",
	}
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

func parse(changes map[string]string, env map[string]string, encrypted ...string) (settings.Settings, error) {
	config := map[string]string{"aws:region": "eu-west-2"}
	maps.Copy(config, changes)
	return settings.Parse("dev", config, encrypted, lookup(env))
}

// one is a stack file of one setting.
func one(key, value string) map[string]string { return map[string]string{"sgraph-send:" + key: value} }

// servers is a stack file of tasks behind a load balancer, with more settings: keys
// and values.
func servers(more ...string) map[string]string {
	file := map[string]string{"sgraph-send:compute": "fargate", "sgraph-send:edge": "true"}
	for i := 0; i < len(more); i += 2 {
		file["sgraph-send:"+more[i]] = more[i+1]
	}
	return file
}

func TestServersGoWithWhatCloudFrontDoesNot(t *testing.T) {
	t.Parallel()
	env := enough()
	env["FAST_API__AUTH__API_KEY__NAME"], env["SGRAPH_SEND__ADMIN__API_KEY__NAME"] = "Authorization", "Authorization"
	for name, file := range map[string]map[string]string{
		"a domain": servers("domain", "a.example.org", "userTimeout", "90s"),
		"a certificate of one's own": servers("userDomain", "a.example.org", "adminDomain", "b.example.org",
			"certificateArn", "arn:aws:acm:eu-west-2:123456789012:certificate/a"),
	} {
		if _, err := parse(file, env); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHostsAreOfTheProcessorThatIsMeant(t *testing.T) {
	t.Parallel()
	env := enough()
	env["FAST_API__AUTH__API_KEY__VALUE"] = "ssm:/sgraph-send/dev/api-key"
	env["SGRAPH_SEND__ADMIN__API_KEY__VALUE"] = "ssm:/sgraph-send/dev/api-key"
	for kind, architecture := range map[string]string{
		"": "arm64", "t4g.small": "arm64", "c7gn.large": "arm64", "m8gd.xlarge": "arm64", "a1.medium": "arm64",
		"t3.small": "x86_64", "m7i-flex.large": "x86_64", "g4dn.xlarge": "x86_64", "c5n.large": "x86_64",
	} {
		for _, other := range []string{"arm64", "x86_64"} {
			s, err := parse(servers("compute", "ec2", "domain", "a.example.org", "instanceType", kind,
				"architecture", other), env)
			if fits := other == architecture || kind == ""; (err == nil) != fits {
				t.Errorf("%q on %s: %v", kind, other, err)
			}
			if err == nil && kind == "" && s.Hosts.Type(other) == "" {
				t.Errorf("%s has no kind of its own", other)
			}
		}
	}
}

func TestDefaultsAreEnough(t *testing.T) {
	t.Parallel()
	s, err := parse(nil, enough())
	if err != nil {
		t.Fatal(err)
	}
	if s.Stage != "dev" || s.Account != "123456789012" || s.Architecture != "arm64" || s.Protect {
		t.Errorf("got %+v", s)
	}
	if got, want := s.Bucket("transfers"), "123456789012--sgraph-send-transfers--dev--eu-west-2"; got != want {
		t.Errorf("bucket is %s, want %s", got, want)
	}
}

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	env := enough()
	delete(env, "FAST_API__AUTH__API_KEY__NAME")
	env["AWS_ACCOUNT_ID"] = "12"
	env["AWS_DEFAULT_REGION"] = "us-east-1"
	_, err := parse(map[string]string{
		"sgraph-send:userMemory":   "lots",
		"sgraph-send:usermemory":   "512",
		"sgraph-send:corsOrigins":  "*",
		"sgraph-send:rateLimits":   "create=many",
		"sgraph-send:somethingNew": "1",
		"aws:profile":              "me",
		"sgraph-send:defaultTtl":   "200h",
	}, env)
	if _, ok := errors.AsType[*settings.Faults](err); !ok {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{
		"FAST_API__AUTH__API_KEY__NAME is missing", "AWS_ACCOUNT_ID", "AWS_DEFAULT_REGION is us-east-1",
		"userMemory", "usermemory is unknown (did you mean userMemory?)", "corsOrigins", "rateLimits",
		"somethingNew is unknown", "aws:profile", "setting defaultTtl must not be longer than setting maxTtl",
		"nothing was touched",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the message does not say %q:\n%v", part, err)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	edge := map[string]string{"sgraph-send:edge": "true"}
	for name, c := range map[string]struct {
		config, env map[string]string
		want        string
	}{
		"no region":          {config: map[string]string{"aws:region": ""}, want: "aws:region is missing"},
		"other region":       {env: map[string]string{"AWS_REGION": "eu-west-1"}, want: "AWS_REGION is eu-west-1"},
		"not a stage":        {config: one("stage", "Staging"), want: "must be lower-case letters"},
		"odd limit":          {config: one("rateLimits", "create=60/90s"), want: "want whole minutes"},
		"unknown limit":      {config: one("rateLimits", "upload=1/1m"), want: "no limit has that name"},
		"origin with a path": {config: one("corsOrigins", "https://a.example/x"), want: "without a path"},
		"everybody":          {config: one("adminAllow", "192.0.2.1,::/0"), want: "leave it out"},
		"plain origin":       {config: one("corsOrigins", "http://a.example"), want: "begin with https://"},
		"webhook, plain":     {config: one("webhookUrl", "http://a.example/hook"), want: "begins with https://"},
		"webhook, no time": {config: map[string]string{
			"sgraph-send:webhookUrl": "https://a.example/hook", "sgraph-send:adminTimeout": "9s"},
			want: "setting adminTimeout is 9s, which is no time to send a webhook in: with webhookUrl it must be 10s at least"},
		"webhook, unheard of": {config: one("webhookEvents", "test"), want: "must be one of transfer.completed, transfer"},
		"a client of nobody": {config: one("oidcClientId", "console"),
			want: "setting oidcIssuer is not set, and setting oidcClientId is: set both, or neither"},
		"a provider for nobody": {config: one("oidcIssuer", "https://id.example.org"), want: "would let nobody in"},
		"a provider, plain":     {config: one("oidcIssuer", "http://id.example.org"), want: "by https but on this machine"},
		"no way back": {config: one("oidcIssuer", "https://id.example.org"),
			want: "setting adminUrl is not set, and setting oidcIssuer is"},
		"a secret of nobody": {env: map[string]string{"SEND__OIDC_CLIENT_SECRET": "a secret"},
			want: "setting oidcIssuer is not set, and SEND__OIDC_CLIENT_SECRET is"},
		"idle for ever":         {config: one("sessionIdle", "169h"), want: "from 5m0s to 168h0m0s"},
		"a session's blink":     {config: one("sessionLife", "1m"), want: "from 5m0s to 168h0m0s"},
		"too long a life":       {config: one("maxTtl", "721h"), want: "from 1m0s to 720h0m0s"},
		"odd retention":         {config: one("logRetentionDays", "31"), want: "one of 1 3 5"},
		"adoption, unprotected": {config: one("adopt", "true"), want: "needs protect: true"},
		"access log, no edge":   {config: one("accessLogDays", "7"), want: "needs edge: true"},
		"a log for ever":        {config: one("accessLogDays", "60"), want: "one of 0 1 3"},
		"odd timeout":           {config: one("userTimeout", "1500ms"), want: "whole seconds"},
		"domain, no edge":       {config: one("userDomain", "a.example.org"), want: "need edge: true"},
		"name, no edge":         {config: one("domain", "a.example.org"), want: "setting domain needs edge: true"},
		"no name":               {config: one("domain", "https://a.example.org"), want: "must be a host name"},
		"two names": {
			config: map[string]string{
				"sgraph-send:edge": "true", "sgraph-send:domain": "a.example.org", "sgraph-send:userDomain": "b.example.org",
			},
			want: "remove userDomain",
		},
		"long name": {
			config: map[string]string{
				"sgraph-send:edge": "true", "sgraph-send:domain": strings.Repeat("a", 50) + ".example.org",
			},
			want: "names of 64 at most",
		},
		"console elsewhere": {
			config: map[string]string{
				"sgraph-send:edge": "true", "sgraph-send:domain": "a.example.org", "sgraph-send:adminDomain": "b.example.org",
			},
			want: "a name below a.example.org",
		},
		"nobody is told": {config: one("protect", "true"), want: "SEND_ALARM_EMAIL"},
		"not a receiver": {config: one("alarmWebhook", "http://a.example.org"), want: "begins with https://"},
		"slow behind the edge": {
			config: map[string]string{"sgraph-send:edge": "true", "sgraph-send:userTimeout": "60s"},
			want:   "CloudFront's own limit",
		},
		"servers, no edge": {config: one("compute", "fargate"), want: "compute is fargate, which needs edge: true"},
		"servers without a name": {
			config: map[string]string{"sgraph-send:compute": "ec2", "sgraph-send:edge": "true"},
			want:   "set domain, or userDomain, adminDomain and a certificateArn of eu-west-2",
		},
		"servers under one name": {
			config: servers("userDomain", "a.example.org", "adminDomain", "a.example.org",
				"certificateArn", "arn:aws:acm:eu-west-2:123456789012:certificate/a"),
			want: "tells the services apart by their names",
		},
		"a certificate for CloudFront before servers": {
			config: servers("userDomain", "a.example.org", "adminDomain", "b.example.org",
				"certificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/a"),
			want: "another region than eu-west-2",
		},
		"a certificate that CloudFront cannot have": {
			config: servers("compute", "lambda", "userDomain", "a.example.org",
				"certificateArn", "arn:aws:acm:eu-west-2:123456789012:certificate/a"),
			want: "another region than us-east-1",
		},
		"a balancer's access log": {
			config: servers("domain", "a.example.org", "accessLogDays", "7"), want: "cannot leave the paths",
		},
		"less hosts at most than at least": {
			config: one("hosts", "5-4"), want: "hosts is \"5-4\": it must be the least and the most",
		},
		"no hosts": {config: one("hosts", "0-4"), want: "must be the least and the most, from 1 to 1000"},
		"hosts of another processor": {
			config: servers("compute", "ec2", "domain", "a.example.org", "instanceType", "m7i.large"),
			want:   "m7i.large, which has no processor of the architecture arm64",
		},
		"hosts that would be told a key": {
			config: servers("compute", "ec2", "domain", "a.example.org"),
			want:   "FAST_API__AUTH__API_KEY__VALUE is a value: hosts are told",
		},
		"servers that are traced": {
			config: servers("domain", "a.example.org", "tracing", "true"), want: "tracing needs compute: lambda",
		},
		"no task":             {config: one("userTask", "300/512"), want: "must begin with 256"},
		"a task too small":    {config: one("userTask", "512/512"), want: "from 1024 to 4096 in steps of 1024"},
		"a task in between":   {config: one("adminTask", "256/1536"), want: "512, 1024 or 2048"},
		"half a task":         {config: one("adminTask", "256"), want: "as in 256/512"},
		"no tasks at all":     {config: one("userTasks", "0-2"), want: "from 1 to 100, as in 2-6"},
		"more than the most":  {config: one("userTasks", "3-2"), want: "as in 2-6"},
		"tasks, however many": {config: one("adminTasks", "2"), want: "as in 2-6"},
		"keys differ": {
			env:  map[string]string{"SGRAPH_SEND__ADMIN__API_KEY__VALUE": "another-key-of-the-tests"},
			want: "could not ask this stack's admin service",
		},
		"keys differ, one refers": {
			env:  map[string]string{"SGRAPH_SEND__ADMIN__API_KEY__VALUE": "ssm:/sgraph-send/dev/api-key"},
			want: "could not ask this stack's admin service",
		},
		"refers to another stack": {
			env:  map[string]string{"FAST_API__AUTH__API_KEY__VALUE": "ssm:/sgraph-send/prod/api-key"},
			want: "must begin with /sgraph-send/dev/",
		},
		"refers to a stack whose name begins alike": {
			config: one("FAST_API__AUTH__API_KEY__OLD_VALUE", "ssm:/sgraph-send/dev-2/api-key"),
			want:   "must begin with /sgraph-send/dev/",
		},
		"refers to nothing": {
			config: one("FAST_API__AUTH__API_KEY__OLD_VALUE", "ssm:api-key"), want: "must, as a reference, be ssm:",
		},
		"refers to what a deploy keeps": {
			env: map[string]string{"FAST_API__AUTH__API_KEY__VALUE": "ledger:origin"}, want: "must, as a reference, be ssm:",
		},
		"short old key": {
			env:  map[string]string{"FAST_API__AUTH__API_KEY__OLD_VALUE": "short"},
			want: "FAST_API__AUTH__API_KEY__OLD_VALUE must be a secret of at least 16 characters",
		},
		"a name that cannot be a reference": {
			config: one("FAST_API__AUTH__API_KEY__NAME", "ssm:/sgraph-send/dev/name"), want: "in the clear",
		},
		"secret in the clear": {config: one("FAST_API__AUTH__API_KEY__VALUE", "oops"), want: "in the clear"},
		"short key": {
			env:  map[string]string{"FAST_API__AUTH__API_KEY__VALUE": "short"},
			want: "a secret of at least 16 characters",
		},
		"not a header": {
			env:  map[string]string{"FAST_API__AUTH__API_KEY__NAME": "a b"},
			want: "the name of an HTTP header",
		},
		"key not forwarded": {
			config: edge,
			env: map[string]string{
				"FAST_API__AUTH__API_KEY__NAME":     "Authorization",
				"SGRAPH_SEND__ADMIN__API_KEY__NAME": "Authorization",
			},
			want: "does not pass that header on",
		},
		"canary, no own admin": {
			config: one("canaryMinutes", "5"),
			env:    map[string]string{"SGRAPH_SEND__ADMIN__BASE_URL": "https://admin.example.org"},
			want:   "own admin service",
		},
		"not an address": {
			env:  map[string]string{"SGRAPH_SEND__ADMIN__BASE_URL": "admin.example.org"},
			want: "must be a URL",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := enough()
			maps.Copy(env, c.env)
			_, err := parse(c.config, env)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestBucketNamesFit(t *testing.T) {
	t.Parallel()
	config := map[string]string{"aws:region": "eu-west-2", "sgraph-send:stage": "dev"}
	_, err := settings.Parse("a-stack-with-a-rather-long-name", config, nil, lookup(enough()))
	if err == nil || !strings.Contains(err.Error(), "S3 allows 63") {
		t.Errorf("got %v", err)
	}
}

func TestEncryptedSecretsServeToo(t *testing.T) {
	t.Parallel()
	env := enough()
	delete(env, "FAST_API__AUTH__API_KEY__VALUE")
	const name = "FAST_API__AUTH__API_KEY__VALUE"
	s, err := parse(one(name, "the-key-of-the-tests"), env, "sgraph-send:"+name)
	if err != nil {
		t.Fatal(err)
	}
	if s.Secrets.Of(name) != "the-key-of-the-tests" {
		t.Error("the encrypted secret was not read")
	}
}

// A reference is a name: it may stand in the stack file as it is.
func TestReferencesMayStandInTheClear(t *testing.T) {
	t.Parallel()
	env := enough()
	delete(env, "FAST_API__AUTH__API_KEY__VALUE")
	env["SGRAPH_SEND__ADMIN__API_KEY__VALUE"] = "ssm:/sgraph-send/dev/api-key"
	s, err := parse(map[string]string{
		"sgraph-send:FAST_API__AUTH__API_KEY__VALUE":     " ssm:/sgraph-send/dev/api-key",
		"sgraph-send:FAST_API__AUTH__API_KEY__OLD_VALUE": "ssm:/sgraph-send/dev/before/api-key",
	}, env)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"FAST_API__AUTH__API_KEY__VALUE":     "ssm:/sgraph-send/dev/api-key",
		"FAST_API__AUTH__API_KEY__OLD_VALUE": "ssm:/sgraph-send/dev/before/api-key",
		"SGRAPH_SEND__ADMIN__API_KEY__VALUE": "ssm:/sgraph-send/dev/api-key",
	} {
		if ref, is := s.Secrets.Reference(name); !is || ref.String() != want || s.Secrets.Of(name) != want {
			t.Errorf("%s refers to %v", name, ref)
		}
	}
	if ref, is := s.Secrets.Reference("FAST_API__AUTH__API_KEY__NAME"); is {
		t.Errorf("a name refers to %v", ref)
	}
}

func TestAnotherAdminServiceMayHaveAnotherKey(t *testing.T) {
	t.Parallel()
	env := enough()
	env["SGRAPH_SEND__ADMIN__API_KEY__VALUE"] = "another-key-of-the-tests"
	env["SGRAPH_SEND__ADMIN__BASE_URL"] = "https://admin.example.org"
	if _, err := parse(nil, env); err != nil {
		t.Error(err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	s, err := parse(nil, enough())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), fmt.Sprint(s.Secrets)} {
		if strings.Contains(text, "the-key") || strings.Contains(text, "cache.example.org") {
			t.Errorf("printing shows secrets: %s", text)
		}
	}
	env := enough()
	env["AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL"] = "canary value"
	if _, err := parse(nil, env); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a fault repeats a secret: %v", err)
	}
}

func TestServicesAreNamedBelowTheDomain(t *testing.T) {
	t.Parallel()
	for admin, want := range map[string]string{"": "admin.a.example.org", "ops.a.example.org": "ops.a.example.org"} {
		s, err := parse(map[string]string{
			"sgraph-send:edge": "true", "sgraph-send:domain": "a.example.org", "sgraph-send:adminDomain": admin,
		}, enough())
		if err != nil || s.Edge.Domain != "a.example.org" || s.PublicURL() != "https://a.example.org" ||
			s.Edge.AdminDomain != want {
			t.Errorf("with %q: %+v, %v", admin, s.Edge, err)
		}
	}
}

// A protected stack is content with either receiver.
func TestProtectedStacksTellSomebody(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"SEND_ALARM_EMAIL", "SEND_ALARM_WEBHOOK"} {
		env := enough()
		env[name] = map[string]string{
			"SEND_ALARM_EMAIL": "a@example.org", "SEND_ALARM_WEBHOOK": "https://a.example.org/x",
		}[name]
		if _, err := parse(one("protect", "true"), env); err != nil {
			t.Error(err)
		}
		env[name] = "canary value"
		if _, err := parse(one("protect", "true"), env); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("a fault repeats what the environment has: %v", err)
		}
	}
}

func TestLoadReadsWhatTheEnginePasses(t *testing.T) {
	t.Parallel()
	env := enough()
	env["PULUMI_CONFIG"] = `{"aws:region":"eu-west-2","sgraph-send:protect":"true"}`
	env["SEND_ALARM_EMAIL"] = "a@example.org"
	env["PULUMI_CONFIG_SECRET_KEYS"] = `[]`
	s, err := settings.Load("prod", lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Protect || s.Stage != "prod" {
		t.Errorf("got %+v", s)
	}
}

// TestEveryFieldHasAKey changes each key and asks that some field follows, and
// that no field of Settings is left that nothing sets.
func TestEveryFieldHasAKey(t *testing.T) {
	t.Parallel()
	other := map[string]string{
		"protect": "true", "adopt": "true", "permissionsBoundary": "false", "architecture": "x86_64",
		"artifactsDir": "dir", "version": "v1",
		"hosts": "2-9", "instanceType": "m7i.large", "ami": "ami-0123456789abcdef0",
		"userMemory": "1000", "userTimeout": "9s", "userConcurrency": "99",
		"adminMemory": "1000", "adminTimeout": "9s", "adminConcurrency": "99", "sweepMinutes": "9",
		"trafficSteps": "20,100", "trafficWait": "9m", "holdLive": "1",
		"userTask": "1024/2048", "userTasks": "1-3", "adminTask": "512/2048", "adminTasks": "1-5", "registry": "true",
		"logRetentionDays": "60", "auditRetentionDays": "7", "tracing": "true",
		"edge": "true", "userDomain": "a.example.org", "adminDomain": "b.example.org",
		"certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/a", "edgeRateLimit": "77",
		"originSecretGeneration": "3", "botControl": "true", "firewallLogDays": "3", "accessLogDays": "5",
		"alarmEmail": "a@example.org", "alarmWebhook": "https://a.example.org/x",
		"uptime": "true", "canaryMinutes": "7", "savedQueries": "false",
		"monthlyBudget": "9", "expires": "2026-12-05",
		"stage": "qa", "corsOrigins": "https://a.example", "adminAllow": "192.0.2.0/24",
	}
	told := map[string]bool{} // the services' own, which the program passes on
	for _, e := range service.Table() {
		told[e.Key] = true
	}
	config := map[string]string{"aws:maxRetries": "3"}
	for _, k := range settings.Keys() {
		value, ok := other[k.Name]
		// A domain takes the place of other names, and servers do not go with all the rest.
		if !ok && (told[k.Name] || k.Name == "domain" || k.Name == "compute") {
			continue
		}
		if !ok {
			t.Fatalf("no other value for %s: add one here", k.Name)
		}
		config["sgraph-send:"+k.Name] = value
	}
	plain, err := parse(nil, enough())
	if err != nil {
		t.Fatal(err)
	}
	changed, err := parse(config, enough())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range unchanged("", reflect.ValueOf(plain), reflect.ValueOf(changed)) {
		switch name {
		case ".Names.Stack", ".Names.Region", ".Names.Account", ".Secrets", ".Edge.Domain", ".Compute":
		default:
			t.Errorf("no key sets Settings%s", name)
		}
	}
}

// unchanged names the exported fields that are equal in a and b.
func unchanged(path string, a, b reflect.Value) []string {
	var names []string
	for i := range a.NumField() {
		field := a.Type().Field(i)
		name := path + "." + field.Name
		switch {
		case field.Type.Kind() == reflect.Struct && field.Name != "Secrets":
			names = append(names, unchanged(name, a.Field(i), b.Field(i))...)
		case reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()):
			names = append(names, name)
		}
	}
	return names
}

func TestDocumentationListsEverySetting(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	secret, told := map[string]bool{}, map[string]bool{}
	for _, s := range settings.SecretNames() {
		secret[s.Name] = true
	}
	for _, e := range service.Table() {
		told[e.Key] = true
	}
	var want []string
	for _, k := range settings.Keys() {
		if told[k.Name] {
			continue
		}
		doc := k.Doc
		if k.Env != "" {
			doc += " The environment variable `" + k.Env + "` goes first."
		}
		want = append(want, row(code(k.Name), code(k.Default), doc))
	}
	for _, e := range service.Table() {
		if secret[e.Env] || len(e.By) == 0 {
			continue
		}
		standing := code(e.Default)
		if e.KeyDefault != "" && e.KeyDefault != e.Default {
			standing += ", in a stack " + code(e.KeyDefault)
		}
		want = append(want, row(code(e.Env), code(e.Key), strings.Join(e.By, ", "), standing, e.Doc))
	}
	for _, s := range settings.SecretNames() {
		needed := "yes"
		if s.Optional {
			needed = "no"
		}
		want = append(want, row(code(s.Name), needed, s.Doc))
	}
	var got []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
		if strings.HasPrefix(line, "## What a stack makes") {
			break
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the tables of docs/settings.md should be, in this order:\n%s", strings.Join(want, "\n"))
	}
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }

func code(value string) string {
	if value == "" {
		return ""
	}
	return "`" + value + "`"
}

// A stack that has no file at all lives where the shell says, and is a stage of its
// own.
func TestAStackNeedsNoFile(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		env := enough()
		env[variable] = "eu-west-1"
		s, err := settings.Parse("pr-123", nil, nil, lookup(env))
		if err != nil {
			t.Fatal(err)
		}
		if s.Region != "eu-west-1" || s.Stage != "pr-123" || s.Protect || s.Edge.Enabled {
			t.Errorf("by %s it is %+v", variable, s)
		}
	}
	_, err := settings.Parse("pr-123", nil, nil, lookup(enough()))
	if err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
	env := enough()
	env["AWS_REGION"], env["AWS_DEFAULT_REGION"] = "eu-west-1", "eu-west-2"
	_, err = settings.Parse("pr-123", nil, nil, lookup(env))
	if err == nil || !strings.Contains(err.Error(), "AWS_DEFAULT_REGION is eu-west-2") {
		t.Errorf("with two regions: %v", err)
	}
}

// What the environment says goes before the file, so that one command can say it.
func TestTheEnvironmentSaysItForOnce(t *testing.T) {
	t.Parallel()
	env := enough()
	env["SEND_ADOPT"], env["SEND_PERMISSIONS_BOUNDARY"] = "true", "false"
	s, err := parse(map[string]string{
		"sgraph-send:protect": "true", "sgraph-send:alarmEmail": "a@example.org", "sgraph-send:adopt": "false",
	}, env)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Adopt || s.PermissionsBoundary {
		t.Errorf("got %+v", s)
	}
}
