package stack

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NextAlias is the alias of a function that a deploy moves to what it brings, with a
// URL of its own: there a version is tried before anybody is sent to it.
const NextAlias = "next"

// The tags by which a function says how its live alias is to be moved to the next
// version: AWS takes no comma in a tag, so that steps stand between spaces.
const (
	StepsTag = "traffic-steps"
	WaitTag  = "traffic-wait"
)

// Traffic is how a live alias is moved to a version that was tried.
type Traffic struct {
	// Steps are the percentages of the calls that go to it, one after the other:
	// rising, the last 100.
	Steps []int
	// Wait is how long alarms are watched after each step.
	Wait time.Duration
}

// What a move can be at most. All of it has to be over while the credentials of a
// pipeline last, which is an hour.
const (
	mostSteps = 10
	MostWait  = 15 * time.Minute
	mostMove  = 45 * time.Minute
)

// ParseSteps reads percentages between commas or spaces, such as "10,50,100". The
// error goes on after the name of what is read, as in "must rise".
func ParseSteps(text string) ([]int, error) {
	must := fmt.Errorf("must be rising percentages of which the last is 100, %d at most, as in 10,50,100", mostSteps)
	var steps []int
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || len(steps) > 0 && n <= steps[len(steps)-1] || len(steps) == mostSteps {
			return nil, must
		}
		steps = append(steps, n)
	}
	if len(steps) == 0 || steps[len(steps)-1] != 100 {
		return nil, must
	}
	return steps, nil
}

// FormatSteps writes steps with something between them.
func FormatSteps(steps []int, between string) string {
	parts := make([]string, len(steps))
	for i, n := range steps {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, between)
}

// Check says whether a move of all services can be made like this.
func (t Traffic) Check() error {
	if t.Wait < 0 || t.Wait > MostWait {
		return fmt.Errorf("after each step alarms are watched for %s at most, not %s", MostWait, t.Wait)
	}
	if all := time.Duration(len(t.Steps)*len(Services)) * t.Wait; all > mostMove {
		return fmt.Errorf("%d steps of each of the services with %s after each take %s, and a move may take %s at most",
			len(t.Steps), t.Wait, all, mostMove)
	}
	return nil
}

// AtOnce says that all calls go to the next version by one step.
func (t Traffic) AtOnce() bool { return slices.Equal(t.Steps, []int{100}) }

func (t Traffic) String() string {
	if t.AtOnce() && t.Wait == 0 {
		return "all at once"
	}
	return fmt.Sprintf("%s %%, each watched for %s", FormatSteps(t.Steps, ", "), t.Wait)
}

// Tags are the tags of a function that say it.
func (t Traffic) Tags() map[string]string {
	return map[string]string{StepsTag: FormatSteps(t.Steps, " "), WaitTag: t.Wait.String()}
}

// TrafficOf reads the tags of a function.
func TrafficOf(tags map[string]string) (t Traffic, err error) {
	var steps, wait error
	if t.Steps, steps = ParseSteps(tags[StepsTag]); steps != nil {
		steps = fmt.Errorf("the tag %s, %q, %w", StepsTag, tags[StepsTag], steps)
	}
	if t.Wait, wait = time.ParseDuration(tags[WaitTag]); wait != nil {
		wait = fmt.Errorf("the tag %s: %w", WaitTag, wait)
	}
	if err := errors.Join(steps, wait); err != nil {
		return t, err
	}
	return t, t.Check()
}
