package main

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// grant is one Allow statement of a role, taken apart.
type grant struct {
	role                 string
	actions, resources   []string
	condition, statement string
}

func grants(t *testing.T, g *graph) []grant {
	t.Helper()
	var all []grant
	for _, p := range g.some(t, "aws:iam/rolePolicy:RolePolicy") {
		var document struct {
			Statement []struct {
				Effect           string
				Action, Resource any
				Condition        any
			}
		}
		if err := json.Unmarshal([]byte(p.text("policy")), &document); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		for _, s := range document.Statement {
			text, _ := json.Marshal(s)
			condition, _ := json.Marshal(s.Condition)
			all = append(all, grant{p.Name, texts(s.Action), texts(s.Resource), string(condition), string(text)})
		}
	}
	return all
}

// texts answers a policy value that may be one string or several.
func texts(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var many []string
	for _, each := range v.([]any) {
		many = append(many, each.(string))
	}
	return many
}

// granting runs a policy test on every real stack, on anything, with secrets as they are and by
// reference.
func granting(t *testing.T, policy func(t *testing.T, stack string, g *graph)) {
	t.Helper()
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		policy(t, stack, g)
		t.Run("by reference", func(t *testing.T) {
			changes := changesOn(compute, stack)
			maps.Copy(changes, referring(stack))
			policy(t, stack, record(t, stack, changes))
		})
	})
}

// resourceless are what roles may do that knows no resources: pull an image, let
// operators in by the Session Manager, and ask what alarms say that sum others up.
var resourceless = map[string][]string{
	"execution":  {"ecr:GetAuthorizationToken"},
	"host":       {"ssm", "cloudwatch:DescribeAlarms"},
	"admin":      {"cloudwatch:DescribeAlarms"},
	"admin-task": {"cloudwatch:DescribeAlarms"},
}

func TestGrantsAreExact(t *testing.T) {
	// The only stars: the keys under one prefix of a bucket that is named in
	// full, the streams of a log group that is named in full, and whichever key
	// encrypts a parameter that is named in full; the identity of a group that is.
	exact := regexp.MustCompile(`^arn:aws:(s3:::[a-z0-9-]+(/(transfers|audit|sgsend)/\*)?|` +
		`logs:[a-z0-9-]+:\d+:log-group:/aws/lambda/[a-z-]+:log-stream:\*|` +
		`ssm:[a-z0-9-]+:\d+:parameter/sgraph-send/[a-z]+/[a-z-]+|` +
		`autoscaling:[a-z0-9-]+:\d+:autoScalingGroup:\*:autoScalingGroupName/[a-z-]+|` +
		`ecr:[a-z0-9-]+:\d+:repository/[a-z-]+|` +
		`lambda:[a-z0-9-]+:\d+:function:[a-z-]+|` +
		`dynamodb:[a-z0-9-]+:\d+:table/[a-z-]+)$`)
	decrypts := regexp.MustCompile(`^{"StringEquals":{"kms:ViaService":"ssm\.eu-west-2\.amazonaws\.com"},` +
		`"StringLike":{"kms:EncryptionContext:PARAMETER_ARN":\["arn:aws:ssm:[^*]+"\]}}$`)
	granting(t, func(t *testing.T, stack string, g *graph) {
		for _, granted := range grants(t, g) {
			if slices.Equal(granted.actions, []string{"kms:Decrypt"}) {
				if !decrypts.MatchString(granted.condition) ||
					!slices.Equal(granted.resources, []string{"arn:aws:kms:eu-west-2:" + testAccount + ":key/*"}) {
					t.Errorf("%s may decrypt: %s", granted.role, granted.statement)
				}
				continue
			}
			for _, action := range granted.actions {
				if strings.Contains(action, "*") {
					t.Errorf("%s may %s", granted.role, action)
				}
			}
			if slices.ContainsFunc(resourceless[granted.role], func(prefix string) bool {
				return !slices.ContainsFunc(granted.actions, func(action string) bool { return !strings.HasPrefix(action, prefix) })
			}) && slices.Equal(granted.resources, []string{"*"}) {
				continue
			}
			for _, target := range granted.resources {
				if !exact.MatchString(target) || !strings.Contains(target, stack) {
					t.Errorf("%s may act on %s", granted.role, target)
				}
			}
		}
		for _, role := range g.some(t, "aws:iam/role:Role") {
			if len(role.object("managedPolicyArns")) > 0 || role.text("managedPolicyArns") != "" {
				t.Errorf("%s has managed policies", role.Name)
			}
		}
		for _, kind := range []string{
			"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment",
		} {
			if found := g.of(kind); len(found) > 0 {
				t.Errorf("a policy is attached from elsewhere: %v", found)
			}
		}
	})
}

