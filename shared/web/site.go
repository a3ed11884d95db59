package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// site is a service's handler.
type site struct {
	Settings
	log     *slog.Logger
	routes  *mux.Router
	cors    cors
	secrets secrets
	clients clientNames
	logged  outcomes
	warm    atomic.Bool // a request was answered before
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(s, w, r)
	r = x.request(r)
	defer s.end(x, r)

	x.secure = s.secure(r)
	setAPIHeaders(x.Header(), x.secure)
	x.Header()[wire.RequestID.Key()] = x.id[:]

	fronted, err := s.checkOrigin(r)
	s.identify(x, r, fronted)
	if err != nil {
		WriteError(x, r, err)
		return
	}
	leave, may := x.line.conn.enter(x.client)
	if !may {
		x.counts.Add(metric.ConnectionsRefused, 1)
		WriteError(x, r, errCrowded)
		return
	}
	defer leave()
	if s.cors.serve(x, r) {
		return
	}
	s.route(x, r)
}

// checkOrigin says whether the request came through the front that knows the
// origin secret; Forbidden where it had to and did not, Unavailable where that
// cannot be known. The header goes no further than this.
func (s *site) checkOrigin(r *http.Request) (fronted bool, err error) {
	given := wire.OriginSecret.Get(r.Header)
	wire.OriginSecret.Del(r.Header)
	if s.OriginSecret == nil {
		return false, nil
	}
	fronted, err = s.OriginSecret.Accepts(r.Context(), given)
	if err == nil && !fronted {
		err = send.Fail(send.Forbidden, "Forbidden")
	}
	return fronted, err
}

// route finds the route and serves it. It asks the router for the match only:
// that names the route for the log, and leaves out the router's own answers,
// which are not JSON and redirect to cleaned paths.
func (s *site) route(x *exchange, r *http.Request) {
	if r.URL.Path == "" { // "GET http://host", as proxies are asked (RFC 9110, 4.2.3)
		u := *r.URL
		u.Path, r.URL = "/", &u
	}
	match := &x.match
	found := s.routes.Match(r, match)
	if match.Route != nil {
		x.route = Template(match.Route)
	}
	switch {
	case found && match.Handler != nil && match.MatchErr == nil:
		if x.vars = match.Vars; len(x.vars) > 0 {
			r = mux.SetURLVars(r, match.Vars)
		}
		match.Handler.ServeHTTP(x, r)
	case errors.Is(match.MatchErr, mux.ErrMethodMismatch) && isPlainOptions(r):
		x.Header().Set("Allow", strings.Join(append(s.allowed(r), http.MethodOptions), ", "))
		x.WriteHeader(http.StatusNoContent)
	case errors.Is(match.MatchErr, mux.ErrMethodMismatch) && match.Handler != nil: // its MethodNotAllowedHandler
		x.Header().Set("Allow", strings.Join(s.allowed(r), ", "))
		match.Handler.ServeHTTP(x, r)
	case errors.Is(match.MatchErr, mux.ErrMethodMismatch):
		methodNotAllowed(x, s.allowed(r)...)
	case found && match.Handler != nil: // the router's NotFoundHandler
		match.Handler.ServeHTTP(x, r)
	default:
		WriteError(x, r, errNotFound)
	}
}

// isPlainOptions says whether a request asks what a path can, and not, as a
// browser does, whether another site may.
func isPlainOptions(r *http.Request) bool {
	return r.Method == http.MethodOptions && wire.RequestMethod.Get(r.Header) == ""
}

// methods are those that any route of a service may have.
var methods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodOptions,
}

// allowed returns the methods that the request's path has.
func (s *site) allowed(r *http.Request) []string {
	var found []string
	probe := *r
	for _, probe.Method = range methods {
		var match mux.RouteMatch
		if s.routes.Match(&probe, &match) && match.MatchErr == nil {
			found = append(found, probe.Method)
		}
	}
	return found
}

// end completes a request however its handler ended: it answers a panic, logs
// the request, and breaks a connection whose reply cannot be completed.
func (s *site) end(x *exchange, r *http.Request) {
	abort := false
	if v := recover(); v != nil {
		switch {
		case v == http.ErrAbortHandler: // known and noted: WriteError's way out
			abort = true
		default:
			x.stack = debug.Stack()
			x.counts.Add(metric.Panics, 1)
			err := fmt.Errorf("panic: %v", v)
			if abort = x.began() || r.Context().Err() != nil; abort {
				x.note(send.Internal, err)
			} else {
				WriteError(x, r, err)
			}
		}
	}
	if !abort {
		x.finish(r)
	}
	s.logRequest(x, r)
	if abort {
		panic(http.ErrAbortHandler) // the server breaks the connection, and logs nothing
	}
}

// statusGone is what is logged where the client left before the reply; no
// client ever sees it.
const statusGone = 499

func (s *site) logRequest(x *exchange, r *http.Request) {
	level, status := slog.LevelInfo, x.status
	switch {
	case x.left:
		status = statusGone
	case x.code == send.Internal || status >= 500:
		level = slog.LevelError
	}
	route := x.route
	if route == "" {
		route = "unmatched"
	}
	now := time.Now()
	took := now.Sub(x.start)
	s.Meter.Request(route, r.Method, status, took)
	if s.Meter.Embed && !s.warm.Swap(true) {
		x.counts.Add(metric.ColdStarts, 1)
	}
	// A record made by hand does not look up the line of code it comes from.
	line := slog.NewRecord(now, level, "request", 0)
	line.AddAttrs(
		slog.String("request_id", x.id[0]),
		slog.Int64("bytes_in", x.body.got),
		slog.Int64("bytes_out", x.sent),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("client", x.clientHash),
	)
	if x.code != "" {
		line.AddAttrs(slog.String("code", string(x.code)))
	}
	if x.cause != nil {
		line.AddAttrs(slog.String("cause", s.secrets.redact(x.cause, r, x.vars)))
	}
	if x.stack != nil {
		line.AddAttrs(slog.String("stack", string(x.stack)))
	}
	ctx := context.Background() // the line is written even if the request's context has ended
	if s.Meter.Line(&line, &x.counts) || s.log.Enabled(ctx, level) {
		s.logged.handler(outcome{r.Method, route, status}).Handle(ctx, line)
	}
}
