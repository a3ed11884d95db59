package command

import (
	"context"
	"fmt"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

// early tells the link of what is still being sent, where that is wanted: to whoever reads
// the standard output when they asked for it, and to people at a terminal when what is sent
// takes a while.
type early struct {
	e             Env
	first, asJSON bool
	passphrase    string // that was made here; "" = none
	shown         bool   // to people
	printed       string // "" = nothing was
}

// soon is how much is sent so soon that its link need not be shown before.
const soon = 4 << 20

func newEarly(e Env, f client.File, first, asJSON bool) *early {
	takesAWhile := f.Size > soon || f.Size == envelope.Unknown
	return &early{e: e, first: first, asJSON: asJSON, shown: !first && takesAWhile && isTerminal(e.notes())}
}

func (l *early) tell(ctx context.Context, link envelope.Link) {
	said := link.String()
	switch {
	case l.shown:
		fmt.Fprintf(l.e.notes(), "link     %s\n         till all is sent it shows how far that is\n", said)
		return
	case !l.first:
		return
	case l.printed != "" && l.printed != said:
		fmt.Fprintln(l.e.Err, opensNothing+"; another follows")
	}
	text := said + "\n"
	if l.asJSON {
		text = inJSON(map[string]any{
			"link": said, "transfer_id": link.ID, "key": link.Key.String(), "complete": false,
		})
	}
	if l.e.listening() == nil && l.e.print(ctx, text) == nil {
		l.printed = said
	}
}

const opensNothing = "the link that was printed opens nothing"

// rest tells of what was sent all that was not told before.
func (l *early) rest(ctx context.Context, s client.Sent) error {
	if !l.asJSON {
		if l.printed == s.Link.String() {
			tellEnds(l.e, s)
			return nil
		}
		return tell(ctx, l.e, s, nil)
	}
	all := inFull(s)
	if l.first {
		all["complete"] = true
	}
	if l.passphrase != "" {
		all["passphrase"] = l.passphrase
	}
	return tell(ctx, l.e, s, all)
}

// end says of a link that was printed what it is worth, where not all was sent. kept is
// whether that can be gone on with.
func (l *early) end(sent, kept bool) {
	switch {
	case sent || l.printed == "":
	case kept:
		fmt.Fprintln(l.e.Err, opensNothing+" until the rest is sent, too")
	default:
		fmt.Fprintln(l.e.Err, opensNothing)
	}
}
