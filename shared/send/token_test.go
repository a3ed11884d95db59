package send_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/shared/send"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{
		"plain-name_1":                "plain-name_1",
		" \"quoted\" ":                "quoted",
		"\u200bzero\u200bwidth\ufeff": "zerowidth",
		"“typographic”":               "typographic",
		"a b/c":                       "a_b_c",
		"tab\tand\nline":              "tabandline",
		"é":                           "_",
		"":                            "",
	} {
		if got, err := send.CleanName(in); err != nil || got != out {
			t.Errorf("CleanName(%q) = %q, %v, want %q", in, got, err, out)
		}
	}
	_, err := send.CleanName(strings.Repeat("a", 129))
	want(t, err, send.Invalid, "128")
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	tok, err := f.tokens.Create(t.Context(), send.NewToken{
		UsageLimit: 2, CreatedBy: "someone", Metadata: map[string]any{"a": "b"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tok.Name) < 30 || tok.Remaining() != 2 || tok.Status != send.TokenActive {
		t.Fatalf("%+v", tok)
	}
	_, err = f.tokens.Create(t.Context(), send.NewToken{Name: tok.Name})
	want(t, err, send.Conflict, "already exists")

	use := func(once string, stood send.TokenStatus) {
		t.Helper()
		if _, got, err := f.tokens.Use(t.Context(), tok.Name, once); err != nil || got != stood {
			t.Fatalf("use for %q: %q, %v, want %q", once, got, err, stood)
		}
	}
	use("one", send.TokenActive)
	use("one", send.TokenActive) // the same thing: spends nothing
	use("", send.TokenActive)
	use("", send.TokenExhausted)
	use("two", send.TokenExhausted)
	use("one", send.TokenActive)
	if tok, err = f.tokens.UpdateLimit(t.Context(), tok.Name, 3); err != nil || tok.Status != send.TokenActive {
		t.Fatal(tok, err)
	}
	use("two", send.TokenActive)
	if tok, err = f.tokens.Revoke(t.Context(), tok.Name); err != nil || tok.Status != send.TokenRevoked {
		t.Fatal(tok, err)
	}
	use("three", send.TokenRevoked)
	if tok, err = f.tokens.UpdateLimit(t.Context(), tok.Name, 0); err != nil || tok.Status != send.TokenRevoked {
		t.Fatal("a new limit undid the revocation", tok, err)
	}
	tok, err = f.tokens.Reactivate(t.Context(), tok.Name)
	if err != nil || tok.Status != send.TokenActive || tok.UsageCount != 3 {
		t.Fatal(tok, err)
	}
	if tok.Remaining() != -1 || tok.Metadata["a"] != "b" || tok.CreatedBy != "someone" {
		t.Fatalf("%+v", tok)
	}
	if _, stood, err := f.tokens.Use(t.Context(), "unknown", ""); err != nil || stood != send.TokenUnknown {
		t.Fatal(stood, err)
	}
	_, err = f.tokens.Revoke(t.Context(), "unknown")
	want(t, err, send.NotFound, "Token not found")
}

func TestARefusalSaysHowTheTokenStands(t *testing.T) {
	t.Parallel()
	for stood, c := range map[send.TokenStatus]struct {
		says   string
		reason send.Reason
	}{
		send.TokenUnknown:    {"Invalid access token", send.ReasonTokenUnknown},
		send.TokenRevoked:    {"Access token revoked", send.ReasonTokenRevoked},
		send.TokenExhausted:  {"Access token exhausted", send.ReasonTokenExhausted},
		"":                   {"Access token ", "unauthorized"}, // fails closed
		"of another service": {"Access token of another service", "unauthorized"},
	} {
		err := stood.Refusal()
		want(t, err, send.Unauthorized, c.says)
		if got := send.ReasonOf(err); got != c.reason {
			t.Errorf("%q: the reason is %q, want %q", stood, got, c.reason)
		}
	}
	if err := send.TokenActive.Refusal(); err != nil {
		t.Error(err)
	}
}

func TestATokenIsUsedOnceForAThingHoweverManyAsk(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "some", 100)
	var ok atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, stood, err := f.tokens.Use(t.Context(), "some", "a-transfer"); err == nil && stood == send.TokenActive {
				ok.Add(1)
			}
		})
	}
	wg.Wait()
	tok, err := f.tokens.Token(t.Context(), "some")
	if err != nil || tok.UsageCount != 1 || ok.Load() != 20 {
		t.Fatalf("used %d times in %d calls, %v", tok.UsageCount, ok.Load(), err)
	}
}

