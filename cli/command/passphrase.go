package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sgraph.ai/send/shared/envelope"
)

// passphrase is where a command has one from: a file, the environment, or who sits at
// the terminal. It is never in a command line, which all users of a machine can see.
type passphrase struct {
	e    Env
	file string
	of   string // what it is that one opens by it, where there can be several
}

const passphraseVariable = "SGSEND_PASSPHRASE"

func (p *passphrase) flag(c *cobra.Command) {
	c.Flags().Var((*named)(&p.file), "passphrase-file",
		"the file whose first line is the passphrase (default $"+passphraseVariable+")")
}

// given returns the one that a file or the environment has; "" where none does.
func (p *passphrase) given(ctx context.Context) (string, error) {
	if p.file == "" {
		return p.e.Getenv(passphraseVariable), nil
	}
	f, err := open(ctx, p.file, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(reading(ctx, f), 2*envelope.MaxPassphrase))
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", fmt.Errorf("the first line of %s is empty: it should be the passphrase", asFile(p.file))
	}
	return line, nil
}

var errNoTerminal = errors.New("there is no terminal to ask for the passphrase: set " + passphraseVariable +
	", or name a file with --passphrase-file")

// ask asks at the terminal, and shows nothing of what is typed there.
func (p *passphrase) ask(ctx context.Context, prompt string) (string, error) {
	in, err := os.OpenFile(terminal, os.O_RDWR, 0)
	if err != nil {
		return "", errNoTerminal
	}
	defer in.Close()
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", errNoTerminal
	}
	fmt.Fprint(p.e.Err, prompt)
	typed, err := within(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if err != nil {
		_ = term.Restore(fd, before) // it may have been interrupted
	}
	fmt.Fprintln(p.e.Err)
	return string(typed), err
}

// choose returns the one that a file is to be sent with; "" for none, where nobody
// wants one and none is given.
func (p *passphrase) choose(ctx context.Context, wanted bool) (string, error) {
	text, err := p.given(ctx)
	if err != nil || text != "" || !wanted {
		return text, err
	}
	if text, err = p.ask(ctx, "Passphrase for whoever receives it: "); err != nil {
		return "", err
	}
	if text == "" {
		return "", errors.New("the passphrase is empty; nothing was sent")
	}
	again, err := p.ask(ctx, "The same again: ")
	if err == nil && again != text {
		err = errors.New("these were two different passphrases; nothing was sent")
	}
	return text, err
}

// tries is how often somebody at a terminal is asked.
const tries = 3

// unlock returns the key into which the passphrase is mixed that opens what opens
// looks at. Somebody at a terminal may mistype.
func (p *passphrase) unlock(
	ctx context.Context, key envelope.Key, s envelope.Stretch, opens func(envelope.Secret) error,
) (envelope.Secret, error) {
	text, err := p.given(ctx)
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		asked := text == ""
		if asked {
			if text, err = p.ask(ctx, strings.TrimSpace("Passphrase "+p.of)+": "); errors.Is(err, errNoTerminal) {
				return nil, fmt.Errorf("%w; %w", envelope.ErrPassphrase, err)
			} else if err != nil {
				return nil, err
			}
		}
		locked, err := s.Lock(key, text)
		if err == nil {
			err = opens(locked)
		}
		if err == nil || !asked || n == tries || !errors.Is(err, envelope.ErrWrongPassphrase) {
			return locked, err
		}
		fmt.Fprintln(p.e.Err, "It does not fit.")
		text = ""
	}
}
