// Package traffic moves the live aliases of a stack's functions to the versions that a
// deploy brought, step by step, while the stack's alarms are quiet.
//
// What a deploy brings is at the alias next, where it can be tried at a URL of its own.
// From there calls go to it by a share of the live alias that grows, of the admin
// service first, so that no user service meets an admin service older than itself. The
// first alarm that begins to sound puts both back, and so does whatever keeps the
// alarms from being asked, or ends the command.
package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"sgraph.ai/send/cli/alias"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// services are the functions of a stack in the order in which they are moved.
var services = []string{metric.Admin, metric.User}

// Look is how long it takes until alarms are looked at again.
const Look = 15 * time.Second

// putBackTime is how long putting back may take, whatever ended the move.
const putBackTime = 30 * time.Second

// ErrSounded is that an alarm began to sound.
var ErrSounded = errors.New("an alarm began to sound")

// Stack is one stack's functions.
type Stack struct {
	Name   string
	Lambda *lambda.Client
	Alarms Alarms
	// Say tells people what happens; nil = nobody.
	Say func(text string)
	// Pause waits; nil waits for as long as it is told.
	Pause func(context.Context, time.Duration) error
}

// Service is where one service is.
type Service struct {
	Name       string
	Live, Next alias.Pointer
	stack.Traffic
	// Apart says that there is no alias next: what deployed the function knows none.
	Apart bool

	function alias.Function
}

// Moves says whether there is anything to move. A share that goes to another version
// than the next is what a move left that was interrupted.
func (s Service) Moves() bool {
	return !s.Apart && (s.Live.Version != s.Next.Version || s.Live.Split())
}

func (s Service) String() string {
	switch {
	case s.Apart:
		return fmt.Sprintf("%-5s  live %s; there is no alias %s", s.Name, s.Live, stack.NextAlias)
	case s.Moves():
		return fmt.Sprintf("%-5s  live %s; next %d: %s", s.Name, s.Live, s.Next.Version, s.Traffic)
	}
	return fmt.Sprintf("%-5s  live %s, which is the next, too", s.Name, s.Live)
}

// Plan asks where the services are, in the order in which they are moved, and how each
// is to be moved: as its function says, unless that is given.
func (s Stack) Plan(ctx context.Context, how *stack.Traffic) ([]Service, error) {
	var all []Service
	for _, name := range services {
		service, err := s.plan(ctx, name, how)
		if err != nil {
			return nil, err
		}
		all = append(all, service)
	}
	return all, nil
}

func (s Stack) plan(ctx context.Context, name string, how *stack.Traffic) (of Service, err error) {
	of = Service{Name: name, function: alias.Function{
		Name: stack.Names{Stack: s.Name}.Function(name), Lambda: s.Lambda,
	}}
	if of.Live, err = of.function.Get(ctx, stack.LiveAlias); err != nil {
		return of, err
	}
	of.Next, err = of.function.Get(ctx, stack.NextAlias)
	if alias.Missing(err) {
		of.Apart = true
		return of, nil
	}
	if err != nil || !of.Moves() {
		return of, err
	}
	if how != nil {
		of.Traffic = *how
		return of, nil
	}
	function, _, _ := strings.Cut(of.Live.ARN, ":"+stack.LiveAlias)
	tags, err := s.Lambda.ListTags(ctx, &lambda.ListTagsInput{Resource: &function})
	if err != nil {
		return of, fmt.Errorf("asking how %s is to be moved: %w", of.function.Name, err)
	}
	if of.Traffic, err = stack.TrafficOf(tags.Tags); err != nil {
		return of, fmt.Errorf("%s does not say how it is to be moved: %w; say it with --steps and --wait",
			of.function.Name, err)
	}
	return of, nil
}

// Move moves what there is to move, and returns when all of it is live and the alarms
// were quiet. Where it fails all is as it was before, or the error says what is not.
func (s Stack) Move(ctx context.Context, plan []Service) error {
	plan = slices.DeleteFunc(slices.Clone(plan), func(of Service) bool { return !of.Moves() })
	if len(plan) == 0 {
		return nil
	}
	region, account, err := whose(plan[0].Live.ARN)
	if err != nil {
		return err
	}
	watch, err := begin(ctx, s.Alarms, stack.Names{Account: account, Region: region, Stack: s.Name})
	if err != nil {
		return fmt.Errorf("nothing was moved: %w", err)
	}
	s.say("%s", watch)
	if err := s.prove(ctx); err != nil {
		return fmt.Errorf("nothing was moved: %w", err)
	}
	m := &move{Stack: s, watch: watch}
	for _, of := range plan {
		if err = m.service(ctx, of); err != nil {
			if failed := m.putBack(ctx); failed != nil {
				return fmt.Errorf("%v; and %w", err, failed) //nolint:errorlint // only what is not put back counts then
			}
			return err
		}
	}
	return nil
}

