package main

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
)

// Watch tells people when a stack is not well: alarms with a playbook each,
// uptime checks from outside, a budget, a dashboard, and questions to the logs.
type Watch struct {
	pulumi.ResourceState

	// Topic is where the stack's alarms go.
	Topic pulumi.StringOutput
	// Dashboard is the dashboard's name.
	Dashboard pulumi.StringOutput
}

// WatchArgs describe what to watch.
type WatchArgs struct {
	Names         stack.Names
	Stage         string
	Told          settings.Alarms
	Uptime        bool // both services are asked from outside
	SavedQueries  bool // questions to the logs are kept
	MonthlyBudget int  // US dollars; 0 = no budget
	CanaryMinutes int  // between two rounds of the canary
	Webhooks      bool // somebody is told of events

	Storage *Storage
	Canary  *Canary // nil where there is none
	*Site
	// Global is the provider of stack.GlobalRegion.
	Global pulumi.ResourceOption
}

// NewWatch declares everything that watches a stack.
func NewWatch(ctx *pulumi.Context, name string, args *WatchArgs, opts ...pulumi.ResourceOption) (*Watch, error) {
	c := &Watch{}
	if err := ctx.RegisterComponentResource("send:infra:Watch", name, c, opts...); err != nil {
		return nil, err
	}
	inside := pulumi.Parent(c)
	regional, err := newBoard(ctx, stack.Alarms, args.Names, args.Told, inside, args.Events...)
	if err != nil {
		return nil, err
	}
	c.Topic = regional.topic
	if err := raiseRegional(ctx, args, regional); err != nil {
		return nil, err
	}
	if args.SavedQueries {
		if err := saveQuestions(ctx, args.Names, logGroups(args), inside); err != nil {
			return nil, err
		}
	}
	if args.Uptime || args.Firewall.global() {
		global, err := newBoard(ctx, stack.GlobalAlarms, args.Names, args.Told,
			pulumi.Composite(inside, args.Global))
		if err != nil {
			return nil, err
		}
		if err := raiseGlobal(ctx, args, global); err != nil {
			return nil, err
		}
	}
	if args.MonthlyBudget > 0 {
		if err := newBudget(ctx, args, regional); err != nil {
			return nil, err
		}
	}
	dashboard, err := cloudwatch.NewDashboard(ctx, "dashboard", &cloudwatch.DashboardArgs{
		DashboardName: pulumi.String(args.Names.Dashboard()),
		DashboardBody: dashboardBody(args),
	}, inside)
	if err != nil {
		return nil, err
	}
	c.Dashboard = dashboard.DashboardName
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"topic": c.Topic, "dashboard": c.Dashboard})
}

// logGroups are where the programs log.
func logGroups(args *WatchArgs) pulumi.StringArray {
	var groups pulumi.StringArray
	for _, service := range args.Services {
		groups = append(groups, service.logs())
	}
	if args.Canary != nil {
		groups = append(groups, args.Canary.LogGroup.Name)
	}
	return groups
}

// raiseRegional declares the alarms of the stack's own region, and the one that
// says that one of the critical ones was raised.
func raiseRegional(ctx *pulumi.Context, args *WatchArgs, on *board) error {
	requests, err := newRequestMetrics(ctx, args.Storage, on.inside)
	if err != nil {
		return err
	}
	alarms := storageAlarms(args.Storage, requests)
	for _, service := range args.Services {
		alarms = append(alarms, service.alarms()...)
		alarms = append(alarms, businessAlarms(args.Stage, args.Webhooks, service)...)
	}
	alarms = append(alarms, args.Alarms...)
	if args.Firewall != nil && !args.Firewall.global() {
		alarms = append(alarms, args.Firewall.alarm())
	}
	if args.Canary != nil {
		alarms = append(alarms, canaryAlarm(args.Stage, args.CanaryMinutes))
	}
	terms := pulumi.StringArray{}
	for _, a := range alarms {
		made, err := on.raise(ctx, a)
		if err != nil {
			return err
		}
		if a.critical {
			terms = append(terms, pulumi.Sprintf("ALARM(%q)", made.Name))
		}
	}
	return unhealthy(ctx, terms, on)
}

// unhealthy is the one alarm to wake somebody for.
func unhealthy(ctx *pulumi.Context, terms pulumi.StringArray, on *board) error {
	_, err := cloudwatch.NewCompositeAlarm(ctx, "unhealthy", &cloudwatch.CompositeAlarmArgs{
		AlarmName:        pulumi.String(on.names.Alarm("unhealthy")),
		AlarmDescription: pulumi.String(stack.DescribeAlarm("a service fails for its callers", "service-unhealthy")),
		AlarmRule: terms.ToStringArrayOutput().ApplyT(func(terms []string) string {
			return strings.Join(terms, " OR ")
		}).(pulumi.StringOutput),
		AlarmActions: pulumi.StringArray{on.topic},
		OkActions:    pulumi.StringArray{on.topic},
	}, on.inside)
	return err
}

// raiseGlobal declares the alarms of what only stack.GlobalRegion measures.
func raiseGlobal(ctx *pulumi.Context, args *WatchArgs, on *board) error {
	if args.Firewall.global() {
		if _, err := on.raise(ctx, args.Firewall.alarm()); err != nil {
			return err
		}
	}
	if !args.Uptime {
		return nil
	}
	if err := newUptime(ctx, metric.User, args.UserURL, on); err != nil {
		return err
	}
	return newUptime(ctx, metric.Admin, args.AdminURL, on)
}
