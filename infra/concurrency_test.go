package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// account is one whose functions may work on so many requests at once, of which
// so many are not reserved.
type account struct {
	most, free int
	own        map[string]int // reserved by functions that are there
	broken     error
}

func (a account) GetAccountSettings(
	context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options),
) (*lambda.GetAccountSettingsOutput, error) {
	return &lambda.GetAccountSettingsOutput{AccountLimit: &types.AccountLimit{
		ConcurrentExecutions: int32(a.most), UnreservedConcurrentExecutions: aws.Int32(int32(a.free)),
	}}, a.broken
}

func (a account) GetFunctionConcurrency(
	_ context.Context, of *lambda.GetFunctionConcurrencyInput, _ ...func(*lambda.Options),
) (*lambda.GetFunctionConcurrencyOutput, error) {
	n, ok := a.own[*of.FunctionName]
	if !ok {
		return nil, &types.ResourceNotFoundException{}
	}
	return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: aws.Int32(int32(n))}, nil
}

func TestSmallAccountsAreToldBeforeAnythingIsTouched(t *testing.T) {
	t.Parallel()
	none := map[string]string{"sgraph-send:userConcurrency": "0", "sgraph-send:adminConcurrency": "0"}
	deployed := map[string]int{"sgraph-send-user-qa": 20, "sgraph-send-admin-qa": 5, "sgraph-send-canary-qa": 1}
	for name, c := range map[string]struct {
		limits  limits
		changes map[string]string
		said    string // "" = deployed
	}{
		"a usual account":           {limits: account{most: 1000, free: 1000}},
		"a new account":             {limits: account{most: 10, free: 10}, said: "of the 10 that account " + testAccount},
		"a new account, none":       {limits: account{most: 10, free: 10}, changes: none},
		"room, as 100 are kept":     {limits: account{most: 200, free: 126}},
		"one too few":               {limits: account{most: 200, free: 125}, said: "25 can be reserved"},
		"others have it all":        {limits: account{most: 1000, free: 100}, said: "0 can be reserved"},
		"this stack has it already": {limits: account{most: 1000, free: 100, own: deployed}},
		"and wants more": {
			limits:  account{most: 1000, free: 100, own: deployed},
			changes: map[string]string{"sgraph-send:userConcurrency": "21"}, said: "reserves 27",
		},
		"an account that is not said": {limits: account{broken: errors.New("AccessDenied")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := parseStack(t, "qa", c.changes)
			if err != nil {
				t.Fatal(err)
			}
			g := accountOf("qa")
			g.limits = c.limits
			err = run(t, s, g)
			if c.said == "" {
				if err != nil || len(g.of("aws:lambda/function:Function")) != 3 {
					t.Errorf("it is not deployed: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("it is deployed")
			}
			for _, part := range []string{c.said, "nothing was touched", "userConcurrency", "Pulumi.qa.yaml",
				"request-service-quota-increase --region eu-west-2"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the message does not say %q: %v", part, err)
				}
			}
			for _, d := range g.resources {
				if !strings.HasPrefix(d.Type, "pulumi:providers:") {
					t.Errorf("%s %s was declared", d.Type, d.Name)
				}
			}
		})
	}
}

// Tasks reserve nothing: what is left is the canary's.
func TestServersReserveNothing(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "qa", onTasks)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("qa")
	g.limits = account{most: 200, free: 101}
	if err := run(t, s, g); err != nil {
		t.Error(err)
	}
}

// TestNoneReserved: functions run, from what the account has, and nothing waits
// for a share of a reservation that is not there.
func TestNoneReserved(t *testing.T) {
	t.Parallel()
	g := record(t, "qa", map[string]string{"sgraph-send:userConcurrency": "0", "sgraph-send:adminConcurrency": "0"})
	for _, f := range g.some(t, "aws:lambda/function:Function") {
		if got := f.text("reservedConcurrentExecutions"); got != "-1" {
			t.Errorf("%s reserves %s, and 0 would forbid it to run", f.text("name"), got)
		}
	}
	for _, a := range g.some(t, "aws:cloudwatch/metricAlarm:MetricAlarm") {
		if strings.HasSuffix(a.text("name"), "-concurrency") {
			t.Errorf("%s holds against a reservation, and there is none", a.text("name"))
		}
	}
}

// TestLimitsAreReadAsLambdaWritesThem by the real client, from the answers that
// its API documents.
func TestLimitsAreReadAsLambdaWritesThem(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/2016-08-19/account-settings":
			_, _ = w.Write([]byte(`{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":870},` +
				`"AccountUsage":{"FunctionCount":4,"TotalCodeSize":1}}`))
		case "/2019-09-30/functions/sgraph-send-user-qa/concurrency":
			_, _ = w.Write([]byte(`{"ReservedConcurrentExecutions":20}`))
		case "/2019-09-30/functions/sgraph-send-admin-qa/concurrency":
			_, _ = w.Write([]byte(`{}`))
		default:
			w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"Message":"there is none"}`))
		}
	}))
	t.Cleanup(service.Close)
	client := lambda.New(lambda.Options{
		Region: "eu-west-2", BaseEndpoint: aws.String(service.URL),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	s, err := parseStack(t, "qa", nil)
	if err != nil {
		t.Fatal(err)
	}
	if most, free, err := reservable(t.Context(), s, client); err != nil || most != 1000 || free != 790 {
		t.Errorf("got %d and %d, %v", most, free, err)
	}
}
