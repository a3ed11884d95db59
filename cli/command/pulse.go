package command

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// spans are how many days back the words of --over go.
var spans = map[string]int{"day": 1, "week": 7, "month": audit.ActivityDays}

func pulseCommand(e Env) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	var over string
	minutes := bounded{5, 1, send.PulseMinutes}
	c := &cobra.Command{
		Use:   "pulse [flags]",
		Short: "Show how busy a service is, and whether it is well",
		Long: `Show how busy the services were over the last minutes, minute by minute, how much
is stored, and whether what they stand on answers. The exit code is 6 where something
does not. Requests are those that rate limits count: transfers begun, downloads
begun, transfers asked for.

With --over it is a day, hour by hour, or a week or a month, day by day in UTC: what the
audit trail was told, whether there are limits or not.`,
		Example: `  sgsend pulse
  sgsend pulse --minutes 60 --json | jq .active_transfers
  sgsend pulse --over month`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			days, known := spans[over]
			if over != "" && !known {
				return usage(errors.New("--over is day, week or month"))
			}
			if known && cmd.Flags().Changed("minutes") {
				return usage(errors.New("--minutes and --over do not go together"))
			}
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			p := &pulse{}
			if known {
				p.ActivityReply = &wire.ActivityReply{}
				*p.ActivityReply, err = s.Activity(ctx, days)
			} else {
				p.PulseReply = &wire.PulseReply{}
				*p.PulseReply, err = s.Pulse(ctx, int(minutes.count))
			}
			if err != nil {
				return err
			}
			if p.Storage, err = s.Storage(ctx); err != nil {
				return err
			}
			if p.Services, err = s.Services(ctx); err != nil {
				return err
			}
			if asJSON {
				err = e.printJSON(ctx, p)
			} else {
				err = e.printTable(ctx, p.show)
			}
			if err == nil && (p.Services.Ledger.Status == wire.Unavailable || p.Services.User.Status == wire.Unavailable) {
				err = send.Because(send.Unavailable, errUnwell, "the service is not well")
			}
			return err
		},
	}
	c.Flags().Var(&minutes, "minutes", fmt.Sprintf("how far back is looked, up to %d", send.PulseMinutes))
	c.Flags().StringVar(&over, "over", "", "day, week or month: how much happened in that time")
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

var errUnwell = errors.New("something that it stands on does not answer")

// pulse is what the command shows: of the last minutes, or of days.
type pulse struct {
	*wire.PulseReply
	*wire.ActivityReply
	Storage  wire.StorageReply  `json:"storage"`
	Services wire.ServicesReply `json:"services"`
}

func (p *pulse) show(w *tabwriter.Writer) {
	fmt.Fprintf(w, "ledger\t%s\n", checked(p.Services.Ledger))
	fmt.Fprintf(w, "user service\t%s\n", checked(p.Services.User))
	more := ""
	if p.Storage.More {
		more = ", or more: not all were looked at"
	}
	fmt.Fprintf(w, "stored\t%d, %s%s\n", p.Storage.Transfers, size(p.Storage.Bytes), more)
	if p.Storage.FreeBytes != nil && p.Storage.TotalBytes != nil {
		fmt.Fprintf(w, "free\t%s of the disk's %s\n", size(*p.Storage.FreeBytes), size(*p.Storage.TotalBytes))
	}
	if p.ActivityReply != nil {
		showActivity(w, *p.ActivityReply)
	} else {
		showPulse(w, *p.PulseReply)
	}
}

func showPulse(w *tabwriter.Writer, p wire.PulseReply) {
	fmt.Fprintf(w, "requests\t%d in %d min\n", p.ActiveRequests, p.WindowMinutes)
	fmt.Fprintf(w, "visitors\t%d\n", p.ActiveVisitors)
	fmt.Fprintf(w, "transfers\t%d\n", p.ActiveTransfers)
	if len(p.Uncounted) > 0 {
		fmt.Fprintf(w, "not counted\t%s\n", clean(strings.Join(p.Uncounted, ", ")))
	}
	w.Flush()
	if len(p.Series) > 0 {
		fmt.Fprintln(w, "\nMINUTE\tREQUESTS\tVISITORS\tTRANSFERS")
	}
	for _, m := range p.Series {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", m.Minute.Local().Format("15:04"), m.Requests, m.Visitors, m.Transfers)
	}
}

func showActivity(w *tabwriter.Writer, a wire.ActivityReply) {
	fmt.Fprintf(w, "sent\t%d, %s\n", a.Completed, size(a.BytesCompleted))
	fmt.Fprintf(w, "downloads\t%d, %s\n", a.Downloads, size(a.BytesDownloaded))
	fmt.Fprintf(w, "refused\t%d\n", a.Refused)
	w.Flush()
	begins, layout := "DAY (UTC)", time.DateOnly
	if a.Step == wire.StepHour {
		begins, layout = "HOUR (UTC)", "2006-01-02 15:04"
	}
	fmt.Fprintf(w, "\n%s\tSENT\tBYTES\tDOWNLOADS\tBYTES\tREFUSED\n", begins)
	for _, step := range a.Series {
		fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%s\t%d\n", step.Begins.UTC().Format(layout),
			step.Completed, size(step.BytesCompleted), step.Downloads, size(step.BytesDownloaded), step.Refused)
	}
}

// checked says how something is that was asked.
func checked(c wire.ServiceCheck) string {
	text := strings.ReplaceAll(clean(c.Status), "_", " ")
	if c.Status == wire.NotConfigured {
		return text
	}
	if c.LatencyMS < 1 {
		text += ", after less than 1 ms"
	} else {
		text += fmt.Sprintf(", after %d ms", c.LatencyMS)
	}
	if c.Version != "" {
		text += ", " + clean(c.Version)
	}
	return text
}
