// Package settings reads what differs between stacks.
//
// A stack's settings live in its Pulumi.<stack>.yaml and its secrets in the
// environment (or, encrypted, in the same file). Parse checks all of them at
// once and names every fault, so that a wrong value is met before anything in
// the account is touched. docs/settings.md lists the same keys; a test holds
// the two together.
package settings

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// Project is the namespace of the settings in a stack file.
const Project = stack.Project

// Settings is one stack, as a value.
type Settings struct {
	// Names are where the stack lives, and what its parts are called.
	stack.Names

	// Stage is what the services call themselves, as in dev, qa or prod.
	Stage string
	// MaxRetries is aws:maxRetries; 0 leaves the provider's own number.
	MaxRetries int
	// Protect keeps Pulumi from deleting what holds data.
	Protect bool
	// Adopt takes over what a protected stack left when it was destroyed.
	Adopt bool

	// PermissionsBoundary bounds the functions' roles by what the account's setup
	// allows this stack.
	PermissionsBoundary bool

	// Compute is what runs the services: Lambda, Fargate or EC2.
	Compute string
	// Architecture is arm64 or x86_64, in Lambda's words.
	Architecture string
	// ArtifactsDir holds zips to ship instead of building them.
	ArtifactsDir string
	// Version is stamped into the binaries that the program builds.
	Version string

	// HoldLive leaves the live aliases of functions where they are.
	HoldLive bool
	// Traffic is how they are moved then.
	Traffic stack.Traffic

	// Hosts are what runs the services on EC2.
	Hosts Hosts
	// User and Admin size the two functions.
	User, Admin Function
	// UserTasks and AdminTasks size what Fargate runs.
	UserTasks, AdminTasks Tasks
	// Registry keeps the image of the stack's version where nothing runs it, too.
	Registry bool

	// Told is what the stack file says to the services, by environment
	// variable; CORSOrigins what the transfers bucket has to know of it, and
	// AdminAllow what the firewall has.
	Told        map[string]string
	CORSOrigins []string
	AdminAllow  []netip.Prefix

	LogRetentionDays int
	// AuditRetentionDays is how long the audit trail is kept.
	AuditRetentionDays int
	// Tracing records requests with X-Ray.
	Tracing bool

	Edge Edge

	// SecretGeneration is counted up to change what the machines of the stack show
	// each other.
	SecretGeneration int

	// Alarms say who is told when the stack is not well.
	Alarms Alarms
	// Uptime asks both services from outside, every half minute.
	Uptime bool
	// SweepMinutes is how often what has expired is removed, where functions do that.
	SweepMinutes int
	// CanaryMinutes is how often a file is sent, received and deleted by way
	// of trial; 0 means never.
	CanaryMinutes int
	// SavedQueries keeps questions to the logs where the console offers them.
	SavedQueries bool
	// MonthlyBudget is in US dollars; 0 means no budget.
	MonthlyBudget int

	// Expires is the day from which on the stack may be destroyed; "" = none.
	Expires string

	Secrets Secrets
}

// What runs the services of a stack.
const (
	Lambda  = "lambda"
	Fargate = "fargate"
	EC2     = "ec2"
)

// Hosts are what runs both services on EC2.
type Hosts struct {
	Count Span
	// InstanceType is the kind of the hosts, and AMI their image; "" = a small one,
	// and the newest of Amazon Linux 2023.
	InstanceType, AMI string
}

// Type is the kind of the hosts: the one that is set, or a small one of the
// processor.
func (h Hosts) Type(architecture string) string {
	switch {
	case h.InstanceType != "":
		return h.InstanceType
	case architecture == "arm64":
		return "t4g.small"
	}
	return "t3.small"
}

// armType are kinds of hosts with processors of the architecture arm64: what comes
// after their generation has a g.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
var armType = regexp.MustCompile(`^(a1|[a-z-]+\d+[a-z-]*g[a-z-]*)\.`)

// Function is the size of one Lambda function.
type Function struct {
	MemoryMB    int
	Timeout     time.Duration
	Concurrency int
}

// Alarms are the receivers of alarms and budget notices.
type Alarms struct {
	// Email is an address, Webhook an HTTPS endpoint that takes what SNS sends;
	// each is empty where there is none.
	Email, Webhook string
}

// Nobody says that nobody is told.
func (a Alarms) Nobody() bool { return a == Alarms{} }

