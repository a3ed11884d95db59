package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
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

// Keys lists every setting of a stack file: those of the stack itself, in the
// order of the documentation, and those that its services are told.
func Keys() []Key { return slices.Concat(own, told()) }

// told are the settings that a stack passes on to its services: checked by the
// parser that will read them there.
func told() []Key {
	var keys []Key
	for _, e := range service.Table() {
		if e.Key == "" {
			continue
		}
		keys = append(keys, Key{Name: e.Key, Default: e.KeyDefault, Doc: e.Doc, parse: func(s *Settings, text string) error {
			value, err := e.Canonical(text)
			if err != nil || value == "" {
				return err
			}
			s.Told[e.Env] = value
			if bound := bounds[e.Env]; bound != nil {
				return bound(value)
			}
			return nil
		}})
	}
	return keys
}

// bounds are what a stack refuses although a service would start with it.
var bounds = map[string]func(value string) error{
	// A page that came unencrypted could be anybody's by the time it uploads.
	service.CORSOrigins.Env: func(value string) error {
		for origin := range strings.SplitSeq(value, ",") {
			if !strings.HasPrefix(origin, "https://") {
				return errors.New("must list origins that begin with https://")
			}
		}
		return nil
	},
	// WAF has no such range either.
	service.AdminAllow.Env: func(value string) error {
		if strings.Contains(value, "/0") {
			return errors.New("must not allow every address: leave it out instead")
		}
		return nil
	},
}

