package admin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/stack"
)

var since = time.Date(2126, 3, 1, 11, 0, 0, 0, time.UTC)

// overseen is a stack in which one alarm sounds, and a version is being moved.
func overseen(asked *atomic.Int64) func(*admin.Settings) {
	return func(s *admin.Settings) {
		s.Alarms = func(ctx context.Context) ([]stack.Alarm, []string, error) {
			asked.Add(1)
			if _, ends := ctx.Deadline(); !ends {
				return nil, nil, errors.New("it may take for ever")
			}
			return []stack.Alarm{
				{Name: "b-well", Region: "eu-west-2", State: stack.AlarmOK, Since: since},
				{Name: "a-well", Region: "eu-west-2", State: stack.AlarmOK, Since: since},
				{Name: "unsure", Region: "us-east-1", State: stack.AlarmUnsure, Since: since, Description: "made by hand"},
				{
					Name: "z-sounds", Region: "eu-west-2", State: stack.AlarmSounds, Since: since, Reason: "1 > 0",
					Description: stack.DescribeAlarm("it fails", "panics"),
				},
			}, []string{"us-east-1"}, nil
		}
		s.FunctionVersion = "7"
		s.Serving = func(context.Context) ([]stack.Serving, error) {
			asked.Add(1)
			return []stack.Serving{
				{Service: "user", Live: stack.Pointer{Version: "2", Other: "3", Share: 0.1}, Next: stack.Pointer{Version: "3"}},
				{Service: "admin", Live: stack.Pointer{Version: "7"}},
			}, nil
		}
	}
}

func TestAlarmsThatSoundStandFirst(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	g := newRig(t, overseen(&asked))
	const answer = `{"status":"ok","alarms":[
		{"name":"z-sounds","region":"eu-west-2","state":"ALARM","since":"2126-03-01T11:00:00Z","reason":"1 > 0",
			"means":"it fails","playbook":"panics"},
		{"name":"unsure","region":"us-east-1","state":"INSUFFICIENT_DATA","since":"2126-03-01T11:00:00Z","reason":"",
			"means":"made by hand"},
		{"name":"a-well","region":"eu-west-2","state":"OK","since":"2126-03-01T11:00:00Z","reason":"","means":""},
		{"name":"b-well","region":"eu-west-2","state":"OK","since":"2126-03-01T11:00:00Z","reason":"","means":""}],
		"missing":["us-east-1"],"asked_at":"2126-03-01T12:00:30Z"}`
	var all sync.WaitGroup
	for range 20 { // consoles, which cost as much as one
		all.Go(func() { want(t, g.get("/health/alarms"), 200, answer) })
	}
	all.Wait()
	g.clock.Advance(19 * time.Second)
	want(t, g.get("/health/alarms"), 200, answer)
	if n := asked.Load(); n != 1 {
		t.Errorf("AWS was asked %d times", n)
	}
	g.clock.Advance(time.Second)
	g.get("/health/alarms")
	if n := asked.Load(); n != 2 {
		t.Errorf("after 20 seconds AWS was asked %d times", n)
	}
}

func TestWhichVersionsServe(t *testing.T) {
	t.Parallel()
	user := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"version":"v9"}`))
	}))
	defer user.Close()
	var asked atomic.Int64
	g := newRig(t, overseen(&asked), func(s *admin.Settings) { s.UserURL = user.URL })
	want(t, g.get("/health/versions"), 200, `{"admin":"dev","function":"7","user":"v9","functions":[
		{"service":"user","live":{"version":"2","other":"3","percent":10},"next":{"version":"3"}},
		{"service":"admin","live":{"version":"7"}}],"asked_at":"2126-03-01T12:00:30Z"}`)
}

// On one machine there is nobody to ask, which is no error.
func TestWithoutAStack(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	want(t, g.get("/health/alarms"), 200, `{"status":"not_configured","alarms":[],"missing":[]}`)
	want(t, g.get("/health/versions"), 200, `{"admin":"dev","functions":[],"asked_at":"2126-03-01T12:00:30Z"}`)
}

// What AWS said is in the log alone; it is not asked again at once, but soon.
func TestAWSThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	away := true
	g := newRig(t, func(s *admin.Settings) {
		s.Alarms = func(context.Context) ([]stack.Alarm, []string, error) {
			if away {
				return nil, nil, errors.New("AccessDenied of a canary")
			}
			return nil, nil, nil
		}
		s.Serving = func(context.Context) ([]stack.Serving, error) { return nil, errors.New("AccessDenied of a canary") }
	})
	for path, says := range map[string]string{
		"/health/alarms":   `{"detail":"AWS cannot be asked what the alarms say","code":"unavailable"}`,
		"/health/versions": `{"detail":"AWS cannot be asked which versions serve","code":"unavailable"}`,
	} {
		want(t, g.get(path), 503, says)
	}
	if log := g.log.String(); !strings.Contains(log, "AccessDenied of a canary") {
		t.Errorf("the log does not say why: %s", log)
	}
	away = false
	want503(t, g.get("/health/alarms"))
	g.clock.Advance(20 * time.Second)
	want(t, g.get("/health/alarms"), 200, `{"status":"ok","alarms":[],"missing":[],"asked_at":"2126-03-01T12:00:50Z"}`)
}