// Edge is WAF in front of the services, with CloudFront or a load balancer.
type Edge struct {
	Enabled bool
	// Domain is a name in a zone of Route 53, of which the program makes
	// certificates and records; "" = none.
	Domain string
	// UserDomain and AdminDomain are the host names of the services, Domain and a
	// name below it, or others. Those need the certificate, which CloudFront wants
	// in us-east-1, and a load balancer in its own region.
	UserDomain, AdminDomain, CertificateARN string
	// RequestsPerFiveMinutes is what one address may ask before WAF blocks it.
	RequestsPerFiveMinutes int
	// LogDays is how long WAF's log is kept, addresses of people and all.
	LogDays int
	// AccessLogDays is how long CloudFront's log of all requests is kept, addresses
	// of people and all; 0 means there is none.
	AccessLogDays int
	// BotControl adds WAF's rules against bots, which cost extra.
	BotControl bool
}

// CloudFront says whether it is in front of the services: with an edge, of functions.
func (s Settings) CloudFront() bool { return s.Edge.Enabled && s.Compute == Lambda }

// PublicURL is where people reach the user service, if that can be known
// before the stack exists; otherwise it is empty.
func (s Settings) PublicURL() string {
	if s.Edge.Enabled && s.Edge.UserDomain != "" {
		return "https://" + s.Edge.UserDomain
	}
	return ""
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
func Parse(name string, config map[string]string, encrypted []string,
	lookup func(string) (string, bool)) (Settings, error) {
	s := Settings{Names: stack.Names{Stack: name, Region: regionOf(config, lookup)}, Told: map[string]string{}}
	faults := &Faults{Stack: name}
	fault := func(format string, args ...any) { faults.List = append(faults.List, fmt.Sprintf(format, args...)) }

	given := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if name, ok := strings.CutPrefix(key, Project+":"); ok {
			given[name] = config[key]
		} else if key == "aws:maxRetries" {
			if n, err := strconv.Atoi(config[key]); err != nil || n < 1 {
				fault("aws:maxRetries is %q: use a whole number from 1", config[key])
			} else {
				s.MaxRetries = n
			}
		} else if strings.HasPrefix(key, "aws:") && key != "aws:region" {
			fault("%s is not read: credentials come from the environment (AWS_PROFILE or the keys), "+
				"the region from aws:region", key)
		}
	}
	for _, k := range Keys() {
		text := given[k.Name]
		if v, ok := lookup(k.Env); k.Env != "" && ok && v != "" {
			text = v
		}
		if strings.TrimSpace(text) == "" {
			text = k.Default
		}
		if k.Name == service.Stage.Key && text == "" {
			text = name
		}
		if err := k.parse(&s, text); err != nil {
			// No fault repeats what may be a secret.
			if slices.Contains(encrypted, Project+":"+k.Name) || text != given[k.Name] && text != k.Default {
				fault("setting %s: it %v", k.Name, err)
			} else {
				fault("setting %s is %q: it %v", k.Name, text, err)
			}
		}
		delete(given, k.Name)
	}

	s.Secrets = readSecrets(s.Names, given, encrypted, lookup, fault)
	s.Account = s.Secrets.Of(account)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		fault("setting %s is unknown%s", name, suggestion(name))
	}

	checkRegion(s, lookup, fault)
	s.nameServices(fault)
	s.checkTold(fault)
	s.checkTogether(fault)
	if len(faults.List) > 0 {
		return Settings{}, faults
	}
	return s, nil
}

// checkTold reads what the services are told as they will, and keeps what the
// program has to know of it.
func (s *Settings) checkTold(fault func(string, ...any)) {
	env := service.New(func(name string) string { return cmp.Or(s.Told[name], s.Secrets.Of(name)) })
	s.Stage, s.CORSOrigins = service.Stage.In(env), service.CORSOrigins.In(env)
	s.AdminAllow = service.AdminAllow.In(env)
	env.Together(func(e service.Entry) string { return "setting " + e.Key })
	s.checkSignOn(env)
	if err := env.Err(); err != nil {
		fault("%v", err)
	}
}

// checkSignOn tells the admin service where people come back to, if that can be known
// before the stack exists.
func (s *Settings) checkSignOn(env *service.Env) {
	if s.Told[service.OIDCIssuer.Env] != "" && s.Told[service.AdminPublicURL.Env] == "" && s.Edge.AdminDomain != "" {
		s.Told[service.AdminPublicURL.Env] = "https://" + s.Edge.AdminDomain
	}
	env.SignOn(func(e service.Entry) string {
		if e.Key == "" {
			return e.Env
		}
		return "setting " + e.Key
	})
}

// regions are the variables by which a shell says where AWS is meant.
var regions = []string{"AWS_REGION", "AWS_DEFAULT_REGION"}

