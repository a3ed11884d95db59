package traffic_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"

	"sgraph.ai/send/cli/internal/deployed"
	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/cli/traffic"
	alarms "sgraph.ai/send/shared/cloudwatch"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/test/moto"
)

// world is a stack that was deployed twice: version 2 is live, and 3 is next.
type world struct {
	deployed.Functions
	t     *testing.T
	stack traffic.Stack
	said  []string
	waits []time.Duration
	// during is called in each wait, by its number from 1.
	during map[int]func()
}

var inSteps = stack.Traffic{Steps: []int{10, 50, 100}, Wait: 20 * time.Second}

func newWorld(t *testing.T, how stack.Traffic) *world {
	t.Helper()
	w := &world{t: t, Functions: deployed.New(t, map[string]int{"user": 2, "admin": 2}, how.Tags())}
	w.Publish(t, "user")
	w.Publish(t, "admin")
	w.during = map[int]func(){}
	w.stack = traffic.Stack{
		Name: w.Stack, Lambda: w.Lambda, Alarms: alarmsOf(moto.Config(t)),
		Say: func(text string) { w.said = append(w.said, text) },
		Pause: func(ctx context.Context, d time.Duration) error {
			w.waits = append(w.waits, d)
			if happens := w.during[len(w.waits)]; happens != nil {
				happens()
			}
			return ctx.Err()
		},
	}
	w.alarm(moto.Region, "user-errors", stack.Alarms)
	w.alarm(moto.Region, "admin-errors", stack.Alarms)
	w.alarm(stack.GlobalRegion, "user-down", stack.GlobalAlarms)
	_, err := w.cloudwatch(moto.Region).PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{
		AlarmName: aws.String(w.Alarm("unhealthy")), AlarmRule: aws.String(`ALARM("` + w.Alarm("user-errors") + `")`),
		AlarmActions: []string{w.TopicARN(moto.Region, stack.Alarms)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func alarmsOf(account aws.Config) traffic.Alarms {
	return alarms.New(func(context.Context) (aws.Config, error) { return account, nil })
}

func (w *world) cloudwatch(region string) *cloudwatch.Client {
	form := awsquery.New(&smithy.ServiceSchema{Version: "2010-08-01"}) // which moto understands
	return cloudwatch.NewFromConfig(moto.Config(w.t), func(o *cloudwatch.Options) { o.Region, o.Protocol = region, form })
}

func (w *world) alarm(region, name, topic string) {
	w.t.Helper()
	w.alarmOf(region, w.Alarm(name), w.TopicARN(region, topic))
}

func (w *world) alarmOf(region, name, topic string) {
	w.t.Helper()
	if _, err := w.cloudwatch(region).PutMetricAlarm(w.t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, AlarmActions: []string{topic},
		Namespace: aws.String("AWS/Lambda"), MetricName: aws.String("Errors"),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, EvaluationPeriods: aws.Int32(1),
		Period: aws.Int32(60), Statistic: types.StatisticSum, Threshold: aws.Float64(1),
	}); err != nil {
		w.t.Fatal(err)
	}
}

// set has an alarm say something.
func (w *world) set(region, name string, state types.StateValue) func() {
	return func() {
		if _, err := w.cloudwatch(region).SetAlarmState(context.WithoutCancel(w.t.Context()), &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String(w.Alarm(name)), StateValue: state, StateReason: aws.String("the test\nsays so"),
		}); err != nil {
			w.t.Error(err)
		}
	}
}

// see notes where both live aliases are.
func (w *world) see(into *[]string) func() {
	return func() { *into = append(*into, w.At(w.t, "admin", "live")+" / "+w.At(w.t, "user", "live")) }
}

func (w *world) move(ctx context.Context) error {
	w.t.Helper()
	plan, err := w.stack.Plan(ctx, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.stack.Move(ctx, plan)
}

// are wants the live aliases to be somewhere.
func (w *world) are(admin, user string) {
	w.t.Helper()
	if got := [2]string{w.At(w.t, "admin", "live"), w.At(w.t, "user", "live")}; got != [2]string{admin, user} {
		w.t.Errorf("admin and user are at %q, want %q and %q\n%s", got, admin, user, strings.Join(w.said, "\n"))
	}
}

func TestItMovesStepByStepAdminFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	var seen []string
	for i := range 12 {
		w.during[i+1] = w.see(&seen)
	}
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2 map[3:0.1] / 2", "2 map[3:0.5] / 2", "3 / 2", "3 / 2 map[3:0.1]", "3 / 2 map[3:0.5]", "3 / 3",
	}
	if got := slices.Compact(seen); !slices.Equal(got, want) {
		t.Errorf("the aliases were at %q, want %q", got, want)
	}
	// Each step is watched for twenty seconds, by looks that are no further apart than that.
	for i, d := range w.waits {
		if want := []time.Duration{traffic.Look, 20*time.Second - traffic.Look}[i%2]; d != want {
			t.Errorf("wait %d is %s", i+1, d)
		}
	}
	w.are("3", "3")
	if at := w.At(t, "user", "next"); at != "3" {
		t.Errorf("next is at %s", at)
	}

	// What is left of the move is nothing that Pulumi would take for a difference.
	live, err := w.Lambda.GetAlias(t.Context(), &lambda.GetAliasInput{
		FunctionName: aws.String(w.Function("user")), Name: aws.String("live"),
	})
	if err != nil || live.RoutingConfig != nil {
		t.Errorf("it has shares: %+v, %v", live, err)
	}

	// Who goes back then comes to what was live before.
	back := rollback.Stack{Name: w.Stack, Lambda: w.Lambda}
	steps, err := back.Plan(t.Context(), rollback.Services, nil)
	if err != nil || fmt.Sprint(steps) != "[user   3 -> 2 admin  3 -> 2]" {
		t.Errorf("%v, %v", steps, err)
	}
}

func TestAtOnceIsOneStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stack.Traffic{Steps: []int{100}})
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.are("3", "3")
	if len(w.waits) != 0 {
		t.Errorf("it waits %v", w.waits)
	}
	plan, err := w.stack.Plan(t.Context(), nil)
	if err != nil || plan[0].Moves() || plan[1].Moves() {
		t.Errorf("there is more to move: %v, %v", plan, err)
	}
	if err := w.stack.Move(t.Context(), plan); err != nil {
		t.Error(err)
	}
}

func TestTheFirstAlarmPutsAllBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wait          int // in which it sounds: of the twelve
		region, alarm string
	}{
		"at the first share":        {1, moto.Region, "user-errors"},
		"when one is moved":         {5, moto.Region, "admin-errors"},
		"in the middle":             {9, moto.Region, "user-errors"},
		"after all":                 {12, moto.Region, "user-errors"},
		"of what watches outside":   {9, stack.GlobalRegion, "user-down"},
		"of what sums up the worst": {8, moto.Region, "unhealthy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, inSteps)
			w.during[c.wait] = w.set(c.region, c.alarm, types.StateValueAlarm)
			err := w.move(t.Context())
			if !errors.Is(err, traffic.ErrSounded) || !strings.Contains(err.Error(), w.Alarm(c.alarm)+" (the test says so)") {
				t.Errorf("it says %v", err)
			}
			w.are("2", "2")
			if len(w.waits) > c.wait+1 {
				t.Errorf("it went on for %d waits after", len(w.waits)-c.wait)
			}
			// And back leads to where it led before.
			steps, err := (rollback.Stack{Name: w.Stack, Lambda: w.Lambda}).Plan(t.Context(), []string{"user"}, nil)
			if err != nil || steps[0].Moves() {
				t.Errorf("%v, %v", steps, err)
			}
		})
	}
}

func TestWhatSoundedBeforeDoesNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	w.set(moto.Region, "user-errors", types.StateValueAlarm)()
	w.during[3] = w.set(moto.Region, "user-errors", types.StateValueOk)
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.are("3", "3")
	if !strings.Contains(strings.Join(w.said, "\n"), "sounds already does not count: "+w.Alarm("user-errors")) {
		t.Errorf("it says\n%s", strings.Join(w.said, "\n"))
	}
}

// An alarm that was quiet for a moment between two looks, and sounds again, counts.
func TestWhatSoundsAgainCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	w.set(moto.Region, "user-errors", types.StateValueAlarm)()
	w.during[3] = func() {
		w.set(moto.Region, "user-errors", types.StateValueOk)()
		w.set(moto.Region, "user-errors", types.StateValueAlarm)()
	}
	if err := w.move(t.Context()); !errors.Is(err, traffic.ErrSounded) {
		t.Errorf("it says %v", err)
	}
	w.are("2", "2")
}

