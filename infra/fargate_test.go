package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// container is the one container of a task.
type container struct {
	Name, Image, User      string
	Essential              bool
	Command                []string
	Environment            []struct{ Name, Value string }
	ReadonlyRootFilesystem bool
	Privileged             *bool
	LinuxParameters        struct{ Capabilities struct{ Add, Drop []string } }
	PortMappings           []struct {
		ContainerPort, HostPort int
		Protocol                string
	}
	StopTimeout int
	HealthCheck struct {
		Command                                 []string
		Interval, Timeout, Retries, StartPeriod int
	}
	LogConfiguration struct {
		LogDriver string
		Options   map[string]string
	}
}

func (c container) told() map[string]string {
	told := map[string]string{}
	for _, e := range c.Environment {
		told[e.Name] = e.Value
	}
	return told
}

// containerOf reads the container of a definition, strictly.
func containerOf(t *testing.T, d declared) container {
	t.Helper()
	in := json.NewDecoder(strings.NewReader(d.text("containerDefinitions")))
	in.DisallowUnknownFields()
	var all []container
	if err := in.Decode(&all); err != nil || len(all) != 1 {
		t.Fatalf("%s: %v: %d containers", d.Name, err, len(all))
	}
	return all[0]
}

func eachOnFargate(t *testing.T, policy func(t *testing.T, stack string, g *graph)) {
	t.Helper()
	t.Parallel()
	eachOn(t, settings.Fargate, policy)
}

func TestTasksCanDoNoMoreThanServe(t *testing.T) {
	eachOnFargate(t, func(t *testing.T, name string, g *graph) {
		names := stack.Names{Account: testAccount, Region: "eu-west-2", Stack: name}
		image := testAccount + ".dkr.ecr.eu-west-2.amazonaws.com/" + names.Registry() + "@" + testDigest
		for of, port := range map[string]int{"user": 8080, "admin": 8081} {
			d := g.named(t, kindTaskDefinition, of)
			c := containerOf(t, d)
			switch {
			case c.Image != image:
				t.Errorf("%s runs %s, want %s", of, c.Image, image)
			case c.User != "65532:65532" || !c.ReadonlyRootFilesystem || c.Privileged != nil && *c.Privileged,
				!slices.Equal(c.LinuxParameters.Capabilities.Drop, []string{"ALL"}), c.LinuxParameters.Capabilities.Add != nil:
				t.Errorf("%s can do more than serve: %+v", of, c)
			case !slices.Equal(c.Command, []string{"serve", "--service", of}):
				t.Errorf("%s is run as %v", of, c.Command)
			case len(c.PortMappings) != 1 || c.PortMappings[0].ContainerPort != port:
				t.Errorf("%s is reached at %v", of, c.PortMappings)
			case c.LogConfiguration.LogDriver != "awslogs" ||
				c.LogConfiguration.Options["awslogs-group"] != names.LogGroup(of):
				t.Errorf("%s logs by %v", of, c.LogConfiguration)
			case c.HealthCheck.Command[1] != "/sgsend":
				t.Errorf("%s is asked by %v, which its image does not have", of, c.HealthCheck.Command)
			}
			if d.text("networkMode") != "awsvpc" || d.text("runtimePlatform", "cpuArchitecture") != "ARM64" {
				t.Errorf("%s: %s on %s", of, d.text("networkMode"), d.text("runtimePlatform", "cpuArchitecture"))
			}
			if role := g.named(t, kindRole, of+"-task"); !strings.Contains(role.text("assumeRolePolicy"), byTasks) {
				t.Errorf("%s: its role is assumed by %s", of, role.text("assumeRolePolicy"))
			}
		}
		want := []string{testAccount + ".dkr.ecr.eu-west-2.amazonaws.com/" + names.Registry()}
		if !slices.Equal(g.pushed, want) {
			t.Errorf("the image was brought to %v, want %v", g.pushed, want)
		}
	})
}

// TestTasksAreTold what functions are, but for CloudFront's secret and an alias, which
// they have not, and beside it what a server is told; and nothing else.
func TestTasksAreTold(t *testing.T) {
	eachOnFargate(t, func(t *testing.T, name string, g *graph) {
		before := recorded(t, name, settings.Lambda)
		for of, own := range map[string]map[string]string{
			"user": {
				service.UserAddr.Env: ":8080", service.PublicURL.Env: "https://send.example.org",
				service.AdminURL.Env: "http://admin.sgraph-send-" + name + ".internal:8081",
			},
			"admin": {
				service.AdminAddr.Env: ":8081", service.UserURL.Env: "https://send.example.org",
				service.PublicURL.Env: "https://send.example.org",
				service.Deployment.Env: fmt.Sprintf(
					`{"keep_secrets":{"generation":1,"canary":%v,"created_by":"stack %s"}}`, name != "dev", name),
			},
		} {
			want := map[string]string{
				"AWS_REGION": "eu-west-2", service.TLS.Env: "true", service.EmbedMetrics.Env: "true",
				service.TrustedProxies.Env: "10.77.0.0/20,10.77.16.0/20",
			}
			for key, value := range before.told(t, "sgraph-send-"+of+"-"+name) {
				if string(key) != service.OriginSecrets.Env && string(key) != service.AdminNextURL.Env {
					want[string(key)] = plain(value).StringValue()
				}
			}
			maps.Copy(want, own)
			if got := containerOf(t, g.named(t, kindTaskDefinition, of)).told(); !maps.Equal(got, want) {
				t.Errorf("%s is told\n%v, want\n%v", of, got, want)
			}
		}
	})
}

