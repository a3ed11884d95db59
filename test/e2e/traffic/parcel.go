package traffic

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// Parcel is a transfer. One at a time may use it.
type Parcel struct {
	Link     envelope.Link
	Sum      [sha256.Size]byte
	Most     int64 // how often it may be received; 0 = as often as one likes
	Received int64 // how often it was, as a whole
	Begun    int64 // how often somebody began to, and may not know whether it was counted
}

// receive receives it and compares.
func (p *Parcel) receive(ctx context.Context, c *client.Client) error {
	h := sha256.New()
	p.Begun++
	if _, err := c.Receive(ctx, p.Link, client.Into(h)); err != nil {
		return err
	}
	if [sha256.Size]byte(h.Sum(nil)) != p.Sum {
		return fmt.Errorf("%w: other bytes came than were sent", errWrong)
	}
	p.Received++
	return nil
}

// usedUp fails unless nothing more can be received.
func (p *Parcel) usedUp(ctx context.Context, c *client.Client) error {
	_, err := c.Receive(expecting(ctx, http.StatusGone), p.Link, client.Into(io.Discard))
	switch code := send.CodeOf(err); {
	case err == nil:
		return fmt.Errorf("%w: it was received more often than %d times", errWrong, p.Most)
	case code != send.Gone:
		return fmt.Errorf("receive what is used up: %w", err)
	}
	return nil
}

// IsWhole fails unless it is there with all its bytes, or was received as often as may be, and no more often. It is for
// when the faults are over.
func (p *Parcel) IsWhole(ctx context.Context, c *client.Client) error {
	info, err := c.Info(ctx, p.Link.ID)
	if err != nil {
		return fmt.Errorf("what was acknowledged is not there: %w", err)
	}
	if info.Status == send.Exhausted && p.Most > 0 && p.Begun >= p.Most {
		return nil // of all that were begun it was counted
	}
	if info.Status != send.Completed {
		return fmt.Errorf("what was acknowledged is %s", info.Status)
	}
	if p.Most == 0 {
		return p.receive(ctx, c)
	}
	for p.Received < p.Most {
		err := p.receive(ctx, c)
		if send.CodeOf(err) == send.Gone && p.Begun > p.Most {
			return nil // of one that was begun nobody was told that it was counted
		}
		if err != nil {
			return fmt.Errorf("after %d of %d downloads, and %d that were begun: %w", p.Received, p.Most, p.Begun, err)
		}
	}
	return p.usedUp(ctx, c)
}

// IsWholeOrNothing fails where half of what nobody acknowledged can be received. It is for when the faults are over.
func (p *Parcel) IsWholeOrNothing(ctx context.Context, c *client.Client) error {
	info, err := c.Info(ctx, p.Link.ID)
	switch {
	case send.CodeOf(err) == send.NotFound:
		return nil
	case err != nil:
		return fmt.Errorf("look at what nobody acknowledged: %w", err)
	case info.Status == send.Completed, info.Status == send.Exhausted:
		return p.IsWhole(ctx, c)
	}
	_, err = c.Receive(ctx, p.Link, client.Into(io.Discard))
	switch send.CodeOf(err) {
	case send.NotFound, send.Gone, send.Conflict:
		return nil
	}
	return fmt.Errorf("%w: what was not completed, and is %s, can be received, or says: %w", errWrong, info.Status, err)
}
