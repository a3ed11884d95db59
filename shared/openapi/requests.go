package openapi

import (
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

var requests = topic{
	Name: "File requests",
	Says: "Who has an access token makes a request, and gives its link to somebody who has none and is to send something.",
	Operations: []Operation{
		{
			Route: wire.CreateRequest, May: sender, Limits: []string{send.LimitCreate, send.LimitToken},
			Body:     Body{JSON: wire.CreateRequestRequest{}, Needed: []string{"public_key", "grant_hash", "auth_hash"}},
			Replies:  []Reply{{JSON: wire.CreateRequestReply{}}},
			Refusals: []int{409, 410},
			Example: Example{Body: object{
				{"public_key", "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"},
				{"grant_hash", hash("the grant that senders show")},
				{"auth_hash", hash(common[wire.RequestAuth.Name])},
				{"max_transfers", 3},
			}},
		},
		{
			Route: wire.RequestInfo, May: anyone, Limits: []string{send.LimitInfo},
			Replies: []Reply{{JSON: wire.RequestInfoReply{}}}, Refusals: []int{400, 404},
		},
		{
			Route: wire.RequestTransfers, May: maker, Limits: []string{send.LimitToken},
			Replies: []Reply{{JSON: wire.RequestTransfersReply{}}}, Refusals: []int{400, 404},
		},
		{
			Route: wire.CloseRequest, May: maker, Limits: []string{send.LimitToken},
			Replies: []Reply{{JSON: wire.CloseRequestReply{}}}, Refusals: []int{400, 404},
		},
	},
}
