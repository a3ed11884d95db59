package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

func sendCommand(e Env) *cobra.Command {
	var (
		server, token, name string
		expires             = lifetime(7 * 24 * time.Hour)
		downloads           int64
		asJSON              bool
	)
	c := &cobra.Command{
		Use:   "send [flags] FILE",
		Short: "Encrypt a file, send it, and print its link",
		Long: `Encrypt a file, send it, and print its link on standard output. Whoever has the
link can read the file: pass it on by a way that you trust.

FILE may be "-" for standard input. A token is needed where the service asks for
one; better than --token, which others on this machine can see, is SGSEND_TOKEN.`,
		Example: `  sgsend send report.pdf
  sgsend send --expires 1d --downloads 1 report.pdf
  tar cz photos | sgsend send --name photos.tar.gz -
  sgsend send --json report.pdf | jq -r .delete_secret`,
		Args: exactly(1, "one FILE, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := service(e, server)
			if err != nil {
				return err
			}
			if api.Token = token; token == "" {
				api.Token = e.Getenv("SGSEND_TOKEN")
			}
			if downloads < 0 {
				return usage(errors.New("--downloads is 0 (no limit) or more"))
			}
			f, done, err := openFile(e, args[0], name)
			if err != nil {
				return err
			}
			defer done()
			bar := newBar(e.Err, "sending")
			api.Progress = bar.show
			sent, err := api.Send(cmd.Context(), f, client.Options{Lifetime: time.Duration(expires), MaxDownloads: downloads})
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(e, sent)
			}
			fmt.Fprintln(e.Out, sent.Link)
			if !sent.ExpiresAt.IsZero() {
				fmt.Fprintf(e.Err, "expires  %s\n", sent.ExpiresAt.Local().Format(time.RFC1123))
			}
			keyless := envelope.Link{Origin: sent.Link.Origin, ID: sent.Link.ID}
			fmt.Fprintf(e.Err, "delete   sgsend delete --secret %s %s\n", sent.DeleteSecret, keyless)
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&server, "server", "", "the service, as https://send.example.org (default $SGSEND_SERVER)")
	flags.StringVar(&token, "token", "", "access token (default $SGSEND_TOKEN)")
	flags.StringVar(&name, "name", "", "call the file this, instead of what it is called here")
	flags.Var(&expires, "expires", "how long it can be received: 30m, 12h, 1d, 2w")
	flags.Int64Var(&downloads, "downloads", 5, "how often it can be received; 0 for no limit")
	flags.BoolVar(&asJSON, "json", false, "print everything as one JSON object")
	return c
}

// openFile opens what is to be sent. Only the last element of its path is ever
// sent, and only inside the seal.
func openFile(e Env, path, name string) (f client.File, done func(), err error) {
	f = client.File{Content: e.In, Size: envelope.Unknown}
	done = func() {}
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return f, nil, err
		}
		info, err := file.Stat()
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a folder; send it as one file: tar cz %[1]s | sgsend send --name %s.tar.gz -",
				path, filepath.Base(path))
		}
		if err != nil {
			file.Close()
			return f, nil, err
		}
		f.Content = file
		if info.Mode().IsRegular() { // of a pipe or a device nobody knows
			f.Size = info.Size()
		}
		done = func() { file.Close() }
		if name == "" {
			name = path
		}
	}
	f.Meta.Filename = envelope.CleanName(name)
	f.Meta.Type, _, _ = mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(f.Meta.Filename)))
	return f, done, nil
}

func printJSON(e Env, s client.Sent) error {
	return json.NewEncoder(e.Out).Encode(map[string]any{
		"link": s.Link.String(), "transfer_id": s.Link.ID, "key": s.Link.Key.String(),
		"delete_secret": s.DeleteSecret, "expires_at": s.ExpiresAt, "sealed_bytes": s.Size,
	})
}
