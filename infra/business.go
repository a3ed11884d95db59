package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/shared/metric"
)

// counted is what a service counts of its own business. Names and dimensions
// come from the package with which the services count, so that an alarm cannot
// wait for a metric that nobody sends.
func counted(stage, service string, name metric.Name) metricOf {
	return metricOf{
		namespace: metric.Namespace,
		name:      string(name),
		stat:      "Sum",
		dimensions: pulumi.StringMap{
			metric.DimensionService: pulumi.String(service),
			metric.DimensionStage:   pulumi.String(stage),
		},
	}
}

// businessAlarms watch what only the services can see. A metric has no data
// while nothing happens, which is well for all but the sweep. webhooks says whether
// somebody is told of events.
func businessAlarms(stage string, webhooks bool, of Watched) []alarm {
	service := of.name()
	perRequest := func(name metric.Name) map[string]metricOf {
		return map[string]metricOf{"failed": counted(stage, service, name), "calls": of.requests()}
	}
	const failed, calls = "FILL(failed, 0)", "FILL(calls, 1)"
	all := []alarm{
		alarm{
			name: "limiter-open", playbook: "limiter-open",
			why: "more than 1 % of requests, and five or more, pass a rate limit uncounted, because the ledger cannot be asked",
		}.share(failed, calls, 1, perRequest(metric.LimiterFailedOpen)),
		alarm{
			name: "ledger-calls", playbook: "ledger-calls",
			why: "calls of the ledger fail, five or more, and more than one for each hundred requests",
		}.share(failed, calls, 1, perRequest(metric.LedgerErrors)),
		alarm{
			name: "storage-calls", playbook: "storage-calls",
			why: "calls of the store fail, five or more, and more than one for each hundred requests",
		}.share(failed, calls, 1, perRequest(metric.StorageErrors)),
		{
			name: "panics", playbook: "panics",
			why:    "a request ended in a fault of the program",
			metric: counted(stage, service, metric.Panics), above: 0, period: 300, datapoints: 1, of: 1,
		}, {
			name: "audit-lost", playbook: "audit-lost",
			why:    "events could not be kept in the audit trail",
			metric: counted(stage, service, metric.AuditLost), above: 0, period: 300, datapoints: 1, of: 1,
		},
	}
	switch service {
	case metric.User:
		all = append(all, alarm{
			name: "sweep-silent", playbook: "sweep-silent",
			why:    "every sweep left something that was due, three times in a row: what has expired is not removed",
			metric: counted(stage, service, metric.SweepsCompleted), inverted: true, silenceIsBad: true,
			period: 3600, datapoints: 3, of: 3,
		})
	case metric.Admin:
		all = append(all, alarm{
			name: "failed-logins", playbook: "failed-logins",
			why:    "a wrong API key was presented 20 times or more in five minutes",
			metric: counted(stage, service, metric.FailedLogins), above: 19, period: 300, datapoints: 1, of: 1,
		}, alarm{
			// Only the admin service uses tokens, so only it sees this.
			name: "token-nearly-spent", playbook: "token-nearly-spent",
			why:    "a token has a tenth of its uses or less left",
			metric: counted(stage, service, metric.TokenNearlySpent), above: 0, period: 300, datapoints: 1, of: 1,
		})
		if webhooks {
			all = append(all, alarm{
				name: "webhooks-lost", playbook: "webhooks-lost",
				why:    "the receiver of webhooks did not take a message for a day, which is given up",
				metric: counted(stage, service, metric.WebhooksLost), above: 0, period: 300, datapoints: 1, of: 1,
			})
		}
	}
	for i := range all {
		all[i].name = service + "-" + all[i].name
	}
	return all
}

// canaryAlarm is the most certain sign that a stack works, or does not: it says
// so too where the canary itself no longer runs.
func canaryAlarm(stage string, minutes int) alarm {
	return alarm{
		name: "canary-silent", playbook: "canary-silent", critical: true,
		why:    "no file could be sent, received and deleted for three rounds of the canary",
		metric: counted(stage, metric.Canary, metric.CanarySucceeded), inverted: true, silenceIsBad: true,
		period: minutes * 60, datapoints: 3, of: 3,
	}
}
