package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// newOriginAccess makes what signs CloudFront's requests to the assets' bucket,
// which answers to nothing else, and returns its ID.
func newOriginAccess(
	ctx *pulumi.Context, names stack.Names, inside pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	made, err := cloudfront.NewOriginAccessControl(ctx, "assets", &cloudfront.OriginAccessControlArgs{
		Name:                          pulumi.String(names.OriginAccessControl()),
		Description:                   pulumi.Sprintf("What the pages of SGraph Send %s are made of", names.Stack),
		OriginAccessControlOriginType: pulumi.String("s3"),
		SigningBehavior:               pulumi.String("always"),
		SigningProtocol:               pulumi.String("sigv4"),
	}, inside)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return made.ID().ToStringOutput(), nil
}

// bucketOrigin is what the pages are made of.
func bucketOrigin(args *distributionArgs) *cloudfront.DistributionOriginArgs {
	return &cloudfront.DistributionOriginArgs{
		OriginId:              pulumi.String(theBucket),
		DomainName:            args.Bucket,
		OriginAccessControlId: args.Access,
	}
}

// bucketOrFunction asks the function where the bucket does not have an asset, as of
// a function that was put back to before there was a bucket, or is not to be had.
// Which codes a group can name, and that it is for GET and HEAD alone:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
var bucketOrFunction = &cloudfront.DistributionOriginGroupArgs{
	OriginId: pulumi.String("assets-or-function"),
	FailoverCriteria: &cloudfront.DistributionOriginGroupFailoverCriteriaArgs{
		StatusCodes: pulumi.ToIntArray([]int{403, 404, 500, 502, 503, 504}),
	},
	Members: cloudfront.DistributionOriginGroupMemberArray{
		&cloudfront.DistributionOriginGroupMemberArgs{OriginId: pulumi.String(theBucket)},
		&cloudfront.DistributionOriginGroupMemberArgs{OriginId: pulumi.String(theFunction)},
	},
}

// newAssetHeaders makes the policy by which CloudFront adds to what the bucket has
// the headers with which the service itself would have sent it. What it did send
// stays as it is.
func newAssetHeaders(
	ctx *pulumi.Context, service string, args *distributionArgs, inside pulumi.ResourceOption,
) (*cloudfront.ResponseHeadersPolicy, error) {
	known := &cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs{}
	others := cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArray{}
	keep := pulumi.Bool(false)
	for _, g := range wire.PageGuards(args.Pages.policy) {
		value := pulumi.String(g.Value)
		switch g.Name {
		// These CloudFront takes as settings of their own, and only so.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
		case "Content-Security-Policy":
			known.ContentSecurityPolicy =
				&cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs{
					ContentSecurityPolicy: value, Override: keep,
				}
		case "X-Content-Type-Options":
			known.ContentTypeOptions =
				&cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs{Override: keep}
		case "X-Frame-Options":
			known.FrameOptions = &cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs{
				FrameOption: value, Override: keep,
			}
		case "Referrer-Policy":
			known.ReferrerPolicy = &cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs{
				ReferrerPolicy: value, Override: keep,
			}
		case "Strict-Transport-Security":
			transport, err := strictTransport(g.Value)
			if err != nil {
				return nil, err
			}
			known.StrictTransportSecurity = transport
		default:
			others = append(others, &cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs{
				Header: pulumi.String(g.Name), Value: value, Override: keep,
			})
		}
	}
	return cloudfront.NewResponseHeadersPolicy(ctx, service+"-assets", &cloudfront.ResponseHeadersPolicyArgs{
		Name:                  pulumi.String(args.Names.AssetHeaders(service)),
		Comment:               pulumi.Sprintf("What the SGraph Send %s service says of what its pages are made of", service),
		SecurityHeadersConfig: known,
		CustomHeadersConfig:   &cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs{Items: others},
	}, inside)
}

// strictTransport reads a Strict-Transport-Security header (RFC 6797, 6.1).
func strictTransport(
	header string,
) (*cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs, error) {
	read := &cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs{
		Override: pulumi.Bool(false),
	}
	for part := range strings.SplitSeq(header, ";") {
		var seconds int
		switch part = strings.TrimSpace(part); part {
		case "includeSubDomains":
			read.IncludeSubdomains = pulumi.Bool(true)
		case "preload":
			read.Preload = pulumi.Bool(true)
		default:
			if _, err := fmt.Sscanf(part, "max-age=%d", &seconds); err != nil {
				return nil, fmt.Errorf("CloudFront has no way to say %q: %w", header, err)
			}
			read.AccessControlMaxAgeSec = pulumi.Int(seconds)
		}
	}
	return read, nil
}
