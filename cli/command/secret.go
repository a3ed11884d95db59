package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxSecret is what a file with a secret may have, in bytes.
const maxSecret = 4 << 10

// secretFile reads a secret from a file, or from standard input.
func (e Env) secretFile(ctx context.Context, what, path string) (string, error) {
	in := reading(ctx, e.In)
	if path != standardInput {
		f, err := open(ctx, path, os.O_RDONLY)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = reading(ctx, f)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSecret+1))
	if err != nil {
		return "", err
	}
	secret := trim(string(text))
	switch {
	case secret == "":
		return "", usage(fmt.Errorf("there is no %s in %s", what, path))
	case len(text) > maxSecret:
		return "", usage(fmt.Errorf("what is in %s is too long for an %s", path, what))
	}
	return secret, inOneLine(what, secret)
}

// standardInput is the name of a file that is none.
const standardInput = "-"

// isReference says whether a text names where a secret is.
func isReference(text string) bool { return strings.HasPrefix(text, "ssm:") }
