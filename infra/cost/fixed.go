package cost

import "sgraph.ai/send/infra/settings"

// Fixed is what a stack has whether it is used or not.
type Fixed struct {
	AlarmMetrics float64 // an alarm is priced by the metrics that it reads
	Composites   float64
	Dashboards   float64
	Firewalls    float64 // WAF's lists
	Rules        float64 // in all of them
	HealthChecks float64
	Metrics      float64 // that AWS measures of what runs all the time, and charges for
}

// CanaryMB is the memory of the canary's function.
const CanaryMB = 256

// What alarms read of storage and of the services' own counts, of a function, of
// what a load balancer measures of a service and of itself, of a service's tasks, and
// of hosts.
const (
	alarmsOfAll      = 31
	alarmsOfFunction = 9
	alarmsOfTarget   = 7
	alarmsOfBalancer = 3
	alarmsOfTasks    = 4
	alarmsOfHosts    = 3
)

// HostGB is the size of a host's disk.
const HostGB = 16

// FixedOf counts what a stack has. It is held to what the program declares.
func FixedOf(s settings.Settings) Fixed {
	f := Fixed{AlarmMetrics: alarmsOfAll, Composites: 1, Dashboards: 1}
	switch s.Compute {
	case settings.Lambda:
		f.AlarmMetrics += 2 * alarmsOfFunction
		for _, size := range []settings.Function{s.User, s.Admin} {
			if size.Concurrency > 0 {
				f.AlarmMetrics++
			}
		}
	case settings.Fargate:
		f.AlarmMetrics += alarmsOfBalancer + 2*(alarmsOfTarget+alarmsOfTasks)
		for _, t := range []settings.Tasks{s.UserTasks, s.AdminTasks} {
			if t.Count.Moves() {
				f.AlarmMetrics++
			}
		}
		f.Metrics = InsightMetrics
	case settings.EC2:
		f.AlarmMetrics += alarmsOfBalancer + 2*alarmsOfTarget + alarmsOfHosts
		if s.Hosts.Count.Moves() {
			f.AlarmMetrics++
		}
		f.Metrics = HostMetrics * servers(s)
	}
	if s.CanaryMinutes > 0 {
		f.AlarmMetrics++
	}
	if webhooks(s) {
		f.AlarmMetrics++
	}
	if s.Edge.Enabled {
		f.AlarmMetrics++
		f.Firewalls, f.Rules = 1, 8
		if s.Edge.BotControl {
			f.Rules++
		}
		switch operators := len(s.AdminAllow) > 0; { // which takes one rule more
		case operators && s.CloudFront(): // the admin service then has its own
			f.Firewalls, f.Rules = 2, 2*f.Rules+1
		case operators:
			f.Rules++
		}
	}
	if s.Uptime {
		f.HealthChecks = 2
		f.AlarmMetrics += f.HealthChecks
	}
	return f
}
