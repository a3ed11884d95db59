// Package info is what a service tells about itself, alike for both services.
package info

import (
	"encoding/json"
	"net/http"
	"runtime"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Service is what there is to tell.
type Service struct {
	Name        string // as in "sgraph-send-user"
	Environment string // "aws-lambda" or "local"
	Stage       string // as in dev, qa, prod; or ""
	StorageMode string // "s3" or "disk"
}

// Routes adds /info/*. They ask nothing of anyone, so they answer even when
// ledger and store are away.
func (s Service) Routes(r *mux.Router) {
	for _, of := range []struct {
		route wire.Route
		reply any
	}{
		{wire.Status, wire.StatusReply{
			Name:        s.Name,
			Version:     version.Version,
			Status:      wire.Operational,
			Environment: s.Environment,
			Stage:       s.Stage,
			StorageMode: s.StorageMode,
		}},
		{wire.Server, wire.ServerReply{
			ID:         send.RandomSecret(), // tells one start from another
			Name:       s.Name,
			InstanceID: send.RandomSecret(),
			BootTime:   time.Now().UnixMilli(),
		}},
		{wire.Version, wire.VersionReply{Version: version.Version}},
		{wire.Versions, wire.VersionsReply{Send: version.Version, Go: runtime.Version()}},
	} {
		web.Bind(r, of.route, web.Handle(func(w http.ResponseWriter, _ *http.Request) error {
			web.WriteJSON(w, http.StatusOK, of.reply)
			return nil
		}))
	}
}

// Health answers that the service runs. It stands apart from Routes so that it
// can be the first route of a router: nothing is asked more often.
func Health(r *mux.Router) {
	answer, err := json.Marshal(wire.HealthReply{Status: wire.OK})
	if err != nil {
		panic(err) // it holds one text
	}
	ofJSON := []string{"application/json"} // one for all
	web.Bind(r, wire.Health, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = ofJSON
		w.Write(answer)
	}))
}
