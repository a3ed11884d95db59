package console

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// aws is what a stack's service is told by AWS, in the place of that.
type aws struct {
	quiet, away, apart, part atomic.Bool
}

func (a *aws) tells(s *admin.Settings) {
	s.FunctionVersion = "42"
	s.Alarms = func(context.Context) ([]stack.Alarm, []string, error) {
		alarm := func(name, state, why, playbook string) stack.Alarm {
			return stack.Alarm{
				Name: "sgraph-send-qa-" + name, Region: "eu-west-2", State: state, Since: time.Now().Add(-3 * time.Hour),
				Reason:      "Threshold Crossed: 1 datapoint [12.0 (29/11/26 12:00:00)] was greater than the threshold (1.0).",
				Description: stack.DescribeAlarm(why, playbook),
			}
		}
		all := []stack.Alarm{
			alarm("user-panics", stack.AlarmOK, "a request ended in a fault of the program", "panics"),
			alarm("ledger-errors", stack.AlarmUnsure, "DynamoDB itself fails for more than 1 % of reads and writes",
				"ledger-errors"),
			alarm("user-url-5xx", stack.AlarmSounds, "more than 1 % of the requests, and five or more, are answered with 5xx",
				"url-5xx"),
			alarm("an-alarm-whose-name-is-as-long-as-any-can-be-that-somebody-made-up-by-hand", stack.AlarmSounds,
				"a service fails for its callers", "service-unhealthy"),
		}
		switch {
		case a.away.Load():
			return nil, nil, errors.New("AccessDenied")
		case a.quiet.Load():
			return all[:1], nil, nil
		case a.part.Load():
			return all, []string{stack.GlobalRegion}, nil
		}
		return all, nil, nil
	}
	s.Serving = func(context.Context) ([]stack.Serving, error) {
		if a.away.Load() {
			return nil, errors.New("AccessDenied")
		}
		live := stack.Pointer{Version: "42"}
		if a.apart.Load() {
			live.Other, live.Share = "43", 0.1
			return []stack.Serving{
				{Service: "user", Live: live, Next: stack.Pointer{Version: "43"}},
				{Service: "admin", Live: stack.Pointer{Version: "43"}, Next: stack.Pointer{Version: "43"}},
			}, nil
		}
		return []stack.Serving{
			{Service: "user", Live: live, Next: stack.Pointer{Version: "42"}}, {Service: "admin", Live: live, Next: live},
		}, nil
	}
}

// hurries has what AWS said be forgotten sooner than it is really, by a clock that runs fast.
func hurries(s *admin.Settings) {
	begun := time.Now()
	s.Now = func() time.Time { return begun.Add(time.Since(begun) * 100) }
	s.SessionLife, s.SessionIdle = 7*24*time.Hour, 0
}

// order are the names of the alarms as they stand in the page.
const order = `() => [...document.querySelectorAll(".alarms > ul h3")].map((e) => e.innerText).join() ===
	"sgraph-send-qa-an-alarm-whose-name-is-as-long-as-any-can-be-that-somebody-made-up-by-hand," +
	"sgraph-send-qa-user-url-5xx,sgraph-send-qa-ledger-errors"`

func TestWhatAWSSaysOfTheStack(t *testing.T) {
	t.Parallel()
	o := open(t)
	a := &aws{}
	url, _, _ := serveWithTrail(t, a.tells, hurries)
	o.run(goTo(url), login(), press("System"),
		says("2 sound, one lacks data, of 4 alarms"), says("Sounds"), says("Lacks data"), says("The one that is quiet"),
		until(order, ""),
		says("More than 1 % of the requests, and five or more, are answered with 5xx."),
		says("Sounds if DynamoDB itself fails"), says("docs/playbooks/url-5xx.md"), says("3 hours ago"),
		click(".alarms summary"), says("Sounds if a request ended in a fault of the program."),
		says("The newest serve"), says("Admin, next"))
	a.part.Store(true)
	a.apart.Store(true)
	o.run(press("Check now"), says("The alarms in us-east-1 cannot be asked now"), says("Calls are being moved"),
		says("42, and 10\u00a0% of the calls go to 43"))
	a.away.Store(true)
	o.run(press("Check now"), says("AWS cannot be asked now. This is what it said"), says("user-url-5xx"),
		says("Not known"), says("An alarm sounds"))
	a.away.Store(false)
	a.quiet.Store(true)
	o.run(press("Check now"), says("1 alarm, all quiet"), says("All well"))
}

func TestAlarmsThatCannotBeShown(t *testing.T) {
	t.Parallel()
	o := open(t)
	a := &aws{}
	a.away.Store(true)
	url, _, _ := serveWithTrail(t, a.tells, hurries)
	o.run(goTo(url), login(), press("System"), says("The alarms cannot be shown"),
		says("AWS cannot be asked now."), says("All well"))
	a.away.Store(false)
	o.run(until(`() => {
		document.querySelector(".alarms .below button")?.click();
		return !!document.querySelector(".alarm");
	}`, ""))
}

// One machine has no alarms, which is no fault, and nobody to tell until that is set.
func TestAMachineOfOnesOwn(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, _ := serve(t)
	o.run(goTo(url), login(), says("No tokens yet"))
	o.number(`(performance.clearResourceTimings(), 0)`) // before the login a 401 is an answer
	o.run(press("System"), says("only a stack on AWS has them"), says("Nobody is told of events."),
		says("SEND__WEBHOOK_URL"))
	// What is as it should be is no red line in the browser's console.
	const refused = `performance.getEntriesByType("resource")
		.filter((e) => e.responseStatus >= 400).map((e) => e.name).join()`
	if said := evaluate[string](o, refused); said != "" {
		t.Errorf("refused is %s", said)
	}
	const cards = `[...document.querySelectorAll("h2")].filter((e) => e.innerText === "Versions").length`
	if o.number(cards) != 0 {
		t.Error("there is a card of versions where no functions run")
	}
}

func TestTheWebhookIsTried(t *testing.T) {
	t.Parallel()
	o := open(t)
	var refuses atomic.Bool
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if refuses.Load() {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(receiver.Close)
	url, _, _ := serveWithTrail(t, func(s *admin.Settings) {
		via := webhook.Via(true)
		via.TLSClientConfig = receiver.Client().Transport.(*http.Transport).TLSClientConfig
		s.WebhookURL, s.WebhookVia = receiver.URL+"/a-path-that-is-secret", via
		s.WebhookEvents = settings.WebhookTypes[:2]
	})
	o.run(goTo(url), login(), press("System"),
		says("is told of transfer.completed and transfer.downloaded"), press("Send a test"),
		says("The receiver took a test at"))
	refuses.Store(true)
	o.run(press("Send a test"), says("was not taken: the receiver answers 418."))
	if n := o.number(`/a-path|whsec_/.test(document.documentElement.outerHTML) ? 1 : 0`); n != 0 {
		t.Error("what nobody asked for is in the page")
	}
	o.run(press("URL and secret"), says("whsec_"), says("a-path-that-is-secret"), press("Done"),
		until(`() => !/a-path|whsec_/.test(document.documentElement.outerHTML)`, "")) // which keeps nothing of it
}
