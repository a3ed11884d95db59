package wire

// What a service tells of itself. At the user service anyone may ask, at the
// admin service only for the first two.
var (
	// Health answers that the service runs.
	Health = route(Both, get, "/info/health")

	// Ready says whether the service can do its work, and which part it lacks.
	Ready = route(Both, get, "/info/ready")

	// Status says what runs, and where.
	Status = route(Both, get, "/info/status")

	// Server tells one start of the service from another.
	Server = route(Both, get, "/info/server")

	// Version says which version runs.
	Version = route(Both, get, "/info/version")

	// Versions says of what it was built.
	Versions = route(Both, get, "/info/versions")
)

// HealthReply is that of a service that runs.
type HealthReply struct {
	Status string `json:"status"` // OK
}

// ReadyReply is how what a service stands on is. Its status is 200 where all is
// well, otherwise 503.
type ReadyReply struct {
	Status string `json:"status"` // OK or Unavailable
	Ledger string `json:"ledger"` // OK or Unavailable
	Store  string `json:"store"`  // OK or Unavailable
	Disk   string `json:"disk"`   // OK, Full, or NotConfigured where there is none

	// Secrets are those that the service has by reference: OK, Unavailable where
	// one of them cannot be read, or NotConfigured where it has none.
	Secrets string `json:"secrets"`
}

// How a service, or what it depends on, is.
const (
	OK            = "ok"
	Operational   = "operational"
	Unavailable   = "unavailable"
	NotConfigured = "not_configured"
	Full          = "full"
)

// StatusReply is what runs.
type StatusReply struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	Status      string `json:"status"`       // Operational
	Environment string `json:"environment"`  // "aws-lambda" or "local"
	Stage       string `json:"stage"`        // as in dev, qa, prod; or ""
	StorageMode string `json:"storage_mode"` // "s3" or "disk"
}

// ServerReply is one start of the service.
type ServerReply struct {
	ID         string `json:"server_id"`
	Name       string `json:"server_name"`
	InstanceID string `json:"server_instance_id"`
	BootTime   int64  `json:"server_boot_time"` // Unix time in milliseconds
}

// VersionReply is the version that runs.
type VersionReply struct {
	Version string `json:"version"`
}

// VersionsReply is of what it was built.
type VersionsReply struct {
	Send string `json:"sgraph_send"`
	Go   string `json:"go"`
}
