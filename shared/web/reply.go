package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// methodNotAllowed answers a method that the path does not have.
func methodNotAllowed(w http.ResponseWriter, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	WriteJSON(w, http.StatusMethodNotAllowed,
		wire.Error{Detail: "Method Not Allowed", Code: send.ReasonMethodNotAllowed})
}

// HandlerFunc is a route: it answers, or returns why it cannot.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Handle makes a handler of a route.
func Handle(h HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			WriteError(w, r, err)
		}
	})
}

// WriteJSON answers with v as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // v is the service's own, so this is a fault of the program
	}
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	w.Write(body)
}

// statuses maps the domain's codes; every other code is 500.
var statuses = map[send.Code]int{
	send.Invalid:      http.StatusBadRequest,
	send.Unauthorized: http.StatusUnauthorized,
	send.Forbidden:    http.StatusForbidden,
	send.NotFound:     http.StatusNotFound,
	send.Conflict:     http.StatusConflict,
	send.Gone:         http.StatusGone,
	send.TooSlow:      http.StatusRequestTimeout,
	send.TooLarge:     http.StatusRequestEntityTooLarge,
	send.OutOfRange:   http.StatusRequestedRangeNotSatisfiable,
	send.Limited:      http.StatusTooManyRequests,
	send.Full:         http.StatusInsufficientStorage,
	send.Unavailable:  http.StatusServiceUnavailable,
}

// WriteError answers with an error. Only what an error of the domain says is
// shown; causes, and all of any other error, go to the log.
//
// Where the reply has begun, or nobody is there to read it, it does not return
// but panics with http.ErrAbortHandler: what can still be said to the client
// is that its reply is not complete.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r)
	e := x.explain(r, err)
	if x != nil {
		x.note(e.Code, e.Err)
		if e.Code == send.TooSlow {
			x.counts.Add(metric.ClientsTooSlow, 1)
		}
		x.left = (x.cut || r.Context().Err() == context.Canceled) && !x.body.broke(err)
		if x.left || x.began() {
			panic(http.ErrAbortHandler)
		}
	}
	status, known := statuses[e.Code]
	body := wire.Error{Detail: e.Message, Code: send.ReasonOf(e)}
	if !known {
		status = http.StatusInternalServerError
		body = wire.Error{Detail: "An unexpected error occurred.", Code: send.Reason(send.Internal)}
	}
	if f, ok := errors.AsType[*fieldError](err); ok {
		body.Problems = f.problems
	}

	h := w.Header()
	for _, name := range ofTheBody {
		if status == http.StatusRequestedRangeNotSatisfiable && name == wire.ContentRange.Name {
			continue // says how many bytes there are (RFC 9110, 15.5.17)
		}
		h.Del(name)
	}
	h["Cache-Control"] = noStore
	switch {
	case e.RetryAfter > 0:
		wire.RetryAfter.Set(h, seconds(e.RetryAfter))
	case e.Code == send.Unavailable:
		wire.RetryAfter.Set(h, "2") // nobody knows; but not at once
	}
	WriteJSON(w, status, body)
}

// ofTheBody are the headers that a handler may have set for the body it did
// not come to send.
var ofTheBody = []string{
	"Accept-Ranges", "Content-Encoding", "Last-Modified",
	wire.ContentDisposition.Name, wire.ContentLength.Name, wire.ContentRange.Name, wire.ETag.Name,
}

// explain returns an error in the domain's terms.
func (x *exchange) explain(r *http.Request, err error) *send.Error {
	if e, ok := errors.AsType[*send.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return send.Fail(send.TooLarge, "the request's body is larger than %d bytes", e.Limit)
	}
	if x != nil && x.body.broke(err) && isSlow(err) {
		return send.Because(send.TooSlow, err, "the request's body did not arrive in time; send it again")
	}
	if x != nil && x.body.broke(err) {
		e := send.Because(send.Invalid, err, "the request's body did not arrive as a whole")
		return e.With(send.ReasonIncompleteBody)
	}
	if errors.Is(err, context.DeadlineExceeded) && r.Context().Err() != nil {
		return send.Because(send.Unavailable, err, "this took too long; try again")
	}
	return send.Because(send.Internal, err, "")
}

// seconds formats a time to wait, rounded up so that nobody comes too early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(math.Ceil(d.Seconds())), 10)
}
