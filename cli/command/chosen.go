package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/profile"
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

// accessToken is the token to send with to a server. A link that invites will do.
func (e Env) accessToken(ctx context.Context, flag, server string) (string, error) {
	token, err := e.saidToken(ctx, flag, server)
	return wire.Invited(token), err
}

func (e Env) saidToken(ctx context.Context, flag, server string) (string, error) {
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