// own are the settings of the stack itself.
var own = []Key{
	{"protect", "", "false",
		"Keep data: buckets and table cannot be deleted by Pulumi, buckets are not emptied, point-in-time recovery is on.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Protect })},

	{"adopt", "SEND_ADOPT", "false",
		"Take over buckets and table that this stack left when it was destroyed while protected.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Adopt })},
	{"permissionsBoundary", "SEND_PERMISSIONS_BOUNDARY", "true",
		"The functions' roles can do at most what the account's setup allows this stack; `false` where it was not set up " +
			"by `bootstrap/`, whose pipelines make no other roles.",
		into(service.Bool(), func(s *Settings) *bool { return &s.PermissionsBoundary })},

	{"compute", "", Lambda,
		"What runs the two services: `lambda`, `fargate` or `ec2` ([where it runs](targets.md)). The last two have a load " +
			"balancer with WAF in front, so they need `edge: true` and `domain`, or names and a certificate of one's own.",
		into(service.Choice(Lambda, Fargate, EC2), func(s *Settings) *string { return &s.Compute })},
	{"architecture", "", "arm64",
		"Processor of functions, tasks and instances: `arm64` or `x86_64`.",
		into(service.Choice("arm64", "x86_64"), func(s *Settings) *string { return &s.Architecture })},
	{"artifactsDir", "SEND_ARTIFACTS_DIR", "",
		"Folder with built zips and their `manifest.json` to ship, instead of building: promotion. " +
			"Relative to the repository.",
		into(service.Text(), func(s *Settings) *string { return &s.ArtifactsDir })},
	{"version", "SEND_VERSION", "",
		"Version to stamp into the binaries; empty leaves the one in the source. A promoted artifact keeps its own.",
		into(service.Matching(`^[A-Za-z0-9._+-]+$`, "must be letters, digits and . _ + - only"),
			func(s *Settings) *string { return &s.Version })},

	{"hosts", "", "1-4",
		"From how many to how many hosts run on EC2, the more the busier they are. From two on they are in two zones.",
		into(span(1000), func(s *Settings) *Span { return &s.Hosts.Count })},
	{"instanceType", "", "",
		"Kind of the hosts on EC2, such as `t4g.small`, of the processor that `architecture` says. Nothing: `t4g.small`, " +
			"or `t3.small` for `x86_64`.",
		into(service.Matching(`^[a-z][a-z0-9-]*\.[a-z0-9-]+$`, "must be one of EC2, as in t4g.small"),
			func(s *Settings) *string { return &s.Hosts.InstanceType })},
	{"ami", "", "",
		"Image of the hosts on EC2: one of Amazon Linux 2023 with what is in it besides. Nothing: the newest that AWS has, " +
			"so that a deploy brings its patches.",
		into(service.Matching(`^ami-[0-9a-f]{8,17}$`, "must be an image, as in ami-0123456789abcdef0"),
			func(s *Settings) *string { return &s.Hosts.AMI })},

	{"userMemory", "", "512",
		"Memory of the user function, in MB. Processor time grows with it.",
		into(memory, func(s *Settings) *int { return &s.User.MemoryMB })},
	{"userTimeout", "", "55s",
		"Longest request of the user function. Under 60s with the edge on.",
		into(timeout, func(s *Settings) *time.Duration { return &s.User.Timeout })},
	{"userConcurrency", "", "10",
		"Reserved concurrency of the user function; ten times this is its most requests per second. " +
			"0 reserves none, for the canary neither: small accounts have none to reserve.",
		into(concurrency, func(s *Settings) *int { return &s.User.Concurrency })},
	{"adminMemory", "", "256",
		"Memory of the admin function, in MB.",
		into(memory, func(s *Settings) *int { return &s.Admin.MemoryMB })},
	{"adminTimeout", "", "15s",
		"Longest request of the admin function. Under 60s with the edge on, and 10s at least with `webhookUrl`.",
		into(timeout, func(s *Settings) *time.Duration { return &s.Admin.Timeout })},
	{"adminConcurrency", "", "5",
		"Reserved concurrency of the admin function; 0 reserves none.",
		into(concurrency, func(s *Settings) *int { return &s.Admin.Concurrency })},

	{"sweepMinutes", "", "60",
		"Minutes between two sweeps, which remove what has expired: how long bytes may outlive their transfer. A sweep has " +
			"`userTimeout` to end transfers, so that a busy stack needs more of them.",
		into(service.Int(1, 60), func(s *Settings) *int { return &s.SweepMinutes })},

	{"trafficSteps", "", "100",
		"Percentages of the calls that `sgsend traffic` sends to a new version of the functions, one after the other, such " +
			"as `10,50,100`. Other than `100` needs `edge: true`, or pages break meanwhile.",
		into(steps, func(s *Settings) *[]int { return &s.Traffic.Steps })},
	{"trafficWait", "", "0s",
		"Time that it watches the stack's alarms after each step of each service, 15 minutes at most: the first that " +
			"begins to sound puts all back. An alarm takes a minute or two to see what is wrong.",
		into(service.Duration(0, stack.MostWait), func(s *Settings) *time.Duration { return &s.Traffic.Wait })},
	{"holdLive", "SEND_HOLD_LIVE", "false",
		"A deploy moves only the alias `next` of the functions, and leaves `live` where it is for `sgsend traffic` to " +
			"move. For the environment of a pipeline: what stands in the file would hold it for ever.",
		into(service.Bool(), func(s *Settings) *bool { return &s.HoldLive })},

	{"userTask", "", "512/1024",
		"A task of the user service on Fargate: units of a processor's 1024, and MB of memory, in one of the pairs that " +
			"Fargate has.",
		into(taskSize(), func(s *Settings) *TaskSize { return &s.UserTasks.Size })},
	{"userTasks", "", "2-6",
		"Tasks of the user service on Fargate: the least, and the most that many requests make of it. `1-2` is cheap, and " +
			"gone with its zone.",
		into(span(maxTasks), func(s *Settings) *Span { return &s.UserTasks.Count })},
	{"adminTask", "", "256/512",
		"A task of the admin service on Fargate.",
		into(taskSize(), func(s *Settings) *TaskSize { return &s.AdminTasks.Size })},
	{"adminTasks", "", "2-4",
		"Tasks of the admin service on Fargate.",
		into(span(maxTasks), func(s *Settings) *Span { return &s.AdminTasks.Count })},
	{"registry", "", "false",
		"The stack has a registry of its own, to which a deploy pushes the image of its version. With `compute: fargate` " +
			"it has one anyway.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Registry })},

	{"logRetentionDays", "", "30",
		"Days that logs are kept; one of the values that CloudWatch knows.",
		into(retention, func(s *Settings) *int { return &s.LogRetentionDays })},
	{"auditRetentionDays", "", "90",
		"Days that the audit trail is kept.",
		into(service.Int(1, 3650), func(s *Settings) *int { return &s.AuditRetentionDays })},
	{"tracing", "", "false",
		"X-Ray records a sample of the requests.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Tracing })},

	{"edge", "", "false",
		"WAF in front of both services, with CloudFront, or with a load balancer where `compute` is not `lambda`. The bare " +
			"URLs of functions then answer 403.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Edge.Enabled })},
	{"domain", "", "",
		"Name of the service, such as `send.example.org`, in a public zone that Route 53 keeps in this account: " +
			"certificates, DNS records and TLS 1.2 as the least come with it. The console is at `admin.` before it, " +
			"or at `adminDomain`.",
		into(hostName, func(s *Settings) *string { return &s.Edge.Domain })},
	{"userDomain", "", "",
		"Without `domain`: host name of the user service at the edge. Point its DNS at the output `userEdgeDomain`.",
		into(hostName, func(s *Settings) *string { return &s.Edge.UserDomain })},
	{"adminDomain", "", "",
		"Host name of the admin service at the edge.",
		into(hostName, func(s *Settings) *string { return &s.Edge.AdminDomain })},
	{"certificateArn", "", "",
		"ACM certificate for both names: in us-east-1 for CloudFront, in the stack's region for a load balancer.",
		into(certificate, func(s *Settings) *string { return &s.Edge.CertificateARN })},
	{"edgeRateLimit", "", "2000",
		"Requests in five minutes after which WAF blocks an address; with the parts of pages, eight times as many.",
		into(service.Int(10, 2_000_000_000), func(s *Settings) *int { return &s.Edge.RequestsPerFiveMinutes })},
	{"botControl", "", "false",
		"WAF also blocks bots, at a price per request; what is no browser but says so honestly still passes.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Edge.BotControl })},
	{"firewallLogDays", "", "7",
		"Days that WAF's log of what it blocked is kept: it has addresses of people, which nothing can leave out.",
		into(narrowed(retention, "must be one of 1 3 5 7 14 30", func(n int) bool { return n <= 30 }),
			func(s *Settings) *int { return &s.Edge.LogDays })},
	{"accessLogDays", "", "0",
		"Days that CloudFront's log of all requests is kept: it has addresses of people. 0 means that there is no such log.",
		into(narrowed(service.Int(0, 400), "must be one of 0 1 3 5 7 14 30", func(n int) bool {
			return n == 0 || n <= 30 && slices.Contains(retentionDays, n)
		}), func(s *Settings) *int { return &s.Edge.AccessLogDays })},
	{"originSecretGeneration", "", "1",
		"Count up by one to change the secrets that the stack's machines show each other: CloudFront the functions, the " +
			"user function the admin function, and the canary's token. Those before stay valid until the next time, " +
			"but for the token.",
		into(service.Int(1, 1_000_000), func(s *Settings) *int { return &s.SecretGeneration })},

	{"alarmEmail", "SEND_ALARM_EMAIL", "",
		"Address that alarms and budget notices go to, once it confirms. A protected stack needs it, or `alarmWebhook`. " +
			"Neither: the topics exist, nobody is told.",
		into(service.Matching(`^[^@\s]+@[^@\s]+\.[^@\s]+$`, "must be an e-mail address"),
			func(s *Settings) *string { return &s.Alarms.Email })},
	{"alarmWebhook", "SEND_ALARM_WEBHOOK", "",
		"HTTPS endpoint that takes alarms as SNS sends them, and confirms its subscription: on-call services do, " +
			"plain chat webhooks do not. May be stored with `--secret`.",
		into(service.Matching(`^https://[^\s/]+(/\S*)?$`, "must be a URL that begins with https://"),
			func(s *Settings) *string { return &s.Alarms.Webhook })},
	{"uptime", "", "false",
		"Route 53 asks both services from outside, with an alarm each.",
		into(service.Bool(), func(s *Settings) *bool { return &s.Uptime })},
	{"canaryMinutes", "", "0",
		"Minutes between two rounds of the canary, which sends, receives, compares and deletes a file; " +
			"0 means there is none.",
		into(service.Int(0, 60), func(s *Settings) *int { return &s.CanaryMinutes })},
	{"savedQueries", "", "true",
		"Logs Insights has the questions that operators ask of the stack's logs. `false` where who deploys may not save " +
			"any, since AWS grants that for those of all stacks at once.",
		into(service.Bool(), func(s *Settings) *bool { return &s.SavedQueries })},
	{"monthlyBudget", "", "0",
		"US dollars a month that this stack's tagged resources may cost before a notice goes out; 0 means no budget.",
		into(service.Int(0, 1_000_000), func(s *Settings) *int { return &s.MonthlyBudget })},
	{"expires", "SEND_EXPIRES", "",
		"Day from which on the stack may be destroyed, such as `2026-12-05`: the tag `expires` of all that it has. " +
			"Nothing: there is no such day.",
		into(service.Matching(`^\d{4}-\d{2}-\d{2}$`, "must be a day, as in 2026-12-05"),
			func(s *Settings) *string { return &s.Expires })},
}

// The grammars of what only a stack is told.
var (
	memory      = service.Int(128, 10240)
	concurrency = service.Int(0, 10000)
	hostName    = service.HostName()
	certificate = service.Matching(`^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/\S+$`,
		"must be the ARN of an ACM certificate")
	steps   = service.Kind[[]int]{Parse: stack.ParseSteps}
	timeout = narrowed(service.Duration(time.Second, 15*time.Minute), "must be whole seconds",
		func(d time.Duration) bool { return d%time.Second == 0 })

	// retentionDays are the only values that CloudWatch takes, up to a year or so.
	retentionDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400}
	retention     = narrowed(service.Int(1, 400), "must be one of "+strings.Trim(fmt.Sprint(retentionDays), "[]"),
		func(n int) bool { return slices.Contains(retentionDays, n) })
)

// narrowed is a kind of which only some values will do.
func narrowed[T any](kind service.Kind[T], must string, will func(T) bool) service.Kind[T] {
	parse := kind.Parse
	kind.Parse = func(text string) (T, error) {
		v, err := parse(text)
		if err == nil && !will(v) {
			err = errors.New(must)
		}
		return v, err
	}
	return kind
}

// into reads a value into a field; an empty one leaves it as it is.
func into[T any](kind service.Kind[T], field func(*Settings) *T) func(*Settings, string) error {
	return func(s *Settings, text string) error {
		if text == "" {
			return nil
		}
		v, err := kind.Parse(text)
		if err == nil {
			*field(s) = v
		}
		return err
	}
}
