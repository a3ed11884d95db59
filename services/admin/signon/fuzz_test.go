package signon

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// FuzzIDToken: whatever a provider signs, nobody has a role whose claim does not name it,
// and what is shown of a person is a short line of text; and what it has not signed is
// nobody's.
func FuzzIDToken(f *testing.F) {
	const issuer, client = "https://id.example", "console"
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC)
	p := &Provider{
		now: func() time.Time { return now },
		set: settings.SignOn{
			Issuer: issuer, ClientID: client, Claim: "groups", Operators: []string{"root"}, Viewers: []string{"see"},
		},
	}
	verifier := oidc.NewVerifier(issuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key.Public()}},
		&oidc.Config{ClientID: client, Now: p.now, SupportedSigningAlgs: []string{oidc.ES256}})
	const whole = `"iss":"https://id.example","aud":"console","exp":1900000000,"sub":"ann"`
	for _, more := range []string{
		`"groups":["root"]`, `"groups":"see"`, `"groups":["a","see"],"name":"Ann\u202e\nExample"`, `"groups":[1,"root"]`,
		`"groups":{"root":true}`, `"groups":null,"name":"ann@example.org"`, `"groups":["root "],"name":7`, `"Groups":"root"`,
		`"groups":[],"groups":["root"]`, `"aud":["console","other"],"azp":"other","groups":"root"`,
		`"groups":"root","preferred_username":"` + strings.Repeat("é", 100) + `"`, `"sub":"` + strings.Repeat("s", 256) + `"`,
	} {
		f.Add("{"+whole+","+more+"}", "")
	}
	f.Add(`{"exp":-1e400}`, "x")
	f.Add("{"+whole+`,"groups":"root"}`, "eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, claims, other string) {
		if token, err := verifier.Verify(context.Background(), other); err == nil {
			t.Errorf("%q is believed: %v", other, token)
		}
		signed, err := signer.Sign([]byte(claims))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		token, err := verifier.Verify(context.Background(), raw)
		if err != nil {
			return
		}
		who, err := p.person(token)
		if err != nil {
			if c := send.CodeOf(err); c != send.Unauthorized && c != send.Forbidden || who.Role != "" {
				t.Errorf("%s: %v, %v", claims, who, err)
			}
			return
		}
		var said map[string]any
		if json.Unmarshal([]byte(claims), &said) != nil {
			t.Fatalf("%q is read: %v", claims, who)
		}
		names := func(value string) bool {
			list, is := said["groups"].([]any)
			if !is {
				return said["groups"] == value
			}
			found := false
			for _, v := range list {
				if _, text := v.(string); !text && v != nil {
					return false
				}
				found = found || v == value
			}
			return found
		}
		if who.Role == wire.Operator && !names("root") || who.Role == wire.Viewer && (names("root") || !names("see")) {
			t.Errorf("%s makes a %s", claims, who.Role)
		}
		if who.Subject == "" || len(who.Subject) > maxSubject || utf8.RuneCountInString(who.Name) > maxName ||
			strings.ContainsFunc(who.Name, func(r rune) bool { return !unicode.IsPrint(r) || r == '@' }) {
			t.Errorf("%s is shown as %q", claims, who)
		}
	})
}
