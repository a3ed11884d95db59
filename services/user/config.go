package user

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
)

func (s *Service) configRoute(r *mux.Router) {
	s.route(r, http.MethodGet, "/api/send/config", s.config)
}

// config tells the pages what they may offer.
func (s *Service) config(w http.ResponseWriter, r *http.Request) error {
	rules := s.set.Rules
	direct := rules.MaxBytes
	if s.set.DirectBytes > 0 {
		direct = min(s.set.DirectBytes, lambdaBinary)
	}
	// Who admits a sender without a token needs none.
	_, closed := s.transfers.Gate.Admit(r.Context(), "")
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"max_bytes":           rules.MaxBytes,
		"direct_bytes":        direct,
		"default_ttl_seconds": int64(rules.DefaultTTL.Seconds()),
		"max_ttl_seconds":     int64(rules.MaxTTL.Seconds()),
		"token_required":      closed != nil,
		"version":             version.Version,
	})
	return nil
}
