package main

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/shared/stack"
)

// event is something that AWS tells of when it happens, and measures nowhere.
type event struct {
	name, rule    string
	why, playbook string // as an alarm's
	pattern       map[string]any
}

// tell has the board's topic be told of an event, in the words of an alarm.
func (b *board) tell(ctx *pulumi.Context, e event) error {
	pattern, err := json.Marshal(e.pattern)
	if err != nil {
		return err
	}
	rule, err := cloudwatch.NewEventRule(ctx, e.name, &cloudwatch.EventRuleArgs{
		Name:         pulumi.String(e.rule),
		Description:  pulumi.String(stack.DescribeAlarm(e.why, e.playbook)),
		EventPattern: pulumi.String(pattern),
	}, b.inside)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, e.name, &cloudwatch.EventTargetArgs{
		Rule:     rule.Name,
		TargetId: pulumi.String("topic"),
		Arn:      b.topic,
		InputTransformer: &cloudwatch.EventTargetInputTransformerArgs{
			InputPaths: pulumi.StringMap{"what": pulumi.String("$.resources[0]"), "why": pulumi.String("$.detail.reason")},
			// Not by way of JSON's encoder, which would write the brackets otherwise.
			InputTemplate: pulumi.String(strconv.Quote(stack.DescribeAlarm(e.why, e.playbook) + " It is about <what>: <why>")),
		},
	}, b.inside, after(b.policy))
	return err
}

// eventsMayTell lets rules of these events, and no others, speak on a topic.
func eventsMayTell(names stack.Names, topic pulumi.StringOutput, events []event) []policy.Statement {
	if len(events) == 0 {
		return nil
	}
	var rules []string
	for _, e := range events {
		rules = append(rules, fmt.Sprintf("arn:aws:events:%s:%s:rule/%s", names.Region, names.Account, e.rule))
	}
	return []policy.Statement{{
		"Sid":       "Events",
		"Effect":    "Allow",
		"Action":    "sns:Publish",
		"Resource":  topic,
		"Principal": map[string]any{"Service": "events.amazonaws.com"},
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rules}},
	}}
}
