package wire

import (
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
)

// What operators watch, at the admin service.
var (
	// Pulse says how busy the services were over the last minutes; with the
	// parameter series also minute by minute.
	Pulse = route(Admin, get, "/health/pulse")

	// Services says whether what the operators depend on answers.
	Services = route(Admin, get, "/health/services")

	// RecordEvents takes what another service has to tell for the audit
	// trail. It can be repeated.
	RecordEvents = route(Admin, post, "/audit/events")

	// ListEvents answers a page of the trail, an [audit.Page].
	ListEvents = route(Admin, get, "/audit/events")

	// ExportEvents answers all of the trail that is asked for, an
	// [audit.Kept] a line; with the parameter form, ChainForm, its chain.
	ExportEvents = route(Admin, get, "/audit/export")

	// ChainHead answers where the trail's chain ends, an [audit.Head].
	ChainHead = route(Admin, get, "/audit/head")
)

// ChainForm is the form of an export that [audit.Verify] reads.
const ChainForm = "chain"

// PulseReply is how busy the services were.
type PulseReply struct {
	WindowMinutes   int                 `json:"window_minutes"`
	ActiveRequests  int64               `json:"active_requests"`
	ActiveVisitors  int                 `json:"active_visitors"`
	ActiveTransfers int64               `json:"active_transfers"`
	Uncounted       []string            `json:"uncounted"` // names of limits that tell nothing
	Series          []send.MinuteCounts `json:"series,omitempty"`
}

// ServicesReply is how what the operators depend on is.
type ServicesReply struct {
	Ledger ServiceCheck `json:"ledger"`
	User   ServiceCheck `json:"user"`
}

// ServiceCheck is what became of asking one of them.
type ServiceCheck struct {
	Status    string `json:"status"` // OK, Unavailable or NotConfigured
	LatencyMS int64  `json:"latency_ms"`
	Version   string `json:"version,omitzero"`
}

// RecordEventsRequest is what happened.
type RecordEventsRequest struct {
	Events []audit.Event `json:"events"`
}

// RecordEventsReply is how many events are kept now.
type RecordEventsReply struct {
	Kept int `json:"kept"`
}
