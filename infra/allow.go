package main

import (
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/wire"
)

// fromElsewhere blocks who asks the admin service from elsewhere than operators may,
// but for how it is, which uptime checks ask from everywhere, and for what else is
// open. The service refuses them as well, by the same setting: this spares it the
// asking.
func fromElsewhere(
	ctx *pulumi.Context, args *firewallArgs, inside pulumi.ResourceOption, open ...*wafv2.WebAclRuleStatementArgs,
) (*wafv2.WebAclRuleArgs, error) {
	var known []*wafv2.WebAclRuleStatementArgs
	for _, version := range []string{"IPV4", "IPV6"} {
		var ranges pulumi.StringArray
		for _, p := range args.Allow {
			if p.Addr().Is4() == (version == "IPV4") {
				ranges = append(ranges, pulumi.String(p.Masked().String()))
			}
		}
		if len(ranges) == 0 {
			continue
		}
		// In another region, before a load balancer, it is another resource.
		name := "operators-" + strings.ToLower(version)
		if args.Scope == regional {
			name += "-regional"
		}
		set, err := wafv2.NewIpSet(ctx, name, &wafv2.IpSetArgs{
			Name:             pulumi.String(args.Names.AdminFirewall() + "-" + strings.ToLower(version)),
			Scope:            pulumi.String(args.Scope),
			IpAddressVersion: pulumi.String(version),
			Addresses:        ranges,
		}, inside)
		if err != nil {
			return nil, err
		}
		known = append(known, &wafv2.WebAclRuleStatementArgs{
			IpSetReferenceStatement: &wafv2.WebAclRuleStatementIpSetReferenceStatementArgs{Arn: set.Arn},
		})
	}
	health := pathMatches("^(" + regexp.QuoteMeta(wire.Health.Path()) + "|" + regexp.QuoteMeta(wire.Ready.Path()) + ")$")
	return &wafv2.WebAclRuleArgs{
		Name:      pulumi.String("from-elsewhere"),
		Action:    toBlock,
		Statement: not(either(append(append(known, health), open...)...)),
	}, nil
}

// askedFor matches requests to a host. What only looks like it is none.
func askedFor(host string) *wafv2.WebAclRuleStatementArgs {
	return &wafv2.WebAclRuleStatementArgs{ByteMatchStatement: &wafv2.WebAclRuleStatementByteMatchStatementArgs{
		SearchString:         pulumi.String(host),
		PositionalConstraint: pulumi.String("EXACTLY"),
		FieldToMatch: &wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchArgs{
			SingleHeader: &wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchSingleHeaderArgs{
				Name: pulumi.String("host"),
			},
		},
		TextTransformations: wafv2.WebAclRuleStatementByteMatchStatementTextTransformationArray{
			&wafv2.WebAclRuleStatementByteMatchStatementTextTransformationArgs{
				Priority: pulumi.Int(0), Type: pulumi.String("LOWERCASE"),
			},
		},
	}}
}
