// Package pulls decides which stacks of pull requests there are to be. The label
// [Label], which a person puts on one, asks for a stack of the very commit that is its
// head then. What is decided rests on what GitHub says now, not on what an event said
// when it began: runs wait for each other, and can be run again.
package pulls

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sgraph.ai/send/release/github"
)

// Label asks for a stack.
const Label = "stack"

// Life is how long a stack is kept after the label was put on.
const Life = 7 * 24 * time.Hour

// Decider decides by what GitHub says.
type Decider struct {
	GitHub github.Client
	Now    func() time.Time
}

// pull is a pull request as GitHub has it.
type pull struct {
	State  string
	Labels []label
	Head   struct {
		SHA  string
		Repo *struct{ ID int64 } // nil where a fork was deleted
	}
	Base struct {
		Repo struct{ ID int64 }
	}
}

type label struct{ Name string }

func (p pull) wants() bool {
	return slices.ContainsFunc(p.Labels, func(l label) bool { return l.Name == Label })
}

// foreign says whether its branch is in a fork.
func (p pull) foreign() bool { return p.Head.Repo == nil || p.Head.Repo.ID != p.Base.Repo.ID }

func (d Decider) pull(ctx context.Context, number int) (p pull, err error) {
	err = d.GitHub.Get(ctx, fmt.Sprintf("pulls/%d", number), &p)
	return p, err
}

// happened is something that was done to a pull request.
type happened struct {
	Event     string
	Actor     person
	Label     label
	CreatedAt time.Time `json:"created_at"`
}

// asked says whether somebody put the label on.
func (h happened) asked() bool { return h.Event == "labeled" && h.Actor.is() }

// person is whoever does something: people have the type User, and the pipelines Bot.
type person struct{ Login, Type string }

func (p person) is() bool { return p.Type == "User" }

// asks are all times that the label was put on or taken off, in their order.
func (d Decider) asks(ctx context.Context, number int) (all []happened, err error) {
	events := fmt.Sprintf("issues/%d/events", number)
	for h, err := range github.List[happened](ctx, d.GitHub, events, nil) {
		if err != nil {
			return nil, err
		}
		if (h.Event == "labeled" || h.Event == "unlabeled") && h.Label.Name == Label {
			all = append(all, h)
		}
	}
	return all, nil
}

// mayAsk says whether somebody may put labels on pull requests: whoever may look after
// them, as GitHub has it.
func (d Decider) mayAsk(ctx context.Context, login string) (bool, error) {
	var has struct {
		User struct {
			Permissions struct{ Triage bool }
		}
	}
	err := d.GitHub.Get(ctx, "collaborators/"+login+"/permission", &has)
	if github.NotFound(err) {
		return false, nil
	}
	return has.User.Permissions.Triage, err
}

// Refused is why a commit gets no stack.
type Refused string

func (r Refused) Error() string { return string(r) }

// Consent refuses a commit as the stack of a pull request unless the label is on it, it
// is open, of this repository, and the commit its head, and it was a person with the
// rights to do so who put the label on last. It answers until when the stack is kept.
func (d Decider) Consent(ctx context.Context, number int, commit string) (until time.Time, err error) {
	p, err := d.pull(ctx, number)
	if err != nil {
		return until, err
	}
	switch {
	case p.foreign():
		return until, Refused("its branch is in a fork: no stack is made of what is not in this repository")
	case p.State != "open":
		return until, Refused("the pull request is closed")
	case !p.wants():
		return until, Refused("the label is not on it any more")
	case p.Head.SHA != commit:
		return until, Refused("there are commits since the label was put on, which it does not speak for: " +
			"take it off, and put it on again")
	}
	asks, err := d.asks(ctx, number)
	if err != nil {
		return until, err
	}
	if len(asks) == 0 || !asks[len(asks)-1].asked() {
		return until, Refused("it was no person who put the label on")
	}
	last := asks[len(asks)-1]
	if may, err := d.mayAsk(ctx, last.Actor.Login); err != nil || !may {
		return until, errors.Join(err, Refused(fmt.Sprintf("%s may not look after pull requests here", last.Actor.Login)))
	}
	return last.CreatedAt.Add(Life), nil
}
