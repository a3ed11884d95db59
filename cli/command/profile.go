package command

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/profile"
)

func profileCommand(e Env) *cobra.Command {
	c := &cobra.Command{
		Use:   "profile",
		Short: "Keep where services are, and what opens them",
		Long: `Keep where services are, and what opens them, so that no command has to be told.
What a flag says goes first; then the profile that --profile names; then the
environment; then the profile of SGSEND_PROFILE, or the default one.

A profile's access token is shown to its own server alone, and its API key to its
own admin service. Both are in the keyring of this system, where there is one
(the Keychain, Windows' Credential Manager, or what speaks Secret Service), and
otherwise in the file, sgsend/profiles.json in your folder of settings, which is
not read if anybody else can read it.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			return usage(errors.New("what with profiles? Say save, list, use or remove"))
		},
	}
	c.AddCommand(profileSaveCommand(e), profileListCommand(e), profileUseCommand(e), profileRemoveCommand(e))
	return c
}

// shownProfile is a profile as it is listed: of secrets, only where they are.
type shownProfile struct {
	Name      string `json:"name"`
	Default   bool   `json:"default"`
	Server    string `json:"server,omitempty"`
	Token     string `json:"token,omitempty"` // where it is: file or keyring
	Admin     string `json:"admin,omitempty"`
	Key       string `json:"api_key,omitempty"` // where it is: file, keyring, or the reference
	KeyHeader string `json:"api_key_header,omitempty"`
}

// whereIs says where a secret is, and not what it is.
func whereIs(secret string) string {
	switch {
	case secret == "":
		return ""
	case secret == profile.InKeyring:
		return "keyring"
	case isReference(secret):
		return secret
	}
	return "file"
}

func profileListCommand(e Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the profiles, without what opens them",
		Args:  exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := e.profilePath()
			if err != nil {
				return err
			}
			f, err := profile.Read(path)
			if err != nil {
				return err
			}
			all := []shownProfile{}
			for _, name := range f.Names() {
				all = append(all, asShownProfile(f, name))
			}
			if asJSON {
				return e.printJSON(cmd.Context(), map[string]any{"profiles": all})
			}
			return e.printTable(cmd.Context(), func(w *tabwriter.Writer) {
				if len(all) > 0 {
					fmt.Fprintln(w, "NAME\tSERVER\tTOKEN\tADMIN\tAPI KEY")
				}
				for _, p := range all {
					mark := ""
					if p.Default {
						mark = " (default)"
					}
					fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\t%s\n", p.Name, mark, orDash(p.Server), orDash(p.Token),
						orDash(p.Admin), orDash(p.Key))
				}
			})
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func asShownProfile(f profile.File, name string) shownProfile {
	p := f.Profiles[name]
	return shownProfile{
		Name: name, Default: name == f.Default, Server: p.Server, Token: whereIs(p.Token),
		Admin: p.Admin, Key: whereIs(p.Key), KeyHeader: p.KeyHeader,
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// changeProfiles reads the file, has it changed, and writes it.
func (e Env) changeProfiles(name string, change func(*profile.File) error) error {
	path, err := e.profilePath()
	if err != nil {
		return err
	}
	f, err := profile.Read(path)
	if err != nil {
		return err
	}
	if _, there := f.Profiles[name]; !there {
		return usage(fmt.Errorf("there is no profile %q; 'sgsend profile list' has all", name))
	}
	if err := change(&f); err != nil {
		return err
	}
	return profile.Write(path, f)
}

func profileUseCommand(e Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "use NAME",
		Short:             "Make a profile the default",
		Args:              exactly(1, "one NAME"),
		ValidArgsFunction: e.profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			var used shownProfile
			err := e.changeProfiles(args[0], func(f *profile.File) error {
				f.Default = args[0]
				used = asShownProfile(*f, args[0])
				return nil
			})
			if err == nil && asJSON {
				err = e.printJSON(cmd.Context(), used)
			}
			return err
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

func profileRemoveCommand(e Env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a profile, and what opens its services",
		Long: `Remove a profile, and what the keyring has for it. Where that cannot be removed,
nothing is.`,
		Args:              exactly(1, "one NAME"),
		ValidArgsFunction: e.profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			err := e.changeProfiles(name, func(f *profile.File) error {
				p := f.Profiles[name]
				for s, value := range map[profile.Secret]string{profile.Token: p.Token, profile.Key: p.Key} {
					if value != profile.InKeyring {
						continue
					}
					if err := profile.Forget(cmd.Context(), name, s); err != nil {
						return fmt.Errorf("the keyring does not give up what is kept of %q: %w", name, err)
					}
				}
				delete(f.Profiles, name)
				if f.Default == name {
					f.Default = ""
				}
				return nil
			})
			if err == nil && asJSON {
				err = e.printJSON(cmd.Context(), map[string]any{"name": name, "status": "removed"})
			}
			return err
		},
	}
	jsonFlag(c, &asJSON)
	return c
}
