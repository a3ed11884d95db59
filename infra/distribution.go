package main

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// distribution is CloudFront in front of one service.
type distribution struct {
	url  pulumi.StringOutput // where people go, without a trailing slash
	host pulumi.StringOutput // CloudFront's own name for it
	arn  pulumi.StringOutput
}

// distributionArgs describe a distribution.
type distributionArgs struct {
	Names        stack.Names
	Origin       pulumi.StringOutput // host of the service
	OriginSecret pulumi.StringOutput // proves to it that CloudFront asks; a secret
	Domain       string              // name of its own, "" = CloudFront's
	Certificate  pulumi.StringInput  // ARN, for that name
	Zone         string              // of Route 53, where the name is to be made; "" = elsewhere
	Firewall     pulumi.StringOutput // ARN
	Headers      []string            // what is passed on of a request
	KeyName      string              // the one of them whose name is a secret
	Cookies      string              // "all" or "none"

	Bucket pulumi.StringOutput // host of what the pages are made of
	Access pulumi.StringOutput // ID of the control by which the bucket is reached
	Pages  pages
}

// pages are the pages of a service.
type pages struct {
	assets string // begins the paths of what they are made of
	policy string // their content security policy
}

// The managed cache policies in use, by their fixed ids.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const (
	cachingDisabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
)

// What may be asked, and of that what may be answered from the cache.
var (
	allMethods  = pulumi.ToStringArray([]string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})
	readMethods = pulumi.ToStringArray([]string{"GET", "HEAD"})
)

