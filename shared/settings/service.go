package settings

import (
	"log/slog"
	"net/netip"

	"sgraph.ai/send/shared/send"
)

// Where bytes and the ledger are kept.
const (
	S3   = "s3"   // S3 and DynamoDB
	Disk = "disk" // a folder of this machine
)

// Where a service runs.
const (
	Lambda = "aws-lambda"
	Local  = "local" // anywhere else
)

// Service is what both services are told alike.
type Service struct {
	Stage          string // dev, qa, prod, or "" where there are no stages
	Environment    string // Lambda or Local
	Mode           string // S3 or Disk
	LedgerTable    string // S3: the DynamoDB table
	DiskPath       string // Disk: the folder
	Rates          map[string]send.Rate
	OriginSecrets  []string
	TrustedProxies []netip.Prefix
	TLS            bool // clients come by TLS, whoever ends it
	LogLevel       slog.Level
	MetricsAddr    string // where servers show their metrics; "" = nowhere
}

// Service reads what both services are told alike.
func (e *Env) Service() Service {
	s := Service{
		Stage:          e.Optional("SEND__STAGE", ""),
		Environment:    Local,
		Mode:           e.Choice("SEND__STORAGE_MODE", S3, Disk),
		OriginSecrets:  e.List("SEND__ORIGIN_SECRETS"),
		TrustedProxies: e.Prefixes("SEND__TRUSTED_PROXIES"),
		LogLevel:       e.Level("SEND__LOG_LEVEL", slog.LevelInfo),
	}
	if e.Optional("AWS_LAMBDA_RUNTIME_API", "") != "" {
		s.Environment = Lambda
	} else if e.Optional("SEND__METRICS_ADDR", "") != "" {
		s.MetricsAddr = e.Address("SEND__METRICS_ADDR", "")
	}
	s.TLS = e.Bool("SEND__TLS", s.Environment == Lambda)
	switch s.Mode {
	case S3:
		s.LedgerTable = e.Required("SEND__LEDGER_TABLE", "the name of the DynamoDB table that keeps the ledger")
	case Disk:
		s.DiskPath = e.Required("SEND__DISK_PATH", "the folder that keeps the data")
	}
	var err error
	if s.Rates, err = send.ParseRates(e.Optional("SEND__RATE_LIMITS", "")); err != nil {
		e.Fault("SEND__RATE_LIMITS", "cannot be used: %v", err)
	}
	return s
}
