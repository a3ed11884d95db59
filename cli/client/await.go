package client

import (
	"context"
	"time"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// How long a transfer that is still being sent is left alone: longer and longer while
// nothing of it arrives.
const (
	firstLook = 2 * time.Second
	maxLook   = 30 * time.Second
)

// ErrGivenUp says that a transfer was ended while it was being sent.
var ErrGivenUp = send.Fail(send.NotFound,
	"its sender gave up before all of it was sent, or the time for that was over; ask for it to be sent again")

// Await is Look, but waits for what is still being sent: until all of it is there, or it is
// over. coming is told how far it is, each time that is asked; the first time it may say
// that nobody waits. ErrGivenUp, and the errors of Look.
func (c *Client) Await(
	ctx context.Context, link envelope.Link, coming func(wire.TransferInfoReply) (waits bool),
) (Waiting, error) {
	pause := firstLook
	arrived := int64(-1)
	for {
		w, err := c.Look(ctx, link)
		isPending := w.Info.Status == send.Pending && !w.Info.IsExpired
		switch {
		case arrived >= 0 && (Over(err) || w.Info.Status == send.Deleted):
			return w, ErrGivenUp
		case err != nil || !isPending || !coming(w.Info):
			return w, err
		case w.Info.ArrivedBytes != arrived:
			arrived, pause = w.Info.ArrivedBytes, firstLook
		default:
			pause = min(2*pause, maxLook)
		}
		if err := c.sleep(ctx, pause); err != nil {
			return w, err
		}
	}
}
