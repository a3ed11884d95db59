package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
)

// findZone returns the ID of the public zone that has the stack's domain: its own,
// or the closest above it; "" where the stack has no domain. Reading tells nothing
// of a domain that somebody else serves, so the error says what to look at.
func findZone(ctx *pulumi.Context, s settings.Settings) (string, error) {
	if s.Edge.Domain == "" {
		return "", nil
	}
	var faults []error
	for name := s.Edge.Domain; strings.Contains(name, "."); _, name, _ = strings.Cut(name, ".") {
		zone, err := route53.LookupZone(ctx, &route53.LookupZoneArgs{Name: &name})
		if err == nil {
			return zone.ZoneId, nil
		}
		faults = append(faults, err)
	}
	return "", fmt.Errorf("setting domain is %s, and Route 53 shows no public zone for it or above it in this account; "+
		"nothing was touched. Make one there and have the domain's registrar name its servers, or use userDomain, "+
		"adminDomain and certificateArn with DNS elsewhere: %w", s.Edge.Domain, errors.Join(faults...))
}

// sayUnnamed warns of a stack for people that has no name of its own.
func sayUnnamed(ctx *pulumi.Context, s settings.Settings) error {
	if !s.Protect || s.Edge.UserDomain != "" {
		return nil
	}
	return ctx.Log.Warn("this stack is protected, so people use it, by a name that AWS chose: links break with it, and "+
		"CloudFront's own names take TLS as old as 1.0. Set domain; docs/settings.md says how", nil)
}

// validationTime is how long AWS may take to see the record that proves the
// domain: minutes, where the zone is the one that the world asks.
const validationTime = "20m"

// newCertificate makes the certificate of a name, as the resource called so, inside the
// region of what is to show it, and returns its ARN once it can be used. Where a stack
// goes from one region's to another's, that is another resource, so that both are there
// until nothing shows the first. It renews itself as long as its record stays, which is
// inside none. A name has the same record in all regions, so whatever shows the
// certificate, records are declared as the same resources, that none is deleted with
// what it was made for.
// https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
func newCertificate(
	ctx *pulumi.Context, called, service, host, zone string, inside, global pulumi.ResourceOption,
) (pulumi.StringInput, error) {
	made, err := acm.NewCertificate(ctx, called, &acm.CertificateArgs{
		DomainName:       pulumi.String(host),
		ValidationMethod: pulumi.String("DNS"),
	}, inside)
	if err != nil {
		return nil, err
	}
	proof := made.DomainValidationOptions.Index(pulumi.Int(0))
	record, err := route53.NewRecord(ctx, service+"-proof", &route53.RecordArgs{
		ZoneId:  pulumi.String(zone),
		Name:    proof.ResourceRecordName().Elem(),
		Type:    proof.ResourceRecordType().Elem(),
		Records: pulumi.StringArray{proof.ResourceRecordValue().Elem()},
		Ttl:     pulumi.Int(300),
		// A certificate of the same name in this account has the same record.
		AllowOverwrite: pulumi.Bool(true),
	}, global)
	if err != nil {
		return nil, err
	}
	valid, err := acm.NewCertificateValidation(ctx, called, &acm.CertificateValidationArgs{
		CertificateArn:        made.Arn,
		ValidationRecordFqdns: pulumi.StringArray{record.Fqdn},
	}, inside, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: validationTime}))
	if err != nil {
		return nil, err
	}
	return valid.CertificateArn, nil
}

// front is what a name can lead to.
type front struct {
	host, zone pulumi.StringOutput // its own name, and the ID of the zone of that
	kinds      []string            // of addresses: A, AAAA
}

// pointAt makes a name lead to a distribution or a load balancer.
func pointAt(
	ctx *pulumi.Context, service, host, zone string, to front, global pulumi.ResourceOption,
) error {
	for _, kind := range to.kinds {
		if _, err := route53.NewRecord(ctx, service+"-"+strings.ToLower(kind), &route53.RecordArgs{
			ZoneId: pulumi.String(zone),
			Name:   pulumi.String(host),
			Type:   pulumi.String(kind),
			Aliases: route53.RecordAliasArray{&route53.RecordAliasArgs{
				Name: to.host, ZoneId: to.zone, EvaluateTargetHealth: pulumi.Bool(false),
			}},
		}, global); err != nil {
			return err
		}
	}
	return nil
}
