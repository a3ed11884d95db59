// Package admin is the admin service: it keeps the tokens that allow sending,
// says how busy the service is, and serves the operators' console.
//
// Every route asks for the API key, or for a session that was opened with it or by
// single sign-on, but for the few that [Service.public] lists. What a session allows
// allows says.
package admin

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/services/admin/signon"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/info"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/metered"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Service is the handler of the admin service.
type Service struct {
	set       Settings
	tokens    *send.Tokens
	transfers *send.Transfers // of which the ledger tells; their bytes are for the user service
	stored    stored
	alarms    told[wire.AlarmsReply]
	serving   told[wire.ServingReply]
	pulse     *send.Pulse
	trail     *audit.Trail
	keys      *send.Keys[keys]
	salts     *send.Salts
	outbox    *audit.Outbox
	others    *audit.Outbox    // the user service's, where it has the same ledger
	hook      *webhook.Hook    // nil = nobody is told
	provider  *signon.Provider // nil = people come with the API key
	meter     metric.Meter
	log       *slog.Logger
	sessions  sessions
	operator  credential   // the API key
	user      credential   // the service key; its key is nil where there is none
	probe     *http.Client // asks the user service how it is
	site      web.Settings
	handler   http.Handler
}

// New makes the service, or says what is missing.
func New(set Settings) (*Service, error) {
	if err := set.check(); err != nil {
		return nil, err
	}
	set.Ledger, set.Audit = metered.Ledger(set.Ledger), metered.Store(set.Audit)
	a := &Service{
		set:      set,
		operator: credential{key: set.APIKey},
		user:     credential{key: set.ServiceKey},
		pulse:    &send.Pulse{Ledger: set.Ledger, Rates: set.Rates, Now: set.Now},
		meter: metric.Meter{
			Service: metric.Admin, Stage: set.Stage, Embed: set.EmbedMetrics, Registry: set.Registry,
		},
		keys: newKeys(set.Ledger, set.Now, set.WebhookURL),
		probe: &http.Client{
			Transport:     set.UserVia,
			Timeout:       3 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	a.tokens = &send.Tokens{Ledger: set.Ledger, Names: a.names, Now: set.Now}
	a.transfers = &send.Transfers{Ledger: set.Ledger, Now: set.Now}
	life := cmp.Or(set.SessionLife, sessionLife)
	a.sessions = sessions{
		ledger: set.Ledger, now: set.Now, life: life, idle: cmp.Or(set.SessionIdle, life),
		key: set.APIKey,
	}
	if set.SignOn.Issuer != "" {
		a.provider = signon.New(set.SignOn, set.SignOnSecret, set.SignOnVia, set.Now)
		a.sessions.signOn = mark(set.SignOn)
	}
	a.log = a.meter.Logger(set.Log)
	if set.Secrets != nil {
		set.Secrets.Ledger, set.Secrets.Log = set.Ledger, a.log
	}
	a.salts = web.NewSalts(set.Ledger, a.log)
	a.trail = &audit.Trail{
		Store: set.Audit, Ledger: set.Ledger, Now: set.Now, Retention: set.AuditRetention, Log: a.log,
		TokenIDs: a.tokenIDs,
	}
	a.hook = a.newHook()
	a.outbox = a.outboxOf(metric.Admin, a.Record)
	a.others = a.outboxOf(metric.User, a.recordOthers)
	a.site = web.Settings{
		Meter:             a.meter,
		Log:               set.Log,
		Now:               set.Now,
		Salts:             a.salts,
		APIKeyName:        set.KeyName,
		OriginSecret:      set.OriginSecret,
		TrustedProxies:    set.TrustedProxies,
		Connections:       set.Connections,
		ClientConnections: set.ClientConnections,
		Patience:          set.Patience,
		Drain:             set.Drain,
		Shutdown:          set.Shutdown,
		TLS:               set.TLS,
		Limiter:           web.NewLimiter(set.Ledger, set.Rates, set.Now, a.log),
	}
	a.handler = a.site.Wrap(a.routes())
	return a, nil
}

// ServeHTTP answers a request.
func (a *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Serve answers the requests that come by ln, until ctx ends.
func (a *Service) Serve(ctx context.Context, ln net.Listener) error { return a.site.Serve(ctx, a, ln) }

// Flush keeps what the service has to tell of the requests it answered: before
// the process ends, or is frozen.
func (a *Service) Flush() { a.outbox.Flush() }

// name is what the service calls itself.
const name = "sgraph-send-admin"

func (a *Service) routes() *mux.Router {
	r := mux.NewRouter()
	a.public(r)
	a.service(r)
	a.private(r)
	return r
}

// public adds what anyone may ask for: what a load balancer needs, the
// console's files, which hold nothing secret, and the way in.
func (a *Service) public(r *mux.Router) {
	info.Health(r)
	ready := info.Readiness{
		Ledger: a.set.Ledger, Set: send.TokenSet, Store: a.set.Audit, Prefix: audit.Prefix, Now: a.set.Now,
		Secrets: a.set.Secrets,
	}
	ready.Route(r)
	near := r.NewRoute().Subrouter()
	near.Use(a.fromAllowed)
	_, lost := console(near)
	lost = a.fromAllowed(lost)
	r.NotFoundHandler, r.MethodNotAllowedHandler = lost, lost
	web.Bind(near, wire.CurrentSession, web.Handle(a.currentSession))
	web.Bind(near, wire.Login, entry(a.login))
	web.Bind(near, wire.SetAuthCookie, entry(a.setAuthCookie))
	web.Bind(near, wire.Logout, sameSite(web.Handle(a.logout)))
	web.Bind(near, wire.ShowSignOn, web.Handle(a.showSignOn))
	web.Bind(near, wire.BeginSignOn, sameSite(web.Limit(send.LimitSignOn, web.Handle(a.beginSignOn))))
	web.Bind(near, wire.FinishSignOn, web.Handle(a.finishSignOn))
}

// entry is a door where keys can be tried, but not from another site.
func entry(h web.HandlerFunc) http.Handler { return sameSite(web.Handle(h)) }

// service adds what the user service may ask for with a key of its own.
func (a *Service) service(root *mux.Router) {
	r := root.NewRoute().Subrouter()
	r.Use(a.guardService)
	web.Bind(r, wire.LookupToken, web.Handle(a.lookupToken))
	web.Bind(r, wire.UseToken, web.Handle(a.useToken))
	web.Bind(r, wire.RecordEvents, web.Handle(a.takeEvents))
}

// private adds everything else.
func (a *Service) private(root *mux.Router) {
	r := root.NewRoute().Subrouter()
	r.Use(a.fromAllowed, a.guard)
	info.Service{Name: name, Environment: a.set.Environment, Stage: a.set.Stage, StorageMode: a.set.Mode}.Routes(r)

	a.tokenRoutes(r)
	a.transferRoutes(r)
	a.healthRoutes(r)
	a.auditRoutes(r)
	a.sessionRoutes(r)
	a.webhookRoutes(r)
}
