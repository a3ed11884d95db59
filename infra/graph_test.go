package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"gopkg.in/yaml.v3"

	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/infra/settings"
	names "sgraph.ai/send/shared/stack"
)

const testAccount = "123456789012"

// testZone is the one zone that Route 53 keeps in that account.
const testZone = "example.org"

// stacks are the real stack files; every policy holds for each of them.
var stacks = []string{"dev", "qa", "prod"}

// canaries are the secrets of the tests. Where one of them shows up in a plain
// input, a secret would have.
var canaries = map[string]string{
	"AWS_ACCOUNT_ID":                               testAccount,
	"FAST_API__AUTH__API_KEY__NAME":                "X-Canary-Key-Name",
	"FAST_API__AUTH__API_KEY__VALUE":               "canary-api-key-value",
	"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL": "https://canary-cache.example.org",
	"SGRAPH_SEND__ADMIN__API_KEY__NAME":            "X-Canary-Key-Name",
	"SGRAPH_SEND__ADMIN__API_KEY__VALUE":           "canary-api-key-value",
	"SEND_ALARM_WEBHOOK":                           "https://alarms.example.org/canary-webhook",
}

// originCanary is the secret that the admin function answers a deploy.
const originCanary = "canary-of-what-cloudfront-shows-the-functions"

// declared is one resource that the program asked for.
type declared struct {
	Type, Name string
	Parent     string // its URN
	Provider   string // the reference of an explicit one
	Inputs     resource.PropertyMap
	Protect    bool
	Retain     bool
	Import     string   // what is taken over instead of made
	After      []string // URNs of what it waits for
	Hidden     []string // what of its outputs is secret
}

// at answers a part of the inputs: a key, then keys or indexes of what lies
// within. Nothing, where there is none.
func (d declared) at(path ...string) resource.PropertyValue {
	v := d.Inputs[resource.PropertyKey(path[0])]
	for _, step := range path[1:] {
		switch v = plain(v); {
		case v.IsObject():
			v = v.ObjectValue()[resource.PropertyKey(step)]
		case v.IsArray():
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v.ArrayValue()) {
				return resource.PropertyValue{}
			}
			v = v.ArrayValue()[i]
		default:
			return resource.PropertyValue{}
		}
	}
	return v
}

// text answers a part of the inputs as text, seen through secrets.
func (d declared) text(path ...string) string {
	v := plain(d.at(path...))
	if v.IsString() {
		return v.StringValue()
	}
	if !v.HasValue() {
		return ""
	}
	return fmt.Sprint(v.V)
}

// object answers a part of the inputs that is an object, or an empty one.
func (d declared) object(path ...string) resource.PropertyMap {
	if v := plain(d.at(path...)); v.IsObject() {
		return v.ObjectValue()
	}
	return resource.PropertyMap{}
}

// list answers a part of the inputs that is a list, or an empty one.
func (d declared) list(path ...string) []resource.PropertyValue {
	if v := plain(d.at(path...)); v.IsArray() {
		return v.ArrayValue()
	}
	return nil
}

func plain(v resource.PropertyValue) resource.PropertyValue {
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput():
			v = v.OutputValue().Element
		default:
			return v
		}
	}
}

// graph records what a program declares, in place of an engine.
type graph struct {
	account  string
	limits   limits
	left     remains
	held     held
	boundary string // ARN of the policy that is there
	answer   string // of the admin function to a deploy; "" = the secret
	// unreplaced is why a group could not replace its hosts; nil = it could.
	unreplaced error
	putBack    bool   // tasks of a deploy do not answer
	refuse     string // what a registry says that takes no image; "" = it does

	mu        sync.Mutex
	resources []declared
	pushed    []string // the repositories that were given the image
	replaced  []string // the groups that were waited for
}

