package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/migrate"
	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/settings"
)

func migrateCommand(e Env) *cobra.Command {
	var from, to string
	var asJSON bool
	var m migrate.Migration
	c := &cobra.Command{
		Use:   "migrate --to FILE",
		Short: "Move all that a service keeps to another place",
		Long: `Migrate moves the ledger, the files and the audit trail of a service from a folder
to S3 and DynamoDB, back, or between any other places. Links, tokens, download
limits, secrets that delete, and sessions are then as they were.

FILE has the settings of the service that is to go on with it, a NAME=VALUE a line,
of which those of storage are read: SEND__STORAGE_MODE, SEND__LEDGER_MODE and what
they ask for. The settings of the service as it is are the environment, or the file
that --from names. The credentials of AWS are this command's.

The service must not run meanwhile, at neither place: a folder is held, so that it
cannot; of what is on AWS you have to see to it. What is there is not changed by
anybody then, and is read back and compared at the end. When the command says that
all of it is there, start the service at its new place, with the same API key: the
names of tokens are sealed under it. Do not start it at the old one again.

Whatever ends it, run it again, and it goes on: what is there and is the same is
not copied again. A target that has anything else is refused, but for the secrets of
its machines, which stay; with --replace it is made what the source is, and what it
has beyond that is lost, but for its tokens. Uploads that are under way in parts are
not moved: their senders begin again.`,
		Example: `  SEND__DISK_PATH=/var/lib/sgsend sgsend migrate --to aws.env --dry-run
  SEND__DISK_PATH=/var/lib/sgsend sgsend migrate --to aws.env
  sgsend migrate --from aws.env --to disk.env`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return usage(errors.New("where to? Name a file of settings with --to"))
			}
			source, target, err := e.placesOf(from, to)
			if err != nil {
				return err
			}
			if m.DryRun && e.Getenv(metadataDisabled) == "" {
				if err := os.Setenv(metadataDisabled, "true"); err != nil { // where the SDK looks
					return err
				}
			}
			if m.From, err = migrate.Open(source); err != nil {
				return fmt.Errorf("the source: %w", err)
			}
			defer m.From.Close()
			if m.To, err = migrate.Open(target); err != nil {
				return fmt.Errorf("the target: %w", err)
			}
			defer m.To.Close()
			return runMigration(c, e, &m, asJSON)
		},
	}
	c.Flags().StringVar(&from, "from", "", "a file of the settings of the source (default: the environment)")
	c.Flags().StringVar(&to, "to", "", "a file of the settings of the target")
	c.Flags().BoolVar(&m.DryRun, "dry-run", false, "write nothing, and say what there is to move")
	c.Flags().BoolVar(&m.Replace, "replace", false, "put it in the place of what the target has")
	c.Flags().BoolVar(&m.SizesOnly, "sizes-only", false, "compare the sizes of files, and not what is in them")
	jsonFlag(c, &asJSON)
	e.mannerFlags(c)
	return c
}

// placesOf returns the environments of a source and a target. What files say of AWS's
// own settings holds for this whole process, where its environment does not say it.
func (e Env) placesOf(from, to string) (source, target func(string) string, err error) {
	files := make([]map[string]string, 2)
	for i, path := range []string{from, to} {
		if path == "" {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		files[i], err = migrate.ReadSettings(f)
		f.Close()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", asFile(path), err)
		}
	}
	aws := map[string]string{}
	for _, file := range files {
		for name, value := range file {
			if !strings.HasPrefix(name, "AWS_") {
				continue
			}
			if other, both := aws[name]; both && other != value {
				return nil, nil, usage(fmt.Errorf("%s is one thing in one file and another in the other: set it in the "+
					"environment, for both", name))
			}
			aws[name] = value
		}
	}
	for name, value := range aws {
		if e.Getenv(name) == "" {
			if err := os.Setenv(name, value); err != nil { // where the SDK looks
				return nil, nil, err
			}
		}
	}
	own := func(name string) string { return cmp.Or(e.Getenv(name), aws[name]) }
	of := func(file map[string]string) func(string) string {
		return func(name string) string {
			if strings.HasPrefix(name, "AWS_") {
				return own(name)
			}
			return file[name]
		}
	}
	if source = of(files[0]); from == "" {
		source = func(name string) string { return cmp.Or(own(name), serve.Defaults[name]) }
	}
	return source, of(files[1]), nil
}

func runMigration(c *cobra.Command, e Env, m *migrate.Migration, asJSON bool) error {
	progress := e.newBar("Moving")
	m.Progress, m.Now = progress.show, time.Now
	report, err := m.Run(c.Context())
	err = plainly(err)
	progress.end()
	switch {
	case err != nil && !m.DryRun:
	case asJSON:
		if failed := e.printJSON(c.Context(), shownMigration(report, m.DryRun)); failed != nil {
			return errors.Join(err, failed)
		}
	default:
		tellMigration(e.stdout(), report, m.DryRun)
	}
	switch {
	case err != nil && report.State != migrate.Used && !m.DryRun:
		return fmt.Errorf("not all of it is at the target: %w", err)
	case err != nil:
		return err
	case m.DryRun:
		fmt.Fprintf(e.notes(), "The target is %s. Nothing was written\n", report.State)
	case report.State == migrate.Finished && !m.Replace:
		fmt.Fprintln(e.notes(), "It was moved before, and both are the same")
	default:
		fmt.Fprintf(e.notes(), "All of it is at the target. Start the service there, with the same %s, "+
			"and do not start it at the source again\n", settings.APIKeyValue.Env)
	}
	return nil
}

// shownMigration is what was moved, as JSON.
func shownMigration(r migrate.Report, dry bool) map[string]any {
	counts := func(c migrate.Count) map[string]int64 { return map[string]int64{"all": c.All, "copied": c.Copied} }
	sets := map[string]any{}
	for name, c := range r.Sets {
		sets[name] = counts(c)
	}
	return map[string]any{
		"dry_run": dry, "target": r.State, "records": sets, "files": counts(r.Objects), "bytes": r.Bytes,
		"audit_trail": counts(r.Trail), "missing": r.Missing, "removed": r.Removed, "tokens_kept": r.Tokens,
	}
}

func tellMigration(w io.Writer, r migrate.Report, dry bool) {
	line := func(name string, c migrate.Count) {
		if dry || r.State == migrate.Finished && c.Copied == 0 {
			fmt.Fprintf(w, "%-12s %8d\n", name, c.All)
		} else {
			fmt.Fprintf(w, "%-12s %8d, %d of them copied now\n", name, c.All, c.Copied)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Sets)) {
		line(name, r.Sets[name])
	}
	if !dry && r.Objects.All+r.Trail.All > 0 {
		line("files", r.Objects)
		line("audit trail", r.Trail)
		fmt.Fprintf(w, "%s\n", size(r.Bytes))
	}
	for _, also := range []struct {
		n    int64
		text string
	}{
		{r.Missing, "transfers have no bytes at the source, and can be downloaded from neither"},
		{r.Removed, "records of the target were removed, which the source has not"},
		{r.Tokens, "tokens of the target are kept"},
	} {
		if also.n > 0 {
			fmt.Fprintf(w, "%d %s\n", also.n, also.text)
		}
	}
}
