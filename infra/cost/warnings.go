package cost

import (
	"fmt"

	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
)

// warnings say what most of the bill is for, and what moves it.
func warnings(s settings.Settings, t Traffic, b Bill) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	share := func(prices ...*Price) (sum float64) {
		for _, l := range b.Lines {
			for _, p := range prices {
				if l.What == p.What {
					sum += l.Share
				}
			}
		}
		return sum
	}
	if egress := share(&Egress, &EdgeEgress); egress > 0.5 {
		say("%.0f %% is egress, the bytes that receivers fetch. No setting of the stack makes them fewer; senders can, by "+
			"limiting downloads. AWS negotiates prices from about 10 TB a month on.", 100*egress)
	}
	if store := share(&StoreGB); store > 0.1 {
		say("%.0f %% is storage: it follows from how long a transfer lives (defaultTtl, maxTtl).", 100*store)
	}
	if firewall := share(&WAFList, &WAFRules, &WAFRequests, &WAFBots, &WAFBotsSeen); firewall > 0.2 {
		say("%.0f %% is WAF. edge: false goes without it, and without CloudFront.", 100*firewall)
	}
	if watch := share(&Alarms, &Composites, &Dashboards, &Metrics, &LogBytes, &LogKept); watch > 0.3 {
		say("%.0f %% is watching: alarms, metrics, the dashboard and logs. logLevel and logRetentionDays move the logs, "+
			"canaryMinutes and uptime what is logged and counted without any traffic.", 100*watch)
	}
	if budget := float64(s.MonthlyBudget); budget > 0 && b.Total > budget {
		say("monthlyBudget is %.0f: at this traffic a notice goes out each month.", budget)
	}
	if s.Uptime && t.Transfers < 1e5 {
		say("uptime: two health checks ask about %.1f million times a month, more than people do.",
			2*month.Seconds()/checkEvery/1e6)
	}
	if s.Told[service.LogLevel.Env] == "debug" && t.Transfers > 1e5 {
		say("logLevel: debug logs more than was measured.")
	}
	return all
}
