package settings

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Key is one setting of a stack file.
type Key struct {
	// Name is the key after "sgraph-send:".
	Name string
	// Env, when not empty, is an environment variable that goes before the file.
	Env string
	// Default holds where the file says nothing.
	Default string
	// Doc is the key's line in docs/settings.md.
	Doc string

	parse func(*Settings, string) error
}

// Keys lists every setting, in the order of the documentation.
func Keys() []Key { return slices.Clone(keys) }

var keys = []Key{
	{"stage", "", "", "What the services call themselves: `dev`, `qa` or `prod`. Empty means the stack's name.",
		oneOf(func(s *Settings) *string { return &s.Stage }, "dev", "qa", "prod")},
	{"protect", "", "false", "Keep data: buckets and table cannot be deleted by Pulumi, buckets are not emptied, point-in-time recovery is on.",
		boolean(func(s *Settings) *bool { return &s.Protect })},

	{"architecture", "", "arm64", "Processor of the functions: `arm64` or `x86_64`.",
		oneOf(func(s *Settings) *string { return &s.Architecture }, "arm64", "x86_64")},
	{"artifactsDir", "SEND_ARTIFACTS_DIR", "", "Folder with built zips and their `manifest.json` to ship, instead of building: promotion. Relative to the repository.",
		text(func(s *Settings) *string { return &s.ArtifactsDir })},
	{"version", "SEND_VERSION", "", "Version to stamp into the binaries; empty leaves the one in the source. A promoted artifact keeps its own.",
		matching(func(s *Settings) *string { return &s.Version }, `^[A-Za-z0-9._+-]*$`, "letters, digits and . _ + - only")},

	{"userMemory", "", "512", "Memory of the user function, in MB. Processor time grows with it.",
		integer(func(s *Settings) *int { return &s.User.MemoryMB }, 128, 10240)},
	{"userTimeout", "", "55s", "Longest request of the user function. Under 60s with the edge on.",
		duration(func(s *Settings) *time.Duration { return &s.User.Timeout }, time.Second, 15*time.Minute)},
	{"userConcurrency", "", "10", "Reserved concurrency of the user function; ten times this is its most requests per second.",
		integer(func(s *Settings) *int { return &s.User.Concurrency }, 1, 10000)},
	{"adminMemory", "", "256", "Memory of the admin function, in MB.",
		integer(func(s *Settings) *int { return &s.Admin.MemoryMB }, 128, 10240)},
	{"adminTimeout", "", "15s", "Longest request of the admin function. Under 60s with the edge on.",
		duration(func(s *Settings) *time.Duration { return &s.Admin.Timeout }, time.Second, 15*time.Minute)},
	{"adminConcurrency", "", "5", "Reserved concurrency of the admin function.",
		integer(func(s *Settings) *int { return &s.Admin.Concurrency }, 1, 10000)},

	{"maxTransferBytes", "", "1073741824", "Largest transfer, in bytes.",
		integer(func(s *Settings) *int { return &s.MaxTransferBytes }, 1, 5<<40)},
	{"defaultTtl", "", "24h", "Life of a transfer whose sender names none.",
		duration(func(s *Settings) *time.Duration { return &s.DefaultTTL }, time.Minute, longestTTL)},
	{"maxTtl", "", "168h", "Longest life a sender may ask for; at most 720h, the last lifetime class.",
		duration(func(s *Settings) *time.Duration { return &s.MaxTTL }, time.Minute, longestTTL)},
	{"rateLimits", "", "", "Limits as `name=N/duration`, separated by commas; names are create, token, download, login and info. Empty keeps the built-in ones.",
		rateLimits},
	{"corsOrigins", "", "", "Origins of other sites whose pages may call the user service and upload to the bucket, separated by commas. The stack's own addresses are always allowed.",
		origins},
	{"logLevel", "", "info", "`debug`, `info`, `warn` or `error`.",
		oneOf(func(s *Settings) *string { return &s.LogLevel }, "debug", "info", "warn", "error")},
	{"logRetentionDays", "", "30", "Days that logs are kept; one of the values that CloudWatch knows.",
		retention},
	{"auditRetentionDays", "", "90", "Days that the audit trail is kept.",
		integer(func(s *Settings) *int { return &s.AuditRetentionDays }, 1, 3650)},
	{"tracing", "", "false", "X-Ray records a sample of the requests.",
		boolean(func(s *Settings) *bool { return &s.Tracing })},

	{"edge", "", "false", "CloudFront and WAF in front of both functions; their bare URLs then answer 403.",
		boolean(func(s *Settings) *bool { return &s.Edge.Enabled })},
	{"userDomain", "", "", "Host name of the user service at the edge. Point its DNS at the output `userEdgeDomain`.",
		matching(func(s *Settings) *string { return &s.Edge.UserDomain }, hostName, "not a host name")},
	{"adminDomain", "", "", "Host name of the admin service at the edge.",
		matching(func(s *Settings) *string { return &s.Edge.AdminDomain }, hostName, "not a host name")},
	{"certificateArn", "", "", "ACM certificate for both names; CloudFront wants it in us-east-1.",
		matching(func(s *Settings) *string { return &s.Edge.CertificateARN }, `^(arn:aws:acm:us-east-1:\d{12}:certificate/\S+)?$`, "not the ARN of an ACM certificate in us-east-1")},
	{"edgeRateLimit", "", "2000", "Requests in five minutes after which WAF blocks an address.",
		integer(func(s *Settings) *int { return &s.Edge.RequestsPerFiveMinutes }, 10, 2_000_000_000)},
	{"botControl", "", "false", "WAF also blocks bots, at a price per request; what is no browser but says so honestly still passes.",
		boolean(func(s *Settings) *bool { return &s.Edge.BotControl })},
	{"originSecretGeneration", "", "1", "Count up by one to rotate the secret between CloudFront and the functions; the one before stays valid.",
		integer(func(s *Settings) *int { return &s.Edge.OriginSecretGeneration }, 1, 1_000_000)},

	{"alarmEmail", "", "", "Address that alarms and budget notices go to, once it confirms. Empty: the topics exist, nobody is told.",
		matching(func(s *Settings) *string { return &s.AlarmEmail }, `^([^@\s]+@[^@\s]+\.[^@\s]+)?$`, "not an e-mail address")},
	{"uptime", "", "false", "Route 53 asks both services from outside, with an alarm each.",
		boolean(func(s *Settings) *bool { return &s.Uptime })},
	{"canaryMinutes", "", "0", "Minutes between two rounds of the canary, which sends, receives, compares and deletes a file; 0 means there is none.",
		integer(func(s *Settings) *int { return &s.CanaryMinutes }, 0, 60)},
	{"monthlyBudget", "", "0", "US dollars a month that this stack's tagged resources may cost before a notice goes out; 0 means no budget.",
		integer(func(s *Settings) *int { return &s.MonthlyBudget }, 0, 1_000_000)},
}

