package stack

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/test/secrettest"
	"sgraph.ai/send/shared/wire"
)

// TestRotation changes all secrets of the stack of prod, deploys another build of
// it and puts that back, while people and machines go on with what they do: not
// one of their requests is refused. And then whoever shows what was changed is.
func TestRotation(t *testing.T) {
	t.Parallel()
	const stack, first, second = "prod", "v0.4.0", "v0.5.0"
	pulumi, aws := begin(t, checkout(t), stack)
	aws.setUp(t, stack)
	pulumi.run(t, "config", "set", "alarmEmail", "operators@example.org")
	builds := map[string]string{first: pulumi.build(t, first), second: pulumi.build(t, second)}
	sgsend := filepath.Join(t.TempDir(), "sgsend")
	pulumi.do(t, "go", "build", "-o", sgsend, "./cli/cmd/sgsend")

	const oldKey, newKey = apiKey, hidden + "-other-api-key-of-the-stack-test"
	keyName := pulumi.refer(t, aws, stack, oldKey)
	oldName := keyName + "-old"

	shown := secrettest.Kept{} // what Pulumi says and keeps
	up := func(t *testing.T, version string, generation int, more ...string) {
		t.Helper()
		with := *pulumi
		with.env = append(slices.Clone(pulumi.env), append(more, "SEND_ARTIFACTS_DIR="+builds[version])...)
		with.run(t, "config", "set", "originSecretGeneration", fmt.Sprint(generation))
		at := fmt.Sprintf("%s, generation %d, ", version, generation)
		if nightly.Or(false, generation == 3) { // it shows what the update shows, too
			shown[at+"preview"] = with.run(t, "preview", "--diff", "--non-interactive")
		}
		shown[at+"update"] = with.run(t, "up", "--yes", "--skip-preview", "--diff", "--non-interactive")
		shown[at+"state"] = with.run(t, "stack", "export")
	}
	step(t, "a deploy that cannot keep the secrets fails, and can be repeated", func(t *testing.T) {
		aws.running.tells("", map[string]string{settings.LedgerTable.Env: "another-table"})
		with := *pulumi
		with.env = append(slices.Clone(pulumi.env), "SEND_ARTIFACTS_DIR="+builds[first])
		said, err := with.try(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if err == nil || !strings.Contains(said, "invoking Lambda Function (sgraph-send-admin-prod)") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		if made := pulumi.resources(t, "aws:cloudfront/distribution:Distribution"); len(made) != 0 {
			t.Errorf("made are %v", made)
		}
		aws.running.tells("", nil)
		aws.running.Cool()
		up(t, first, 1)
	})
	ledger := aws.moveLedger(t, stackOf(stack).Ledger())
	machines := []slots{slotsOf(t, ledger)}

	p := &people{token: "token-of-the-people", keys: []string{oldKey}}
	next, settled := welcome(t, pulumi, aws, stackOf(stack), p)
	step(t, "people come", func(t *testing.T) { p.during(t, func() {}, settled) })

	step(t, "the secrets of machines are changed", func(t *testing.T) {
		p.during(t, func() { up(t, first, 2) }, settled)
		machines = append(machines, slotsOf(t, ledger))
	})
	step(t, "the API key is changed", func(t *testing.T) {
		p.during(t, func() {
			aws.putParameter(t, oldName, oldKey, "alias/aws/ssm")
			aws.putParameter(t, keyName, newKey, "alias/aws/ssm")
		}, settled)
		p.use(oldKey, newKey)
		p.during(t, func() {}, settled)
	})
	step(t, "another build is tried before anybody meets it", func(t *testing.T) {
		p.during(t, func() {
			up(t, second, 2, "SEND_HOLD_LIVE=1")
			pulumi.tryNext(t, sgsend, next, second)
		}, settled)
		aws.runs(t, stack, "1")
	})
	step(t, "an alarm in the middle of its way puts it back", func(t *testing.T) {
		p.during(t, func() {
			move := pulumi.moves(t, sgsend, stack, "--steps", "50,100", "--wait", "10m")
			move.split(t, aws, stackOf(stack).Function(metric.Admin))
			aws.sounds(t, stackOf(stack).Alarm("admin-errors"), "ALARM")
			if code := move.ends(t); code != 7 {
				t.Errorf("it ends with %d:\n%s", code, &move.said)
			}
		}, settled)
		aws.runs(t, stack, "1")
	})
	step(t, "it is deployed step by step", func(t *testing.T) {
		p.during(t, func() {
			answered := versions(t, p.user)
			move := pulumi.moves(t, sgsend, stack, "--steps", "50,100", "--wait", "3s")
			if code := move.ends(t); code != 0 {
				t.Errorf("it ends with %d:\n%s", code, &move.said)
			}
			// Both answered for a while, one and then the other.
			if seen := answered(); len(seen) < 4 {
				t.Errorf("the versions that answered are %v", seen)
			}
		}, settled)
		aws.runs(t, stack, "2")
	})
	step(t, "and what was deployed is what there is", func(t *testing.T) {
		with := *pulumi
		with.env = append(slices.Clone(pulumi.env), "SEND_ARTIFACTS_DIR="+builds[second])
		if nightly.Or(false, true) {
			if would := with.changes(t); would["Alias user-live"] != "update" || would["Alias admin-live"] != "update" {
				t.Errorf("before the state knows it, a deploy would change %v", would)
			}
		}
		with.run(t, "refresh", "--yes", "--skip-preview", "--non-interactive",
			"--target", "**:Alias::user-live", "--target", "**:Alias::admin-live")
		with.run(t, "preview", "--expect-no-changes", "--diff", "--non-interactive")
	})
	step(t, "it is put back, to what was deployed before all of this", func(t *testing.T) {
		p.during(t, func() { pulumi.do(t, sgsend, "rollback", "--stack", stack) }, settled)
		aws.runs(t, stack, "1")
	})
	step(t, "the secrets of machines are changed again", func(t *testing.T) {
		p.use(newKey)
		p.during(t, func() { up(t, second, 3) }, settled)
		aws.runs(t, stack, "1")
		machines = append(machines, slotsOf(t, ledger))
	})

	step(t, "whoever shows what was changed is refused", func(t *testing.T) {
		p.leave()
		aws.deleteParameter(t, oldName)
		user := newServer(t, aws.running.URL(stackOf(stack).Function(metric.User), names.LiveAlias))
		admin := newServer(t, aws.running.URL(stackOf(stack).Function(metric.Admin), names.LiveAlias))
		aws.running.tells(stackOf(stack).Function(metric.User), map[string]string{settings.AdminURL.Env: admin})
		aws.running.Cool() // of what they read, functions know for minutes
		was, before, is := machines[0], machines[1], machines[2]
		ask := func(base string, header map[wire.Header]string) int {
			t.Helper()
			c := client{t: t, base: base, header: http.Header{}}
			for h, value := range header {
				h.Set(c.header, value)
			}
			return c.status(http.MethodGet, "/tokens/lookup/"+p.token, nil)
		}
		for _, c := range []struct {
			what          string
			origin, shows string
			header        wire.Header
			want          int
		}{
			{"what CloudFront shows", is.origin.Current, newKey, wire.APIKey(wire.DefaultAPIKey), http.StatusOK},
			{"what it showed before", before.origin.Current, newKey, wire.APIKey(wire.DefaultAPIKey), http.StatusOK},
			{"what it showed first", was.origin.Current, newKey, wire.APIKey(wire.DefaultAPIKey), http.StatusForbidden},
			{"the old API key", is.origin.Current, oldKey, wire.APIKey(wire.DefaultAPIKey), http.StatusUnauthorized},
			{"the service key", is.origin.Current, is.service.Current, wire.ServiceKey, http.StatusOK},
			{"that before", is.origin.Current, before.service.Current, wire.ServiceKey, http.StatusOK},
			{"the first", is.origin.Current, was.service.Current, wire.ServiceKey, http.StatusUnauthorized},
		} {
			header := map[wire.Header]string{wire.OriginSecret: c.origin, c.header: c.shows}
			if got := ask(admin, header); got != c.want {
				t.Errorf("whoever shows %s is answered %d, want %d", c.what, got, c.want)
			}
		}
		for token, want := range map[string]int{
			is.canary.Current: http.StatusOK, before.canary.Current: http.StatusUnauthorized,
			was.canary.Current: http.StatusUnauthorized,
		} {
			c := client{t: t, base: user, header: http.Header{}}
			wire.OriginSecret.Set(c.header, is.origin.Current)
			wire.AccessToken.Set(c.header, token)
			if got := c.status(http.MethodPost, "/transfers/create", []byte("{}")); got != want {
				t.Errorf("a token of the canary's is answered %d, want %d", got, want)
			}
		}
	})
	step(t, "nobody was told any of them", func(t *testing.T) {
		for _, function := range names.Functions {
			shown[function] = aws.environment(t, stackOf(stack).Function(function))
		}
		secrets := map[string]string{"the old API key": oldKey, "the new API key": newKey}
		for i, m := range machines {
			for name, s := range map[string]send.Slots{"origin": m.origin, "service": m.service, "canary": m.canary} {
				secrets[fmt.Sprintf("%s, generation %d", name, i+1)] = s.Current
			}
		}
		shown.Lacks(t, secrets)
	})
}

func stackOf(stack string) names.Names { return names.Names{Stack: stack} }

// slots are what the machines of a stack show each other.
type slots struct{ origin, service, canary send.Slots }

func slotsOf(t *testing.T, ledger send.Ledger) (s slots) {
	t.Helper()
	for secret, into := range map[send.Shared]*send.Slots{
		send.SharedOrigin: &s.origin, send.SharedService: &s.service, send.SharedCanary: &s.canary,
	} {
		var err error
		if *into, err = secret.Read(t.Context(), ledger); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// welcome has a stack serve behind its fronts, and where it is tried before, and people
// come. Once their changes have reached all of CloudFront and Lambda, it is settled.
func welcome(
	t *testing.T, pulumi *commandLine, aws simulation, stack names.Names, p *people,
) (next map[string]string, settled func() bool) {
	t.Helper()
	next = map[string]string{}
	distributions := pulumi.resources(t, "aws:cloudfront/distribution:Distribution")
	fronts, behind := map[string]*front{}, map[string]string{}
	var all []func() bool
	for _, service := range names.Services {
		a, e := &alias{lambda: aws.running.Lambda, function: stack.Function(service)}, &edges{}
		behind[service] = newServer(t, a)
		tried := aws.running.URL(stack.Function(service), names.NextAlias)
		next[service] = newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.RemoteAddr = "127.100.0.1:1" // whose limits nobody else uses up
			tried.ServeHTTP(w, r)
		}))
		fronts[service] = newFront(t, aws, distributions[service].ID, behind[service])
		e.watch(t, aws, distributions[service].ID)
		fronts[service].prove = e.prove
		all = append(all, a.settled, e.settled)
	}
	p.user, p.admin = fronts[metric.User].url, fronts[metric.Admin].url
	aws.running.tells(stack.Function(metric.User), map[string]string{
		settings.AdminURL.Env: behind[metric.Admin], settings.AdminNextURL.Env: next[metric.Admin],
	})
	aws.running.tells(stack.Function(metric.Canary), map[string]string{
		settings.CanaryURL.Env: p.user, settings.CanaryNextURL.Env: next[metric.User],
	})
	p.canary = func(ctx context.Context) error {
		f, err := aws.running.Function(stack.Function(metric.Canary), "")
		if err == nil {
			_, err = f.Invoke(ctx, scheduled)
		}
		return err
	}
	admin := client{t: t, base: p.admin, header: http.Header{}}
	admin.header.Set(wire.DefaultAPIKey, p.keys[0])
	admin.post("/tokens/create", map[string]any{"token_name": p.token, "usage_limit": 0}, nil)
	p.start(t)
	return next, func() bool {
		return !slices.ContainsFunc(all, func(settled func() bool) bool { return !settled() })
	}
}

