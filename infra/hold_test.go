package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"sgraph.ai/send/infra/settings"
)

// pointing are functions whose live aliases point at a version, or cannot be asked.
type pointing struct {
	at     map[string]string
	broken error
}

func (p pointing) GetAlias(
	_ context.Context, of *lambda.GetAliasInput, _ ...func(*lambda.Options),
) (*lambda.GetAliasOutput, error) {
	version, ok := p.at[*of.FunctionName+":"+*of.Name]
	if p.broken == nil && !ok {
		return nil, &types.ResourceNotFoundException{}
	}
	return &lambda.GetAliasOutput{FunctionVersion: aws.String(version)}, p.broken
}

func TestWhatIsLiveStaysSoWhereADeployIsToHoldIt(t *testing.T) {
	t.Parallel()
	deployed := map[string]string{"sgraph-send-user-qa:live": "12", "sgraph-send-admin-qa:live": "4"}
	first := map[string]string{"sgraph-send-admin-qa:live": "1"}
	toHold := map[string]string{"SEND_HOLD_LIVE": "1"}
	for name, c := range map[string]struct {
		changes map[string]string
		there   pointing
		want    held
	}{
		"it is held":                 {toHold, pointing{at: deployed}, held{"user": "12", "admin": "4"}},
		"it is not":                  {nil, pointing{at: deployed}, held{}},
		"nothing was deployed":       {toHold, pointing{}, held{}},
		"only the first of the two":  {toHold, pointing{at: first}, held{"admin": "1"}},
		"what runs has no functions": {withHold(onTasks), pointing{at: deployed}, held{}},
	} {
		s, err := parseStack(t, "qa", c.changes)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := hold(t.Context(), s, c.there); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%s: %v stay, %v", name, got, err)
		}
	}

	s, err := parseStack(t, "qa", toHold)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold(t.Context(), s, pointing{broken: errors.New("denied")}); err == nil ||
		!strings.Contains(err.Error(), "nothing was touched") {
		t.Errorf("what cannot be asked is deployed all the same: %v", err)
	}
}

func withHold(changes map[string]string) map[string]string {
	held := maps.Clone(changes)
	held["SEND_HOLD_LIVE"] = "1"
	return held
}

func TestAliasesOfADeployThatHoldsWhatIsLive(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "prod", nil)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("prod")
	g.held = held{"user": "12"}
	if err := run(t, s, g); err != nil {
		t.Fatal(err)
	}
	for alias, want := range map[string]string{"user-live": "12", "user-next": "1", "admin-live": "1", "admin-next": "1"} {
		if got := g.named(t, "aws:lambda/alias:Alias", alias).text("functionVersion"); got != want {
			t.Errorf("%s is at version %s, want %s", alias, got, want)
		}
	}
}

// A function says how its live alias is to be moved, for whoever moves it knows no
// stack file.
func TestFunctionsSayHowTheyAreToBeMoved(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		want := map[string][2]string{"dev": {"100", "0s"}, "qa": {"50 100", "1m0s"}, "prod": {"10 50 100", "3m0s"}}[stack]
		for _, of := range []string{"user", "admin"} {
			d := g.named(t, kindFunction, of)
			if got := [2]string{d.text("tags", "traffic-steps"), d.text("tags", "traffic-wait")}; got != want {
				t.Errorf("%s says %v, want %v", of, got, want)
			}
		}
	})
}

// What is only tried sounds no alarm: the smoke test makes mistakes on purpose. What
// the whole function is measured by is what its versions share.
func TestAlarmsOfFunctionsAreOfWhatPeopleCall(t *testing.T) {
	shared := map[string]bool{"Throttles": true, "Invocations": true, "ConcurrentExecutions": true}
	each(t, func(t *testing.T, stack string, g *graph) {
		live := 0
		check := func(a declared, path ...string) {
			of := func(last ...string) string { return a.text(append(slices.Clip(path), last...)...) }
			if of("namespace") != "AWS/Lambda" {
				return
			}
			function, resource, name := of("dimensions", "FunctionName"), of("dimensions", "Resource"), of("metricName")
			switch {
			case resource == function+":live":
				live++
			case resource != "" || !shared[name] || strings.HasSuffix(a.Name, "-errors"):
				t.Errorf("%s is about %s of %q of %s", a.Name, name, resource, function)
			}
		}
		for _, a := range g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm") {
			check(a)
			for i := range a.list("metricQueries") {
				check(a, "metricQueries", string(rune('0'+i)), "metric")
			}
		}
		if live < 12 {
			t.Errorf("only %d metrics are of what is live", live)
		}
	})
}

func TestStepsWithoutTheEdgeAreWarnedOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes map[string]string
		warned  bool
	}{
		"at once":       {map[string]string{"sgraph-send:edge": "false", "sgraph-send:trafficSteps": "100"}, false},
		"in steps":      {map[string]string{"sgraph-send:edge": "false"}, true},
		"with the edge": {nil, false},
		"on servers":    {onTasks, false},
	} {
		s, err := parseStack(t, "qa", c.changes)
		if err != nil {
			t.Fatal(err)
		}
		if got := breaksPages(s); got != c.warned {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, err := parseStack(t, "qa", map[string]string{"sgraph-send:trafficWait": "14m"}); err == nil {
		t.Error("a move that lasts longer than credentials is taken")
	} else if f := (*settings.Faults)(nil); !errors.As(err, &f) || !strings.Contains(err.Error(), "trafficWait") {
		t.Error(err)
	}
}
