// Package settings reads what differs between stacks.
//
// A stack's settings live in its Pulumi.<stack>.yaml and its secrets in the
// environment (or, encrypted, in the same file). Parse checks all of them at
// once and names every fault, so that a wrong value is met before anything in
// the account is touched. docs/settings.md lists the same keys; a test holds
// the two together.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Project is the namespace of the settings in a stack file.
const Project = "sgraph-send"

// Settings is one stack, as a value.
type Settings struct {
	// Stack is the Pulumi stack; resource names carry it.
	Stack string
	// Stage is what the services call themselves: dev, qa or prod.
	Stage string
	// Region and Account are where the stack lives, and nowhere else.
	Region, Account string
	// MaxRetries is aws:maxRetries; 0 leaves the provider's own number.
	MaxRetries int
	// Protect keeps Pulumi from deleting what holds data.
	Protect bool

	// Architecture is arm64 or x86_64, in Lambda's words.
	Architecture string
	// ArtifactsDir holds zips to ship instead of building them.
	ArtifactsDir string
	// Version is stamped into the binaries that the program builds.
	Version string

	// User and Admin size the two functions.
	User, Admin Function

	MaxTransferBytes   int
	DefaultTTL, MaxTTL time.Duration
	RateLimits         string
	CORSOrigins        []string
	LogLevel           string
	LogRetentionDays   int
	// AuditRetentionDays is how long the audit trail is kept.
	AuditRetentionDays int
	// Tracing records requests with X-Ray.
	Tracing bool

	Edge Edge

	// AlarmEmail receives alarms and budget notices; empty means nobody.
	AlarmEmail string
	// Uptime asks both services from outside, every half minute.
	Uptime bool
	// CanaryMinutes is how often a file is sent, received and deleted by way
	// of trial; 0 means never.
	CanaryMinutes int
	// MonthlyBudget is in US dollars; 0 means no budget.
	MonthlyBudget int

	Secrets Secrets
}

// Function is the size of one Lambda function.
type Function struct {
	MemoryMB    int
	Timeout     time.Duration
	Concurrency int
}

// Edge is CloudFront and WAF in front of the functions.
type Edge struct {
	Enabled bool
	// UserDomain and AdminDomain are optional host names; both need the
	// certificate, which CloudFront wants in us-east-1.
	UserDomain, AdminDomain, CertificateARN string
	// RequestsPerFiveMinutes is what one address may ask before WAF blocks it.
	RequestsPerFiveMinutes int
	// BotControl adds WAF's rules against bots, which cost extra.
	BotControl bool
	// OriginSecretGeneration is counted up to rotate the origin secret.
	OriginSecretGeneration int
}

// PublicURL is where people reach the user service, if that can be known
// before the stack exists; otherwise it is empty.
func (s Settings) PublicURL() string {
	if s.Edge.Enabled && s.Edge.UserDomain != "" {
		return "https://" + s.Edge.UserDomain
	}
	return ""
}

// BucketName follows the card's pattern with the stack in it, so that stacks
// of one account share no bucket.
func (s Settings) BucketName(purpose string) string {
	return fmt.Sprintf("%s--sgraph-send-%s--%s--%s", s.Account, purpose, s.Stack, s.Region)
}

// Faults is everything wrong with a stack's settings and secrets.
type Faults struct {
	Stack string
	List  []string
}

func (f *Faults) Error() string {
	return fmt.Sprintf("stack %q cannot be deployed; nothing was touched. To put right:\n  - %s",
		f.Stack, strings.Join(f.List, "\n  - "))
}

// Load parses what the Pulumi engine hands to a program: the stack's
// configuration, as JSON, in two environment variables.
func Load(stack string, lookup func(string) (string, bool)) (Settings, error) {
	config := map[string]string{}
	var encrypted []string
	raw, _ := lookup("PULUMI_CONFIG")
	rawSecretKeys, _ := lookup("PULUMI_CONFIG_SECRET_KEYS")
	if err := errors.Join(unmarshal(raw, &config), unmarshal(rawSecretKeys, &encrypted)); err != nil {
		return Settings{}, fmt.Errorf("reading the configuration that Pulumi passed: %w", err)
	}
	return Parse(stack, config, encrypted, lookup)
}

