// Package signon has people prove to a provider of OpenID Connect who they are, and
// reads in its answer what they may do.
//
// They go there with the authorization code flow and PKCE. Of what the provider gives,
// the ID token alone is looked at, once; nothing of it is kept but what [Person] says.
package signon

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// Provider is one, as the settings name it. It is asked when somebody signs in, and not
// before: a provider that is away keeps no service from starting.
type Provider struct {
	set    settings.SignOn
	secret *secret.Value // nil = a public client
	client *http.Client
	now    func() time.Time

	mu     sync.Mutex // held by whoever finds out
	found  *endpoints
	failed error // why nothing was found
	again  time.Time
}

// New returns the provider. It is asked by via; nil = as [Via] does.
func New(set settings.SignOn, clientSecret *secret.Value, via http.RoundTripper, now func() time.Time) *Provider {
	if via == nil {
		via = Via()
	}
	return &Provider{set: set, secret: clientSecret, client: client(via), now: now}
}

// Host is what people know the provider by.
func (p *Provider) Host() string {
	u, err := url.Parse(p.set.Issuer)
	if err != nil {
		return "" // settings have no such issuer
	}
	return u.Host
}

// endpoints are what a provider says of itself.
type endpoints struct {
	at       time.Time
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// age is for how long that is believed, and with it the keys that it signs with: so
// those it gave up end, too.
const age = time.Hour

// retryAfter is how long a provider that is away is left alone: whoever comes meanwhile
// does not wait for it.
const retryAfter = 5 * time.Second

// endpoints returns them, as the provider said them within the age.
func (p *Provider) endpoints(ctx context.Context) (*endpoints, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil && p.now().Sub(p.found.at) < age {
		return p.found, nil
	}
	if p.failed == nil || !p.now().Before(p.again) {
		// It does not end with the request that needs it first: others wait for it.
		p.found, p.failed = p.discover(context.WithoutCancel(ctx))
		p.again = p.now().Add(retryAfter)
	}
	if p.failed != nil {
		return nil, p.unavailable(p.failed)
	}
	return p.found, nil
}

func (p *Provider) discover(ctx context.Context) (*endpoints, error) {
	provider, err := oidc.NewProvider(p.context(ctx), p.set.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovery: %w", brief(err))
	}
	var more struct {
		Keys    string   `json:"jwks_uri"`
		Clients []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	at := provider.Endpoint()
	for name, address := range map[string]string{
		"authorization_endpoint": at.AuthURL, "token_endpoint": at.TokenURL, "jwks_uri": more.Keys,
	} {
		if u, err := url.Parse(address); err != nil || u.Host == "" || !settings.Secured(u) {
			return nil, fmt.Errorf("discovery: %s is no address by https: %.200q", name, address)
		}
	}
	at.AuthStyle = oauth2.AuthStyleInHeader
	basic := len(more.Clients) == 0 || slices.Contains(more.Clients, "client_secret_basic")
	if p.secret == nil || !basic {
		at.AuthStyle = oauth2.AuthStyleInParams
	}
	return &endpoints{
		at: p.now(),
		oauth: oauth2.Config{
			ClientID: p.set.ClientID, Endpoint: at, RedirectURL: p.set.Origin + wire.FinishSignOn.To(),
			Scopes: append([]string{oidc.ScopeOpenID}, p.set.Scopes...),
		},
		verifier: provider.VerifierContext(p.context(context.Background()), &oidc.Config{
			ClientID: p.set.ClientID, Now: p.now,
		}),
	}, nil
}

// unavailable is what somebody is told while the provider cannot be asked.
func (p *Provider) unavailable(err error) error {
	return send.Because(send.Unavailable, err, "The provider of single sign-on, %s, cannot be asked now. Try again in a "+
		"minute, or log in with the API key; the service's log says what is wrong", p.Host()).
		With(send.ReasonSignOnUnavailable)
}
