package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"

	"sgraph.ai/send/shared/metric"
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
	browser, header := sameSite(next), wire.APIKey(a.set.KeyName)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key := header.Get(r.Header); key != "" {
			if !a.isKey(key) {
				refuseKey(w, r)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		if _, err := a.sessionOf(r); err != nil {
			refuse(w, err)
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
			forged := send.Because(send.Forbidden, err, "This was asked for by another site")
			web.WriteError(w, r, forged.With(send.ReasonCrossSite))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuseKey refuses a wrong key.
func refuseKey(w http.ResponseWriter, r *http.Request) {
	metric.Count(r.Context(), metric.FailedLogins, 1)
	refuse(w, errKeyWrong)
}

// refuse answers 401 in the form existing clients read.
func refuse(w http.ResponseWriter, why *send.Error) {
	web.WriteJSON(w, http.StatusUnauthorized, wire.Refuse(why.Reason, why.Message))
}
