package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/rollback"
	"sgraph.ai/send/cli/traffic"
	"sgraph.ai/send/shared/cloudwatch"
	names "sgraph.ai/send/shared/stack"
)

func trafficCommand(e Env) *cobra.Command {
	var stack, steps string
	var wait time.Duration
	var show, asJSON bool
	c := &cobra.Command{
		Use:   "traffic --stack NAME [flags]",
		Short: "Move a deployed stack to the version that was tried, step by step",
		Long: `Move the alias "live" of a stack's functions to what the alias "next" has: a share of
the calls that grows step by step, of the admin service first, while the stack's
alarms are watched. The first alarm that begins to sound puts both services back, and so
does whatever else ends the command: an interrupt, alarms that cannot be asked, somebody
who moves the aliases meanwhile. Alarms that sounded before do not count.

How a stack is moved is in its settings, trafficSteps and trafficWait, of which its
functions tell. AWS credentials and the region come from the environment, as for the AWS
command line. Where tasks or hosts run there is nothing to move: a deploy replaces them.

It says what it does on standard error, and at the end which versions are live. The exit
code is 7 where an alarm began to sound, and that of other commands otherwise.`,
		Example: `  sgsend traffic --stack prod --show
  sgsend traffic --stack prod
  sgsend traffic --stack prod --steps 100 --wait 0s`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkStack(stack); err != nil {
				return err
			}
			var how *names.Traffic
			if steps != "" || cmd.Flags().Changed("wait") {
				if steps == "" || !cmd.Flags().Changed("wait") {
					return usage(errors.New("--steps and --wait go together"))
				}
				how = &names.Traffic{Wait: wait}
				var err error
				if how.Steps, err = names.ParseSteps(steps); err != nil {
					return usage(fmt.Errorf("--steps %w", err))
				}
				if err := how.Check(); err != nil {
					return usage(err)
				}
			}
			account, err := e.awsConfig(cmd.Context(), false)
			if err != nil {
				return err
			}
			target, err := rollback.Find(cmd.Context(), stack, nil, account)
			if err != nil {
				return err
			}
			if _, functions := target.(rollback.Stack); !functions {
				_, err := fmt.Fprintf(e.Err, "stack %q has no functions: a deploy replaces what it runs on, and nothing is left "+
					"to move\n", stack)
				return err
			}
			s := traffic.Stack{
				Name: stack, Lambda: lambda.NewFromConfig(account),
				Alarms: cloudwatch.New(func(context.Context) (aws.Config, error) { return account, nil }),
				Say:    func(text string) { fmt.Fprintf(e.Err, "%s  %s\n", time.Now().UTC().Format(time.TimeOnly), text) },
			}
			plan, err := s.Plan(cmd.Context(), how)
			if err != nil {
				return err
			}
			if show && asJSON {
				said := []string{}
				for _, service := range plan {
					said = append(said, service.String())
				}
				return e.printJSON(cmd.Context(), map[string]any{"plan": said})
			}
			if show {
				for _, service := range plan {
					if _, err := fmt.Fprintln(e.stdout(), service); err != nil {
						return err
					}
				}
				return nil
			}
			for _, service := range plan {
				s.Say(service.String())
			}
			if err := s.Move(cmd.Context(), plan); err != nil {
				return err
			}
			live, err := target.Live(cmd.Context())
			switch {
			case err != nil:
			case asJSON:
				err = e.printJSON(cmd.Context(), map[string]any{"live": live})
			default:
				_, err = fmt.Fprintln(e.stdout(), live)
			}
			return err
		},
	}
	c.Flags().StringVar(&stack, "stack", "", "as in dev, qa or prod")
	c.Flags().StringVar(&steps, "steps", "", "percentages of the calls, as in 10,50,100, in the place of the stack's own")
	c.Flags().DurationVar(&wait, "wait", 0, "how long alarms are watched after each, in the place of the stack's own")
	c.Flags().BoolVar(&show, "show", false, "say where the aliases are and how they would be moved, and move nothing")
	jsonFlag(c, &asJSON)
	return c
}
