package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// cookieName returns the session cookie's name. The prefix makes browsers
// refuse a cookie of that name from anyone but this very host over TLS.
func cookieName(secure bool) string {
	if secure {
		return "__Host-sgraph-send-admin"
	}
	return "sgraph-send-admin"
}

// cookieID returns the ID under which the ledger has the session of a cookie:
// whoever reads the ledger cannot make the cookie of it.
func cookieID(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

// sessionOf returns the request's session, or why there is none; that the ledger cannot be
// asked is Unavailable, and lets nobody in.
func (a *Service) sessionOf(r *http.Request) (session, error) {
	id, err := a.genuine(r)
	if err != nil {
		return session{}, err
	}
	return a.sessions.use(r.Context(), id)
}

// genuine returns the ID of the session that a request's cookie is of, which may be over.
// A cookie that is not genuine costs the ledger nothing.
func (a *Service) genuine(r *http.Request) (id string, err error) {
	c, err := r.Cookie(cookieName(web.Secure(r)))
	if err != nil {
		return "", errKeyMissing
	}
	k, err := a.keys.Get(r.Context())
	if err != nil {
		return "", noSession(err)
	}
	_, _, err = k.sessions.Verify(c.Value)
	switch {
	case send.CodeOf(err) == send.Gone:
		return "", errSessionOver
	case err != nil:
		return "", errSessionForged
	}
	return cookieID(c.Value), nil
}

// open begins a session for whoever presents the API key.
func (a *Service) open(w http.ResponseWriter, r *http.Request, key string) (until time.Time, ok bool, err error) {
	if key = strings.TrimSpace(key); !a.admit(w, r, key, &a.operator) {
		return until, false, nil
	}
	until, err = a.begin(w, r, session{Key: fingerprint(key), Who: wire.Who{Role: wire.Operator}})
	return until, err == nil, err
}

// begin begins a session of who proved to be somebody, and has the browser keep it.
func (a *Service) begin(w http.ResponseWriter, r *http.Request, s session) (until time.Time, err error) {
	k, err := a.keys.Get(r.Context())
	if err != nil {
		return until, err
	}
	until = a.set.Now().Add(a.sessions.life)
	value := k.sessions.Sign(until, send.RandomSecret())
	s.Client, s.Browser = web.ClientHash(r), browser(r.UserAgent())
	err = a.sessions.begin(r.Context(), cookieID(value), until, s)
	a.record(s.in(r), audit.Login, "", err)
	if err != nil {
		return until, err
	}
	a.setCookie(w, r, value, int(a.sessions.life/time.Second))
	return until, nil
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
	until, ok, err := a.open(w, r, in.APIKey)
	if ok {
		web.WriteJSON(w, http.StatusOK, wire.SessionReply{ExpiresAt: until.UTC(), Who: wire.Who{Role: wire.Operator}})
	}
	return err
}

// logout ends the session and removes its cookie. It ends one that does not hold here, too:
// while a key or a setting is changed it may hold elsewhere. Where the ledger cannot be
// asked the session goes on, and the answer says so.
func (a *Service) logout(w http.ResponseWriter, r *http.Request) error {
	id, err := a.genuine(r)
	switch {
	case err == nil:
		s, was, err := a.sessions.end(r.Context(), id)
		if was {
			a.record(s.in(r), audit.Logout, "", err)
		}
		if err != nil {
			return err
		}
	case send.CodeOf(err) == send.Unavailable:
		return err
	}
	a.setCookie(w, r, "", -1)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// currentSession tells the console whether anyone is logged in.
func (a *Service) currentSession(w http.ResponseWriter, r *http.Request) error {
	s, err := a.sessionOf(r)
	if err != nil {
		return a.turnAway(w, r, err)
	}
	web.WriteJSON(w, http.StatusOK, wire.SessionReply{ExpiresAt: s.until.UTC(), Who: s.Who})
	return nil
}

// setAuthCookie is the login of existing clients.
func (a *Service) setAuthCookie(w http.ResponseWriter, r *http.Request) error {
	var in wire.SetAuthCookieRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	_, ok, err := a.open(w, r, in.CookieValue)
	if ok {
		web.WriteJSON(w, http.StatusOK, wire.SetAuthCookieReply{
			Message: "Cookie set", CookieName: cookieName(web.Secure(r)),
		})
	}
	return err
}

func (a *Service) sessionRoutes(r *mux.Router) {
	web.Bind(r, wire.ListSessions, web.Handle(a.listSessions))
	web.Bind(r, wire.EndSession, web.Handle(a.endSession))
	web.Bind(r, wire.EndOtherSessions, web.Handle(a.endOtherSessions))
}

// ownID returns the ID of the session that a request came with, or "".
func (a *Service) ownID(r *http.Request) string {
	c, err := r.Cookie(cookieName(web.Secure(r)))
	if err != nil {
		return ""
	}
	return cookieID(c.Value)
}

func (a *Service) listSessions(w http.ResponseWriter, r *http.Request) error {
	all, _, err := a.sessions.list(r.Context())
	if err != nil {
		return err
	}
	own, out := a.ownID(r), wire.ListSessionsReply{Sessions: []wire.Session{}}
	for _, s := range all {
		out.Sessions = append(out.Sessions, wire.Session{
			ID: s.id, Current: s.id == own, CreatedAt: s.Created.UTC(), UsedAt: s.Used.UTC(),
			ExpiresAt: s.until.UTC(), Client: s.Client, Browser: s.Browser, Who: s.Who,
		})
	}
	web.WriteJSON(w, http.StatusOK, out)
	return nil
}

// endSession ends one session; one that is over already is no error.
func (a *Service) endSession(w http.ResponseWriter, r *http.Request) error {
	_, _, err := a.sessions.end(r.Context(), mux.Vars(r)[wire.SessionID.Name])
	a.record(r, audit.SessionEnded, "", err)
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// endOtherSessions ends all sessions but the one that asks, wherever they hold.
func (a *Service) endOtherSessions(w http.ResponseWriter, r *http.Request) error {
	held, elsewhere, err := a.sessions.list(r.Context())
	if err != nil {
		return err
	}
	own := a.ownID(r)
	for _, s := range append(held, elsewhere...) {
		if s.id == own {
			continue
		}
		_, _, err := a.sessions.end(r.Context(), s.id)
		a.record(r, audit.SessionEnded, "", err)
		if err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// browser returns the family of a browser, by the word that tells it from those
// that name it too.
func browser(agent string) string {
	for _, b := range [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
		{"curl/", "curl"},
	} {
		if strings.Contains(agent, b[0]) {
			return b[1]
		}
	}
	return ""
}
