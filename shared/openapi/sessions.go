package openapi

import (
	"net/http"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

var done = Reply{Status: http.StatusNoContent, Says: "It is done."}

var sessions = topic{
	Name: "Sessions",
	Says: "How people enter the admin service. Programs bring the API key instead.",
	Operations: []Operation{
		{
			Route: wire.Login, May: anyone, Limits: []string{send.LimitLogin},
			Body:     Body{JSON: wire.LoginRequest{}, Needed: []string{"api_key"}},
			Replies:  []Reply{{JSON: wire.SessionReply{}}},
			Refusals: []int{401},
			Example:  Example{Body: object{{"api_key", common[wire.DefaultAPIKey]}}},
		},
		{
			Route: wire.SetAuthCookie, May: anyone, Limits: []string{send.LimitLogin},
			Body:     Body{JSON: wire.SetAuthCookieRequest{}, Needed: []string{"cookie_value"}},
			Replies:  []Reply{{JSON: wire.SetAuthCookieReply{}}},
			Refusals: []int{401},
			Example:  Example{Body: object{{"cookie_value", common[wire.DefaultAPIKey]}}},
		},
		{Route: wire.CurrentSession, May: personLoggedIn, Replies: []Reply{{JSON: wire.SessionReply{}}}},
		{Route: wire.Logout, May: anyone, Replies: []Reply{done}},
		{Route: wire.ListSessions, May: operator, Replies: []Reply{{JSON: wire.ListSessionsReply{}}}},
		{Route: wire.EndSession, May: operator, Replies: []Reply{done}, Refusals: []int{400}},
		{Route: wire.EndOtherSessions, May: operator, Replies: []Reply{done}},
		{Route: wire.ShowSignOn, May: anyone, Replies: []Reply{{JSON: wire.ShowSignOnReply{}}}},
		{
			Route: wire.BeginSignOn, May: anyone, Limits: []string{send.LimitSignOn},
			Replies: []Reply{{JSON: wire.BeginSignOnReply{}}}, Refusals: []int{409},
		},
		{
			Route: wire.FinishSignOn, May: anyone,
			Query: []Field{
				{Name: wire.SignOnCode.Name, Says: "What the provider gives for who signed in."},
				{Name: wire.SignOnState.Name, Says: "What the browser was sent to the provider with."},
				{Name: wire.SignOnError.Name, Says: "Why the provider does not say who it is."},
				{Name: wire.SignOnIssuer.Name, Says: "Which provider it is, where it says that."},
			},
			Replies: []Reply{{
				Status: http.StatusSeeOther,
				Says:   "To the console. What went wrong, as one of the codes of errors, stands behind #sign-in/ there.",
			}},
		},
	},
}