// Stacks whose names begin alike have alarms whose names do.
func TestOtherStacksAlarmsDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	other := w.Names
	other.Stack += "-two"
	w.alarmOf(moto.Region, other.Alarm("user-errors"), other.TopicARN(moto.Region, stack.Alarms))
	w.during[2] = w.set(moto.Region, "two-user-errors", types.StateValueAlarm)
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.are("3", "3")
}

func TestAnInterruptPutsAllBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	ctx, cancel := context.WithCancel(t.Context())
	w.during[9] = cancel
	if err := w.move(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
	w.are("2", "2")
}

// broken answers as AWS does where it fails, or fails before.
type broken struct {
	fails func(*http.Request) bool
	after bool // AWS did what it was asked, and the answer is lost
}

func (b *broken) Do(r *http.Request) (*http.Response, error) {
	if !b.fails(r) {
		return asking.Client.Do(r)
	}
	if b.after {
		if res, err := asking.Client.Do(r); err == nil {
			res.Body.Close()
		}
	}
	return nil, errors.New("the line is cut")
}

func TestAlarmsThatCannotBeAskedPutAllBack(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]int{"before it begins": 0, "in the middle": 9} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, inSteps)
			cut := wait == 0
			w.during[wait] = func() { cut = true }
			account := moto.Config(t)
			account.HTTPClient = &broken{fails: func(r *http.Request) bool {
				return cut && strings.Contains(r.Header.Get("Authorization"), "/"+stack.GlobalRegion+"/")
			}}
			w.stack.Alarms = alarmsOf(account)
			err := w.move(t.Context())
			if err == nil || !strings.Contains(err.Error(), "the alarms in us-east-1 cannot be asked") {
				t.Errorf("it says %v", err)
			}
			if errors.Is(err, traffic.ErrSounded) {
				t.Error("it says that one sounded")
			}
			w.are("2", "2")
		})
	}
}

func TestAStackWithoutAlarmsIsNotMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	for region, names := range map[string][]string{
		moto.Region: {"user-errors", "admin-errors", "unhealthy"}, stack.GlobalRegion: {"user-down"},
	} {
		for _, name := range names {
			if _, err := w.cloudwatch(region).DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{
				AlarmNames: []string{w.Alarm(name)},
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.move(t.Context()); err == nil || !strings.Contains(err.Error(), "no alarms") {
		t.Errorf("it says %v", err)
	}
	w.are("2", "2")
}

// What somebody else moved stays where that is, and the other service is put back.
func TestWhatSomebodyElseMovedStaysThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	w.during[9] = func() { w.Point(t, "user", "live", "1", map[string]float64{}) }
	if err := w.move(t.Context()); err == nil || !strings.Contains(err.Error(), "somebody else moved") {
		t.Errorf("it says %v", err)
	}
	w.are("2", "1")
}

// A move of which the answer is lost is put back all the same.
func TestAMoveWhoseAnswerIsLostIsPutBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	moves := 0
	w.stack.Lambda = lambda.NewFromConfig(moto.Config(t), func(o *lambda.Options) {
		o.RetryMaxAttempts = 1
		o.HTTPClient = &broken{after: true, fails: func(r *http.Request) bool {
			if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/aliases/live") {
				return false
			}
			moves++
			return moves == 5 // the second step of the second service
		}}
	})
	if err := w.move(t.Context()); err == nil || !strings.Contains(err.Error(), "the line is cut") {
		t.Errorf("it says %v", err)
	}
	w.are("2", "2")
}

// What cannot be put back is said, and is no alarm that was heard.
func TestWhatIsNotPutBackIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	cut := false
	w.stack.Lambda = lambda.NewFromConfig(moto.Config(t), func(o *lambda.Options) {
		o.RetryMaxAttempts = 1
		o.HTTPClient = &broken{fails: func(r *http.Request) bool {
			return cut && r.Method == http.MethodPut && strings.Contains(r.URL.Path, w.Function("user"))
		}}
	})
	w.during[9] = func() { cut = true; w.set(moto.Region, "user-errors", types.StateValueAlarm)() }
	err := w.move(t.Context())
	if err == nil || errors.Is(err, traffic.ErrSounded) || !strings.Contains(err.Error(), "user is NOT put back") ||
		!strings.Contains(err.Error(), "began to sound") {
		t.Errorf("it says %v", err)
	}
	w.are("2", "2 map[3:0.5]")
}

