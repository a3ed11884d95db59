// Package guard puts IAM before a simulated AWS that lets anyone do anything.
//
// A Guard is a proxy. It knows whoever asks by the access key of the signature, which
// it handed out itself to those whom a role trusts; reads the role's policies, its
// boundary and the policies of buckets and keys from the simulation, as they were
// really made; and passes on what they allow. Everything else it refuses as AWS would,
// and so it does with what it cannot evaluate.
//
// It does not check signatures: who asks is not what is tested. And it takes what comes
// for having come by TLS, as in the simulation nothing does.
package guard

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/test/e2e/iam"
	"sgraph.ai/send/test/e2e/iam/call"
)

// Guard is a proxy that enforces IAM.
type Guard struct {
	URL string

	aws   *account
	proxy *httputil.ReverseProxy

	mu       sync.Mutex
	sessions map[string]string // ARNs of roles, by access key
	asked    []Asked
}

// Asked is one permission that was needed.
type Asked struct {
	Role     string // its name
	Call     string // such as "dynamodb GetItem"
	Request  iam.Request
	Decision iam.Decision
}

// String tells it as AWS would.
func (a Asked) String() string {
	how := "is authorized to perform"
	if !a.Decision.Allowed {
		how = "is not authorized to perform"
	}
	text := fmt.Sprintf("%s %s: %s on resource: %s", a.Role, how, a.Request.Action, a.Request.Resource)
	if keys := a.Request.Keys["dynamodb:LeadingKeys"]; keys != nil {
		text += fmt.Sprintf(" with keys: %s", strings.Join(keys, ", "))
	}
	if !a.Decision.Allowed {
		text += " because " + a.Decision.Why
	}
	return text
}

// Start puts a guard before the simulated AWS at endpoint, until the test ends.
func Start(tb testing.TB, endpoint string) *Guard {
	tb.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		tb.Fatal(err)
	}
	g := &Guard{aws: newAccount(endpoint), sessions: map[string]string{}}
	g.proxy = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: g.afterwards,
	}
	server := httptest.NewServer(g)
	tb.Cleanup(server.Close)
	g.URL = server.URL
	return g
}

// Credentials are those of a session of a role.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// Variables are the credentials as programs find them in their environment.
func (c Credentials) Variables() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": c.AccessKeyID, "AWS_SECRET_ACCESS_KEY": c.SecretAccessKey, "AWS_SESSION_TOKEN": c.SessionToken,
	}
}

// Assume lets someone become a role, if the role trusts them: action is sts:AssumeRole
// or one of its kind, and keys are what conditions of the role's trust can compare.
func (g *Guard) Assume(
	role string, by iam.Principal, action string, keys map[string][]string,
) (Credentials, error) {
	r, err := g.aws.role(role)
	if err != nil {
		return Credentials{}, err
	}
	request := iam.Request{Action: action, Resource: r.arn, Keys: keys}
	decision := iam.Evaluate(request, iam.Policies{Resource: &r.trust, By: by, Sole: true})
	if !decision.Allowed {
		return Credentials{}, fmt.Errorf("%s cannot become %s: %s", by.Name, role, decision.Why)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	// Keys of sessions begin so.
	id := fmt.Sprintf("ASIA%016d", len(g.sessions))
	g.sessions[id] = r.name
	return Credentials{id, "secret-of-" + id, "token-of-" + id}, nil
}

// Forget makes the guard read all policies again, after they were changed behind its
// back.
func (g *Guard) Forget() { g.aws.forget() }

// Asked returns everything that was asked for from the given number on.
func (g *Guard) Asked(from int) []Asked {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.asked[from:])
}

// Refused returns what was refused from the given number on.
func (g *Guard) Refused(from int) []Asked {
	return slices.DeleteFunc(g.Asked(from), func(a Asked) bool { return a.Decision.Allowed })
}

// Count returns how much was asked for so far.
func (g *Guard) Count() int { return len(g.Asked(0)) }

