package settings

import (
	"log/slog"
	"maps"
	"net/netip"
	"time"

	"sgraph.ai/send/shared/send"
)

// Service is what both services are told alike.
type Service struct {
	Stage          string // as in dev, qa, prod; or "" where there are no stages
	Environment    string // Lambda or Local
	Mode           string // where the bytes are: S3 or Disk
	S3             Buckets
	LedgerMode     string // DynamoDB or Disk
	LedgerTable    string // DynamoDB: the table
	LedgerEndpoint string // DynamoDB: "" = the SDK's
	DiskPath       string // Disk: the folder
	Rates          map[string]send.Rate
	OriginSecrets  []Secret
	TrustedProxies []netip.Prefix
	TLS            bool // clients come by TLS, whoever ends it
	LogLevel       slog.Level
	MetricsAddr    string // where servers show their metrics; "" = nowhere
	EmbedMetrics   bool   // counts go into the log, for CloudWatch

	// Connections is how many a server has open at most, and ClientConnections
	// how many of one client; 0 = as usual.
	Connections, ClientConnections int

	// Drain is how long a server goes on when it is to end, and Shutdown how long
	// requests may take after that; 0 = as usual.
	Drain, Shutdown time.Duration
}

// Where a service runs.
const (
	Lambda = "aws-lambda"
	Local  = "local" // anywhere else
)

// Service reads what both services are told alike.
func (e *Env) Service() Service {
	s := Service{
		Stage:          Stage.In(e),
		Environment:    Local,
		Rates:          RateLimits.Or(e, maps.Clone(send.DefaultRates)),
		OriginSecrets:  OriginSecrets.In(e),
		TrustedProxies: TrustedProxies.In(e),
		LogLevel:       LogLevel.In(e),
	}
	if e.Text("AWS_LAMBDA_RUNTIME_API") != "" {
		s.Environment = Lambda
	} else {
		s.MetricsAddr = MetricsAddr.In(e)
		s.Connections, s.ClientConnections = Connections.In(e), ClientConnections.In(e)
		s.Drain, s.Shutdown = Drain.In(e), Shutdown.In(e)
	}
	s.TLS = TLS.Or(e, s.Environment == Lambda)
	s.EmbedMetrics = EmbedMetrics.Or(e, s.Environment == Lambda)
	s.place(e)
	return s
}