func (g *graph) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	d := declared{Type: args.TypeToken, Name: args.Name, Inputs: args.Inputs}
	if rpc := args.RegisterRPC; rpc != nil {
		d.Parent, d.Provider = rpc.GetParent(), args.Provider
		d.Protect, d.Retain, d.Import = rpc.GetProtect(), rpc.GetRetainOnDelete(), rpc.GetImportId()
		d.After, d.Hidden = rpc.GetDependencies(), rpc.GetAdditionalSecretOutputs()
	}
	g.mu.Lock()
	g.resources = append(g.resources, d)
	g.mu.Unlock()

	// What AWS would add, as far as the program looks at it.
	state := args.Inputs.Copy()
	add := func(key, format string, values ...any) {
		if _, ok := state[resource.PropertyKey(key)]; !ok {
			state[resource.PropertyKey(key)] = resource.NewStringProperty(fmt.Sprintf(format, values...))
		}
	}
	switch args.TypeToken {
	case "aws:s3/bucketV2:BucketV2":
		add("arn", "arn:aws:s3:::%s", d.text("bucket"))
		add("bucketRegionalDomainName", "%s.s3.eu-west-2.amazonaws.com", d.text("bucket"))
	case "aws:dynamodb/table:Table":
		add("arn", "arn:aws:dynamodb:eu-west-2:%s:table/%s", testAccount, d.text("name"))
	case "aws:cloudwatch/logGroup:LogGroup":
		add("arn", "arn:aws:logs:eu-west-2:%s:log-group:%s", testAccount, d.text("name"))
	case "aws:lambda/function:Function":
		add("version", "1")
	case "aws:lambda/alias:Alias":
		add("arn", "arn:aws:lambda:eu-west-2:%s:function:%s:%s", testAccount, d.text("functionName"), d.text("name"))
	case "aws:lambda/invocation:Invocation":
		add("result", "%s", cmp.Or(g.answer, `{"origin":"`+originCanary+`"}`))
	case "aws:lambda/functionUrl:FunctionUrl":
		add("functionUrl", "https://%s.lambda-url.eu-west-2.on.aws/", args.Name)
	case "aws:cloudfront/distribution:Distribution":
		add("domainName", "%s.cloudfront.net", args.Name)
		add("arn", "arn:aws:cloudfront::%s:distribution/%s", testAccount, args.Name)
		add("hostedZoneId", "Z2FDTNDATAQYW2")
	case "aws:acm/certificate:Certificate":
		add("arn", "arn:aws:acm:us-east-1:%s:certificate/%s", testAccount, d.text("domainName"))
		state["domainValidationOptions"] = resource.NewArrayProperty([]resource.PropertyValue{
			resource.NewObjectProperty(resource.PropertyMap{
				"domainName":          d.Inputs["domainName"],
				"resourceRecordName":  resource.NewStringProperty("_proof." + d.text("domainName") + "."),
				"resourceRecordType":  resource.NewStringProperty("CNAME"),
				"resourceRecordValue": resource.NewStringProperty("_proof.acm-validations.aws."),
			}),
		})
	case "aws:ecr/repository:Repository":
		add("arn", "arn:aws:ecr:eu-west-2:%s:repository/%s", testAccount, d.text("name"))
		add("repositoryUrl", "%s.dkr.ecr.eu-west-2.amazonaws.com/%s", testAccount, d.text("name"))
	case "aws:lb/loadBalancer:LoadBalancer":
		add("arn", "arn:aws:elasticloadbalancing:eu-west-2:%s:loadbalancer/app/%s/1", testAccount, d.text("name"))
		add("arnSuffix", "app/%s/1", d.text("name"))
		add("dnsName", "%s.eu-west-2.elb.amazonaws.com", d.text("name"))
		add("zoneId", "ZHURV8PSTC4K8")
	case "aws:lb/targetGroup:TargetGroup":
		add("arn", "arn:aws:elasticloadbalancing:eu-west-2:%s:targetgroup/%s/1", testAccount, d.text("name"))
		add("arnSuffix", "targetgroup/%s/1", d.text("name"))
	case "aws:ec2/launchTemplate:LaunchTemplate":
		state["latestVersion"] = resource.NewNumberProperty(7)
	case "aws:ecs/service:Service":
		if g.putBack {
			state["taskDefinition"] = resource.NewStringProperty(d.text("taskDefinition") + "0")
		}
	case "aws:ecs/taskDefinition:TaskDefinition":
		add("arn", "arn:aws:ecs:eu-west-2:%s:task-definition/%s:1", testAccount, d.text("family"))
	case "aws:route53/record:Record":
		add("fqdn", "%s", d.text("name"))
	default:
		add("arn", "arn:aws:test:::%s", args.Name)
	}
	return args.Name + "-id", state, nil
}