// TestRolesAreBounded by the policy that the account's setup makes, within which
// all that they are granted lies: what does not is no right.
func TestRolesAreBounded(t *testing.T) {
	matches := func(pattern, target string) bool {
		re := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
		return regexp.MustCompile(re).MatchString(target)
	}
	granting(t, func(t *testing.T, stage string, g *graph) {
		names := stack.Names{Account: testAccount, Region: "eu-west-2", Stack: stage}
		for _, role := range g.some(t, "aws:iam/role:Role") {
			if got := role.text("permissionsBoundary"); got != names.BoundaryARN() {
				t.Errorf("%s is bounded by %q", role.Name, got)
			}
		}
		for _, granted := range grants(t, g) {
			for _, action := range granted.actions {
				for _, target := range granted.resources {
					if !slices.ContainsFunc(policy.Boundary(names, []string{stack.Tasks, stack.Hosts}), func(s policy.Statement) bool {
						return slices.Contains(s["Action"].([]string), action) &&
							slices.ContainsFunc(s["Resource"].([]any), func(r any) bool { return matches(r.(string), target) })
					}) {
						t.Errorf("%s is granted %s on %s, which is out of bounds", granted.role, action, target)
					}
				}
			}
		}
	})
}

func TestAnAccountWithoutABoundaryIsTold(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"true": false, "false": true} {
		s, err := parseStack(t, "dev", map[string]string{"sgraph-send:permissionsBoundary": value})
		if err != nil {
			t.Fatal(err)
		}
		g := accountOf("dev")
		g.boundary = ""
		err = run(t, s, g)
		if (err == nil) != want || len(g.of("aws:iam/role:Role")) > 0 != want {
			t.Errorf("permissionsBoundary: %s: %v", value, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "nothing was touched") ||
			!strings.Contains(err.Error(), "bootstrap/")) {
			t.Errorf("it says %v", err)
		}
		for _, role := range g.of("aws:iam/role:Role") {
			if role.text("permissionsBoundary") != "" {
				t.Errorf("%s is bounded all the same", role.Name)
			}
		}
	}
}

