package stack

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metrictest"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/test/secrettest"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// TestEdge deploys the stack of qa, with everything that prod has too: what
// stands in front of the services, and what calls them on a schedule.
func TestEdge(t *testing.T) {
	t.Parallel()
	pulumi, aws, told := beginEnforced(t, checkout(t), "qa")
	pulumi.refer(t, aws, "qa", apiKey)
	// What stacks can have besides, so that nothing is missing that it takes.
	for name, value := range map[string]string{
		"adminAllow": "127.0.0.0/8,2001:db8:1::/48", "alarmEmail": "operator@example.org", "tracing": "true",
		"domain": "qa." + zone,
	} {
		pulumi.run(t, "config", "set", name, value)
	}

	step(t, "up", func(t *testing.T) {
		pulumi.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
		if state := pulumi.run(t, "stack", "export"); strings.Contains(state, hidden) {
			t.Error("the state holds secrets in the clear")
		}
	})
	step(t, "who may only look reads all that is there", func(t *testing.T) {
		// As the check for drift does it, but that the simulated CloudFront tells of other
		// settings than it was given: what a deploy would change, another build shows.
		pulumi.as(t, aws, "qa", "preview").run(t, "preview", "--refresh", "--diff", "--non-interactive")
	})

	outputs := pulumi.outputs(t)
	distributions := pulumi.resources(t, "aws:cloudfront/distribution:Distribution")
	var userLog, adminLog logtest.Buffer
	var seen visits
	userURL, user, adminURL, admin := hostBoth(t, aws, outputs, &seen, &userLog, &adminLog)
	fronts := map[string]*front{
		"user":  newFront(t, aws, distributions["user"].ID, userURL),
		"admin": newFront(t, aws, distributions["admin"].ID, adminURL),
	}

	step(t, "its name leads to the edge", func(t *testing.T) {
		if outputs["userUrl"] != "https://qa."+zone || outputs["adminUrl"] != "https://admin.qa."+zone {
			t.Errorf("people are sent to %s, operators to %s", outputs["userUrl"], outputs["adminUrl"])
		}
		records := pulumi.resources(t, "aws:route53/record:Record")
		var kept struct {
			Records []struct {
				Name, Type string
				Target     string `xml:"AliasTarget>DNSName"`
			} `xml:"ResourceRecordSets>ResourceRecordSet"`
		}
		aws.askXML(t, "route53", "/2013-04-01/hostedzone/"+records["user-a"].text(t, "zoneId")+"/rrset", &kept)
		leads := map[string]string{} // where a name goes, by kind
		for _, r := range kept.Records {
			leads[strings.TrimSuffix(r.Name, ".")+" "+r.Type] = strings.TrimSuffix(r.Target, ".")
		}
		for name, to := range map[string]string{"qa." + zone: "userEdgeDomain", "admin.qa." + zone: "adminEdgeDomain"} {
			for _, kind := range []string{"A", "AAAA"} {
				if got := leads[name+" "+kind]; got == "" || got != outputs[to] {
					t.Errorf("%s %s leads to %q, not to %q", name, kind, got, outputs[to])
				}
			}
		}
	})

	step(t, "who comes past the edge is refused", func(t *testing.T) {
		for name, bare := range map[string]string{"user": userURL, "admin": adminURL} {
			for secret, want := range map[string]int{
				"":                  http.StatusForbidden,
				"guess":             http.StatusForbidden,
				fronts[name].secret: http.StatusOK,
			} {
				if response := ask(t, bare+"/info/health", secret, ""); response.StatusCode != want {
					t.Errorf("%s with the secret %.5q answers %d, want %d", name, secret, response.StatusCode, want)
				}
			}
		}
	})
	step(t, "only the edge says who asks", func(t *testing.T) {
		client := func(secret, viewer string) string {
			response := ask(t, userURL+"/info/health", secret, viewer)
			return clientOf(t, &userLog, response.Header.Get("Fast-Api-Request-Id"))
		}
		secret := fronts["user"].secret
		one, other := client(secret, "192.0.2.1:1000"), client(secret, "192.0.2.2:1000")
		if one == other || one != client(secret, "192.0.2.1:2000") {
			t.Error("behind the edge, clients are not told apart by the viewer's address")
		}
		if forged := client("", "192.0.2.1:1000"); forged == one || forged != client("guess", "192.0.2.2:1000") {
			t.Error("past the edge, a header says who asks")
		}
	})
	step(t, "operators come from some addresses only", func(t *testing.T) {
		for path, statuses := range map[string][2]int{
			"/admin/": {http.StatusOK, http.StatusForbidden}, "/tokens/list": {http.StatusUnauthorized, http.StatusForbidden},
			"/info/health": {http.StatusOK, http.StatusOK},
		} {
			for i, viewer := range []string{"127.0.0.1:1", "192.0.2.9:1"} {
				response := ask(t, adminURL+path, fronts["admin"].secret, viewer)
				if response.StatusCode != statuses[i] {
					t.Errorf("%s from %s answers %d, want %d", path, viewer, response.StatusCode, statuses[i])
				}
			}
		}
	})
	step(t, "files travel through the edge", func(t *testing.T) {
		travel(t, aws, outputs, fronts["user"].url, fronts["admin"].url)
	})
	step(t, "browsers are sent what the source has", func(t *testing.T) { areReleased(t, fronts) })

	var canary *lambdahost.Function
	lasting := t // what is made in a step ends with it
	step(t, "the canary is well", func(t *testing.T) {
		event := pulumi.resources(t, "aws:lambda/invocation:Invocation")["secrets"].text(t, "input")
		without := strings.Replace(event, `"canary":true`, `"canary":false`, 1)
		for _, event := range []string{event, without, event} { // as deploys do, with a canary and without
			if _, err := admin.Invoke(t.Context(), []byte(event)); err != nil {
				t.Fatal(err)
			}
		}
		artifact := pulumi.resources(t, "aws:s3/bucketObjectv2:BucketObjectv2")["canary-artifact"]
		config := aws.deployed(t, "sgraph-send-canary-qa", outputs["artifactsBucket"], artifact.text(t, "key"))
		if got := config.Environment["CANARY__URL"]; got != outputs["userUrl"] {
			t.Errorf("it goes to %s, not %s", got, outputs["userUrl"])
		}
		config.Environment["CANARY__URL"] = fronts["user"].url
		config.Environment["CANARY__NEXT_URL"] = userURL // past the front, with what that shows
		var log logtest.Buffer
		config.Log = &log
		_, canary = host(lasting, config, aws.endpoint)
		if _, err := canary.Invoke(t.Context(), scheduled); err != nil {
			t.Fatalf("%v\n%s", err, &log)
		}
		counts(t, &log, 0, metric.CanarySucceeded)
		if said, err := canary.Invoke(t.Context(), []byte(`{"next":true}`)); err != nil ||
			!strings.Contains(string(said), `"next":true`) {
			t.Errorf("at next: %s, %v\n%s", said, err, &log)
		}
	})
	step(t, "the schedule sweeps", func(t *testing.T) {
		before := len(userLog.String())
		if _, err := user.Invoke(t.Context(), scheduled); err != nil {
			t.Fatal(err)
		}
		counts(t, &userLog, before, metric.SweepsCompleted)
	})
	enforced := &enforcement{
		aws: aws, stack: "qa", outputs: outputs, userURL: fronts["user"].url, adminURL: fronts["admin"].url,
		user: user, admin: admin, canary: canary, origin: fronts["admin"].secret,
	}
	step(t, "every route works for who may do no more than the functions", func(t *testing.T) {
		tour(t, fronts["user"].url, fronts["admin"].url)
		enforced.onSchedule(t)
		seen.all(t)
		aws.nothingRefused(t, 0)
	})
	step(t, "no grant is idle", enforced.nothingIdle)
	step(t, "without a grant something fails", enforced.eachGrantCounts)
	step(t, "nobody raises himself", enforced.nobodyRaisesHimself)
	step(t, "a pull request's stack comes and goes by a role of its own", func(t *testing.T) {
		nightly.Only(t)
		pullComesAndGoes(t, aws, checkout(t), told["pull-request"])
	})
	step(t, "pages cost the functions little, and outlive a deploy", func(t *testing.T) {
		browse(t, fronts, aws, func() {
			anotherBuild(t, pulumi.dir)
			for name, op := range pulumi.deploys(t) {
				if kind, _, _ := strings.Cut(name, " "); !slices.Contains(ofBuilds, kind) {
					t.Errorf("another build is a %s of %s", op, name)
				}
			}
			userURL, _, adminURL, _ := hostBoth(t, aws, pulumi.outputs(t), &seen, &userLog, &adminLog)
			fronts["user"].serve(t, userURL)
			fronts["admin"].serve(t, adminURL)
		})
	})
	step(t, "no log knows a secret", func(t *testing.T) {
		secrettest.Kept{"user's log": userLog.String(), "admin's log": adminLog.String()}.Lacks(t, map[string]string{
			"hidden": hidden, "the plaintext": plaintext, "the file's name": "canary-file-name", "an address": "192.0.2.",
			"user's origin secret": fronts["user"].secret, "admin's origin secret": fronts["admin"].secret,
		})
	})

	step(t, "destroy leaves nothing", func(t *testing.T) {
		// The simulated CloudFront forgets what distributions are said to be of; they are tagged.
		aws.has(t, "qa", "log sources at edge", "log targets at edge", "log delivery at edge", "distributions")
		before := aws.guard.Count()
		pulumi.run(t, "destroy", "--yes", "--skip-preview", "--non-interactive")
		aws.gone(t, "qa")
		aws.nothingRefused(t, before)
	})
}

