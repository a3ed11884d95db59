package pipelines

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/simulated"
)

// People are moved to a version step by step. An alarm in the middle puts them back to
// the one before, and a version that sounds none gets there.
func trafficInSteps(t *testing.T, w *world) {
	nightly.Only(t)
	repo := w.repository(t, "traffic")
	repo.reach("dev")
	deploy := func(wait string) *run {
		t.Helper()
		sha := repo.push(t, "dev", map[string]string{"Pulumi.dev.yaml": inSteps(t, w, wait)})
		return repo.start(t, "ci-pipeline__dev.yml", pushed("dev", sha))
	}
	live := func(want string) {
		t.Helper()
		for _, service := range []string{metric.User, metric.Admin} {
			if version, _ := w.cloud.live(t, "dev", service); version != want {
				t.Errorf("version %s of the %s service is live, want %s", version, service, want)
			}
		}
	}
	alarm := stack.Names{Stack: "dev"}.Alarm("admin-errors")

	r := deploy("1s")
	<-r.ended
	r.wants(t, map[string]string{"deploy": "success"})
	live("1")

	r = deploy("10m")
	w.cloud.splits(t, r, "dev", metric.Admin)
	w.cloud.sounds(t, alarm, "ALARM")
	<-r.ended
	r.wants(t, map[string]string{"deploy": "failure"})
	has(t, r.of(t, "deploy").summary, "dev: smoke test of what is next passed", "50 % of the calls go to 2",
		alarm+" (the test says so)", "admin  put back to 1", "dev: put back to user=1,admin=1")
	live("1")

	w.cloud.sounds(t, alarm, "OK")
	r = deploy("1s")
	<-r.ended
	r.wants(t, map[string]string{"deploy": "success"})
	has(t, r.of(t, "deploy").summary, "50 % of the calls go to 3", "100 % of the calls go to 3", "user=3,admin=3",
		"dev: smoke test passed")
	live("3")
}

// inSteps is the file of dev, with steps, and so long between two of them.
func inSteps(t *testing.T, w *world, wait string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.sources, "Pulumi.dev.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "  sgraph-send:trafficSteps: 50,100\n  sgraph-send:trafficWait: " + wait + "\n"
}

// waits is how long alarms are watched, as a stack file says it.
var waits = regexp.MustCompile(`(sgraph-send:trafficWait:).*`)

// splits waits until a share of the calls of a service goes to another version.
func (c *cloud) splits(t *testing.T, r *run, of, service string) {
	t.Helper()
	for {
		select {
		case <-r.ended:
			t.Fatalf("the run ended before:\n%s", r.of(t, "deploy").log)
		case <-time.After(200 * time.Millisecond):
		}
		var alias struct {
			RoutingConfig struct{ AdditionalVersionWeights map[string]float64 }
		}
		c.ask(t, simulated.Question{
			Service: "lambda", Method: http.MethodGet,
			Path: "/2015-03-31/functions/" + stack.Names{Stack: of}.Function(service) + "/aliases/" + stack.LiveAlias,
		}, &alias)
		if len(alias.RoutingConfig.AdditionalVersionWeights) > 0 {
			return
		}
	}
}

// sounds has an alarm say something.
func (c *cloud) sounds(t *testing.T, alarm, state string) {
	t.Helper()
	c.ask(t, simulated.Question{
		Service: "monitoring", Method: http.MethodPost, Path: "/", Target: "GraniteServiceVersion20100801.SetAlarmState",
		Body: fmt.Sprintf(`{"AlarmName":%q,"StateValue":%q,"StateReason":"the test says so"}`, alarm, state),
	}, nil)
}
