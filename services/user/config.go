package user

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
)

func (s *Service) configRoute(r *mux.Router) {
	s.route(r, http.MethodGet, "/api/send/config", s.config)
}

// config tells the pages what they may offer.
func (s *Service) config(w http.ResponseWriter, _ *http.Request) error {
	rules := s.Rules
	direct := rules.MaxBytes
	if s.DirectBytes > 0 {
		direct = min(s.DirectBytes, lambdaBinary)
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"max_bytes":           rules.MaxBytes,
		"direct_bytes":        direct,
		"default_ttl_seconds": int64(rules.DefaultTTL.Seconds()),
		"max_ttl_seconds":     int64(rules.MaxTTL.Seconds()),
		"token_required":      s.Gate != send.Gate(send.OpenGate{}),
		"version":             version.Version,
	})
	return nil
}
