package main

import (
	"net/netip"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// firewallArgs describe WAF before the services.
type firewallArgs struct {
	Names stack.Names
	settings.Edge
	Scope   string         // ofCloudFront or regional
	KeyName string         // the header of the admin API key, a secret
	Allow   []netip.Prefix // from where operators may come; none is from anywhere
}

// What WAF can stand before: CloudFront, or a load balancer.
const (
	ofCloudFront = "CLOUDFRONT"
	regional     = "REGIONAL"
)

// firewallWatch is WAF as it is watched.
type firewallWatch struct {
	acl    string // its name
	region string // "" = CloudFront's
}

// newFirewalls makes the web ACLs of the distributions, with a log of what they
// block: one for both, or, where operators come from some addresses only, one for
// each.
func newFirewalls(
	ctx *pulumi.Context, args *firewallArgs, inside pulumi.ResourceOption,
) (user, admin *wafv2.WebAcl, err error) {
	logs, err := newFirewallLog(ctx, "firewall", args.Names.Firewall(), args.LogDays, inside)
	if err != nil {
		return nil, nil, err
	}
	user, err = newFirewall(ctx, "firewall", args.Names.Firewall(), firewallRules(args), args, logs, inside)
	if err != nil || len(args.Allow) == 0 {
		return user, user, err
	}
	elsewhere, err := fromElsewhere(ctx, args, inside)
	if err != nil {
		return nil, nil, err
	}
	admin, err = newFirewall(ctx, "firewall-admin", args.Names.AdminFirewall(), firewallRules(args, elsewhere), args, logs,
		inside)
	return user, admin, err
}

// newFirewallLog makes the group that WAF logs in, which is named for the ACL.
func newFirewallLog(
	ctx *pulumi.Context, resource, acl string, days int, inside pulumi.ResourceOption,
) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, resource, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(stack.FirewallLogGroup(acl)),
		RetentionInDays: pulumi.Int(days),
	}, inside)
}

// newFirewall makes one of them.
func newFirewall(
	ctx *pulumi.Context, resource, name string, rules wafv2.WebAclRuleArray, args *firewallArgs,
	logs *cloudwatch.LogGroup, inside pulumi.ResourceOption,
) (*wafv2.WebAcl, error) {
	acl, err := wafv2.NewWebAcl(ctx, resource, &wafv2.WebAclArgs{
		Name:          pulumi.String(name),
		Scope:         pulumi.String(args.Scope),
		Description:   pulumi.String("Guards SGraph Send " + args.Names.Stack),
		DefaultAction: &wafv2.WebAclDefaultActionArgs{Allow: &wafv2.WebAclDefaultActionAllowArgs{}},
		VisibilityConfig: &wafv2.WebAclVisibilityConfigArgs{
			MetricName:               pulumi.String(name),
			CloudwatchMetricsEnabled: pulumi.Bool(true),
			SampledRequestsEnabled:   pulumi.Bool(false),
		},
		Rules: rules,
	}, inside)
	if err != nil {
		return nil, err
	}
	_, err = wafv2.NewWebAclLoggingConfiguration(ctx, resource, &wafv2.WebAclLoggingConfigurationArgs{
		ResourceArn:           acl.Arn,
		LogDestinationConfigs: pulumi.StringArray{logs.Arn},
		LoggingFilter:         onlyBlocked,
		RedactedFields:        redacted(wire.Secret(wire.APIKey(args.KeyName))),
	}, inside)
	return acl, err
}

// firewallRules are what a firewall asks of a request, in this order, those that
// come first before all others.
func firewallRules(args *firewallArgs, first ...*wafv2.WebAclRuleArgs) (rules wafv2.WebAclRuleArray) {
	for _, rule := range first {
		rules = append(rules, rule)
	}
	rules = append(rules,
		// A page is a request or two, and several for its parts, which cost next to
		// nothing: an office behind one address loads many.
		perAddress("requests-per-address", args.RequestsPerFiveMinutes, butParts),
		perAddress("all-per-address", maxParts*args.RequestsPerFiveMinutes, nil),
		managedRules("AWSManagedRulesAmazonIpReputationList", nil),
		knownBadInputs.rules(),
		// This one takes each body over 8 KB for an attack. The services hold
		// bodies against their own limits.
		commonRules.rules("SizeRestrictions_BODY"),
		attackInBody(),
		attackInQuery(),
		attackBesideLabel(),
	)
	if args.BotControl {
		// The command line, the canary and uptime checks are no browsers, and
		// some of them ask from a data center: such rules only count.
		rules = append(rules, managedRules("AWSManagedRulesBotControlRuleSet", commonBots,
			"CategoryHttpLibrary", "CategoryMonitoring", "SignalNonBrowserUserAgent", "SignalKnownBotDataCenter"))
	}
	for i, rule := range rules {
		rule := rule.(*wafv2.WebAclRuleArgs)
		rule.Priority = pulumi.Int(i)
		rule.VisibilityConfig = ruleVisibility(rule.Name)
	}
	return rules
}

