package rollback_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"sgraph.ai/send/cli/alias"
	"sgraph.ai/send/cli/internal/deployed"
	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
)

// functions are a stack's, with so many published versions each, the newest live.
func functions(t *testing.T, versions rollback.Versions) (rollback.Stack, deployed.Functions) {
	t.Helper()
	f := deployed.New(t, versions, nil)
	return rollback.Stack{Name: f.Stack, Lambda: f.Lambda}, f
}

func back(ctx context.Context, s rollback.Stack, services []string, to rollback.Versions) ([]rollback.Step, error) {
	steps, err := s.Plan(ctx, services, to)
	if err != nil {
		return nil, err
	}
	return steps, s.Apply(ctx, steps)
}

func isLive(t *testing.T, s rollback.Stack, want string) {
	t.Helper()
	live, err := s.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if live.String() != want {
		t.Errorf("live is %q, want %q", live, want)
	}
}

func must(t *testing.T, steps []rollback.Step, err error) []rollback.Step {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func TestBackToTheVersionBeforeAndOnlyOnce(t *testing.T) {
	t.Parallel()
	s, f := functions(t, rollback.Versions{"user": 3, "admin": 2})
	isLive(t, s, "user=3,admin=2")
	steps, err := back(t.Context(), s, rollback.Services, nil)
	if got := fmt.Sprint(must(t, steps, err)); got != "[user   3 -> 2 admin  2 -> 1]" {
		t.Errorf("steps: %s", got)
	}
	isLive(t, s, "user=2,admin=1")
	steps, err = back(t.Context(), s, rollback.Services, nil)
	for _, step := range must(t, steps, err) {
		if step.Moves() || !strings.Contains(step.String(), "put back already") {
			t.Errorf("the second time: %v", step)
		}
	}
	isLive(t, s, "user=2,admin=1")
	// After the next deploy the way back leads to the version before that.
	f.Deploy(t, "user")
	isLive(t, s, "user=4,admin=1")
	must(t, steps, err)
	if _, err := back(t.Context(), s, rollback.Services, nil); err != nil {
		t.Fatal(err)
	}
	isLive(t, s, "user=3,admin=1")
}

func TestBackToNamedVersions(t *testing.T) {
	t.Parallel()
	s, _ := functions(t, rollback.Versions{"user": 3, "admin": 2})
	for range 2 { // the second time changes nothing
		steps, err := back(t.Context(), s, rollback.Services, rollback.Versions{"user": 1})
		must(t, steps, err)
		isLive(t, s, "user=1,admin=2")
	}
	_, err := back(t.Context(), s, rollback.Services, rollback.Versions{"user": 3, "admin": 7})
	if err == nil || !strings.Contains(err.Error(), "admin has no version 7; it has 1, 2") {
		t.Errorf("got %v", err)
	}
	isLive(t, s, "user=1,admin=2") // nothing moved, not even what could have
}

func TestOneServiceAlone(t *testing.T) {
	t.Parallel()
	s, _ := functions(t, rollback.Versions{"user": 2, "admin": 2})
	steps, err := back(t.Context(), s, []string{"user"}, nil)
	must(t, steps, err)
	isLive(t, s, "user=1,admin=2")
}

func TestPlanAloneTouchesNothing(t *testing.T) {
	t.Parallel()
	s, _ := functions(t, rollback.Versions{"user": 2, "admin": 1})
	steps, err := s.Plan(t.Context(), rollback.Services, nil)
	if got := fmt.Sprint(must(t, steps, err)); got != "[user   2 -> 1 admin  1  stays: there is no version before it]" {
		t.Errorf("steps: %s", got)
	}
	isLive(t, s, "user=2,admin=1")
}

func TestSplitTrafficGoesBackWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to   rollback.Versions
		said string
	}{
		"named":     {rollback.Versions{"user": 2}, "user   2  has all calls again, of which 10 % went to 3"},
		"not named": {nil, "user   2  has all calls again, of which 10 % went to 3"},
		"further":   {rollback.Versions{"user": 1}, "user   2 -> 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := functions(t, rollback.Versions{"user": 3})
			f.Point(t, "user", "live", "2", map[string]float64{"3": 0.1})
			steps, err := back(t.Context(), s, []string{"user"}, c.to)
			if got := must(t, steps, err)[0].String(); got != c.said {
				t.Error(got)
			}
			want := "2"
			if c.to["user"] == 1 {
				want = "1"
			}
			if at := f.At(t, "user", "live"); at != want {
				t.Errorf("it is at %s", at)
			}
		})
	}
}

