package web

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/wire"
)

// secrets are where a request carries what no log line may hold.
type secrets struct {
	headers    []wire.Header
	parameters []string      // of its path and its query
	origin     *secret.Value // what a request is held against, and loses; nil = nothing
}

func newSecrets(apiKeyName string, origin *secret.Value) secrets {
	s := secrets{headers: wire.Secret(), origin: origin}
	if apiKeyName != "" {
		s.headers = wire.Secret(wire.APIKey(apiKeyName))
	}
	for _, in := range []wire.Place{wire.InPath, wire.InQuery} {
		for _, p := range wire.SecretParameters(in) {
			s.parameters = append(s.parameters, p.Name)
		}
	}
	return s
}

// minHidden is the length from which a part of the path may be a secret. To
// hide shorter ones would make the text unreadable.
const minHidden = 4

// redact returns the text of an error for the log. Errors of the network name
// both addresses, those of a request to another service its whole URL, in
// which a token may stand; and whatever the text was made of, it must not hold
// who the client is or what it asked for and presented.
func (s secrets) redact(err error, r *http.Request, vars map[string]string) string {
	text := err.Error()
	if e, ok := errors.AsType[*url.Error](err); ok {
		text = strings.ReplaceAll(text, e.Error(), e.Op+": "+e.Err.Error())
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Err != nil {
		text = strings.ReplaceAll(text, e.Error(), e.Op+" "+e.Net+": "+e.Err.Error())
	}
	hide := func(secret, name string) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "["+name+"]")
		}
	}
	if s.origin != nil {
		for _, value := range s.origin.Known() {
			hide(value, strings.ToLower(wire.OriginSecret.Name))
		}
	}
	for _, h := range s.headers {
		name := strings.ToLower(h.Name)
		for _, value := range r.Header[h.Key()] {
			hide(value, name)
			for _, part := range credentials(value) {
				hide(part, name)
			}
		}
	}
	hide(r.RemoteAddr, "client")
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		hide(host, "client")
	}
	// What else was asked for is no secret, but nobody's business either.
	hideValue := func(value, name string) {
		if len(value) >= minHidden || slices.Contains(s.parameters, name) {
			hide(value, name)
		}
	}
	for name, value := range vars {
		hideValue(value, name)
	}
	hideValue(r.URL.EscapedPath(), "path")
	hideValue(r.URL.Path, "path")
	for name, values := range r.URL.Query() {
		for _, value := range values {
			hideValue(value, name)
		}
	}
	return text
}

// credentials returns what of a header's value may stand elsewhere without the
// rest of it: the token of "Bearer token", the value of a cookie, what somebody
// pasted with quotes around it.
func credentials(value string) []string {
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ;,\"'", r) })
	for _, part := range parts {
		if _, after, found := strings.Cut(part, "="); found {
			parts = append(parts, after)
		}
	}
	return slices.DeleteFunc(parts, func(part string) bool { return len(part) < minHidden })
}
