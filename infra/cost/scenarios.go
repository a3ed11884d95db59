package cost

import "sgraph.ai/send/shared/stack"

// Change is a setting that a stack can do with to be cheaper.
type Change struct{ Key, Value, GivesUp string }

// Scenario is a stack and how much it is used.
type Scenario struct {
	Name    string
	Stack   string
	Traffic Traffic

	// Cheapest is what makes it as cheap as it gets without giving up what people
	// trust in: files stay sealed, limits hold, nothing is lost unseen.
	Cheapest []Change
}

// typical is what docs/cost.md computes with.
func typical(transfers float64) Traffic {
	return Traffic{Transfers: transfers, Bytes: 20e6, Downloads: 1.5}
}

// The ways to be cheaper.
var (
	noUptime = Change{"uptime", "false",
		"Nobody asks from outside. The canary still does, every few minutes, by the same way as people."}
	noEdge = Change{"edge", "false", "No WAF and no CloudFront: floods reach the functions, whose reserved concurrency " +
		"bounds what they cost; the functions' own URLs are public, and pages come from them."}
	rarely     = Change{"canaryMinutes", "15", "A fault without traffic is noticed after 45 minutes, not after 15."}
	shortLogs  = Change{"logRetentionDays", "30", "Logs of a month, not of a year."}
	halfMemory = Change{"userMemory", "512", "Half the processor: uploads through the function take longer."}
	halfDay    = Change{"defaultTtl", "12h", "Who names no life gets half a day."}
)

// Scenarios are those of docs/cost.md.
var Scenarios = []Scenario{
	{"dev, idle", "dev", typical(0), nil},
	{"pull request, idle", stack.Pulls, typical(0), nil},
	{"prod, idle", "prod", typical(0), []Change{noUptime, noEdge, rarely}},
	{"10 thousand transfers a month", "prod", typical(1e4), []Change{noUptime, noEdge, rarely, shortLogs, halfMemory}},
	{"1 million transfers a month", "prod", typical(1e6), []Change{noUptime, shortLogs, halfMemory, halfDay}},
	{"100 million transfers a month", "prod", typical(1e8), []Change{noUptime, shortLogs, halfMemory, halfDay}},
}

// settings are the changes of a scenario that make it cheapest.
func (s Scenario) settings() map[string]string {
	all := map[string]string{}
	for _, c := range s.Cheapest {
		all[c.Key] = c.Value
	}
	return all
}
