package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// The texts existing clients know.
const (
	keyMissing = "Client API key is missing, you need to set it on a header or cookie"
	keyWrong   = "Invalid API key value"
)

// keyHash gives keys of any length one length, so that comparing them takes
// the same time whatever was presented.
func keyHash(key string) [32]byte { return sha256.Sum256([]byte(key)) }

func (a *Service) isKey(presented string) bool {
	h := keyHash(presented)
	return subtle.ConstantTimeCompare(h[:], a.keyHash[:]) == 1
}

// guard lets a request pass that carries the API key, or the cookie of a
// session. A key that is presented decides: a wrong one is not made good by a
// cookie.
func (a *Service) guard(next http.Handler) http.Handler {
	browser := sameSite(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key := r.Header.Get(a.set.KeyName); key != "" {
			if !a.isKey(key) {
				refuseKey(w, r)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		if _, err := a.sessionOf(r); err != nil {
			refuse(w, err.Error())
			return
		}
		browser.ServeHTTP(w, r)
	})
}

// sameSite refuses what another site asks the browser to change: the browser
// sends the cookie whoever asks. Programs say nothing of where they come from,
// and pass.
func sameSite(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := protection.Check(r); err != nil {
			web.WriteError(w, r, send.Because(send.Forbidden, err, "This was asked for by another site"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuseKey refuses a wrong key.
func refuseKey(w http.ResponseWriter, r *http.Request) {
	metric.Count(r.Context(), metric.FailedLogins, 1)
	refuse(w, keyWrong)
}

// refuse answers 401 in the form existing clients read.
func refuse(w http.ResponseWriter, message string) {
	web.WriteJSON(w, http.StatusUnauthorized, map[string]any{
		"data": nil, "error": nil, "message": message, "status": "error", "detail": message,
	})
}
