package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// Edge is what the public meets: CloudFront and WAF where a stack has them,
// the bare Function URLs where it does not. WAF cannot be attached to a
// Function URL, so a stack with WAF has CloudFront in front, and the functions
// answer 403 to whoever does not bring CloudFront's secret.
type Edge struct {
	pulumi.ResourceState

	// UserURL and AdminURL are where people go, without a trailing slash.
	UserURL, AdminURL pulumi.StringOutput
	// UserDomain and AdminDomain are what a DNS name has to point at.
	UserDomain, AdminDomain pulumi.StringOutput
	// ACL is the web ACL's metric name; empty without an edge.
	ACL string
}

// EdgeArgs describe an Edge.
type EdgeArgs struct {
	Settings    settings.Settings
	User, Admin *Service
}

// The managed cache policies in use, by their fixed ids.
const (
	cachingDisabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
)

// originSecretHeader is where a function looks for the secret.
const originSecretHeader = "x-sgraph-origin-secret"

// NewEdge declares CloudFront and WAF if the stack wants them.
func NewEdge(ctx *pulumi.Context, name string, args *EdgeArgs, opts ...pulumi.ResourceOption) (*Edge, error) {
	s := args.Settings
	c := &Edge{UserURL: args.User.URL, AdminURL: args.Admin.URL, UserDomain: args.User.Domain, AdminDomain: args.Admin.Domain}
	if err := ctx.RegisterComponentResource("send:infra:Edge", name, c, opts...); err != nil {
		return nil, err
	}
	if s.Edge.Enabled {
		acl, err := c.firewall(ctx, s)
		if err != nil {
			return nil, err
		}
		user, err := c.forwarding(ctx, s, args.User.Name, "none", userHeaders)
		if err != nil {
			return nil, err
		}
		admin, err := c.forwarding(ctx, s, args.Admin.Name, "all", adminHeaders(s))
		if err != nil {
			return nil, err
		}
		if c.UserURL, c.UserDomain, err = c.distribution(ctx, s, args.User, s.Edge.UserDomain, acl.Arn, user.ID()); err != nil {
			return nil, err
		}
		if c.AdminURL, c.AdminDomain, err = c.distribution(ctx, s, args.Admin, s.Edge.AdminDomain, acl.Arn, admin.ID()); err != nil {
			return nil, err
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"userUrl": c.UserURL, "adminUrl": c.AdminURL})
}

// viewerAddress is the header in which CloudFront says who asks. A function
// believes it only beside the origin secret.
const viewerAddress = "CloudFront-Viewer-Address"

// userHeaders are the request headers that the user service reads, beyond those
// that CloudFront passes on by itself, such as Content-Type, Range, If-Range and
// If-None-Match. A policy takes ten at most; Host is never among them, because a
// Function URL answers to its own name only.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
var userHeaders = pulumi.ToStringArray([]string{
	"x-sgraph-access-token", "x-sgraph-transfer-delete-auth", "x-sgraph-download-permit",
	"Origin", "Sec-Fetch-Site", "Access-Control-Request-Method", "Access-Control-Request-Headers", viewerAddress,
})

// adminHeaders are those that the admin service reads.
func adminHeaders(s settings.Settings) pulumi.StringArray {
	return append(pulumi.ToStringArray([]string{"Origin", "Sec-Fetch-Site", viewerAddress}), secretString(s.Secrets.APIKeyName))
}

