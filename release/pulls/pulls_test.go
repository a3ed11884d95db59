package pulls

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/release/github"
)

const (
	head   = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	before = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// request is a pull request of the stand-in.
type request struct {
	state    string
	head     string
	fork     bool
	label    bool
	events   []map[string]any
	comments []string
}

// ask is the event of a label.
func ask(event, login, kind string, at time.Time) map[string]any {
	return map[string]any{
		"event": event, "label": map[string]any{"name": Label}, "created_at": at,
		"actor": map[string]any{"login": login, "type": kind},
	}
}

// asked is a pull request on whose head a person has put the label.
func asked(at time.Time) *request {
	return &request{state: "open", head: head, label: true, events: []map[string]any{ask("labeled", "ann", "User", at)}}
}

// standIn is as much of GitHub as decides.
type standIn struct {
	mu    sync.Mutex
	pulls map[int]*request
	may   []string // look after pull requests
	down  bool
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	reply := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	path := strings.TrimPrefix(r.URL.Path, "/repos/owner/name/")
	if login, is := strings.CutPrefix(path, "collaborators/"); is {
		login = strings.TrimSuffix(login, "/permission")
		triage := slices.Contains(s.may, login)
		reply(map[string]any{"user": map[string]any{"permissions": map[string]any{"pull": true, "triage": triage}}})
		return
	}
	var number int
	if n, _ := fmt.Sscanf(path, "issues/comments/%d", &number); n == 1 { // the number of its pull request
		var in struct{ Body string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		s.pulls[number].comments = []string{in.Body}
		reply(map[string]any{})
		return
	}
	_, rest, _ := strings.Cut(path, "/")
	_, _ = fmt.Sscanf(rest, "%d", &number)
	p := s.pulls[number]
	_, what, _ := strings.Cut(rest, "/")
	if p == nil || r.URL.Query().Get("page") > "1" {
		http.NotFound(w, r)
		return
	}
	switch r.Method + " " + what {
	case "GET ":
		of := map[string]any{"repo": map[string]any{"id": 345}}
		from := map[string]any{"sha": p.head, "repo": map[string]any{"id": 345}}
		if p.fork {
			from["repo"] = nil
		}
		labels := []any{map[string]any{"name": "bug"}}
		if p.label {
			labels = append(labels, map[string]any{"name": Label})
		}
		reply(map[string]any{"state": p.state, "head": from, "base": of, "labels": labels})
	case "GET events":
		reply(p.events)
	case "GET comments":
		all := []any{}
		for _, c := range p.comments {
			all = append(all, map[string]any{
				"id": number, "body": c, "user": map[string]any{"login": "github-actions[bot]"},
			})
		}
		reply(all)
	case "POST comments":
		var in struct{ Body string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		p.comments = append(p.comments, in.Body)
		reply(map[string]any{})
	case "DELETE labels/" + Label:
		if !p.label {
			http.NotFound(w, r)
			return
		}
		p.label = false
	default:
		http.NotFound(w, r)
	}
}

func start(t *testing.T, p *request) (*standIn, Decider) {
	t.Helper()
	s := &standIn{pulls: map[int]*request{}, may: []string{"ann"}}
	if p != nil {
		s.pulls[7] = p
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, Decider{
		GitHub: github.Client{API: server.URL, Repo: "owner/name", Token: "secret", HTTP: server.Client()},
		Now:    func() time.Time { return noon },
	}
}

func TestConsentIsAPersonsAndForOneCommit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*request)
		commit string
		want   string // in the refusal; "" = it is given
	}{
		"as it is":                  {func(*request) {}, head, ""},
		"the commit of before":      {func(*request) {}, before, "commits since"},
		"no commit":                 {func(*request) {}, "", "commits since"},
		"a fork":                    {func(p *request) { p.fork = true }, head, "in a fork"},
		"closed":                    {func(p *request) { p.state = "closed" }, head, "closed"},
		"taken off":                 {func(p *request) { p.label = false }, head, "not on it any more"},
		"of which nothing is known": {func(p *request) { p.events = nil }, head, "no person"},
		"a bot": {
			func(p *request) { p.events = append(p.events, ask("labeled", "app", "Bot", noon)) }, head, "no person",
		},
		"somebody without rights": {
			func(p *request) { p.events = append(p.events, ask("labeled", "eve", "User", noon)) }, head, "eve may not",
		},
		"put on again": {
			func(p *request) {
				p.events = append(p.events, ask("unlabeled", "bot", "Bot", noon), ask("labeled", "ann", "User", noon))
			}, head, "",
		},
	} {
		p := asked(noon.Add(-time.Hour))
		c.change(p)
		_, d := start(t, p)
		until, err := d.Consent(t.Context(), 7, c.commit)
		why, refused := errors.AsType[Refused](err)
		if refused != (c.want != "") || err != nil && !refused || !strings.Contains(string(why), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if last := p.events; err == nil && !until.Equal(last[len(last)-1]["created_at"].(time.Time).Add(Life)) {
			t.Errorf("%s: it lives until %s", name, until)
		}
	}
}

func TestAnAnswerThatIsNoneIsNoConsent(t *testing.T) {
	t.Parallel()
	s, d := start(t, asked(noon))
	s.down = true
	if _, err := d.Consent(t.Context(), 7, head); err == nil {
		t.Error("a commit is consented to by nobody")
	}
	if _, err := d.Decide(t.Context(), Event{Action: "labeled", Number: 7, Label: label{Label}}); err == nil {
		t.Error("something is decided on by nobody")
	}
}

func event(action, labelled, commit, kind string) Event {
	e := Event{Action: action, Number: 7, Label: label{labelled}, Sender: person{"ann", kind}}
	e.PullRequest.Head.SHA = commit
	return e
}

func TestWhatFollowsFromEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event  Event
		change func(*request)
		want   string
		label  bool   // stays on
		says   string // in the comment
	}{
		"labelled":             {event("labeled", Label, head, "User"), nil, Deploy, true, ""},
		"labelled otherwise":   {event("labeled", "bug", head, "User"), nil, "", true, ""},
		"labelled, and pushed": {event("labeled", Label, before, "User"), nil, "", false, "commits since"},
		"labelled by a bot": {event("labeled", Label, head, "Bot"), func(p *request) {
			p.events = []map[string]any{ask("labeled", "app", "Bot", noon)}
		}, "", false, "no person"},
		"a fork, labelled": {
			event("labeled", Label, head, "User"), func(p *request) { p.fork = true }, "", false, "in a fork",
		},
		"pushed": {event("synchronize", "", before, "User"), func(p *request) {
			p.comments = []string{"<!-- sgraph-send: stack -->\nIt runs."}
		}, "", false, "It runs.\n\nThere are commits since"},
		"pushed without a label": {
			event("synchronize", "", before, "User"), func(p *request) { p.label = false }, "", false, "",
		},
		"unlabelled": {
			event("unlabeled", Label, head, "User"), func(p *request) { p.label = false }, Destroy, false, "",
		},
		"unlabelled otherwise": {event("unlabeled", "bug", head, "User"), nil, "", true, ""},
		"unlabelled by the pipeline": {
			event("unlabeled", Label, head, "Bot"), func(p *request) { p.label = false }, "", false, "",
		},
		"unlabelled and labelled": {event("unlabeled", Label, head, "User"), nil, "", true, ""},
		"closed": {
			event("closed", "", head, "User"), func(p *request) { p.state = "closed" }, Destroy, false, "",
		},
		"closed, and never asked": {event("closed", "", head, "User"), func(p *request) {
			p.state, p.events, p.label = "closed", nil, false
		}, "", false, ""},
		"reopened": {event("reopened", "", head, "User"), nil, "", true, ""},
	} {
		p := asked(noon)
		if c.change != nil {
			c.change(p)
		}
		_, d := start(t, p)
		got, err := d.Decide(t.Context(), c.event)
		if err != nil || got.Operation != c.want || got.Why == "" {
			t.Errorf("%s: %+v, %v, want %q", name, got, err, c.want)
		}
		if c.want == Deploy && (got.Commit != head || !got.Until.Equal(noon.Add(Life))) {
			t.Errorf("%s: %+v", name, got)
		}
		if p.label != c.label {
			t.Errorf("%s: the label is on: %v", name, p.label)
		}
		if says := strings.Join(p.comments, ""); !strings.Contains(says, c.says) || c.says == "" && says != "" {
			t.Errorf("%s: the pull request is told %q, want %q", name, says, c.says)
		}
	}
}

