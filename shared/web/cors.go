package web

import (
	"net/http"
	"slices"
	"strings"

	"sgraph.ai/send/shared/wire"
)

// cors says what pages of other origins may do. The origins are exact, and
// credentials of the browser are never among it.
type cors struct{ origins []string }

func newCORS(origins []string) cors {
	return cors{slices.Clone(origins)}
}

var (
	varyOrigin  = []string{wire.Origin.Name}
	corsMethods = strings.Join(methods, ", ")
	corsHeaders = strings.ToLower(strings.Join(wire.Names(wire.CORSAllowed()), ", "))
	corsExposed = strings.Join(wire.Names(wire.CORSExposed()), ", ")
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
	origin := wire.Origin.Get(r.Header)
	if !slices.Contains(c.origins, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions || wire.RequestMethod.Get(r.Header) == "" {
		h.Set("Access-Control-Expose-Headers", corsExposed)
		return false
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
	return true
}
