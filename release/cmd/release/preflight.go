package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"sgraph.ai/send/release/preflight"
)

func preflightCommand(f *flag.FlagSet) func(context.Context) error {
	stack := f.String("stack", "", "dev, qa or prod")
	run := f.Int64("run", 0, "number of the run that deploys; it has to have been approved")
	releaseRun := f.Int64("release-run", 0, "number of the run that started it, where a release that was marked did")
	version := f.String("version", "", "what it deploys, such as v0.4.0")
	return func(ctx context.Context) error {
		text, err := os.ReadFile(preflight.AcceptedName)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		accepted, err := preflight.ReadAccepted(text)
		if err != nil {
			return err
		}
		asked := preflight.Preflight{
			GitHub: fromEnvironment(), Stack: *stack, Ref: os.Getenv("GITHUB_REF"), Run: *run,
			ReleaseRun: *releaseRun, Version: *version,
		}
		lacks, err := asked.Lacks(ctx)
		if err != nil {
			return err
		}
		without, open := accepted.Part(*stack, lacks)
		for _, l := range without {
			annotate("warning", *stack+" is not guarded, which is accepted", l.String())
		}
		for _, l := range open {
			annotate("error", *stack+" is not guarded", l.String())
		}
		if len(open) > 0 {
			return fmt.Errorf("%s is not deployed, because of %d of what guards it: see above and docs/new-account.md",
				*stack, len(open))
		}
		if len(lacks) == 0 {
			fmt.Println(*stack + " is guarded")
		}
		return nil
	}
}