// regionOf is where the stack lives: as its file says, or, where it has none, as
// the shell does.
func regionOf(config map[string]string, lookup func(string) (string, bool)) string {
	region := config["aws:region"]
	for _, name := range regions {
		if v, ok := lookup(name); ok && region == "" {
			region = v
		}
	}
	return region
}

// checkRegion holds the stack file against the environment of the shell: a
// deploy with another region's credentials would build a second stack there.
func checkRegion(s Settings, lookup func(string) (string, bool), fault func(string, ...any)) {
	if s.Region == "" {
		fault("aws:region is missing: say where the stack lives (pulumi config set aws:region eu-west-2, or AWS_REGION)")
		return
	}
	for _, name := range regions {
		if v, ok := lookup(name); ok && v != "" && v != s.Region {
			fault("%s is %s but the stack lives in %s: set one to the other", name, v, s.Region)
		}
	}
}

// nameServices gives the services their names below the stack's domain.
func (s *Settings) nameServices(fault func(string, ...any)) {
	e := &s.Edge
	switch {
	case e.Domain == "":
		if (e.UserDomain != "" || e.AdminDomain != "") && (!e.Enabled || e.CertificateARN == "") {
			fault("settings userDomain and adminDomain need edge: true and a certificateArn")
		}
		return
	case !e.Enabled:
		fault("setting domain needs edge: true: a Function URL has no other name")
	case e.UserDomain != "" || e.CertificateARN != "":
		fault("setting domain makes the certificate, and userDomain: remove userDomain and certificateArn")
	case e.AdminDomain != "" && !strings.HasSuffix(e.AdminDomain, "."+e.Domain):
		fault("setting adminDomain is %q: with domain it must be a name below %s", e.AdminDomain, e.Domain)
	}
	e.UserDomain = e.Domain
	if e.AdminDomain == "" {
		e.AdminDomain = "admin." + e.Domain
	}
	for _, host := range []string{e.UserDomain, e.AdminDomain} {
		if len(host) > maxCertificateName {
			fault("setting domain: %s has %d characters, and AWS makes certificates for names of %d at most",
				host, len(host), maxCertificateName)
		}
	}
}

// maxCertificateName is how long the first name of a certificate can be.
// https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html
const maxCertificateName = 64

// webhookTimeout is how long the admin function needs at least where somebody is told of
// events: seven seconds for a receiver that takes as long as it may, and some for the trail.
const webhookTimeout = 10 * time.Second

// checkTogether finds what no single key can show.
func (s Settings) checkTogether(fault func(string, ...any)) {
	if err := s.Names.Check(); err != nil {
		fault("the stack's name: %v", err)
	}
	s.checkEdge(fault)
	if err := s.Traffic.Check(); err != nil {
		fault("settings trafficSteps and trafficWait: %v", err)
	}
	if s.Protect && s.Alarms.Nobody() {
		fault("a protected stack has to tell somebody when it is not well: set alarmEmail (pulumi config set alarmEmail " +
			"you@example.org, or SEND_ALARM_EMAIL in the environment), or alarmWebhook")
	}
	if s.Adopt && !s.Protect {
		fault("setting adopt needs protect: true, without which what is taken over could be replaced, or emptied with the " +
			"stack")
	}
	if s.Compute == Lambda && s.Told[service.WebhookURL.Env] != "" && s.Admin.Timeout < webhookTimeout {
		fault("setting adminTimeout is %s, which is no time to send a webhook in: with webhookUrl it must be %s at least",
			s.Admin.Timeout, webhookTimeout)
	}
	secret := func(of service.Entry) string { return s.Secrets.Of(of.Env) }
	keyName, adminURL := service.APIKeyName.Entry, service.AdminURL.Entry
	if s.CanaryMinutes > 0 && secret(adminURL) != "" {
		fault("setting canaryMinutes needs the stack's own admin service, which makes the canary's token: "+
			"remove %s, or set canaryMinutes to 0", adminURL.Env)
	}
	sent, wanted := secret(service.AdminKeyValue.Entry), secret(service.APIKeyValue.Entry)
	if secret(adminURL) == "" && sent != "" && wanted != "" &&
		(sent != wanted || !strings.EqualFold(secret(service.AdminKeyName.Entry), secret(keyName))) {
		fault("%s and %s differ from %s and %s: the user service could not ask this stack's admin service "+
			"(set %s to ask another)", service.AdminKeyName.Env, service.AdminKeyValue.Env,
			keyName.Env, service.APIKeyValue.Env, adminURL.Env)
	}
}

