package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

func requestCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "request",
		Short: "Ask for files, and receive what is sent",
		Long: `Ask for files: make a link by which somebody without an access token sends to you,
in a browser or with 'sgsend send --to', and receive what arrives. Whoever has the
link can send, and open nothing; what opens it is made here and leaves this machine
never. It is in a file in your folder of programs' states ($XDG_STATE_HOME), which
nobody else can read: what is sent can only be received where it was asked for.

Where a command takes a REQUEST it takes its ID, of which the first six characters
will do, or its link.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("what with requests? Say create, list, show, receive or close"))
		},
	}
	c.AddCommand(requestCreateCommand(e), requestListCommand(e), requestShowCommand(e), requestReceiveCommand(e),
		requestCloseCommand(e))
	return c
}

func requestCreateCommand(e Env) *cobra.Command {
	var (
		server, token string
		note          string
		transfers     = bounded{1, 1, send.MaxRequestTransfers}
		most          byteSize
		expires       lifetime
		asJSON, asQR  bool
	)
	c := &cobra.Command{
		Use:   "create [flags] TITLE",
		Short: "Make a request for files, and print the link to send by",
		Long: `Make a request for files, and print the link to send by on standard output. TITLE
says what you need, --note more about it; whoever has the link reads them, and the
service cannot.

It books on the access token as many uses as the request allows transfers, of which
none comes back. Each transfer can be several files. A token is needed where the
service asks for one; better than --token, which others on this machine can see, is
SGSEND_TOKEN.

