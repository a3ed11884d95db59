package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

func tokenCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "token",
		Short: "Make access tokens, and say what they may",
		Long: `Make access tokens, list them, change how often they can be used, and withdraw
them. It asks the admin service, with its API key.

A token is a secret: who has it can send. So it is printed when it is made, and
otherwise named by its ID, which opens nothing and of which the first six
characters will do. Where a command takes a TOKEN it takes either, or the link that
invites, or "-" to read it from standard input.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("what with tokens? Say create, invite, list, show, limit, revoke or reactivate"))
		},
	}
	c.AddCommand(tokenCreateCommand(e), tokenInviteCommand(e), tokenListCommand(e), tokenShowCommand(e),
		tokenLimitCommand(e), tokenRevokeCommand(e), tokenReactivateCommand(e))
	return c
}

// shownToken is a token as it is printed: its name, which is the secret, only where
// that was asked for.
type shownToken struct {
	ID         string           `json:"cache_id"`
	Name       string           `json:"token_name,omitempty"`
	Status     send.TokenStatus `json:"status"`
	UsageLimit int64            `json:"usage_limit"` // 0 = without limit
	UsageCount int64            `json:"usage_count"`
	Remaining  int64            `json:"remaining"` // -1 = without limit
	CreatedBy  string           `json:"created_by"`
	CreatedAt  time.Time        `json:"created_at,omitzero"`
	Metadata   map[string]any   `json:"metadata"`
	InviteURL  string           `json:"invite_url,omitempty"`
}

func shown(t wire.TokenDetails, withName bool) shownToken {
	s := shownToken{
		ID: t.CacheID, Status: t.Status, UsageLimit: t.UsageLimit, UsageCount: t.UsageCount, Remaining: t.Remaining,
		CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt, Metadata: t.Metadata,
	}
	if withName {
		s.Name, s.InviteURL = t.TokenName, t.InviteURL
	}
	return s
}

// note is what an operator wrote about it.
func (s shownToken) note() string {
	note, _ := s.Metadata[noteField].(string)
	return clean(note)
}

// noteField is where the console keeps a token's note, too.
const noteField = "note"

// uses says how many there were, and of how many.
func (s shownToken) uses() string {
	if s.UsageLimit == 0 {
		return fmt.Sprintf("%d, no limit", s.UsageCount)
	}
	return fmt.Sprintf("%d of %d", s.UsageCount, s.UsageLimit)
}

func tokenCreateCommand(e Env) *cobra.Command {
	var o operatorFlags
	var note, by, nameFile, notesFile string
	var asJSON, asQR bool
	limit, many := count(send.DefaultUsageLimit), bounded{1, 1, mostTokens}
	c := &cobra.Command{
		Use:   "create [flags]",
		Short: "Make an access token, and print it",
		Long: `Make an access token, and print it on standard output; its ID goes to standard
error, and the link that invites to send with it, where the service knows at which
address people reach it (SEND__PUBLIC_URL). It is random, unless --token-file says
what it is to be.

