package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"sgraph.ai/send/services/admin/signon"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// signOnTime is how long somebody may take to prove to the provider who they are.
const signOnTime = 10 * time.Minute

var errNoSignOn = send.Fail(send.Conflict, "there is no single sign-on: SEND__OIDC_ISSUER says nothing")

// mark tells the sessions of one configuration of single sign-on from those of another:
// who is no operator any more by the settings is none in a session that goes on.
func mark(set settings.SignOn) string {
	set.ClientSecret = settings.Secret{} // which says nothing of who may come in
	text, err := json.Marshal(set)
	if err != nil {
		panic(err) // texts always can be
	}
	return hash(string(text))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// attemptCookie is the name of the cookie of a sign-in that is under way.
func attemptCookie(secure bool) string { return cookieName(secure) + "-sign-on" }

// setAttempt has the browser keep an attempt, or forget it with "". The provider leads
// back here by a link of another site, with which a Strict cookie would not come.
func (a *Service) setAttempt(w http.ResponseWriter, r *http.Request, value string) {
	secure, maxAge := web.Secure(r), int(signOnTime/time.Second)
	if value == "" {
		maxAge = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: attemptCookie(secure), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}

// showSignOn tells the console whether there is another way in.
func (a *Service) showSignOn(w http.ResponseWriter, r *http.Request) error {
	answer := wire.ShowSignOnReply{}
	if a.provider != nil {
		answer.Provider = a.provider.Host()
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// beginSignOn says where at the provider a person goes on. It is asked for by the
// console's own page only, so that no other site sends anybody there.
func (a *Service) beginSignOn(w http.ResponseWriter, r *http.Request) error {
	if a.provider == nil {
		return errNoSignOn
	}
	k, err := a.keys.Get(r.Context())
	if err != nil {
		return err
	}
	attempt, url, err := a.provider.Begin(r.Context())
	if err != nil {
		return err
	}
	until := k.signOn.Until(signOnTime)
	a.setAttempt(w, r, k.signOn.Sign(until, attempt.State, attempt.Nonce, attempt.Verifier))
	web.WriteJSON(w, http.StatusOK, wire.BeginSignOnReply{URL: url})
	return nil
}

// finishSignOn opens a session for who comes back from the provider. Whoever asks is a
// browser that shows what it gets: so it is led to the console, and nowhere else, and
// that says what went wrong.
func (a *Service) finishSignOn(w http.ResponseWriter, r *http.Request) error {
	home := wire.Console.To()
	if err := a.signOn(w, r); err != nil {
		a.log.Warn("a sign-in by the provider was refused", "request_id", web.RequestID(r),
			"code", string(send.ReasonOf(err)), "cause", causeOf(err))
		home += "#sign-in/" + string(send.ReasonOf(err))
	}
	w.Header().Set("Location", home)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// causeOf is what the log is told of a refusal.
func causeOf(err error) string {
	if e, ok := errors.AsType[*send.Error](err); ok && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}

func (a *Service) signOn(w http.ResponseWriter, r *http.Request) error {
	if a.provider == nil {
		return errNoSignOn
	}
	k, err := a.keys.Get(r.Context())
	if err != nil {
		return err
	}
	c, err := r.Cookie(attemptCookie(web.Secure(r)))
	if err != nil { // anyone can come without one, as often as they like: it leaves no trace
		return signon.Failed(errors.New("this browser began none"))
	}
	a.setAttempt(w, r, "")
	attempt, err := a.attempt(r, k.signOn, c.Value)
	if err != nil {
		return a.refuseSignOn(r, "", err)
	}
	who, err := a.provider.Finish(r.Context(), attempt, r.URL.Query().Get(wire.SignOnCode.Name))
	person := ""
	if who.Subject != "" {
		person = k.people.Of(a.set.SignOn.Issuer, who.Subject)
	}
	if err != nil {
		return a.refuseSignOn(r, person, err)
	}
	_, err = a.begin(w, r, session{
		SignOn: a.sessions.signOn, Who: wire.Who{Role: who.Role, Person: person, Name: who.Name},
	})
	return err
}

// refuseSignOn keeps in the trail that somebody was not let in, or could not be.
func (a *Service) refuseSignOn(r *http.Request, person string, err error) error {
	if send.CodeOf(err) != send.Unavailable {
		metric.Count(r.Context(), metric.FailedLogins, 1)
	}
	a.record(session{Who: wire.Who{Person: person}}.in(r), audit.Login, "", err)
	return err
}

// attempt returns the sign-in that this very browser began, once. Whoever is led here by
// somebody else has none, or another.
func (a *Service) attempt(r *http.Request, signer send.Signer, cookie string) (signon.Attempt, error) {
	fields, until, err := signer.Verify(cookie)
	if err != nil || len(fields) != 3 {
		return signon.Attempt{}, signon.Failed(fmt.Errorf("its cookie does not hold: %w", err))
	}
	attempt := signon.Attempt{State: fields[0], Nonce: fields[1], Verifier: fields[2]}
	in := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(in.Get(wire.SignOnState.Name)), []byte(attempt.State)) != 1 {
		return signon.Attempt{}, signon.Failed(errors.New("it comes back with another state"))
	}
	if iss := in.Get(wire.SignOnIssuer.Name); iss != "" && iss != a.set.SignOn.Issuer { // RFC 9207
		return signon.Attempt{}, signon.Failed(errors.New("it comes back from another issuer"))
	}
	if err := a.spend(r.Context(), attempt.State, until); err != nil {
		return signon.Attempt{}, err
	}
	if why := in.Get(wire.SignOnError.Name); why != "" || in.Get(wire.SignOnCode.Name) == "" {
		return signon.Attempt{}, signon.Failed(fmt.Errorf("the provider says %.60q", why))
	}
	return attempt, nil
}

// spend makes sure that a sign-in is finished once, whoever copied its cookie and its
// address.
func (a *Service) spend(ctx context.Context, state string, until time.Time) error {
	err := a.set.Ledger.Create(ctx, send.Record{
		Key: send.Key{Set: send.SignOnSet, ID: hash(state)}, Expires: until, Purge: until,
	})
	if send.CodeOf(err) == send.Conflict {
		return signon.Failed(errors.New("it was finished before"))
	}
	return err
}
