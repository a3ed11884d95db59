package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"sync/atomic"

	"sgraph.ai/send/shared/send"
)

// reached notes that the service answered.
func (c *Client) reached() { atomic.StoreUint32(&c.contact, 1) }

// wrongAddress is what an error says of the address, where nothing was ever answered: most
// likely that is wrong, or the service does not run. One that did answer before comes back.
// "" of all other errors; tries is how often it is worth trying.
func (c *Client) wrongAddress(err error) (words string, tries int) {
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case atomic.LoadUint32(&c.contact) > 0:
	case errors.Is(err, connectionRefused):
		return "nothing answers at %s: see whether that is the service's address, and whether it runs", firstTries
	case errors.Is(err, http.ErrSchemeMismatch):
		return "what answers at %s has no TLS: see whether the address begins with http://", 1
	case untrusted:
		return "what answers at %s does not prove to be the service: see whether its name and its certificate are right", 1
	}
	return "", maxTries
}

// unreachable explains why a request had no answer.
func (c *Client) unreachable(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errStalled):
		err = cause
	case cause != nil:
		return cause
	}
	if words, _ := c.wrongAddress(err); words != "" {
		return send.Because(send.Unavailable, err, words, c.Server)
	}
	return send.Because(send.Unavailable, err, "the service cannot be reached")
}
