package admin

import (
	"net/http"
	"strings"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// sessionLife is how long a person stays logged in. Sessions are not kept
// anywhere: changing the API key ends them all.
const sessionLife = 8 * time.Hour

// cookieName returns the session cookie's name. The prefix makes browsers
// refuse a cookie of that name from anyone but this very host over TLS.
func cookieName(secure bool) string {
	if secure {
		return "__Host-sgraph-send-admin"
	}
	return "sgraph-send-admin"
}

// sessionOf returns until when the request's session holds, or why there is
// none.
func (a *Service) sessionOf(r *http.Request) (time.Time, *send.Error) {
	c, err := r.Cookie(cookieName(web.Secure(r)))
	if err != nil {
		return time.Time{}, errKeyMissing
	}
	_, until, err := a.session.Verify(c.Value)
	switch {
	case send.CodeOf(err) == send.Gone:
		return until, errSessionOver
	case err != nil:
		return until, errSessionForged
	}
	return until, nil
}

// open begins a session for whoever presents the API key.
func (a *Service) open(w http.ResponseWriter, r *http.Request, key string) (until time.Time, ok bool) {
	if !a.isKey(strings.TrimSpace(key)) {
		a.record(r, audit.Login, "", errKeyWrong)
		refuseKey(w, r)
		return until, false
	}
	a.record(r, audit.Login, "", nil)
	until = a.set.Now().Add(sessionLife)
	a.setCookie(w, r, a.session.Sign(until, send.RandomSecret()), int(sessionLife/time.Second))
	return until, true
}

// setCookie sets the session cookie; maxAge -1 removes it.
func (a *Service) setCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	secure := web.Secure(r)
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(secure), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	})
}

func (a *Service) login(w http.ResponseWriter, r *http.Request) error {
	var in wire.LoginRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if until, ok := a.open(w, r, in.APIKey); ok {
		web.WriteJSON(w, http.StatusOK, wire.SessionReply{ExpiresAt: until.UTC()})
	}
	return nil
}

func (a *Service) logout(w http.ResponseWriter, r *http.Request) error {
	a.setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// currentSession tells the console whether anyone is logged in.
func (a *Service) currentSession(w http.ResponseWriter, r *http.Request) error {
	until, why := a.sessionOf(r)
	if why != nil {
		refuse(w, why)
		return nil
	}
	web.WriteJSON(w, http.StatusOK, wire.SessionReply{ExpiresAt: until.UTC()})
	return nil
}

// setAuthCookie is the login of existing clients.
func (a *Service) setAuthCookie(w http.ResponseWriter, r *http.Request) error {
	var in wire.SetAuthCookieRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if _, ok := a.open(w, r, in.CookieValue); ok {
		web.WriteJSON(w, http.StatusOK, wire.SetAuthCookieReply{
			Message: "Cookie set", CookieName: cookieName(web.Secure(r)),
		})
	}
	return nil
}
