package main

import (
	"encoding/base64"
	"errors"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/server"
	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// The kinds of what hosts are made of.
const (
	kindTemplate = "aws:ec2/launchTemplate:LaunchTemplate"
	kindGroup    = "aws:autoscaling/group:Group"
)

// onHosts are the changes by which a stack runs on EC2.
func onHosts(stack string, more ...string) map[string]string {
	changes := referring(stack)
	maps.Copy(changes, map[string]string{
		"sgraph-send:compute": "ec2", "sgraph-send:edge": "true", "sgraph-send:domain": "send.example.org",
	})
	for i := 0; i < len(more); i += 2 {
		changes[more[i]] = more[i+1]
	}
	return changes
}

// hosting runs a policy test on every real stack, on EC2.
func hosting(t *testing.T, policy func(t *testing.T, stack string, g *graph)) {
	t.Helper()
	t.Parallel()
	eachOn(t, settings.EC2, policy)
}

// started is the script of the hosts' first start.
func started(t *testing.T, g *graph) string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(g.named(t, kindTemplate, "host").text("userData"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHostsAreClosedAndWatched(t *testing.T) {
	hosting(t, func(t *testing.T, name string, g *graph) {
		host := g.named(t, kindTemplate, "host")
		for path, want := range map[string]string{
			"metadataOptions httpTokens":                   "required",
			"metadataOptions httpPutResponseHopLimit":      "1",
			"monitoring enabled":                           "true",
			"blockDeviceMappings 0 ebs encrypted":          "true",
			"blockDeviceMappings 0 ebs volumeType":         "gp3",
			"networkInterfaces 0 associatePublicIpAddress": "true",
			"networkInterfaces 0 securityGroups 0":         "servers-id",
			"keyName":                                      "",
			"imageId":                                      "ami-0123456789abcdef0",
			"instanceType":                                 "t4g.small",
			"tagSpecifications 0 resourceType":             "instance",
			"tagSpecifications 1 tags stack":               name,
		} {
			if got := host.text(strings.Fields(path)...); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		for _, rule := range g.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
			if rule.text("securityGroupId") == "servers-id" && rule.text("cidrIpv4") != "" || rule.text("fromPort") == "22" {
				t.Errorf("%s lets somebody in: %v", rule.Name, rule.Inputs)
			}
		}
		for _, name := range []string{"hosts-busy", "hosts-missing", "hosts-most", "user-no-hosts", "admin-target-5xx"} {
			g.named(t, kindAlarm, name)
		}
	})
}

// A host is never fewer than needed: another answers before one goes.
func TestHostsAreReplacedWithoutALack(t *testing.T) {
	hosting(t, func(t *testing.T, name string, g *graph) {
		group := g.named(t, kindGroup, "host")
		for path, want := range map[string]string{
			"minSize": "1", "maxSize": "4", "healthCheckType": "ELB", "minElbCapacity": "1",
			"instanceRefresh preferences minHealthyPercentage": "100",
			"instanceRefresh preferences maxHealthyPercentage": "200",
			"instanceRefresh preferences autoRollback":         "", // it would go back to the same
			"instanceMaintenancePolicy minHealthyPercentage":   "100",
			"initialLifecycleHooks 0 name":                     stack.AnswersHook,
			"initialLifecycleHooks 0 defaultResult":            "ABANDON",
			"launchTemplate version":                           "7",
			"desiredCapacity":                                  "",
		} {
			if got := group.text(strings.Fields(path)...); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		if n := len(group.list("vpcZoneIdentifiers")); n != 2 {
			t.Errorf("they are in %d subnets", n)
		}
		if n := len(group.list("targetGroupArns")); n != 2 {
			t.Errorf("they are known as %d services", n)
		}
		noted := false
		for i := range group.list("tags") {
			tag := group.object("tags", []string{"0", "1", "2", "3", "4"}[i])
			noted = noted || plain(tag["key"]).StringValue() == stack.DeployedTag && plain(tag["value"]).StringValue() == "7"
		}
		if !noted {
			t.Error("a rollback cannot tell which version this deploy brought")
		}
		if want := []string{"sgraph-send-" + name}; !slices.Equal(g.replaced, want) {
			t.Errorf("the deploy waits for %v, want %v", g.replaced, want)
		}
		// No host looks for what is not there.
		isOf := func(of string) func(string) bool { return func(urn string) bool { return strings.HasSuffix(urn, of) } }
		if !slices.ContainsFunc(g.named(t, kindTemplate, "host").After, isOf("::host-package")) {
			t.Error("the package may come after the template that names it")
		}
		if !slices.ContainsFunc(group.After, isOf("::user-host")) {
			t.Error("hosts may be waited for before the load balancer asks them")
		}
		shipped := g.named(t, "aws:s3/bucketObjectv2:BucketObjectv2", "host-package")
		if !shipped.Retain || shipped.text("key") != stack.PackageKey(strings.Repeat("ef", 32)) {
			t.Errorf("a version before is not there to go back to: %v", shipped)
		}
	})
}

func TestADeployFailsWhereHostsAreNotReplaced(t *testing.T) {
	t.Parallel()
	s, err := parseStack(t, "dev", onHosts("dev"))
	if err != nil {
		t.Fatal(err)
	}
	g := accountOf("dev")
	g.unreplaced = errors.New("they do not answer")
	if err := run(t, s, g); err == nil || !strings.Contains(err.Error(), "they do not answer") {
		t.Errorf("it says %v", err)
	}
}

// What the first start says can be read by who may look at hosts in AWS.
func TestHostsAreToldNoSecret(t *testing.T) {
	hosting(t, func(t *testing.T, name string, g *graph) {
		host := g.named(t, kindTemplate, "host")
		if !isSecret(host.at("userData")) {
			t.Error("the name of the API key's header is in a plain input")
		}
		text := started(t, g)
		for variable, canary := range canaries {
			// The header's name opens nothing, and the admin service cannot do without.
			told := variable == service.APIKeyName.Env || variable == "SGRAPH_SEND__ADMIN__API_KEY__NAME"
			if variable != "AWS_ACCOUNT_ID" && !told && strings.Contains(text, canary) {
				t.Errorf("%s is in the first start", variable)
			}
		}
		_, user, _ := strings.Cut(text, "/etc/sgsend/user.env")
		user, admin, _ := strings.Cut(user, "/etc/sgsend/admin.env")
		for of, parts := range map[string][]string{
			user: {
				`SGRAPH_SEND__ADMIN__BASE_URL="http://127.0.0.1:8081"`, `SEND__TRUSTED_PROXIES="10.77.`, `SEND__TLS="true"`,
				`SEND__EMBED_METRICS="true"`, `AWS_REGION="eu-west-2"`, `SEND__ADMIN__SERVICE_KEY="ledger:service"`,
			},
			admin: {`SEND__DEPLOYMENT="{\"keep_secrets\"`, `FAST_API__AUTH__API_KEY__VALUE="ssm:/sgraph-send/` + name},
		} {
			for _, part := range parts {
				if !strings.Contains(of, part) {
					t.Errorf("%s is not told in\n%s", part, of)
				}
			}
		}
		if strings.Contains(user, service.APIKeyName.Env) || strings.Contains(text, service.CacheServiceURL.Env) {
			t.Error("a service is told a secret that it does not read")
		}
		if len(text) > server.MaxBytes*3/4 {
			t.Errorf("the first start takes %d bytes, of which EC2 allows %d", len(text), server.MaxBytes)
		}
		if _, err := exec.LookPath("bash"); err == nil {
			cmd := exec.CommandContext(t.Context(), "bash", "-n")
			cmd.Stdin = strings.NewReader(text)
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		}
	})
}

// A host may do what both services may, and what it takes to start and to be looked
// at. None of it is beyond what bounds it.
func TestHostsMayDoWhatTheyNeed(t *testing.T) {
	matches := func(pattern, target string) bool {
		re := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
		return regexp.MustCompile(re).MatchString(target)
	}
	hosting(t, func(t *testing.T, name string, g *graph) {
		names := stack.Names{Account: testAccount, Region: "eu-west-2", Stack: name}
		role := g.named(t, kindRole, "host")
		if role.text("permissionsBoundary") != names.BoundaryARN() ||
			!strings.Contains(role.text("assumeRolePolicy"), `"ec2.amazonaws.com"`) {
			t.Errorf("the role is %v", role.Inputs)
		}
		if n := len(g.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")); n > 0 {
			t.Errorf("%d policies are attached from elsewhere", n)
		}
		var may []string
		for _, granted := range grants(t, g) {
			if granted.role != "host" {
				continue
			}
			may = append(may, granted.actions...)
			for _, action := range granted.actions {
				for _, target := range granted.resources {
					if target == "*" && !slices.ContainsFunc(resourceless["host"], func(prefix string) bool {
						return strings.HasPrefix(action, prefix)
					}) {
						t.Errorf("hosts may %s anything", action)
					}
					if !slices.ContainsFunc(policy.Boundary(names, []string{stack.Hosts}), func(s policy.Statement) bool {
						return slices.Contains(s["Action"].([]string), action) &&
							slices.ContainsFunc(s["Resource"].([]any), func(r any) bool { return matches(r.(string), target) })
					}) {
						t.Errorf("hosts are granted %s on %s, which is out of bounds", action, target)
					}
				}
			}
		}
		for _, action := range []string{
			"autoscaling:CompleteLifecycleAction", "s3:GetObject", "logs:PutLogEvents", "ssmmessages:OpenDataChannel",
			"dynamodb:Query", "ssm:GetParameter",
		} {
			if !slices.Contains(may, action) {
				t.Errorf("hosts may not %s", action)
			}
		}
		if slices.Contains(may, "s3:DeleteBucket") || slices.Contains(may, "ssm:GetParameters") {
			t.Errorf("hosts may %v", may)
		}
	})
}

func TestHostsAreOfTheImageThatIsSet(t *testing.T) {
	t.Parallel()
	g := record(t, "prod", onHosts("prod", "sgraph-send:ami", "ami-00000000000000000", "sgraph-send:hosts", "2-3",
		"sgraph-send:architecture", "x86_64"))
	host := g.named(t, kindTemplate, "host")
	if host.text("imageId") != "ami-00000000000000000" || host.text("instanceType") != "t3.small" {
		t.Errorf("hosts are of %s, %s", host.text("imageId"), host.text("instanceType"))
	}
	if group := g.named(t, kindGroup, "host"); group.text("minSize") != "2" || group.text("maxSize") != "3" {
		t.Errorf("there are %s to %s", group.text("minSize"), group.text("maxSize"))
	}
}

// hostForms are of what only hosts have.
var hostForms = []form{
	{"aws:iam/instanceProfile:InstanceProfile", "name", 1, 128, `[\w+=,.@-]+`, limitsIAM},
	{kindTemplate, "name", 3, 128, `[a-zA-Z0-9().\-/_]+`, apiTemplate},
	{kindTemplate, "description", 0, 255, `.*`, apiTemplate},
	{kindTemplate, "userData", 1, 4 * ((server.MaxBytes + 2) / 3), `[A-Za-z0-9+/=]+`, apiTemplate},
	{kindGroup, "name", 1, 255, `[ -~]+`, apiGroup},
	{"aws:autoscaling/policy:Policy", "name", 1, 255, `[ -~]+`, apiGroup},
}

// Where AWS says what it takes of them.
const (
	apiTemplate = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html"
	apiGroup    = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html"
)
