package signon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// askTime is how long the provider may take to answer one question.
	askTime = 4 * time.Second
	// maxAnswer is how much of an answer is read: more than any provider says of itself.
	maxAnswer = 512 << 10
)

// Via is the way to a provider.
func Via() http.RoundTripper {
	return &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: askTime}).DialContext, TLSHandshakeTimeout: askTime, ForceAttemptHTTP2: true,
		MaxIdleConns: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
	}
}

// client asks by it, and is led nowhere else: what the settings name is what is asked.
func client(via http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: bounded{via}, Timeout: askTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded reads no more of an answer than maxAnswer.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxAnswer)
	}
	return res, err
}

// context has the libraries ask by the client.
func (p *Provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// brief is an error of the libraries for the log: they repeat in it what the provider
// said, whatever that was, and however long.
func brief(err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return fmt.Errorf("the token endpoint answers %d, error %.60q", e.Response.StatusCode, e.ErrorCode)
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e
	}
	return fmt.Errorf("%.300q", err.Error())
}

// away says whether an error means that the provider did not answer, or not as one that
// works.
func away(err error) bool {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return e.Response.StatusCode >= http.StatusInternalServerError
	}
	_, unreached := errors.AsType[*url.Error](err)
	return unreached
}
