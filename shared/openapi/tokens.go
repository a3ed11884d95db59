package openapi

import (
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

var tokens = topic{
	Name: "Access tokens",
	Says: "A token's name is the token: whoever has it may send as often as it allows.",
	Operations: []Operation{
		{
			Route: wire.CreateToken, May: operator,
			Body: Body{JSON: wire.CreateTokenRequest{}}, Replies: []Reply{{JSON: wire.CreateTokenReply{}}},
			Refusals: []int{409},
			Example: Example{Body: object{
				{"token_name", common[wire.TokenName.Name]}, {"usage_limit", 25}, {"created_by", "anna"},
				{"metadata", object{{"note", "for the press office"}}},
			}},
		},
		{
			Route: wire.LookupToken, May: operatorOrUser,
			Replies: []Reply{{JSON: wire.Token{}}}, Refusals: []int{400, 404},
		},
		{
			Route: wire.UseToken, May: operatorOrUser,
			Body: Body{JSON: wire.UseTokenRequest{}}, Replies: []Reply{{JSON: wire.UseTokenReply{}}},
			Example: Example{Body: object{
				{"action", wire.UploadCompleted}, {"transfer_id", common[wire.TransferID.Name]},
			}},
		},
		{
			Route: wire.RevokeToken, May: operator,
			Body: Body{JSON: wire.RevokeTokenRequest{}}, Replies: []Reply{{JSON: wire.RevokeTokenReply{}}},
			Refusals: []int{404},
			Example:  Example{Body: object{{"purge", true}}},
		},
		{
			Route: wire.ReactivateToken, May: operator,
			Replies: []Reply{{JSON: wire.Token{}}}, Refusals: []int{400, 404},
		},
		{
			Route: wire.UpdateTokenLimit, May: operator,
			Body:     Body{JSON: wire.UpdateTokenLimitRequest{}, Needed: []string{"usage_limit"}},
			Replies:  []Reply{{JSON: wire.Token{}}},
			Refusals: []int{404},
			Example:  Example{Body: object{{"usage_limit", 100}}},
		},
		{Route: wire.ListTokens, May: operator, Replies: []Reply{{JSON: wire.ListTokensReply{}}}},
		{Route: wire.ListTokenDetails, May: viewer, Replies: []Reply{{JSON: wire.ListTokenDetailsReply{}}}},
		{
			Route: wire.CheckToken, May: anyone, Limits: []string{send.LimitToken},
			Replies: []Reply{{JSON: wire.CheckTokenReply{}}}, Refusals: []int{400},
		},
		{
			Route: wire.ValidateToken, May: anyone, Limits: []string{send.LimitToken},
			Replies: []Reply{{JSON: wire.UseTokenReply{}}}, Refusals: []int{400},
		},
	},
}
