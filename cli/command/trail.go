package command

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
)

// instant is a time as a flag: one with its zone, a day (UTC), or so long ago.
type instant time.Time

// Set reads the flag.
func (i *instant) Set(s string) error {
	s = trim(s)
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, s); err == nil {
			*i = instant(t)
			return nil
		}
	}
	var ago lifetime
	if ago.Set(s) == nil {
		*i = instant(time.Now().Add(-time.Duration(ago)))
		return nil
	}
	return errors.New("want a time with its zone as 2030-01-31T12:00:00Z, a day as 2030-01-31, " +
		"or how long ago, as 12h or 2w")
}

// String writes the flag.
func (i *instant) String() string {
	if t := time.Time(*i); !t.IsZero() {
		return t.Format(time.RFC3339)
	}
	return ""
}

// Type names the value in the help text.
func (*instant) Type() string { return "time" }

// filterFlags say which events are meant.
type filterFlags struct {
	from, to        instant
	kind, outcome   string
	transfer, token string
	person          string
}

func texts[T ~string](all []T) []string {
	said := make([]string, len(all))
	for i, x := range all {
		said[i] = string(x)
	}
	return said
}

func (f *filterFlags) flags(c *cobra.Command, until bool) {
	flags := c.Flags()
	unless := "what comes now"
	if until {
		unless = "a day ago"
	}
	flags.Var(&f.from, "from", "from when on: a time, a day, or how long ago, as 2h (default "+unless+")")
	if until {
		flags.Var(&f.to, "to", "until when (default now)")
	}
	flags.StringVar(&f.kind, "event", "", "only events of this kind, as transfer_downloaded")
	flags.StringVar(&f.outcome, "outcome", "", "only those that came out so: "+strings.Join(texts(audit.Outcomes), ", "))
	flags.Var((*trimmed)(&f.transfer), "transfer", "only those about the transfer of this ID")
	flags.Var((*trimmed)(&f.token), "token", "only those about the token of this ID, or of its beginning")
	flags.Var((*trimmed)(&f.person), "person", "only what the person of this ID did, or of its beginning")
	completes(c, "event", cobra.FixedCompletions(texts(audit.Kinds), cobra.ShellCompDirectiveNoFileComp))
	completes(c, "outcome", cobra.FixedCompletions(texts(audit.Outcomes), cobra.ShellCompDirectiveNoFileComp))
}

// filter is what the flags ask for.
func (f *filterFlags) filter() (operator.Filter, error) {
	err := errors.Join(oneOf("--event", f.kind, texts(audit.Kinds)), oneOf("--outcome", f.outcome, texts(audit.Outcomes)))
	if err == nil && f.transfer != "" && audit.TransferID(f.transfer) == "" {
		err = usage(errors.New("--transfer is the ID of a transfer: 12 hex characters"))
	}
	id := strings.ReplaceAll(strings.ToLower(f.token), "-", "")
	if err == nil && (strings.Trim(id, "0123456789abcdef") != "" || len(id) > 64) {
		err = usage(errors.New("--token is the ID of a token, as 'sgsend token list' shows it, or its beginning"))
	}
	person := strings.ToLower(f.person)
	if err == nil && (strings.Trim(person, "0123456789abcdef") != "" || len(person) > 32) {
		err = usage(errors.New("--person is the ID of a person, as the console shows it, or its beginning"))
	}
	return operator.Filter{
		From: time.Time(f.from), To: time.Time(f.to), Kind: audit.Kind(f.kind), Outcome: audit.Outcome(f.outcome),
		Transfer: f.transfer, Token: id, Person: person,
	}, err
}

// eventLine is an event as a line for people.
func eventLine(e audit.Kept) string {
	cells := []string{
		e.Time.Local().Format("2006-01-02 15:04:05"), fmt.Sprintf("%-8s", clean(string(e.Outcome))),
		fmt.Sprintf("%-19s", clean(string(e.Kind))),
	}
	for _, about := range []struct{ what, which string }{
		{"transfer", e.Transfer}, {"token", shortID(e.Token)}, {"person", shortID(e.Person)},
		{"client", shortID(e.Client)},
	} {
		if about.which != "" {
			cells = append(cells, about.what+" "+clean(about.which))
		}
	}
	if e.Count > 1 {
		cells = append(cells, fmt.Sprintf("%d times until %s", e.Count, e.Last.Local().Format(time.TimeOnly)))
	}
	if e.Reason != "" {
		cells = append(cells, "("+clean(e.Reason)+")")
	}
	return strings.TrimRight(strings.Join(cells, "  "), " ") + "\n"
}

// printEvent writes an event, for people or as a line of JSON.
func (e Env) printEvent(ctx context.Context, event audit.Kept, asJSON bool) error {
	if asJSON {
		return e.printJSON(ctx, event)
	}
	return e.print(ctx, eventLine(event))
}

