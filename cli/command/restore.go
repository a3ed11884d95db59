package command

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/backup"
)

func restoreCommand(e Env) *cobra.Command {
	var dir string
	var check, replace, asJSON bool
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring the data of a service back from a backup",
		Long: `Restore makes a data folder of what sgsend backup made. FILE can be "-" for
standard input. All of it is read and compared with its checksums before anything
is in its place; what is damaged, or ends early, is refused. With --check that is
all that is done, and nothing is kept.

A folder that is not empty is refused. With --replace the backup takes the place of
what is there, which is kept beside it, in a folder that begins with "replaced-":
remove that when all is well. The service must not run meanwhile. Run it as the
user the service runs as, or as root, who gives all to the owner of the folder.

The service is then as it was when the backup was begun. What was sent since is not
there, and what was deleted since is there again; downloads since are not counted.
Whoever had begun an upload begins anew, and sessions in the console are as they
were.`,
		Example: `  sgsend restore --check monday.tar
  sgsend restore --data /var/lib/sgsend monday.tar
  sgsend restore --data /var/lib/sgsend --replace monday.tar
  age -d -i key.txt monday.tar.age | sgsend restore --data /var/lib/sgsend -`,
		Args: exactly(1, "one FILE, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			if check {
				if err := goesWith(c, "--check"); err != nil {
					return err
				}
			}
			if args[0] == "-" {
				return restore(c, e, reading(c.Context(), e.In), restoring{check, e.dataFolder(dir), replace, asJSON})
			}
			in, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			return restore(c, e, in, restoring{check, e.dataFolder(dir), replace, asJSON})
		},
	}
	c.Flags().Var((*trimmed)(&dir), "data", "the folder to keep the data in (default $SEND__DISK_PATH, or data)")
	c.Flags().BoolVar(&check, "check", false, "read the backup, and keep nothing")
	c.Flags().BoolVar(&replace, "replace", false, "put it in the place of what is there, which is kept aside")
	jsonFlag(c, &asJSON)
	e.mannerFlags(c)
	return c
}

// restoring is how a backup is to be restored.
type restoring struct {
	check           bool
	dir             string
	replace, asJSON bool
}

func restore(c *cobra.Command, e Env, in io.Reader, how restoring) error {
	told := func(verb string, sum backup.Summary, aside string) error {
		if how.asJSON {
			of := shownBackup(sum, how.dir)
			if of["aside"] = aside; how.check {
				delete(of, "path")
			}
			return e.printJSON(c.Context(), of)
		}
		tellBackup(e.notes(), verb, sum)
		return nil
	}
	if how.check {
		progress := e.newBar("Checking")
		sum, err := backup.Check(c.Context(), in, progress.show)
		progress.end()
		if err != nil {
			return err
		}
		return told("It is whole, and has", sum, "")
	}
	progress := e.newBar("Restoring")
	sum, aside, err := backup.Restore(c.Context(), in, how.dir, how.replace, progress.show)
	progress.end()
	if aside != "" && (!how.asJSON || err != nil) {
		fmt.Fprintf(e.notes(), "What was there is in %s\n", asFile(aside))
	}
	if err != nil {
		return err
	}
	return told("Restored", sum, aside)
}