// moveLedger has functions keep the ledger in DynamoDB Local from now on, with what
// it has: the other simulation copies a table with each transaction, so that those
// who wait for it would take it for dead.
func (s simulation) moveLedger(t *testing.T, table string) send.Ledger {
	t.Helper()
	config := dynamolocal.Config(t)
	from, to := dynamodb.NewFromConfig(moto.Config(t)), dynamodb.NewFromConfig(config)
	is, err := from.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &table, AttributeDefinitions: is.Table.AttributeDefinitions, KeySchema: is.Table.KeySchema,
		BillingMode: types.BillingModePayPerRequest,
	}); err != nil {
		t.Fatal(err)
	}
	all, err := from.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all.Items {
		if _, err := to.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	credentials, err := config.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.running.tells("", map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": *config.BaseEndpoint,
		// By which it tells tables apart.
		"AWS_ACCESS_KEY_ID": credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY": credentials.SecretAccessKey,
	})
	s.running.Cool()
	return dynamo.New(table, dynamolocal.Load(t))
}

// runs wants a version of both services to be live.
func (s simulation) runs(t *testing.T, stack, version string) {
	t.Helper()
	for _, service := range names.Services {
		if got := s.version(t, stackOf(stack).Function(service)); got != version {
			t.Errorf("version %s of the %s function is live, want %s", got, service, version)
		}
	}
}

// environment answers what a function is told, as Lambda writes it.
func (s simulation) environment(t *testing.T, function string) string {
	t.Helper()
	status, answer := s.ask(t, "lambda", http.MethodGet, "/2015-03-31/functions/"+function+"/configuration", "", "")
	if status != http.StatusOK || !strings.Contains(string(answer), settings.Stage.Env) {
		t.Fatalf("lambda answers %d: %s", status, answer)
	}
	return string(answer)
}

// build packages the services of the checkout as a version, for this machine.
func (c *commandLine) build(t *testing.T, version string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), version)
	c.do(t, "go", "run", "./infra/cmd/build-artifacts", "-out", dir, "-version", version, "-arch", architecture())
	return dir
}

// do runs another command than pulumi in the checkout.
func (c *commandLine) do(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, said)
	}
}

// architecture is this machine's, in Lambda's words.
func architecture() string {
	return map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
}
