package command

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

func pulseCommand(e Env) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	minutes := count(5)
	c := &cobra.Command{
		Use:   "pulse [flags]",
		Short: "Show how busy a service is, and whether it is well",
		Long: `Show how busy the services were over the last minutes, minute by minute, and
whether what they stand on answers. The exit code is 6 where something does not.
Requests are those that rate limits count: transfers begun, downloads begun,
transfers asked for.`,
		Example: `  sgsend pulse
  sgsend pulse --minutes 60 --json | jq .active_transfers`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if minutes < 1 || minutes > send.PulseMinutes {
				return usage(fmt.Errorf("--minutes is from 1 to %d", send.PulseMinutes))
			}
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			p, err := s.Pulse(ctx, int(minutes))
			if err != nil {
				return err
			}
			services, err := s.Services(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				err = e.printJSON(ctx, struct {
					wire.PulseReply
					Services wire.ServicesReply `json:"services"`
				}{p, services})
			} else {
				err = e.printTable(ctx, func(w *tabwriter.Writer) { showPulse(w, p, services) })
			}
			if err == nil && (services.Ledger.Status == wire.Unavailable || services.User.Status == wire.Unavailable) {
				err = send.Because(send.Unavailable, errUnwell, "the service is not well")
			}
			return err
		},
	}
	c.Flags().Var(&minutes, "minutes", fmt.Sprintf("how far back is looked, up to %d", send.PulseMinutes))
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

var errUnwell = errors.New("something that it stands on does not answer")

func showPulse(w *tabwriter.Writer, p wire.PulseReply, s wire.ServicesReply) {
	fmt.Fprintf(w, "ledger\t%s\n", checked(s.Ledger))
	fmt.Fprintf(w, "user service\t%s\n", checked(s.User))
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

// checked says how something is that was asked.
func checked(c wire.ServiceCheck) string {
	text := strings.ReplaceAll(clean(c.Status), "_", " ")
	if c.Status == wire.NotConfigured {
		return text
	}
	text += ", after " + (time.Duration(c.LatencyMS) * time.Millisecond).String()
	if c.Version != "" {
		text += ", " + clean(c.Version)
	}
	return text
}
