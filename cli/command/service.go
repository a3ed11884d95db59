package command

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
)

// service is the client of a service that is named on the command line or in
// the environment. It has no access token: a link of a stranger must not
// collect it.
func service(e Env, server string) (*client.Client, error) {
	if server == "" {
		server = e.Getenv("SGSEND_SERVER")
	}
	if server == "" {
		return nil, usage(errors.New("which service? " +
			"Name it with --server or in SGSEND_SERVER, as in https://send.example.org"))
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

// linked reads a link, and returns the client of the service that it is of.
func linked(e Env, text, server string) (envelope.Link, *client.Client, error) {
	l, err := envelope.ParseLink(text)
	if err != nil {
		return l, nil, usage(err)
	}
	if server == "" {
		server = l.Origin
	}
	c, err := service(e, server)
	return l, c, err
}
