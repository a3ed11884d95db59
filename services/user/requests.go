package user

import (
	"net/http"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// requestRoutes are those of docs/contract.md, 1.6.
func (s *Service) requestRoutes(r *mux.Router) {
	for _, to := range []wire.Route{
		wire.CreateRequest, wire.RequestInfo, wire.RequestTransfers, wire.CloseRequest,
	} {
		open(r, to, func(http.ResponseWriter, *http.Request) error {
			return send.Fail(send.NotFound, "there is none yet").With(send.ReasonRequestNotFound)
		})
	}
}