func TestWhichStacksAreDue(t *testing.T) {
	t.Parallel()
	long := noon.Add(-Life - time.Minute)
	for name, c := range map[string]struct {
		pull *request
		want string // "" = it stays
	}{
		"young":    {asked(noon.Add(-Life + time.Minute)), ""},
		"old":      {asked(long), "time is over"},
		"unknown":  {nil, "no such pull request"},
		"closed":   {&request{state: "closed", events: asked(noon).events}, "closed"},
		"nobody's": {&request{state: "open"}, "nobody asked"},
		"pushed to": {&request{state: "open", events: []map[string]any{
			ask("labeled", "ann", "User", noon), ask("unlabeled", "bot", "Bot", noon),
		}}, ""},
		"pushed to, and old": {&request{state: "open", events: []map[string]any{
			ask("labeled", "ann", "User", long), ask("unlabeled", "bot", "Bot", noon),
		}}, "time is over"},
		"unlabelled": {&request{state: "open", events: []map[string]any{
			ask("labeled", "ann", "User", noon), ask("unlabeled", "ann", "User", noon),
		}}, "ann took the label off"},
		"asked again": {&request{state: "open", label: true, events: []map[string]any{
			ask("labeled", "ann", "User", long), ask("unlabeled", "ann", "User", long), ask("labeled", "ann", "User", noon),
		}}, ""},
	} {
		s, d := start(t, c.pull)
		due, err := d.Due(t.Context(), []string{"pr-7"})
		if err != nil || len(due) > 1 || (len(due) == 1) != (c.want != "") {
			t.Errorf("%s: due is %v, %v; want %q", name, due, err, c.want)
			continue
		}
		if len(due) == 1 && (due[0].Stack != "pr-7" || !strings.Contains(due[0].Why, c.want)) {
			t.Errorf("%s: due is %v, want %q", name, due, c.want)
		}
		if p := s.pulls[7]; p != nil && strings.Contains(c.want, "time") && p.label {
			t.Errorf("%s: the label stays on", name)
		}
	}
}

