package command

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/cli/profile"
	"sgraph.ai/send/shared/wire"
)

func profileSaveCommand(e Env) *cobra.Command {
	var p profile.Profile
	var tokenFile, keyFile string
	var noKeyring, noCheck, asJSON bool
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
			old := f.Profiles[name]
			next, err := merged(old, p)
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
			for _, forgotten := range forgets(old, next) {
				fmt.Fprintln(e.Err, forgotten)
			}
			if asJSON {
				return e.printJSON(cmd.Context(), asShownProfile(f, name))
			}
			fmt.Fprintf(e.Err, "saved in %s\n", path)
			return nil
		},
	}
	flags := c.Flags()
	flags.Var((*trimmed)(&p.Server), "server", "the service to send by, as https://send.example.org")
	flags.Var((*named)(&tokenFile), "token-file", `file with the access token to send with, or "-" for standard input`)
	flags.Var((*trimmed)(&p.Admin), "admin", "URL of the admin service")
	flags.Var((*named)(&keyFile), "api-key-file", `file with its API key, or "-" for standard input`)
	flags.Var((*trimmed)(&p.KeyHeader), "api-key-header",
		"header that carries the key, where it is not "+wire.DefaultAPIKey)
	flags.BoolVar(&noKeyring, "no-keyring", false, "keep what opens a service in the file, also where there is a keyring")
	flags.BoolVar(&noCheck, "no-check", false, "save without asking the services whether they take it")
	jsonFlag(c, &asJSON)
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

// forgets says what opened the services of a profile, and is not kept with its new ones.
func forgets(old, next profile.Profile) (said []string) {
	if old.Token != "" && next.Token == "" {
		said = append(said, fmt.Sprintf("its access token was that of %s, and is forgotten", old.Server))
	}
	if old.Key != "" && next.Key == "" {
		said = append(said, fmt.Sprintf("its API key was that of %s, and is forgotten", old.Admin))
	}
	return said
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
