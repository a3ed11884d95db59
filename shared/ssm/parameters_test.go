package ssm_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/ssm"
	"sgraph.ai/send/shared/test/moto"
)

func TestParameters(t *testing.T) {
	t.Parallel()
	store := ssm.New(moto.Load(t))
	name := moto.Parameter(t, "canary-of-a-value")
	got, err := store.Parameter(t.Context(), name)
	if err != nil || got != "canary-of-a-value" {
		t.Errorf("it is %q, %v", got, err)
	}
	moto.SetParameter(t, name, "changed")
	if got, err = store.Parameter(t.Context(), name); err != nil || got != "changed" {
		t.Errorf("changed, it is %q, %v", got, err)
	}
	if _, err := store.Parameter(t.Context(), name+"-none"); send.CodeOf(err) != send.NotFound {
		t.Errorf("where there is none: %v", err)
	}
}

// Nothing is loaded before it is needed, and what failed is tried again.
func TestParametersAreLazy(t *testing.T) {
	t.Parallel()
	name, config := moto.Parameter(t, "a value"), moto.Config(t)
	loads := 0
	store := ssm.New(func(context.Context) (aws.Config, error) {
		if loads++; loads == 1 {
			return aws.Config{}, errors.New("no credentials")
		}
		return config, nil
	})
	if loads != 0 {
		t.Error("it is loaded before it is needed")
	}
	if _, err := store.Parameter(t.Context(), name); send.CodeOf(err) != send.Unavailable ||
		!strings.Contains(err.Error(), "no credentials") {
		t.Errorf("without credentials: %v", err)
	}
	for range 2 {
		if _, err := store.Parameter(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	if loads != 2 {
		t.Errorf("it was loaded %d times", loads)
	}
}

// What AWS answers otherwise, and how the question is asked.
func TestAnswers(t *testing.T) {
	t.Parallel()
	type answer struct {
		status int
		header http.Header
		body   string
	}
	const missing = "there is no such parameter"
	for name, c := range map[string]struct {
		answers []answer
		code    send.Code
		says    string
	}{
		"throttled, then well": {
			[]answer{
				{400, nil, `{"__type":"ThrottlingException"}`}, {500, nil, ``}, {200, nil, `{"Parameter":{"Value":"v"}}`},
			}, "", "",
		},
		"away": {
			[]answer{{500, nil, ``}, {503, nil, `<html>`}, {500, nil, `{"__type":"InternalServerError"}`}},
			send.Unavailable, "500 Internal Server Error InternalServerError",
		},
		"not there": {
			[]answer{{400, nil, `{"__type":"com.amazonaws.ssm#ParameterNotFound"}`}}, send.NotFound, missing,
		},
		"not there, by a header": {
			[]answer{{400, http.Header{"X-Amzn-Errortype": {"ParameterNotFound"}}, `{}`}}, send.NotFound, missing,
		},
		"not allowed": {
			[]answer{{400, nil, `{"__type":"AccessDeniedException","message":"canary"}`}},
			send.Unavailable, "AccessDeniedException",
		},
		"no answer": {[]answer{{200, nil, `canary`}}, send.Unavailable, "200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if got := r.Header.Get("X-Amz-Target"); got != "AmazonSSM.GetParameter" ||
					string(body) != `{"Name":"/a","WithDecryption":true}` ||
					!strings.Contains(r.Header.Get("Authorization"), "/eu-west-2/ssm/aws4_request") {
					t.Errorf("asked is %s: %s, %v", got, body, r.Header)
				}
				a := c.answers[min(asked, len(c.answers)-1)]
				asked++
				maps.Copy(w.Header(), a.header)
				w.WriteHeader(a.status)
				io.WriteString(w, a.body)
			}))
			defer server.Close()
			store := ssm.New(func(context.Context) (aws.Config, error) {
				return aws.Config{
					Region: "eu-west-2", BaseEndpoint: &server.URL,
					Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
				}, nil
			})
			value, err := store.Parameter(t.Context(), "/a")
			if send.CodeOf(err) != c.code || (err == nil) != (value == "v") || asked != len(c.answers) {
				t.Errorf("after %d questions %q, %v", asked, value, err)
			}
			if err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "canary")) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

// Where nobody says which region, or whose credentials, that is said.
func TestWithoutRegionOrCredentials(t *testing.T) {
	t.Parallel()
	for says, cfg := range map[string]aws.Config{"AWS_REGION": {}, "no credentials": {Region: "eu-west-2"}} {
		_, err := ssm.New(func(context.Context) (aws.Config, error) { return cfg, nil }).Parameter(t.Context(), "/a")
		if send.CodeOf(err) != send.Unavailable || !strings.Contains(err.Error(), says) {
			t.Errorf("it says %v, and not %s", err, says)
		}
	}
}