const (
	longestTTL = 30 * 24 * time.Hour
	hostName   = `^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+)?$`
)

func text(field func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		*field(s) = v
		return nil
	}
}

func matching(field func(*Settings) *string, pattern, complaint string) func(*Settings, string) error {
	re := regexp.MustCompile(pattern)
	return func(s *Settings, v string) error {
		if !re.MatchString(v) {
			return errors.New(complaint)
		}
		*field(s) = v
		return nil
	}
}

func oneOf(field func(*Settings) *string, allowed ...string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if !slices.Contains(allowed, v) {
			return fmt.Errorf("use one of %s", strings.Join(allowed, ", "))
		}
		*field(s) = v
		return nil
	}
}

func boolean(field func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if v != "true" && v != "false" {
			return errors.New("use true or false")
		}
		*field(s) = v == "true"
		return nil
	}
}

func integer(field func(*Settings) *int, low, high int) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fmt.Errorf("use a whole number from %d to %d", low, high)
		}
		*field(s) = n
		return nil
	}
}

func duration(field func(*Settings) *time.Duration, low, high time.Duration) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < low || d > high || d%time.Second != 0 {
			return fmt.Errorf("use whole seconds from %s to %s, such as 55s or 24h", low, high)
		}
		*field(s) = d
		return nil
	}
}

// retentionDays are the only values that CloudWatch takes, up to a year or so.
var retentionDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400}

func retention(s *Settings, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || !slices.Contains(retentionDays, n) {
		return fmt.Errorf("use one of %s", strings.Trim(fmt.Sprint(retentionDays), "[]"))
	}
	s.LogRetentionDays = n
	return nil
}

var oneRateLimit = regexp.MustCompile(`^(create|token|download|login|info)=([1-9]\d*)/(\S+)$`)

func rateLimits(s *Settings, v string) error {
	if v != "" {
		for part := range strings.SplitSeq(v, ",") {
			m := oneRateLimit.FindStringSubmatch(strings.TrimSpace(part))
			if m == nil {
				return fmt.Errorf("%q is not name=N/duration with a name of create, token, download, login, info", part)
			}
			if d, err := time.ParseDuration(m[3]); err != nil || d <= 0 {
				return fmt.Errorf("%q has no duration such as 1m or 1h", part)
			}
		}
	}
	s.RateLimits = v
	return nil
}

func origins(s *Settings, v string) error {
	s.CORSOrigins = nil
	if v == "" {
		return nil
	}
	for part := range strings.SplitSeq(v, ",") {
		origin := strings.TrimSpace(part)
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "https" || u.Host == "" || origin != "https://"+u.Host {
			return fmt.Errorf("%q is not an origin such as https://send.example.org (no path, no *)", origin)
		}
		s.CORSOrigins = append(s.CORSOrigins, origin)
	}
	return nil
}
