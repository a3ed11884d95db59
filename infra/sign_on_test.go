package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// The admin function alone is told of a provider, where its own console is, and where
// its client's secret stands, which it alone may read.
func TestSignOnIsTold(t *testing.T) {
	t.Parallel()
	const parameter = "/sgraph-send/dev/oidc-client-secret"
	config := map[string]string{
		"sgraph-send:oidcIssuer": "https://id.example.org/", "sgraph-send:oidcClientId": "console",
		"sgraph-send:oidcOperators": "ops, root", "sgraph-send:oidcViewers": "support",
		"sgraph-send:edge": "true", "sgraph-send:domain": "send.example.org", "SEND__OIDC_CLIENT_SECRET": "ssm:" + parameter,
	}
	g := record(t, "dev", config)
	admin, user := g.told(t, "sgraph-send-admin-dev"), g.told(t, "sgraph-send-user-dev")
	for name, want := range map[string]string{
		"SEND__OIDC_ISSUER": "https://id.example.org/", "SEND__OIDC_CLIENT_ID": "console",
		"SEND__OIDC_OPERATORS": "ops,root", "SEND__OIDC_VIEWERS": "support",
		"SEND__OIDC_CLIENT_SECRET": "ssm:" + parameter, "SEND__ADMIN_PUBLIC_URL": "https://admin.send.example.org",
	} {
		if got := admin[resource.PropertyKey(name)]; isSecret(got) || !got.IsString() || got.StringValue() != want {
			t.Errorf("of %s the admin function is told %v", name, got)
		}
		if got, told := user[resource.PropertyKey(name)]; told {
			t.Errorf("of %s the user function is told %v", name, got)
		}
	}
	arn := "arn:aws:ssm:eu-west-2:" + testAccount + ":parameter" + parameter
	for _, granted := range grants(t, g) {
		if slices.Contains(granted.resources, arn) && granted.role != "admin" {
			t.Errorf("%s may read the secret, too", granted.role)
		}
	}
	if _, told := record(t, "dev", nil).told(t, "sgraph-send-admin-dev")["SEND__ADMIN_PUBLIC_URL"]; told {
		t.Error("a stack without single sign-on tells where its console is")
	}

	value := maps.Clone(config)
	value["SEND__OIDC_CLIENT_SECRET"] = "a secret of the provider"
	got := record(t, "dev", value).told(t, "sgraph-send-admin-dev")["SEND__OIDC_CLIENT_SECRET"]
	if !isSecret(got) || !strings.Contains(plain(got).StringValue(), "a secret") {
		t.Errorf("a value is told as %v", got)
	}
}
