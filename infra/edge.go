package main

import (
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// Edge is what the public meets of functions: CloudFront and WAF where a stack has
// them, the bare Function URLs where it does not. WAF cannot be attached to a
// Function URL, so a stack with WAF has CloudFront in front, and the functions
// answer 403 to whoever does not bring CloudFront's secret.
type Edge struct {
	pulumi.ResourceState

	// UserURL and AdminURL are where people go, without a trailing slash.
	UserURL, AdminURL pulumi.StringOutput
	// UserDomain and AdminDomain are what a DNS name has to point at.
	UserDomain, AdminDomain pulumi.StringOutput

	firewall *firewallWatch // nil = none
}

// EdgeArgs describe an Edge.
type EdgeArgs struct {
	Names stack.Names
	settings.Edge
	Zone string // of Route 53, that has the names of the services; "" = none
	// KeyName is the header of the admin API key, and OriginSecret is how
	// CloudFront proves itself: both are secrets.
	KeyName      string
	OriginSecret pulumi.StringOutput
	Assets       *Assets
	User, Admin  *Service
	// AdminAllow is from where operators may come; none is from anywhere.
	AdminAllow []netip.Prefix
}

// NewEdge declares CloudFront and WAF if the stack wants them.
func NewEdge(ctx *pulumi.Context, name string, args *EdgeArgs, opts ...pulumi.ResourceOption) (*Edge, error) {
	c := &Edge{
		UserURL:     args.User.URL,
		UserDomain:  args.User.Domain,
		AdminURL:    args.Admin.URL,
		AdminDomain: args.Admin.Domain,
	}
	if err := ctx.RegisterComponentResource("send:infra:Edge", name, c, opts...); err != nil {
		return nil, err
	}
	if args.Enabled {
		if err := c.declare(ctx, args, pulumi.Parent(c)); err != nil {
			return nil, err
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"userUrl": c.UserURL, "adminUrl": c.AdminURL})
}

// declare puts the firewall and a distribution in front of each service.
func (c *Edge) declare(ctx *pulumi.Context, args *EdgeArgs, inside pulumi.ResourceOption) error {
	userACL, adminACL, err := newFirewalls(ctx, &firewallArgs{
		Names:   args.Names,
		Edge:    args.Edge,
		Scope:   ofCloudFront,
		KeyName: args.KeyName,
		Allow:   args.AdminAllow,
	}, inside)
	if err != nil {
		return err
	}
	c.firewall = &firewallWatch{acl: args.Names.Firewall()}
	logged, err := newAccessLog(ctx, args.Names, args.AccessLogDays, inside)
	if err != nil {
		return err
	}
	access, err := newOriginAccess(ctx, args.Names, inside)
	if err != nil {
		return err
	}
	front := func(
		service *Service, domain string, acl *wafv2.WebAcl, reader wire.Service, cookies string, shown pages,
	) (*distribution, error) {
		var certificate pulumi.StringInput = pulumi.String(args.CertificateARN)
		if args.Zone != "" {
			var err error
			certificate, err = newCertificate(ctx, service.Name, service.Name, domain, args.Zone, inside, inside)
			if err != nil {
				return nil, err
			}
		}
		made, err := newDistribution(ctx, service.Name, &distributionArgs{
			Names:        args.Names,
			Origin:       service.Domain,
			OriginSecret: args.OriginSecret,
			Domain:       domain,
			Certificate:  certificate,
			Zone:         args.Zone,
			Firewall:     acl.Arn,
			Headers:      wire.Names(wire.Forwarded(reader, wire.APIKey(args.KeyName))),
			KeyName:      args.KeyName,
			Cookies:      cookies,
			Bucket:       args.Assets.bucket.Domain,
			Access:       access,
			Pages:        shown,
		}, inside)
		if err != nil {
			return nil, err
		}
		return made, logged(service.Name, made.arn)
	}
	bucket := wire.BucketOrigin(args.Names.Bucket(stack.Transfers), args.Names.Region, false)
	ofUser, ofAdmin := pages{wire.Assets, wire.PageCSP(bucket)}, pages{wire.ConsoleAssets, wire.PageCSP()}
	user, err := front(args.User, args.UserDomain, userACL, wire.User, "none", ofUser)
	if err != nil {
		return err
	}
	// Only the admin service has cookies: its session.
	admin, err := front(args.Admin, args.AdminDomain, adminACL, wire.Admin, "all", ofAdmin)
	if err != nil {
		return err
	}
	if err := args.Assets.showTo(ctx, user, admin); err != nil {
		return err
	}
	c.UserURL, c.UserDomain = user.url, user.host
	c.AdminURL, c.AdminDomain = admin.url, admin.host
	return nil
}