Where this ends before the link was printed, the same command prints it, within a
day, and nothing is booked twice.`,
		Example: `  sgsend request create 'The signed contract'
  sgsend request create --note 'All of the summer' --transfers 5 --max-size 500M --expires 2w Photos
  sgsend request create --json Logs | jq -r .link`,
		Args: exactly(1, "one TITLE, in quotes, which says what you need"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			title := strings.TrimSpace(args[0])
			if title == "" || strings.ContainsAny(title, "\r\n") {
				return usage(errors.New("TITLE is one line of some words: whoever has the link reads them"))
			}
			api, err := service(e, server)
			if err != nil {
				return err
			}
			if api.Token, err = e.accessToken(ctx, token, api.Server); err != nil {
				return err
			}
			if err := inOneLine("access token", api.Token); err != nil {
				return err
			}
			if err := e.listening(); err != nil {
				return err
			}
			own, err := makeRequest(ctx, api, client.OwnRequest{
				Title: title, Note: strings.TrimSpace(note), MaxTransfers: int64(transfers.count), MaxBytes: int64(most),
				Lifetime: time.Duration(expires),
			})
			if errors.Is(err, client.ErrOption) {
				err = usage(err)
			}
			if err != nil {
				return err
			}
			link, err := own.Link()
			if err != nil {
				return err
			}
			if err := e.tellRequest(ctx, own, link, asJSON); err != nil {
				return fmt.Errorf("the request was made, but its link could not be printed; sgsend request show %s does: %w",
					own.ID, err)
			}
			return e.showQR(link.String(), asQR)
		},
	}
	flags := c.Flags()
	flags.Var((*trimmed)(&server), "server", "the service, as https://send.example.org (default $SGSEND_SERVER)")
	flags.Var((*trimmed)(&token), "token", "access token (default $SGSEND_TOKEN)")
	flags.StringVar(&note, "note", "", "more about what you need, sealed like the title")
	flags.Var(&transfers, "transfers", "how many transfers may arrive, 1 to 100")
	flags.Var(&most, "max-size", "how large each may be, sealed: 500K, 100M, 2G (default: what the service takes)")
	flags.Var(&expires, "expires", "how long one can send: 30m, 12h, 1d, 2w (default: the service's own)")
	flags.BoolVar(&asQR, "qr", false, "also draw the link as a QR code, on standard error")
	jsonFlag(c, &asJSON)
	e.profileFlag(c)
	e.mannerFlags(c)
	return c
}

// makeRequest keeps a request, and has the service open it. One that nobody has heard the
// answer to is asked for again.
func makeRequest(ctx context.Context, api *client.Client, want client.OwnRequest) (own client.OwnRequest, err error) {
	dir, err := kept.StateFolder()
	if err != nil {
		return own, err
	}
	k, err := begunRequest(dir, api, want)
	if err != nil {
		return own, err
	}
	defer func() { k.Close() }()
	if own, err = api.CreateRequest(ctx, k.Own()); err != nil {
		if client.Refused(err) {
			k.Remove()
		}
		return own, err
	}
	return own, k.Made(own)
}

// begunRequest returns the same request that was begun, or begins it. What was begun and
// can lead to nothing any more is removed: nobody has its link.
func begunRequest(dir string, api *client.Client, want client.OwnRequest) (*kept.Request, error) {
	all, _ := kept.Requests(dir)
	var found *kept.Request
	for _, r := range all {
		own := r.Own()
		if own.ID != "" || r.Waits() && !own.Same(api.Server, want) || found != nil || r.Open() != nil {
			continue
		}
		switch {
		case r.Own().ID != "":
			r.Close()
		case r.Waits():
			found = r
		default:
			r.Remove()
		}
	}
	if found != nil {
		return found, nil
	}
	own, err := api.NewRequest(want)
	if err != nil {
		return nil, err
	}
	r, err := kept.NewRequest(dir, own)
	if err != nil {
		return nil, fmt.Errorf("what opens what is sent cannot be kept, and so nobody was asked: %w", err)
	}
	return r, nil
}

func (e Env) tellRequest(ctx context.Context, own client.OwnRequest, link envelope.Request, asJSON bool) error {
	if asJSON {
		return e.printJSON(ctx, justMade(ctx, own, link))
	}
	if err := e.print(ctx, link.String()+"\n"); err != nil {
		return err
	}
	if !own.ExpiresAt.IsZero() {
		fmt.Fprintf(e.notes(), "expires  %s\n", local(own.ExpiresAt))
	}
	fmt.Fprintf(e.notes(), "receive  sgsend request receive %s\n", own.ID)
	return nil
}

// askTime is how long a link waits that is to be printed for what else its service says.
const askTime = 5 * time.Second

// justMade is a request of which nobody has the link yet, as JSON: as its service says it
// is, where that answers.
func justMade(ctx context.Context, own client.OwnRequest, link envelope.Request) shownRequest {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var said standing
	said.info, said.err = (&client.Client{Server: own.Server}).Request(ctx, own.ID)
	s := asShownRequest(own, link, &said, nil)
	s.Status, s.Transfers = send.RequestOpen, []shownArrived{}
	return s
}

// shownRequest is a request as JSON.
type shownRequest struct {
	RequestID     string             `json:"request_id"`
	Server        string             `json:"server"`
	Link          string             `json:"link"`
	Title         string             `json:"title"`
	Note          string             `json:"note"`
	Status        send.RequestStatus `json:"status"` // "" where the service was not asked, or does not say
	MaxTransfers  int64              `json:"max_transfers"`
	TransfersLeft int64              `json:"transfers_left"`
	MaxBytes      int64              `json:"max_bytes"` // 0 = what the service takes
	CreatedAt     time.Time          `json:"created_at"`
	ExpiresAt     time.Time          `json:"expires_at"`
	Transfers     []shownArrived     `json:"transfers"` // null where the service was not asked, or does not say
}

// shownArrived is something that was sent to a request, as JSON.
type shownArrived struct {
	TransferID   string      `json:"transfer_id"`
	Status       send.Status `json:"status"`
	PayloadBytes int64       `json:"payload_bytes"`
	CreatedAt    time.Time   `json:"created_at"`
	ExpiresAt    time.Time   `json:"expires_at"`
	Received     bool        `json:"received"` // here, or it cannot be

	Label *envelope.Label `json:"label,omitempty"` // what its sender says; only of one request that is shown
}

func asShownRequest(
	own client.OwnRequest, link envelope.Request, said *standing, k *kept.Request,
) shownRequest {
	s := shownRequest{
		RequestID: own.ID, Server: own.Server, Link: link.String(), Title: own.Title, Note: own.Note,
		MaxTransfers: own.MaxTransfers, TransfersLeft: own.MaxTransfers, MaxBytes: own.MaxBytes,
		CreatedAt: own.Begun, ExpiresAt: own.ExpiresAt,
	}
	if said == nil || said.err != nil {
		return s
	}
	s.Status, s.TransfersLeft, s.MaxBytes = said.info.Status, said.info.TransfersLeft, said.info.MaxBytes
	s.CreatedAt, s.ExpiresAt = said.info.CreatedAt.Time, said.info.ExpiresAt.Time
	s.Transfers = []shownArrived{}
	for _, a := range said.arrived {
		s.Transfers = append(s.Transfers, shownArrived{
			TransferID: a.TransferID, Status: a.Status, PayloadBytes: a.PayloadBytes, CreatedAt: a.CreatedAt.Time,
			ExpiresAt: a.ExpiresAt.Time, Received: k.IsDone(a.TransferID),
		})
	}
	return s
}

func requestCloseCommand(e Env) *cobra.Command {
	var asJSON, forgets bool
	c := &cobra.Command{
		Use:   "close [flags] REQUEST",
		Short: "Let nobody send to a request any more",
		Long: `Let nobody send to a request any more, not what is under way either. What arrived
