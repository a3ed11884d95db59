package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/cli/profile"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// operatorFlags are the flags by which an operator names a service.
type operatorFlags struct {
	admin, keyFile, header string
}

// flags adds them to a command.
func (o *operatorFlags) flags(e *Env, c *cobra.Command) {
	flags := c.Flags()
	flags.Var((*trimmed)(&o.admin), "admin", "URL of the admin service (default $SGSEND_ADMIN)")
	flags.Var((*named)(&o.keyFile), "api-key-file",
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

// argument is what a command was told of what it works on: what stands there, or for "-"
// what standard input has, unless the API key comes from there. name is the argument's in
// the command's usage, and what is what it is.
func (o *operatorFlags) argument(ctx context.Context, e Env, name, what, said string) (string, error) {
	if said != standardInput {
		return said, nil
	}
	if o.keyFile == standardInput {
		return "", usage(fmt.Errorf("only one of %s and --api-key-file can be standard input", name))
	}
	return e.secretFile(ctx, what, said)
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
