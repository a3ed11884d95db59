// Package info is what a service tells about itself, alike for both services.
package info

import (
	"net/http"
	"runtime"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
)

// Service is what there is to tell.
type Service struct {
	Name        string // as in "sgraph-send-user"
	Environment string // "aws-lambda" or "local"
	Stage       string // dev, qa, prod, or ""
	StorageMode string // "s3" or "disk"
}

// Routes adds /info/*. They ask nothing of anyone, so they answer even when
// ledger and store are away.
func (s Service) Routes(r *mux.Router) {
	boot := map[string]any{
		"server_id":          send.RandomSecret(), // tells one start from another
		"server_name":        s.Name,
		"server_instance_id": send.RandomSecret(),
		"server_boot_time":   time.Now().UnixMilli(),
	}
	status := map[string]any{
		"name": s.Name, "version": version.Version, "status": "operational",
		"environment": s.Environment, "stage": s.Stage, "storage_mode": s.StorageMode,
	}
	for path, answer := range map[string]map[string]any{
		"/info/status":   status,
		"/info/server":   boot,
		"/info/version":  {"version": version.Version},
		"/info/versions": {"sgraph_send": version.Version, "go": runtime.Version()},
	} {
		r.Handle(path, web.Handle(func(w http.ResponseWriter, _ *http.Request) error {
			web.WriteJSON(w, http.StatusOK, answer)
			return nil
		})).Methods(http.MethodGet)
	}
}

// Health answers that the service runs. It stands apart from Routes so that it
// can be the first route of a router: nothing is asked more often.
func Health(r *mux.Router) {
	answer := []byte("{\"status\":\"ok\"}\n")
	r.HandleFunc("/info/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer)
	}).Methods(http.MethodGet)
}
