package stack

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// TestStack takes one stack from its first deploy to its end, protected as prod is. The
// steps build on each other, so the first that fails ends the test.
func TestStack(t *testing.T) {
	t.Parallel()
	source := checkout(t)
	pulumi, aws := begin(t, source, "dev")
	pulumi.run(t, "config", "set", "protect", "true")
	pulumi.run(t, "config", "set", "alarmEmail", "alarms@example.org")

	step(t, "a wrong account is refused", func(t *testing.T) {
		wrong := *pulumi
		wrong.env = append(slices.Clone(pulumi.env), "AWS_ACCOUNT_ID=999999999999")
		said, err := wrong.try(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if err == nil || !strings.Contains(said, "nothing was touched") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		if made := aws.tagged(t, "dev"); len(made) != 0 {
			t.Errorf("it made %v", made)
		}
	})

	step(t, "a state is not encrypted anew by the way", func(t *testing.T) {
		hasty := *pulumi
		hasty.env = append(slices.Clone(pulumi.env), "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=false")
		state := pulumi.run(t, "stack", "export")
		said, err := hasty.try(t, "up", "--yes", "--non-interactive")
		if err == nil || !strings.Contains(said, "nothing was touched") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		if pulumi.run(t, "stack", "export") != state {
			t.Error("the state is another")
		}
	})

	step(t, "an account without a boundary is told", func(t *testing.T) {
		said, err := pulumi.try(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if err == nil || !strings.Contains(said, "nothing was touched") || !strings.Contains(said, "bootstrap/") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		if made := aws.tagged(t, "dev"); len(made) != 0 {
			t.Errorf("it made %v", made)
		}
		aws.setUp(t, "dev")
	})

	step(t, "an account that has none to reserve is told", func(t *testing.T) {
		small := *pulumi
		small.env = append(slices.Clone(pulumi.env), "AWS_ENDPOINT_URL_LAMBDA="+smallAccount(t, aws))
		said, err := small.try(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if err == nil || !strings.Contains(said, "nothing was touched") || !strings.Contains(said, "userConcurrency") {
			t.Errorf("pulumi says %v\n%s", err, said)
		}
		if made := aws.tagged(t, "dev"); len(made) != 0 {
			t.Errorf("it made %v", made)
		}
	})

	step(t, "up", func(t *testing.T) {
		said := pulumi.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if !strings.Contains(said, settings.APIKeyValue.Env+" is a value") {
			t.Errorf("it does not say that the API key could be a reference:\n%s", said)
		}
		if made := aws.tagged(t, "dev"); len(made) < 10 {
			t.Errorf("only %v is tagged", made)
		}
		state := pulumi.run(t, "stack", "export")
		if !strings.Contains(state, names.Names{Stack: "dev"}.Function(metric.User)) || strings.Contains(state, hidden) {
			t.Error("the state holds secrets in the clear, or no stack")
		}
	})
	step(t, "an unchanged checkout is an empty preview, whatever is read of what is there", func(t *testing.T) {
		pulumi.run(t, "preview", "--refresh", "--expect-no-changes", "--diff", "--non-interactive")
	})

	outputs := pulumi.outputs(t)
	step(t, "the deployed zips serve", func(t *testing.T) {
		admin := aws.deployed(t, outputs["adminFunction"], outputs["artifactsBucket"], outputs["adminArtifact"])
		user := aws.deployed(t, outputs["userFunction"], outputs["artifactsBucket"], outputs["userArtifact"])
		if got := user.Environment[settings.AdminURL.Env]; got != outputs["adminFunctionUrl"] {
			t.Errorf("the user service asks %s, not %s", got, outputs["adminFunctionUrl"])
		}
		adminURL := serve(t, admin, aws.endpoint)
		user.Environment[settings.AdminURL.Env] = adminURL
		travel(t, aws, outputs, serve(t, user, aws.endpoint), adminURL)
	})

	step(t, "a changed service moves its own function only", func(t *testing.T) {
		change := `package main

import "os"

func init() {
	if os.Getenv("SEND_NEVER_SET") != "" {
		os.Exit(7)
	}
}
`
		file := filepath.Join(source, "services", "user", "cmd", "send-user", "changed.go")
		if err := os.WriteFile(file, []byte(change), 0o600); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"BucketObjectv2 user-artifact": "replace",
			"Function user":                "update",
			"Alias user-live":              "update",
			"Alias user-next":              "update",
		}
		did := pulumi.deploys(t)
		for name, op := range did {
			if strings.Contains(op, "replace") {
				did[name] = "replace" // the engine lists its parts
			}
		}
		// The outputs of the stack follow; they are no resource.
		delete(did, "Stack sgraph-send-dev")
		if !maps.Equal(did, want) {
			t.Errorf("the deploy changed %v, want %v", did, want)
		}
		if u, a := aws.version(t, outputs["userFunction"]), aws.version(t, outputs["adminFunction"]); u != "2" || a != "1" {
			t.Errorf("live is version %s of user and %s of admin, want 2 and 1", u, a)
		}
		now := pulumi.outputs(t)
		if now["userArtifact"] == outputs["userArtifact"] || now["adminArtifact"] != outputs["adminArtifact"] {
			t.Errorf("artifacts went from %s and %s to %s and %s", outputs["userArtifact"], outputs["adminArtifact"],
				now["userArtifact"], now["adminArtifact"])
		}
		deployed := []string{now["adminArtifact"], now["userArtifact"]}
		if kept := aws.keys(t, outputs["artifactsBucket"]); !slices.Equal(kept, slices.Sorted(slices.Values(deployed))) {
			t.Errorf("the artifacts bucket holds %v, want %v", kept, deployed)
		}
		aws.deployed(t, outputs["userFunction"], outputs["artifactsBucket"], now["userArtifact"])
	})

	goesAndComesBack(t, pulumi, aws, "dev")
}

// begin makes a stack of a checkout, in an AWS whose functions run. All stacks
// are in one simulated account, in which they must not meet.
func begin(t *testing.T, source, stack string) (*commandLine, simulation) {
	t.Helper()
	r := &running{}
	r.Lambda = &lambdahost.Lambda{Endpoint: moto.Start(t), Region: region, Tell: r.tell}
	aws := simulation{endpoint: startLambda(t, r.Lambda), running: r}
	pulumi := newCommandLine(t, source, aws.endpoint)
	pulumi.run(t, "stack", "init", stack)
	pulumi.fit(t)
	return pulumi, aws
}

// running are the functions of a stack, which a test can tell more than the program
// did: what is on the Internet is not here.
type running struct {
	*lambdahost.Lambda
	mu   sync.Mutex
	told map[string]map[string]string // by function; "" = each
}

// tells has new processes of a function, or of each, be told something else.
func (r *running) tells(function string, variables map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.told == nil {
		r.told = map[string]map[string]string{}
	}
	r.told[function] = variables
}

func (r *running) tell(function string) map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := maps.Clone(r.told[""])
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, r.told[function])
	return all
}

