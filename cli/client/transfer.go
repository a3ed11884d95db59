package client

import (
	"context"
	"time"

	"sgraph.ai/send/shared/wire"
)

// Info asks how a transfer stands, which the service tells everyone who has its
// ID; nothing is counted. NotFound.
func (c *Client) Info(ctx context.Context, id string) (info wire.TransferInfoReply, err error) {
	err = c.call(ctx, to(wire.TransferInfo, id), nil, &info)
	return info, err
}

// Delete ends a transfer. secret is what Send returned for it. To delete again
// is no error. NotFound, Forbidden for a wrong secret, Conflict for a transfer
// that was sent without one.
func (c *Client) Delete(ctx context.Context, id, secret string) error {
	return c.call(ctx, to(wire.DeleteTransfer, id), nil, nil, wire.DeleteAuth.Name, secret)
}

// Expire has a transfer end so long from now, by the service's clock, sooner or later
// than it was to. NotFound, Gone, Forbidden for a wrong secret, and ErrOption for later
// than the service keeps any.
func (c *Client) Expire(ctx context.Context, id, secret string, lifetime time.Duration) (time.Time, error) {
	ends, err := c.expiry(ctx, lifetime)
	if err != nil {
		return time.Time{}, err
	}
	var out wire.ChangeExpiryReply
	in := wire.ChangeExpiryRequest{ExpiresAt: ends.UTC().Format(time.RFC3339)}
	err = c.call(ctx, to(wire.ChangeExpiry, id), in, &out, wire.DeleteAuth.Name, secret)
	return out.ExpiresAt.Time, err
}

// create begins a transfer. When its answer was lost it is repeated, and what
// the first began is swept by the service as never completed.
func (c *Client) create(ctx context.Context, in wire.CreateTransferRequest) (out wire.CreateTransferReply, err error) {
	err = c.call(ctx, to(wire.CreateTransfer), in, &out, c.authorized()...)
	return out, err
}

// complete makes a transfer available. The service books it once, however
// often it is called.
func (c *Client) complete(ctx context.Context, id string) error {
	return c.call(ctx, to(wire.CompleteTransfer, id), nil, nil, c.authorized()...)
}

// capabilities says how the service takes large files.
func (c *Client) capabilities(ctx context.Context) (out wire.CapabilitiesReply, err error) {
	err = c.call(ctx, to(wire.Capabilities), nil, &out)
	return out, err
}
