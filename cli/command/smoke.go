package command

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/smoke"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

func smokeCommand(e Env) *cobra.Command {
	var target smoke.Target
	var keyEnv string
	var large count
	var jsonTo, originEnv string
	c := &cobra.Command{
		Use:   "smoke [flags] URL...",
		Short: "Check that a running service does what it is for",
		Long: `Check that a running service does what it is for, and that what guards it stands:
health, pages and assets, security headers, other sites kept out, tokens and keys
asked for; and a real file, encrypted, sent, found to be kept as ciphertext only,
received, compared and deleted.

With --admin and its API key the admin service is checked too, and an access token
is made for the round and revoked after it. Without, name a token. With --version
every service has to say that it is this one.`,
		Example: `  sgsend smoke https://send.example.org --admin https://admin.example.org --api-key-env SEND_KEY
  sgsend smoke https://send.example.org --admin https://admin.example.org --version v0.4.0 --json=smoke.json
  sgsend smoke https://send.example.org --token "$SGSEND_TOKEN" --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("want the URL of at least one user service"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if target.Key, err = e.apiKey(cmd.Context(), keyEnv); err != nil {
				return err
			}
			if target.OriginSecret, err = e.originSecret(originEnv); err != nil {
				return err
			}
			if target.Token == "" && target.Key == "" {
				target.Token = e.Getenv("SGSEND_TOKEN")
			}
			if target.Admin != "" {
				if target.Admin, err = origin(target.Admin); err != nil {
					return err
				}
			}
			if large > math.MaxInt64>>20 {
				return usage(errors.New("--large is a number of MiB, and that many are too many"))
			}
			target.Large = int64(large) << 20
			if _, err := settings.HeaderName().Parse(target.KeyHeader); err != nil {
				return usage(fmt.Errorf("--api-key-header %w", err))
			}
			failures := 0
			reports := make([]smoke.Report, 0, len(args))
			for _, arg := range args {
				var err error
				if target.User, err = origin(arg); err != nil {
					return err
				}
				report := smoke.Run(cmd.Context(), target)
				failures += report.Failures()
				reports = append(reports, report)
				if jsonTo != standardOutput {
					if err := report.Print(e.stdout()); err != nil {
						return err
					}
				}
			}
			if err := e.writeReports(jsonTo, reports); err != nil {
				return err
			}
			if failures > 0 {
				return fmt.Errorf("checks that failed: %d", failures)
			}
			return nil
		},
	}
	c.Flags().Var((*trimmed)(&target.Admin), "admin", "URL of the admin service")
	c.Flags().StringVar(&keyEnv, "api-key-env", settings.APIKeyValue.Env,
		"environment variable that holds its API key, or ssm: and the name of the parameter that does")
	c.Flags().StringVar(&target.KeyHeader, "api-key-header", wire.DefaultAPIKey, "header that carries the key")
	c.Flags().StringVar(&originEnv, "origin-secret-env", "",
		"environment variable with what the services' front shows them, for addresses behind it, as those of functions are")
	c.Flags().Var((*trimmed)(&target.Token), "token",
		"access token to send with (default $SGSEND_TOKEN, or one made by the admin service)")
	c.Flags().StringVar(&target.Version, "version", "", "version that every service must be, such as v0.4.0")
	c.Flags().Var(&large, "large", "also send a file of so many MiB, in parts; 0 for none")
	c.Flags().StringVar(&jsonTo, "json", "", "print JSON; with =FILE, write it there and print the table")
	c.Flags().Lookup("json").NoOptDefVal = standardOutput
	return c
}

// originSecret reads what the front of services shows them; nothing where no variable
// is named.
func (e Env) originSecret(variable string) (string, error) {
	if variable == "" {
		return "", nil
	}
	secret := e.Getenv(variable)
	if secret == "" {
		return "", usage(fmt.Errorf("--origin-secret-env: %s is not set", variable))
	}
	return secret, nil
}

// standardOutput is the name of a file that is none.
const standardOutput = "-"

// writeReports writes reports as JSON into a file, to standard output, or, where to
// is "", nowhere.
func (e Env) writeReports(to string, reports []smoke.Report) error {
	if to == "" {
		return nil
	}
	text, err := oneLine(reports)
	if err != nil {
		return err
	}
	if to == standardOutput {
		_, err := io.WriteString(e.stdout(), text)
		return err
	}
	return os.WriteFile(to, []byte(text), 0o644)
}
