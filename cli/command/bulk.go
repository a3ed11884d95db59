package command

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// change is what is done to each of some tokens: what check refuses of one is done to none.
type change struct {
	check func(t wire.TokenDetails) error // nil = nothing is refused
	do    func(ctx context.Context, s *operator.Service, t wire.TokenDetails) (wire.TokenDetails, error)
}

// onTokens is a command that does something to tokens, one after the other, and says how
// they stand then. Its last so many arguments are none of them.
func onTokens(e Env, c *cobra.Command, last int, reads func(last []string) (change, error)) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	c.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) < 1+last {
			what := "one TOKEN or its ID, or several"
			if last > 0 {
				what += ", and what is to be so"
			}
			return exactly(1+last, what)(cmd, args)
		}
		_, err := reads(args[len(args)-last:])
		return err
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		names, rest := args[:len(args)-last], args[len(args)-last:]
		change, err := reads(rest)
		if err != nil {
			return err
		}
		if len(names) == 1 {
			if names[0], err = o.argument(ctx, e, "TOKEN", "access token", names[0]); err != nil {
				return err
			}
		}
		s, err := o.service(ctx, e)
		if err != nil {
			return err
		}
		var tokens []wire.TokenDetails
		for _, name := range names {
			t, err := s.Token(ctx, wire.Invited(trim(name)))
			if err == nil && change.check != nil {
				err = change.check(t)
			}
			if err != nil {
				return ofToken(err, len(names), name)
			}
			tokens = append(tokens, t)
		}
		done := []wire.TokenDetails{}
		for _, t := range tokens {
			if t, err = change.do(ctx, s, t); err != nil {
				break
			}
			done = append(done, t)
		}
		if len(tokens) == 1 {
			if err != nil {
				return err
			}
			return e.tellToken(ctx, done[0], asJSON)
		}
		if err != nil {
			err = saying(fmt.Sprintf("%d of %d tokens were changed", len(done), len(tokens)), err)
		}
		return errors.Join(e.tellTokens(context.WithoutCancel(ctx), done, asJSON), err)
	}
	c.ValidArgsFunction = cobra.NoFileCompletions
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// ofToken says which of several tokens an error is about, by as much as tells it from
// the others and opens nothing.
func ofToken(err error, of int, name string) error {
	if of == 1 {
		return err
	}
	name = trim(name)
	return saying(clean(name[:min(len(name), 6)])+"…, and so none was changed", err)
}

// saying is an error of which people are told something before what it says itself.
func saying(what string, err error) error {
	if of, ok := errors.AsType[*send.Error](err); ok {
		return send.Because(of.Code, err, "%s: %s", what, of.Message)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// tellTokens says how tokens stand, and not the tokens themselves.
func (e Env) tellTokens(ctx context.Context, tokens []wire.TokenDetails, asJSON bool) error {
	list := []shownToken{}
	for _, t := range tokens {
		list = append(list, shown(t, false))
	}
	if asJSON {
		return e.printJSON(ctx, map[string]any{"tokens": list})
	}
	return e.printTable(ctx, func(w *tabwriter.Writer) { tokenTable(w, list, false) })
}
