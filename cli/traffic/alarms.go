package traffic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"

	"sgraph.ai/send/shared/stack"
)

// Alarms answers CloudWatch of a region.
type Alarms func(region string) *cloudwatch.Client

// CloudWatch is that of an account. It is asked in the form that all that stands in for
// it understands.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/making-api-requests.html
func CloudWatch(account aws.Config, more ...func(*cloudwatch.Options)) Alarms {
	form := awsquery.New(&smithy.ServiceSchema{Version: "2010-08-01"})
	return func(region string) *cloudwatch.Client {
		return cloudwatch.NewFromConfig(account, append([]func(*cloudwatch.Options){func(o *cloudwatch.Options) {
			o.Region, o.Protocol = region, form
		}}, more...)...)
	}
}

// watch is what the alarms of a stack were when it began.
type watch struct {
	alarms Alarms
	names  stack.Names
	before map[string]sound // by the alarms' names
}

// sound is what an alarm says.
type sound struct {
	alarms bool
	since  time.Time
	why    string
}

// watch begins to watch the alarms of a stack. It is an error where there are none,
// since then nothing would ever speak.
func (a Alarms) watch(ctx context.Context, names stack.Names) (*watch, error) {
	w := &watch{alarms: a, names: names}
	var err error
	if w.before, err = w.listen(ctx); err == nil && len(w.before) == 0 {
		err = fmt.Errorf("stack %q has no alarms, so that nothing would say that a version is bad; deploy it first",
			names.Stack)
	}
	return w, err
}

func (w *watch) String() string {
	var sounding []string
	for name, is := range w.before {
		if is.alarms {
			sounding = append(sounding, name)
		}
	}
	said := fmt.Sprintf("%d alarms are watched", len(w.before))
	if len(sounding) > 0 {
		slices.Sort(sounding)
		said += "; what sounds already does not count: " + strings.Join(sounding, ", ")
	}
	return said
}

// quiet asks whether no alarm began to sound since the watch began; the error says
// which did. An alarm that sounded then counts again once it was quiet.
func (w *watch) quiet(ctx context.Context) error {
	now, err := w.listen(ctx)
	if err != nil {
		return err
	}
	var began []string
	for name, is := range now {
		if before := w.before[name]; is.alarms && (!before.alarms || !is.since.Equal(before.since)) {
			began = append(began, name+" ("+is.why+")")
		}
	}
	if len(began) == 0 {
		return nil
	}
	slices.Sort(began)
	return fmt.Errorf("%w: %s", ErrSounded, strings.Join(began, "; "))
}

// listen asks all alarms that speak on the topics of the stack, in its own region and
// in the one that has what is measured from outside.
func (w *watch) listen(ctx context.Context) (map[string]sound, error) {
	all := map[string]sound{}
	var failed error
	own, global := w.names.Region, stack.GlobalRegion // which may be the same
	topics := map[string][]string{own: {w.names.TopicARN(own, stack.Alarms)}}
	topics[global] = append(topics[global], w.names.TopicARN(global, stack.GlobalAlarms))
	for region, topics := range topics {
		if err := w.listenIn(ctx, region, topics, all); err != nil {
			failed = errors.Join(failed, fmt.Errorf("the alarms in %s cannot be asked: %w", region, err))
		}
	}
	return all, failed
}

func (w *watch) listenIn(ctx context.Context, region string, topics []string, all map[string]sound) error {
	pages := cloudwatch.NewDescribeAlarmsPaginator(w.alarms(region), &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(w.names.Alarm("")),
		AlarmTypes:      []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	hear := func(name, why *string, actions []string, state types.StateValue, since *time.Time) {
		// Stacks whose names begin alike have alarms whose names do.
		if slices.ContainsFunc(actions, func(a string) bool { return slices.Contains(topics, a) }) {
			all[aws.ToString(name)] = sound{state == types.StateValueAlarm, aws.ToTime(since), brief(aws.ToString(why))}
		}
	}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range page.MetricAlarms {
			hear(a.AlarmName, a.StateReason, a.AlarmActions, a.StateValue, a.StateTransitionedTimestamp)
		}
		for _, a := range page.CompositeAlarms {
			hear(a.AlarmName, a.StateReason, a.AlarmActions, a.StateValue, a.StateTransitionedTimestamp)
		}
	}
	return nil
}

// brief is the beginning of why an alarm sounds, in one line.
func brief(why string) string {
	const most = 200
	why = strings.Join(strings.Fields(why), " ")
	if len(why) > most {
		why = strings.ToValidUTF8(why[:most], "") + "…"
	}
	return why
}