// The canary tries what is next before anything moves. The simulated AWS runs no
// function, so what it answers is said here.
func TestTheCanaryTriesWhatIsNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status       int
		fault, reply string
		said         string // "" = it moves
	}{
		"it is well":           {200, "", `{"status":"ok","next":true}`, ""},
		"it finds a fault":     {200, "Unhandled", `{"errorMessage":"send: 502"}`, "the canary found a fault at next: "},
		"it knows no next":     {200, "", `{"status":"ok"}`, "did not try next"},
		"it answers otherwise": {200, "", `{}`, "did not try next"},
		"there is none":        {404, "ResourceNotFoundException", `{"Type":"User","Message":"Function not found"}`, ""},
		"it cannot be invoked": {403, "AccessDeniedException", `{"Message":"no"}`, "invoking the canary"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, stack.Traffic{Steps: []int{100}})
			asked := ""
			w.stack.Lambda = lambda.NewFromConfig(moto.Config(t), func(o *lambda.Options) {
				o.RetryMaxAttempts = 1
				o.HTTPClient = answering(func(r *http.Request) *http.Response {
					if !strings.HasSuffix(r.URL.Path, "/invocations") {
						return nil
					}
					body, _ := io.ReadAll(r.Body)
					asked = r.URL.Path + " " + string(body)
					header := http.Header{}
					if c.status == http.StatusOK && c.fault != "" {
						header.Set("X-Amz-Function-Error", c.fault)
					} else if c.fault != "" {
						header.Set("X-Amzn-Errortype", c.fault)
					}
					return &http.Response{StatusCode: c.status, Header: header, Body: io.NopCloser(strings.NewReader(c.reply))}
				})
			})
			err := w.move(t.Context())
			if want := "/2015-03-31/functions/" + w.Function("canary") + `/invocations {"next":true}`; asked != want {
				t.Errorf("it was asked %q, want %q", asked, want)
			}
			if c.said == "" {
				if err != nil {
					t.Error(err)
				}
				w.are("3", "3")
				return
			}
			if err == nil || !strings.Contains(err.Error(), "nothing was moved") || !strings.Contains(err.Error(), c.said) {
				t.Errorf("it says %v", err)
			}
			w.are("2", "2")
		})
	}
}

// answering answers in the place of AWS, but for what it answers with nothing.
type answering func(*http.Request) *http.Response

func (a answering) Do(r *http.Request) (*http.Response, error) {
	if res := a(r); res != nil {
		return res, nil
	}
	return asking.Client.Do(r)
}

// A move that was killed half way begins anew, and one may go back from there.
func TestAMoveThatWasKilledBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	w.Point(t, "admin", "live", "2", map[string]float64{"3": 0.5})
	w.Point(t, "user", "live", "3", map[string]float64{"2": 0.5})
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.are("3", "3")
}

func TestOnlyWhatChangedMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	w.Point(t, "admin", "next", "2", nil)
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.are("2", "3")
	if len(w.waits) != 6 {
		t.Errorf("it waits %v", w.waits)
	}
}

func TestWhatDeployedItKnowsNoNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	for _, of := range []string{"user", "admin"} {
		if _, err := w.Lambda.DeleteAlias(t.Context(), &lambda.DeleteAliasInput{
			FunctionName: aws.String(w.Function(of)), Name: aws.String("next"),
		}); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := w.stack.Plan(t.Context(), nil)
	if err != nil || plan[0].Moves() || plan[0].String() != "admin  live 2; there is no alias next" {
		t.Errorf("%v, %v", plan, err)
	}
}

func TestFunctionsThatDoNotSayHow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stack.Traffic{})
	if _, err := w.stack.Plan(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "--steps") {
		t.Errorf("it says %v", err)
	}
	plan, err := w.stack.Plan(t.Context(), &stack.Traffic{Steps: []int{100}})
	if err != nil || plan[1].String() != "user   live 2; next 3: all at once" {
		t.Errorf("%v, %v", plan, err)
	}
}
