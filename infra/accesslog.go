package main

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/stack"
)

// accessFields are what is logged of each request that reaches CloudFront: from
// where, when, how it went and how much it was. Path and query are left out, since
// tokens can stand there, as are cookies and what a page or a browser says of
// itself; which route it was, the functions' logs say, without the address.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
var accessFields = []string{
	"timestamp(ms)", "DistributionId", "c-ip", "cs-method", "sc-status", "cs-bytes", "sc-bytes", "time-taken",
	"cs-protocol", "cs-protocol-version", "ssl-protocol", "x-edge-location", "x-edge-result-type", "x-edge-request-id",
}

// newAccessLog makes the group that the requests to both distributions are logged
// in, and answers how one of them is connected to it, which is not at all where
// there is to be none.
func newAccessLog(
	ctx *pulumi.Context, names stack.Names, days int, inside pulumi.ResourceOption,
) (connect func(service string, distribution pulumi.StringOutput) error, err error) {
	if days == 0 {
		return func(string, pulumi.StringOutput) error { return nil }, nil
	}
	group, err := cloudwatch.NewLogGroup(ctx, "access", &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(names.AccessLogGroup()),
		RetentionInDays: pulumi.Int(days),
	}, inside)
	if err != nil {
		return nil, err
	}
	destination, err := cloudwatch.NewLogDeliveryDestination(ctx, "access", &cloudwatch.LogDeliveryDestinationArgs{
		Name:         pulumi.String(names.AccessLog()),
		OutputFormat: pulumi.String("json"),
		DeliveryDestinationConfiguration: &cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs{
			DestinationResourceArn: group.Arn,
		},
	}, inside)
	if err != nil {
		return nil, err
	}
	return func(service string, distribution pulumi.StringOutput) error {
		source, err := cloudwatch.NewLogDeliverySource(ctx, service+"-access", &cloudwatch.LogDeliverySourceArgs{
			Name:        pulumi.String(names.AccessLogOf(service)),
			LogType:     pulumi.String("ACCESS_LOGS"),
			ResourceArn: distribution,
		}, inside)
		if err != nil {
			return err
		}
		_, err = cloudwatch.NewLogDelivery(ctx, service+"-access", &cloudwatch.LogDeliveryArgs{
			DeliverySourceName:     source.Name,
			DeliveryDestinationArn: destination.Arn,
			RecordFields:           pulumi.ToStringArray(accessFields),
		}, inside)
		return err
	}, nil
}
