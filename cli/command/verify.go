package command

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/verify"
	"sgraph.ai/send/shared/send"
)

// errDiffers is a service that sends what no release has.
var errDiffers = errors.New("the service sends browsers something else than the release that it says it is: " +
	"do not use its pages")

func verifyCommand(e Env) *cobra.Command {
	var admin, file, releases string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify [flags] URL",
		Short: "Hold the pages that a server sends against the release that it says it is",
		Long: `Hold what a server sends to browsers against the release that it says it is: every
page, script and style, byte for byte, and the headers that keep other scripts out.
It is asked as several browsers ask, past caches, and for addresses that it cannot
know beforehand. What a page that differs refers to is looked at as well.

What the release has comes from this program, if it is of the same version. For
another, name the pages.json of that release with --pages, once you have checked who
made it, or, with --releases, where releases are: then their digests are checked, and
not who made them.

It shows what the server sent to this machine, now. A server could send something else
to somebody else, or tomorrow, and tell you from a browser by how you connect. So run
it from where you are, again and again; and where a lot depends on it, send and receive
with sgsend itself, which runs nothing that a server sends.`,
		Example: `  sgsend verify https://send.example.org
  sgsend verify https://send.example.org --admin https://admin.example.org --json
  sgsend verify https://send.example.org --pages pages.json
  sgsend verify https://send.example.org --releases https://github.com/owner/name/releases/download`,
		Args: exactly(1, "the URL of a user service"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			target := verify.Target{}
			var err error
			if target.User, err = origin(args[0]); err != nil {
				return err
			}
			if admin != "" {
				if target.Admin, err = origin(admin); err != nil {
					return err
				}
			}
			if releases == "" {
				releases = e.Getenv("SGSEND_RELEASES")
			}
			claims, err := verify.Claims(ctx, target.User)
			if err != nil && (file == "" || !errors.Is(err, verify.ErrNoClaim)) {
				return send.Fail(send.Unavailable, "%v", err)
			}
			var from string
			if target.List, from, err = released(ctx, claims, file, releases); err != nil {
				return err
			}
			report := verify.Run(ctx, target)
			report.Claim(claims, from)
			if asJSON {
				err = e.printJSON(ctx, report)
			} else {
				err = report.Print(e.stdout())
			}
			switch {
			case err != nil:
				return err
			case report.Verdict == verify.Differs:
				return errDiffers
			case report.Verdict == verify.Unread:
				return send.Fail(send.Unavailable, "some of it could not be read, so nothing is shown: try again")
			}
			return nil
		},
	}
	c.Flags().Var((*trimmed)(&admin), "admin", "URL of the admin service, whose console is looked at as well")
	c.Flags().StringVar(&file, "pages", "", "file that says what the release has: its pages.json")
	c.Flags().Var((*trimmed)(&releases), "releases",
		"URL below which each release has a folder (default $SGSEND_RELEASES)")
	c.MarkFlagsMutuallyExclusive("pages", "releases") // each says what the release has
	jsonFlag(c, &asJSON)
	return c
}

// released finds the list of a version, and says where it is from.
func released(ctx context.Context, version, file, releases string) (verify.List, string, error) {
	if file != "" {
		l, err := verify.ReadList(file)
		return l, file, err
	}
	own, err := verify.Own()
	if err != nil || own.Version == version {
		return own, "this program", err
	}
	if releases == "" {
		return own, "", usage(fmt.Errorf("the server says that it is %s, and this program knows the pages of %s: "+
			"name the pages.json of that release with --pages, or where releases are with --releases", version, own.Version))
	}
	if at, err := url.Parse(releases); err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return own, "", usage(fmt.Errorf("--releases %q is no URL", releases))
	}
	l, err := verify.FetchList(ctx, releases, version)
	if err != nil {
		return own, "", send.Fail(send.Unavailable, "%v", err)
	}
	return l, releases + " (who made it was not checked)", nil
}
