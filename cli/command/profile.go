package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/cli/profile"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// profileFlag adds the flag that names a profile. The command reads it by its Env.
func (e *Env) profileFlag(c *cobra.Command) {
	e.profile = new(string)
	c.Flags().Var((*trimmed)(e.profile), "profile",
		"profile of 'sgsend profile' to take the service from (default $SGSEND_PROFILE)")
	completes(c, "profile", e.profileNames)
}

// profileNames are those that there are, for completion.
func (e Env) profileNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	path, err := e.profilePath()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	f, err := profile.Read(path)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return f.Names(), cobra.ShellCompDirectiveNoFileComp
}

// profilePath is the file that keeps profiles.
func (e Env) profilePath() (string, error) {
	dir := e.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		var err error
		if dir, err = os.UserConfigDir(); err != nil {
			return "", fmt.Errorf("nobody knows where the settings of this user are: %w", err)
		}
	}
	return filepath.Join(dir, "sgsend", "profiles.json"), nil
}

// chosen is a profile as it counts for a command.
type chosen struct {
	profile.Profile
	name string // "" = there is none

	// first says that the command line names it, which goes before the environment.
	// Otherwise that goes before it.
	first bool
}

// chosenProfile is the profile that a command is to use: that of --profile, of
// SGSEND_PROFILE, or the default.
func (e Env) chosenProfile() (chosen, error) {
	c := chosen{}
	if e.profile != nil {
		c.name = *e.profile
	}
	c.first = c.name != ""
	asked := "--profile"
	if !c.first {
		c.name, asked = e.Getenv("SGSEND_PROFILE"), "SGSEND_PROFILE"
	}
	path, err := e.profilePath()
	if err != nil {
		if c.name == "" {
			return chosen{}, nil // nobody has one there
		}
		return chosen{}, err
	}
	f, err := profile.Read(path)
	if err != nil {
		return chosen{}, err
	}
	if c.name == "" {
		c.name = f.Default
	}
	if c.name == "" {
		return chosen{}, nil
	}
	p, there := f.Profiles[c.name]
	if !there {
		return chosen{}, usage(fmt.Errorf("%s: there is no profile %q; 'sgsend profile list' has all", asked, c.name))
	}
	c.Profile = p
	return c, nil
}

// setting is what a command is told: by a flag, by the environment or by a profile,
// in that order, but that a profile of the command line goes before the environment.
func (e Env) setting(flag, variable string, of func(profile.Profile) string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	named := e.profile != nil && *e.profile != ""
	if value := e.Getenv(variable); value != "" && !named {
		return value, nil
	}
	c, err := e.chosenProfile()
	if err != nil {
		return "", err
	}
	if value := of(c.Profile); value != "" {
		return value, nil
	}
	return e.Getenv(variable), nil
}

// secret is one of the profile, from where it is. Whoever is shown it is asked at
// an address: a profile's secret is for its own alone.
func (e Env) secret(ctx context.Context, c chosen, s profile.Secret) (string, error) {
	value, what := c.Token, "access token"
	if s == profile.Key {
		value, what = c.Key, "API key"
	}
	if value != profile.InKeyring {
		return value, nil
	}
	value, err := profile.Fetch(ctx, c.name, s)
	if err != nil {
		return "", fmt.Errorf("the %s of the profile %q is in the keyring of this system, which does not give it: %w; "+
			"unlock it, or save the profile again", what, c.name, err)
	}
	return value, nil
}

// accessToken is the token to send with to a server.
func (e Env) accessToken(ctx context.Context, flag, server string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	said := e.Getenv("SGSEND_TOKEN")
	named := e.profile != nil && *e.profile != ""
	if said != "" && !named {
		return said, nil
	}
	c, err := e.chosenProfile()
	if err != nil {
		return "", err
	}
	if at, err := origin(c.Server); c.Token == "" || err != nil || at != server {
		return said, nil //nolint:nilerr // a service that cannot be is no service of this token's
	}
	return e.secret(ctx, c, profile.Token)
}

