package signon

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Attempt is a sign-in that was begun: what the browser that began it keeps until it
// comes back.
type Attempt struct {
	State    string // comes back with the browser
	Nonce    string // comes back in the ID token
	Verifier string // of PKCE: shown with the code
}

// Person is who signed in.
type Person struct {
	Subject string // as the provider knows them
	Name    string // what it calls them; "" = nothing
	Role    wire.Role
}

// Begin returns an attempt, and where at the provider it goes on.
func (p *Provider) Begin(ctx context.Context) (Attempt, string, error) {
	at, err := p.endpoints(ctx)
	if err != nil {
		return Attempt{}, "", err
	}
	a := Attempt{State: send.RandomSecret(), Nonce: send.RandomSecret(), Verifier: oauth2.GenerateVerifier()}
	return a, at.oauth.AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish returns who signed in, by the code that the provider sent them back with.
// Unauthorized where it does not prove that; Forbidden for who may not come in;
// Unavailable where the provider cannot be asked.
func (p *Provider) Finish(ctx context.Context, a Attempt, code string) (Person, error) {
	at, err := p.endpoints(ctx)
	if err != nil {
		return Person{}, err
	}
	oauth := at.oauth // a copy of it
	if p.secret != nil {
		if oauth.ClientSecret, err = p.secret.Shown(ctx); err != nil {
			return Person{}, p.unavailable(err)
		}
	}
	answer, err := oauth.Exchange(p.context(ctx), code, oauth2.VerifierOption(a.Verifier))
	if err != nil && away(err) {
		return Person{}, p.unavailable(brief(err))
	} else if err != nil {
		return Person{}, Failed(brief(err))
	}
	raw, _ := answer.Extra("id_token").(string)
	token, err := at.verifier.Verify(p.context(ctx), raw)
	if err != nil {
		return Person{}, Failed(brief(err))
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(a.Nonce)) != 1 {
		return Person{}, Failed(errors.New("the ID token has another nonce"))
	}
	return p.person(token)
}

// Failed is what somebody is told whose sign-in proves nothing. Why is for the log.
func Failed(why error) error {
	return send.Because(send.Unauthorized, why, "The sign-in was not completed").With(send.ReasonSignOnFailed)
}

// noRole is what somebody is told whom the provider knows, and who may not come in. The
// log says where that may come from, and none of the values, which are of a person.
func (p *Provider) noRole(has []string) error {
	why := fmt.Errorf("the claim %s has %d values, and none that the settings name", p.set.Claim, len(has))
	return send.Because(send.Forbidden, why, "This account is neither an operator's nor a viewer's here").
		With(send.ReasonNoRole)
}

// maxSubject is as long as a subject may be.
// https://openid.net/specs/openid-connect-core-1_0.html#IDToken
const maxSubject = 255

// person reads a token that is genuine.
func (p *Provider) person(token *oidc.IDToken) (Person, error) {
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return Person{}, Failed(brief(err))
	}
	if len(token.Audience) > 1 && text(claims["azp"]) != p.set.ClientID {
		return Person{}, Failed(errors.New("the ID token is for several, and was given to another"))
	}
	if token.Subject == "" || len(token.Subject) > maxSubject {
		return Person{}, Failed(fmt.Errorf("the ID token has a subject of %d bytes", len(token.Subject)))
	}
	who := Person{Subject: token.Subject, Name: nameIn(claims)}
	switch has := texts(claims[p.set.Claim]); {
	case anyOf(has, p.set.Operators):
		who.Role = wire.Operator
	case anyOf(has, p.set.Viewers):
		who.Role = wire.Viewer
	default:
		return who, p.noRole(has)
	}
	return who, nil
}

func anyOf(has, wanted []string) bool {
	return slices.ContainsFunc(has, func(v string) bool { return slices.Contains(wanted, v) })
}

// text is a claim that is a text, or "".
func text(claim json.RawMessage) (s string) {
	if json.Unmarshal(claim, &s) != nil {
		return ""
	}
	return s
}

// texts is a claim that is a list of texts, or a text.
func texts(claim json.RawMessage) (list []string) {
	if json.Unmarshal(claim, &list) == nil {
		return list
	}
	if s := text(claim); s != "" {
		return []string{s}
	}
	return nil
}

// maxName is how much of a name is shown.
const maxName = 60 // characters

// nameIn is what a person is called: by their name, or by what they log in with at the
// provider, unless that is an address.
func nameIn(claims map[string]json.RawMessage) string {
	for _, claim := range []string{"name", "preferred_username"} {
		name := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return ' ' // also what would turn the direction of what stands around it
			}
			return r
		}, text(claims[claim]))), " ")
		if name != "" && !strings.Contains(name, "@") {
			all := []rune(name)
			return string(all[:min(len(all), maxName)])
		}
	}
	return ""
}