func unmarshal(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// Parse makes Settings of a stack's configuration (full keys, such as
// "sgraph-send:protect"), the names of the keys that are encrypted in it, and
// the environment. The error, if any, is a *Faults.
func Parse(stack string, config map[string]string, encrypted []string, lookup func(string) (string, bool)) (Settings, error) {
	s := Settings{Stack: stack, Region: config["aws:region"]}
	faults := &Faults{Stack: stack}
	fault := func(format string, args ...any) { faults.List = append(faults.List, fmt.Sprintf(format, args...)) }

	own := map[string]string{}
	for _, key := range sortedKeys(config) {
		if name, ok := strings.CutPrefix(key, Project+":"); ok {
			own[name] = config[key]
		} else if key == "aws:maxRetries" {
			if n, err := strconv.Atoi(config[key]); err != nil || n < 1 {
				fault("aws:maxRetries is %q: use a whole number from 1", config[key])
			} else {
				s.MaxRetries = n
			}
		} else if strings.HasPrefix(key, "aws:") && key != "aws:region" {
			fault("%s is not read: credentials come from the environment (AWS_PROFILE or the keys), the region from aws:region", key)
		}
	}
	for _, k := range keys {
		text, set := own[k.Name]
		if k.Env != "" {
			if v, ok := lookup(k.Env); ok && v != "" {
				text, set = v, true
			}
		}
		if !set {
			text = k.Default
		}
		if k.Name == "stage" && text == "" {
			text = stack
		}
		if err := k.parse(&s, text); err != nil {
			fault("setting %s is %q: %v", k.Name, text, err)
		}
		delete(own, k.Name)
	}

	s.Secrets = readSecrets(own, encrypted, lookup, fault)
	s.Account = s.Secrets.account
	for _, name := range sortedKeys(own) {
		fault("setting %s is unknown%s", name, suggestion(name))
	}

	checkRegion(s, lookup, fault)
	s.checkTogether(fault)
	if len(faults.List) > 0 {
		return Settings{}, faults
	}
	return s, nil
}

// checkRegion holds the stack file against the environment of the shell: a
// deploy with another region's credentials would build a second stack there.
func checkRegion(s Settings, lookup func(string) (string, bool), fault func(string, ...any)) {
	if s.Region == "" {
		fault("aws:region is missing: say where the stack lives (pulumi config set aws:region eu-west-2)")
		return
	}
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if v, ok := lookup(name); ok && v != "" && v != s.Region {
			fault("%s is %s but the stack lives in %s: set one to the other", name, v, s.Region)
		}
	}
}

// checkTogether finds what no single key can show.
func (s Settings) checkTogether(fault func(string, ...any)) {
	if !stackName.MatchString(s.Stack) {
		fault("the stack's name becomes part of bucket names: use lower-case letters, digits and single hyphens")
	}
	if n := len(s.BucketName("transfers")); s.Account != "" && n > 63 {
		fault("bucket names would have %d characters, of which S3 allows 63: use a shorter stack name", n)
	}
	if s.DefaultTTL > s.MaxTTL {
		fault("setting defaultTtl (%s) is longer than maxTtl (%s)", s.DefaultTTL, s.MaxTTL)
	}
	e := s.Edge
	if (e.UserDomain != "" || e.AdminDomain != "") && (!e.Enabled || e.CertificateARN == "") {
		fault("settings userDomain and adminDomain need edge: true and a certificateArn")
	}
	if name := strings.ToLower(s.Secrets.APIKeyName); e.Enabled && slices.Contains(notForwarded, name) {
		fault("with the edge on, FAST_API__AUTH__API_KEY__NAME cannot be %s: CloudFront does not pass that header on by name", name)
	}
	if s.CanaryMinutes > 0 && s.Secrets.AdminBaseURL != "" {
		fault("setting canaryMinutes needs the stack's own admin service, which makes the canary's token: remove SGRAPH_SEND__ADMIN__BASE_URL, or set canaryMinutes to 0")
	}
	if limit := 60 * time.Second; e.Enabled && (s.User.Timeout >= limit || s.Admin.Timeout >= limit) {
		fault("with the edge on, userTimeout and adminTimeout must be under %s, CloudFront's own limit", limit)
	}
	if p := s.Secrets; p.AdminBaseURL == "" && p.AdminKeyValue != "" && p.APIKeyValue != "" &&
		(!strings.EqualFold(p.AdminKeyName, p.APIKeyName) || p.AdminKeyValue != p.APIKeyValue) {
		fault("SGRAPH_SEND__ADMIN__API_KEY__NAME and __VALUE differ from FAST_API__AUTH__API_KEY__NAME and __VALUE: " +
			"the user service could not ask this stack's admin service (set SGRAPH_SEND__ADMIN__BASE_URL to ask another)")
	}
}

// notForwarded are headers that an origin request policy cannot name.
var notForwarded = []string{"authorization", "accept-encoding", "cookie", "host"}

var stackName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// suggestion answers " (did you mean …?)" for a key that differs from a known
// one only in case or by a prefix.
func suggestion(name string) string {
	for _, k := range keys {
		known, got := strings.ToLower(k.Name), strings.ToLower(name)
		if known == got || strings.HasPrefix(known, got) || strings.HasPrefix(got, known) {
			return fmt.Sprintf(" (did you mean %s?)", k.Name)
		}
	}
	return ": docs/settings.md lists them"
}

func sortedKeys(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