// startLambda has functions run, and answers where.
func startLambda(t *testing.T, lambda *lambdahost.Lambda) string {
	t.Helper()
	endpoint, err := lambda.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lambda.Stop)
	return endpoint
}

// fit sets what differs from the real stack file: this machine's processor, and
// patience that suits a simulation.
func (c *commandLine) fit(t *testing.T) {
	t.Helper()
	c.run(t, "config", "set", "aws:maxRetries", "2")
	c.run(t, "config", "set", "architecture", architecture())
}

// smallAccount is the simulated Lambda of an account of which nothing can be
// reserved: the simulation itself knows no quotas.
func smallAccount(t *testing.T, aws simulation) string {
	t.Helper()
	simulated, err := url.Parse(aws.endpoint)
	if err != nil {
		t.Fatal(err)
	}
	rest := httputil.NewSingleHostReverseProxy(simulated)
	return newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/2016-08-19/account-settings" {
			_, _ = w.Write([]byte(`{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}`))
			return
		}
		rest.ServeHTTP(w, r)
	}))
}

// step runs a part of the test and ends the whole if it fails.
func step(t *testing.T, name string, part func(t *testing.T)) {
	t.Helper()
	if !t.Run(name, part) {
		t.FailNow()
	}
}

// serve runs a deployed function and answers its URL. Beside its own
// environment it learns where the simulated AWS is.
func serve(t *testing.T, config lambdahost.Config, endpoint string) string {
	t.Helper()
	url, _ := host(t, config, endpoint)
	return url
}

// host is serve for who also has events to hand over.
func host(t *testing.T, config lambdahost.Config, endpoint string) (string, *lambdahost.Function) {
	t.Helper()
	if config.Environment["AWS_ENDPOINT_URL"] == "" { // as whoever it runs as was told
		config.Environment["AWS_ENDPOINT_URL"] = endpoint
	}
	f, err := lambdahost.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(func() { server.Close(); f.Stop() })
	return server.URL, f
}
