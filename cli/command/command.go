// Package command is the sgsend command line. Each command is a file of its
// own; New puts them together.
//
// What a command makes goes to standard output, so that it can be piped; all
// that is for people goes to standard error.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/backup"
	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/cli/traffic"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/version"
)

// Env is what a command has of the process it runs in.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string

	profile *string // that the command line names; nil where a command takes none
	manner  *manner // nil where a command cannot be told
}

// Process is the Env of this process.
func Process() Env { return Env{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv} }

// The exit codes. They are part of the interface: scripts depend on them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitGone        = 3
	exitDenied      = 4
	exitNotOpened   = 5
	exitUnavailable = 6
	exitSounded     = 7
	exitDiffers     = 8
	exitNewer       = 9
	exitSignalled   = 128 // and the signal's number, as shells report it
)

const exitHelp = `Exit codes:
  0  done
  1  failed, for another reason than these
  2  the command line is wrong
  3  the transfer or request is not there: never was, expired, deleted, or used up
  4  the access token or the secret is missing or wrong
  5  the file cannot be opened: key or passphrase do not fit, or it was damaged
  6  the service cannot be reached, or has no room or no time; try again later
  7  an alarm sounds: of a move, it began to, and what was live before is live again
  8  what was held against a release is not what it says it is: a service's pages, or
     the release itself
  9  there is a newer release
  128 and the number of a signal that ended it: 130 for Ctrl-C, 143 for SIGTERM`

// New returns the command with all its commands.
func New(e Env) *cobra.Command {
	getenv := e.Getenv
	e.Getenv = func(name string) string { return trim(getenv(name)) }
	root := &cobra.Command{
		Use:   "sgsend",
		Short: "Send files that nobody in between can read",
		Long: `sgsend sends a file to whoever has its link. It encrypts before anything leaves
this machine; the service keeps ciphertext, and the key is in the link only.`,
		Example: `  sgsend send report.pdf
  sgsend receive 'https://send.example.org/d/#4abd0a491ed3/AAECAwQF…'

` + exitHelp,
		Version:       version.Version,
		SilenceErrors: true, // Run prints them
		SilenceUsage:  true,
	}
	root.SetIn(e.In)
	root.SetOut(e.stdout())
	root.SetErr(e.Err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddCommand(sendCommand(e), receiveCommand(e), requestCommand(e), infoCommand(e), deleteCommand(e),
		expireCommand(e), serveCommand(e), healthCommand(e), backupCommand(e), restoreCommand(e),
		migrateCommand(e), smokeCommand(e), trafficCommand(e), rollbackCommand(e), auditCommand(e),
		pagesCommand(e), verifyCommand(e), tokenCommand(e), transferCommand(e), pulseCommand(e), profileCommand(e),
		updateCommand(e), webhookCommand(e), alarmsCommand(e))
	completion(root)
	return root
}

// Run runs a command line and returns its exit code.
func Run(ctx context.Context, root *cobra.Command, args []string) int {
	root.SetArgs(args)
	root.InitDefaultCompletionCmd(args...)
	begun := false
	noteBegin(root, &begun)
	c, err := root.ExecuteContextC(ctx)
	if out, ok := root.OutOrStdout().(*stdout); ok && out.err != nil { // of help that was asked for
		err, begun = out.err, true
	}
	if err == nil {
		return exitOK
	}
	if s, ok := errors.AsType[*signalled](context.Cause(ctx)); ok && !errors.Is(err, serve.ErrCut) {
		fmt.Fprintf(root.ErrOrStderr(), "sgsend: interrupted (%v)\n", s.Signal)
		return s.exitCode()
	}
	if readerGone(err) {
		return exitSignalled + int(syscall.SIGPIPE)
	}
	fmt.Fprintf(root.ErrOrStderr(), "sgsend: %v\n", message(err))
	if _, ok := errors.AsType[*usageError](err); ok || !begun {
		fmt.Fprintf(root.ErrOrStderr(), "Try '%s --help'.\n", c.CommandPath())
		return exitUsage
	}
	return exitCode(err)
}

// noteBegin has a command and those below it note that they begin. What goes wrong
// before is a fault of the command line, whatever it is that cobra finds: arguments,
// flags, or which of them go together.
func noteBegin(c *cobra.Command, begun *bool) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*begun = true
			return run(c, args)
		}
	}
	for _, sub := range c.Commands() {
		noteBegin(sub, begun)
	}
}

// message is what an error says to a person: of the causes beneath an error of
// ours, only those that are of this machine or its network help.
func message(err error) error {
	if some, ok := errors.AsType[*someFailed](err); ok {
		return some
	}
	if e, ok := errors.AsType[*send.Error](err); ok && e.Code != send.Unavailable && e.Code != send.Internal {
		return errors.New(inUnits(e.Message))
	}
	return err
}

var inBytes = regexp.MustCompile(`\b(\d{4,15}) bytes\b`)

// inUnits writes the sizes that a service told as people read them.
func inUnits(said string) string {
	return inBytes.ReplaceAllStringFunc(said, func(said string) string {
		n, _ := strconv.ParseInt(strings.TrimSuffix(said, " bytes"), 10, 64) // digits, and few
		return size(n)
	})
}

func exitCode(err error) int {
	if errors.Is(err, envelope.ErrNotAuthentic) || errors.Is(err, envelope.ErrVersion) ||
		errors.Is(err, envelope.ErrWrongKey) || errors.Is(err, envelope.ErrPassphrase) ||
		errors.Is(err, envelope.ErrNoPassphrase) || errors.Is(err, envelope.ErrWrongPassphrase) ||
		errors.Is(err, envelope.ErrIndex) || errors.Is(err, backup.ErrDamaged) {
		return exitNotOpened
	}
	if errors.Is(err, traffic.ErrSounded) || errors.Is(err, errSounds) {
		return exitSounded
	}
	if errors.Is(err, errDiffers) || errors.Is(err, errUnproven) {
		return exitDiffers
	}
	if errors.Is(err, errNewer) {
		return exitNewer
	}
	switch send.CodeOf(err) {
	case send.NotFound, send.Gone:
		return exitGone
	case send.Unauthorized, send.Forbidden:
		return exitDenied
	case send.Unavailable, send.Limited, send.Full:
		return exitUnavailable
	}
	return exitFailure
}

// usageError is a fault of the command line.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usage(err error) error { return &usageError{err} }

// atLeast takes n arguments or more, which what names.
func atLeast(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return usage(fmt.Errorf("want %s, got %d arguments", what, len(args)))
		}
		return nil
	}
}

// exactly takes n arguments, which what names.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(fmt.Errorf("want %s, got %d arguments", what, len(args)))
		}
		return nil
	}
}
