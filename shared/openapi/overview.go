package openapi

import (
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

var overview = topic{
	Name: "Transfers, as operators see them",
	Says: "Without a name and without a key: the service has neither.",
	Operations: []Operation{
		{
			Route: wire.ListTransfers, May: viewer,
			Query: []Field{
				{Name: "status", Says: "Only those that stand so.", Schema: enum(send.Standings)},
				{Name: "token", Says: "Only those that this token paid for: its cache_id, or at least 6 characters of it."},
				{Name: "limit", Says: "How many at most; 100 where nothing is said.", Schema: upTo(500)},
				{Name: "after", Says: "Where the page begins: the after of the page before."},
			},
			Replies: []Reply{{JSON: wire.ListTransfersReply{}}}, Refusals: []int{400},
			Example: Example{Values: map[string]string{"status": string(send.Completed), "limit": "20"}},
		},
		{
			Route: wire.ShowTransfer, May: viewer,
			Replies: []Reply{{JSON: wire.TransferOverview{}}}, Refusals: []int{400, 404, 410},
		},
		{
			Route: wire.TakeDownTransfer, May: operator,
			Body:     Body{JSON: wire.TakeDownTransferRequest{}, Needed: []string{"reason"}},
			Replies:  []Reply{{JSON: wire.TransferOverview{}}},
			Refusals: []int{404, 410},
			Example:  Example{Body: object{{"reason", "reported as phishing, case 2217"}}},
		},
	},
}