// What was live before is noted where it was moved from there: a version between may
// have failed where it was tried, and never was live.
func TestBackToWhatWasLiveAndNotToWhatFailed(t *testing.T) {
	t.Parallel()
	s, f := functions(t, rollback.Versions{"user": 1, "admin": 1})
	f.Publish(t, "user") // version 2, which fails
	f.Publish(t, "user") // version 3, which does not
	of := alias.Function{Name: f.Function("user"), Lambda: f.Lambda}
	at, err := of.Get(t.Context(), "live")
	if err == nil {
		_, err = of.Set(t.Context(), "live", at.Whole(3, 1))
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		steps, err := back(t.Context(), s, []string{"user"}, nil)
		must(t, steps, err)
		isLive(t, s, "user=1,admin=1")
	}

	// And where the newest failed, and what is live turns out to be bad as well.
	f.Point(t, "user", "live", "2", nil)
	if at, err = of.Get(t.Context(), "live"); err == nil {
		_, err = of.Set(t.Context(), "live", at.Whole(2, 1))
	}
	if err != nil {
		t.Fatal(err)
	}
	steps, err := back(t.Context(), s, []string{"user"}, nil)
	if got := fmt.Sprint(must(t, steps, err)); got != "[user   2 -> 1]" {
		t.Error(got)
	}
}

// listener notes the bodies of what moves an alias.
type listener struct{ said []string }

func (l *listener) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPut && strings.Contains(req.URL.Path, "/aliases/") {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		l.said = append(l.said, string(body))
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return asking.Client.Do(req)
}

func TestMoveNamesTheRevisionThatWasPlanned(t *testing.T) {
	t.Parallel()
	s, _ := functions(t, rollback.Versions{"user": 2, "admin": 1})
	before, err := s.Lambda.GetAlias(t.Context(), &lambda.GetAliasInput{
		FunctionName: aws.String("sgraph-send-user-" + s.Name),
		Name:         aws.String("live"),
	})
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{}
	config := moto.Config(t)
	config.HTTPClient = l
	s.Lambda = lambda.NewFromConfig(config)
	steps, err := back(t.Context(), s, rollback.Services, nil)
	must(t, steps, err)
	revision := aws.ToString(before.RevisionId)
	if revision == "" || len(l.said) != 1 || !strings.Contains(l.said[0], revision) {
		t.Errorf("revision %q, moved by %v", revision, l.said)
	}
}

func TestStackThatDoesNotExist(t *testing.T) {
	t.Parallel()
	s, _ := functions(t, nil)
	isLive(t, s, "")
	_, err := s.Plan(t.Context(), rollback.Services, nil)
	if err == nil || !strings.Contains(err.Error(), "sgraph-send-user-"+s.Name) {
		t.Errorf("got %v", err)
	}
}

func TestParseVersions(t *testing.T) {
	t.Parallel()
	if v, err := rollback.ParseVersions("admin=3, user=7"); err != nil || v.String() != "user=7,admin=3" {
		t.Errorf("got %v, %v", v, err)
	}
	for _, s := range []string{"", "7", "user", "user=", "user=0", "user=-1", "user=7,user=8", "both=1", "user=$LATEST"} {
		if v, err := rollback.ParseVersions(s); err == nil {
			t.Errorf("%q was read as %v", s, v)
		}
	}
}
