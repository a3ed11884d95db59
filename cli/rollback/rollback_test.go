package rollback_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/shared/test/moto"
)

// deployed makes the functions of a stack with so many published versions
// each, the newest live.
func deployed(t *testing.T, versions rollback.Versions) rollback.Stack {
	t.Helper()
	config := moto.Config(t)
	s := rollback.Stack{Name: "test-" + strings.ToLower(t.Name()), Lambda: lambda.NewFromConfig(config)}
	role(t, aws.ToString(config.BaseEndpoint))
	for service, n := range versions {
		name := "sgraph-send-" + service + "-" + s.Name
		_, err := s.Lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
			FunctionName: &name,
			Runtime:      types.RuntimeProvidedal2023,
			Handler:      aws.String("bootstrap"),
			Role:         aws.String("arn:aws:iam::123456789012:role/rollback-test"),
			Code:         &types.FunctionCode{ZipFile: packed(t, 1)},
			Publish:      true,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Lambda.CreateAlias(t.Context(), &lambda.CreateAliasInput{
			FunctionName:    &name,
			Name:            aws.String("live"),
			FunctionVersion: aws.String("1"),
		}); err != nil {
			t.Fatal(err)
		}
		for range n - 1 {
			publish(t, s, service)
		}
	}
	return s
}

// publish is what a deploy does to one function: a new version, and the alias
// moves to it.
func publish(t *testing.T, s rollback.Stack, service string) {
	t.Helper()
	name := aws.String("sgraph-send-" + service + "-" + s.Name)
	live, err := s.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{
		FunctionName: name,
		ZipFile:      packed(t, live[service]+100),
		Publish:      true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{
		FunctionName:    name,
		Name:            aws.String("live"),
		FunctionVersion: out.Version,
	}); err != nil {
		t.Fatal(err)
	}
}

func packed(t *testing.T, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "#!/bin/sh\n# %d\n", n)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// role makes the role that functions need; one will do for all tests.
func role(t *testing.T, endpoint string) {
	t.Helper()
	status := query(t, endpoint, "iam", url.Values{
		"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {"rollback-test"},
		"AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}`},
	})
	if status != http.StatusOK && status != http.StatusConflict {
		t.Fatal(status)
	}
}

// query asks the simulated AWS, by a form, and returns the status of its answer.
func query(t *testing.T, endpoint, service string, form url.Values) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-2/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
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
	s := deployed(t, rollback.Versions{"user": 3, "admin": 2})
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
	publish(t, s, "user")
	isLive(t, s, "user=4,admin=1")
	must(t, steps, err)
	if _, err := back(t.Context(), s, rollback.Services, nil); err != nil {
		t.Fatal(err)
	}
	isLive(t, s, "user=3,admin=1")
}

func TestBackToNamedVersions(t *testing.T) {
	t.Parallel()
	s := deployed(t, rollback.Versions{"user": 3, "admin": 2})
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
	s := deployed(t, rollback.Versions{"user": 2, "admin": 2})
	steps, err := back(t.Context(), s, []string{"user"}, nil)
	must(t, steps, err)
	isLive(t, s, "user=1,admin=2")
}

func TestPlanAloneTouchesNothing(t *testing.T) {
	t.Parallel()
	s := deployed(t, rollback.Versions{"user": 2, "admin": 1})
	steps, err := s.Plan(t.Context(), rollback.Services, nil)
	if got := fmt.Sprint(must(t, steps, err)); got != "[user   2 -> 1 admin  1  stays: there is no version before it]" {
		t.Errorf("steps: %s", got)
	}
	isLive(t, s, "user=2,admin=1")
}

func TestSplitTrafficGoesBackWhole(t *testing.T) {
	t.Parallel()
	s := deployed(t, rollback.Versions{"user": 3, "admin": 1})
	name := aws.String("sgraph-send-user-" + s.Name)
	if _, err := s.Lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{
		FunctionName:    name,
		Name:            aws.String("live"),
		FunctionVersion: aws.String("2"),
		RoutingConfig:   &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"3": 0.1}},
	}); err != nil {
		t.Fatal(err)
	}
	steps, err := back(t.Context(), s, rollback.Services, rollback.Versions{"user": 2})
	must(t, steps, err)
	out, err := s.Lambda.GetAlias(t.Context(), &lambda.GetAliasInput{FunctionName: name, Name: aws.String("live")})
	if err != nil {
		t.Fatal(err)
	}
	if out.RoutingConfig != nil && len(out.RoutingConfig.AdditionalVersionWeights) > 0 {
		t.Errorf("a share still goes to %v", out.RoutingConfig.AdditionalVersionWeights)
	}
}

// listener notes the bodies of what moves an alias. The simulated AWS moves it
// whatever revision is named; the real one refuses an old one.
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
	return http.DefaultClient.Do(req)
}

func TestMoveNamesTheRevisionThatWasPlanned(t *testing.T) {
	t.Parallel()
	s := deployed(t, rollback.Versions{"user": 2, "admin": 1})
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
	s := deployed(t, nil)
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
