package openapi

import (
	"net/http"

	"sgraph.ai/send/shared/wire"
)

var info = topic{
	Name: "What the service tells of itself",
	Operations: []Operation{
		{Route: wire.Health, May: anyone, Replies: []Reply{{JSON: wire.HealthReply{}}}},
		{Route: wire.Ready, May: anyone, Replies: []Reply{
			{JSON: wire.ReadyReply{}}, {Status: http.StatusServiceUnavailable, JSON: wire.ReadyReply{}},
		}},
		{Route: wire.Status, May: anyone, AtAdmin: viewer, Replies: []Reply{{JSON: wire.StatusReply{}}}},
		{Route: wire.Server, May: anyone, AtAdmin: viewer, Replies: []Reply{{JSON: wire.ServerReply{}}}},
		{Route: wire.Version, May: anyone, AtAdmin: viewer, Replies: []Reply{{JSON: wire.VersionReply{}}}},
		{Route: wire.Versions, May: anyone, AtAdmin: viewer, Replies: []Reply{{JSON: wire.VersionsReply{}}}},
		{Route: wire.Config, May: anyone, Replies: []Reply{{JSON: wire.ConfigReply{}}}},
	},
}