// operatorFlags are the flags by which an operator names a service.
type operatorFlags struct {
	admin, keyFile, header string
}

// flags adds them to a command.
func (o *operatorFlags) flags(e *Env, c *cobra.Command) {
	flags := c.Flags()
	flags.Var((*trimmed)(&o.admin), "admin", "URL of the admin service (default $SGSEND_ADMIN)")
	flags.StringVar(&o.keyFile, "api-key-file", "",
		`file with its API key, or "-" for standard input (default $SGSEND_API_KEY)`)
	flags.Var((*trimmed)(&o.header), "api-key-header",
		"header that carries the key (default $SGSEND_API_KEY_HEADER, or "+wire.DefaultAPIKey+")")
	e.profileFlag(c)
}

// service is the admin service that is meant.
func (o *operatorFlags) service(ctx context.Context, e Env) (*operator.Service, error) {
	address, err := e.setting(o.admin, "SGSEND_ADMIN", func(p profile.Profile) string { return p.Admin })
	if err != nil {
		return nil, err
	}
	if address == "" {
		return nil, usage(errors.New("which admin service? Name it with --admin, in SGSEND_ADMIN or in a profile, " +
			"as in https://admin.send.example.org"))
	}
	s := &operator.Service{}
	if s.Address, err = origin(address); err != nil {
		return nil, err
	}
	c, err := e.chosenProfile()
	if err != nil {
		return nil, err
	}
	if at, err := origin(c.Admin); err != nil || at != s.Address {
		c = chosen{} // its key is for another one
	}
	if s.Key, err = o.key(ctx, e, c); err != nil {
		return nil, err
	}
	if s.Key == "" {
		return nil, usage(errors.New("which API key? Give it with --api-key-file, in SGSEND_API_KEY or in a profile"))
	}
	s.Header = o.header
	if s.Header == "" && c.first {
		s.Header = c.KeyHeader
	}
	if s.Header == "" {
		s.Header = e.Getenv("SGSEND_API_KEY_HEADER")
	}
	if s.Header == "" {
		s.Header = c.KeyHeader
	}
	return s, checkHeader(s.Header)
}

// checkHeader says whether a header can be called so; "" is the usual one.
func checkHeader(name string) error {
	if name == "" {
		return nil
	}
	if _, err := settings.HeaderName().Parse(name); err != nil {
		return usage(fmt.Errorf("--api-key-header %w", err))
	}
	return nil
}

// key is the API key to show.
func (o *operatorFlags) key(ctx context.Context, e Env, c chosen) (string, error) {
	if o.keyFile != "" {
		return e.secretFile(ctx, "API key", o.keyFile)
	}
	if c.Key != "" && (c.first || e.Getenv("SGSEND_API_KEY") == "") {
		text, err := e.secret(ctx, c, profile.Key)
		if err != nil {
			return "", err
		}
		return dereferenced(ctx, fmt.Sprintf("the API key of the profile %q", c.name), text)
	}
	return e.apiKey(ctx, "SGSEND_API_KEY")
}

// maxSecret is what a file with a secret may have, in bytes.
const maxSecret = 4 << 10

// secretFile reads a secret from a file, or from standard input.
func (e Env) secretFile(ctx context.Context, what, path string) (string, error) {
	in := reading(ctx, e.In)
	if path != standardInput {
		f, err := open(ctx, path, os.O_RDONLY)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = reading(ctx, f)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSecret+1))
	if err != nil {
		return "", err
	}
	secret := trim(string(text))
	switch {
	case secret == "":
		return "", usage(fmt.Errorf("there is no %s in %s", what, path))
	case len(text) > maxSecret:
		return "", usage(fmt.Errorf("what is in %s is too long for an %s", path, what))
	}
	return secret, inOneLine(what, secret)
}

// standardInput is the name of a file that is none.
const standardInput = "-"

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

