package client

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/codetest"
)

// elsewhere are the codes that this client never meets.
var elsewhere = map[send.Reason]string{
	send.ReasonIDTaken:           "it lets the service choose the ID",
	send.ReasonTokenNameTaken:    "operators make tokens",
	send.ReasonAPIKeyRequired:    "operators have the key",
	send.ReasonWrongAPIKey:       "operators have the key",
	send.ReasonSessionExpired:    "operators log in",
	send.ReasonSessionInvalid:    "operators log in",
	send.ReasonCrossSite:         "it is no browser",
	send.ReasonOperatorRequired:  "viewers come by a browser",
	send.ReasonSignOnFailed:      "people sign in by a browser",
	send.ReasonNoRole:            "people sign in by a browser",
	send.ReasonSignOnUnavailable: "people sign in by a browser",
}

func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	codes := map[send.Reason]bool{}
	for _, c := range codetest.Declared(t, filepath.Join("..", "..", "shared", "send")) {
		codes[c.Code] = true
		_, known := words[c.Code]
		if why := elsewhere[c.Code]; known == (why != "") {
			t.Errorf("%s: has words: %v; is not met because %q", c.Code, known, why)
		}
	}
	for code := range words {
		if !codes[code] {
			t.Errorf("%s has words, and no service says it", code)
		}
	}
}

func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		code   send.Code
		reason send.Reason
		says   string // all of it
	}{
		"by its code": {
			410, `{"detail":"expired","code":"expired"}`, send.Gone, send.ReasonExpired,
			"the transfer has expired; ask its sender to send it again",
		},
		"by its code, whatever the detail is": {
			410, `{"detail":{"in":"a new form"},"code":"exhausted"}`, send.Gone, send.ReasonExhausted,
			"the transfer was downloaded as often as its sender allowed; ask for it to be sent again",
		},
		"in the service's words": {
			413, `{"detail":"at most 5 GiB","code":"too_large"}`, send.TooLarge, "too_large", "at most 5 GiB",
		},
		"fields, one by one": {
			400, `{"detail":[{"msg":"a is no number"},{"msg":"b is missing"}],"code":"invalid"}`, send.Invalid, "invalid",
			"a is no number; b is missing",
		},
		"by a code of the future": {
			409, `{"detail":"the moon is full","code":"full_moon"}`, send.Conflict, "full_moon", "the moon is full",
		},
		"by a code of the future, without a detail": {
			409, `{"code":"full_moon"}`, send.Conflict, "full_moon",
			"the transfer is not in a state in which this can be done (it answered 409 Conflict)",
		},
		"an older service": {
			410, `{"detail":"expired"}`, send.Gone, "gone",
			"the transfer has expired, or was downloaded as often as its sender allowed; " +
				"ask for it to be sent again (it says: expired)",
		},
		"an older service, in many words": {
			400, `{"detail":[{"msg":"a is no number","loc":["body","a"]},{"msg":"b is missing"}]}`, send.Invalid, "invalid",
			"the service does not accept this (it says: a is no number; b is missing)",
		},
		"a proxy": {
			404, `<html>nothing here</html>`, send.NotFound, "not_found",
			noTransfer + " (it answered 404 Not Found)",
		},
		"a proxy's JSON": {
			403, `["denied"]`, send.Forbidden, "forbidden",
			meanings[403].words + " (it answered 403 Forbidden)",
		},
		"a teapot": {
			418, ``, send.Invalid, "invalid",
			"the service does not accept this (it answered 418 I'm a teapot)",
		},
		"a fault": {
			500, `{"detail":"Something failed","code":"internal"}`, send.Internal, "internal",
			"the service met a fault of its own; try again later, and tell who runs it if it stays",
		},
		"what it cannot do": {
			501, ``, send.Internal, "internal", "the service failed; try again later (it answered 501 Not Implemented)",
		},
		"a fault of a storage": {
			500, `<Error><Code>InternalError</Code></Error>`, send.Unavailable, "unavailable",
			"the service failed; try again later (it answered 500 Internal Server Error)",
		},
		"what would move a terminal's cursor": {
			409, `{"detail":"a\u001b[2Jb\n","code":"conflict"}`, send.Conflict, "conflict", "a [2Jb",
		},
	} {
		got := answered(t, c.status, c.body, nil)
		if got.Message != c.says || got.Code != c.code || send.ReasonOf(got) != c.reason {
			t.Errorf("%s: %s, %s: %q", name, got.Code, send.ReasonOf(got), got.Message)
		}
	}
}

// Whatever a status says of itself, there are words for it.
func TestEveryStatusHasWords(t *testing.T) {
	t.Parallel()
	for status := 400; status < 600; status++ {
		if m := meaningOf(status); m.words == "" || m.code == "" {
			t.Errorf("%d: %+v", status, m)
		}
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"7": 7 * time.Second, "-7": 0, "soon": 0, "": 0} {
		got := answered(t, 429, `{"detail":"wait","code":"limited"}`, http.Header{"Retry-After": {value}})
		if got.RetryAfter != want || got.Message != "wait" {
			t.Errorf("%q: %v, %q", value, got.RetryAfter, got.Message)
		}
	}
}

// answered is the error of an answer.
func answered(t *testing.T, status int, body string, header http.Header) *send.Error {
	t.Helper()
	w := httptest.NewRecorder()
	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	fmt.Fprint(w, body)
	res := w.Result()
	res.Status = strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status)))
	e, ok := refusal(res).(*send.Error)
	if !ok {
		t.Fatalf("got %v", refusal(res))
	}
	return e
}
