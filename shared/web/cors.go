package web

import (
	"net/http"
	"slices"
	"strings"
)

// cors says what pages of other origins may do. The origins are exact, and
// credentials of the browser are never among it.
type cors struct{ origins []string }

func newCORS(origins []string) cors {
	return cors{slices.Clone(origins)}
}

var (
	varyOrigin  = []string{"Origin"}
	corsMethods = strings.Join(methods, ", ")
	corsHeaders = strings.Join([]string{
		"content-type", "range", "if-range", "x-sgraph-access-token", "x-sgraph-transfer-delete-auth", "x-sgraph-download-permit",
	}, ", ")
	corsExposed = strings.Join([]string{
		"ETag", "Content-Length", "Content-Range", "Content-Disposition", "Retry-After",
		"fast-api-request-id", "x-sgraph-download-permit",
	}, ", ")
)

// serve sets the headers for an allowed origin, and says whether it has
// answered the request, a preflight. For any other origin the request is one
// like all, and the browser keeps the reply from the page.
func (c cors) serve(w http.ResponseWriter, r *http.Request) (answered bool) {
	if len(c.origins) == 0 {
		return false
	}
	h := w.Header()
	h["Vary"] = varyOrigin
	origin := r.Header.Get("Origin")
	if !slices.Contains(c.origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		h.Set("Access-Control-Expose-Headers", corsExposed)
		return false
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
	return true
}
