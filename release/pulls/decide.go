package pulls

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sgraph.ai/send/release/github"
)

// What is to be done with a stack.
const (
	Deploy  = "deploy"
	Destroy = "destroy"
)

// Event is what GitHub tells a workflow that began by something done to a pull request.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
type Event struct {
	Action      string
	Number      int
	Label       label
	Sender      person
	PullRequest struct {
		Head struct{ SHA string }
	} `json:"pull_request"`
}

// Decision is what follows from an event.
type Decision struct {
	Operation string    // Deploy, Destroy or nothing
	Commit    string    // what is deployed
	Until     time.Time // how long it is kept
	Why       string    // to whoever reads the log
}

// Decide decides what follows from an event. It takes the label off where it does not,
// or no longer, speak for the head of the pull request, and says there why.
func (d Decider) Decide(ctx context.Context, e Event) (Decision, error) {
	switch {
	case e.Action == "closed":
		return d.closed(ctx, e)
	case e.Action == "synchronize":
		return d.pushed(ctx, e)
	case e.Label.Name != Label:
		return Decision{Why: "it is not about the label " + Label}, nil
	case e.Action == "labeled":
		return d.labeled(ctx, e)
	case e.Action == "unlabeled" && e.Sender.is():
		return d.unlabeled(ctx, e)
	}
	return Decision{Why: "nothing follows from it"}, nil
}

// labeled asks for a stack of the commit that was the head then.
func (d Decider) labeled(ctx context.Context, e Event) (Decision, error) {
	until, err := d.Consent(ctx, e.Number, e.PullRequest.Head.SHA)
	if why, refused := errors.AsType[Refused](err); refused {
		return Decision{Why: "no stack is made: " + string(why)},
			errors.Join(d.takeOff(ctx, e.Number), d.tell(ctx, e.Number, "No stack was made: "+string(why)+"."))
	}
	if err != nil {
		return Decision{}, err
	}
	return Decision{
		Operation: Deploy, Commit: e.PullRequest.Head.SHA, Until: until, Why: e.Sender.Login + " asks for a stack",
	}, nil
}

// unlabeled takes the stack away, unless the label is there again.
func (d Decider) unlabeled(ctx context.Context, e Event) (Decision, error) {
	p, err := d.pull(ctx, e.Number)
	if err != nil || p.wants() {
		return Decision{Why: "the label is there again"}, err
	}
	return Decision{Operation: Destroy, Why: e.Sender.Login + " took the label off"}, nil
}

// pushed takes off the label, which spoke for the commit before. The stack stays.
func (d Decider) pushed(ctx context.Context, e Event) (Decision, error) {
	p, err := d.pull(ctx, e.Number)
	if err != nil || !p.wants() {
		return Decision{Why: "the label is not on it"}, err
	}
	return Decision{Why: "the label is taken off: it spoke for the commit before"}, errors.Join(d.takeOff(ctx, e.Number),
		d.append(ctx, e.Number, "There are commits since, for which the label did not speak, so it was taken off. The "+
			"stack stays as it is, and time runs on. To bring it to the newest commit, put the label `"+Label+"` on again."))
}

// closed takes away what there may be.
func (d Decider) closed(ctx context.Context, e Event) (Decision, error) {
	asks, err := d.asks(ctx, e.Number)
	if err != nil || len(asks) == 0 {
		return Decision{Why: "it never had a stack"}, err
	}
	return Decision{Operation: Destroy, Why: "the pull request is closed"}, d.takeOff(ctx, e.Number)
}

// takeOff takes off the label, if it is there.
func (d Decider) takeOff(ctx context.Context, number int) error {
	path := fmt.Sprintf("issues/%d/labels/%s", number, Label)
	if err := d.GitHub.Delete(ctx, path); err != nil && !github.NotFound(err) {
		return err
	}
	return nil
}