func profileSaveCommand(e Env) *cobra.Command {
	var p profile.Profile
	var tokenFile, keyFile string
	var noKeyring, noCheck bool
	c := &cobra.Command{
		Use:   "save [flags] NAME",
		Short: "Save a profile, or change one",
		Long: `Save a profile, or change what is named of one that there is. The first becomes the
default. What opens a service is read from a file, from standard input with "-", or
asked for where this is a terminal, and is tried before it is saved.

In the place of an API key the file may hold ssm: and the name of a parameter of
AWS Systems Manager, as the admin service's settings do: then that is what is
saved.`,
		Example: `  sgsend profile save home --server https://send.example.org
  sgsend profile save work --server https://send.example.org --token-file token.txt
  sgsend profile save ops --admin https://admin.send.example.org --api-key-file -`,
		Args: exactly(1, "one NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			if err := profile.CheckName(name); err != nil {
				return usage(err)
			}
			path, err := e.profilePath()
			if err != nil {
				return err
			}
			f, err := profile.Read(path)
			if err != nil {
				return err
			}
			next, err := merged(f.Profiles[name], p)
			if err != nil {
				return err
			}
			if next == (profile.Profile{}) {
				return usage(errors.New("what is to be saved? Name --server, --admin, or both"))
			}
			secrets := newSecrets{e: e, name: name, noKeyring: noKeyring}
			if err := secrets.read(cmd.Context(), p, tokenFile, keyFile); err != nil {
				return err
			}
			if !noCheck {
				if err := secrets.check(cmd.Context(), next); err != nil {
					return err
				}
			}
			if err := secrets.keep(cmd.Context(), &next, path); err != nil {
				return err
			}
			f.Profiles[name] = next
			if f.Default == "" {
				f.Default = name
			}
			if err := profile.Write(path, f); err != nil {
				return err
			}
			fmt.Fprintf(e.Err, "saved in %s\n", path)
			return nil
		},
	}
	flags := c.Flags()
	flags.Var((*trimmed)(&p.Server), "server", "the service to send by, as https://send.example.org")
	flags.StringVar(&tokenFile, "token-file", "", `file with the access token to send with, or "-" for standard input`)
	flags.Var((*trimmed)(&p.Admin), "admin", "URL of the admin service")
	flags.StringVar(&keyFile, "api-key-file", "", `file with its API key, or "-" for standard input`)
	flags.Var((*trimmed)(&p.KeyHeader), "api-key-header",
		"header that carries the key, where it is not "+wire.DefaultAPIKey)
	flags.BoolVar(&noKeyring, "no-keyring", false, "keep what opens a service in the file, also where there is a keyring")
	flags.BoolVar(&noCheck, "no-check", false, "save without asking the services whether they take it")
	return c
}

// merged is a profile with what was said of it anew. A secret stays only with the
// service that it opens.
func merged(old, said profile.Profile) (profile.Profile, error) {
	for _, address := range []*string{&said.Server, &said.Admin} {
		if *address == "" {
			continue
		}
		at, err := origin(*address)
		if err != nil {
			return old, err
		}
		*address = at
	}
	if said.Server != "" && said.Server != old.Server {
		old.Server, old.Token = said.Server, ""
	}
	if said.Admin != "" && said.Admin != old.Admin {
		old.Admin, old.Key = said.Admin, ""
	}
	if said.KeyHeader != "" {
		old.KeyHeader = said.KeyHeader
	}
	return old, checkHeader(old.KeyHeader)
}

// newSecrets are those that are to be saved with a profile; "" leaves what is there.
type newSecrets struct {
	e          Env
	name       string
	noKeyring  bool
	token, key string
}

// read reads them, from files or from a person.
func (s *newSecrets) read(ctx context.Context, said profile.Profile, tokenFile, keyFile string) (err error) {
	if tokenFile == standardInput && keyFile == standardInput {
		return usage(errors.New("only one of --token-file and --api-key-file can be standard input"))
	}
	if s.token, err = s.one(ctx, "access token", said.Server, tokenFile); err != nil {
		return err
	}
	s.key, err = s.one(ctx, "API key", said.Admin, keyFile)
	return err
}

