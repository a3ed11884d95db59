// Package signontest has a provider of OpenID Connect for tests: what it answers is what
// a real one does, until a test has it answer something else.
package signontest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The client that it knows.
const (
	Client = "the-console"
	Secret = "secret of the client of the tests"
)

// Provider is one. Its fields are changed by Set.
type Provider struct {
	Issuer string

	Now      func() time.Time
	Redirect string         // where it sends people back to, and nowhere else
	Secret   string         // "" = the client is a public one
	Claims   map[string]any // of who signs in, beside what every ID token has
	Spoil    func(token map[string]any)
	Alg      string                                   // of the ID token: RS256, ES256, HS256 or none
	Instead  func(http.ResponseWriter, *http.Request) // answers in its place; nil = nobody does

	t     testing.TB
	via   http.RoundTripper
	mu    sync.Mutex
	keys  map[string]crypto.Signer
	kid   string
	codes map[string]request
	asked map[string]int
}

// request is what somebody came with.
type request struct{ nonce, challenge string }

// New starts a provider that speaks TLS.
func New(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := prepare(t, now)
	s := httptest.NewTLSServer(p)
	t.Cleanup(s.Close)
	p.Issuer, p.via = s.URL, s.Client().Transport
	return p
}

// NewLocal starts one without TLS on this machine, of another site than 127.0.0.1 is.
func NewLocal(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := prepare(t, now)
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.Issuer, p.via = "http://localhost:"+u.Port(), s.Client().Transport
	return p
}

func prepare(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := &Provider{
		Now: now, Secret: Secret, Alg: "RS256", t: t, codes: map[string]request{}, asked: map[string]int{},
	}
	p.kid, p.keys = "first", first()
	return p
}

// first are the keys that all providers begin with: to make some takes long.
var first = sync.OnceValue(func() map[string]crypto.Signer {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // of a size that there is
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return map[string]crypto.Signer{"RS256": r, "ES256": e}
})

// Via is how it is asked.
func (p *Provider) Via() http.RoundTripper { return p.via }

// Set changes the provider.
func (p *Provider) Set(change func(*Provider)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// Rotate has it sign with another key of ES256, and forget those before.
func (p *Provider) Rotate(kid string) {
	p.t.Helper()
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kid, p.keys, p.Alg = kid, map[string]crypto.Signer{"ES256": e}, "ES256"
}

// Asked says how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// SignIn is what a person does there: it takes the address that they were sent to, and
// returns the one that they are sent back to.
func (p *Provider) SignIn(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/authorize?"+u.RawQuery, nil))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("the provider answers %d: %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// ServeHTTP answers as a provider does.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[r.URL.Path]++
	if p.Instead != nil {
		p.Instead(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		p.discovery(w)
	case "/keys":
		p.jwks(w)
	case "/authorize":
		p.authorize(w, r)
	case "/token":
		p.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (p *Provider) discovery(w http.ResponseWriter) {
	write(w, http.StatusOK, map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.Issuer + "/authorize", "token_endpoint": p.Issuer + "/token",
		"jwks_uri": p.Issuer + "/keys", "response_types_supported": []string{"code"},
		"id_token_signing_alg_values_supported": []string{"RS256", "ES256", "HS256", "none"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

func (p *Provider) jwks(w http.ResponseWriter) {
	var set jose.JSONWebKeySet
	for alg, key := range p.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: p.kid + alg, Algorithm: alg, Use: "sig"})
	}
	write(w, http.StatusOK, set)
}

var page = template.Must(template.New("").Parse(`<!doctype html><title>Example ID</title>
<h1>Example ID</h1><form method="post"><button>Sign in</button></form>`))

// authorize shows a page, and sends on who presses its button.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != Client || q.Get("redirect_uri") != p.Redirect || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("nonce") == "" {
		http.Error(w, "no such client: "+q.Encode(), http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodPost {
		if err := page.Execute(w, nil); err != nil {
			p.t.Error(err)
		}
		return
	}
	code := rand.Text()
	p.codes[code] = request{q.Get("nonce"), q.Get("code_challenge")}
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.Issuer}}
	w.Header().Set("Location", p.Redirect+"?"+back.Encode())
	w.WriteHeader(http.StatusSeeOther)
}

// token trades a code for an ID token, once, with whoever began.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if unescaped, err := url.QueryUnescape(secret); basic && err == nil { // RFC 6749, 2.3.1
		secret = unescaped
	}
	if id != Client || secret != p.Secret {
		write(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	asked, known := p.codes[code]
	delete(p.codes, code)
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || r.PostFormValue("redirect_uri") != p.Redirect ||
		asked.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		write(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{
		"iss": p.Issuer, "aud": Client, "sub": "subject-of-ann", "nonce": asked.nonce,
		"iat": p.Now().Unix(), "exp": p.Now().Add(5 * time.Minute).Unix(),
	}
	maps.Copy(claims, p.Claims)
	if p.Spoil != nil {
		p.Spoil(claims)
	}
	signed, err := p.sign(claims)
	if err != nil {
		p.t.Error(err)
	}
	write(w, http.StatusOK, map[string]any{
		"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": signed,
	})
}

func (p *Provider) sign(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	if p.Alg == "none" {
		header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
		return header + "." + base64.RawURLEncoding.EncodeToString(payload) + ".", nil
	}
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(p.Alg), Key: jose.JSONWebKey{
		Key: p.keys[p.Alg], KeyID: p.kid + p.Alg,
	}}
	if p.Alg == "HS256" { // with what everybody knows
		public, err := json.Marshal(jose.JSONWebKey{Key: p.keys["RS256"].Public()})
		if err != nil {
			return "", err
		}
		key.Key = jose.JSONWebKey{Key: public, KeyID: p.kid + "RS256"}
	}
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	made, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	return made.CompactSerialize()
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
