package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// NewLimiter returns the limiter of a service. That it cannot hold a limit, it
// counts and tells the log.
func NewLimiter(ledger send.Ledger, rates map[string]send.Rate, now func() time.Time, log *slog.Logger) *send.Limiter {
	return send.NewLimiter(ledger, rates, now, func(ctx context.Context, limit string, err error) {
		metric.CountLimit(ctx, metric.LimiterFailedOpen, limit)
		log.Error("a rate limit cannot be held; requests pass", "limit", limit, "cause", err)
	})
}

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
			metric.CountLimit(r.Context(), metric.LimitHit, name)
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
