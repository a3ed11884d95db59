package settings

import "net/url"

// SignOn is how people prove to a provider of OpenID Connect who they are.
type SignOn struct {
	Issuer       string // "" = they do not
	ClientID     string
	ClientSecret Secret // not set = a public client
	Scopes       []string
	Claim        string // of the ID token, which says what they may do: one of these
	Operators    []string
	Viewers      []string
	Origin       string // of the console
}

// SignOn reads all of that, or nothing. name says how to call a setting to those who
// set it, as Variable does.
func (e *Env) SignOn(name func(Entry) string) SignOn {
	s := SignOn{
		Issuer: OIDCIssuer.In(e), ClientID: OIDCClientID.In(e), ClientSecret: OIDCClientSecret.In(e),
		Scopes: OIDCScopes.In(e), Claim: OIDCClaim.In(e), Operators: OIDCOperators.In(e), Viewers: OIDCViewers.In(e),
		Origin: AdminPublicURL.In(e),
	}
	if len(s.Scopes) == 0 { // as where nothing is said
		s.Scopes = OIDCScopes.fallback
	}
	if e.Text(OIDCIssuer.Env) == "" {
		for _, other := range []struct {
			Entry
			set bool
		}{
			{OIDCClientID.Entry, s.ClientID != ""}, {OIDCClientSecret.Entry, s.ClientSecret.Set()},
			{OIDCOperators.Entry, len(s.Operators) > 0}, {OIDCViewers.Entry, len(s.Viewers) > 0},
		} {
			if other.set {
				e.Fault(name(OIDCIssuer.Entry), "is not set, and %s is: set both, or neither", name(other.Entry))
			}
		}
		return SignOn{}
	}
	for _, needed := range []Entry{OIDCClientID.Entry, AdminPublicURL.Entry} {
		if e.Text(needed.Env) == "" {
			e.Fault(name(needed), "is not set, and %s is: set it to the %s", name(OIDCIssuer.Entry), needed.what())
		}
	}
	if len(s.Operators) == 0 && len(s.Viewers) == 0 {
		e.Fault(name(OIDCOperators.Entry), "is not set, and neither is %s, so that %s would let nobody in: set one of them",
			name(OIDCViewers.Entry), name(OIDCIssuer.Entry))
	}
	if u, err := url.Parse(s.Origin); err == nil && s.Origin != "" && !Secured(u) {
		e.Fault(name(AdminPublicURL.Entry), "must begin with https:// where %s is set: whoever is on the network between "+
			"could take over what a person proved", name(OIDCIssuer.Entry))
	}
	return s
}
