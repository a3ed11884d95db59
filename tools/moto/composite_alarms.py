"""CloudWatch takes composite alarms; moto keeps them apart when it describes
alarms, but has no action that makes one. It is a metric alarm with a rule."""

from moto.cloudwatch.responses import CloudWatchResponse

CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm
