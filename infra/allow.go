package main

import (
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/wire"
)

// fromElsewhere blocks who asks the admin service from elsewhere than operators may,
// but for how it is, which uptime checks ask from everywhere. The service refuses
// them as well, by the same setting: this spares it the asking.
func fromElsewhere(ctx *pulumi.Context, args *EdgeArgs, inside pulumi.ResourceOption) (*wafv2.WebAclRuleArgs, error) {
	var known []*wafv2.WebAclRuleStatementArgs
	for _, version := range []string{"IPV4", "IPV6"} {
		var ranges pulumi.StringArray
		for _, p := range args.AdminAllow {
			if p.Addr().Is4() == (version == "IPV4") {
				ranges = append(ranges, pulumi.String(p.Masked().String()))
			}
		}
		if len(ranges) == 0 {
			continue
		}
		name := "operators-" + strings.ToLower(version)
		set, err := wafv2.NewIpSet(ctx, name, &wafv2.IpSetArgs{
			Name:             pulumi.String(args.Names.AdminFirewall() + "-" + strings.ToLower(version)),
			Scope:            pulumi.String("CLOUDFRONT"),
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
	open := pathMatches("^(" + regexp.QuoteMeta(wire.Health.Path()) + "|" + regexp.QuoteMeta(wire.Ready.Path()) + ")$")
	return &wafv2.WebAclRuleArgs{
		Name:      pulumi.String("from-elsewhere"),
		Action:    toBlock,
		Statement: not(either(append(known, open)...)),
	}, nil
}
