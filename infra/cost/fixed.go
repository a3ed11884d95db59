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
}

// CanaryMB is the memory of the canary's function.
const CanaryMB = 256

// FixedOf counts what a stack has. It is held to what the program declares.
func FixedOf(s settings.Settings) Fixed {
	f := Fixed{AlarmMetrics: 49, Composites: 1, Dashboards: 1}
	for _, size := range []settings.Function{s.User, s.Admin} {
		if size.Concurrency > 0 {
			f.AlarmMetrics++
		}
	}
	if s.CanaryMinutes > 0 {
		f.AlarmMetrics++
	}
	if s.Edge.Enabled {
		f.AlarmMetrics++
		f.Firewalls, f.Rules = 1, 8
		if s.Edge.BotControl {
			f.Rules++
		}
		if len(s.AdminAllow) > 0 { // the admin service then has its own, with one rule more
			f.Firewalls, f.Rules = 2, 2*f.Rules+1
		}
	}
	if s.Uptime {
		f.HealthChecks = 2
		f.AlarmMetrics += f.HealthChecks
	}
	return f
}