func (g *graph) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if args.Token == "aws:iam/getPolicy:getPolicy" {
		if arn := args.Args["arn"].StringValue(); arn != g.boundary {
			return nil, fmt.Errorf("couldn't find %s", arn)
		}
		return resource.PropertyMap{"arn": args.Args["arn"]}, nil
	}
	if args.Token == "aws:route53/getZone:getZone" {
		if name := args.Args["name"].StringValue(); name != testZone {
			return nil, fmt.Errorf("no matching Route 53 Hosted Zone found for %s", name)
		}
		return resource.PropertyMap{"zoneId": resource.NewStringProperty("Z0" + testZone)}, nil
	}
	if args.Token == "aws:index/getAvailabilityZones:getAvailabilityZones" {
		return resource.PropertyMap{"names": resource.NewArrayProperty([]resource.PropertyValue{
			resource.NewStringProperty("eu-west-2a"), resource.NewStringProperty("eu-west-2b"),
			resource.NewStringProperty("eu-west-2c"),
		})}, nil
	}
	if args.Token == "aws:ssm/getParameter:getParameter" {
		return resource.PropertyMap{
			"name": args.Args["name"], "value": resource.NewStringProperty("ami-0123456789abcdef0"),
		}, nil
	}
	if args.Token != "aws:index/getCallerIdentity:getCallerIdentity" {
		return nil, fmt.Errorf("the program asks AWS %s, which these tests do not answer", args.Token)
	}
	return resource.PropertyMap{
		"accountId": resource.NewStringProperty(g.account),
		"arn":       resource.NewStringProperty("arn:aws:iam::" + g.account + ":user/test"),
		"id":        resource.NewStringProperty(g.account),
		"userId":    resource.NewStringProperty("test"),
	}, nil
}

// of answers the resources of one type.
func (g *graph) of(kind string) []declared {
	var found []declared
	for _, d := range g.resources {
		if d.Type == kind {
			found = append(found, d)
		}
	}
	return found
}

// some is of, for types that a stack cannot be without.
func (g *graph) some(t *testing.T, kind string) []declared {
	t.Helper()
	found := g.of(kind)
	if len(found) == 0 {
		t.Fatalf("the stack has no %s", kind)
	}
	return found
}

// with answers the one resource of a type that refers to a value.
func (g *graph) with(t *testing.T, kind, key, value string) declared {
	t.Helper()
	all := g.of(kind)
	i := slices.IndexFunc(all, func(d declared) bool { return d.text(key) == value })
	if i < 0 {
		t.Fatalf("no %s has %s = %q", kind, key, value)
	}
	return all[i]
}

// named answers the one resource of a type and name.
func (g *graph) named(t *testing.T, kind, name string) declared {
	t.Helper()
	all := g.of(kind)
	i := slices.IndexFunc(all, func(d declared) bool { return d.Name == name })
	if i < 0 {
		t.Fatalf("no %s is called %s", kind, name)
	}
	return all[i]
}

// told answers what a function is told, by environment variable.
func (g *graph) told(t *testing.T, function string) resource.PropertyMap {
	t.Helper()
	return g.with(t, "aws:lambda/function:Function", "name", function).object("environment", "variables")
}

// toldTask answers what tasks of a definition are told, by environment variable.
func toldTask(t *testing.T, d declared) resource.PropertyMap {
	t.Helper()
	told := resource.PropertyMap{}
	for name, value := range containerOf(t, d).told() {
		// The whole definition is a secret, if any of it is.
		told[resource.PropertyKey(name)] = resource.NewStringProperty(value)
		if isSecret(d.at("containerDefinitions")) {
			told[resource.PropertyKey(name)] = resource.MakeSecret(resource.NewStringProperty(value))
		}
	}
	return told
}