With --count several are made, alike; with --notes-file one for each line of a file,
whose note is that. Then each is a line of standard output: its ID, what to hand over,
which is the link where there is one, and its note, with tabs between them. Where one
cannot be made those before it are there, and printed.`,
		Example: `  sgsend token create --limit 5 --note 'for the auditors'
  sgsend token create --note 'Ada on the phone' --qr
  sgsend token create --count 20 --limit 1 --note 'spring open day' > tokens.tsv
  SGSEND_TOKEN=$(sgsend token create --limit 1) sgsend send report.pdf
  sgsend token create --limit 0 --json`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			notes, several, err := e.tokenNotes(ctx, cmd, note, notesFile, int64(many.count))
			if err != nil {
				return err
			}
			s, err := o.service(ctx, e)
			if err != nil {
				return err
			}
			if several {
				return e.makeTokens(ctx, s, wire.CreateTokenRequest{UsageLimit: int64(limit), CreatedBy: by}, notes, asJSON)
			}
			in := wire.CreateTokenRequest{UsageLimit: int64(limit), CreatedBy: by}
			if note != "" {
				in.Metadata = map[string]any{noteField: note}
			}
			if nameFile != "" {
				if in.TokenName, err = e.secretFile(ctx, "access token", nameFile); err != nil {
					return err
				}
			}
			made, err := s.CreateToken(ctx, in)
			if err != nil {
				return err
			}
			if err := e.printToken(ctx, made, int64(limit), asJSON, asQR); err != nil {
				return fmt.Errorf("the token %s was made, but could not be printed; revoke it: %w", clean(made.CacheID), err)
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.Var(&limit, "limit", "how many uploads it allows in all; 0 for no limit")
	flags.StringVar(&note, "note", "", "whom or what it is for, as the console shows it")
	flags.StringVar(&by, "created-by", "sgsend", "who made it, as the console shows it")
	flags.Var((*named)(&nameFile), "token-file", `file with the token to make, or "-" for standard input`)
	flags.BoolVar(&asQR, "qr", false, "draw the link that invites as a QR code, too")
	flags.Var(&many, "count", fmt.Sprintf("how many to make, up to %d", mostTokens))
	flags.Var((*named)(&notesFile), "notes-file", `file with a note a line, each of a token, or "-" for standard input`)
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

func (e Env) printToken(ctx context.Context, made wire.CreateTokenReply, limit int64, asJSON, asQR bool) error {
	if err := e.listening(); err != nil {
		return err
	}
	if asJSON {
		err := e.printJSON(ctx, map[string]any{
			"cache_id": made.CacheID, "token_name": made.TokenName, "usage_limit": limit, "invite_url": made.InviteURL,
		})
		return errors.Join(err, e.drawInvite(made.InviteURL, asQR))
	}
	if err := e.print(ctx, clean(made.TokenName)+"\n"); err != nil {
		return err
	}
	fmt.Fprintf(e.Err, "id       %s\n", clean(made.CacheID))
	if made.InviteURL != "" {
		fmt.Fprintf(e.Err, "invite   %s\n", clean(made.InviteURL))
	}
	return e.drawInvite(made.InviteURL, asQR)
}

// drawInvite draws a link that invites, if that was asked for and there is one.
func (e Env) drawInvite(link string, asked bool) error {
	if asked && link == "" {
		return errNoInvite
	}
	return e.showQR(clean(link), asked)
}

var errNoInvite = errors.New("there is no link that invites: the admin service does not know where people send; " +
	"set SEND__PUBLIC_URL there")

func tokenInviteCommand(e Env) *cobra.Command {
	var asQR bool
	c := onToken(e, &cobra.Command{
		Use:   "invite [flags] TOKEN",
		Short: "Print the link that invites to send with an access token",
		Long: `Print the link by which whoever has it can send with an access token, on standard