func TestTasksAreReplacedWithoutAnOutage(t *testing.T) {
	eachOnFargate(t, func(t *testing.T, name string, g *graph) {
		for _, of := range []string{"user", "admin"} {
			d := g.named(t, kindTaskService, of)
			for key, want := range map[string]string{
				"deploymentMinimumHealthyPercent": "100", "deploymentMaximumPercent": "200", "waitForSteadyState": "true",
				"launchType": "FARGATE", "enableExecuteCommand": "false", "desiredCount": "2",
			} {
				if d.text(key) != want {
					t.Errorf("%s: %s is %q, want %q", of, key, d.text(key), want)
				}
			}
			if d.text("deploymentCircuitBreaker", "enable") != "true" ||
				d.text("deploymentCircuitBreaker", "rollback") != "true" {
				t.Errorf("%s: %v", of, d.object("deploymentCircuitBreaker"))
			}
			target := g.named(t, kindTarget, of+"-task")
			delay, stop := number("deregistrationDelay")(target), containerOf(t, g.named(t, kindTaskDefinition, of)).StopTimeout
			if delay < int(drainSeconds) || stop < delay || stop > 120 {
				t.Errorf("%s: what it is at is given %d s, and then %d s", of, delay, stop)
			}
			scaled := g.named(t, kindScalable, of)
			if scaled.text("resourceId") != "service/sgraph-send-"+name+"/sgraph-send-"+of+"-"+name ||
				number("minCapacity")(scaled) < 2 {
				t.Errorf("%s: %v", of, scaled.Inputs)
			}
			policies := 0
			for _, p := range g.some(t, kindScaling) {
				if strings.HasPrefix(p.Name, of+"-") {
					policies++
				}
			}
			if policies != 2 {
				t.Errorf("%s is scaled by %d policies, want by processor and by requests", of, policies)
			}
		}
		// Who asks finds whom it asks.
		user, records := g.named(t, kindTaskService, "user"), 0
		for _, d := range g.some(t, "aws:route53/record:Record") {
			if strings.HasSuffix(d.Name, "-a") && slices.ContainsFunc(d.After, func(urn string) bool {
				return strings.HasSuffix(urn, kindTaskService+"::user")
			}) {
				records++
			}
		}
		if !slices.ContainsFunc(user.After, func(urn string) bool {
			return strings.HasSuffix(urn, kindTaskService+"::admin")
		}) {
			t.Error("the user service does not wait for the admin service")
		}
		if records != 2 {
			t.Errorf("%d names wait for who answers to them", records)
		}
	})
}

func TestADeploymentThatWasGivenUpFailsTheDeploy(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "dev", onTasks)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("dev")
	g.putBack = true
	if err := run(t, s, g); err == nil || !strings.Contains(err.Error(), "deployment-failed.md") {
		t.Errorf("it says %v", err)
	}
}

func TestAnImageThatCannotBePushedFailsTheDeploy(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "dev", onTasks)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("dev")
	g.refuse = "no route to the registry"
	if err := run(t, s, g); err == nil || !strings.Contains(err.Error(), g.refuse) {
		t.Errorf("it says %v", err)
	}
	for _, d := range g.resources {
		if d.Type == kindTaskService || d.Type == kindTaskDefinition {
			t.Errorf("%s %s was declared, of an image that is not there", d.Type, d.Name)
		}
	}
}

func TestARegistryKeepsWhatRuns(t *testing.T) {
	t.Parallel()
	for compute, registry := range map[string]string{settings.Lambda: "true", settings.Fargate: "false"} {
		changes := changesOn(compute, "qa")
		changes["sgraph-send:registry"] = registry
		d := record(t, "qa", changes).some(t, kindRepository)[0]
		if d.text("imageTagMutability") != "IMMUTABLE" || d.text("imageScanningConfiguration", "scanOnPush") != "true" ||
			d.text("encryptionConfigurations", "0", "encryptionType") != "AES256" {
			t.Errorf("%s: %v", compute, d.Inputs)
		}
	}
	if n := len(recorded(t, "qa", settings.Lambda).of(kindRepository)); n != 0 {
		t.Errorf("%d registries, which nobody asked for", n)
	}
}