// ofBuilds are the kinds of things that are others in another build, with the call that has it keep
// the secrets; all else is as it was.
var ofBuilds = []string{"BucketObjectv2", "Function", "Alias", "Invocation", "Stack"}

// hostBoth runs both services as they are deployed, but that the user service asks
// the admin service where it is run.
func hostBoth(
	t *testing.T, aws simulation, outputs map[string]string, seen *visits, userLog, adminLog *logtest.Buffer,
) (userURL string, user *lambdahost.Function, adminURL string, admin *lambdahost.Function) {
	t.Helper()
	config := aws.deployed(t, outputs["adminFunction"], outputs["artifactsBucket"], outputs["adminArtifact"])
	config.Log = adminLog
	adminURL, admin = host(t, config, aws.endpoint)
	adminURL = seen.watch(t, wire.Admin, adminURL)
	config = aws.deployed(t, outputs["userFunction"], outputs["artifactsBucket"], outputs["userArtifact"])
	config.Log = userLog
	config.Environment[settings.AdminURL.Env] = adminURL // past its front, as deployed
	userURL, user = host(t, config, aws.endpoint)
	userURL = seen.watch(t, wire.User, userURL)
	return userURL, user, adminURL, admin
}

// scheduled is an event as a rule of EventBridge sends it.
var scheduled = []byte(`{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events",` +
	`"account":"123456789012","time":"2030-01-01T00:00:00Z","region":"eu-west-2","resources":[],"detail":{}}`)

