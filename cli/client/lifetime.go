package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// expiry is when a transfer that lives so long from now ends, by the service's
// clock: that of this machine may be wrong. ErrOption where the service keeps none
// that long.
func (c *Client) expiry(ctx context.Context, lifetime time.Duration) (time.Time, error) {
	rules, now, err := c.rules(ctx)
	if err != nil {
		return time.Time{}, err
	}
	most := time.Duration(rules.MaxTTLSeconds) * time.Second
	if most > 0 && lifetime > most {
		return time.Time{}, send.Because(send.Invalid, ErrOption,
			"the service keeps a transfer for at most %s", send.InWords(most))
	}
	return now.Add(lifetime), nil
}

// rules are what the service takes, and when it said so by its own clock. Of an
// older one, which does not say, they are zero; it refuses what it does not take.
func (c *Client) rules(ctx context.Context) (rules wire.ConfigReply, now time.Time, err error) {
	err = c.repeat(ctx, func() (err error) {
		now, err = c.getDated(ctx, wire.Config.To(), &rules)
		return err
	})
	if r, ok := errors.AsType[refused](err); ok && r.status/100 == 4 {
		now, err = r.date, nil
	}
	return rules, now, err
}

// getDated asks once for what a path has, and when the service said so by its own clock.
func (c *Client) getDated(ctx context.Context, path string, out any) (time.Time, error) {
	res, done, err := c.do(ctx, http.MethodGet, c.Server+path, nil)
	if err != nil {
		return time.Time{}, err
	}
	defer done()
	return dated(res), decode(res.Body, out)
}

// dated is when an answer was given, by the clock of who gave it.
func dated(res *http.Response) time.Time {
	if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		return at
	}
	return time.Now()
}
