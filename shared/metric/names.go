package metric

// Namespace is where the metrics are in CloudWatch.
const Namespace = "SGraphSend"

// The dimensions of a metric. Each is there by service and stage; those that
// are ByLimit also by service, stage and limit.
const (
	DimensionService = "service" // user, admin or canary
	DimensionStage   = "stage"   // as in dev, qa, prod
	DimensionLimit   = "limit"   // the name of a rate limit
)

// The services, as the dimension names them.
const (
	User   = "user"
	Admin  = "admin"
	Canary = "canary"
)

// Unit is a unit of CloudWatch.
type Unit string

// The units in use.
const (
	Ones  Unit = "Count"
	Bytes Unit = "Bytes"
)

// Name names a metric.
type Name string

// The metrics; see Table for what each means.
const (
	TransfersCreated    Name = "TransfersCreated"
	TransfersCompleted  Name = "TransfersCompleted"
	TransfersDeleted    Name = "TransfersDeleted"
	Downloads           Name = "Downloads"
	DownloadsConfirmed  Name = "DownloadsConfirmed"
	RequestsCreated     Name = "RequestsCreated"
	BytesUploaded       Name = "BytesUploaded"
	BytesDownloaded     Name = "BytesDownloaded"
	UploadsRefused      Name = "UploadsRefused"
	TokenRefused        Name = "TokenRefused"
	TokenNearlySpent    Name = "TokenNearlySpent"
	WebhooksFailed      Name = "WebhooksFailed"
	WebhooksLost        Name = "WebhooksLost"
	FailedLogins        Name = "FailedLogins"
	LimitHit            Name = "LimitHit"
	LimiterFailedOpen   Name = "LimiterFailedOpen"
	LimiterFailedClosed Name = "LimiterFailedClosed"
	ConnectionsRefused  Name = "ConnectionsRefused"
	ClientsTooSlow      Name = "ClientsTooSlow"
	LedgerErrors        Name = "LedgerErrors"
	StorageErrors       Name = "StorageErrors"
	AuditDelayed        Name = "AuditDelayed"
	AuditLost           Name = "AuditLost"
	ColdStarts          Name = "ColdStarts"
	Panics              Name = "Panics"
	Swept               Name = "Swept"
	SweepsCompleted     Name = "SweepsCompleted"
	CanarySucceeded     Name = "CanarySucceeded"
	CanaryFailed        Name = "CanaryFailed"
)

// Definition is what there is to know of a metric.
type Definition struct {
	Name     Name
	Unit     Unit
	Services []string // that count it
	ByLimit  bool     // also told apart by the name of the rate limit
	Meaning  string
}

var (
	both      = []string{User, Admin}
	userOnly  = []string{User}
	adminOnly = []string{Admin}
	canary    = []string{Canary}
)

// Table has every metric. docs/metrics.md shows it.
var Table = []Definition{
	{TransfersCreated, Ones, userOnly, false, "Transfers that were opened."},
	{TransfersCompleted, Ones, userOnly, false, "Transfers that became available to their receivers."},
	{TransfersDeleted, Ones, userOnly, false, "Transfers that their senders deleted."},
	{Downloads, Ones, userOnly, false, "Downloads that were counted; one that is resumed counts once."},
	{DownloadsConfirmed, Ones, userOnly, false, "Downloads of which their receivers said that they arrived."},
	{RequestsCreated, Ones, userOnly, false, "Requests for files that were opened."},
	{BytesUploaded, Bytes, userOnly, false, "Ciphertext of the completed transfers."},
	{BytesDownloaded, Bytes, userOnly, false,
		"Ciphertext that the service itself handed out; what S3 hands out by a signed URL, S3 counts."},
	{UploadsRefused, Ones, userOnly, false,
		"Uploads that were not taken: too large, not ciphertext, or not what was declared."},
	{TokenRefused, Ones, userOnly, false, "Requests with a token that does not allow what was asked."},
	{TokenNearlySpent, Ones, both, false,
		"Uses of a token after which a tenth of its uses or less is left; of fewer than 10 uses none is told."},
	{FailedLogins, Ones, adminOnly, false, "Requests that presented a wrong API key, at the login or in the header."},
	{LimitHit, Ones, both, true, "Requests that a rate limit refused."},
	{LimiterFailedOpen, Ones, both, true,
		"Requests that passed a rate limit uncounted, because the ledger could not be asked."},
	{LimiterFailedClosed, Ones, both, true,
		"Requests that were refused because the ledger could not count how often a secret was tried."},
	{ConnectionsRefused, Ones, both, false,
		"Connections that were closed, and requests of a proxy's client that were refused, because there were too many."},
	{ClientsTooSlow, Ones, both, false, "Requests that ended because their client sent, or took, too little."},
	{LedgerErrors, Ones, both, false, "Calls of the ledger that failed."},
	{StorageErrors, Ones, both, false, "Calls of the store that failed, or found no room."},
	{AuditDelayed, Ones, both, false,
		"Audit events that could not be handed over, each time that it was tried; they wait in the ledger."},
	{AuditLost, Ones, both, false, "Audit events that could not be kept; the log has each of them."},
	{WebhooksFailed, Ones, adminOnly, false,
		"Attempts to tell the receiver of webhooks that failed; what it was to be told waits."},
	{WebhooksLost, Ones, adminOnly, false, "Messages that the receiver of webhooks did not take for a day."},
	{ColdStarts, Ones, both, false, "Instances of the function that answered their first request."},
	{Panics, Ones, both, false, "Requests that ended in a fault of the program."},
	{Swept, Ones, userOnly, false, "Transfers, and objects that no transfer names, that the sweep removed."},
	{SweepsCompleted, Ones, userOnly, false, "Sweeps that left nothing that was due."},
	{CanarySucceeded, Ones, canary, false, "Rounds in which a file was sent, received, found the same and deleted."},
	{CanaryFailed, Ones, canary, false, "Rounds in which it was not."},
}

// Of returns the definition of a metric.
func Of(name Name) Definition {
	for _, d := range Table {
		if d.Name == name {
			return d
		}
	}
	panic("metric: " + string(name) + " is not in the table")
}

// Prometheus returns the name of the metric on a server.
func (d Definition) Prometheus() string {
	name := []byte("sgraph_send")
	for i := range len(d.Name) {
		c := d.Name[i]
		if 'A' <= c && c <= 'Z' {
			name = append(name, '_')
			c += 'a' - 'A'
		}
		name = append(name, c)
	}
	return string(name) + "_total"
}