output: it opens the page with the token filled in. To withdraw it, revoke the token.`,
		Example: `  sgsend token invite 4b598de5
  sgsend token invite 4b598de5 --qr`,
	}, func(_ context.Context, _ *operator.Service, t wire.TokenDetails) (wire.TokenDetails, error) {
		switch {
		case t.TokenName == "":
			return t, errors.New("the token's name cannot be read: it was made under an earlier API key")
		case t.InviteURL == "":
			return t, errNoInvite
		case t.Status != send.TokenActive:
			return t, fmt.Errorf("with this token nobody can send: it is %s", clean(string(t.Status)))
		}
		return t, nil
	}, func(ctx context.Context, t wire.TokenDetails, asJSON bool) error {
		var err error
		if asJSON {
			err = e.printJSON(ctx, shown(t, true))
		} else {
			err = e.print(ctx, clean(t.InviteURL)+"\n")
		}
		return errors.Join(err, e.drawInvite(t.InviteURL, asQR))
	})
	c.Flags().BoolVar(&asQR, "qr", false, "draw it as a QR code, too")
	return c
}

func tokenListCommand(e Env) *cobra.Command {
	var o operatorFlags
	var status string
	var asJSON, names bool
	states := []string{string(send.TokenActive), string(send.TokenExhausted), string(send.TokenRevoked)}
	c := &cobra.Command{
		Use:   "list [flags]",
		Short: "List the access tokens, the newest first",
		Example: `  sgsend token list
  sgsend token list --status active --json | jq '.tokens[] | select(.remaining == 0)'`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--status", status, states); err != nil {
				return err
			}
			s, err := o.service(cmd.Context(), e)
			if err != nil {
				return err
			}
			all, err := s.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			list := []shownToken{}
			for _, t := range all {
				if status == "" || string(t.Status) == status {
					list = append(list, shown(t, names))
				}
			}
			if asJSON {
				return e.printJSON(cmd.Context(), map[string]any{"tokens": list})
			}
			return e.printTable(cmd.Context(), func(w *tabwriter.Writer) { tokenTable(w, list, names) })
		},
	}
	c.Flags().StringVar(&status, "status", "", "only those: "+strings.Join(states, ", "))
	completes(c, "status", cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVar(&names, "show-tokens", false, "print the tokens themselves, too")
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// shortID is as much of an ID as a table shows.
func shortID(id string) string { return id[:min(len(id), 8)] }

func tokenTable(w *tabwriter.Writer, list []shownToken, names bool) {
	if len(list) == 0 {
		return
	}
	fmt.Fprint(w, "ID\tSTATUS\tUSED\tMADE\tBY\tNOTE")
	if names {
		fmt.Fprint(w, "\tTOKEN")
	}
	fmt.Fprintln(w)
	for _, t := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s", shortID(clean(t.ID)), clean(string(t.Status)), t.uses(),
			day(t.CreatedAt), orDash(clean(t.CreatedBy)), orDash(t.note()))
		if names {
			fmt.Fprintf(w, "\t%s", orDash(clean(t.Name)))
		}
		fmt.Fprintln(w)
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format(time.DateOnly)
}

// oneOf says whether a flag has one of the values that it can have; "" is none.
func oneOf(flag, value string, of []string) error {
	if value == "" || slices.Contains(of, value) {
		return nil
	}
	return usage(fmt.Errorf("%s must be one of %s", flag, strings.Join(of, ", ")))
}

// onToken is a command that does something with one token, and says how it stands
// then, or what tell says.
func onToken(
	e Env, c *cobra.Command,
	do func(ctx context.Context, s *operator.Service, t wire.TokenDetails) (wire.TokenDetails, error),
	tell func(ctx context.Context, t wire.TokenDetails, asJSON bool) error,
) *cobra.Command {
	var o operatorFlags
	var asJSON bool
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		said, err := o.argument(ctx, e, "TOKEN", "access token", args[0])
		if err != nil {
			return err
		}
		s, err := o.service(ctx, e)
		if err != nil {
			return err
		}
		t, err := s.Token(ctx, wire.Invited(trim(said)))
		if err != nil {
			return err
		}
		if t, err = do(ctx, s, t); err != nil {
			return err
		}
		return tell(ctx, t, asJSON)
	}
	c.Args = exactly(1, "one TOKEN or its ID")
	c.ValidArgsFunction = cobra.NoFileCompletions
	o.flags(&e, c)
	jsonFlag(c, &asJSON)
	return c
}

// tellToken says how a token stands, and not the token itself.
func (e Env) tellToken(ctx context.Context, t wire.TokenDetails, asJSON bool) error {
	if asJSON {
		return e.printJSON(ctx, shown(t, false))
	}
	return e.printTable(ctx, func(w *tabwriter.Writer) { showToken(w, shown(t, false)) })
}

// showToken writes how a token stands, as rows of a table.
func showToken(w *tabwriter.Writer, t shownToken) {
	if t.ID != "" {
		fmt.Fprintf(w, "id\t%s\n", clean(t.ID))
	}
	fmt.Fprintf(w, "status\t%s\n", clean(string(t.Status)))
	fmt.Fprintf(w, "used\t%s\n", t.uses())
	if t.Remaining >= 0 {
		fmt.Fprintf(w, "left\t%d\n", t.Remaining)
	}
	if !t.CreatedAt.IsZero() {
		fmt.Fprintf(w, "made\t%s\n", local(t.CreatedAt))
	}
	fmt.Fprintf(w, "by\t%s\n", orDash(clean(t.CreatedBy)))
	if note := t.note(); note != "" {
		fmt.Fprintf(w, "note\t%s\n", note)
	}
}

func tokenShowCommand(e Env) *cobra.Command {
	return onToken(e, &cobra.Command{
		Use:   "show [flags] TOKEN",
		Short: "Show how an access token stands",
		Example: `  sgsend token show 4b598de5
  wl-paste | sgsend token show - --json`,
	}, func(_ context.Context, _ *operator.Service, t wire.TokenDetails) (wire.TokenDetails, error) {
		return t, nil
	}, e.tellToken)
}

func tokenLimitCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "limit [flags] TOKEN... USES",
		Short: "Say how many uploads access tokens allow",
		Long: `Say how many uploads an access token allows in all, those that were made with it
