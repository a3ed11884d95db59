package stack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	names "sgraph.ai/send/shared/stack"
	"sgraph.ai/send/test/e2e/iam/guard"
	"sgraph.ai/send/test/e2e/lambdahost"
	"sgraph.ai/send/test/e2e/simulated"
)

// simulation asks the simulated AWS.
type simulation struct {
	endpoint string
	guard    *guard.Guard // nil = everyone may do everything
	running  *running     // nil where the test has no hand in what functions are told
}

func (s simulation) ask(t *testing.T, service, method, path, target, body string) (int, []byte) {
	t.Helper()
	return question{service: service, method: method, path: path, target: target, body: body}.ask(t, s.endpoint, "test")
}

// question is a request to AWS.
type question struct {
	service, method, path string
	target                string // of services whose operation is in a header
	body                  string
	region                string // "" = the stack's
}

// ask asks with an access key.
func (q question) ask(t *testing.T, endpoint, key string) (int, []byte) {
	t.Helper()
	status, answer, err := q.try(t.Context(), endpoint, key)
	if err != nil {
		t.Fatal(err)
	}
	return status, answer
}

func (q question) try(ctx context.Context, endpoint, key string) (status int, answer []byte, err error) {
	return simulated.Question{
		Service: q.service, Region: cmp.Or(q.region, region), Method: q.method, Path: q.path, Target: q.target, Body: q.body,
	}.Ask(ctx, endpoint, key)
}

// try is ask for whoever is not the test.
func (s simulation) try(ctx context.Context, q question) (int, []byte, error) {
	return q.try(ctx, s.endpoint, "test")
}

