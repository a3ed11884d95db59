package command_test

import (
	"bytes"
	"strings"
	"testing"

	"sgraph.ai/send/cli/command"
)

// Whatever is wrong with a command line is a fault of that: nothing was begun.
func TestFaultsOfTheCommandLine(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"bogus":                               "unknown command",
		"--bogus":                             "unknown flag",
		"send --bogus":                        "unknown flag",
		"send -Z":                             "unknown shorthand flag",
		"send":                                "want",
		"info":                                "want",
		"info a b":                            "want",
		"serve extra":                         "want no arguments",
		"serve --service bogus":               "must be one of user, admin, both",
		"health --service bogus":              "must be one of user, admin, both",
		"serve --domain":                      "needs an argument",
		"serve --show-secrets=perhaps":        "invalid argument",
		"serve --service user --show-secrets": "none of the others can be",
		"token bogus":                         "what with tokens",
		"completion bash extra":               "unknown command",
		"pulse --minutes few":                 "invalid argument",
	} {
		var out, errs bytes.Buffer
		root := command.New(command.Env{
			In: strings.NewReader(""), Out: &out, Err: &errs, Getenv: func(string) string { return "" },
		})
		code := command.Run(t.Context(), root, strings.Fields(line))
		if said := errs.String(); code != 2 || !strings.Contains(said, says) || !strings.Contains(said, "--help'") {
			t.Errorf("sgsend %s: exit code %d, and says %q", line, code, said)
		}
		if out.Len() > 0 {
			t.Errorf("sgsend %s prints %q", line, &out)
		}
	}
}