// parseStack reads a real stack file as the engine would, with some keys of it,
// or variables of the environment, changed.
func parseStack(t *testing.T, stack string, changes map[string]string) (settings.Settings, error) {
	t.Helper()
	return parseStackAs(t, stack, stack, changes)
}

// parseStackAs is parseStack for a stack that has another one's file.
func parseStackAs(t *testing.T, stack, name string, changes map[string]string) (settings.Settings, error) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "Pulumi."+stack+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Config map[string]any }
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	config := map[string]string{}
	for key, value := range file.Config {
		config[key] = fmt.Sprint(value)
	}
	env := maps.Clone(canaries)
	for key, value := range changes {
		if strings.Contains(key, ":") {
			config[key] = value
		} else {
			env[key] = value
		}
	}
	return settings.Parse(name, config, nil, func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	})
}

// accountOf is an account that was set up for a stack, before its first deploy.
func accountOf(stack string) *graph {
	return &graph{
		account: testAccount, limits: account{most: 1000, free: 1000},
		boundary: names.Names{Account: testAccount, Stack: stack}.BoundaryARN(),
	}
}

// record runs the program for a stack and answers what it declared.
func record(t *testing.T, stack string, changes map[string]string) *graph {
	t.Helper()
	s, err := parseStack(t, stack, changes)
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf(stack)
	if err := run(t, s, g); err != nil {
		t.Fatal(err)
	}
	return g
}

func run(t *testing.T, s settings.Settings, g *graph) error {
	t.Helper()
	zips := artifact.Set{Version: "v0.0.0-test", Go: "go1.26"}
	for _, target := range artifact.Services {
		path := filepath.Join(t.TempDir(), target.Name+".zip")
		if err := os.WriteFile(path, []byte(target.Name), 0o600); err != nil {
			t.Fatal(err)
		}
		zips.Zips = append(zips.Zips, artifact.Zip{
			Name: target.Name, Architecture: s.Architecture, SHA256: strings.Repeat("ab", 32), Path: path,
			Assets: assetsOf(target, path),
		})
	}
	built := Built{Zips: zips, Image: testImage{}, Push: func(_ context.Context, repository string) error {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.pushed = append(g.pushed, repository)
		if g.refuse != "" {
			return errors.New(g.refuse)
		}
		return nil
	}, Replaced: func(_ context.Context, group string) error {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.replaced = append(g.replaced, group)
		return g.unreplaced
	}}
	if s.Compute == settings.EC2 {
		path := filepath.Join(t.TempDir(), "sgsend.rpm")
		if err := os.WriteFile(path, []byte("a package"), 0o600); err != nil {
			t.Fatal(err)
		}
		built.Package = &artifact.Package{Architecture: s.Architecture, SHA256: strings.Repeat("ef", 32), Path: path}
	}
	return pulumi.RunErr(func(ctx *pulumi.Context) error { return deploy(ctx, s, built, g.limits, g.left, g.held) },
		pulumi.WithMocks(settings.Project, s.Stack, g))
}

// testImage is an image of a digest.
type testImage struct{}

const testDigest = "sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

func (testImage) Digest() (v1.Hash, error) { return v1.NewHash(testDigest) }

// assetsOf are what the pages of a function might be made of.
func assetsOf(target artifact.Target, file string) (all []artifact.Asset) {
	for _, name := range []string{"page.js", "page.css", "icons.svg"} {
		if target.Assets != "" {
			all = append(all, artifact.Asset{Path: target.ServedAt[1:] + "0123456789abcdef/" + name, File: file})
		}
	}
	return all
}

// computes are what a stack's services can run on.
var computes = []string{settings.Lambda, settings.Fargate, settings.EC2}

// changesOn are what the file of a stack says to run on one of them.
func changesOn(compute, stack string) map[string]string {
	switch compute {
	case settings.Fargate:
		return maps.Clone(onTasks)
	case settings.EC2:
		return onHosts(stack)
	}
	return map[string]string{}
}

