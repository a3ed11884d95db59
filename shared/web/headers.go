package web

import (
	"net/http"

	"sgraph.ai/send/shared/wire"
)

// guard is a [wire.Guard] as replies have it. Header maps only ever replace or
// extend a copy of a value, so one slice serves all.
type guard struct {
	key   string
	value []string
	tls   bool
}

func guards(all []wire.Guard) []guard {
	made := make([]guard, len(all))
	for i, g := range all {
		made[i] = guard{http.CanonicalHeaderKey(g.Name), []string{g.Value}, g.TLS}
	}
	return made
}

var (
	noStore   = []string{"no-store"}
	jsonType  = []string{"application/json"}
	apiGuards = guards(wire.Guards(wire.NothingCSP))
)

// setAPIHeaders sets what holds for every reply; pages and assets loosen it.
func setAPIHeaders(h http.Header, tls bool) {
	h["Cache-Control"] = noStore
	set(h, apiGuards, tls)
}

func set(h http.Header, all []guard, tls bool) {
	for _, g := range all {
		if tls || !g.tls {
			h[g.key] = g.value
		}
	}
}

// Page serves HTML pages and what belongs to them: under a content security
// policy of their own ("" = [wire.PageCSP] of no other origins) and isolated from
// other origins.
func Page(h http.Handler, csp string) http.Handler {
	if csp == "" {
		csp = wire.PageCSP()
	}
	all := guards(wire.PageGuards(csp))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set(w.Header(), all, false) // what TLS adds, every reply has
		h.ServeHTTP(w, r)
	})
}