// prove has the stack's canary, if it has one, do at the alias next what people do.
func (s Stack) prove(ctx context.Context) error {
	event, err := json.Marshal(wire.CanaryRound{Next: true})
	if err != nil {
		return err
	}
	name := stack.Names{Stack: s.Name}.Function(metric.Canary)
	out, err := s.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: event})
	var said wire.CanaryReply
	switch {
	case alias.Missing(err):
		s.say("the stack has no canary that would try %s", stack.NextAlias)
		return nil
	case err != nil:
		return fmt.Errorf("invoking the canary: %w", err)
	case out.FunctionError != nil:
		return fmt.Errorf("the canary found a fault at %s: %s", stack.NextAlias, brief(string(out.Payload)))
	case json.Unmarshal(out.Payload, &said) != nil || said.Status != wire.OK || !said.Next:
		return fmt.Errorf("the canary did not try %s, but answered %q", stack.NextAlias, brief(string(out.Payload)))
	}
	s.say("the canary is well at %s", stack.NextAlias)
	return nil
}

// whose answers the region and the account that an ARN names.
func whose(arn string) (region, account string, err error) {
	parts := strings.Split(arn, ":")
	if len(parts) < 6 {
		return "", "", fmt.Errorf("%q is no ARN of an alias", arn)
	}
	return parts[3], parts[4], nil
}

// move is a move under way.
type move struct {
	Stack
	watch *watch
	moved []moved
}

// moved is a service whose alias was moved.
type moved struct {
	Service
	now   alias.Pointer // where it is, as far as AWS said
	tried alias.Pointer // where it may be, if the answer was lost
}

// service moves one service.
func (m *move) service(ctx context.Context, of Service) error {
	m.moved = append(m.moved, moved{Service: of, now: of.Live})
	at := &m.moved[len(m.moved)-1]
	steps, before := of.Steps, of.Live.Version
	if before == of.Next.Version { // a share goes elsewhere, which is taken back
		steps, before = []int{100}, of.Live.After
	}
	for _, percent := range steps {
		at.tried = at.now.Beside(of.Next.Version, float64(percent)/100)
		if percent == 100 {
			at.tried = at.now.Whole(of.Next.Version, before)
		}
		now, err := of.function.Set(ctx, stack.LiveAlias, at.tried)
		if err != nil {
			return err
		}
		at.now = now
		m.say("%-5s  %d %% of the calls go to %d", of.Name, percent, of.Next.Version)
		if err := m.quiet(ctx, of.Wait); err != nil {
			return err
		}
	}
	return nil
}

// quiet watches for a while that no alarm begins to sound, and nobody else moves what
// was moved.
func (m *move) quiet(ctx context.Context, long time.Duration) error {
	for left := long; ; {
		if err := m.watch.quiet(ctx); err != nil {
			return err
		}
		for _, at := range m.moved {
			now, err := at.function.Get(ctx, stack.LiveAlias)
			if err != nil {
				return err
			}
			if !now.Same(at.now) {
				return fmt.Errorf("somebody else moved the alias %s of %s meanwhile: it is at %s",
					stack.LiveAlias, at.function.Name, now)
			}
		}
		if left <= 0 {
			return nil
		}
		next := min(left, Look)
		if err := m.pause(ctx, next); err != nil {
			return err
		}
		left -= next
	}
}

func (m *move) pause(ctx context.Context, d time.Duration) error {
	if m.Pause != nil {
		return m.Pause(ctx, d)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// putBack puts all back, the last that was moved first, even where the move was ended
// from outside. What somebody else moved meanwhile stays where that is.
func (m *move) putBack(ctx context.Context) (failed error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), putBackTime)
	defer cancel()
	for _, at := range slices.Backward(m.moved) {
		said, err := at.putBack(ctx)
		if err != nil {
			err = fmt.Errorf("%s is NOT put back, use sgsend rollback: %w", at.Name, err)
			failed, said = errors.Join(failed, err), err.Error()
		}
		m.say("%-5s  %s", at.Name, said)
	}
	return failed
}

// putBack puts one service back, and says what came of it.
func (at moved) putBack(ctx context.Context) (said string, err error) {
	now, err := at.function.Get(ctx, stack.LiveAlias)
	if err != nil {
		return "", err
	}
	before := at.Live.Whole(at.Live.Version, at.Live.After)
	switch {
	case !now.Same(at.now) && !now.Points(at.tried):
		return fmt.Sprintf("stays where somebody else moved it: %s", now), nil
	case now.Points(before):
		return fmt.Sprintf("is at %d still", now.Version), nil
	}
	if _, err = at.function.Set(ctx, stack.LiveAlias, now.Back(before)); err != nil {
		return "", err
	}
	return fmt.Sprintf("put back to %d", before.Version), nil
}

func (s Stack) say(format string, args ...any) {
	if s.Say != nil {
		s.Say(fmt.Sprintf(format, args...))
	}
}