// ask asks a function past its front.
func ask(t *testing.T, address, secret, viewer string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		wire.OriginSecret.Set(request.Header, secret)
	}
	if viewer != "" {
		wire.ViewerAddress.Set(request.Header, viewer)
	}
	response, err := asking.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func (s simulation) askXML(t *testing.T, service, path string, into any) {
	t.Helper()
	status, answer := s.ask(t, service, http.MethodGet, path, "", "")
	if status != http.StatusOK {
		t.Fatalf("%s %s answers %d: %s", service, path, status, answer)
	}
	if err := xml.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s %s: %v: %s", service, path, err, answer)
	}
}

// counts waits for a record after the first skip bytes that counts one of a
// metric.
func counts(t *testing.T, log *logtest.Buffer, skip int, name metric.Name) {
	t.Helper()
	log.WaitRecord(t, skip, func(record string) bool { return metrictest.Sum(t, record, name) == 1 })
}

// clientOf answers whose a request was.
func clientOf(t *testing.T, log *logtest.Buffer, request string) string {
	t.Helper()
	var logged struct {
		Request string `json:"request_id"`
		Client  string `json:"client"`
	}
	log.WaitRecord(t, 0, func(record string) bool {
		return json.Unmarshal([]byte(record), &logged) == nil && logged.Request == request
	})
	return logged.Client
}
