package wire

import (
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
)

// What operators watch, at the admin service.
var (
	// Pulse says how busy the services were over the last minutes; with the
	// parameter series also minute by minute.
	Pulse = route(Admin, get, "/health/pulse")

	// Activity says how much happened over some days, as the audit trail was told:
	// hour by hour over one day, day by day over more.
	Activity = route(Admin, get, "/health/activity")

	// Storage says how much is stored, and, where that is in a folder, how much room
	// its disk has.
	Storage = route(Admin, get, "/health/storage")

	// Services says whether what the operators depend on answers.
	Services = route(Admin, get, "/health/services")

	// Alarms says what the alarms of the stack on AWS say, those that sound first.
	Alarms = route(Admin, get, "/health/alarms")

	// Serving says which versions answer.
	Serving = route(Admin, get, "/health/versions")

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

// The steps of an [ActivityReply], of UTC.
const (
	StepHour = "hour"
	StepDay  = "day"
)

// ActivityReply is how much happened in all, and in each step, of which the last is
// not over.
type ActivityReply struct {
	Days int    `json:"days"`
	Step string `json:"step"` // StepHour or StepDay
	audit.Totals
	Series []ActivityStep `json:"series"`
}

// ActivityStep is how much happened from a time on.
type ActivityStep struct {
	Begins time.Time `json:"begins"`
	audit.Totals
}

// StorageReply is how much transfers have stored, as the ledger knows it.
type StorageReply struct {
	Transfers  int       `json:"transfers"`             // whose bytes are there
	Bytes      int64     `json:"bytes"`                 // sealed
	More       bool      `json:"more"`                  // there may be more, which were not looked at
	CountedAt  time.Time `json:"counted_at"`            // a few minutes ago at most
	FreeBytes  *int64    `json:"free_bytes,omitempty"`  // for the service, on the disk; none in a bucket
	TotalBytes *int64    `json:"total_bytes,omitempty"` // of the disk
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

// AlarmsReply is what alarms say.
type AlarmsReply struct {
	Status  string    `json:"status"`            // OK, or NotConfigured where there is no stack, and so no alarms
	Alarms  []Alarm   `json:"alarms"`            // those that sound first, then those that lack data
	Missing []string  `json:"missing"`           // regions that could not be asked for theirs
	AskedAt time.Time `json:"asked_at,omitzero"` // some seconds ago at most
}

// Alarm is what an alarm says.
type Alarm struct {
	Name     string    `json:"name"`
	Region   string    `json:"region"`
	State    string    `json:"state"`              // as CloudWatch calls it: ALARM, INSUFFICIENT_DATA or OK
	Since    time.Time `json:"since"`              // when it began to say so
	Reason   string    `json:"reason"`             // why CloudWatch says so
	Means    string    `json:"means"`              // what is the case when it sounds
	Playbook string    `json:"playbook,omitempty"` // name of the page that says what to do
}

// ServingReply is which versions answer: of the services as they say themselves, and of
// functions as the aliases that are called point at them.
type ServingReply struct {
	Admin     string            `json:"admin"`              // what answers this
	Function  string            `json:"function,omitempty"` // the published version of it, where it is one of a function
	User      string            `json:"user,omitempty"`     // nothing where the user service does not say
	Functions []FunctionServing `json:"functions"`          // none where no functions run
	AskedAt   time.Time         `json:"asked_at,omitzero"`  // some seconds ago at most
}

// FunctionServing is where the aliases of a service's function point.
type FunctionServing struct {
	Service string        `json:"service"`
	Live    AliasPointer  `json:"live"`           // what people call
	Next    *AliasPointer `json:"next,omitempty"` // what was deployed last
}

// AliasPointer is a published version, and, while calls go from one to another, a second
// with how many of a hundred go there.
type AliasPointer struct {
	Version string `json:"version"`
	Other   string `json:"other,omitempty"`
	Percent int    `json:"percent,omitempty"`
}

// RecordEventsRequest is what happened.
type RecordEventsRequest struct {
	Events []audit.Event `json:"events"`
}

// RecordEventsReply is how many events are kept now.
type RecordEventsReply struct {
	Kept int `json:"kept"`
}
