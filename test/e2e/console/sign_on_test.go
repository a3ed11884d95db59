package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/signon/signontest"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
)

// serveWithProvider is serve with a provider of single sign-on at another site.
func serveWithProvider(t *testing.T) (
	url string, tokens *send.Tokens, service *admin.Service, p *signontest.Provider,
) {
	t.Helper()
	p = signontest.NewLocal(t, time.Now)
	front := httptest.NewUnstartedServer(nil)
	url = "http://" + front.Listener.Addr().String()
	p.Set(func(p *signontest.Provider) { p.Redirect = url + "/auth/sso/callback" })
	_, tokens, service = serveWithTrail(t, func(s *admin.Settings) {
		s.SignOn = settings.SignOn{
			Issuer: p.Issuer, ClientID: signontest.Client, Claim: "groups", Scopes: []string{"profile"},
			Operators: []string{"operators"}, Viewers: []string{"viewers"}, Origin: url,
		}
		s.SignOnSecret = secret.Plain(signontest.Secret)
	})
	front.Config.Handler = service
	front.Start()
	t.Cleanup(func() { front.Close(); service.Flush() })
	return url, tokens, service, p
}

// as has the provider know somebody of a group.
func as(p *signontest.Provider, name, group string) {
	p.Set(func(p *signontest.Provider) { p.Claims = map[string]any{"name": name, "groups": []string{group}} })
}

// signIn goes by way of the provider, from the console's form.
func signIn() step {
	return steps(press("Sign in with localhost"), says("Example ID"), press("Sign in"))
}

func TestPeopleSignInWithTheirProvider(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens, service, p := serveWithProvider(t)
	as(p, "Ann Example", "operators")
	o.run(goTo(url), signIn(), says("No tokens yet"), says("Ann Example"), says("Operator, ID"),
		press("New token"), focused("#note"), enter("#note", "Press team"), press("Make token"),
		says("The token is ready"), press("Done"), says("0 of 50 used"))
	service.Flush()
	o.run(press("Audit"), says("Token created"), says("you"),
		click(`.events [title^="Person "]`), says("2 events"),
		press("System"), says("Ann Example, "+itself()), says("Nobody else is logged in"))

	// What is typed goes, and nothing else: a session that ends asks for the key, or for the provider.
	o.run(press("Log out"), visible("#login-key"))
	as(p, "Ben Example", "viewers")
	sent(t, tokens, onlyToken(t, tokens), send.NewTransfer{ID: "4abd0a491ed3"})
	o.run(signIn(), says("Ben Example"), says("Viewer, ID"), press("Tokens"), says("Press team"),
		says("1 of 50 used"))
	forbidden := func(where string) {
		t.Helper()
		if n := o.number(`[...document.querySelectorAll("main button")].filter((b) => b.checkVisibility() &&
			/^(New|Several|Limit|Revoke|Invite|Take|End|Reveal|Copy|URL|Send)\\b/
				.test(b.innerText || b.ariaLabel)).length`); n != 0 {
			t.Errorf("a viewer has %d buttons under %s that the service refuses", n, where)
		}
	}
	forbidden("tokens")
	o.run(press("Transfers"), says("4abd0a491ed3"), says("Available"))
	forbidden("transfers")
	o.run(press("Pulse"), says("requests"), press("Audit"), says("Press team"), press("System"),
		says("All well"))
	forbidden("system")
	if n := o.number(`document.querySelectorAll(".sessions").length`); n != 0 {
		t.Error("a viewer is shown the sessions of others")
	}
	refused := evaluate[string](o, `fetch("/tokens/create", { method: "POST" }).then((r) => r.text())`)
	if !strings.Contains(refused, "operator_required") {
		t.Errorf("what the page has no button for is answered %s", refused)
	}
}

func TestPeopleWhoAreNotLetIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, _, _, p := serveWithProvider(t)
	as(p, "Cleo Example", "elsewhere")
	o.run(goTo(url), signIn(), says("neither an operator’s nor a viewer’s"),
		until(`() => location.hash === ""`, ""))
	p.Set(func(p *signontest.Provider) { p.Spoil = func(token map[string]any) { token["nonce"] = "another" } })
	o.run(signIn(), says("The sign-in was not completed"))
	p.Set(func(p *signontest.Provider) { p.Spoil = nil })
	o.run(goTo(url+"/auth/sso/callback?code=guessed&state=guessed"), says("began in another browser"),
		login(), says("No tokens yet"), says("by the API key"), press("Log out"),
		visible("#login-key"))
}

func TestTheProviderIsAway(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, _, _, p := serveWithProvider(t)
	p.Set(func(p *signontest.Provider) {
		p.Instead = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	})
	o.run(goTo(url), press("Sign in with localhost"), says("cannot be asked now"), login(),
		says("No tokens yet"))
}

// onlyToken is the name of the only one.
func onlyToken(t *testing.T, tokens *send.Tokens) string {
	t.Helper()
	all, err := tokens.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d tokens, %v", len(all), err)
	}
	return all[0].Name
}
