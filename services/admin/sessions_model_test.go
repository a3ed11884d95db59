package admin_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sgraph.ai/send/shared/test/history"
)

// How long sessions go on in these histories.
const (
	lifeHere   = 25 * time.Minute
	idleHere   = 15 * time.Minute
	lateByMost = time.Minute // a use that is noted no earlier ago than that is not noted again
)

// generation is how services are set: those of several run at the same time, as while one is replaced by the next.
type generation struct {
	keys      []string // the API keys that are accepted
	operators string   // who may come in by single sign-on
}

// generations follow each other: the API key is changed, as docs/secrets.md has it, and then who may come in.
var generations = []generation{
	{[]string{"the-first-api-key-of-the-tests"}, "root"},
	{[]string{"the-second-api-key-of-the-tests", "the-first-api-key-of-the-tests"}, "root"},
	{[]string{"the-second-api-key-of-the-tests"}, "root"},
	{[]string{"the-second-api-key-of-the-tests"}, "root-and-nobody-else"},
}

// takes says whether sessions that were opened with something are any in a generation.
func (g generation) takes(opened string) bool {
	return slices.Contains(g.keys, opened) || g.operators == opened
}

// byPerson says whether a session was opened by single sign-on.
func byPerson(opened string) bool {
	return slices.ContainsFunc(generations, func(g generation) bool { return g.operators == opened })
}

// asked is what is asked about a session, in the time of the tests: it is begun, used, ended, looked for in the list,
// or passed by, which is to make the list, with which some are forgotten.
type asked struct {
	Op         string
	Session    int
	Opened     string // with which key, or by whose settings, where it is begun
	Generation int    // of whom is asked
	From, To   time.Duration
}

func (a asked) String() string {
	return fmt.Sprintf("%s %d at %v to %v, generation %d %s", a.Op, a.Session, a.From, a.To, a.Generation, a.Opened)
}

// told is the status of the answer, or, of the list, whether the session is there: 200, or 401.
type told int

func lost(o told) bool { return o == http.StatusServiceUnavailable }

// aSession is what is known of a session. While the clock moves it is not known whether something was before or
// after: so it was at some time from the one to the other.
type aSession struct {
	opened             string // "" = it was not begun
	ended              bool
	beganFrom, beganTo time.Duration
	usedFrom, usedTo   time.Duration
}

// mayHold and mayBeOver say what may be told of it.
func (s aSession) mayHold(a asked) bool {
	return s.opened != "" && !s.ended && generations[a.Generation].takes(s.opened) &&
		a.From < s.beganTo+lifeHere && a.From < s.usedTo+idleHere
}

func (s aSession) mayBeOver(a asked) bool {
	return s.opened == "" || s.ended || !generations[a.Generation].takes(s.opened) ||
		a.To >= s.beganFrom+lifeHere || a.To >= s.usedFrom+idleHere
}

// sessionsModel says what may be told of a session. Where writes fail a use may not be noted, so that the session
// ends the sooner.
func sessionsModel(writesFail bool) history.Model[aSession, asked, told] {
	return history.Model[aSession, asked, told]{
		Thing: func(a asked) string { return "session " + strconv.Itoa(a.Session) },
		Lost:  lost,
		Step:  func(s aSession, a asked, o told) []aSession { return s.step(a, o, writesFail) },
	}
}

func (s aSession) step(a asked, o told, writesFail bool) []aSession {
	switch a.Op {
	case "begin":
		if s.opened != "" || !generations[a.Generation].takes(a.Opened) {
			return nil
		}
		return []aSession{{
			opened: a.Opened, beganFrom: a.From, beganTo: a.To, usedFrom: a.From, usedTo: a.To,
		}}
	case "use":
		return s.use(a, o, writesFail)
	case "end":
		return s.end(a, o, writesFail)
	case "list":
		if o == http.StatusOK && !s.mayHold(a) || o == http.StatusUnauthorized && !s.mayBeOver(a) {
			return nil
		}
	}
	return s.passed(a)
}

func (s aSession) use(a asked, o told, writesFail bool) (next []aSession) {
	if o == http.StatusUnauthorized && s.mayBeOver(a) {
		return []aSession{s}
	}
	if o == http.StatusUnauthorized || o == http.StatusOK && !s.mayHold(a) {
		return nil
	}
	if lost(o) || writesFail || a.From < s.usedTo+lateByMost {
		next = append(next, s)
	}
	if s.mayHold(a) && a.To >= s.usedFrom+lateByMost {
		s.usedFrom, s.usedTo = a.From, a.To
		next = append(next, s)
	}
	return next
}

func (s aSession) end(a asked, o told, writesFail bool) []aSession {
	if s.opened == "" {
		return []aSession{s}
	}
	ended := s
	ended.ended = true
	if lost(o) {
		return append(s.use(a, o, writesFail), ended)
	}
	return []aSession{ended}
}

// passed is what may be of a session that whoever was asked came by: one of a key that is not accepted is forgotten,
// one of other settings is not.
func (s aSession) passed(a asked) []aSession {
	if s.opened == "" || s.ended || generations[a.Generation].takes(s.opened) || byPerson(s.opened) {
		return []aSession{s}
	}
	forgotten := s
	forgotten.ended = true
	return []aSession{s, forgotten}
}
