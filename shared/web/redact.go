package web

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// secretHeaders are the headers whose values no log line may hold.
var secretHeaders = []string{
	"Authorization", "Cookie",
	"X-Sgraph-Access-Token", "X-Sgraph-Transfer-Delete-Auth", "X-Sgraph-Download-Permit",
}

// minHidden is the length from which a part of the path may be a secret. To
// hide shorter ones would make the text unreadable.
const minHidden = 4

// redact returns the text of an error for the log. Errors of the network name
// both addresses, those of a request to another service its whole URL, in
// which a token may stand; and whatever the text was made of, it must not hold
// who the client is or what it asked for and presented.
func redact(err error, r *http.Request, vars map[string]string) string {
	text := err.Error()
	if e, ok := errors.AsType[*url.Error](err); ok {
		text = strings.ReplaceAll(text, e.Error(), e.Op+": "+e.Err.Error())
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Err != nil {
		text = strings.ReplaceAll(text, e.Error(), e.Op+" "+e.Net+": "+e.Err.Error())
	}
	hide := func(secret, name string) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, name)
		}
	}
	for _, h := range secretHeaders {
		hide(r.Header.Get(h), "["+strings.ToLower(h)+"]")
	}
	hide(r.RemoteAddr, "[client]")
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		hide(host, "[client]")
	}
	for name, value := range vars {
		if len(value) >= minHidden {
			hide(value, "["+name+"]")
		}
	}
	if len(r.URL.Path) >= minHidden {
		hide(r.URL.Path, "[path]")
	}
	for name, values := range r.URL.Query() {
		for _, value := range values {
			if len(value) >= minHidden {
				hide(value, "["+name+"]")
			}
		}
	}
	return text
}
