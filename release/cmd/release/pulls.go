package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"sgraph.ai/send/release/pulls"
)

func decider() pulls.Decider { return pulls.Decider{GitHub: fromEnvironment(), Now: time.Now} }

func decideCommand(f *flag.FlagSet) func(context.Context) error {
	path := f.String("event", os.Getenv("GITHUB_EVENT_PATH"), "file with the event that began the run")
	return func(ctx context.Context) error {
		text, err := os.ReadFile(*path)
		if err != nil {
			return err
		}
		var event pulls.Event
		if err := json.Unmarshal(text, &event); err != nil {
			return fmt.Errorf("the event in %s: %w", *path, err)
		}
		d, err := decider().Decide(ctx, event)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s\n", cmp.Or(d.Operation, "nothing is to be done"), d.Why)
		until := ""
		if !d.Until.IsZero() {
			until = d.Until.UTC().Format(time.DateOnly)
		}
		return errors.Join(output("operation", d.Operation), output("commit", d.Commit), output("until", until))
	}
}

func consentCommand(f *flag.FlagSet) func(context.Context) error {
	number := f.Int("pull-request", 0, "its number")
	commit := f.String("commit", "", "what is to be deployed")
	return func(ctx context.Context) error {
		_, err := decider().Consent(ctx, *number, *commit)
		return err
	}
}

func stackCommand(f *flag.FlagSet) func(context.Context) error {
	var o pulls.Outcome
	number := f.Int("pull-request", 0, "its number")
	f.StringVar(&o.Operation, "operation", "", "deploy or destroy")
	f.StringVar(&o.Commit, "commit", "", "what was deployed")
	f.StringVar(&o.UserURL, "user-url", "", "where the user service answers; empty where nothing was deployed")
	f.StringVar(&o.AdminURL, "admin-url", "", "where the admin service answers")
	f.StringVar(&o.Missing, "missing", "", "why the stack could not be reached; empty where it could")
	f.BoolVar(&o.Succeeded, "succeeded", false, "all went well")
	f.Func("until", "day from which on it may be destroyed", func(text string) (err error) {
		if text != "" {
			o.Until, err = time.Parse(time.DateOnly, text)
		}
		return err
	})
	return func(ctx context.Context) error {
		o.Run = runURL()
		return decider().Say(ctx, *number, o)
	}
}

func dueCommand(f *flag.FlagSet) func(context.Context) error {
	stacks := f.String("stacks", "", "the stacks that there are, separated by blanks")
	return func(ctx context.Context) error {
		due, err := decider().Due(ctx, strings.Fields(*stacks))
		names := []string{}
		for _, each := range due {
			fmt.Printf("%s is due: %s\n", each.Stack, each.Why)
			names = append(names, each.Stack)
		}
		list, failed := json.Marshal(names)
		return errors.Join(err, failed, output("stacks", string(list)))
	}
}
