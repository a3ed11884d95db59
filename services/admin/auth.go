package admin

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// What keeps an operator out. The first two texts existing clients know.
var (
	errKeyMissing = send.Fail(send.Unauthorized,
		"Client API key is missing, you need to set it on a header or cookie").With(send.ReasonAPIKeyRequired)
	errKeyWrong    = send.Fail(send.Unauthorized, "Invalid API key value").With(send.ReasonWrongAPIKey)
	errSessionOver = send.Fail(send.Unauthorized,
		"Your session is over: log in again").With(send.ReasonSessionExpired)
	errSessionForged = send.Fail(send.Unauthorized,
		"The session cookie is not genuine: log in again").With(send.ReasonSessionInvalid)
)

// tooManyKeys is what keeps out whoever brought too many wrong keys.
const tooManyKeys = "Too many wrong keys came from your address, so that right ones are refused as well"

// credential is a key that opens something, and who brought it lately: what one
// opens for a client says nothing of another.
type credential struct {
	key   *secret.Value
	known known
}

// serviceKey returns the service key that a request brings, where there is one
// to compare it with.
func (a *Service) serviceKey(r *http.Request) string {
	if a.user.key == nil {
		return ""
	}
	return wire.ServiceKey.Get(r.Header)
}

// guardService is guard for what the service key opens, too.
func (a *Service) guardService(next http.Handler) http.Handler {
	operator := a.fromAllowed(a.guard(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := a.serviceKey(r)
		if key == "" {
			operator.ServeHTTP(w, r)
		} else if a.admit(w, r, key, &a.user) {
			next.ServeHTTP(w, r)
		}
	})
}

// guard lets a request pass that carries the API key, or the cookie of a
// session. A key that is presented decides: a wrong one is not made good by a
// cookie.
func (a *Service) guard(next http.Handler) http.Handler {
	browser, header := sameSite(next), wire.APIKey(a.set.KeyName)
	return web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if key := header.Get(r.Header); key != "" {
			if a.admit(w, r, key, &a.operator) {
				next.ServeHTTP(w, r)
			}
			return nil
		}
		s, err := a.sessionOf(r)
		if err != nil {
			return a.turnAway(w, r, err)
		}
		if !allows(s.Role, r) {
			return errOperatorRequired
		}
		browser.ServeHTTP(w, s.in(r))
		return nil
	})
}

// admit says whether a key is the right one, and answers where it is not, or where
// that cannot be known. Wrong ones are counted, before that is told, and who brought too
// many is answered 429, right key or not: so keys cannot be guessed. An address from
// which the right one came lately is the exception, so that nobody can lock out those
// with whom they share it; of wrong keys it, too, learns no more than 429. Where wrong
// ones cannot be counted no key is looked at, and the answer is 503.
func (a *Service) admit(w http.ResponseWriter, r *http.Request, key string, of *credential) bool {
	if err := a.refusal(r, key, of); errors.Is(err, errKeyWrong) {
		refuse(w, errKeyWrong)
		return false
	} else if err != nil {
		web.WriteError(w, r, err)
		return false
	}
	return true
}

// refusal is what whoever brought a key is told, or nil for the right one.
func (a *Service) refusal(r *http.Request, key string, of *credential) error {
	client := web.Client(r)
	known := of.known.seen(client, a.set.Now())
	wait, over := web.Over(r, send.LimitLogin)
	if over && !known {
		return a.limited(r, wait)
	}
	counted, tooMany := web.CountFirst(r, send.LimitLogin)
	if tooMany != nil && !(known && send.CodeOf(tooMany) == send.Limited) {
		return tooMany
	}
	right, err := of.key.Accepts(r.Context(), key)
	if err != nil {
		return err
	}
	if right {
		of.known.note(client, a.set.Now())
		return nil
	}
	metric.Count(r.Context(), metric.FailedLogins, 1)
	if over {
		return a.limited(r, wait)
	}
	if tooMany != nil {
		return tooMany
	}
	a.record(r, audit.Login, "", errKeyWrong)
	if !counted {
		if err := web.CountRefusal(r, send.LimitLogin); err != nil {
			return err
		}
	}
	return errKeyWrong
}

// turnAway answers why there is no session. A cookie that was forged is a key
// that was tried.
func (a *Service) turnAway(w http.ResponseWriter, r *http.Request, why error) error {
	refusal, ok := errors.AsType[*send.Error](why)
	if !ok || refusal.Code != send.Unauthorized {
		return why
	}
	if refusal == errSessionForged {
		if wait, over := web.Over(r, send.LimitLogin); over {
			return a.limited(r, wait)
		}
		a.record(r, audit.Login, "", refusal)
		if err := web.CountRefusal(r, send.LimitLogin); err != nil {
			return err
		}
	}
	refuse(w, refusal)
	return nil
}

// limited refuses a key, right or wrong, from where too many wrong ones came. The
// trail has that as well: it says how many came, not how many were looked at.
func (a *Service) limited(r *http.Request, wait time.Duration) error {
	a.record(r, audit.Login, "", send.Fail(send.Limited, tooManyKeys))
	return web.Limited(r, send.LimitLogin, tooManyKeys, wait)
}

// known are the clients that brought the right key lately, as far as this
// process saw.
type known struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// knownFor is how long a client is known, and maxKnown how many are.
const (
	knownFor = time.Hour
	maxKnown = 1024
)

func (k *known) note(client string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.until == nil || len(k.until) >= maxKnown {
		k.until = map[string]time.Time{}
	}
	k.until[client] = now.Add(knownFor)
}

func (k *known) seen(client string, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return now.Before(k.until[client])
}

// sameSite refuses what another site asks the browser to change: the browser
// sends the cookie whoever asks. Programs say nothing of where they come from,
// and pass.
func sameSite(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := protection.Check(r); err != nil {
			forged := send.Because(send.Forbidden, err, "This was asked for by another site")
			web.WriteError(w, r, forged.With(send.ReasonCrossSite))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers 401 in the form existing clients read.
func refuse(w http.ResponseWriter, why *send.Error) {
	web.WriteJSON(w, http.StatusUnauthorized, wire.Refuse(why.Reason, why.Message))
}
