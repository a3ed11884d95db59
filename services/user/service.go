// Package user is the service that people and their clients talk to: it takes
// ciphertext in, keeps it for a while, and hands it out again. [New] makes the
// whole of it, wherever it runs.
package user

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/semaphore"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/info"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metered"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Service is the handler of the user service.
type Service struct {
	set       Settings
	transfers *send.Transfers
	keys      *send.Keys[keys]
	salts     *send.Salts
	admitted  admitted
	held      *semaphore.Weighted // bytes of bodies
	meter     metric.Meter
	log       *slog.Logger
	outbox    *audit.Outbox
	site      web.Settings
	handler   http.Handler
}

// New makes the service, or says what is missing.
func New(set Settings) (*Service, error) {
	if err := set.check(); err != nil {
		return nil, err
	}
	s := &Service{
		set:      set,
		admitted: admitted{until: map[string]time.Time{}},
		held:     semaphore.NewWeighted(mostHeld),
		meter:    metric.Meter{Service: metric.User, Stage: set.Stage, Embed: set.EmbedMetrics, Registry: set.Registry},
	}
	s.log = s.meter.Logger(set.Log)
	ledger := metered.Ledger(set.Ledger)
	if set.Secrets != nil {
		set.Secrets.Ledger, set.Secrets.Log = ledger, s.log
	}
	if admin, ok := set.Gate.(*AdminGate); ok {
		admin.Log = s.log
	}
	s.keys = newKeys(ledger, set.Now)
	links := set.Links
	if links == nil || set.OwnLinks {
		links = localLinks{s.keys}
	}
	s.salts = web.NewSalts(ledger, s.log)
	s.outbox = &audit.Outbox{
		Deliver: set.Audit, Ledger: ledger, Now: set.Now, Meter: s.meter, Log: set.Log, Frozen: set.serverless(),
	}
	s.transfers = &send.Transfers{
		Ledger: ledger, Store: metered.Store(set.Store), Links: links, Gate: metered.Gate(set.Gate),
		Form: form, Rules: set.Rules, Now: set.Now, Removed: s.removed, Beside: s.beside,
	}
	s.site = web.Settings{
		Meter: s.meter, Log: set.Log, Now: set.Now, Salts: s.salts,
		CORSOrigins: set.CORSOrigins, OriginSecret: set.OriginSecret, TrustedProxies: set.TrustedProxies,
		Connections: set.Connections, ClientConnections: set.ClientConnections, Patience: set.Patience,
		Drain: set.Drain, Shutdown: set.Shutdown, TLS: set.TLS, Limiter: web.NewLimiter(ledger, set.Rates, set.Now, s.log),
	}

	s.handler = s.site.Wrap(s.routes(ledger))
	return s, nil
}

// routes are all that it answers, in the order of how often they are asked: the router
// tries one by one.
func (s *Service) routes(ledger send.Ledger) *mux.Router {
	r := mux.NewRouter()
	info.Health(r)
	s.transferRoutes(r)
	s.presignedRoutes(r)
	s.requestRoutes(r)
	pages(r, wire.PageCSP(s.set.DownloadOrigins...))
	s.configRoute(r)
	ready := info.Readiness{
		Ledger: ledger, Set: send.TransferSets + "00", Store: s.set.Store, Prefix: send.PayloadPrefix, Now: s.set.Now,
		Kept: s.set.Ledger, Secrets: s.set.Secrets,
	}
	ready.Route(r)
	info.Service{
		Name: "sgraph-send-user", Environment: s.set.Environment, Stage: s.set.Stage, StorageMode: s.set.Mode,
	}.Routes(r)
	return r
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers the requests that come by ln, until ctx ends.
func (s *Service) Serve(ctx context.Context, ln net.Listener) error { return s.site.Serve(ctx, s, ln) }

// Flush hands over what the service has to tell of the requests it answered:
// before the process ends, or is frozen.
func (s *Service) Flush() { s.outbox.Flush() }

func (s Settings) serverless() bool { return s.Environment == settings.Lambda }

// form refuses what does not look like ciphertext of the declared size.
func form(head []byte, size, declared int64) error {
	f, err := envelope.Inspect(head, size)
	if err != nil {
		return err
	}
	if !f.Matches(declared, size) {
		return send.Fail(send.Invalid, "%d bytes arrived, which is not what the declared file_size_bytes %d "+
			"makes when encrypted; upload again", size, declared).With(send.ReasonSizeMismatch)
	}
	return nil
}

// open binds a handler to a route that costs nothing and tells nothing.
func open(r *mux.Router, to wire.Route, h web.HandlerFunc) {
	web.Bind(r, to, web.Handle(h))
}

// guarded is open for what asks for an access token: who presents wrong ones
// is soon not let in at all.
func guarded(r *mux.Router, to wire.Route, h web.HandlerFunc) {
	web.Bind(r, to, web.Guard(send.LimitToken, h))
}

// limited is open for what costs or leaks: a named rate limit stands before
// the handler.
func limited(r *mux.Router, limit string, to wire.Route, h web.HandlerFunc) {
	web.Bind(r, to, web.Limit(limit, web.Handle(h)))
}

// absolute makes a link of the service's own into one that works anywhere.
func (s *Service) absolute(r *http.Request, link string) string {
	if link == "" || link[0] != '/' {
		return link
	}
	if s.set.PublicURL != "" {
		return s.set.PublicURL + link
	}
	scheme := "http"
	if web.Secure(r) {
		scheme = "https"
	}
	host := r.Host
	if at, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host == "" {
		host = at.String() // HTTP/1.0 needs not say whom it asks
	}
	return scheme + "://" + host + link
}
