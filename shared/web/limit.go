package web

import (
	"fmt"
	"net/http"

	"sgraph.ai/send/shared/send"
)

// Limit lets a client through to next as often as the limit of that name
// allows, and answers 429 beyond it. How much is left is told in either case,
// in the fields of the IETF draft "RateLimit header fields for HTTP".
func Limit(name string, next http.Handler) http.Handler {
	return Handle(func(w http.ResponseWriter, r *http.Request) error {
		x := exchangeOf(r)
		if x == nil || x.site.Limiter == nil {
			next.ServeHTTP(w, r)
			return nil
		}
		d, err := x.site.Limiter.Allow(r.Context(), name, x.clientHash)
		if err != nil {
			return err
		}
		if d.Limit > 0 {
			h := w.Header()
			h.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%s", name, d.Limit, seconds(d.Window)))
			h.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%s", name, d.Remaining, seconds(d.ResetIn)))
		}
		if !d.Allowed {
			return &send.Error{
				Code:       send.Limited,
				Message:    fmt.Sprintf("Too many requests; try again in %s seconds", seconds(d.ResetIn)),
				RetryAfter: d.ResetIn,
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}
