package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// NewLimiter returns the limiter of a service. What it cannot count, it counts as that
// and tells the log.
func NewLimiter(ledger send.Ledger, rates map[string]send.Rate, now func() time.Time, log *slog.Logger) *send.Limiter {
	return send.NewLimiter(ledger, rates, now, func(ctx context.Context, limit string, err error) {
		name, passes := metric.LimiterFailedOpen, "requests pass"
		if send.Guessing(limit) {
			name, passes = metric.LimiterFailedClosed, "requests are refused"
		}
		metric.CountLimit(ctx, name, limit)
		log.Error("a rate limit cannot be held; "+passes, "limit", limit, "cause", err)
	})
}

// NewSalts returns what a service names its clients by. That it has to do so
// alone, it tells the log.
func NewSalts(ledger send.Ledger, log *slog.Logger) *send.Salts {
	return &send.Salts{Ledger: ledger, Failed: func(_ context.Context, err error) {
		log.Error("clients cannot be named as other processes name them; this one does so alone", "cause", err)
	}}
}

// Limit lets a client through to next as often as the limit of that name
// allows, and answers 429 beyond it. How much is left is told in either case,
// in the RateLimit fields.
func Limit(name string, next http.Handler) http.Handler {
	return Handle(func(w http.ResponseWriter, r *http.Request) error {
		x := exchangeOf(r)
		if x == nil || x.site.Limiter == nil {
			next.ServeHTTP(w, r)
			return nil
		}
		d, err := x.site.Limiter.Allow(r.Context(), name, x.clientHash, x.wider...)
		if err != nil {
			return err
		}
		if d.Limit > 0 {
			h := w.Header()
			wire.RateLimitPolicy.Set(h, fmt.Sprintf("%q;q=%d;w=%s", name, d.Limit, seconds(d.Window)))
			wire.RateLimit.Set(h, fmt.Sprintf("%q;r=%d;t=%s", name, d.Remaining, seconds(d.ResetIn)))
		}
		if !d.Allowed {
			return Limited(r, name, tooMany, d.ResetIn)
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// Guard counts the refusals of next, which are Unauthorized, under the limit of that
// name, and lets a client that has used it up try no more: so credentials cannot be
// guessed, and whoever has the right one costs the ledger nothing. A refusal is counted
// before it is told: what cannot be counted is Unavailable, and says nothing of the
// credential.
func Guard(name string, next HandlerFunc) http.Handler {
	return Handle(func(w http.ResponseWriter, r *http.Request) error {
		if wait, over := Over(r, name); over {
			return Limited(r, name, tooMany, wait)
		}
		counted, err := CountFirst(r, name)
		if err != nil {
			return err
		}
		err = next(w, r)
		if send.CodeOf(err) == send.Unauthorized && !counted {
			if err := CountRefusal(r, name); err != nil {
				return err
			}
		}
		return err
	})
}

// Over says whether a request's client is known to have used up a limit, and for
// how long that holds.
func Over(r *http.Request, name string) (wait time.Duration, over bool) {
	if x := exchangeOf(r); x != nil && x.site.Limiter != nil {
		return x.site.Limiter.Over(name, x.clientHash, x.wider...)
	}
	return 0, false
}

// CountRefusal counts a request that is to be refused under the limit of that name.
// Where that cannot be done it returns what the client is told in place of the refusal.
func CountRefusal(r *http.Request, name string) error {
	_, err := count(r, name) // what that decides is for the next request
	return err
}

// CountFirst counts a request before anybody looks at its credential, where the last
// refusal under the limit of that name could not be counted, and says whether it did.
// Unavailable where it cannot be counted either, and Limited.
func CountFirst(r *http.Request, name string) (counted bool, err error) {
	if x := exchangeOf(r); x == nil || x.site.Limiter == nil || !x.site.Limiter.Blind(name) {
		return false, nil
	}
	d, err := count(r, name)
	if err == nil && !d.Allowed {
		err = Limited(r, name, tooMany, d.ResetIn)
	}
	return true, err
}

func count(r *http.Request, name string) (send.Decision, error) {
	if x := exchangeOf(r); x != nil && x.site.Limiter != nil {
		return x.site.Limiter.Allow(r.Context(), name, x.clientHash, x.wider...)
	}
	return send.Decision{Allowed: true}, nil
}

const tooMany = "Too many requests"

// Limited refuses a request whose client has used up a limit, and counts that.
// why begins what is said of it.
func Limited(r *http.Request, name, why string, wait time.Duration) error {
	metric.CountLimit(r.Context(), metric.LimitHit, name)
	return &send.Error{
		Code:       send.Limited,
		Message:    fmt.Sprintf("%s; try again in %s seconds", why, seconds(wait)),
		RetryAfter: wait,
	}
}
