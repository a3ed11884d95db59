// Package manual makes of a command's own help what systems show and use of it: a page
// of the manual for each of its commands, and what shells complete it by.
package manual

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The completions, by the names of their files.
const (
	Bash = "sgsend.bash"
	Zsh  = "_sgsend"
	Fish = "sgsend.fish"
)

// Write fills a folder with the pages and the completions of a command.
func Write(dir string, root *cobra.Command) error {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.InitDefaultVersionFlag()
	for _, c := range all(root) {
		if err := os.WriteFile(filepath.Join(dir, name(c)+".1"), []byte(page(c)), 0o644); err != nil {
			return err
		}
	}
	var bash, zsh, fish bytes.Buffer
	if err := errors.Join(root.GenBashCompletionV2(&bash, true), root.GenZshCompletion(&zsh),
		root.GenFishCompletion(&fish, true)); err != nil {
		return err
	}
	for name, script := range map[string][]byte{Bash: bash.Bytes(), Zsh: zsh.Bytes(), Fish: fish.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), script, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// all are the command and those below it that have pages.
func all(c *cobra.Command) []*cobra.Command {
	found := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() && sub.Name() != "completion" {
			found = append(found, all(sub)...)
		}
	}
	return found
}

// name is what the page of a command is called.
func name(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// exits begins what every command's page has in common: the exit codes, at the end of
// the root's examples.
const exits = "Exit codes:\n"

// page is that of a command, in the macros of man(7).
func page(c *cobra.Command) string {
	var p strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&p, format+"\n", args...) }
	line(`.TH "%s" 1 "" "%s" "Manual of %s"`, strings.ToUpper(escape(name(c))), c.Root().Name(), c.Root().Name())
	line(".SH NAME")
	line(`%s \- %s`, escape(name(c)), escape(c.Short))
	line(".SH SYNOPSIS")
	_, usage, _ := strings.Cut(c.Use, " ")
	switch {
	case c.HasAvailableSubCommands():
		usage = "COMMAND …"
	case usage == "" && c.HasAvailableFlags():
		usage = "[flags]"
	}
	line(`\fB%s\fR %s`, escape(c.CommandPath()), escape(usage))
	line(".SH DESCRIPTION")
	long := c.Long
	if long == "" {
		long = c.Short + "."
	}
	p.WriteString(text(long))
	if c.HasAvailableSubCommands() {
		line(".SH COMMANDS")
		for _, sub := range c.Commands() {
			if len(all(sub)) > 0 && sub.IsAvailableCommand() && sub.Name() != "completion" {
				line(".TP\n\\fB%s\\fR\n%s, see \\fB%s\\fR(1)", escape(sub.Name()), escape(sub.Short), escape(name(sub)))
			}
		}
	}
	if c.HasAvailableFlags() {
		line(".SH OPTIONS")
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				p.WriteString(option(f))
			}
		})
	}
	examples, codes, _ := strings.Cut(c.Example, exits)
	if strings.TrimSpace(examples) != "" {
		line(".SH EXAMPLES")
		p.WriteString(asItIs(examples))
	}
	line(".SH EXIT STATUS")
	if codes != "" {
		p.WriteString(asItIs(codes))
	} else {
		line(`0 when it is done; \fB%s\fR(1) lists the others.`, escape(name(c.Root())))
	}
	var also []string
	if c.HasParent() {
		also = append(also, c.Parent().CommandPath())
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "completion" {
			also = append(also, sub.CommandPath())
		}
	}
	if len(also) > 0 {
		line(".SH SEE ALSO")
		for i, of := range also {
			end := ","
			if i == len(also)-1 {
				end = ""
			}
			line(`\fB%s\fR(1)%s`, escape(strings.ReplaceAll(of, " ", "-")), end)
		}
	}
	return p.String()
}

// option is a flag, and what it says.
func option(f *pflag.Flag) string {
	var p strings.Builder
	p.WriteString(".TP\n")
	if f.Shorthand != "" {
		fmt.Fprintf(&p, `\fB\-%s\fR, `, f.Shorthand)
	}
	kind, says := pflag.UnquoteUsage(f)
	fmt.Fprintf(&p, `\fB\-\-%s\fR`, escape(f.Name))
	if kind != "" {
		between, end := " ", ""
		if f.NoOptDefVal != "" {
			between, end = "[=", "]"
		}
		fmt.Fprintf(&p, `%s\fI%s\fR%s`, between, escape(kind), end)
	}
	fmt.Fprintf(&p, "\n%s\n", escape(says))
	return p.String()
}

// text is a help text: paragraphs are filled, and what is set in stays as it is.
func text(long string) string {
	var p strings.Builder
	for i, paragraph := range strings.Split(strings.Trim(long, "\n"), "\n\n") {
		if i > 0 {
			p.WriteString(".PP\n")
		}
		if strings.HasPrefix(paragraph, "  ") {
			p.WriteString(asItIs(paragraph))
			continue
		}
		for said := range strings.SplitSeq(paragraph, "\n") {
			p.WriteString(escape(strings.TrimSpace(said)) + "\n")
		}
	}
	return p.String()
}

// asItIs is a text whose lines stay.
func asItIs(lines string) string {
	var p strings.Builder
	p.WriteString(".nf\n.RS 4\n")
	for said := range strings.SplitSeq(strings.Trim(lines, "\n"), "\n") {
		p.WriteString(escape(strings.TrimPrefix(said, "  ")) + "\n")
	}
	p.WriteString(".RE\n.fi\n")
	return p.String()
}

var special = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// escape is a text as roff shows it: what it would change, or take for its own.
func escape(said string) string {
	said = special.Replace(said)
	if strings.HasPrefix(said, ".") {
		return `\&` + said
	}
	return said
}
