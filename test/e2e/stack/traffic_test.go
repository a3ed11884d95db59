package stack

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// tryNext runs the smoke test where a build is before anybody meets it, past the front,
// and wants nobody to come there without what the front shows.
func (c *commandLine) tryNext(t *testing.T, sgsend string, next map[string]string, version string) {
	t.Helper()
	for service, at := range next {
		if response := ask(t, at+wire.Health.To(), "", ""); response.StatusCode != http.StatusForbidden {
			t.Errorf("the next %s answers %d to whoever comes past the front", service, response.StatusCode)
		}
	}
	with := *c
	secret := strings.TrimSpace(c.run(t, "stack", "output", "originSecret", "--show-secrets"))
	with.env = append(slices.Clone(c.env), "ORIGIN_SECRET="+secret)
	with.do(t, sgsend, "smoke", next[metric.User], "--admin", next[metric.Admin], "--version", version,
		"--origin-secret-env", "ORIGIN_SECRET")
}

// traffic is the command that moves what is live, under way.
type traffic struct {
	cmd   *exec.Cmd
	said  bytes.Buffer
	ended chan error
}

// moves begins to move a stack.
func (c *commandLine) moves(t *testing.T, sgsend, stack string, how ...string) *traffic {
	t.Helper()
	args := append([]string{"traffic", "--stack", stack}, how...)
	m := &traffic{ended: make(chan error, 1), cmd: exec.CommandContext(t.Context(), sgsend, args...)}
	m.cmd.Env, m.cmd.Stdout, m.cmd.Stderr = c.env, &m.said, &m.said
	if err := m.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { m.ended <- m.cmd.Wait() }()
	return m
}

// ends waits for the command, and answers its exit code.
func (m *traffic) ends(t *testing.T) int {
	t.Helper()
	err := <-m.ended
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return m.cmd.ProcessState.ExitCode()
}

// split waits until a share of the calls of a service goes to another version.
func (m *traffic) split(t *testing.T, s simulation, function string) {
	t.Helper()
	for {
		select {
		case err := <-m.ended:
			t.Fatalf("it ended before: %v\n%s", err, &m.said)
		case <-time.After(100 * time.Millisecond):
		}
		var alias struct {
			RoutingConfig struct{ AdditionalVersionWeights map[string]float64 }
		}
		s.askJSON(t, "lambda", http.MethodGet, "/2015-03-31/functions/"+function+"/aliases/"+names.LiveAlias, "", "", &alias)
		if len(alias.RoutingConfig.AdditionalVersionWeights) > 0 {
			return
		}
	}
}

// sounds has an alarm of a stack sound, or be quiet.
func (s simulation) sounds(t *testing.T, alarm string, state string) {
	t.Helper()
	body := fmt.Sprintf(`{"AlarmName":%q,"StateValue":%q,"StateReason":"the test says so"}`, alarm, state)
	action := "GraniteServiceVersion20100801.SetAlarmState"
	status, said := called("monitoring", region, action, body).ask(t, s.endpoint, "test")
	if status != http.StatusOK {
		t.Fatalf("cloudwatch answers %d: %s", status, said)
	}
}

// versions notes which versions of the user service answer people, one after the other,
// until it is told to end.
func versions(t *testing.T, address string) (end func() []string) {
	t.Helper()
	var seen []string
	var asking sync.WaitGroup
	over := make(chan struct{})
	c := client{t: t, base: address, header: http.Header{}}
	asking.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if response, said := c.once(http.MethodGet, wire.Version.To(), nil); response.StatusCode != http.StatusOK {
				seen = append(seen, fmt.Sprint(response.StatusCode))
			} else {
				seen = append(seen, string(said))
			}
		}
	})
	return func() []string {
		close(over)
		asking.Wait()
		return slices.Compact(seen)
	}
}