// one reads a secret that opens what is at an address.
func (s *newSecrets) one(ctx context.Context, what, address, path string) (string, error) {
	if path != "" {
		return s.e.secretFile(ctx, what, path)
	}
	in, ok := s.e.In.(*os.File)
	if address == "" || !ok || !term.IsTerminal(int(in.Fd())) {
		return "", nil
	}
	fmt.Fprintf(s.e.Err, "%s of %s (nothing for none): ", what, address)
	text, err := within(ctx, func() ([]byte, error) { return term.ReadPassword(int(in.Fd())) })
	fmt.Fprintln(s.e.Err)
	if err != nil {
		return "", err
	}
	return trim(string(text)), inOneLine(what, trim(string(text)))
}

// check asks the services whether they take them.
func (s *newSecrets) check(ctx context.Context, p profile.Profile) error {
	if s.token != "" {
		if p.Server == "" {
			return usage(errors.New("the access token is for which service? Name it with --server"))
		}
		var says wire.CheckTokenReply
		api := client.Client{Server: p.Server}
		err := api.Call(ctx, client.Call{Route: wire.CheckToken, Values: []string{s.token}}, &says)
		if err == nil && !says.Valid {
			err = fmt.Errorf("the service does not take this access token (%s); nothing was saved",
				clean(string(says.Reason)))
		}
		if err != nil {
			return err
		}
	}
	if s.key == "" {
		return nil
	}
	if p.Admin == "" {
		return usage(errors.New("the API key is for which service? Name it with --admin"))
	}
	key, err := dereferenced(ctx, "the API key", s.key)
	if err != nil {
		return err
	}
	_, err = (&operator.Service{Address: p.Admin, Key: key, Header: p.KeyHeader}).Version(ctx)
	return err
}

// keep puts them where they are kept, and says in the profile where that is.
func (s *newSecrets) keep(ctx context.Context, p *profile.Profile, path string) error {
	for _, one := range []struct {
		of    profile.Secret
		value string
		to    *string
	}{{profile.Token, s.token, &p.Token}, {profile.Key, s.key, &p.Key}} {
		if one.value == "" {
			continue
		}
		*one.to = one.value
		if s.noKeyring || isReference(one.value) {
			continue
		}
		switch err := profile.Keep(ctx, s.name, one.of, one.value); {
		case err == nil:
			*one.to = profile.InKeyring
		case errors.Is(err, profile.ErrNoKeyring):
			fmt.Fprintf(s.e.Err, "this system has no keyring that takes it: the %s is in %s, which only you can read\n",
				map[profile.Secret]string{profile.Token: "access token", profile.Key: "API key"}[one.of], path)
		default:
			return err
		}
	}
	return nil
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
				p := f.Profiles[name]
				all = append(all, shownProfile{
					Name: name, Default: name == f.Default, Server: p.Server, Token: whereIs(p.Token),
					Admin: p.Admin, Key: whereIs(p.Key), KeyHeader: p.KeyHeader,
				})
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
	return &cobra.Command{
		Use:               "use NAME",
		Short:             "Make a profile the default",
		Args:              exactly(1, "one NAME"),
		ValidArgsFunction: e.profileNames,
		RunE: func(_ *cobra.Command, args []string) error {
			return e.changeProfiles(args[0], func(f *profile.File) error {
				f.Default = args[0]
				return nil
			})
		},
	}
}

func profileRemoveCommand(e Env) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a profile, and what opens its services",
		Long: `Remove a profile, and what the keyring has for it. Where that cannot be removed,
nothing is.`,
		Args:              exactly(1, "one NAME"),
		ValidArgsFunction: e.profileNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			return e.changeProfiles(name, func(f *profile.File) error {
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
		},
	}
}

// isReference says whether a text names where a secret is.
func isReference(text string) bool { return strings.HasPrefix(text, "ssm:") }
