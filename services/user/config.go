package user

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func (s *Service) configRoute(r *mux.Router) {
	open(r, wire.Config, s.config)
}

// config tells the pages what they may offer.
func (s *Service) config(w http.ResponseWriter, r *http.Request) error {
	rules := s.set.Rules
	direct := rules.MaxBytes
	if s.set.DirectBytes > 0 {
		direct = s.set.DirectBytes
	}
	if s.set.serverless() {
		direct = min(direct, lambdaBinary)
	}
	// Who admits a sender without a token needs none.
	_, closed := s.transfers.Gate.Admit(r.Context(), "")
	web.WriteJSON(w, http.StatusOK, wire.ConfigReply{
		MaxBytes:          rules.MaxBytes,
		DirectBytes:       direct,
		DefaultTTLSeconds: int64(rules.DefaultTTL.Seconds()),
		MaxTTLSeconds:     int64(rules.MaxTTL.Seconds()),
		TokenRequired:     closed != nil,
		Version:           version.Version,
	})
	return nil
}