// forwarding says what of a request CloudFront passes on to one service. Only
// the admin service has cookies: its session.
func (c *Edge) forwarding(ctx *pulumi.Context, s settings.Settings, service, cookies string, headers pulumi.StringArray) (*cloudfront.OriginRequestPolicy, error) {
	return cloudfront.NewOriginRequestPolicy(ctx, service, &cloudfront.OriginRequestPolicyArgs{
		Name:    pulumi.String(fmt.Sprintf("sgraph-send-%s-%s", service, s.Stack)),
		Comment: pulumi.Sprintf("What the SGraph Send %s service reads of a request", service),
		HeadersConfig: &cloudfront.OriginRequestPolicyHeadersConfigArgs{
			HeaderBehavior: pulumi.String("whitelist"),
			Headers:        &cloudfront.OriginRequestPolicyHeadersConfigHeadersArgs{Items: headers},
		},
		CookiesConfig:      &cloudfront.OriginRequestPolicyCookiesConfigArgs{CookieBehavior: pulumi.String(cookies)},
		QueryStringsConfig: &cloudfront.OriginRequestPolicyQueryStringsConfigArgs{QueryStringBehavior: pulumi.String("all")},
	}, pulumi.Parent(c))
}

// distribution puts CloudFront in front of one service.
func (c *Edge) distribution(ctx *pulumi.Context, s settings.Settings, service *Service, domain string, acl pulumi.StringOutput, forwarding pulumi.IDOutput) (url, host pulumi.StringOutput, err error) {
	certificate := &cloudfront.DistributionViewerCertificateArgs{CloudfrontDefaultCertificate: pulumi.Bool(true)}
	aliases := pulumi.StringArray{}
	if domain != "" {
		aliases = append(aliases, pulumi.String(domain))
		certificate = &cloudfront.DistributionViewerCertificateArgs{
			AcmCertificateArn: pulumi.String(s.Edge.CertificateARN), SslSupportMethod: pulumi.String("sni-only"),
			MinimumProtocolVersion: pulumi.String("TLSv1.2_2021"),
		}
	}
	origin := pulumi.String("function")
	distribution, err := cloudfront.NewDistribution(ctx, service.Name, &cloudfront.DistributionArgs{
		Comment: pulumi.Sprintf("SGraph Send %s service, %s", service.Name, s.Stack),
		Enabled: pulumi.Bool(true), IsIpv6Enabled: pulumi.Bool(true), HttpVersion: pulumi.String("http2and3"),
		Aliases: aliases, ViewerCertificate: certificate, WebAclId: acl,
		Restrictions: &cloudfront.DistributionRestrictionsArgs{
			GeoRestriction: &cloudfront.DistributionRestrictionsGeoRestrictionArgs{RestrictionType: pulumi.String("none")},
		},
		Origins: cloudfront.DistributionOriginArray{&cloudfront.DistributionOriginArgs{
			OriginId: origin, DomainName: service.Domain,
			CustomHeaders: cloudfront.DistributionOriginCustomHeaderArray{&cloudfront.DistributionOriginCustomHeaderArgs{
				Name: pulumi.String(originSecretHeader), Value: secretString(originSecrets(s)[0]),
			}},
			CustomOriginConfig: &cloudfront.DistributionOriginCustomOriginConfigArgs{
				HttpPort: pulumi.Int(80), HttpsPort: pulumi.Int(443), OriginProtocolPolicy: pulumi.String("https-only"),
				OriginSslProtocols: pulumi.ToStringArray([]string{"TLSv1.2"}),
				// Longer than any function may take, so that the function's own answer is the one seen.
				OriginReadTimeout: pulumi.Int(60), OriginKeepaliveTimeout: pulumi.Int(60),
			},
		}},
		DefaultCacheBehavior: &cloudfront.DistributionDefaultCacheBehaviorArgs{
			TargetOriginId: origin, ViewerProtocolPolicy: pulumi.String("redirect-to-https"),
			AllowedMethods: pulumi.ToStringArray([]string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}),
			CachedMethods:  pulumi.ToStringArray([]string{"GET", "HEAD"}),
			CachePolicyId:  pulumi.String(cachingDisabled), OriginRequestPolicyId: forwarding,
			// Ciphertext does not compress, and a compressed secret can be guessed.
			Compress: pulumi.Bool(false),
		},
		OrderedCacheBehaviors: cloudfront.DistributionOrderedCacheBehaviorArray{&cloudfront.DistributionOrderedCacheBehaviorArgs{
			PathPattern: pulumi.String("/assets/*"), TargetOriginId: origin,
			ViewerProtocolPolicy: pulumi.String("redirect-to-https"), Compress: pulumi.Bool(true),
			AllowedMethods: pulumi.ToStringArray([]string{"GET", "HEAD"}),
			CachedMethods:  pulumi.ToStringArray([]string{"GET", "HEAD"}),
			CachePolicyId:  pulumi.String(cachingOptimized),
		}},
	}, pulumi.Parent(c))
	if err != nil {
		return url, host, err
	}
	host = distribution.DomainName
	if domain != "" {
		return pulumi.String("https://" + domain).ToStringOutput(), host, nil
	}
	return pulumi.Sprintf("https://%s", host), host, nil
}