func TestListNamesEveryToken(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for i := range 450 { // more than two pages
		f.newToken(t, "token-"+string(rune('a'+i%26))+strings.Repeat("x", i/26), 1)
	}
	all, err := f.tokens.List(t.Context())
	if err != nil || len(all) != 451 {
		t.Fatal(len(all), err)
	}
	seen := map[string]bool{}
	for _, tok := range all {
		seen[tok.Name] = true
	}
	if len(seen) != 451 || !seen["a-token"] {
		t.Fatalf("%d names", len(seen))
	}
	// Under another secret the names stay hidden and the tokens work.
	f.tokens.Names = send.Secret("another secret").Names
	tok, err := f.tokens.Token(t.Context(), "a-token")
	if err != nil || tok.Status != send.TokenActive {
		t.Fatal(tok, err)
	}
	if all, err = f.tokens.List(t.Context()); err != nil || len(all) != 451 || all[0].Name != "" {
		t.Fatal(len(all), err)
	}
}

// While the secret that names are sealed under changes, names are read, and sealed
// anew on the way: what is changed at once, and all of them when they are listed.
func TestNamesAreSealedAnew(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const old, current = "the secret of before", "the secret that follows"
	under := func(secrets ...string) *send.Tokens {
		return &send.Tokens{Ledger: f.ledger, Now: f.clock.Now, Names: func(context.Context) (send.NameKeys, error) {
			return send.NamesUnder(secrets...), nil
		}}
	}
	for _, name := range []string{"one", "two", "three"} {
		if _, err := under(old).Create(t.Context(), send.NewToken{
			Name: name, Metadata: map[string]any{"number": json.Number("12345678901234567890")},
		}); err != nil {
			t.Fatal(err)
		}
	}
	names := func(tokens *send.Tokens) string {
		t.Helper()
		all, err := tokens.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, tok := range all {
			if tok.Name != "" {
				names = append(names, tok.Name)
			}
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	if got := names(under(current)); got != "" {
		t.Errorf("without the old secret they are %q", got)
	}
	if tok, err := under(current, old).Revoke(t.Context(), "two"); err != nil || tok.Name != "two" {
		t.Fatal(tok, err)
	}
	if got := names(under(current)); got != "two" {
		t.Errorf("after one change they are %q", got)
	}
	if got := names(under(current, old)); got != "one three two" {
		t.Errorf("with both they are %q", got)
	}
	if got := names(under(current)); got != "one three two" {
		t.Errorf("after they were listed they are %q", got)
	}
	r, err := f.ledger.Get(t.Context(), send.Key{Set: send.TokenSet, ID: send.TokenHash("one")})
	if err != nil || !strings.Contains(string(r.Data), `12345678901234567890`) {
		t.Errorf("what else is kept is changed: %s, %v", r.Data, err)
	}
	if tok, err := under(current).Token(t.Context(), "two"); err != nil || tok.Status != send.TokenRevoked {
		t.Errorf("it is %+v, %v", tok, err)
	}

	// A token works, and its state can be changed, while no secret can be read.
	away := send.Fail(send.Unavailable, "no secret")
	blind := &send.Tokens{Ledger: f.ledger, Now: f.clock.Now,
		Names: func(context.Context) (send.NameKeys, error) { return nil, away }}
	if _, stood, err := blind.Use(t.Context(), "one", ""); err != nil || stood != send.TokenActive {
		t.Errorf("used: %s, %v", stood, err)
	}
	if _, err := blind.Revoke(t.Context(), "one"); err != nil {
		t.Errorf("revoked: %v", err)
	}
	if _, err := blind.List(t.Context()); err != away {
		t.Errorf("listed: %v", err)
	}
	if _, err := blind.Create(t.Context(), send.NewToken{Name: "four"}); err != away {
		t.Errorf("created: %v", err)
	}
	if got := names(under(current)); got != "one three two" {
		t.Errorf("in the end they are %q", got)
	}
}
