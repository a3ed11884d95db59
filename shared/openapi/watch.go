package openapi

import (
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

var (
	ofEvents = []Field{
		{Name: "from", Says: "From this time on; a day before the end where nothing is said.", Schema: moment},
		{Name: "to", Says: "Until just before this time; now where nothing is said.", Schema: moment},
		{Name: "event", Says: "Only what was done so.", Schema: enum(audit.Kinds)},
		{Name: "outcome", Says: "Only what came out so.", Schema: enum(audit.Outcomes)},
		{Name: "transfer", Says: "Only of this transfer, or of this request for files."},
		{Name: "token", Says: "Only of this token: its cache_id or the beginning of it, or the hash of its name."},
		{Name: "person", Says: "Only what this person did: their ID, or the beginning of it."},
	}
	ofPages = []Field{
		{Name: "limit", Says: "How many at most; 50 where nothing is said.", Schema: upTo(audit.MaxLimit)},
		{Name: "after", Says: "Where the page begins: the after of the page before."},
	}
	ofExport = []Field{{
		Name: "form", Says: "chain answers the chain of the days in the place of the events.",
		Schema: object{{"type", "string"}, {"enum", []any{wire.ChainForm}}},
	}}
)

var watch = topic{
	Name: "Pulse and audit trail",
	Says: "What operators watch: how busy the services are, and who did what.",
	Operations: []Operation{
		{
			Route: wire.Pulse, May: viewer,
			Query: []Field{
				{Name: "window_minutes", Says: "How many; 5 where nothing is said.", Schema: upTo(send.PulseMinutes)},
				{Name: "series", Says: "Minute by minute, too, if it is there, whatever it says."},
			},
			Replies: []Reply{{JSON: wire.PulseReply{}}}, Refusals: []int{400},
			Example: Example{Values: map[string]string{"window_minutes": "15", "series": "1"}},
		},
		{
			Route: wire.Activity, May: viewer,
			Query: []Field{
				{Name: "days", Says: "How many; 1 where nothing is said.", Schema: upTo(audit.ActivityDays)},
			},
			Replies: []Reply{{JSON: wire.ActivityReply{}}}, Refusals: []int{400},
			Example: Example{Values: map[string]string{"days": "7"}},
		},
		{Route: wire.Storage, May: viewer, Replies: []Reply{{JSON: wire.StorageReply{}}}},
		{Route: wire.Services, May: viewer, Replies: []Reply{{JSON: wire.ServicesReply{}}}},
		{Route: wire.Alarms, May: viewer, Replies: []Reply{{JSON: wire.AlarmsReply{}}}},
		{Route: wire.Serving, May: viewer, Replies: []Reply{{JSON: wire.ServingReply{}}}},
		{Route: wire.ShowWebhook, May: viewer, Replies: []Reply{{JSON: wire.WebhookReply{}}}},
		{Route: wire.RevealWebhook, May: operator, Replies: []Reply{{JSON: wire.RevealWebhookReply{}}}, Refusals: []int{409}},
		{Route: wire.TestWebhook, May: operator, Replies: []Reply{{JSON: wire.TestWebhookReply{}}}, Refusals: []int{409}},
		{
			Route: wire.RecordEvents, May: programsAndUser,
			Body:    Body{JSON: wire.RecordEventsRequest{}, Needed: []string{"events"}},
			Replies: []Reply{{JSON: wire.RecordEventsReply{}}},
			Example: Example{Body: object{{"events", []any{object{
				{"time", exampleTime}, {"event", audit.TransferCompleted}, {"outcome", audit.Success},
				{"transfer", common[wire.TransferID.Name]},
			}}}}},
		},
		{
			Route: wire.ListEvents, May: viewer, Query: append(append([]Field{}, ofEvents...), ofPages...),
			Replies: []Reply{{JSON: audit.Page{}}}, Refusals: []int{400},
			Example: Example{Values: map[string]string{"outcome": string(audit.Denied), "limit": "20"}},
		},
		{
			Route: wire.ExportEvents, May: viewer, Query: append(append([]Field{}, ofEvents...), ofExport...),
			Replies: []Reply{{
				Type: "application/x-ndjson", Says: "A line for each event, which is one of GET /audit/events; or of the chain.",
				Headers: []wire.Header{wire.ContentDisposition},
			}},
			Refusals: []int{400},
		},
		{Route: wire.ChainHead, May: viewer, Replies: []Reply{{JSON: audit.Head{}}}},
	},
}