func auditListCommand(e Env) *cobra.Command {
	var o operatorFlags
	var f filterFlags
	var asJSON bool
	most := count(50)
	c := &cobra.Command{
		Use:   "list [flags]",
		Short: "Show who did what last",
		Long: `Show who did what: the events of the last day, or of the time that is asked for, the
newest first. With --json each is a line of JSON.`,
		Example: `  sgsend audit list
  sgsend audit list --from 2w --outcome denied --limit 0
  sgsend audit list --transfer 4abd0a491ed3 --json`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			filter, err := f.filter()
			if err != nil {
				return err
			}
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			n := count(0)
			for event, err := range eventsOf(ctx, s, filter) {
				if err != nil {
					return err
				}
				if err := e.printEvent(ctx, event, asJSON); err != nil {
					return err
				}
				if n++; n == most {
					fmt.Fprintf(e.Err, "the newest %d; --limit shows more\n", n)
					break
				}
			}
			return nil
		},
	}
	f.flags(c, true)
	c.Flags().Var(&most, "limit", "at most so many; 0 for all")
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// eventsOf are all events of a filter, the newest first, whose time may be longer than
// the service looks at in one request.
func eventsOf(ctx context.Context, s *operator.Service, f operator.Filter) func(func(audit.Kept, error) bool) {
	return func(yield func(audit.Kept, error) bool) {
		for w, err := range split(f) {
			if err != nil {
				yield(audit.Kept{}, err)
				return
			}
			for e, err := range s.Events(ctx, w) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// split divides the time of a filter into what the service looks at in one request,
// the newest first. Where its end is not said, that of the first stays the service's.
func split(f operator.Filter) func(func(operator.Filter, error) bool) {
	return func(yield func(operator.Filter, error) bool) {
		to := f.To
		if to.IsZero() {
			to = time.Now()
		}
		if !f.From.IsZero() && !f.From.Before(to) {
			yield(f, usage(errors.New("--from must be before --to")))
			return
		}
		if f.From.IsZero() || to.Sub(f.From) < audit.MaxWindow-time.Hour {
			yield(f, nil)
			return
		}
		for first := f.From; to.After(first); to = f.From {
			f.From = to.Add(-(audit.MaxWindow - time.Hour))
			if f.From.Before(first) {
				f.From = first
			}
			if !yield(f, nil) {
				return
			}
			f.To = f.From
		}
	}
}

// overlap is how late an event may be handed over and still be seen by who follows.
const overlap = 15 * time.Minute

func auditFollowCommand(e Env) *cobra.Command {
	var o operatorFlags
	var f filterFlags
	var asJSON bool
	every := 5 * time.Second
	c := &cobra.Command{
		Use:   "follow [flags]",
		Short: "Show who does what, as it comes",
		Long: `Show who does what as it comes, until Ctrl-C, and before that what came since --from.
Without --from it begins with what comes now. An event is shown once it is kept:
on a server within seconds, on AWS because it is asked for. One that comes more
than 15 minutes late, because the admin service was away, is in the trail and not
here. While the service cannot be reached it asks again.`,
		Example: `  sgsend audit follow
  sgsend audit follow --event login --outcome denied --json | tee denied.ndjson`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			if every < time.Second {
				return usage(errors.New("--every is at least 1s"))
			}
			s, err := o.service(cmd.Context(), e)
			if err != nil {
				return err
			}
			w := follower{s: s, filter: filter, seen: map[string]time.Time{}}
			return w.follow(cmd.Context(), every, func(event audit.Kept) error {
				return e.printEvent(cmd.Context(), event, asJSON)
			}, func(err error) { fmt.Fprintf(e.Err, "sgsend: %v; asking again\n", message(err)) })
		},
	}
	f.flags(c, false)
	c.Flags().DurationVar(&every, "every", every, "how often the service is asked")
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// follower knows what of a trail was shown.
type follower struct {
	s      *operator.Service
	filter operator.Filter
	seen   map[string]time.Time // IDs of events, and their times
	seq    int64                // of the last batch that was looked at
}

// follow shows what comes, until ctx ends. A service that cannot be reached is asked
// again, once it has answered.
func (w *follower) follow(
	ctx context.Context, every time.Duration, show func(audit.Kept) error, fails func(error),
) error {
	begun, failing := false, false
	for {
		err := w.round(ctx, begun || !w.filter.From.IsZero(), show)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			begun, failing = true, false
		case !begun || !goesOver(err):
			return err
		case !failing:
			fails(err)
			failing = true
		}
		select {
		case <-time.After(every):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// goesOver says whether a failure may be gone by the next time.
func goesOver(err error) bool {
	switch send.CodeOf(err) {
	case send.Unavailable, send.Limited, send.Internal:
		return true
	}
	return false
}

// round asks once, and shows what is new, the oldest first.
func (w *follower) round(ctx context.Context, shows bool, show func(audit.Kept) error) error {
	// The time that counts is the service's.
	head, err := w.s.Head(ctx)
	if err != nil {
		return err
	}
	if head.Seq == w.seq {
		return nil
	}
	f := w.filter
	f.To = head.Time.Add(overlap)
	if f.From.IsZero() {
		f.From = head.Time.Add(-overlap)
	}
	if !f.From.Before(f.To) { // all that was asked for is still to come
		return nil
	}
	var fresh []audit.Kept
	for event, err := range eventsOf(ctx, w.s, f) {
		if err != nil {
			return err
		}
		if _, known := w.seen[event.ID]; !known {
			fresh = append(fresh, event)
		}
	}
	for _, event := range slices.Backward(fresh) {
		w.seen[event.ID] = event.Time
		if !shows {
			continue
		}
		if err := show(event); err != nil {
			return err
		}
	}
	w.seq, w.filter.From = head.Seq, time.Time{}
	// What is not asked for again need not be remembered.
	for id, at := range w.seen {
		if at.Before(head.Time.Add(-2 * overlap)) {
			delete(w.seen, id)
		}
	}
	return nil
}

// The forms of an export.
const (
	formLines = "ndjson"
	formCSV   = "csv"
	formChain = "chain"
)

func auditExportCommand(e Env) *cobra.Command {
	var o operatorFlags
	var f filterFlags
	form := formLines
	forms := []string{formLines, formCSV, formChain}
	c := &cobra.Command{
		Use:   "export [flags]",
		Short: "Write what was kept of who did what to standard output",
		Long: `Write the events of a time to standard output, the newest first: each a line of JSON
(ndjson), or for a spreadsheet (csv); or the chain of the days, byte for byte as it
was kept, which 'sgsend audit verify' reads. Use what came only when the exit code
is 0.`,
		Example: `  sgsend audit export --from 2030-01-01 --to 2030-02-01 >january.ndjson
  sgsend audit export --form csv --from 2w --event transfer_downloaded >downloads.csv
  sgsend audit export --form chain --from 30d | sgsend audit verify -`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if err := oneOf("--form", cmp.Or(form, " "), forms); err != nil { // that it is empty is a mistake, too
				return err
			}
			if form == formChain { // which is of whole days, and of all that is in them
				with := []string{"form", "from", "to", "admin", "api-key-file", "api-key-header", "profile"}
				if err := goesWith(cmd, "--form chain", with...); err != nil {
					return err
				}
			}
			filter, err := f.filter()
			if err != nil {
				return err
			}
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			out := writing(ctx, e.stdout())
			err = export(ctx, s, filter, form, out)
			if closed := out.Close(); err == nil {
				err = closed
			}
			return err
		},
	}
	f.flags(c, true)
	c.Flags().StringVar(&form, "form", form, strings.Join(forms, ", "))
	completes(c, "form", cobra.FixedCompletions(forms, cobra.ShellCompDirectiveNoFileComp))
	o.flags(&e, c)
	return c
}

func export(ctx context.Context, s *operator.Service, f operator.Filter, form string, out io.Writer) error {
	if form == formChain {
		return s.Chain(ctx, f, out)
	}
	write := func(event audit.Kept) error {
		line, err := oneLine(event)
		if err == nil {
			_, err = io.WriteString(out, line)
		}
		return err
	}
	table := csv.NewWriter(out)
	if form == formCSV {
		write = func(event audit.Kept) error { return table.Write(row(event)) }
		if err := table.Write(columns); err != nil {
			return err
		}
	}
	for w, err := range split(f) {
		if err != nil {
			return err
		}
		if err := s.Export(ctx, w, write); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// columns are those of the form csv.
var columns = []string{
	"time", "event", "outcome", "transfer", "token", "client", "request", "reason", "bytes", "count", "last", "id",
	"person",
}

func row(e audit.Kept) []string {
	last := ""
	if !e.Last.IsZero() {
		last = e.Last.UTC().Format(time.RFC3339Nano)
	}
	return []string{
		e.Time.UTC().Format(time.RFC3339Nano), string(e.Kind), string(e.Outcome), e.Transfer, e.Token, e.Client, e.Request,
		e.Reason, strconv.FormatInt(e.Bytes, 10), strconv.FormatInt(e.Times(), 10), last, e.ID,
		e.Person,
	}
}

func auditHeadCommand(e Env) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "head [flags]",
		Short: "Show where the chain of the audit trail ends, to write it down",
		Example: `  sgsend audit head
  sgsend audit head --json | jq -r .hash >>heads.txt`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := o.service(cmd.Context(), e)
			if err != nil {
				return err
			}
			h, err := s.Head(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return e.printJSON(cmd.Context(), h)
			}
			return e.printTable(cmd.Context(), func(w *tabwriter.Writer) {
				fmt.Fprintf(w, "hash\t%s\n", orDash(clean(h.Hash)))
				fmt.Fprintf(w, "batch\t%d\n", h.Seq)
				fmt.Fprintf(w, "events\t%d\n", h.Events)
				if !h.Time.IsZero() {
					fmt.Fprintf(w, "kept\t%s\n", local(h.Time))
				}
				if !h.Begun.IsZero() {
					fmt.Fprintf(w, "begun\t%s\n", local(h.Begun))
				}
			})
		},
	}
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}
