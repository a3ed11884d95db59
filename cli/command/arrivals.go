package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// standing is how a request stands, as its service says.
type standing struct {
	info    wire.RequestInfoReply
	arrived []client.Arrived
	err     error
}

// ask asks how a request stands.
func ask(ctx context.Context, own client.OwnRequest) (s standing) {
	api := &client.Client{Server: own.Server}
	if s.info, s.err = api.Request(ctx, own.ID); s.err == nil {
		s.arrived, s.err = api.Arrived(ctx, own)
	}
	return s
}

// askedAtOnce is how many requests are asked for at once.
const askedAtOnce = 4

func requestListCommand(e Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list [flags]",
		Short: "List the requests that you made here, and what arrived",
		Long: `List the requests that were made on this machine by this user, the newest first,
and how many transfers arrived for each: of NEW none was received. One that is over
is on the list until 'sgsend request close --forget' forgets it.`,
		Example: `  sgsend request list
  sgsend request list --json | jq '.[] | select(.status == "open") | .link'`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			all, err := e.ownRequests()
			if err != nil {
				return err
			}
			said := make([]standing, len(all))
			var asking errgroup.Group
			asking.SetLimit(askedAtOnce)
			for i, k := range all {
				asking.Go(func() error {
					said[i] = ask(ctx, k.Own())
					return nil
				})
			}
			_ = asking.Wait()
			shown := []shownRequest{}
			var failed failures
			for i, k := range all {
				own := k.Own()
				link, err := own.Link()
				if err != nil {
					return err
				}
				shown = append(shown, asShownRequest(own, link, &said[i], k))
				failed.add(e, own.ID, said[i].err)
			}
			if asJSON {
				err = e.printJSON(ctx, shown)
			} else {
				err = e.printTable(ctx, func(w *tabwriter.Writer) { requestTable(w, shown) })
			}
			if err != nil {
				return err
			}
			return failed.of(len(all), "requests could not be asked for")
		},
	}
	jsonFlag(c, &asJSON)
	e.mannerFlags(c)
	return c
}

// failures are those of some things that are done one after the other, each of which is
// told when it comes.
type failures struct{ all []error }

func (f *failures) add(e Env, what string, err error) {
	if err != nil {
		f.all = append(f.all, err)
		fmt.Fprintf(e.Err, "%s: %v\n", what, message(err))
	}
}

// of is the error of all: the first of n of them decides on the exit code.
func (f *failures) of(n int, what string) error {
	if len(f.all) == 0 {
		return nil
	}
	return &someFailed{f.all[0], fmt.Sprintf("%d of %d %s, as is said above", len(f.all), n, what)}
}

// someFailed is that some of several things could not be done.
type someFailed struct {
	first error
	text  string
}

func (s *someFailed) Error() string { return s.text }
func (s *someFailed) Unwrap() error { return s.first }

