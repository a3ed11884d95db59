package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"time"

	"sgraph.ai/send/shared/send"
)

const (
	maxTries   = 6
	firstTries = 2 // where nothing ever answered: a moment, in which a service may start again
	firstWait  = 500 * time.Millisecond
	maxWait    = time.Minute
)

// repeat makes a call until it succeeds, fails for good, or has failed maxTries
// times, or fewer where nothing ever answered. The pauses double, with chance in
// them so that clients that were turned away together do not come back together;
// the service can ask for longer ones.
func (c *Client) repeat(ctx context.Context, call func() error) error {
	wait := firstWait
	for try := 1; ; try++ {
		err := call()
		if err == nil || ctx.Err() != nil || !worthRepeating(err) {
			return err
		}
		if _, tries := c.wrongAddress(err); try >= tries {
			return err
		}
		pause := max(wait/2+rand.N(wait/2), min(retryAfter(err), maxWait))
		if c.Pausing != nil {
			c.Pausing(err, pause)
		}
		if err := c.sleep(ctx, pause); err != nil {
			return err
		}
		wait *= 2
	}
}

func worthRepeating(err error) bool {
	switch send.CodeOf(err) {
	case send.Limited:
		return true
	case send.Unavailable:
		if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
			return false // a name that was mistyped does not come to be
		}
		return true
	}
	return false
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*send.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Pause != nil {
		d = c.Pause(d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