// onTasks has a stack answer by tasks of Fargate.
var onTasks = map[string]string{
	"sgraph-send:compute": settings.Fargate, "sgraph-send:edge": "true", "sgraph-send:domain": "send." + testZone,
}

var recordings = struct {
	sync.Mutex
	of map[[2]string]*graph
}{of: map[[2]string]*graph{}}

// recorded is record for a stack as it is, but for what it runs on, which happens
// once: tests only look.
func recorded(t *testing.T, stack, compute string) *graph {
	t.Helper()
	recordings.Lock()
	defer recordings.Unlock()
	of := [2]string{stack, compute}
	if recordings.of[of] == nil {
		recordings.of[of] = record(t, stack, changesOn(compute, stack))
	}
	return recordings.of[of]
}

// each runs a policy test on every real stack.
func each(t *testing.T, policy func(t *testing.T, stack string, g *graph)) {
	t.Helper()
	t.Parallel()
	eachOn(t, settings.Lambda, policy)
}

// eachOn runs a policy test on every real stack, as it would be on something.
func eachOn(t *testing.T, compute string, policy func(t *testing.T, stack string, g *graph)) {
	t.Helper()
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			policy(t, stack, recorded(t, stack, compute))
		})
	}
}

// eachOnAll runs a policy test on every real stack, as it would be on anything that it
// can run on.
func eachOnAll(t *testing.T, policy func(t *testing.T, stack, compute string, g *graph)) {
	t.Helper()
	t.Parallel()
	for _, compute := range computes {
		t.Run(compute, func(t *testing.T) {
			t.Parallel()
			eachOn(t, compute, func(t *testing.T, stack string, g *graph) { policy(t, stack, compute, g) })
		})
	}
}

func isSecret(v resource.PropertyValue) bool {
	return v.IsSecret() || v.IsOutput() && v.OutputValue().Secret
}

// walk visits every leaf, saying whether it lies under a secret.
func walk(v resource.PropertyValue, visit func(resource.PropertyValue, bool), secret bool) {
	secret = secret || isSecret(v)
	v = plain(v)
	switch {
	case v.IsObject():
		for _, child := range v.ObjectValue() {
			walk(child, visit, secret)
		}
	case v.IsArray():
		for _, child := range v.ArrayValue() {
			walk(child, visit, secret)
		}
	default:
		visit(v, secret)
	}
}

// asJSON renders inputs, seen through secrets, for looking into.
func asJSON(t *testing.T, v resource.PropertyValue) string {
	t.Helper()
	text, err := json.Marshal(bareValue(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// bareValue is an input as JSON has it, seen through secrets.
func bareValue(v resource.PropertyValue) any {
	v = plain(v)
	switch {
	case v.IsObject():
		m := map[string]any{}
		for k, child := range v.ObjectValue() {
			m[string(k)] = bareValue(child)
		}
		return m
	case v.IsArray():
		list := []any{}
		for _, child := range v.ArrayValue() {
			list = append(list, bareValue(child))
		}
		return list
	default:
		return v.V
	}
}

// What a program says in another order each time is a change in each preview.
func TestTheProgramSaysTheSameEachTime(t *testing.T) {
	t.Parallel()
	said := func() map[string]string {
		all := map[string]string{}
		for _, d := range record(t, "prod", everything).resources {
			inputs := asJSON(t, resource.NewObjectProperty(d.Inputs))
			// The zips are in another folder each time.
			all[d.Type+" "+d.Name] = zipFolder.ReplaceAllString(inputs, "")
		}
		return all
	}
	first := said()
	for range 9 {
		again := said()
		for name, inputs := range first {
			if again[name] != inputs {
				t.Fatalf("%s is %s, and then %s", name, inputs, again[name])
			}
		}
		if len(again) != len(first) {
			t.Fatalf("%d resources, and then %d", len(first), len(again))
		}
	}
}

var zipFolder = regexp.MustCompile(`"[^"]*\.zip"`)