// newDistribution makes the distribution of a service.
func newDistribution(
	ctx *pulumi.Context, service string, args *distributionArgs, inside pulumi.ResourceOption,
) (*distribution, error) {
	forwarding, err := newForwarding(ctx, service, args, inside)
	if err != nil {
		return nil, err
	}
	certificate := &cloudfront.DistributionViewerCertificateArgs{CloudfrontDefaultCertificate: pulumi.Bool(true)}
	aliases := pulumi.StringArray{}
	if args.Domain != "" {
		aliases = append(aliases, pulumi.String(args.Domain))
		certificate = &cloudfront.DistributionViewerCertificateArgs{
			AcmCertificateArn:      args.Certificate,
			SslSupportMethod:       pulumi.String("sni-only"),
			MinimumProtocolVersion: pulumi.String("TLSv1.2_2021"),
		}
	}
	headers, err := newAssetHeaders(ctx, service, args, inside)
	if err != nil {
		return nil, err
	}
	made, err := cloudfront.NewDistribution(ctx, service, &cloudfront.DistributionArgs{
		Comment:           pulumi.Sprintf("SGraph Send %s service, %s", service, args.Names.Stack),
		Enabled:           pulumi.Bool(true),
		IsIpv6Enabled:     pulumi.Bool(true),
		HttpVersion:       pulumi.String("http2and3"),
		Aliases:           aliases,
		ViewerCertificate: certificate,
		WebAclId:          args.Firewall,
		Restrictions: &cloudfront.DistributionRestrictionsArgs{
			GeoRestriction: &cloudfront.DistributionRestrictionsGeoRestrictionArgs{
				RestrictionType: pulumi.String("none"),
			},
		},
		Origins:              cloudfront.DistributionOriginArray{functionOrigin(args), bucketOrigin(args)},
		OriginGroups:         cloudfront.DistributionOriginGroupArray{bucketOrFunction},
		CustomErrorResponses: errorsUncached(),
		DefaultCacheBehavior: &cloudfront.DistributionDefaultCacheBehaviorArgs{
			TargetOriginId:        pulumi.String(theFunction),
			ViewerProtocolPolicy:  pulumi.String("redirect-to-https"),
			AllowedMethods:        allMethods,
			CachedMethods:         readMethods,
			CachePolicyId:         pulumi.String(cachingDisabled),
			OriginRequestPolicyId: forwarding.ID(),
			// Ciphertext does not compress, and a compressed secret can be guessed.
			Compress: pulumi.Bool(false),
		},
		OrderedCacheBehaviors: cloudfront.DistributionOrderedCacheBehaviorArray{
			&cloudfront.DistributionOrderedCacheBehaviorArgs{
				PathPattern:             pulumi.String(args.Pages.assets + "*"),
				TargetOriginId:          bucketOrFunction.OriginId,
				ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
				Compress:                pulumi.Bool(true),
				AllowedMethods:          readMethods,
				CachedMethods:           readMethods,
				CachePolicyId:           pulumi.String(cachingOptimized),
				ResponseHeadersPolicyId: headers.ID(),
			},
		},
	}, inside)
	if err != nil {
		return nil, err
	}
	d := &distribution{url: pulumi.Sprintf("https://%s", made.DomainName), host: made.DomainName, arn: made.Arn}
	if args.Domain != "" {
		d.url = pulumi.String("https://" + args.Domain).ToStringOutput()
	}
	if args.Zone != "" {
		to := front{made.DomainName, made.HostedZoneId, []string{"A", "AAAA"}}
		if err := pointAt(ctx, service, args.Domain, args.Zone, to, inside); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// cachedErrors are the replies that CloudFront would keep for ten seconds, also
// where it caches nothing else, so that whoever tries again soon would be
// answered by what is over; and those that it would keep as long as a header
// says.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
var cachedErrors = []int{400, 403, 404, 405, 414, 500, 501, 502, 503, 504}

// errorsUncached has CloudFront ask the service each time.
func errorsUncached() (all cloudfront.DistributionCustomErrorResponseArray) {
	for _, code := range cachedErrors {
		all = append(all, &cloudfront.DistributionCustomErrorResponseArgs{
			ErrorCode: pulumi.Int(code), ErrorCachingMinTtl: pulumi.Int(0),
		})
	}
	return all
}

// What a distribution asks.
const (
	theFunction = "function"
	theBucket   = "assets"
)

// functionOrigin is the service behind the distribution.
func functionOrigin(args *distributionArgs) *cloudfront.DistributionOriginArgs {
	return &cloudfront.DistributionOriginArgs{
		OriginId:   pulumi.String(theFunction),
		DomainName: args.Origin,
		CustomHeaders: cloudfront.DistributionOriginCustomHeaderArray{
			&cloudfront.DistributionOriginCustomHeaderArgs{
				Name:  pulumi.String(strings.ToLower(wire.OriginSecret.Name)),
				Value: args.OriginSecret,
			},
		},
		CustomOriginConfig: &cloudfront.DistributionOriginCustomOriginConfigArgs{
			HttpPort:             pulumi.Int(80),
			HttpsPort:            pulumi.Int(443),
			OriginProtocolPolicy: pulumi.String("https-only"),
			OriginSslProtocols:   pulumi.ToStringArray([]string{"TLSv1.2"}),
			// Longer than any function may take, so that the function's own answer is the one seen.
			OriginReadTimeout:      pulumi.Int(60),
			OriginKeepaliveTimeout: pulumi.Int(60),
		},
	}
}

// newForwarding says what of a request CloudFront passes on to a service. Host is
// never among it, because a Function URL answers to its own name only.
func newForwarding(
	ctx *pulumi.Context, service string, args *distributionArgs, inside pulumi.ResourceOption,
) (*cloudfront.OriginRequestPolicy, error) {
	headers := pulumi.StringArray{}
	for _, name := range args.Headers {
		if name == args.KeyName {
			headers = append(headers, secretString(name))
		} else {
			headers = append(headers, pulumi.String(name))
		}
	}
	return cloudfront.NewOriginRequestPolicy(ctx, service, &cloudfront.OriginRequestPolicyArgs{
		Name:    pulumi.String(args.Names.OriginRequestPolicy(service)),
		Comment: pulumi.Sprintf("What the SGraph Send %s service reads of a request", service),
		HeadersConfig: &cloudfront.OriginRequestPolicyHeadersConfigArgs{
			HeaderBehavior: pulumi.String("whitelist"),
			Headers:        &cloudfront.OriginRequestPolicyHeadersConfigHeadersArgs{Items: headers},
		},
		CookiesConfig: &cloudfront.OriginRequestPolicyCookiesConfigArgs{
			CookieBehavior: pulumi.String(args.Cookies),
		},
		QueryStringsConfig: &cloudfront.OriginRequestPolicyQueryStringsConfigArgs{
			QueryStringBehavior: pulumi.String("all"),
		},
	}, inside)
}
