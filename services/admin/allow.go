package admin

import (
	"net/http"
	"net/netip"
	"slices"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// errElsewhere is said before anything that a request brings is looked at.
var errElsewhere = send.Fail(send.Forbidden,
	"This service is open to operators from some addresses only, and yours is not one of them")

// fromAllowed keeps out who comes from elsewhere than operators may. A client
// whose address is not known comes from elsewhere.
func (a *Service) fromAllowed(next http.Handler) http.Handler {
	if len(a.set.Allow) == 0 {
		return next
	}
	return web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		from := web.Address(r)
		if !slices.ContainsFunc(a.set.Allow, func(p netip.Prefix) bool { return p.Contains(from) }) {
			return errElsewhere
		}
		next.ServeHTTP(w, r)
		return nil
	})
}
