package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/profile"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// trimmed is a text as a flag, without the line end and the spaces around it
// that come with a file it was kept in.
type trimmed string

// Set reads the flag.
func (s *trimmed) Set(text string) error {
	*s = trimmed(trim(text))
	return nil
}

// String writes the flag.
func (s *trimmed) String() string { return string(*s) }

// Type names the value in the help text.
func (*trimmed) Type() string { return "string" }

func trim(text string) string { return strings.Trim(text, " \t\r\n\x00\ufeff") }

// inOneLine refuses what cannot be a token or a secret, before the service is
// asked with it again and again. what names it.
func inOneLine(what, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return usage(fmt.Errorf("the %s has a line end or another control character in it: give only one", what))
	}
	return nil
}

// service is the client of a service that is named on the command line, in the
// environment or in a profile. It has no access token: a link of a stranger must not
// collect it.
func service(e Env, server string) (*client.Client, error) {
	server, err := e.setting(server, "SGSEND_SERVER", func(p profile.Profile) string { return p.Server })
	if err != nil {
		return nil, err
	}
	if server == "" {
		return nil, usage(errors.New("which service? " +
			"Name it with --server, in SGSEND_SERVER or in a profile, as in https://send.example.org"))
	}
	at, err := origin(server)
	return &client.Client{Server: at}, err
}

// origin reads the address of a service.
func origin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return "", usage(fmt.Errorf("%q is not of the form https://send.example.org, without a path", text))
	}
	return u.Scheme + "://" + u.Host, nil
}

// maxLink bounds what is read to find a link in, in bytes: a mail, say.
const maxLink = 1 << 20

// linked reads a link, which "-" says is in standard input, and returns the client
// of the service that it is of.
func linked(ctx context.Context, e Env, text, server string) (envelope.Link, *client.Client, error) {
	if text == "-" {
		said, err := io.ReadAll(io.LimitReader(reading(ctx, e.In), maxLink))
		if err != nil {
			return envelope.Link{}, nil, err
		}
		text = string(said)
	}
	l, err := envelope.ParseLink(text)
	if send.ReasonOf(err) == envelope.ReasonRequest {
		return l, nil, usage(errors.New("that is the link of a request, by which one sends: sgsend send --to does; " +
			"what was sent to a request of yours 'sgsend request receive' receives"))
	}
	if err != nil {
		return l, nil, usage(err)
	}
	if server == "" {
		server = l.Origin
	}
	c, err := service(e, server)
	return l, c, err
}

// giveKey gives a link the key that came another way, unless that is "".
func giveKey(link *envelope.Link, key string) error {
	if key == "" {
		return nil
	}
	k, err := envelope.ParseKey(key)
	if err != nil {
		return usage(err)
	}
	link.Key, link.HasKey, link.Friendly = k, true, ""
	return nil
}
