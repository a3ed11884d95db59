package operator

import (
	"context"
	"iter"
	"net/url"
	"strconv"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// transfersPage is how many transfers are asked for at once, the most there are.
const transfersPage = 500

// Transfers returns the transfers that stand so, "" for any, and that a token paid for,
// named by its ID, "" for any: page by page as they are asked for, in no order that means
// anything.
func (s *Service) Transfers(
	ctx context.Context, status send.Status, token string,
) iter.Seq2[wire.TransferOverview, error] {
	return func(yield func(wire.TransferOverview, error) bool) {
		q := url.Values{"limit": {strconv.Itoa(transfersPage)}}
		if status != "" {
			q.Set("status", string(status))
		}
		if token != "" {
			q.Set("token", id(token))
		}
		for {
			var p wire.ListTransfersReply
			if err := s.call(ctx, client.Call{Route: wire.ListTransfers, Query: q}, &p); err != nil {
				yield(wire.TransferOverview{}, err)
				return
			}
			for _, t := range p.Transfers {
				if !yield(t, nil) {
					return
				}
			}
			if p.After == "" || p.After == q.Get("after") {
				return
			}
			q.Set("after", p.After)
		}
	}
}

// Transfer says how a transfer stands. NotFound.
func (s *Service) Transfer(ctx context.Context, id string) (t wire.TransferOverview, err error) {
	err = s.call(ctx, client.Call{Route: wire.ShowTransfer, Values: []string{id}}, &t)
	return t, err
}

// TakeDown ends a transfer for good, and says how it stands then. NotFound, Gone.
func (s *Service) TakeDown(ctx context.Context, id, reason string) (t wire.TransferOverview, err error) {
	err = s.call(ctx, client.Call{
		Route: wire.TakeDownTransfer, Values: []string{id}, In: wire.TakeDownTransferRequest{Reason: reason},
	}, &t)
	return t, err
}