func (s simulation) askJSON(t *testing.T, service, method, path, target, body string, into any) {
	t.Helper()
	status, answer := s.ask(t, service, method, path, target, body)
	if status/100 != 2 { // moto answers some reads with 201
		t.Fatalf("%s %s %s answers %d: %s", service, path, target, status, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s %s: %v: %s", service, path, err, answer)
	}
}

// setUp makes what the account's setup leaves for the first deploy of a stack.
func (s simulation) setUp(t *testing.T, stack string) {
	t.Helper()
	create := ofIAM("CreatePolicy", "PolicyName", stackOf(stack).Boundary(), "PolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`)
	if status, answer := create.ask(t, s.endpoint, "test"); status != http.StatusOK {
		t.Fatalf("iam answers %d: %s", status, answer)
	}
}

// object reads an object.
func (s simulation) object(t *testing.T, bucket, key string) []byte {
	t.Helper()
	status, content := s.ask(t, "s3", http.MethodGet, "/"+bucket+"/"+key, "", "")
	if status != http.StatusOK {
		t.Fatalf("s3://%s/%s answers %d: %s", bucket, key, status, content)
	}
	return content
}

// put keeps an object.
func (s simulation) put(t *testing.T, bucket, key, content string) {
	t.Helper()
	if status, answer := s.ask(t, "s3", http.MethodPut, "/"+bucket+"/"+key, "", content); status != http.StatusOK {
		t.Fatalf("s3://%s/%s answers %d: %s", bucket, key, status, answer)
	}
}

// tag says of which stack a bucket is a part.
func (s simulation) tag(t *testing.T, bucket, stack string) {
	t.Helper()
	form := "<Tag><Key>%s</Key><Value>%s</Value></Tag>"
	tags := fmt.Sprintf(form, "project", names.Project) + fmt.Sprintf(form, "stack", stack) +
		fmt.Sprintf(form, "stage", stack)
	body := "<Tagging><TagSet>" + tags + "</TagSet></Tagging>"
	if status, answer := s.ask(t, "s3", http.MethodPut, "/"+bucket+"?tagging", "", body); status/100 != 2 {
		t.Fatalf("tagging %s answers %d: %s", bucket, status, answer)
	}
}

// keys lists a bucket.
func (s simulation) keys(t *testing.T, bucket string) []string {
	t.Helper()
	status, listing := s.ask(t, "s3", http.MethodGet, "/"+bucket+"?list-type=2", "", "")
	if status != http.StatusOK {
		t.Fatalf("listing %s answers %d: %s", bucket, status, listing)
	}
	var keys []string
	for part := range strings.SplitSeq(string(listing), "<Key>") {
		if key, _, ok := strings.Cut(part, "</Key>"); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// items reads a whole table, as the wire has it.
func (s simulation) items(t *testing.T, table string) []map[string]any {
	t.Helper()
	var scan struct{ Items []map[string]any }
	s.askJSON(t, "dynamodb", http.MethodPost, "/", "DynamoDB_20120810.Scan", fmt.Sprintf(`{"TableName":%q}`, table), &scan)
	return scan.Items
}

// tagged answers the ARNs of all that carries the stack's tag.
func (s simulation) tagged(t *testing.T, stack string) []string {
	t.Helper()
	var found struct {
		ResourceTagMappingList []struct{ ResourceARN string }
	}
	filter := `{"TagFilters":[{"Key":"project","Values":[%q]},{"Key":"stack","Values":[%q]}]}`
	s.askJSON(t, "tagging", http.MethodPost, "/", "ResourceGroupsTaggingAPI_20170126.GetResources",
		fmt.Sprintf(filter, names.Project, stack), &found)
	var arns []string
	for _, mapping := range found.ResourceTagMappingList {
		if !s.ended(t, mapping.ResourceARN) {
			arns = append(arns, mapping.ResourceARN)
		}
	}
	return arns
}

// ended says whether something is only told of, as AWS does for a while of what has
// run: tasks and hosts with what they ran by.
func (s simulation) ended(t *testing.T, arn string) bool {
	t.Helper()
	parts := strings.Split(arn[strings.LastIndex(arn, ":")+1:], "/")
	describe := func(operation, body string) question {
		return called("ecs", region, "AmazonEC2ContainerServiceV20141113.Describe"+operation, body)
	}
	var q question
	switch {
	case strings.Contains(arn, ":instance/"):
		q = query("ec2", region, "DescribeInstances&InstanceId.1="+parts[1])
	case strings.Contains(arn, ":cluster/"):
		q = describe("Clusters", fmt.Sprintf(`{"clusters":[%q]}`, arn))
	case strings.Contains(arn, ":service/sgraph-send"):
		q = describe("Services", fmt.Sprintf(`{"cluster":%q,"services":[%q]}`, parts[1], arn))
	case strings.Contains(arn, ":task-definition/"):
		q = describe("TaskDefinition", fmt.Sprintf(`{"taskDefinition":%q}`, arn))
	default:
		return false
	}
	_, answer := q.ask(t, s.endpoint, "test")
	return strings.Contains(string(answer), `"INACTIVE"`) || strings.Contains(string(answer), "<name>terminated</name>")
}

// deployed answers what the host needs to run a function: the settings that
// Lambda has, and the zip from the artifacts bucket, if it is the same code.
func (s simulation) deployed(t *testing.T, function, bucket, key string) lambdahost.Config {
	t.Helper()
	var answer struct {
		Configuration struct {
			FunctionName, CodeSha256, Runtime, Handler string
			Timeout, MemorySize                        int
			Environment                                struct{ Variables map[string]string }
		}
	}
	s.askJSON(t, "lambda", http.MethodGet, "/2015-03-31/functions/"+function, "", "", &answer)
	var reserved struct{ ReservedConcurrentExecutions int }
	s.askJSON(t, "lambda", http.MethodGet, "/2019-09-30/functions/"+function+"/concurrency", "", "", &reserved)

	c := answer.Configuration
	if c.Environment.Variables == nil {
		c.Environment.Variables = map[string]string{}
	}
	maps.Copy(c.Environment.Variables, s.runsAs(t, c.FunctionName))
	zip := s.object(t, bucket, key)
	if digest := sha256.Sum256(zip); base64.StdEncoding.EncodeToString(digest[:]) != c.CodeSha256 {
		t.Fatalf("%s runs other code than s3://%s/%s", function, bucket, key)
	}
	return lambdahost.Config{
		Name: c.FunctionName, Zip: zip, Environment: c.Environment.Variables, Region: region,
		MemoryMB: c.MemorySize, Timeout: time.Duration(c.Timeout) * time.Second,
		Concurrency: reserved.ReservedConcurrentExecutions, Log: t.Output(),
	}
}

// version answers the version that the live alias of a function points at.
func (s simulation) version(t *testing.T, function string) string {
	t.Helper()
	var alias struct{ FunctionVersion string }
	s.askJSON(t, "lambda", http.MethodGet, "/2015-03-31/functions/"+function+"/aliases/"+names.LiveAlias, "", "", &alias)
	return alias.FunctionVersion
}

// putParameter makes or changes a parameter, as an operator does, encrypted by a key.
func (s simulation) putParameter(t *testing.T, name, value, key string) {
	t.Helper()
	var made struct{ Version int }
	s.askJSON(t, "ssm", http.MethodPost, "/", "AmazonSSM.PutParameter",
		fmt.Sprintf(`{"Name":%q,"Value":%q,"Type":"SecureString","Overwrite":true,"KeyId":%q}`, name, value, key), &made)
}

// newKey makes a key, and answers its ID.
func (s simulation) newKey(t *testing.T) string {
	t.Helper()
	var key struct{ KeyMetadata struct{ KeyID string } }
	s.askJSON(t, "kms", http.MethodPost, "/", "TrentService.CreateKey", `{}`, &key)
	return key.KeyMetadata.KeyID
}

// deleteParameter takes a parameter away.
func (s simulation) deleteParameter(t *testing.T, name string) {
	t.Helper()
	var gone struct{}
	s.askJSON(t, "ssm", http.MethodPost, "/", "AmazonSSM.DeleteParameter", fmt.Sprintf(`{"Name":%q}`, name), &gone)
}
