package command

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/rollback"
)

// checkStack says whether a stack was named, and can be called so.
func checkStack(name string) error {
	if name == "" {
		return usage(errors.New("which stack? Name it with --stack, as in dev"))
	}
	if err := (rollback.Stack{Name: name}).Check(); err != nil {
		return usage(fmt.Errorf("--stack: %w", err))
	}
	return nil
}

func rollbackCommand(e Env) *cobra.Command {
	var stack, to, service string
	var dryRun, show, asJSON bool
	c := &cobra.Command{
		Use:   "rollback --stack NAME [flags]",
		Short: "Put a deployed stack back to the version before",
		Long: `Put a deployed stack back to the version before, by moving the alias "live" of
its functions; or, on Fargate and EC2, by replacing its tasks or hosts by ones of the
version before, of which one answers before one goes, which takes minutes. Nothing is
built and Pulumi is not needed; AWS credentials and the region come from the
environment, as for the AWS command line.

A function goes to the version that was live before, and a move between two that was
interrupted is taken back. A second time changes nothing: name versions with --to to go
further. The next deploy goes forward again.`,
		Example: `  sgsend rollback --stack dev --dry-run
  sgsend rollback --stack dev
  sgsend rollback --stack dev --to user=7,admin=3
  sgsend rollback --stack dev --to hosts=7`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkStack(stack); err != nil {
				return err
			}
			if show {
				if err := goesWith(cmd, "--show", "stack"); err != nil {
					return err
				}
			}
			services := rollback.Services
			if service != "" {
				services = []string{service}
				if !slices.Contains(rollback.Services, service) {
					return usage(errors.New("--service is user or admin"))
				}
			}
			var versions rollback.Versions
			if to != "" {
				var err error
				if versions, err = rollback.ParseVersions(to); err != nil {
					return usage(fmt.Errorf("--to: %w", err))
				}
			}
			aws, err := e.awsConfig(cmd.Context(), dryRun || show)
			if err != nil {
				return err
			}
			s, err := rollback.Find(cmd.Context(), stack, versions, aws)
			if err != nil {
				return err
			}
			if show {
				live, err := s.Live(cmd.Context())
				if err == nil && asJSON {
					return e.printJSON(cmd.Context(), map[string]any{"live": live})
				}
				if err == nil && len(live) > 0 {
					_, err = fmt.Fprintln(e.stdout(), live)
				}
				return err
			}
			steps, err := s.Plan(cmd.Context(), services, versions)
			if err != nil {
				return err
			}
			if !dryRun {
				if err := s.Apply(cmd.Context(), steps); err != nil {
					return err
				}
			}
			if asJSON {
				said := []string{}
				for _, step := range steps {
					said = append(said, step.String())
				}
				return e.printJSON(cmd.Context(), map[string]any{"dry_run": dryRun, "steps": said})
			}
			for _, step := range steps {
				if _, err := fmt.Fprintln(e.stdout(), step); err != nil {
					return err
				}
			}
			if dryRun {
				fmt.Fprintln(e.Err, "dry run: nothing was moved")
			}
			return nil
		},
	}
	c.Flags().StringVar(&stack, "stack", "", "as in dev, qa or prod")
	c.Flags().StringVar(&to, "to", "", "versions, as in user=7,admin=3, or hosts=7; a service that is not named stays")
	c.Flags().StringVar(&service, "service", "", "only this one: user or admin; not on EC2")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be moved, and move nothing")
	c.Flags().BoolVar(&show, "show", false, "print the versions that are live, in the form of --to, and move nothing")
	jsonFlag(c, &asJSON)
	return c
}
