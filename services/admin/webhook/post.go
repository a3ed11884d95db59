package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

const (
	// postTime is how long a receiver may take to answer.
	postTime = 5 * time.Second
	// maxAnswer is how much of an answer is read; nothing of it is kept.
	maxAnswer = 16 << 10
)

// errPrivate is that the receiver's name leads to an address that only a network of
// the service's own can reach.
var errPrivate = errors.New("its address is a private one, which SEND__WEBHOOK_PRIVATE would allow")

// reserved are networks that are no part of the internet, beside those that
// [netip.Addr] knows, and those that lead to other addresses.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("2001::/32"), netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("fec0::/10"), // sites' own, before fc00::/7 was
}

// public says whether an address is one of the internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() // which leaves out loopback, link-local and multicast
}

// Via is the way to a receiver: by TLS, by no proxy, and, unless private ones are
// allowed, to public addresses only. An address is looked at when it is dialled, so
// that no name can lead elsewhere in between.
func Via(private bool) *http.Transport {
	dialer := &net.Dialer{Timeout: postTime, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !private && !public(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: postTime, ForceAttemptHTTP2: true,
		MaxIdleConns: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxAnswer,
	}
}

// post sends a message once. It fails unless the receiver says that it has it.
func (h *Hook) post(ctx context.Context, id string, m Message) error {
	key, err := h.Key(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	body, now := m.body(), h.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "sgraph-send-webhook")
	r.Header.Set(headerID, id)
	r.Header.Set(headerTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(headerSignature, sign(key, id, now, body))
	client := http.Client{
		Transport:     h.Via,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(r)
	if err != nil {
		var netErr net.Error
		switch {
		case errors.Is(err, errPrivate):
			return errPrivate
		case errors.As(err, &netErr) && netErr.Timeout():
			return fmt.Errorf("the receiver did not answer in %s", postTime)
		}
		return errors.New("the receiver cannot be reached") // the cause would name its URL, which may be a secret
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("the receiver answers %d", res.StatusCode)
	}
	return nil
}
