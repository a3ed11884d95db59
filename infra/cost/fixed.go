package cost

import "sgraph.ai/send/infra/settings"

// Fixed is what a stack has whether it is used or not.
type Fixed struct {
	AlarmMetrics float64 // an alarm is priced by the metrics that it reads
	Composites   float64
	Dashboards   float64
	Rules        float64 // of WAF
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
		f.Rules = 8
		if s.Edge.BotControl {
			f.Rules++
		}
	}
	if s.Uptime {
		f.HealthChecks = 2
		f.AlarmMetrics += f.HealthChecks
	}
	return f
}
