package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

// Settings say how a service meets the outside.
type Settings struct {
	Meter metric.Meter     // names the service, and takes what requests count
	Log   *slog.Logger     // where the request log goes; nil = nowhere
	Now   func() time.Time // nil = time.Now
	Salts *send.Salts      // name clients in the log and to the limiter; nil = of this process alone

	CORSOrigins []string // origins that may call from a page; none = closed

	// APIKeyName names the header of an API key, which then is in no log; ""
	// = there is none.
	APIKeyName string

	// OriginSecret is what each request must bring a value of in the header
	// [sgraph.ai/send/shared/wire.OriginSecret], because whoever stands in front
	// of the service adds it; nil = open to all. There is no exception, not for
	// health checks either: they, too, come through the front.
	OriginSecret *secret.Value

	TrustedProxies []netip.Prefix // whose X-Forwarded-For and -Proto are believed
	Limiter        *send.Limiter  // nil = nothing is limited
	TLS            bool           // clients come by TLS even if the request does not show it

	Connections       int // most that Serve has open; 0 = 1000
	ClientConnections int // most of one client, or requests in flight where a proxy brings them; 0 = 100
	Patience          Patience

	// Drain is how long Serve goes on when it is to end, and Shutdown how long
	// requests may take after that; 0 = not at all, and 30 s.
	Drain, Shutdown time.Duration
}

// Wrap returns the handler of a service: its routes within all that surrounds
// them. Routes are matched in the order in which they were registered, so the
// busiest belong first.
func (s Settings) Wrap(routes *mux.Router) http.Handler {
	s.Log = s.log()
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Salts == nil {
		s.Salts = &send.Salts{}
	}
	s.Patience = s.Patience.orUsual()
	log := s.Meter.Logger(s.Log)
	return &site{
		Settings: s,
		log:      log,
		logged:   outcomes{log: log.Handler()},
		routes:   routes,
		cors:     newCORS(s.CORSOrigins),
		secrets:  newSecrets(s.APIKeyName, s.OriginSecret),
		clients:  clientNames{salts: s.Salts},
	}
}

func (s Settings) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}