// What GitHub does not say is no reason to destroy anything, nor is a name that somebody
// put there; the rest is due all the same.
func TestDueWhereGitHubDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s, d := start(t, asked(noon))
	s.down = true
	due, err := d.Due(t.Context(), []string{"pr-7", "pr-07", "dev"})
	if err == nil || !strings.Contains(err.Error(), "pr-7") || len(due) != 0 {
		t.Errorf("due is %v, %v", due, err)
	}
	s.down = false
	due, err = d.Due(t.Context(), []string{"dev", "pr-8", "pr-07"})
	if err == nil || !strings.Contains(err.Error(), "dev: ") || len(due) != 1 || due[0].Stack != "pr-8" {
		t.Errorf("due is %v, %v", due, err)
	}
}

func TestWhatAPullRequestIsTold(t *testing.T) {
	t.Parallel()
	up := Outcome{
		Operation: Deploy, Succeeded: true, Commit: head, UserURL: "https://user.example.org/",
		AdminURL: "https://admin.example.org/", Until: noon.Add(Life), Run: "https://github.com/owner/name/actions/runs/1",
	}
	with := func(change func(*Outcome)) Outcome { o := up; change(&o); return o }
	for name, c := range map[string]struct {
		outcome Outcome
		want    []string
		not     string
	}{
		"up": {up, []string{
			"aaaaaaa", "| Pages | <https://user.example.org/> |", "| Console | <https://admin.example.org/> |",
			"| Smoke test | passed ([log](https://github.com/owner/name/actions/runs/1)) |", "| Until | 2026-12-05 |",
			"label `stack` is taken off",
		}, "failed"},
		"smoke": {
			with(func(o *Outcome) { o.Succeeded = false }), []string{"**failed**", "<https://user.example.org/>"}, "passed",
		},
		"failed": {with(func(o *Outcome) { o.Succeeded, o.UserURL = false, "" }), []string{
			"deploy of aaaaaaa failed", "2026-12-05",
		}, "Pages"},
		"gone": {with(func(o *Outcome) { o.Operation = Destroy }), []string{"is destroyed"}, "example.org/>"},
		"not gone": {
			with(func(o *Outcome) { o.Operation, o.Succeeded = Destroy, false }), []string{"every night"}, "is destroyed",
		},
		"without credentials": {
			with(func(o *Outcome) { o.Missing = "No AWS credentials." }), []string{"No AWS credentials."}, "|",
		},
		"hostile": {with(func(o *Outcome) {
			o.UserURL, o.AdminURL, o.Commit = "https://evil> @everyone", "javascript:alert(1)", "x\n# A headline"
		}), []string{"| Pages | not told |", "| Console | not told |", "an unknown commit"}, "everyone"},
	} {
		p := asked(noon)
		_, d := start(t, p)
		for range 2 { // in place of the last
			if err := d.Say(t.Context(), 7, c.outcome); err != nil {
				t.Fatal(err)
			}
		}
		if len(p.comments) != 1 {
			t.Errorf("%s: there are %d comments", name, len(p.comments))
		}
		says := strings.Join(p.comments, "")
		for _, want := range c.want {
			if !strings.Contains(says, want) {
				t.Errorf("%s: %q is missing in\n%s", name, want, says)
			}
		}
		if strings.Contains(says, c.not) {
			t.Errorf("%s: it says %q\n%s", name, c.not, says)
		}
	}
}
