// Command release does what the pipelines need done: it counts versions up,
// fills the folder of a release, and keeps comments and issues current.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

const usage = `usage: release <command> [flags]

  tag         give the checked-out commit its version
  modules     publish the modules of a version for the go command
  changelog   print what a version changes
  binaries    compile sgsend for every system into a folder
  packages    make the packages for Linux of the binaries in a folder
  image       assemble the container image from those binaries, and push it
  pages       list what the services of those binaries send to browsers
  boms        list what zips and binaries are made of, beside each
  sums        list the digests of a folder
  verify      hold a folder against its digests
  site        make the site of the documentation
  site-base   say below which path GitHub Pages shows one, and whether it does
  comment     put reports on a pull request, in place of the last ones
  issue       open, update or close the one issue about a matter
  decide      find out what an event means for a pull request's stack
  consent     refuse a commit for whose stack nobody put the label on
  stack       tell a pull request what became of its stack
  due         name the stacks of pull requests that are to be destroyed
  preflight   hold what GitHub enforces around a stack against what it must
`

// command is one job: flags are read into the closure, then it runs.
type command func(*flag.FlagSet) func(context.Context) error

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	commands := map[string]command{
		"tag": tagCommand, "modules": modulesCommand, "changelog": changelogCommand,
		"binaries": binariesCommand, "image": imageCommand, "packages": packagesCommand,
		"pages": pagesCommand, "boms": bomsCommand,
		"sums": sumsCommand, "verify": verifyCommand, "site": siteCommand, "site-base": siteBaseCommand,
		"comment": commentCommand, "issue": issueCommand,
		"preflight": preflightCommand,
		"decide":    decideCommand, "consent": consentCommand, "stack": stackCommand, "due": dueCommand,
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	flags := flag.NewFlagSet("release "+os.Args[1], flag.ExitOnError)
	run := commands[os.Args[1]](flags)
	_ = flags.Parse(os.Args[2:]) // it ends the process itself
	if flags.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "release: unexpected %q\n", flags.Args())
		os.Exit(2)
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// output tells the following steps of a job a value.
func output(name, value string) error {
	path := os.Getenv("GITHUB_OUTPUT")
	if path == "" {
		return nil
	}
	if strings.ContainsAny(value, "\r\n") {
		return fmt.Errorf("output %s has more than one line", name)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, name+"="+value+"\n")
	return errors.Join(err, file.Close())
}

// annotate prints a line, in GitHub's workflows as one that stands out.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
func annotate(level, title, text string) {
	if os.Getenv("GITHUB_ACTIONS") != "true" {
		fmt.Printf("%s: %s: %s\n", level, title, text)
		return
	}
	text = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
	fmt.Printf("::%s title=%s::%s\n", level, title, text)
}
