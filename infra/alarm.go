package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/stack"
)

// alarm is a metric, or several and some math, held against a threshold.
type alarm struct {
	name string
	// why completes "This alarm says that …".
	why string
	// playbook is the page in docs/playbooks that says what to do.
	playbook string
	critical bool

	metric  metricOf
	metrics map[string]metricOf // by the name that math calls them
	math    string

	above        float64
	inverted     bool // breach at or below the threshold instead
	silenceIsBad bool // missing data is a breach

	period         int // seconds; 60 unless said
	datapoints, of int // 2 of 3 unless said
}

// metricOf names one CloudWatch metric and how to read it.
type metricOf struct {
	namespace, name, stat string
	dimensions            pulumi.StringMap
}

// enough is how many of what goes wrong in five minutes say anything: below, it
// is the odd request of a quiet day, which its client has tried again.
const enough = 5

// share makes an alarm say that more than so many percent of a volume go wrong in
// five minutes, and no less than [enough]. wrong and volume name metrics, or sums
// of them with FILL around each; without any of them nothing is wrong.
func (a alarm) share(wrong, volume string, percent float64, metrics map[string]metricOf) alarm {
	a.metrics, a.above = metrics, percent
	a.math = fmt.Sprintf("IF(%s >= %d, 100 * (%[1]s) / (%[3]s), 0)", wrong, enough, volume)
	a.period, a.datapoints, a.of = 300, 1, 1
	return a
}

// board is a topic and the alarms that go to it. A region needs its own: an
// alarm can only speak to a topic beside it.
type board struct {
	topic  pulumi.StringOutput
	policy pulumi.Resource

	names  stack.Names
	inside pulumi.ResourceOption
}

// newBoard makes the topic, lets CloudWatch and Budgets of this account speak
// on it, and rules of the events, and subscribes whoever is to be told.
func newBoard(
	ctx *pulumi.Context, name string, names stack.Names, told settings.Alarms, inside pulumi.ResourceOption,
	events ...event,
) (*board, error) {
	topic, err := sns.NewTopic(ctx, name, &sns.TopicArgs{Name: pulumi.String(names.Topic(name))}, inside)
	if err != nil {
		return nil, err
	}
	speakers, err := sns.NewTopicPolicy(ctx, name, &sns.TopicPolicyArgs{
		Arn: topic.Arn,
		Policy: policy.Document(append([]policy.Statement{{
			"Sid":       "Alarms",
			"Effect":    "Allow",
			"Action":    "sns:Publish",
			"Resource":  topic.Arn,
			"Principal": map[string]any{"Service": []string{"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}},
			"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": names.Account}},
		}}, eventsMayTell(names, topic.Arn, events)...)...),
	}, inside)
	if err != nil {
		return nil, err
	}
	subscribe := func(name, protocol string, endpoint pulumi.StringInput) error {
		_, err := sns.NewTopicSubscription(ctx, name, &sns.TopicSubscriptionArgs{
			Topic:    topic.Arn,
			Protocol: pulumi.String(protocol),
			Endpoint: endpoint,
		}, inside)
		return err
	}
	if told.Email != "" {
		if err := subscribe(name, "email", pulumi.String(told.Email)); err != nil {
			return nil, err
		}
	}
	if told.Webhook != "" { // whoever knows it may speak there
		if err := subscribe(name+"-webhook", "https", secretString(told.Webhook)); err != nil {
			return nil, err
		}
	}
	b := &board{topic: topic.Arn, policy: speakers, names: names, inside: inside}
	for _, e := range events {
		if err := b.tell(ctx, e); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// raise declares one alarm.
func (b *board) raise(ctx *pulumi.Context, a alarm) (*cloudwatch.MetricAlarm, error) {
	args := &cloudwatch.MetricAlarmArgs{
		Name:               pulumi.String(b.names.Alarm(a.name)),
		AlarmDescription:   pulumi.String(stack.DescribeAlarm(a.why, a.playbook)),
		AlarmActions:       pulumi.Array{b.topic},
		OkActions:          pulumi.Array{b.topic},
		Threshold:          pulumi.Float64(a.above),
		ComparisonOperator: pulumi.String("GreaterThanThreshold"),
		TreatMissingData:   pulumi.String("notBreaching"),
		EvaluationPeriods:  pulumi.Int(cmp.Or(a.of, 3)),
		DatapointsToAlarm:  pulumi.Int(cmp.Or(a.datapoints, 2)),
	}
	if a.inverted {
		args.ComparisonOperator = pulumi.String("LessThanOrEqualToThreshold")
	}
	if a.silenceIsBad {
		args.TreatMissingData = pulumi.String("breaching")
	}
	period := pulumi.Int(cmp.Or(a.period, 60))
	if a.math == "" {
		m := a.metric
		args.Namespace = pulumi.String(m.namespace)
		args.MetricName = pulumi.String(m.name)
		args.Dimensions = m.dimensions
		args.Period = period
		if m.stat[0] == 'p' {
			args.ExtendedStatistic = pulumi.String(m.stat)
		} else {
			args.Statistic = pulumi.String(m.stat)
		}
		return cloudwatch.NewMetricAlarm(ctx, a.name, args, b.inside)
	}
	queries := cloudwatch.MetricAlarmMetricQueryArray{&cloudwatch.MetricAlarmMetricQueryArgs{
		Id:         pulumi.String("result"),
		Expression: pulumi.String(a.math),
		Label:      pulumi.String(a.name),
		ReturnData: pulumi.Bool(true),
	}}
	for _, id := range slices.Sorted(maps.Keys(a.metrics)) {
		m := a.metrics[id]
		queries = append(queries, &cloudwatch.MetricAlarmMetricQueryArgs{
			Id:         pulumi.String(id),
			ReturnData: pulumi.Bool(false),
			Metric: &cloudwatch.MetricAlarmMetricQueryMetricArgs{
				Namespace:  pulumi.String(m.namespace),
				MetricName: pulumi.String(m.name),
				Dimensions: m.dimensions,
				Stat:       pulumi.String(m.stat),
				Period:     period,
			},
		})
	}
	args.MetricQueries = queries
	return cloudwatch.NewMetricAlarm(ctx, a.name, args, b.inside)
}
