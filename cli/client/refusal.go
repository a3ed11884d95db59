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
type refused struct {
	status int
	date   time.Time
}

func (r refused) Error() string { return fmt.Sprintf("HTTP status %d", r.status) }

// status returns the HTTP status that an error comes of, or 0.
func status(err error) int {
	r, _ := errors.AsType[refused](err)
	return r.status
}

// Answered says whether an error is what was answered, and not that nothing was.
func Answered(err error) bool { return status(err) != 0 }

// refusal is the error of an answer that is not 2xx. Its reason is the code
// that the service gave, if any.
func refusal(res *http.Response) error {
	cause := refused{res.StatusCode, dated(res)}
	if to, err := res.Location(); err == nil {
		at := shown(to.Scheme + "://" + to.Host)
		return send.Because(send.Invalid, cause, "the service moved to %s: name that one", at)
	}
	m, said := meaningOf(res.StatusCode), saidBy(res)
	if said.Code == "" && res.StatusCode == http.StatusInternalServerError {
		// A fault of the service's own has its code. This is one of what stands before it, or of a storage, which may
		// be asked again: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (InternalError)
		m.code = send.Unavailable
	}
	e := send.Because(m.code, cause, "%s", explain(res, m, said)).With(said.Code)
	if s, err := strconv.Atoi(wire.RetryAfter.Get(res.Header)); err == nil && s > 0 {
		e.RetryAfter = time.Duration(min(s, int(longestWait/time.Second))) * time.Second
	}
	return e
}

// longestWait is as long as a service can ask a client to wait.
const longestWait = 24 * time.Hour

// shown is a text of others as one line that a terminal can show: nothing in it moves a
// cursor, or turns the direction of what stands around it.
func shown(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text))
}

// saidBy is what an answer says of itself, fit for a terminal: nothing where it
// is not a service's own, but that of something before it.
func saidBy(res *http.Response) (e wire.Error) {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if json.Unmarshal(b, &e) != nil {
		return wire.Error{}
	}
	e.Detail = shown(e.Detail)
	return e
}

// explain says what happened and what to do: by the code, or where there is
// none by the status, with what the answer says itself.
func explain(res *http.Response, m meaning, said wire.Error) string {
	switch text := words[said.Code]; {
	case text != "":
		return text
	case said.Code != "" && said.Detail != "":
		return said.Detail
	case said.Detail != "":
		return fmt.Sprintf("%s (it says: %s)", m.words, said.Detail)
	}
	return fmt.Sprintf("%s (it answered %s)", m.words, shown(res.Status))
}
