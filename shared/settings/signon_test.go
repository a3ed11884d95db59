package settings

import (
	"maps"
	"strings"
	"testing"
)

// Single sign-on is told as a whole, or not at all.
func TestSignOn(t *testing.T) {
	t.Parallel()
	whole := map[string]string{
		OIDCIssuer.Env: "https://id.example.org/realms/staff/", OIDCClientID.Env: "console",
		OIDCOperators.Env: "ops, root", AdminPublicURL.Env: "https://admin.example.org",
	}
	for name, c := range map[string]struct {
		change map[string]string
		want   string // what the fault says; "" = none
	}{
		"whole":                  {},
		"viewers alone":          {change: map[string]string{OIDCOperators.Env: "", OIDCViewers.Env: "all"}},
		"on this machine":        {change: map[string]string{OIDCIssuer.Env: "http://127.0.0.1:8080"}},
		"on this machine, by v6": {change: map[string]string{OIDCIssuer.Env: "http://[::1]:8080"}},
		"console on this machine": {change: map[string]string{
			OIDCIssuer.Env: "http://localhost:8080", AdminPublicURL.Env: "http://localhost:8081",
		}},
		"no issuer": {change: map[string]string{OIDCIssuer.Env: ""},
			want: "SEND__OIDC_ISSUER is not set, and SEND__OIDC_CLIENT_ID is"},
		"no client":  {change: map[string]string{OIDCClientID.Env: ""}, want: "SEND__OIDC_CLIENT_ID is not set, and"},
		"no console": {change: map[string]string{AdminPublicURL.Env: ""}, want: "SEND__ADMIN_PUBLIC_URL is not set, and"},
		"nobody":     {change: map[string]string{OIDCOperators.Env: ","}, want: "would let nobody in"},
		"open": {change: map[string]string{OIDCIssuer.Env: "http://id.example.org"},
			want: "SEND__OIDC_ISSUER must be a URL such as https://"},
		"not this machine": {change: map[string]string{OIDCIssuer.Env: "http://localhost.example.org"},
			want: "must be a URL"},
		"with a query":    {change: map[string]string{OIDCIssuer.Env: "https://id.example.org/?a"}, want: "must be a URL"},
		"with a password": {change: map[string]string{OIDCIssuer.Env: "https://a:b@id.example.org"}, want: "must be a URL"},
		"open console": {change: map[string]string{AdminPublicURL.Env: "http://admin.example.org"},
			want: "SEND__ADMIN_PUBLIC_URL must begin with https://"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := maps.Clone(whole)
			maps.Copy(told, c.change)
			e := New(func(name string) string { return told[name] })
			s := e.SignOn(Variable)
			if c.want == "" && (e.Err() != nil || s.Issuer != told[OIDCIssuer.Env] || s.Claim != "groups" ||
				strings.Join(s.Scopes, " ") != "profile") {
				t.Errorf("got %+v, %v", s, e.Err())
			}
			if c.want != "" && (e.Err() == nil || !strings.Contains(e.Err().Error(), c.want)) {
				t.Errorf("got %v, want %s", e.Err(), c.want)
			}
		})
	}
	e := New(func(string) string { return "" })
	if s := e.SignOn(Variable); s.Issuer != "" || e.Err() != nil {
		t.Errorf("of nothing it reads %+v, %v", s, e.Err())
	}
}
