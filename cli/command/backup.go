package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/backup"
	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

func backupCommand(e Env) *cobra.Command {
	var dir string
	var force, asJSON bool
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Back up a service that keeps its data on this machine",
		Long: `Backup copies the ledger, the files, the audit trail and what opens the service
into one file, while the service runs or not: the ledger as it is at the moment it
begins, and with it the bytes of every transfer that was complete by then.

FILE can be a folder, in which the backup is named by its time, or "-" for standard
output. The file gets its name when all is in it. It is a tar that is not
compressed, since nothing of what people sent can be.

A backup opens the service: it holds the API key and the access token, where those
are kept with the data, and all that the service signs with. Only you can read the
file; keep it so, or encrypt it. The files in it are ciphertext, as they were.

The process that runs the service hands its ledger out in the data folder, to its
own user and to root alone. What is in buckets is not in the backup, which is then of
the ledger alone; and where that is in DynamoDB, AWS makes the backups:
point-in-time recovery of the table, and versions of the buckets.`,
		Example: `  sgsend backup /var/backups/sgsend
  sgsend backup --data /var/lib/sgsend monday.tar
  sgsend backup - | age -r age1… > monday.tar.age
  sgsend backup - | restic backup --stdin --stdin-filename sgsend.tar
  docker compose exec -T send sgsend backup - > monday.tar`,
		Args: exactly(1, "one FILE, a folder, or - for standard output"),
		RunE: func(c *cobra.Command, args []string) error {
			from := backup.Source{Dir: e.dataFolder(dir), Secrets: serve.SecretFiles}
			from.LedgerOnly = e.Getenv(settings.StorageMode.Env) == settings.S3
			switch mode := e.Getenv(settings.LedgerMode.Env); {
			case mode == settings.DynamoDB, mode == "" && from.LedgerOnly:
				return errors.New("the ledger is in DynamoDB, of which AWS makes the backups: " +
					"turn on point-in-time recovery of the table, and versioning of the buckets")
			}
			if args[0] == "-" && isTerminal(e.Out) {
				return usage(errors.New("a backup is nothing to look at: name a file, or send the output somewhere"))
			}
			to, err := newTarget(c.Context(), e, args[0], force)
			if err != nil {
				return err
			}
			to.private = true
			if asJSON && to.to != nil {
				return usage(errors.New("the backup itself goes to standard output: there is no room for JSON beside it"))
			}
			if err = writeBackup(c, e, to, from, asJSON); send.CodeOf(err) == send.NotFound {
				// Of a transfer the exit code would say so.
				return fmt.Errorf("%w: say which folder keeps the data, with --data or %s", message(err), settings.DiskPath.Env)
			}
			return err
		},
	}
	c.Flags().Var((*trimmed)(&dir), "data", "the folder that keeps the data (default $SEND__DISK_PATH, or data)")
	c.Flags().BoolVar(&force, "force", false, "replace a file that is there already")
	jsonFlag(c, &asJSON)
	e.mannerFlags(c)
	return c
}

// dataFolder is the folder that keeps the data of a service on this machine.
func (e Env) dataFolder(named string) string {
	return cmp.Or(named, e.Getenv(settings.DiskPath.Env), serve.Defaults[settings.DiskPath.Env])
}

func writeBackup(c *cobra.Command, e Env, to target, from backup.Source, asJSON bool) error {
	progress := e.newBar("Backing up")
	defer progress.end()
	content, in := io.Pipe()
	var made backup.Summary
	go func() {
		var err error
		made, err = backup.Write(c.Context(), in, from, progress.show)
		in.CloseWithError(err)
	}()
	defer content.Close()
	if to.to != nil {
		if err := to.to(content); err != nil {
			return err
		}
		progress.end()
		return toldBackup(e.notes(), made)
	}
	path, err := to.save("sgsend-"+time.Now().UTC().Format("20060102T150405Z")+".tar", content)
	if err != nil {
		return err
	}
	progress.end()
	if asJSON {
		return errors.Join(e.printJSON(c.Context(), shownBackup(made, path)), toldBackup(io.Discard, made))
	}
	return errors.Join(e.print(c.Context(), asFile(path)+"\n"), toldBackup(e.notes(), made))
}

// shownBackup is what is in a backup, as JSON. path is where it is, or what was there
// before.
func shownBackup(of backup.Summary, path string) map[string]any {
	return map[string]any{
		"path": path, "at": of.At, "transfers": of.Transfers - of.Lost, "lost": of.Lost, "broken": of.Broken,
		"elsewhere": of.Elsewhere, "files": of.Files, "bytes": of.Bytes, "digest": of.Digest,
	}
}

// toldBackup is what comes of a backup that was made.
func toldBackup(w io.Writer, made backup.Summary) error {
	tellBackup(w, "Backed up", made)
	if made.Broken > 0 {
		return fmt.Errorf("%d transfers have no bytes in the data folder, and so have none in the backup: look whether "+
			"it is the right one, or %s says that they are elsewhere", made.Broken, settings.StorageMode.Env)
	}
	return nil
}

// tellBackup says what is in a backup.
func tellBackup(w io.Writer, verb string, of backup.Summary) {
	fmt.Fprintf(w, "%s %d transfers, as of %s: %d files, %s\n", verb, of.Transfers-of.Lost,
		of.At.Format(time.RFC3339), of.Files, size(of.Bytes))
	if of.Lost > 0 {
		fmt.Fprintf(w, "%d more were deleted, or over, before their turn came\n", of.Lost)
	}
	if of.Elsewhere {
		fmt.Fprintln(w, "Their bytes, and the audit trail, are not in it: they are in buckets")
	}
	fmt.Fprintf(w, "Digest %s\n", of.Digest)
}
