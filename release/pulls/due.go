package pulls

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sgraph.ai/send/release/github"
	"sgraph.ai/send/shared/stack"
)

// Due is a stack that is to be destroyed.
type Due struct {
	Stack string
	Why   string
}

// Due answers which of the stacks that there are are to be destroyed: those whose pull
// request is closed or unknown, from whose the label was taken off by a person, and
// those whose time is over. Where GitHub does not answer about one it stays, and the
// error says so.
func (d Decider) Due(ctx context.Context, stacks []string) (due []Due, err error) {
	for _, name := range stacks {
		why, failed := d.due(ctx, name)
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", name, failed))
		} else if why != "" {
			due = append(due, Due{Stack: name, Why: why})
		}
	}
	return due, err
}

// due is why a stack is to be destroyed; "" = it stays.
func (d Decider) due(ctx context.Context, name string) (why string, err error) {
	number, is := stack.Names{Stack: name}.Pull()
	if !is {
		return "", errors.New("among the stacks of pull requests is one that has not the name of any: look who made it")
	}
	p, err := d.pull(ctx, number)
	if github.NotFound(err) {
		return "there is no such pull request", nil
	}
	if err != nil {
		return "", err
	}
	if p.State != "open" {
		return "the pull request is closed", nil
	}
	asks, err := d.asks(ctx, number)
	if err != nil {
		return "", err
	}
	for _, last := range slices.Backward(asks) {
		switch {
		case !last.Actor.is(): // the pipelines take the label off after a push
			continue
		case !last.asked():
			return last.Actor.Login + " took the label off", nil
		case d.Now().Before(last.CreatedAt.Add(Life)):
			return "", nil
		}
		return "its time is over", errors.Join(d.takeOff(ctx, number), d.append(ctx, number,
			"Its time is over, so the stack is destroyed. Put the label `"+Label+"` on, and there is a new one."))
	}
	return "nobody asked for it", nil
}