func requestShowCommand(e Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show [flags] REQUEST",
		Short: "Show a request that you made here, its link, and what arrived",
		Long: `Show a request that was made on this machine by this user: how it stands, the link to
send by, and of all that arrived what its sender says of it. Nothing is downloaded.`,
		Example: `  sgsend request show 4abd0a
  sgsend request show --json 4abd0a | jq -r .link`,
		Args:              exactly(1, "one REQUEST: its ID or its link"),
		ValidArgsFunction: completeRequests,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			k, err := e.ownRequest(args[0])
			if err != nil {
				return err
			}
			own := k.Own()
			link, err := own.Link()
			if err != nil {
				return err
			}
			said := ask(ctx, own)
			shown := asShownRequest(own, link, &said, k)
			labels(ctx, own, said, shown.Transfers)
			if asJSON {
				return errors.Join(e.printJSON(ctx, shown), said.err)
			}
			err = e.printTable(ctx, func(w *tabwriter.Writer) { showRequest(w, shown, said) })
			if err != nil {
				return err
			}
			return said.err
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

// labels looks what the senders say of what arrived. That one has a passphrase, or is
// over, is no failure: then nothing is said.
func labels(ctx context.Context, own client.OwnRequest, said standing, shown []shownArrived) {
	api := &client.Client{Server: own.Server}
	var looking errgroup.Group
	looking.SetLimit(askedAtOnce)
	for i := range shown {
		if a := said.arrived[i]; a.Fault == nil && a.Status == send.Completed {
			looking.Go(func() error {
				if w, err := api.Look(ctx, linkOf(own, a)); err == nil && w.Label != nil {
					shown[i].Label = asShown(w).Label
				}
				return nil
			})
		}
	}
	_ = looking.Wait()
}

// linkOf is the link of what was sent to a request, as if somebody had given it.
func linkOf(own client.OwnRequest, a client.Arrived) envelope.Link {
	return envelope.Link{Origin: own.Server, ID: a.TransferID, Key: a.Key, HasKey: true}
}

// showRequest writes how a request stands, as rows of a table.
func showRequest(w *tabwriter.Writer, s shownRequest, said standing) {
	fmt.Fprintf(w, "request\t%s\n", s.RequestID)
	fmt.Fprintf(w, "title\t%s\n", clean(s.Title))
	showNote(w, envelope.CleanNote(s.Note))
	fmt.Fprintf(w, "link\t%s\n", s.Link)
	if s.Transfers == nil {
		return
	}
	fmt.Fprintf(w, "status\t%s\n", clean(string(s.Status)))
	fmt.Fprintf(w, "created\t%s\n", local(s.CreatedAt))
	fmt.Fprintf(w, "expires\t%s\n", local(s.ExpiresAt))
	if s.MaxBytes > 0 {
		fmt.Fprintf(w, "each\tup to %s, sealed\n", size(s.MaxBytes))
	}
	fmt.Fprintf(w, "arrived\t%d of %d\n", s.MaxTransfers-s.TransfersLeft, s.MaxTransfers)
	for i, t := range s.Transfers {
		fmt.Fprintf(w, "  %s\t%s, %s, %s%s\n", t.TransferID, local(t.CreatedAt), size(t.PayloadBytes),
			stateOf(t, said.arrived[i].Fault), filesOf(t.Label))
	}
}

// stateOf says what became of something that arrived.
func stateOf(t shownArrived, fault error) string {
	switch {
	case fault != nil:
		return "not sealed for this request"
	case t.Status != send.Completed:
		return clean(string(t.Status))
	case t.Received:
		return "received"
	}
	return "new"
}

// filesOf says what a sender calls the files; "" where that is not known.
func filesOf(l *envelope.Label) string {
	switch {
	case l == nil:
		return ""
	case l.Count > 1:
		return fmt.Sprintf(": %s and %d more", l.Files[0].Name, l.Count-1)
	}
	return ": " + l.Files[0].Name
}

func requestReceiveCommand(e Env) *cobra.Command {
	var a arrivals
	var output string
	var transfers []string
	secret := passphrase{e: e}
	c := &cobra.Command{
		Use:   "receive [flags] [REQUEST...]",
		Short: "Receive what was sent to requests that you made here",
		Long: `Receive what was sent to these requests, or to all that were made on this machine by
this user, decrypt it, and print where it is. Nothing is received twice, unless
--again says so.

It is kept in this folder, or in the one that -o names, as 'sgsend receive' does it:
under the names that its sender gave it, with a number where one is taken, and only
when all of it has arrived and proved genuine. What breaks off goes on where it was
with the same command. Whoever has the link of a request can send, so that nobody
knows who did: look at what comes before you use it. Where its sender chose a
passphrase beside, it is asked for at the terminal; SGSEND_PASSPHRASE or
--passphrase-file have it for scripts.

Of several transfers each that can be received is; the exit code is that of the
first that cannot.`,
		Example: `  sgsend request receive
  sgsend request receive -o inbox 4abd0a
  sgsend request receive --transfer 9c1185a5c5e9 --again 4abd0a`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeRequests,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			a.e, a.wanted, a.passphrase = e, transfers, secret
			if a.to, err = folder(output); err != nil {
				return err
			}
			var all []*kept.Request
			if len(args) == 0 {
				all, err = e.ownRequests()
			}
			for _, said := range args {
				k, failed := e.ownRequest(said)
				if failed != nil {
					return failed
				}
				if !slices.ContainsFunc(all, func(other *kept.Request) bool { return other.Own().ID == k.Own().ID }) {
					all = append(all, k)
				}
			}
			if err != nil {
				return err
			}
			return a.receive(cmd.Context(), all)
		},
	}
	flags := c.Flags()
	flags.VarP((*named)(&output), "output", "o", "the folder to keep it in, which is made where it is not there")
	flags.StringArrayVar(&transfers, "transfer", nil, "only the transfer of that ID; may be repeated")
	flags.BoolVar(&a.again, "again", false, "also what was received before")
	secret.flag(c)
	jsonFlag(c, &a.asJSON)
	rateFlag(c, &a.limit)
	e.mannerFlags(c)
	return c
}

