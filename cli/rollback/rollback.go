// Package rollback puts the functions, tasks or hosts of a stack back to versions
// that ran before.
//
// A deploy publishes a version of each function that changed and moves the
// alias "live" to it; the versions before stay. Going back is moving the alias,
// which takes a second and needs neither the source nor Pulumi.
package rollback

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"sgraph.ai/send/cli/alias"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
)

// Services are the functions of a stack, in the order in which they go back:
// the reverse of a deploy, so that no user service meets an admin service older
// than itself.
var Services = []string{metric.User, metric.Admin}

// Versions are published versions by the name of their service.
type Versions map[string]int

// String is the form that ParseVersions reads: "user=7,admin=3", or "hosts=7".
func (v Versions) String() string {
	var parts []string
	for _, s := range append(slices.Clip(Services), Hosts) {
		if n, ok := v[s]; ok {
			parts = append(parts, fmt.Sprintf("%s=%d", s, n))
		}
	}
	return strings.Join(parts, ",")
}

// ParseVersions reads "user=7,admin=3", of which either may be left out, or
// "hosts=7".
func ParseVersions(text string) (Versions, error) {
	all := Versions{}
	for part := range strings.SplitSeq(text, ",") {
		service, number, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.Atoi(number)
		known := service == Hosts || slices.Contains(Services, service)
		if _, twice := all[service]; err != nil || n < 1 || twice || !known {
			return nil, fmt.Errorf("%q is not of the form user=7,admin=3, or hosts=7", text)
		}
		all[service] = n
	}
	if _, hosts := all[Hosts]; hosts && len(all) > 1 {
		return nil, fmt.Errorf("%q names functions and hosts, and no stack has both", text)
	}
	return all, nil
}

// Stack is one stack's functions.
type Stack struct {
	Name   string
	Lambda *lambda.Client
}

// Check says whether a stack can have that name.
func (s Stack) Check() error { return stack.Names{Stack: s.Name}.Check() }

func (s Stack) function(service string) alias.Function {
	return alias.Function{Name: stack.Names{Stack: s.Name}.Function(service), Lambda: s.Lambda}
}

// Live answers which versions are live. A function that does not exist is left
// out: before the first deploy there is none.
func (s Stack) Live(ctx context.Context) (Versions, error) {
	live := Versions{}
	for _, service := range Services {
		at, err := s.function(service).Get(ctx, stack.LiveAlias)
		if alias.Missing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		live[service] = at.Version
	}
	return live, nil
}

// Step is what happens to one service.
type Step struct {
	Service  string
	From, To int    // the same if it stays
	Why      string // it stays

	revision *string       // of tasks
	at       alias.Pointer // of a function
}

// Moves says whether the step changes anything.
func (s Step) Moves() bool { return s.From != s.To || s.at.Split() }

func (s Step) String() string {
	switch {
	case s.From != s.To:
		return fmt.Sprintf("%-5s  %d -> %d", s.Service, s.From, s.To)
	case s.Moves():
		return fmt.Sprintf("%-5s  %d  has all calls again, of which %g %% went to %d",
			s.Service, s.From, 100*s.at.Share, s.at.Other)
	}
	return fmt.Sprintf("%-5s  %d  stays: %s", s.Service, s.From, s.Why)
}

// back decides where a step goes for which no version is named: to the one before the
// newest that a deploy brought, which is 0 where there is none. What is at another than
// the newest has been put back already.
func (s Step) back(newest, before int) Step {
	switch {
	case s.To != 0:
		s.Why = "it is there already"
	case s.From != newest:
		s.To, s.Why = s.From, fmt.Sprintf("it was put back already, from %d", newest)
	case before == 0:
		s.To, s.Why = s.From, "there is no version before it"
	default:
		s.To = before
	}
	return s
}

// Plan says what going back takes. With versions each named service goes to its
// own, and others stay out of it. Without, each of the services goes to the
// version that was live before, as far as that was noted when it was moved, and
// otherwise to the published one before the newest; one that is not at the newest has
// been put back already, so a second time changes nothing. A move that was
// interrupted is taken back.
func (s Stack) Plan(ctx context.Context, services []string, to Versions) ([]Step, error) {
	return planEach(services, to, func(service string, to int) (Step, error) { return s.plan(ctx, service, to) })
}

// planEach plans for each of the services, in the order in which they go back; with
// versions for those that are named alone.
func planEach(
	services []string, to Versions, plan func(service string, to int) (Step, error),
) (steps []Step, err error) {
	for _, service := range Services {
		if _, named := to[service]; !slices.Contains(services, service) || len(to) > 0 && !named {
			continue
		}
		step, err := plan(service, to[service])
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func (s Stack) plan(ctx context.Context, service string, to int) (Step, error) {
	now, err := s.function(service).Get(ctx, stack.LiveAlias)
	if err != nil {
		return Step{}, err
	}
	published, err := s.published(ctx, service)
	if err != nil {
		return Step{}, err
	}
	if to != 0 && !slices.Contains(published, to) {
		return Step{}, fmt.Errorf("%s has no version %d; it has %s", service, to, join(published))
	}
	newest, before := published[len(published)-1], 0
	if len(published) > 1 {
		before = published[len(published)-2]
	}
	switch {
	case now.Split() && to == 0:
		to = now.Version
	case slices.Contains(published, now.After): // a version between may have failed where it was tried
		newest, before = now.Version, now.After
	}
	step := Step{Service: service, From: now.Version, To: to, at: now}.back(newest, before)
	if to == 0 && step.From != newest {
		step.Why = fmt.Sprintf("it was put back already, or never moved to the newest, %d", newest)
	}
	return step, nil
}

// Apply takes the steps of a plan. A deploy that moved an alias since the plan
// was made is not undone: the step fails.
func (s Stack) Apply(ctx context.Context, steps []Step) error {
	for _, step := range steps {
		if !step.Moves() {
			continue
		}
		if _, err := s.function(step.Service).Set(ctx, stack.LiveAlias, step.at.Whole(step.To, 0)); err != nil {
			return fmt.Errorf("putting %s back to %d: %w", step.Service, step.To, err)
		}
	}
	return nil
}

// published answers the numbers of all published versions, oldest first.
func (s Stack) published(ctx context.Context, service string) ([]int, error) {
	var numbers []int
	pages := lambda.NewListVersionsByFunctionPaginator(s.Lambda, &lambda.ListVersionsByFunctionInput{
		FunctionName: aws.String(s.function(service).Name),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("asking for the versions of %s: %w", s.function(service).Name, err)
		}
		for _, v := range page.Versions {
			if n, err := strconv.Atoi(aws.ToString(v.Version)); err == nil { // not $LATEST
				numbers = append(numbers, n)
			}
		}
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%s has no published version", s.function(service).Name)
	}
	slices.Sort(numbers)
	return numbers, nil
}

func join(numbers []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(numbers)), ", "), "[]")
}