stays until it ends, and can be received as before. With --forget the request is
forgotten here, and its key: what arrived and was not received can then be opened
by nobody.`,
		Example: `  sgsend request close 4abd0a
  sgsend request close --forget 4abd0a`,
		Args:              exactly(1, "one REQUEST: its ID or its link"),
		ValidArgsFunction: completeRequests,
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := e.ownRequest(args[0])
			if err != nil {
				return err
			}
			own := k.Own()
			err = (&client.Client{Server: own.Server}).CloseRequest(cmd.Context(), own)
			if err != nil && !(forgets && send.ReasonOf(err) == send.ReasonRequestNotFound) {
				return err
			}
			said := "closed"
			if forgets {
				if err := k.Open(); err != nil {
					return fmt.Errorf("it was closed, but is not forgotten: %w", busy(err))
				}
				k.Remove()
				said = "closed and forgotten"
			}
			if asJSON {
				return e.printJSON(cmd.Context(), map[string]any{
					"request_id": own.ID, "status": send.RequestClosed, "forgotten": forgets,
				})
			}
			fmt.Fprintln(e.notes(), said)
			return nil
		},
	}
	c.Flags().BoolVar(&forgets, "forget", false, "also forget the key of all that was sent to it")
	jsonFlag(c, &asJSON)
	e.mannerFlags(c)
	return c
}

// busy explains that another process is at a request.
func busy(err error) error {
	if errors.Is(err, kept.ErrBusy) {
		return errors.New("another sgsend is receiving what was sent to this request; wait until it is done")
	}
	return err
}

// ownRequests are all requests that were made here and of which somebody can have the
// link.
func (e Env) ownRequests() ([]*kept.Request, error) {
	dir, err := kept.StateFolder()
	if err != nil {
		return nil, err
	}
	all, others := kept.Requests(dir)
	for _, path := range others {
		fmt.Fprintf(e.notes(), "%s cannot be read: it is damaged, or of another user\n", quoted(path))
	}
	made := all[:0]
	for _, r := range all {
		if r.Own().ID != "" {
			made = append(made, r)
		}
	}
	return made, nil
}

// leastID is how much of an ID is enough.
const leastID = 6

// ownRequest finds the request that a person means.
func (e Env) ownRequest(said string) (*kept.Request, error) {
	all, err := e.ownRequests()
	if err != nil {
		return nil, err
	}
	said = trim(said)
	if link, err := envelope.ParseRequest(said); err == nil {
		said = link.ID
	} else if send.ReasonOf(err) != envelope.ReasonNoLink {
		return nil, usage(err)
	}
	if len(said) < leastID {
		return nil, usage(fmt.Errorf("%q is not enough of a request's ID: its first %d characters will do", said, leastID))
	}
	var found *kept.Request
	for _, r := range all {
		if !strings.HasPrefix(r.Own().ID, strings.ToLower(said)) {
			continue
		}
		if found != nil {
			return nil, usage(fmt.Errorf("%s is the beginning of more than one ID; sgsend request list says which", said))
		}
		found = r
	}
	if found == nil {
		return nil, errNotOwnRequest
	}
	return found, nil
}

var errNotOwnRequest = send.Fail(send.NotFound,
	"no such request was made on this machine by this user, and only there is what opens what is sent to it; "+
		"sgsend request list says which were")

// completeRequests offers the requests that were made here.
func completeRequests(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var found []string
	if dir, err := kept.StateFolder(); err == nil {
		all, _ := kept.Requests(dir)
		for _, r := range all {
			if own := r.Own(); own.ID != "" {
				found = append(found, own.ID+"\t"+clean(own.Title))
			}
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// folder is the one that takes what arrives, which is made where it is not there.
func folder(path string) (target, error) {
	if path == "" {
		return target{dir: "."}, nil
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return target{}, usage(fmt.Errorf("%s is no folder: what arrives goes into one", asFile(path)))
	}
	return target{dir: path}, os.MkdirAll(path, 0o777)
}

func requestTable(w *tabwriter.Writer, all []shownRequest) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintln(w, "ID\tSTATUS\tARRIVED\tNEW\tEXPIRES\tTITLE")
	for _, s := range all {
		status, arrived, fresh := orDash(clean(string(s.Status))), "-", "-"
		if s.Transfers != nil {
			arrived = fmt.Sprintf("%d of %d", s.MaxTransfers-s.TransfersLeft, s.MaxTransfers)
			fresh = fmt.Sprint(s.fresh())
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", s.RequestID, status, arrived, fresh, day(s.ExpiresAt), clean(s.Title))
	}
}

// fresh is how much arrived that can be received and was not.
func (s shownRequest) fresh() (n int) {
	for _, t := range s.Transfers {
		if t.Status == send.Completed && !t.Received {
			n++
		}
	}
	return n
}
