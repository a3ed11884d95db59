package command

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
)

// errSounds is that an alarm sounds, where nothing is being moved.
var errSounds = errors.New("an alarm sounds")

func alarmsCommand(e Env) *cobra.Command {
	var o operatorFlags
	var asJSON, all bool
	c := &cobra.Command{
		Use:   "alarms [flags]",
		Short: "Show what the alarms of a service's stack say, and which versions serve",
		Long: `Show what the alarms of the stack on AWS say that a service is part of, as AWS told it
some seconds ago at most: those that sound, since when and why, and those that lack
data; with --all the quiet ones, too. And which versions serve, live and next.

The exit code is 7 where an alarm sounds, and 6 where AWS cannot be asked. A service
that is of no stack has no alarms, which is no failure.`,
		Example: `  sgsend alarms
  sgsend alarms --all
  sgsend alarms --json | jq -r '.alarms[] | select(.state == "ALARM") | .name'`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			said := alarms{all: all}
			if said.AlarmsReply, err = s.Alarms(ctx); err != nil {
				return err
			}
			if said.Serving, err = s.Serving(ctx); err != nil {
				return err
			}
			if asJSON {
				err = e.printJSON(ctx, said)
			} else {
				err = e.printTable(ctx, said.show)
			}
			switch sounding, _ := said.count(); {
			case err != nil:
				return err
			case sounding > 0:
				return send.Because(send.Internal, errSounds, "%d of %d alarms sound", sounding, len(said.Alarms))
			case len(said.Missing) > 0:
				missing := clean(strings.Join(said.Missing, " and "))
				return send.Fail(send.Unavailable, "the alarms in %s cannot be asked now", missing)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&all, "all", false, "list alarms that are quiet, too")
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// alarms is what the command shows.
type alarms struct {
	wire.AlarmsReply
	Serving wire.ServingReply `json:"serving"`

	all bool
}

// count says how many sound, and how many lack data.
func (a alarms) count() (sounding, unsure int) {
	for _, alarm := range a.Alarms {
		switch alarm.State {
		case stack.AlarmSounds:
			sounding++
		case stack.AlarmUnsure:
			unsure++
		}
	}
	return sounding, unsure
}

func (a alarms) show(w *tabwriter.Writer) {
	sounding, unsure := a.count()
	summary := fmt.Sprintf("%d, of which %d sound and %d lack data", len(a.Alarms), sounding, unsure)
	if a.Status == wire.NotConfigured {
		summary = "none: the service is of no stack on AWS"
	}
	fmt.Fprintf(w, "alarms\t%s\n", summary)
	fmt.Fprintf(w, "admin service\t%s\n", clean(a.Serving.Admin))
	if a.Serving.User != "" {
		fmt.Fprintf(w, "user service\t%s\n", clean(a.Serving.User))
	}
	for _, f := range a.Serving.Functions {
		fmt.Fprintf(w, "%s, live\t%s\n", clean(f.Service), pointed(f.Live))
		if f.Next != nil {
			fmt.Fprintf(w, "%s, next\t%s\n", clean(f.Service), pointed(*f.Next))
		}
	}
	w.Flush()
	if sounding+unsure > 0 || a.all && len(a.Alarms) > 0 {
		fmt.Fprintln(w, "\nSTATE\tSINCE\tALARM\tWHAT TO DO\tWHY")
	}
	for _, alarm := range a.Alarms {
		if alarm.State == stack.AlarmOK && !a.all {
			continue
		}
		playbook := "-"
		if alarm.Playbook != "" {
			playbook = "docs/playbooks/" + clean(alarm.Playbook) + ".md"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", clean(alarm.State), alarm.Since.Local().Format(time.DateTime),
			clean(alarm.Name), playbook, clean(alarm.Means))
	}
}

// pointed says where an alias points.
func pointed(p wire.AliasPointer) string {
	if p.Other != "" {
		return fmt.Sprintf("version %s, and %d %% of the calls go to %s", clean(p.Version), p.Percent, clean(p.Other))
	}
	return "version " + clean(p.Version)
}
