package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/wire"
)

const (
	// mostTokens is how many tokens are made at once.
	mostTokens = 1000
	// maxNotes bounds a file of notes, in bytes.
	maxNotes = 1 << 20
)

// tokenNotes are the notes of the tokens that are to be made, one for each; several says
// whether that was asked for, and not one token alone.
func (e Env) tokenNotes(
	ctx context.Context, cmd *cobra.Command, note, file string, many int64,
) (notes []string, several bool, err error) {
	said := func(flag string) bool { return cmd.Flags().Changed(flag) }
	switch several = said("count") || file != ""; {
	case several && (said("token-file") || said("qr")):
		return nil, false, usage(errors.New("--token-file and --qr are for one token, not for several"))
	case file != "" && (said("count") || said("note")):
		return nil, false, usage(errors.New("--notes-file says how many and with which notes; leave out --count and --note"))
	}
	if file == "" {
		for range many {
			notes = append(notes, note)
		}
		return notes, several, nil
	}
	in := reading(ctx, e.In)
	if file != standardInput {
		f, err := open(ctx, file, os.O_RDONLY)
		if err != nil {
			return nil, false, err
		}
		defer f.Close()
		in = reading(ctx, f)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxNotes+1))
	if err != nil {
		return nil, false, err
	}
	for line := range strings.Lines(string(text)) {
		if line = trim(line); line != "" {
			notes = append(notes, line)
		}
	}
	switch {
	case len(notes) == 0:
		return nil, false, usage(fmt.Errorf("there is no note in %s", file))
	case len(notes) > mostTokens || len(text) > maxNotes:
		return nil, false, usage(fmt.Errorf("there are more than %d notes in %s; make them in parts", mostTokens, file))
	}
	return notes, true, nil
}

// madeToken is one of several tokens, as it is printed.
type madeToken struct {
	ID        string `json:"cache_id"`
	Name      string `json:"token_name"`
	Limit     int64  `json:"usage_limit"`
	Note      string `json:"note"`
	InviteURL string `json:"invite_url"`
}

// makeTokens makes a token for each note, and prints them: all that were made, also where
// one then cannot be.
func (e Env) makeTokens(
	ctx context.Context, s *operator.Service, in wire.CreateTokenRequest, notes []string, asJSON bool,
) error {
	if err := e.listening(); err != nil {
		return err
	}
	made := []madeToken{}
	var failed error
	for i, note := range notes {
		in.Metadata = nil
		if note != "" {
			in.Metadata = map[string]any{noteField: note}
		}
		t, err := s.CreateToken(ctx, in)
		if err != nil {
			failed = fmt.Errorf("%d of %d tokens were made: %w", i, len(notes), err)
			break
		}
		made = append(made, madeToken{t.CacheID, t.TokenName, in.UsageLimit, note, t.InviteURL})
	}
	if asJSON {
		return errors.Join(e.printJSON(context.WithoutCancel(ctx), map[string]any{"tokens": made}), failed)
	}
	var lines strings.Builder
	for _, t := range made {
		fmt.Fprintf(&lines, "%s\t%s\t%s\n", clean(t.ID), clean(cmp.Or(t.InviteURL, t.Name)), clean(t.Note))
	}
	return errors.Join(e.print(context.WithoutCancel(ctx), lines.String()), failed)
}
