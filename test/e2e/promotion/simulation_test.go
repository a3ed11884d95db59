package promotion

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/test/e2e/lambdahost"
	"sgraph.ai/send/test/e2e/simulated"
)

const (
	account = "123456789012" // the simulated AWS's own
	region  = "eu-west-2"    // the stack files'
)

// simulation asks the simulated AWS.
type simulation struct{ endpoint string }

func (s simulation) ask(t *testing.T, service, method, path, target, body string, into any) {
	t.Helper()
	status, answer, err := simulated.Question{
		Service: service, Region: region, Method: method, Path: path, Target: target, Body: body,
	}.Ask(t.Context(), s.endpoint, "test")
	if err != nil {
		t.Fatal(err)
	}
	if status/100 != 2 {
		t.Fatalf("%s %s %s answers %d: %s", service, method, path, status, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %v: %s", service, path, err, answer)
		}
	}
}

// setUp makes what the account's setup leaves for the first deploy of a stack.
func (s simulation) setUp(t *testing.T, of string) {
	t.Helper()
	query := url.Values{
		"Action": {"CreatePolicy"}, "Version": {"2010-05-08"}, "PolicyName": {stack.Names{Stack: of}.Boundary()},
		"PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`},
	}
	s.ask(t, "iam", http.MethodPost, "/?"+query.Encode(), "", "", nil)
}

// stateHome makes what keeps the state of the stacks: a bucket, and a key that
// encrypts the secrets in it. It answers where that is.
func (s simulation) stateHome(t *testing.T) (backend string) {
	t.Helper()
	s.ask(t, "s3", http.MethodPut, "/promotion-state", "",
		`<CreateBucketConfiguration><LocationConstraint>`+region+`</LocationConstraint></CreateBucketConfiguration>`, nil)
	var key struct{ KeyMetadata struct{ KeyID string } }
	s.ask(t, "kms", http.MethodPost, "/", "TrentService.CreateKey", `{}`, &key)
	for _, of := range []string{"qa", "prod"} {
		s.ask(t, "kms", http.MethodPost, "/", "TrentService.CreateAlias",
			fmt.Sprintf(`{"AliasName":%q,"TargetKeyId":%q}`, stack.Names{Stack: of}.StateKey(), key.KeyMetadata.KeyID), nil)
	}
	host := strings.TrimPrefix(s.endpoint, "http://")
	return "s3://promotion-state?region=" + region + "&endpoint=" + host + "&disableSSL=true&s3ForcePathStyle=true"
}

// live answers the version that a service's public URL would reach, and the
// settings that this version has.
func (s simulation) live(t *testing.T, of, service string) (version string, c configuration) {
	t.Helper()
	function := "/2015-03-31/functions/" + stack.Names{Stack: of}.Function(service)
	var alias struct{ FunctionVersion string }
	s.ask(t, "lambda", http.MethodGet, function+"/aliases/"+stack.LiveAlias, "", "", &alias)
	var answer struct{ Configuration configuration }
	s.ask(t, "lambda", http.MethodGet, function+"?Qualifier="+alias.FunctionVersion, "", "", &answer)
	return alias.FunctionVersion, answer.Configuration
}

type configuration struct {
	FunctionName, CodeSha256 string
	Timeout, MemorySize      int
	Environment              struct{ Variables map[string]string }
}

// zips are all that were ever built, by the digest that Lambda gives them:
// Lambda keeps the code of every version, also when the bucket no longer does.
func zips(t *testing.T, dirs ...string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*.zip"))
		if err != nil || len(names) == 0 {
			t.Fatalf("no zips in %s (%v)", dir, err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			digest := sha256.Sum256(content)
			all[base64.StdEncoding.EncodeToString(digest[:])] = content
		}
	}
	return all
}

// serve runs what is live in a stack and answers its two addresses.
func (s simulation) serve(t *testing.T, stack string, code map[string][]byte) (user, admin string) {
	t.Helper()
	admin = s.serveOne(t, stack, metric.Admin, code, nil)
	user = s.serveOne(t, stack, metric.User, code, map[string]string{settings.AdminURL.Env: admin})
	return user, admin
}

func (s simulation) serveOne(
	t *testing.T, stack, service string, code map[string][]byte, instead map[string]string,
) string {
	t.Helper()
	version, c := s.live(t, stack, service)
	zip := code[c.CodeSha256]
	if zip == nil {
		t.Fatalf("version %s of %s runs code that was never built: %s", version, service, c.CodeSha256)
	}
	env := c.Environment.Variables
	env["AWS_ENDPOINT_URL"] = s.endpoint
	maps.Copy(env, instead)
	f, err := lambdahost.Start(lambdahost.Config{
		Name: c.FunctionName, Zip: zip, Environment: env, Region: region,
		MemoryMB: c.MemorySize, Timeout: time.Duration(c.Timeout) * time.Second, Concurrency: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(func() { server.Close(); f.Stop() })
	return server.URL
}
