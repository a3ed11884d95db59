package openapi

import (
	"net/http"

	"sgraph.ai/send/shared/wire"
)

const html = "text/html"

func page(says string) []Reply { return []Reply{{Type: html, Says: says}} }

func elsewhere(status int, says string) []Reply { return []Reply{{Status: status, Says: says}} }

var documents = topic{
	Name: "This description",
	Operations: []Operation{
		{
			Route: wire.Description, May: anyone,
			Replies: []Reply{
				{Type: "application/json", Says: "The description.", Headers: []wire.Header{wire.ETag}},
				{Status: http.StatusNotModified, Says: "It is still that of the ETag in If-None-Match."},
			},
		},
		{Route: wire.Reference, May: anyone, Replies: page("The page.")},
		{
			Route: wire.OldDescription, May: anyone,
			Replies: elsewhere(http.StatusPermanentRedirect, "It is at /api/openapi.json."),
		},
		{
			Route: wire.OldReference, May: anyone,
			Replies: elsewhere(http.StatusPermanentRedirect, "It is at /api/docs."),
		},
	},
}

var pages = topic{
	Name: "Pages",
	Says: "What they are made of is beside them, below /assets/ and /admin/.",
	Operations: []Operation{
		{Route: wire.SendPage, May: anyone, Replies: page("The page to send with.")},
		{Route: wire.ReceivePage, May: anyone, Replies: page("The page to receive with.")},
		{Route: wire.RequestPage, May: anyone, Replies: page("The page to send to a request with.")},
		{Route: wire.HowPage, May: anyone, Replies: page("The page that says how it works.")},
		{Route: wire.Console, May: anyone, Replies: page("The console, which holds nothing secret.")},
		{
			Route: wire.OldConsole, May: anyone,
			Replies: elsewhere(http.StatusTemporaryRedirect, "It is at /admin/."),
		},
	},
}
