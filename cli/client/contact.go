package client

import (
	"context"
	"errors"
	"sync/atomic"

	"sgraph.ai/send/shared/send"
)

// reached notes that the service answered.
func (c *Client) reached() { atomic.StoreUint32(&c.contact, 1) }

// nobodyThere says whether an error is that nothing listens where this client has not yet
// had an answer: most likely the address is wrong, or the service does not run. One that
// did answer before comes back.
func (c *Client) nobodyThere(err error) bool {
	return errors.Is(err, connectionRefused) && atomic.LoadUint32(&c.contact) == 0
}

// unreachable explains why a request had no answer.
func (c *Client) unreachable(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStalled):
		err = cause
	case cause != nil:
		return cause
	case c.nobodyThere(err):
		return send.Because(send.Unavailable, err,
			"nothing answers at %s: see whether that is the service's address, and whether it runs", c.Server)
	}
	return send.Because(send.Unavailable, err, "the service cannot be reached")
}
