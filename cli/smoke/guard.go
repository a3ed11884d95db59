package smoke

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"sgraph.ai/send/shared/wire"
)

// headers that every reply has, with what they must say.
var everywhere = map[string]string{
	"X-Content-Type-Options": "nosniff",
	"Referrer-Policy":        "no-referrer",
	"X-Frame-Options":        "DENY",
}

// checkHeaders holds one reply against what every reply must have.
func checkHeaders(a *answer, secure bool) error {
	for name, value := range everywhere {
		if got := a.header.Get(name); !strings.EqualFold(got, value) {
			return fmt.Errorf("%s has %s %q, not %q", a.what, name, got, value)
		}
	}
	policy := a.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			return fmt.Errorf("%s has a content security policy without %s: %q", a.what, part, policy)
		}
	}
	for _, part := range []string{"unsafe-inline", "unsafe-eval", "*"} {
		if strings.Contains(policy, part) {
			return fmt.Errorf("%s has a content security policy that lets strangers in: %q", a.what, policy)
		}
	}
	if secure && !strings.HasPrefix(a.header.Get("Strict-Transport-Security"), "max-age=") {
		return fmt.Errorf("%s comes without Strict-Transport-Security", a.what)
	}
	return nil
}

// headersOf checks pages that were fetched before, and one reply of the API.
func (r *run) headersOf(ctx context.Context, origin, api string) (string, error) {
	secure := strings.HasPrefix(origin, "https://")
	count := 1
	for _, p := range r.pages {
		if !strings.HasPrefix(p.url, origin+"/") {
			continue
		}
		if err := checkHeaders(p.answer, secure); err != nil {
			return "", err
		}
		count++
	}
	a, err := r.get(ctx, origin+api)
	if err != nil {
		return "", err
	}
	if err := checkHeaders(a, secure); err != nil {
		return "", err
	}
	if got := a.header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		return "", fmt.Errorf("%s may be stored on the way: Cache-Control %q", a.what, got)
	}
	return fmt.Sprintf("%d replies", count), nil
}

func (r *run) userHeaders(ctx context.Context) (string, error) {
	return r.headersOf(ctx, r.User, wire.TransferInfo.To("000000000000"))
}

func (r *run) adminHeaders(ctx context.Context) (string, error) {
	return r.headersOf(ctx, r.Admin, wire.ListTokens.To())
}

// stranger is an origin that no stack allows.
const stranger = "https://stranger.invalid"

// closedToOthers says whether pages of other sites are kept from a service.
func (r *run) closedToOthers(ctx context.Context, origin string, to wire.Route) (string, error) {
	preflight, err := r.ask(ctx, http.MethodOptions, origin+to.To(), nil, wire.Origin.Name, stranger,
		wire.RequestMethod.Name, to.Method, wire.RequestHeaders.Name, strings.ToLower(wire.AccessToken.Name))
	if err != nil {
		return "", err
	}
	simple, err := r.get(ctx, origin+wire.Health.To(), wire.Origin.Name, stranger)
	if err != nil {
		return "", err
	}
	for _, a := range []*answer{preflight, simple} {
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "" {
			return "", fmt.Errorf("%s allows %q to a page of %s", a.what, got, stranger)
		}
	}
	return "an unknown origin gets nothing", nil
}

func (r *run) adminClosed(ctx context.Context) (string, error) {
	return r.closedToOthers(ctx, r.Admin, wire.CreateToken)
}

// madeUp is a token, and a key, that nobody ever gave out.
const madeUp = "made-up-by-the-smoke-test"

// oneByte asks for a transfer, which is to be refused.
var oneByte = body(wire.CreateTransferRequest{FileSizeBytes: 1})

func (r *run) sendingNeedsToken(ctx context.Context) (string, error) {
	for _, path := range wire.CreateTransfer.Paths {
		for what, headers := range map[string][]string{
			"without a token":      nil,
			"with a made-up token": {wire.AccessToken.Name, madeUp},
		} {
			a, err := r.ask(ctx, wire.CreateTransfer.Method, r.User+path, oneByte, headers...)
			if err != nil {
				return "", err
			}
			if err := want(a, http.StatusUnauthorized); err != nil {
				return "", fmt.Errorf("%s: %w", what, err)
			}
		}
	}
	return "refused without, and with a made-up one", nil
}

// private are routes of the admin service that tell or change something.
var private = []wire.Route{wire.ListTokens, wire.CreateToken, wire.Pulse, wire.Status}

func (r *run) adminNeedsKey(ctx context.Context) (string, error) {
	// Asked without a body: even if the guard were down, nothing is made.
	for _, p := range private {
		a, err := r.ask(ctx, p.Method, r.Admin+p.To(), nil)
		if err != nil {
			return "", err
		}
		if err := want(a, http.StatusUnauthorized); err != nil {
			return "", fmt.Errorf("without the key: %w", err)
		}
	}
	// One wrong key only: they are limited, and whoever comes after us needs some of that.
	p := private[0]
	a, err := r.ask(ctx, p.Method, r.Admin+p.To(), nil, r.keyHeader(), madeUp)
	if err != nil {
		return "", err
	}
	if a.status != http.StatusTooManyRequests { // refused unread, where others tried too many
		if err := want(a, http.StatusUnauthorized); err != nil {
			return "", fmt.Errorf("with a made-up key: %w", err)
		}
	}
	return fmt.Sprintf("%d routes refuse", len(private)), nil
}

func (r *run) keyHeader() string {
	if r.KeyHeader != "" {
		return r.KeyHeader
	}
	return wire.DefaultAPIKey
}

func (r *run) adminKeyWorks(ctx context.Context) (string, error) {
	if r.Key == "" {
		return "", skip("no API key was given")
	}
	a, err := r.get(ctx, r.Admin+wire.ListTokens.To(), r.keyHeader(), r.Key)
	if err != nil {
		return "", err
	}
	return "lists its tokens", want(a, http.StatusOK)
}

// adminVersion asks with the key: nobody else is told.
func (r *run) adminVersion(ctx context.Context) (string, error) {
	if r.Key == "" && r.Version != "" {
		return "", fmt.Errorf("whether %q runs is told only to who has the API key, and none was given", r.Version)
	}
	if r.Key == "" {
		return "", skip("no API key was given")
	}
	return r.version(ctx, r.Admin, r.keyHeader(), r.Key)
}