// checkEdge finds what the edge, which is another before functions than before
// servers, cannot do.
func (s Settings) checkEdge(fault func(string, ...any)) {
	e := s.Edge
	if e.AccessLogDays > 0 && !e.Enabled {
		fault("setting accessLogDays needs edge: true: it is CloudFront that logs")
	}
	if s.Compute != Lambda {
		s.checkBalancer(fault)
		if s.Compute == EC2 {
			s.checkHosts(fault)
		}
		return
	}
	keyName := service.APIKeyName.Env
	if name := strings.ToLower(s.Secrets.Of(keyName)); e.Enabled && slices.Contains(notForwarded, name) {
		fault("with the edge on, %s cannot be %s: CloudFront does not pass that header on by name", keyName, name)
	}
	if limit := 60 * time.Second; e.Enabled && (s.User.Timeout >= limit || s.Admin.Timeout >= limit) {
		fault("with the edge on, userTimeout and adminTimeout must be under %s, CloudFront's own limit", limit)
	}
	if e.CertificateARN != "" && regionOfARN(e.CertificateARN) != stack.GlobalRegion {
		fault("setting certificateArn is a certificate of another region than %s, the only one that CloudFront takes them "+
			"from", stack.GlobalRegion)
	}
}

// checkBalancer finds what a load balancer, and the servers behind it, cannot do
// with.
func (s Settings) checkBalancer(fault func(string, ...any)) {
	e := s.Edge
	switch {
	case !e.Enabled:
		fault("setting compute is %s, which needs edge: true: what answers the public there is a load balancer with WAF",
			s.Compute)
	case e.UserDomain == "" || e.AdminDomain == "" || e.Domain == "" && e.CertificateARN == "":
		fault("setting compute is %s, and AWS has no certificate for the name of a load balancer: set domain, or "+
			"userDomain, adminDomain and a certificateArn of %s", s.Compute, s.Region)
	case e.UserDomain == e.AdminDomain:
		fault("settings userDomain and adminDomain are both %s: a load balancer tells the services apart by their names",
			e.UserDomain)
	case e.CertificateARN != "" && regionOfARN(e.CertificateARN) != s.Region:
		fault("setting certificateArn is a certificate of another region than %s, the only one that the stack's load "+
			"balancer takes them from", s.Region)
	}
	if e.AccessLogDays > 0 {
		fault("setting accessLogDays needs compute: lambda: a load balancer cannot leave the paths of requests out of its " +
			"log, in which tokens stand")
	}
	if s.Tracing {
		fault("setting tracing needs compute: lambda, which hands the traces over")
	}
}

// checkHosts finds what hosts on EC2 cannot be told, or cannot run.
func (s Settings) checkHosts(fault func(string, ...any)) {
	if kind := s.Hosts.Type(s.Architecture); armType.MatchString(kind) != (s.Architecture == "arm64") {
		fault("setting instanceType is %s, which has no processor of the architecture %s", kind, s.Architecture)
	}
	for _, variable := range s.ToldValues() {
		fault("setting compute is %s, and %s is a value: hosts are told by what everybody can read who may look at them "+
			"in AWS. Let it be a reference, as in ssm:%sapi-key (docs/secrets.md)", s.Compute, variable, s.Parameters())
	}
}

// ToldValues are the variables by which services are told secrets as they are, where
// a reference would do.
func (s Settings) ToldValues() (variables []string) {
	told := []service.Entry{service.APIKeyValue.Entry, service.OldAPIKeyValue.Entry, service.OIDCClientSecret.Entry}
	if s.Secrets.Of(service.AdminURL.Env) != "" {
		told = append(told, service.AdminKeyValue.Entry)
	}
	for _, e := range told {
		if _, refers := s.Secrets.Reference(e.Env); !refers && s.Secrets.Of(e.Env) != "" {
			variables = append(variables, e.Env)
		}
	}
	return variables
}

// regionOfARN is the region that an ARN names.
func regionOfARN(arn string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 {
		return ""
	}
	return parts[3]
}

// notForwarded are headers that an origin request policy cannot name.
var notForwarded = []string{"authorization", "accept-encoding", "cookie", "host"}

// suggestion answers " (did you mean …?)" for a key that differs from a known
// one only in case or by a prefix.
func suggestion(name string) string {
	for _, k := range Keys() {
		known, got := strings.ToLower(k.Name), strings.ToLower(name)
		if known == got || strings.HasPrefix(known, got) || strings.HasPrefix(got, known) {
			return fmt.Sprintf(" (did you mean %s?)", k.Name)
		}
	}
	return ": docs/settings.md lists them"
}
