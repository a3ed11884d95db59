package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// TestADeployKeepsTheSecretsOfMachines by asking the admin function once, as it
// was just deployed, and before anything that needs them.
func TestADeployKeepsTheSecretsOfMachines(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		asked := g.some(t, "aws:lambda/invocation:Invocation")
		if len(asked) != 1 {
			t.Fatalf("it asks %d times", len(asked))
		}
		ask := asked[0]
		if ask.text("functionName") != "sgraph-send-admin-"+stack || ask.text("qualifier") != "next" {
			t.Errorf("it asks %s, %s", ask.text("functionName"), ask.text("qualifier"))
		}
		var event wire.Deployment
		if err := json.Unmarshal([]byte(ask.text("input")), &event); err != nil {
			t.Fatal(err)
		}
		want := wire.KeepSecrets{Generation: 1, Canary: stack != "dev", CreatedBy: "stack " + stack}
		if event.KeepSecrets == nil || *event.KeepSecrets != want {
			t.Errorf("it asks for %+v, want %+v", event.KeepSecrets, want)
		}
		admin := g.named(t, "aws:s3/bucketObjectv2:BucketObjectv2", "admin-artifact")
		if got := ask.text("triggers", "artifact"); got == "" || got != admin.text("key") {
			t.Errorf("it asks again with another %q", got)
		}
		if !slices.Contains(ask.Hidden, "result") {
			t.Error("the answer is no secret of the state")
		}

		waits := func(d declared, kind, name string) bool {
			return slices.ContainsFunc(d.After, func(urn string) bool { return strings.HasSuffix(urn, kind+"::"+name) })
		}
		if !waits(ask, "aws:lambda/alias:Alias", "admin-live") {
			t.Error("it asks before the admin function is live")
		}
		for _, f := range g.some(t, "aws:lambda/function:Function") {
			if waits(f, "aws:lambda/invocation:Invocation", "secrets") != (f.Name != "admin") {
				t.Errorf("%s waits for %v", f.Name, f.After)
			}
		}
		for _, d := range g.of("aws:cloudfront/distribution:Distribution") {
			if value := d.at("origins", "0", "customHeaders", "0", "value"); !isSecret(value) ||
				plain(value).StringValue() != originCanary {
				t.Errorf("%s shows %v", d.Name, value)
			}
		}
	})
}

// TestAnotherGenerationAsksAgain with another input, which is another resource.
func TestAnotherGenerationAsksAgain(t *testing.T) {
	t.Parallel()
	inputs := map[string]bool{}
	for _, change := range []map[string]string{
		{}, {"sgraph-send:originSecretGeneration": "2"}, {"sgraph-send:canaryMinutes": "0"},
	} {
		g := record(t, "qa", change)
		inputs[g.some(t, "aws:lambda/invocation:Invocation")[0].text("input")] = true
	}
	if len(inputs) != 3 {
		t.Errorf("it asks for %v", slices.Collect(maps.Keys(inputs)))
	}
}

// TestAnAnswerWithoutTheSecretFailsTheDeploy whatever it is. One that is an error
// of the function never comes here: the provider fails on it.
func TestAnAnswerWithoutTheSecretFailsTheDeploy(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		`{}`, `null`, `[]`, `oops`, `"` + originCanary + `"`, `{"origin":""}`, `{"origin":"short"}`, `{"origin":7}`,
		`{"statusCode":503,"headers":{},"body":"{\"detail\":\"` + originCanary + `\"}"}`,
		`{"errorMessage":"the ledger cannot be asked","errorType":"Error"}`,
		`{"detail":"this function serves the requests of its URL; other events are ignored"}`,
	} {
		s, err := parseStack(t, "qa", nil)
		if err != nil {
			t.Fatal(err)
		}
		g := accountOf("qa")
		g.answer = answer
		err = run(t, s, g)
		if err == nil || !strings.Contains(err.Error(), "its answer") || strings.Contains(err.Error(), originCanary) {
			t.Errorf("%s: %v", answer, err)
		}
		if n := len(g.of("aws:cloudfront/distribution:Distribution")); n != 0 {
			t.Errorf("%s: %d distributions are made", answer, n)
		}
	}
}

