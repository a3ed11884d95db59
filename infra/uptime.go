package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/wire"
)

// newUptime asks a service from several continents. Silence is an outage here.
func newUptime(ctx *pulumi.Context, service string, url pulumi.StringOutput, on *board) error {
	check, err := route53.NewHealthCheck(ctx, service, &route53.HealthCheckArgs{
		Type:             pulumi.String("HTTPS"),
		Port:             pulumi.Int(443),
		ResourcePath:     pulumi.String(wire.Health.Path()),
		Fqdn:             url.ApplyT(hostOf).(pulumi.StringOutput),
		RequestInterval:  pulumi.Int(30),
		FailureThreshold: pulumi.Int(3),
		Tags:             pulumi.StringMap{"Name": pulumi.String(on.names.HealthCheck(service))},
	}, on.inside)
	if err != nil {
		return err
	}
	_, err = on.raise(ctx, alarm{
		name: service + "-down", playbook: "uptime",
		why: "the service does not answer from outside",
		metric: metricOf{
			namespace:  "AWS/Route53",
			name:       "HealthCheckStatus",
			stat:       "Minimum",
			dimensions: pulumi.StringMap{"HealthCheckId": check.ID().ToStringOutput()},
		},
		above: 0, inverted: true, silenceIsBad: true,
	})
	return err
}