func TestServicesCannotTouchEachOthersData(t *testing.T) {
	// What each role may do with the ledger, and to which bucket, and nothing more.
	const all = "GetItem PutItem UpdateItem DeleteItem Query "
	const reads, makes, forgets = "GetItem ", "GetItem PutItem ", "DeleteItem "
	const looks, notes = "GetItem PutItem Query ", "UpdateItem "
	allowed := map[string]struct {
		bucket string
		ledger []string
	}{
		"user": {"transfers", []string{
			all + `["transfer/*","label/*","claim/*","reserved/*","due/*","purge","request/*","arrived/*",` +
				`"window/*","salt",` +
				`"outbox/user","outbox/user/*"]`,
			makes + `["root/user"]`,
			reads + `["withdrawn"]`,
			reads + `["secret/origin","secret/service"]`,
		}},
		"admin": {"cache", []string{
			all + `["token","use/*","purge","withdrawn","session","window/*","salt","chain/*","outbox/*"]`,
			makes + `["root/admin"]`,
			looks + `["transfer/*"]`,
			notes + `["due/*"]`,
			makes + `["secret/origin","secret/service","secret/canary"]`,
			forgets + `["secret/canary"]`,
		}},
		// The canary does all it does from outside.
		"canary": {"", []string{reads + `["secret/canary"]`}},
	}
	// Who starts tasks reaches none of it; on a host both services run.
	eachOnAll(t, func(t *testing.T, stack, compute string, g *graph) {
		if compute == settings.EC2 {
			return
		}
		ledger, buckets := map[string][]string{}, map[string]bool{}
		for _, granted := range grants(t, g) {
			granted.role = strings.TrimSuffix(granted.role, "-task")
			want, ok := allowed[granted.role]
			if !ok && granted.role != "execution" {
				t.Fatalf("unknown role %s", granted.role)
			}
			for _, target := range granted.resources {
				if bucket, ok := strings.CutPrefix(target, "arn:aws:s3:::"); ok {
					buckets[granted.role] = true
					if want.bucket == "" || !strings.HasPrefix(bucket, testAccount+"--sgraph-send-"+want.bucket+"--") {
						t.Errorf("%s may act on %s", granted.role, target)
					}
				}
				if !strings.Contains(target, ":dynamodb:") {
					continue
				}
				sets, ok := strings.CutPrefix(granted.condition, `{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":`)
				if !ok {
					t.Errorf("%s may use the ledger under %s", granted.role, granted.condition)
				}
				may := strings.ReplaceAll(strings.Join(granted.actions, " "), "dynamodb:", "") + " " +
					strings.TrimSuffix(sets, "}}")
				ledger[granted.role] = append(ledger[granted.role], may)
			}
		}
		for role, want := range allowed {
			if role == "canary" && stack == "dev" {
				continue
			}
			// Without CloudFront, which shows it something.
			if role == "user" && (stack == "dev" || compute != settings.Lambda) {
				want.ledger = append(slices.Clone(want.ledger[:3]), reads+`["secret/service"]`)
			}
			// Past CloudFront it looks at what nobody meets yet.
			if role == "canary" && compute == settings.Lambda {
				want.ledger = []string{reads + `["secret/canary","secret/origin"]`}
			}
			if !slices.Equal(ledger[role], want.ledger) {
				t.Errorf("%s may use the ledger for\n%s\nwant\n%s", role,
					strings.Join(ledger[role], "\n"), strings.Join(want.ledger, "\n"))
			}
			if buckets[role] != (want.bucket != "") {
				t.Errorf("%s may use a bucket: %v", role, buckets[role])
			}
		}
	})
}

// TestTheTrailOnlyGrows: nothing that runs may take an event away.
func TestTheTrailOnlyGrows(t *testing.T) {
	eachOnAll(t, func(t *testing.T, stack, _ string, g *graph) {
		for _, granted := range grants(t, g) {
			for _, target := range granted.resources {
				deletes := func(action string) bool { return strings.Contains(action, "Delete") }
				if strings.Contains(target, "-cache--") && slices.ContainsFunc(granted.actions, deletes) {
					t.Errorf("%s may %v of %s", granted.role, granted.actions, target)
				}
			}
		}
		versions := g.named(t, "aws:s3/bucketVersioningV2:BucketVersioningV2", "cache-versions")
		if versions.text("versioningConfiguration", "status") != "Enabled" {
			t.Error("an event that is overwritten is lost")
		}
	})
}

// TestMissingPayloadsAreTold: S3 answers 403 instead of 404 to who may not list.
func TestMissingPayloadsAreTold(t *testing.T) {
	eachOnAll(t, func(t *testing.T, stack, _ string, g *graph) {
		bucket := []string{"arn:aws:s3:::" + testAccount + "--sgraph-send-transfers--" + stack + "--eu-west-2"}
		found := slices.ContainsFunc(grants(t, g), func(granted grant) bool {
			return slices.Contains([]string{"user", "user-task", "host"}, granted.role) &&
				slices.Equal(granted.actions, []string{"s3:ListBucket"}) &&
				granted.condition == "null" && slices.Equal(granted.resources, bucket)
		})
		if !found {
			t.Error("the user service cannot tell a missing payload from a missing right")
		}
	})
}