// maxParts is the most that is loaded for one page.
const maxParts = 8

// perAddress blocks an address that makes more requests in five minutes, of those
// that are counted.
func perAddress(name string, limit int, counted scopeInput) *wafv2.WebAclRuleArgs {
	return &wafv2.WebAclRuleArgs{
		Name:   pulumi.String(name),
		Action: toBlock,
		Statement: &wafv2.WebAclRuleStatementArgs{
			RateBasedStatement: &wafv2.WebAclRuleStatementRateBasedStatementArgs{
				AggregateKeyType:    pulumi.String("IP"),
				EvaluationWindowSec: pulumi.Int(300),
				Limit:               pulumi.Int(limit),
				ScopeDownStatement:  counted,
			},
		},
	}
}

// butParts are all requests but those for parts of pages.
var butParts = &wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementArgs{
	NotStatement: &wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementNotStatementArgs{
		Statements: list([]*wafv2.WebAclRuleStatementArgs{
			pathMatches("^(" + wire.Assets + "|" + wire.ConsoleAssets + ")"),
		}),
	},
}

// onlyBlocked keeps of WAF's log what it blocked.
var onlyBlocked = &wafv2.WebAclLoggingConfigurationLoggingFilterArgs{
	DefaultBehavior: pulumi.String("DROP"),
	Filters: wafv2.WebAclLoggingConfigurationLoggingFilterFilterArray{
		&wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs{
			Behavior:    pulumi.String("KEEP"),
			Requirement: pulumi.String("MEETS_ANY"),
			Conditions: wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArray{
				&wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs{
					ActionCondition: &wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs{
						Action: pulumi.String("BLOCK"),
					},
				},
			},
		},
	},
}

// redacted keeps secrets out of WAF's log: the values of headers, whose names
// it wants in lower case, and the path and the query where any part of them is
// a secret, because it can only leave out the whole.
func redacted(headers []wire.Header) wafv2.WebAclLoggingConfigurationRedactedFieldArray {
	fields := wafv2.WebAclLoggingConfigurationRedactedFieldArray{}
	for _, h := range headers {
		fields = append(fields, &wafv2.WebAclLoggingConfigurationRedactedFieldArgs{
			SingleHeader: &wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs{
				Name: secretString(strings.ToLower(h.Name)),
			},
		})
	}
	if len(wire.SecretParameters(wire.InPath)) > 0 {
		fields = append(fields, &wafv2.WebAclLoggingConfigurationRedactedFieldArgs{
			UriPath: &wafv2.WebAclLoggingConfigurationRedactedFieldUriPathArgs{},
		})
	}
	if len(wire.SecretParameters(wire.InQuery)) > 0 {
		fields = append(fields, &wafv2.WebAclLoggingConfigurationRedactedFieldArgs{
			QueryString: &wafv2.WebAclLoggingConfigurationRedactedFieldQueryStringArgs{},
		})
	}
	return fields
}

// Short names for what the SDK calls at length.
type (
	scopeInput       = wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementPtrInput
	groupConfigs     = wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArray
	groupConfigInput = wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArrayInput
	groupConfigArgs  = wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArgs
	overrides        = wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArray
	overrideArgs     = wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs
	overrideAction   = wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs
	overrideToCount  = wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs
)

type botControlArgs = wafv2.
	WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigAwsManagedRulesBotControlRuleSetArgs

// commonBots is the level of bot control, which costs extra, that knows bots
// that say what they are.
var commonBots = groupConfigs{&groupConfigArgs{
	AwsManagedRulesBotControlRuleSet: &botControlArgs{InspectionLevel: pulumi.String("COMMON")},
}}

// managedRules uses a rule group that AWS maintains, with some of its rules
// only counting.
func managedRules(group string, configs groupConfigInput, countOnly ...string) *wafv2.WebAclRuleArgs {
	counted := overrides{}
	for _, rule := range countOnly {
		counted = append(counted, &overrideArgs{
			Name:        pulumi.String(rule),
			ActionToUse: &overrideAction{Count: &overrideToCount{}},
		})
	}
	return &wafv2.WebAclRuleArgs{
		Name:           pulumi.String(group),
		OverrideAction: &wafv2.WebAclRuleOverrideActionArgs{None: &wafv2.WebAclRuleOverrideActionNoneArgs{}},
		Statement: &wafv2.WebAclRuleStatementArgs{
			ManagedRuleGroupStatement: &wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs{
				VendorName:              pulumi.String("AWS"),
				Name:                    pulumi.String(group),
				RuleActionOverrides:     counted,
				ManagedRuleGroupConfigs: configs,
			},
		},
	}
}

// ruleVisibility counts a rule's matches. No samples: they would keep request
// headers of people for hours.
func ruleVisibility(metric pulumi.StringInput) *wafv2.WebAclRuleVisibilityConfigArgs {
	return &wafv2.WebAclRuleVisibilityConfigArgs{
		MetricName:               metric,
		CloudwatchMetricsEnabled: pulumi.Bool(true),
		SampledRequestsEnabled:   pulumi.Bool(false),
	}
}