among them; 0 is without limit, and +N is N more than now. How the token stands
then is printed. Of several tokens none is changed where one is not there, or has no
limit to which something could be added.`,
		Example: `  sgsend token limit 4b598de5 100
  sgsend token limit 4b598de5 9f86d081 +10`,
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if f, ok := errors.AsType[*pflag.NotExistError](err); ok {
			if _, number := strconv.Atoi(f.GetSpecifiedShortnames()); number == nil { // as in -1
				return errUses
			}
		}
		return usage(err)
	})
	return onTokens(e, c, 1, func(last []string) (change, error) {
		if _, err := newLimit(0, last[0]); err != nil {
			return change{}, err
		}
		return change{
			check: func(t wire.TokenDetails) error {
				if t.UsageLimit == 0 && strings.HasPrefix(last[0], "+") {
					return usage(errors.New("the token has no limit, to which nothing can be added: " +
						"say how many uses it is to have"))
				}
				return nil
			},
			do: func(ctx context.Context, s *operator.Service, t wire.TokenDetails) (wire.TokenDetails, error) {
				limit, err := newLimit(t.UsageLimit, last[0])
				if err != nil {
					return t, err
				}
				return s.SetLimit(ctx, t, limit)
			},
		}, nil
	})
}

var errUses = usage(errors.New("USES is a number of 0 or more, or + and how many more"))

// newLimit is a limit as it was said: in all, or so many more.
func newLimit(old int64, said string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(said, "+"), 10, 64)
	if err != nil || n < 0 || len(said) > 18 {
		return 0, errUses
	}
	if strings.HasPrefix(said, "+") {
		return old + n, nil
	}
	return n, nil
}

func tokenRevokeCommand(e Env) *cobra.Command {
	var purge bool
	c := &cobra.Command{
		Use:   "revoke [flags] TOKEN...",
		Short: "Withdraw access tokens",
		Long: `Withdraw access tokens: nobody can begin or complete an upload with them any more.
What was sent with them stays. With --purge, what was begun with them until now and is
not complete is removed at the user service's next sweep: for a token that fell
into wrong hands. Of several tokens none is withdrawn where one is not there.`,
		Example: `  sgsend token revoke 4b598de5 9f86d081
  sgsend token revoke 4b598de5 --purge`,
	}
	c.Flags().BoolVar(&purge, "purge", false, "also remove what was begun with them and is not complete")
	return onTokens(e, c, 0, func([]string) (change, error) {
		return change{do: func(
			ctx context.Context, s *operator.Service, t wire.TokenDetails,
		) (wire.TokenDetails, error) {
			return s.Revoke(ctx, t, purge)
		}}, nil
	})
}

func tokenReactivateCommand(e Env) *cobra.Command {
	return onToken(e, &cobra.Command{
		Use:   "reactivate [flags] TOKEN",
		Short: "Let a withdrawn access token be used again",
		Long: `Let a withdrawn access token be used again, as often as was left of it. What was
purged with it stays away.`,
		Example: `  sgsend token reactivate 4b598de5`,
	}, func(
		ctx context.Context, s *operator.Service, t wire.TokenDetails,
	) (wire.TokenDetails, error) {
		return s.Reactivate(ctx, t)
	}, e.tellToken)
}
