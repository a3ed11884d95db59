// Package cloudwatch reads what the alarms of a stack say.
package cloudwatch

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/internal/signed"
	"sgraph.ai/send/shared/stack"
)

// CloudWatch is that of an account.
type CloudWatch struct{ config *lazy.Value[aws.Config] }

// New returns CloudWatch. It asks nobody and reads nothing: load is called when
// something is first asked for, and again later if it failed.
func New(load func(context.Context) (aws.Config, error)) *CloudWatch {
	return &CloudWatch{lazy.New(load)}
}

// Failures are why regions could not be asked.
type Failures map[string]error

// Regions are those that could not be asked, in order.
func (f Failures) Regions() []string { return slices.Sorted(maps.Keys(f)) }

// Err is all of them; nil where there are none.
func (f Failures) Err() error {
	var all []error
	for _, region := range f.Regions() {
		all = append(all, fmt.Errorf("the alarms in %s cannot be asked: %w", region, f[region]))
	}
	return errors.Join(all...)
}

// Alarms asks all alarms that speak on the topics of the stack: in its own region, which
// is that of the configuration where the names have none, and in the one that has what is
// measured from outside. Names without an account are believed to be of this one.
func (c *CloudWatch) Alarms(ctx context.Context, names stack.Names) ([]stack.Alarm, Failures) {
	cfg, err := c.config.Get(ctx)
	if names.Region == "" {
		names.Region = cfg.Region
	}
	if err != nil {
		return nil, Failures{names.Region: err}
	}
	own, global := names.Region, stack.GlobalRegion // which may be the same
	topics := map[string][]string{own: {names.Topic(stack.Alarms)}}
	topics[global] = append(topics[global], names.Topic(stack.GlobalAlarms))
	var all []stack.Alarm
	var mu sync.Mutex
	var asking sync.WaitGroup
	failed := Failures{}
	for region, topics := range topics {
		asking.Go(func() {
			found, err := alarmsIn(ctx, cfg, region, names, topics)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, found...)
			if err != nil {
				failed[region] = err
			}
		})
	}
	asking.Wait()
	return all, failed
}

// A page has at most so many alarms, and of pages there are no more: beyond that the
// answer would not be whole.
const (
	pageSize  = 100
	mostPages = 20
	maxPage   = 4 << 20
)

// alarmsIn asks one region.
func alarmsIn(
	ctx context.Context, cfg aws.Config, region string, names stack.Names, topics []string,
) (all []stack.Alarm, err error) {
	after := ""
	for range mostPages {
		p, err := ask(ctx, cfg, region, names.Alarm(""), after)
		if err != nil {
			return nil, err
		}
		for _, a := range append(p.Metric, p.Composite...) {
			if a.speaks(region, names.Account, topics) {
				all = append(all, stack.Alarm{
					Name: a.Name, Region: region, State: a.State, Since: a.Since.UTC(), Reason: a.Reason,
					Description: a.Description,
				})
			}
		}
		if after = p.Next; after == "" {
			return all, nil
		}
	}
	return nil, fmt.Errorf("more than %d have names that begin with %s", mostPages*pageSize, names.Alarm(""))
}

// page is an answer of DescribeAlarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
type page struct {
	Metric    []alarm `xml:"DescribeAlarmsResult>MetricAlarms>member"`
	Composite []alarm `xml:"DescribeAlarmsResult>CompositeAlarms>member"`
	Next      string  `xml:"DescribeAlarmsResult>NextToken"`
}

type alarm struct {
	Name        string    `xml:"AlarmName"`
	Description string    `xml:"AlarmDescription"`
	Actions     []string  `xml:"AlarmActions>member"`
	State       string    `xml:"StateValue"`
	Reason      string    `xml:"StateReason"`
	Since       time.Time `xml:"StateTransitionedTimestamp"`
}

func ask(ctx context.Context, cfg aws.Config, region, prefix, after string) (p page, err error) {
	form := url.Values{
		"Action": {"DescribeAlarms"}, "Version": {"2010-08-01"}, "AlarmNamePrefix": {prefix},
		"AlarmTypes.member.1": {"MetricAlarm"}, "AlarmTypes.member.2": {"CompositeAlarm"},
		"MaxRecords": {fmt.Sprint(pageSize)},
	}
	if after != "" {
		form.Set("NextToken", after)
	}
	answer, err := signed.Ask(ctx, cfg, signed.Question{
		Service: "monitoring", Region: region, Method: http.MethodPost, Path: "/",
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
		Body:   []byte(form.Encode()), MostAnswer: maxPage,
	})
	if err != nil {
		return p, err
	}
	if !answer.OK() {
		return p, answer.Err()
	}
	if err := xml.Unmarshal(answer.Body, &p); err != nil {
		return p, fmt.Errorf("what it answered cannot be read: %w", err)
	}
	return p, nil
}

// speaks says whether an alarm speaks on one of the topics. Stacks whose names begin
// alike have alarms whose names do.
func (a alarm) speaks(region, account string, topics []string) bool {
	for _, action := range a.Actions {
		parts := strings.Split(action, ":") // arn:aws:sns:region:account:topic
		if len(parts) != 6 || parts[2] != "sns" || parts[3] != region || account != "" && parts[4] != account {
			continue
		}
		if slices.Contains(topics, parts[5]) {
			return true
		}
	}
	return false
}
