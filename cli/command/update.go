package command

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"runtime"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/update"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/version"
)

var (
	// errNewer says that there is a newer release.
	errNewer = errors.New("there is a newer release")
	// errUnproven says that a release is not what it says.
	errUnproven = errors.New("the release is not what it says of itself: do not install it")
)

var repositoryForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

func updateCommand(e Env) *cobra.Command {
	var check, asJSON bool
	var from update.Source
	c := &cobra.Command{
		Use:   "update --check [flags]",
		Short: "Ask whether there is a newer release, and what proves it",
		Long: `Ask GitHub whether there is a newer release, and look at what proves the file of it
that is for this system: that its list of digests has the one that GitHub has, and,
where gh, GitHub's command line, is here and logged in, that the pipeline of the
repository built it of main. What was not checked is said. It fetches no program, and
changes nothing: that is for you to do.

The exit code is 0 where there is no newer release, or this program is none; 9 where
there is one; and 8 where something of it is not as it says.`,
		Example: `  sgsend update --check --repository owner/name
  SGSEND_REPOSITORY=owner/name sgsend update --check --json`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !check {
				return usage(errors.New("it only looks: say --check"))
			}
			if from.Repository == "" {
				from.Repository = e.Getenv("SGSEND_REPOSITORY")
			}
			if !repositoryForm.MatchString(from.Repository) {
				return usage(errors.New("which repository? Name it with --repository or in SGSEND_REPOSITORY, as owner/name"))
			}
			if from.API == "" {
				from.API = e.Getenv("SGSEND_GITHUB_API")
			}
			if from.API == "" {
				from.API = update.GitHub
			}
			if at, err := url.Parse(from.API); err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
				return usage(fmt.Errorf("--github-api %q is no URL", from.API))
			}
			from.Token = e.Getenv("GH_TOKEN")
			file := "sgsend-" + runtime.GOOS + "-" + runtime.GOARCH
			if runtime.GOOS == "windows" {
				file += ".exe"
			}
			report, err := from.Find(cmd.Context(), version.Version, file)
			if err != nil {
				return send.Fail(send.Unavailable, "%v", err)
			}
			if asJSON {
				err = e.printJSON(cmd.Context(), report)
			} else {
				err = e.printTable(cmd.Context(), func(w *tabwriter.Writer) { showUpdate(w, report) })
			}
			switch {
			case err != nil:
				return err
			case report.Contradicted():
				return errUnproven
			case report.Newer:
				return errNewer
			}
			return nil
		},
	}
	c.Flags().BoolVar(&check, "check", false, "look for a newer release")
	c.Flags().Var((*trimmed)(&from.Repository), "repository",
		"where releases are, as owner/name (default $SGSEND_REPOSITORY)")
	c.Flags().Var((*trimmed)(&from.API), "github-api",
		"URL of GitHub's API (default $SGSEND_GITHUB_API, or "+update.GitHub+")")
	jsonFlag(c, &asJSON)
	return c
}

func showUpdate(w *tabwriter.Writer, r update.Report) {
	fmt.Fprintf(w, "this is\t%s\n", clean(r.Current))
	fmt.Fprintf(w, "newest\t%s, of %s\n", clean(r.Latest), day(r.Published))
	if !r.Released {
		fmt.Fprintln(w, "\twhich of them is newer nobody can say: this program is of no release")
	}
	if !r.Newer {
		return
	}
	fmt.Fprintf(w, "page\t%s\n", clean(r.Page))
	fmt.Fprintf(w, "file\t%s\n", clean(r.File))
	if r.SHA256 != "" {
		fmt.Fprintf(w, "sha256\t%s\n", clean(r.SHA256))
	}
	for _, c := range r.Checks {
		fmt.Fprintf(w, "%s\t%s: %s\n", c.Name, c.Verdict, clean(c.Detail))
	}
}