// references are the stack's secrets as an operator may give them.
var references = map[string]string{
	"FAST_API__AUTH__API_KEY__VALUE":     "ssm:/sgraph-send/%/api-key",
	"FAST_API__AUTH__API_KEY__OLD_VALUE": "ssm:/sgraph-send/%/api-key-old",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE": "ssm:/sgraph-send/%/api-key",
}

// referring is the change that has a stack refer.
func referring(stack string) map[string]string {
	changes := map[string]string{}
	for name, value := range references {
		changes[name] = strings.ReplaceAll(value, "%", stack)
	}
	return changes
}

// TestAnotherAdminServicesKeyIsReferredTo by the user function, which then needs
// nothing of this stack's admin service.
func TestAnotherAdminServicesKeyIsReferredTo(t *testing.T) {
	t.Parallel()
	const parameter = "/sgraph-send/dev/elsewhere/api-key"
	g := record(t, "dev", map[string]string{
		"SGRAPH_SEND__ADMIN__BASE_URL": "https://admin.example.org", "SGRAPH_SEND__ADMIN__API_KEY__VALUE": "ssm:" + parameter,
	})
	told := g.told(t, "sgraph-send-user-dev")
	if v := told["SGRAPH_SEND__ADMIN__API_KEY__VALUE"]; isSecret(v) || v.StringValue() != "ssm:"+parameter {
		t.Errorf("it is told %v", v)
	}
	if v, ok := told["SEND__ADMIN__SERVICE_KEY"]; ok {
		t.Errorf("it is told %v of another service", v)
	}
	read := map[string][]string{}
	for _, granted := range grants(t, g) {
		if strings.Contains(granted.condition, "secret/service") && granted.role == "user" {
			t.Errorf("it may read %s", granted.condition)
		}
		if slices.Contains(granted.actions, "ssm:GetParameter") {
			read[granted.role] = granted.resources
		}
	}
	if want := []string{"arn:aws:ssm:eu-west-2:" + testAccount + ":parameter" + parameter}; len(read) != 1 ||
		!slices.Equal(read["user"], want) {
		t.Errorf("parameters are read by %v", read)
	}
}

// TestReferencesAreAllThatIsTold: with them, no environment, no invocation and
// nothing of the state but what CloudFront is told has the value of a secret that
// opens anything; and each function may read what it is told to, and no more.
func TestReferencesAreAllThatIsTold(t *testing.T) {
	t.Parallel()
	// These are names and addresses, which the card keeps as secrets.
	plainly := []string{
		"FAST_API__AUTH__API_KEY__NAME", "URL__TARGET_SERVER__CACHE_SERVICE", "CACHE__SERVICE__BUCKET_NAME",
	}
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			g := record(t, stack, referring(stack))
			for _, f := range g.some(t, "aws:lambda/function:Function") {
				told := g.told(t, f.text("name"))
				for _, e := range service.Table() {
					v, ok := told[resource.PropertyKey(e.Env)]
					if !ok || !e.Secret || slices.Contains(plainly, e.Env) {
						continue
					}
					if _, is, err := e.References.Parse(plain(v).StringValue()); !is || err != nil || isSecret(v) {
						t.Errorf("%s is told a value: %s", f.Name, e.Env)
					}
				}
			}
			shown := 0
			for _, d := range g.resources {
				for key, value := range d.Inputs {
					walk(value, func(v resource.PropertyValue, secret bool) {
						if !v.IsString() || !strings.Contains(v.StringValue(), originCanary) {
							return
						}
						shown++
						if d.Type != "aws:cloudfront/distribution:Distribution" || key != "origins" || !secret {
							t.Errorf("%s %s: %s has what CloudFront shows, a secret: %v", d.Type, d.Name, key, secret)
						}
					}, false)
				}
			}
			if want := map[bool]int{true: 2}[stack != "dev"]; shown != want {
				t.Errorf("what CloudFront shows is told %d times, want %d", shown, want)
			}
			for _, granted := range grants(t, g) {
				if !slices.Contains(granted.actions, "ssm:GetParameter") {
					continue
				}
				arn := "arn:aws:ssm:eu-west-2:" + testAccount + ":parameter/sgraph-send/" + stack + "/api-key"
				if granted.role != "admin" || !slices.Equal(granted.resources, []string{arn, arn + "-old"}) {
					t.Errorf("%s may read %v", granted.role, granted.resources)
				}
			}
		})
	}
}