// Idle returns what of the policies of some roles, and of their boundaries, nobody
// needed who was let through.
func (g *Guard) Idle(roles ...string) ([]iam.Word, error) {
	var idle []iam.Word
	var byAll []iam.Request
	boundaries := map[string]iam.Document{}
	for _, name := range roles {
		r, err := g.aws.role(name)
		if err != nil {
			return nil, err
		}
		var needed []iam.Request
		for _, a := range g.Asked(0) {
			if a.Role == name && a.Decision.Allowed {
				needed = append(needed, a.Request)
			}
		}
		for _, d := range r.policies {
			d.Name += " of " + name
			idle = append(idle, iam.Idle(d, needed)...)
		}
		byAll = append(byAll, needed...)
		if r.boundary != nil {
			boundaries[r.bounds] = *r.boundary
		}
	}
	for _, d := range boundaries {
		idle = append(idle, iam.Idle(d, byAll)...)
	}
	return idle, nil
}

func (g *Guard) note(a Asked) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = append(g.asked, a)
}

// ServeHTTP passes on what is allowed.
func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c, asked, err := g.decide(r, body)
	if err != nil {
		g.note(asked)
		refuse(w, r, asked)
		return
	}
	if asked.Call != "" { // what a miss would tell
		r = r.WithContext(withMiss(r.Context(), asked))
	}
	g.proxy.ServeHTTP(w, r)
	g.aws.after(c)
}

var errRefused = errors.New("refused")

// decide says whether a request is allowed. With an error, what it returns is what is
// lacking, otherwise what is lacking if the answer is a miss, if anything is.
func (g *Guard) decide(r *http.Request, body []byte) (call.Call, Asked, error) {
	c, err := call.Read(r, body, g.aws)
	g.mu.Lock()
	name := g.sessions[c.AccessKey]
	g.mu.Unlock()
	a := Asked{Role: cmp.Or(name, "nobody"), Call: c.Service + " " + c.Operation}
	if err == nil && name == "" {
		err = fmt.Errorf("the access key %q is nobody's", c.AccessKey)
	}
	if err != nil {
		a.Request = iam.Request{Action: c.Service + ":?", Resource: r.Method + " " + r.URL.Path}
		a.Decision.Why = err.Error()
		return c, a, err
	}
	for _, need := range c.Needs {
		a := g.evaluate(a, name, c.Region, need)
		if !a.Decision.Allowed {
			return c, a, errRefused
		}
		g.note(a)
	}
	if c.ToMiss == nil {
		return c, Asked{}, nil
	}
	return c, g.evaluate(a, name, c.Region, *c.ToMiss), nil
}

// evaluate decides on one permission.
func (g *Guard) evaluate(a Asked, name, region string, need iam.Request) Asked {
	a.Request = need
	role, err := g.aws.role(name)
	if err != nil {
		a.Decision.Why = err.Error()
		return a
	}
	now := time.Now().UTC()
	need.Keys = maps.Clone(need.Keys)
	maps.Copy(need.Keys, map[string][]string{
		"aws:PrincipalArn": {role.arn}, "aws:PrincipalAccount": {call.AccountID}, "aws:PrincipalType": {"AssumedRole"},
		"aws:PrincipalIsAWSService": {"false"}, "aws:username": nil, "aws:SecureTransport": {"true"},
		"aws:RequestedRegion": {region}, "aws:ResourceAccount": {call.AccountID}, "aws:SourceIp": {"192.0.2.1"},
		"aws:CurrentTime": {now.Format(time.RFC3339)}, "aws:EpochTime": {strconv.FormatInt(now.Unix(), 10)},
	})
	policies := iam.Policies{
		Identity: role.policies, Boundary: role.boundary, By: iam.Principal{Type: "AWS", Name: role.arn},
	}
	if policies.Resource, policies.Sole, err = g.aws.resourcePolicy(need); err != nil {
		a.Decision.Why = err.Error()
		return a
	}
	a.Decision = iam.Evaluate(need, policies)
	return a
}
