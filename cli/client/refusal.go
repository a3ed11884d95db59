package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// refused is an answer that is not 2xx, kept as the cause of the error that
// explains it.
type refused int

func (r refused) Error() string { return fmt.Sprintf("HTTP status %d", int(r)) }

// status returns the HTTP status that an error comes of, or 0.
func status(err error) int {
	r, _ := errors.AsType[refused](err)
	return int(r)
}

var codes = map[int]send.Code{
	http.StatusUnauthorized:          send.Unauthorized,
	http.StatusForbidden:             send.Forbidden,
	http.StatusNotFound:              send.NotFound,
	http.StatusConflict:              send.Conflict,
	http.StatusGone:                  send.Gone,
	http.StatusRequestEntityTooLarge: send.TooLarge,
	http.StatusTooManyRequests:       send.Limited,
	http.StatusInsufficientStorage:   send.Full,
	http.StatusBadGateway:            send.Unavailable,
	http.StatusServiceUnavailable:    send.Unavailable,
	http.StatusGatewayTimeout:        send.Unavailable,
}

// refusal is the error of an answer.
func refusal(res *http.Response) error {
	if to, err := res.Location(); err == nil {
		return send.Because(send.Invalid, refused(res.StatusCode), "the service moved to %s://%s: name that one", to.Scheme, to.Host)
	}
	code, known := codes[res.StatusCode]
	if !known {
		code = send.Invalid
		if res.StatusCode >= 500 {
			code = send.Internal
		}
	}
	e := send.Because(code, refused(res.StatusCode), "%s", detail(res))
	if s, err := strconv.Atoi(wire.RetryAfter.Get(res.Header)); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

// detail returns what an answer says, fit for a terminal.
func detail(res *http.Response) string {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	var in struct {
		Detail any `json:"detail"`
	}
	text := ""
	if json.Unmarshal(b, &in) == nil {
		switch d := in.Detail.(type) {
		case string:
			text = d
		case []any: // validation: one object for each field
			for _, p := range d {
				if m, ok := p.(map[string]any); ok {
					text += fmt.Sprintf("%v; ", m["msg"])
				}
			}
		}
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.TrimRight(text, "; "))
	if text == "" {
		text = "the service answered " + res.Status
	}
	if plain, ok := plainWords[text]; ok {
		return plain
	}
	return text
}

// plainWords are what the words stand for that the service answers programs
// with.
var plainWords = map[string]string{
	"Access token required": "an access token is needed to send here: give it with --token, or in SGSEND_TOKEN",
	"Invalid access token":  "the service does not know this access token: check that all of it was copied",

	"expired":            "the transfer has expired; ask its sender to send it again",
	"exhausted":          "the transfer was downloaded as often as its sender allowed; ask for it to be sent again",
	"not_found":          "there is no such transfer: the link is not complete, or the transfer is long gone",
	"Transfer not found": "there is no such transfer: the link is not complete, or the transfer is long gone",
	"delete_not_enabled": "the transfer was sent without a delete secret, so nobody can delete it; it expires by itself",
	"auth_mismatch":      "the delete secret is not the one of this transfer",

	"Transfer not found or not available for download": "there is nothing to download: the link is not complete, or the transfer was deleted or never completed",
}