// arrivals is the receiving of what was sent to requests.
type arrivals struct {
	e          Env
	to         target
	wanted     []string // transfers; nil = all
	again      bool
	asJSON     bool
	limit      byteRate
	passphrase passphrase

	tried  int
	seen   map[string]bool
	failed failures
	shown  []receivedArrival
}

// receivedArrival is something that was received, as JSON.
type receivedArrival struct {
	RequestID  string   `json:"request_id"`
	TransferID string   `json:"transfer_id"`
	Path       string   `json:"path"`
	Paths      []string `json:"paths"`
	Filename   string   `json:"filename"`
	Files      []listed `json:"files"`
}

func (a *arrivals) receive(ctx context.Context, all []*kept.Request) error {
	a.seen, a.shown = map[string]bool{}, []receivedArrival{}
	for _, k := range all {
		own := k.Own()
		a.failed.add(a.e, "request "+own.ID, a.of(ctx, k))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	for _, id := range a.wanted {
		if !a.seen[id] && len(a.failed.all) == 0 {
			return send.Fail(send.NotFound, "no transfer %s was sent to it; sgsend request show says what was", id)
		}
	}
	if a.asJSON {
		if err := a.e.printJSON(ctx, a.shown); err != nil {
			return err
		}
	}
	if a.tried == 0 && len(a.failed.all) == 0 {
		fmt.Fprintln(a.e.notes(), "nothing new has arrived")
	}
	return a.failed.of(max(a.tried, len(a.failed.all)), "could not be received")
}

// of receives what was sent to one request. What fails of it is told; an error is of the
// request itself.
func (a *arrivals) of(ctx context.Context, k *kept.Request) error {
	if err := k.Open(); err != nil {
		return busy(err)
	}
	defer k.Close()
	own := k.Own()
	api := &client.Client{Server: own.Server, Transport: a.limit.transport()}
	arrived, err := api.Arrived(ctx, own)
	if err != nil {
		return err
	}
	for _, t := range arrived {
		if a.wanted != nil && !slices.Contains(a.wanted, t.TransferID) {
			continue
		}
		a.seen[t.TransferID] = true
		if k.IsDone(t.TransferID) && !a.again {
			if a.wanted != nil {
				fmt.Fprintf(a.e.notes(), "%s was received before; --again receives it once more\n", t.TransferID)
			}
			continue
		}
		a.tried++
		err := a.one(ctx, api, own, t)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil || t.Fault != nil || client.Over(err) { // which does not pass
			if kept := k.Done(t.TransferID); err == nil {
				err = kept
			}
		}
		a.failed.add(a.e, "transfer "+t.TransferID, err)
	}
	return nil
}

// one receives one transfer.
func (a *arrivals) one(ctx context.Context, api *client.Client, own client.OwnRequest, t client.Arrived) error {
	if t.Fault != nil {
		return t.Fault
	}
	of := *api
	r := &reception{e: a.e, api: &of, link: linkOf(own, t), key: t.Key, to: a.to, passphrase: a.passphrase, open: true}
	r.passphrase.of = "of " + t.TransferID
	paths, called, err := r.run(ctx)
	if err != nil {
		return err
	}
	if !a.asJSON {
		return r.tell(ctx, paths, called, false)
	}
	r.tellName(called)
	for i, path := range paths {
		paths[i] = asFile(path)
	}
	if len(paths) > 0 {
		a.shown = append(a.shown, receivedArrival{own.ID, t.TransferID, paths[0], paths, called, r.came})
	}
	return nil
}
