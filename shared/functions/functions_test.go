package functions_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"sgraph.ai/send/shared/functions"
	"sgraph.ai/send/shared/stack"
)

// serving asks what stands in for Lambda.
func serving(t *testing.T, answer func(path string) (status int, body string)) ([]stack.Serving, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-2/lambda/aws4_request") {
			t.Errorf("asked is as %v", r.Header)
		}
		status, body := answer(r.Method + " " + r.URL.Path)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	defer server.Close()
	return functions.New(func(context.Context) (aws.Config, error) {
		return aws.Config{
			Region: "eu-west-2", BaseEndpoint: &server.URL,
			Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		}, nil
	}).Serving(t.Context(), stack.Names{Stack: "qa"})
}

// In the middle of a move, and where an alias next never was. That the simulated AWS
// answers alike is seen by test/e2e/stack.
func TestWhichVersionsServe(t *testing.T) {
	t.Parallel()
	got, err := serving(t, func(path string) (int, string) {
		const of = "GET /2015-03-31/functions/sgraph-send-"
		switch path {
		case of + "user-qa/aliases/live":
			return 200, `{"Name":"live","FunctionVersion":"2","RoutingConfig":{"AdditionalVersionWeights":{"3":0.1}}}`
		case of + "user-qa/aliases/next":
			return 200, `{"Name":"next","FunctionVersion":"3","Description":"","RevisionId":"r"}`
		case of + "admin-qa/aliases/live":
			return 200, `{"Name":"live","FunctionVersion":"7"}`
		case of + "admin-qa/aliases/next":
			return 404, `{"Type":"User","Message":"Cannot find alias"}`
		}
		t.Errorf("asked is %s", path)
		return 500, ""
	})
	if want := "[{user {2 3 0.1} {3  0}} {admin {7  0} {  0}}]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v", got, err)
	}
}

func TestLambdaThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	for says, answer := range map[string]func(string) (int, string){
		"403 Forbidden":  func(string) (int, string) { return 403, `{"Message":"canary"}` },
		"500":            func(string) (int, string) { return 500, "canary" },
		"cannot be read": func(string) (int, string) { return 200, "canary" },
	} {
		got, err := serving(t, answer)
		if got != nil || !strings.Contains(fmt.Sprint(err), says) || strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("%s: %v, %v", says, got, err)
		}
	}
	l := functions.New(func(context.Context) (aws.Config, error) { return aws.Config{}, errors.New("no credentials") })
	if _, err := l.Serving(t.Context(), stack.Names{Stack: "qa"}); !strings.Contains(fmt.Sprint(err), "no credentials") {
		t.Errorf("without a configuration: %v", err)
	}
}
