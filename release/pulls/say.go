package pulls

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// marker finds the comment again.
const marker = "stack"

// Outcome is what became of an operation.
type Outcome struct {
	Operation string
	Succeeded bool
	Commit    string
	// UserURL and AdminURL are where the stack answers; "" where it was not deployed.
	// What the pull request's own program said, so no more than text.
	UserURL, AdminURL string
	Until             time.Time
	Run               string // address of the run
	Missing           string // why the stack could not be reached; "" = it could
}

// Say puts an outcome on the pull request, in the place of the last one.
func (d Decider) Say(ctx context.Context, number int, o Outcome) error {
	return d.tell(ctx, number, o.text())
}

func (o Outcome) text() string {
	log := fmt.Sprintf("([log](%s))", o.Run)
	switch {
	case o.Missing != "":
		return "No stack was made: " + o.Missing
	case o.Operation == Destroy && o.Succeeded:
		return "The stack is destroyed. Put the label `" + Label + "` on, and there is a new one."
	case o.Operation == Destroy:
		return "The stack could not be destroyed " + log + ". It is tried again every night."
	case o.UserURL == "":
		return fmt.Sprintf("The deploy of %s failed %s. What there is of the stack is destroyed when the label is taken "+
			"off or the pull request is closed, on %s at the latest. To try again, take the label `%s` off and put it on.",
			short(o.Commit), log, day(o.Until), Label)
	}
	smoke := "passed"
	if !o.Succeeded {
		smoke = "**failed**; if another version was there before, that answers again"
	}
	return fmt.Sprintf(`This pull request has a stack, of %s:

| | |
| --- | --- |
| Pages | %s |
| Console | %s |
| Smoke test | %s %s |
| Until | %s |

It is destroyed when the label `+"`%s`"+` is taken off, when the pull request is closed, or when its time is over.
`, short(o.Commit), link(o.UserURL), link(o.AdminURL), smoke, log, day(o.Until), Label)
}

// tell puts a text on the pull request, in the place of the last one.
func (d Decider) tell(ctx context.Context, number int, text string) error {
	_, err := d.GitHub.Comment(ctx, number, marker, text)
	return err
}

// append adds a text to what the pull request was told last, once.
func (d Decider) append(ctx context.Context, number int, text string) error {
	return d.GitHub.Append(ctx, number, marker, text)
}

var commitForm = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// short is a commit as GitHub makes links of it.
func short(commit string) string {
	if !commitForm.MatchString(commit) {
		return "an unknown commit"
	}
	return commit[:7]
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// link is an address that somebody may follow: it comes from a program that nobody has
// looked at, so it is shown in full, and is no more than an address.
func link(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "https" || !hostForm.MatchString(u.Host) {
		return "not told"
	}
	return "<https://" + u.Host + cmp.Or(pathForm.FindString(u.Path), "/") + ">"
}

var (
	hostForm = regexp.MustCompile(`^[A-Za-z0-9.-]+(:\d+)?$`)
	pathForm = regexp.MustCompile(`^[A-Za-z0-9/_.-]+$`)
)
