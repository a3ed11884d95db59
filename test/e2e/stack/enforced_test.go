package stack

import (
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/test/e2e/iam"
	"sgraph.ai/send/test/e2e/iam/guard"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// The pipelines' repository, as GitHub's tokens call it.
const (
	issuer    = "token.actions.githubusercontent.com"
	pipelines = "acme@12/send@345"
)

// beginEnforced is begin in an account that a person has set up by bootstrap/, and
// whose IAM is enforced: pulumi deploys as the stack's pipeline does, with the state
// where the pipelines keep it, and the functions run as their own roles.
func beginEnforced(t *testing.T, source, stack string) (pulumi *commandLine, aws simulation, told environments) {
	t.Helper()
	lambda := &lambdahost.Lambda{Endpoint: moto.Start(t), Region: region}
	lambda.Tell = func(function string) map[string]string { return aws.runsAs(t, function) }
	aws.endpoint = startLambda(t, lambda)
	told = aws.bootstrap(t, source, stack, [2]string{"zones", stack + "=" + aws.newZone(t, zone)},
		[2]string{"pullRequests", "true"})
	aws.guard = guard.Start(t, aws.endpoint)
	pulumi = newCommandLine(t, source, aws.guard.URL)
	deploy := pulumi.as(t, aws, stack, "deploy")
	pulumi.env = append(deploy.env, "PULUMI_BACKEND_URL="+told[stack]["PULUMI_BACKEND_URL"])
	pulumi.run(t, "stack", "init", stack, "--secrets-provider", told[stack]["PULUMI_SECRETS_PROVIDER"])
	pulumi.fit(t)
	return pulumi, aws, told
}

// environments are the variables of each environment of the repository.
type environments map[string]map[string]string

// bootstrap runs the program that a person runs once in an account, and answers the
// variables that it says to set.
func (s simulation) bootstrap(t *testing.T, source, stack string, more ...[2]string) environments {
	t.Helper()
	person := newCommandLine(t, source+"/bootstrap", s.endpoint)
	person.run(t, "stack", "init", "account")
	for _, setting := range append([][2]string{
		{"aws:region", region}, {"aws:maxRetries", "2"}, {"repository", pipelines}, {"stacks", stack},
	}, more...) {
		person.run(t, "config", "set", setting[0], setting[1])
	}
	person.run(t, "up", "--yes", "--skip-preview", "--non-interactive")
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(person.run(t, "stack", "output", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	told := environments{}
	for name, text := range all {
		var variables map[string]string
		if json.Unmarshal(text, &variables) == nil { // what is none is for people alone
			told[name] = variables
		}
	}
	return told
}

// zone is what the account's Route 53 serves to the world.
const zone = "example.org"

// newZone makes a hosted zone, and answers its ID.
func (s simulation) newZone(t *testing.T, name string) string {
	t.Helper()
	status, answer := s.ask(t, "route53", http.MethodPost, "/2013-04-01/hostedzone", "",
		"<CreateHostedZoneRequest><Name>"+name+"</Name><CallerReference>"+name+"</CallerReference></CreateHostedZoneRequest>")
	var made struct {
		ID string `xml:"HostedZone>Id"`
	}
	if err := xml.Unmarshal(answer, &made); err != nil || status != http.StatusCreated {
		t.Fatalf("%d %v: %s", status, err, answer)
	}
	return strings.TrimPrefix(made.ID, "/hostedzone/")
}

// as is the command line of a pipeline, for a purpose: it has the role that a token of
// GitHub's gets it.
func (c *commandLine) as(t *testing.T, aws simulation, stack, purpose string) *commandLine {
	t.Helper()
	as := *c
	as.env = slices.Clone(c.env)
	for name, value := range aws.pipeline(t, stack, purpose).Variables() {
		as.env = append(as.env, name+"="+value)
	}
	return &as
}

// pipeline is what a stack's own pipeline gets, for a purpose.
func (s simulation) pipeline(t *testing.T, stack, purpose string) guard.Credentials {
	t.Helper()
	environment := stack
	if purpose == "preview" {
		environment += "-preview"
	}
	credentials, err := s.become(stackOf(stack).PipelineRole(purpose), environment, branchOf(environment))
	if err != nil {
		t.Fatal(err)
	}
	return credentials
}

// branchOf is the branch whose jobs are in an environment.
func branchOf(environment string) string {
	if strings.HasPrefix(environment, "dev") {
		return "dev"
	}
	return "main"
}

// become is what a job of a branch in an environment of the repository gets for its token.
func (s simulation) become(role, environment, branch string) (guard.Credentials, error) {
	owner, name, _ := strings.Cut(pipelines, "/")
	_, id, _ := strings.Cut(name, "@")
	return s.guard.Assume(role,
		iam.Principal{Type: "Federated", Name: "arn:aws:iam::" + account + ":oidc-provider/" + issuer},
		"sts:AssumeRoleWithWebIdentity", map[string][]string{
			issuer + ":aud":           {"sts.amazonaws.com"},
			issuer + ":sub":           {"repo:" + owner + "/" + name + ":environment:" + environment},
			issuer + ":repository_id": {id},
			issuer + ":environment":   {environment},
			issuer + ":ref":           {"refs/heads/" + branch},
		})
}

// runsAs are the variables by which a function has its role.
func (s simulation) runsAs(t *testing.T, function string) map[string]string {
	t.Helper()
	if s.guard == nil {
		return nil
	}
	variables, err := s.given(function, "lambda.amazonaws.com") // a role is called as its function
	if err != nil {
		t.Error(err) // and nothing that the function asks is allowed
	}
	return variables
}

// given are the variables by which what a service of AWS runs has a role.
func (s simulation) given(role, service string) (map[string]string, error) {
	credentials, err := s.guard.Assume(role, iam.Principal{Type: "Service", Name: service}, "sts:AssumeRole", nil)
	variables := maps.Clone(credentials.Variables())
	variables["AWS_ENDPOINT_URL"] = s.guard.URL
	return variables, err
}

// nothingRefused fails for all that was refused from the given number on.
func (s simulation) nothingRefused(t *testing.T, from int) {
	t.Helper()
	for _, a := range s.guard.Refused(from) {
		t.Error(a)
	}
}