// firewall is the web ACL of both distributions, with a log of what it blocks.
func (c *Edge) firewall(ctx *pulumi.Context, s settings.Settings) (*wafv2.WebAcl, error) {
	c.ACL = "sgraph-send-" + s.Stack
	rules := wafv2.WebAclRuleArray{
		&wafv2.WebAclRuleArgs{
			Name: pulumi.String("requests-per-address"), Priority: pulumi.Int(0),
			Action: &wafv2.WebAclRuleActionArgs{Block: &wafv2.WebAclRuleActionBlockArgs{}},
			Statement: &wafv2.WebAclRuleStatementArgs{RateBasedStatement: &wafv2.WebAclRuleStatementRateBasedStatementArgs{
				AggregateKeyType: pulumi.String("IP"), EvaluationWindowSec: pulumi.Int(300),
				Limit: pulumi.Int(s.Edge.RequestsPerFiveMinutes),
			}},
			VisibilityConfig: ruleVisibility("requests-per-address"),
		},
		managedRules(1, "AWSManagedRulesAmazonIpReputationList", nil),
		managedRules(2, "AWSManagedRulesKnownBadInputsRuleSet", nil),
		// This rule blocks every body over 8 KB; an upload is one. The
		// services hold bodies against their own limits.
		managedRules(3, "AWSManagedRulesCommonRuleSet", nil, "SizeRestrictions_BODY"),
	}
	if s.Edge.BotControl {
		// The command line, the canary and uptime checks are no browsers, and
		// some of them ask from a data center: such rules only count.
		rules = append(rules, managedRules(4, "AWSManagedRulesBotControlRuleSet", botControl,
			"CategoryHttpLibrary", "CategoryMonitoring", "SignalNonBrowserUserAgent", "SignalKnownBotDataCenter"))
	}
	acl, err := wafv2.NewWebAcl(ctx, "firewall", &wafv2.WebAclArgs{
		Name: pulumi.String(c.ACL), Scope: pulumi.String("CLOUDFRONT"),
		Description:      pulumi.String("Guards SGraph Send " + s.Stack),
		DefaultAction:    &wafv2.WebAclDefaultActionArgs{Allow: &wafv2.WebAclDefaultActionAllowArgs{}},
		VisibilityConfig: &wafv2.WebAclVisibilityConfigArgs{MetricName: pulumi.String(c.ACL), CloudwatchMetricsEnabled: pulumi.Bool(true), SampledRequestsEnabled: pulumi.Bool(false)},
		Rules:            rules,
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	// WAF accepts only log groups with this prefix.
	logs, err := cloudwatch.NewLogGroup(ctx, "firewall", &cloudwatch.LogGroupArgs{
		Name: pulumi.String("aws-waf-logs-" + c.ACL), RetentionInDays: pulumi.Int(s.LogRetentionDays),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	_, err = wafv2.NewWebAclLoggingConfiguration(ctx, "firewall", &wafv2.WebAclLoggingConfigurationArgs{
		ResourceArn: acl.Arn, LogDestinationConfigs: pulumi.StringArray{logs.Arn},
		LoggingFilter: &wafv2.WebAclLoggingConfigurationLoggingFilterArgs{
			DefaultBehavior: pulumi.String("DROP"),
			Filters: wafv2.WebAclLoggingConfigurationLoggingFilterFilterArray{&wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs{
				Behavior: pulumi.String("KEEP"), Requirement: pulumi.String("MEETS_ANY"),
				Conditions: wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArray{&wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs{
					ActionCondition: &wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs{Action: pulumi.String("BLOCK")},
				}},
			}},
		},
		RedactedFields: redacted("authorization", "cookie", "x-sgraph-access-token", strings.ToLower(s.Secrets.APIKeyName)),
	}, pulumi.Parent(c))
	return acl, err
}

// redacted keeps the values of headers that carry credentials out of WAF's log.
func redacted(headers ...string) wafv2.WebAclLoggingConfigurationRedactedFieldArray {
	fields := wafv2.WebAclLoggingConfigurationRedactedFieldArray{}
	for _, header := range headers {
		fields = append(fields, &wafv2.WebAclLoggingConfigurationRedactedFieldArgs{
			SingleHeader: &wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs{Name: secretString(header)},
		})
	}
	return fields
}

// botControl configures the group of that name, which costs extra: the common
// level knows bots that say what they are.
var botControl = wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArray{
	&wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArgs{
		AwsManagedRulesBotControlRuleSet: &wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigAwsManagedRulesBotControlRuleSetArgs{
			InspectionLevel: pulumi.String("COMMON"),
		},
	},
}

// managedRules uses a rule group that AWS maintains, with some of its rules
// only counting.
func managedRules(priority int, group string, configs wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArrayInput, countOnly ...string) *wafv2.WebAclRuleArgs {
	overrides := wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArray{}
	for _, rule := range countOnly {
		overrides = append(overrides, &wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs{
			Name: pulumi.String(rule),
			ActionToUse: &wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs{
				Count: &wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs{},
			},
		})
	}
	return &wafv2.WebAclRuleArgs{
		Name: pulumi.String(group), Priority: pulumi.Int(priority),
		OverrideAction: &wafv2.WebAclRuleOverrideActionArgs{None: &wafv2.WebAclRuleOverrideActionNoneArgs{}},
		Statement: &wafv2.WebAclRuleStatementArgs{ManagedRuleGroupStatement: &wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs{
			VendorName: pulumi.String("AWS"), Name: pulumi.String(group), RuleActionOverrides: overrides,
			ManagedRuleGroupConfigs: configs,
		}},
		VisibilityConfig: ruleVisibility(group),
	}
}

// ruleVisibility counts a rule's matches. No samples: they would keep request
// headers of people for hours.
func ruleVisibility(metric string) *wafv2.WebAclRuleVisibilityConfigArgs {
	return &wafv2.WebAclRuleVisibilityConfigArgs{
		MetricName: pulumi.String(metric), CloudwatchMetricsEnabled: pulumi.Bool(true), SampledRequestsEnabled: pulumi.Bool(false),
	}
}

// originSecrets are what CloudFront sends, first, and what the functions still
// accept, second. They are derived from the admin API key, so that a stack
// needs no further secret, changing the key changes them, and counting the
// generation up rotates them without a refused request: the functions learn
// the new one before CloudFront sends it.
func originSecrets(s settings.Settings) []string {
	generation := s.Edge.OriginSecretGeneration
	return []string{originSecret(s, generation), originSecret(s, generation-1)}
}

func originSecret(s settings.Settings, generation int) string {
	salt := fmt.Sprintf("sgraph-send origin secret, %s, %s, generation %d", s.Account, s.Stack, generation)
	key, err := pbkdf2.Key(sha256.New, s.Secrets.APIKeyValue, []byte(salt), 200_000, 32)
	if err != nil {
		panic(err) // only for lengths that are not asked for here
	}
	return hex.EncodeToString(key)
}
