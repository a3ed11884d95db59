package command

import (
	"errors"
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
		return nil, usage(errors.New("which service? Name it with --server or in SGSEND_SERVER, as in https://send.example.org"))
	}
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return nil, usage(errors.New("the service is named like https://send.example.org, without a path"))
	}
	return &client.Client{Server: u.Scheme + "://" + u.Host}, nil
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
