package guard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/iam"
	"sgraph.ai/send/test/e2e/iam/guard"
	"sgraph.ai/send/test/e2e/simulated"
)

var lambda = iam.Principal{Type: "Service", Name: "lambda.amazonaws.com"}

const (
	policyVersion = `{"Version":"2012-10-17","Statement":[`
	trust         = policyVersion +
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}`
)

// allow is a policy that allows an action on a resource.
func allow(action, resource string) string {
	return policyVersion + `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}]}`
}

// question is a request with an access key.
type question struct {
	key, service, method, path, target, body string
}

func (q question) ask(t *testing.T, endpoint string) (int, string) {
	t.Helper()
	status, said, err := simulated.Question{
		Service: q.service, Region: moto.Region, Method: q.method, Path: q.path, Target: q.target, Body: q.body,
	}.Ask(t.Context(), endpoint, q.key)
	if err != nil {
		t.Fatal(err)
	}
	return status, string(said)
}

func ofIAM(key, action string, pairs ...string) question {
	query := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return question{key: key, service: "iam", method: http.MethodPost, path: "/?" + query.Encode()}
}

// begin is a guard, and a role that may do what a policy says, if it has one.
func begin(t *testing.T, role, policy string, more ...string) (*guard.Guard, string) {
	t.Helper()
	endpoint := moto.Start(t)
	do(t, endpoint, ofIAM("root", "CreateRole",
		append([]string{"RoleName", role, "AssumeRolePolicyDocument", trust}, more...)...))
	do(t, endpoint, ofIAM("root", "PutRolePolicy", "RoleName", role, "PolicyName", "p", "PolicyDocument", policy))
	g := guard.Start(t, endpoint)
	c, err := g.Assume(role, lambda, "sts:AssumeRole", nil)
	if err != nil {
		t.Fatal(err)
	}
	return g, c.AccessKeyID
}

func do(t *testing.T, endpoint string, q question) {
	t.Helper()
	if status, said := q.ask(t, endpoint); status/100 != 2 {
		t.Fatalf("%s %s answers %d: %s", q.service, q.path, status, said)
	}
}

func TestOnlyWhatIsAllowedPasses(t *testing.T) {
	t.Parallel()
	bucket := moto.Bucket(t)
	g, key := begin(t, "reader", allow("s3:GetObject", "arn:aws:s3:::"+bucket+"/a/*"))
	object := question{key: "root", service: "s3", method: http.MethodPut, body: "content"}
	for _, name := range []string{"/a/k", "/b/k"} {
		object.path = "/" + bucket + name
		do(t, moto.Start(t), object)
	}
	get := func(path string) question {
		return question{key: key, service: "s3", method: http.MethodGet, path: "/" + bucket + path}
	}
	for _, c := range []struct {
		what   question
		status int
		says   string
	}{
		{get("/a/k"), 200, "content"},
		{get("/b/k"), 403, "<Code>AccessDenied</Code>"},
		{question{key: key, service: "s3", method: http.MethodPut, path: "/" + bucket + "/a/k"}, 403, "s3:PutObject"},
		// Without the right to list, a miss is not told.
		{get("/a/none"), 403, "s3:ListBucket"},
		{get("/a/k?torrent"), 403, "cannot be told"},
		{question{key: "root", service: "s3", method: http.MethodGet, path: "/" + bucket + "/a/k"}, 403, "the access key"},
		{question{service: "s3", method: http.MethodGet, path: "/" + bucket + "/a/k"}, 403, "not signed"},
		{ofIAM(key, "GetRole", "RoleName", "reader"), 403, "<Code>AccessDenied</Code>"},
		{
			question{key, "dynamodb", http.MethodPost, "/", "DynamoDB_20120810.ListTables", "{}"},
			400, `"__type":"AccessDeniedException"`,
		},
		{
			question{key, "lambda", http.MethodGet, "/2015-03-31/functions/f", "", ""},
			403, "lambda:GetFunction on resource: arn:aws:lambda:",
		},
		{ofIAM(key, "GetCallerIdentity"), 403, "cannot be told"}, // it is not IAM's
		{question{key, "sts", http.MethodPost, "/?Action=GetCallerIdentity&Version=2011-06-15", "", ""}, 200, "Arn"},
	} {
		if status, said := c.what.ask(t, g.URL); status != c.status || !strings.Contains(said, c.says) {
			t.Errorf("%v is answered %d: %s", c.what, status, said)
		}
	}
	if refused := g.Refused(0); len(refused) != 10 {
		t.Errorf("it knows of %d refusals: %v", len(refused), refused)
	}
	if idle, err := g.Idle("reader"); err != nil || len(idle) != 0 {
		t.Errorf("idle is %v, %v", idle, err)
	}
}

func TestBoundaryAndPolicyOfTheBucketCount(t *testing.T) {
	t.Parallel()
	endpoint, bucket := moto.Start(t), moto.Bucket(t)
	objects := "arn:aws:s3:::" + bucket + "/*"
	const name = "bound-of-writer"
	do(t, endpoint, ofIAM("root", "CreatePolicy", "PolicyName", name, "PolicyDocument", allow("s3:*", objects)))
	g, key := begin(t, "writer", allow("*", "*"), "PermissionsBoundary", "arn:aws:iam::123456789012:policy/"+name)
	put := question{key: key, service: "s3", method: http.MethodPut, path: "/" + bucket + "/k", body: "content"}
	if status, said := put.ask(t, g.URL); status != http.StatusOK {
		t.Errorf("within the boundary: %d %s", status, said)
	}
	if status, said := ofIAM(key, "GetRole", "RoleName", "writer").ask(t, g.URL); status != http.StatusForbidden ||
		!strings.Contains(said, "no permissions boundary") {
		t.Errorf("beyond the boundary: %d %s", status, said)
	}
	do(t, endpoint, question{
		key: "root", service: "s3", method: http.MethodPut, path: "/" + bucket + "?policy",
		body: policyVersion + `{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"` + objects + `"}]}`,
	})
	g.Forget()
	if status, said := put.ask(t, g.URL); status != http.StatusForbidden || !strings.Contains(said, "explicit deny") {
		t.Errorf("against the bucket's policy: %d %s", status, said)
	}
}

func TestChangesCountAtOnce(t *testing.T) {
	t.Parallel()
	bucket := moto.Bucket(t)
	g, key := begin(t, "changer", allow("iam:*", "*"))
	list := question{key: key, service: "s3", method: http.MethodGet, path: "/" + bucket}
	if status, _ := list.ask(t, g.URL); status != http.StatusForbidden {
		t.Errorf("before: %d", status)
	}
	do(t, g.URL, ofIAM(key, "PutRolePolicy", "RoleName", "changer", "PolicyName", "more",
		"PolicyDocument", allow("s3:*", "*")))
	if status, said := list.ask(t, g.URL); status != http.StatusOK {
		t.Errorf("afterwards: %d %s", status, said)
	}
}

func TestRolesAreForWhomTheyTrust(t *testing.T) {
	t.Parallel()
	g, _ := begin(t, "trusting", allow("s3:*", "*"))
	other := iam.Principal{Type: "Service", Name: "ec2.amazonaws.com"}
	if _, err := g.Assume("trusting", other, "sts:AssumeRole", nil); err == nil {
		t.Error("another service gets it")
	}
	if _, err := g.Assume("none", lambda, "sts:AssumeRole", nil); err == nil {
		t.Error("one that is not there can be had")
	}
}
