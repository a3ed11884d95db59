package pipelines

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/lambdahost"
	"sgraph.ai/send/test/e2e/simulated"
)

const (
	account = "123456789012" // the simulated AWS's own
	region  = "eu-west-2"    // the stack files'
	hidden  = "canary-of-the-pipelines-test"

	stateBucket = "pipelines-state"
	pullsBucket = "pipelines-state-pr"
)

// cloud is the simulated AWS, with the functions that are deployed to it.
type cloud struct {
	lambda   *lambdahost.Lambda
	endpoint string
	backend  string // where Pulumi keeps its state
	pulls    string // and where that of the stacks of pull requests
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{lambda: &lambdahost.Lambda{Endpoint: moto.Start(t), Region: region}}
	endpoint, err := c.lambda.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.lambda.Stop)
	c.endpoint = endpoint
	c.setUp(t)
	return c
}

func (c *cloud) ask(t *testing.T, q simulated.Question, into any) {
	t.Helper()
	q.Region = region
	status, answer, err := q.Ask(t.Context(), c.endpoint, "test")
	if err != nil {
		t.Fatal(err)
	}
	if status/100 != 2 {
		t.Fatalf("%s %s %s answers %d: %s", q.Service, q.Method, q.Path, status, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %v: %s", q.Service, q.Path, err, answer)
		}
	}
}

// setUp makes what the account's setup leaves: the boundary of each stack's roles,
// and a bucket for the state with a key for each stack that encrypts the secrets in it.
func (c *cloud) setUp(t *testing.T) {
	t.Helper()
	const where = `<CreateBucketConfiguration><LocationConstraint>` + region +
		`</LocationConstraint></CreateBucketConfiguration>`
	for _, bucket := range []string{stateBucket, pullsBucket} {
		c.ask(t, simulated.Question{Service: "s3", Method: http.MethodPut, Path: "/" + bucket, Body: where}, nil)
	}
	var key struct{ KeyMetadata struct{ KeyID string } }
	kms := func(operation, body string, into any) {
		c.ask(t, simulated.Question{
			Service: "kms", Method: http.MethodPost, Path: "/", Target: "TrentService." + operation, Body: body,
		}, into)
	}
	kms("CreateKey", `{}`, &key)
	for _, of := range []string{"dev", "qa", "prod", stack.OfPull(pulled)} {
		names := stack.Names{Stack: of}
		kms("CreateAlias", fmt.Sprintf(`{"AliasName":%q,"TargetKeyId":%q}`, names.StateKey(), key.KeyMetadata.KeyID), nil)
		query := url.Values{
			"Action": {"CreatePolicy"}, "Version": {"2010-05-08"}, "PolicyName": {names.Boundary()},
			"PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`},
		}
		c.ask(t, simulated.Question{Service: "iam", Method: http.MethodPost, Path: "/?" + query.Encode()}, nil)
	}
	host := strings.TrimPrefix(c.endpoint, "http://")
	how := "?region=" + region + "&endpoint=" + host + "&disableSSL=true&s3ForcePathStyle=true"
	c.backend, c.pulls = "s3://"+stateBucket+how, "s3://"+pullsBucket+how
}

// live answers the version of a service's function that its public URL reaches, and
// the digest of its code; both are empty before the first deploy.
func (c *cloud) live(t *testing.T, of, service string) (version, code string) {
	t.Helper()
	function := "/2015-03-31/functions/" + stack.Names{Stack: of}.Function(service)
	alias := simulated.Question{
		Service: "lambda", Region: region, Method: http.MethodGet, Path: function + "/aliases/" + stack.LiveAlias,
	}
	status, answer, err := alias.Ask(t.Context(), c.endpoint, "test")
	if err != nil {
		t.Fatal(err)
	}
	if status == http.StatusNotFound {
		return "", ""
	}
	var points struct{ FunctionVersion string }
	if err := json.Unmarshal(answer, &points); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	var is struct{ Configuration struct{ CodeSha256 string } }
	c.ask(t, simulated.Question{
		Service: "lambda", Method: http.MethodGet, Path: function + "?Qualifier=" + points.FunctionVersion,
	}, &is)
	return points.FunctionVersion, is.Configuration.CodeSha256
}

// function finds the function, and its alias, that a host name is the URL of.
func (c *cloud) function(ctx context.Context, host string) (name, alias string) {
	for _, of := range []string{"dev", "qa", "prod", stack.OfPull(pulled)} {
		for _, service := range []string{metric.User, metric.Admin} {
			name := stack.Names{Stack: of}.Function(service)
			for _, alias := range []string{stack.LiveAlias, stack.NextAlias} {
				status, answer, err := simulated.Question{
					Service: "lambda", Region: region, Method: http.MethodGet,
					Path: "/2021-10-31/functions/" + name + "/url?Qualifier=" + alias,
				}.Ask(ctx, c.endpoint, "test")
				if err == nil && status/100 == 2 && strings.Contains(string(answer), host) {
					return name, alias
				}
			}
		}
	}
	return "", ""
}

// ServeHTTP answers as the function whose URL was asked for.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, alias := c.function(r.Context(), r.Host)
	if name == "" {
		http.Error(w, `{"Message": "no function has this URL"}`, http.StatusForbidden)
		return
	}
	c.lambda.URL(name, alias).ServeHTTP(w, r)
}

// secrets are a stack's, as docs/new-account.md names them; those that nobody may see
// have the canary in them.
var secrets = map[string]string{
	"AWS_ACCOUNT_ID":                               account,
	"AWS_DEFAULT_REGION":                           region,
	"FAST_API__AUTH__API_KEY__NAME":                "X-API-Key",
	"FAST_API__AUTH__API_KEY__VALUE":               hidden + "-api-key",
	"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL": "https://" + hidden + ".example.org",
	"SGRAPH_SEND__ADMIN__API_KEY__NAME":            "X-API-Key",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE":           hidden + "-api-key",
}

// reach gives a repository what it takes to reach stacks.
func (r *repository) reach(stacks ...string) {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	for _, of := range stacks {
		for _, name := range []string{of, of + "-preview"} {
			e := r.environments[name]
			if e == nil {
				e = &environment{}
				r.environments[name] = e
			}
			e.secrets = secrets
			e.variables = map[string]string{
				"AWS_ROLE_ARN":       "arn:aws:iam::" + account + ":role/" + name,
				"PULUMI_BACKEND_URL": r.world.cloud.backend, "SEND_ALARM_EMAIL": "ops@example.org",
			}
		}
	}
}

// versions answers what is live of both services, as "user=1,admin=1".
func (c *cloud) versions(t *testing.T, of string) string {
	t.Helper()
	var all []string
	for _, service := range []string{metric.User, metric.Admin} {
		if version, _ := c.live(t, of, service); version != "" {
			all = append(all, service+"="+version)
		}
	}
	return strings.Join(all, ",")
}
