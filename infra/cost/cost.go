// Package cost computes what a stack costs on AWS in a month, from its settings
// and from how much it is used.
//
// What the services do for a transfer is measured ([Work]), what a stack has
// whether it is used or not is counted ([FixedOf]), and what each costs stands in
// one dated table ([Prices]). What has to be assumed stands in this file.
package cost

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/metric"
	service "sgraph.ai/send/shared/settings"
)

//go:generate go run ../cmd/cost -root ../.. -docs docs/cost.md

// Traffic is how much a stack is used in a month.
type Traffic struct {
	Transfers float64
	Bytes     float64       // of a transfer
	Downloads float64       // of each
	Life      time.Duration // of each; 0 = what the stack gives one that names none
}

// What is assumed, and not measured, because only AWS itself could tell: a
// stack's own bill and REPORT lines do.
const (
	month = 30 * 24 * time.Hour // AWS says 730 hours

	userTime   = 0.040 // seconds of a request of the user function, calls of others included
	adminTime  = 0.020
	canaryTime = 2.0
	line       = 2.5e6 // bytes a second at which a receiver takes what a function hands out

	answerKB   = 2.0 // of an answer without payload, headers included
	ledgerKB   = 3.0 // of the records of a transfer
	ledgerRest = 8 * 24 * time.Hour
	eventKB    = 0.35
	accessKB   = 0.45 // of a request in the access log
	logKept    = 0.15 // of a log's size, compressed

	// checkers of Route 53 ask about every two seconds, all together.
	// https://docs.aws.amazon.com/Route53/latest/APIReference/API_autonaming_HealthCheckConfig.html
	checkEvery = 2.0

	// requestMetrics is how many metrics S3 has of the requests to a bucket.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
	requestMetrics = 13

	// zones is in how many a load balancer is, with an address in each, from which it
	// asks each server every ten seconds how it is.
	zones      = 2
	probeEvery = 10.0

	// InsightMetrics is how many metrics Container Insights has of tasks: ten of each
	// kind of task, of each service and of the cluster, five more of each service and two
	// of the cluster.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
	InsightMetrics = 10*(2+2+1) + 5*2 + 2

	// HostMetrics is how many metrics an instance has by the minute.
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
	HostMetrics = 7

	imageGB = 0.012 // of an image in a registry, both processors
	images  = 30    // that it keeps

	// A capacity unit of a load balancer is so much in an hour, whichever is more.
	// https://aws.amazon.com/elasticloadbalancing/pricing/
	unitBytes    = 1e9
	unitRequests = 25.0 * 3600

	// serverSweeps is how often a server sweeps; functions do as sweepMinutes says.
	serverSweeps = 10 * time.Minute
)

// TrailEvery is how often the admin function is called for what waits: for the trail, and
// where there is a receiver of webhooks for that.
func TrailEvery(s settings.Settings) time.Duration {
	if webhooks(s) {
		return time.Minute
	}
	return 10 * time.Minute
}

// webhooks says whether somebody is told of events.
func webhooks(s settings.Settings) bool { return s.Told[service.WebhookURL.Env] != "" }

// DirectBytes is the largest transfer that clients send through the function.
const DirectBytes = 4 << 20

// PartBytes is the size of the parts of larger ones.
const PartBytes = 10 << 20

// Line is a line of the bill.
type Line struct {
	What  string  `json:"what"`
	Count float64 `json:"count"` // in units
	Unit  string  `json:"unit"`
	Cost  float64 `json:"cost"`  // US dollars a month
	Share float64 `json:"share"` // of the whole, from 0 to 1
}

// Bill is what a stack costs in a month.
type Bill struct {
	Stack    string   `json:"stack"`
	Region   Region   `json:"region"`
	Date     string   `json:"prices_of"`
	Free     bool     `json:"free_tier_taken_off"`
	Lines    []Line   `json:"lines"` // the largest first
	Total    float64  `json:"total"`
	Warnings []string `json:"warnings"`
}

// month's work, and what it comes to.
type usage struct {
	Work
	canary      float64 // invocations
	userSeconds float64
	edgeBytes   float64 // that CloudFront, or a load balancer, hands out
	directBytes float64 // that leaves but by CloudFront
	toOrigin    float64
	storeBytes  float64 // byte-months
	ledgerBytes float64
}

// Of returns the bill of a stack. With free, what each account has free is taken
// off, as if the stack were all that the account has.
func Of(s settings.Settings, t Traffic, free bool) (Bill, error) {
	region := Region(s.Region)
	if !slices.Contains(Regions, region) {
		return Bill{}, fmt.Errorf("the prices of %s are not in the table: try one of %v", region, Regions)
	}
	u := used(s, t)
	b := Bill{Stack: s.Stack, Region: region, Date: Date, Free: free}
	add := func(p *Price, counted float64) {
		if counted <= 0 {
			return
		}
		b.Lines = append(b.Lines, Line{What: p.What, Count: counted / p.Per, Unit: p.Unit, Cost: p.of(counted, region, free)})
	}
	f := FixedOf(s)

	add(&Egress, u.directBytes)
	if s.CloudFront() {
		add(&EdgeEgress, u.edgeBytes)
		add(&EdgeToOrigin, u.toOrigin)
		add(&EdgeRequests, u.Edge)
	}
	if s.Edge.Enabled {
		add(&WAFList, f.Firewalls)
		add(&WAFRules, f.Rules)
		add(&WAFRequests, u.Edge)
		if s.Edge.AccessLogDays > 0 {
			add(&AccessLog, u.Edge*accessKB*1e3)
		}
		if s.Edge.BotControl {
			add(&WAFBots, f.Firewalls)
			add(&WAFBotsSeen, u.Edge)
		}
	}

	seconds := &LambdaARM
	if s.Architecture == "x86_64" {
		seconds = &LambdaX86
	}
	invocations, memory := u.canary, u.canary*canaryTime*CanaryMB/1024
	if s.Compute == settings.Lambda {
		invocations += u.User + u.Admin
		memory += u.userSeconds*float64(s.User.MemoryMB)/1024 + u.Admin*adminTime*float64(s.Admin.MemoryMB)/1024
	}
	add(&LambdaRequests, invocations)
	add(seconds, memory)
	if err := addServers(s, u, add); err != nil {
		return Bill{}, err
	}

	add(&LedgerWrites, u.Writes)
	add(&LedgerReads, u.Reads)
	add(&LedgerBytes, u.ledgerBytes)
	if s.Protect {
		add(&LedgerBackup, u.ledgerBytes)
	}
	add(&StorePuts, u.Puts)
	add(&StoreGets, u.Gets)
	add(&StoreGB, u.storeBytes+u.Events*eventKB*1e3*float64(s.AuditRetentionDays)/30)

	add(&Alarms, f.AlarmMetrics)
	add(&Composites, f.Composites)
	add(&Dashboards, f.Dashboards)
	add(&Metrics, metricsOf(s, t)+f.Metrics)
	add(&LogBytes, u.LogKB*1e3)
	add(&LogKept, u.LogKB*1e3*logKept*float64(s.LogRetentionDays)/30)
	add(&HealthChecks, f.HealthChecks)
	if s.Tracing { // the first in a second, and a twentieth of the rest
		all := u.User + u.Admin
		add(&Traces, min(all, month.Seconds())+0.05*max(0, all-month.Seconds()))
	}
	add(&Keys, 1)

	for _, l := range b.Lines {
		b.Total += l.Cost
	}
	for i := range b.Lines {
		if b.Total > 0 {
			b.Lines[i].Share = b.Lines[i].Cost / b.Total
		}
	}
	slices.SortStableFunc(b.Lines, func(x, y Line) int { return cmp.Compare(y.Cost, x.Cost) })
	b.Warnings = warnings(s, t, b)
	return b, nil
}

// addServers adds what runs all the time where no functions do: as many as the stack
// has at least, because with these numbers that is enough.
func addServers(s settings.Settings, u usage, add func(*Price, float64)) error {
	if s.Compute == settings.Lambda {
		return nil
	}
	hours, n := month.Hours(), servers(s)
	add(&Balancers, hours)
	// What comes in, what goes out by it, and what it asks the servers.
	add(&BalancerUnits, max((u.edgeBytes+u.toOrigin)/unitBytes, u.Edge/unitRequests))
	add(&Addresses, (zones+n)*hours)
	if s.Compute == settings.EC2 {
		kind := s.Hosts.Type(s.Architecture)
		price, known := Instances[kind]
		if !known {
			return fmt.Errorf("the price of %s is not in the table, which has %v: try one of these", kind,
				slices.Sorted(maps.Keys(Instances)))
		}
		add(price, n*hours)
		add(&Disks, n*HostGB*gb)
		return nil
	}
	cpu, memory := &FargateCPU, &FargateMemory
	if s.Architecture == "x86_64" {
		cpu, memory = &FargateX86CPU, &FargateX86Memory
	}
	var processors, gigabytes float64
	for _, t := range []settings.Tasks{s.UserTasks, s.AdminTasks} {
		processors += float64(t.Count.Least) * float64(t.Size.CPU) / 1024
		gigabytes += float64(t.Count.Least) * float64(t.Size.MemoryMB) / 1024
	}
	add(cpu, processors*hours)
	add(memory, gigabytes*hours)
	add(&Images, images*imageGB*gb)
	add(&Zones, 1)
	return nil
}

// servers is how many a stack has at least: tasks or hosts.
func servers(s settings.Settings) float64 {
	switch s.Compute {
	case settings.Fargate:
		return float64(s.UserTasks.Count.Least + s.AdminTasks.Count.Least)
	case settings.EC2:
		return float64(s.Hosts.Count.Least)
	}
	return 0
}

// probes are how often services are asked how they are: by each address of a load
// balancer, and tasks by Fargate itself. Each host has both.
func probes(s settings.Settings) float64 {
	asked := servers(s) * 2 * zones
	if s.Compute == settings.Fargate {
		asked = servers(s) * (zones + 1)
	}
	return asked * month.Seconds() / probeEvery
}

// used is what a month's traffic, and a month without any, asks of AWS.
func used(s settings.Settings, t Traffic) (u usage) {
	life := lifeOf(s, t)
	received := t.Transfers * t.Downloads
	visits := t.Transfers + received

	// What people do.
	direct := t.Bytes <= DirectBytes
	if direct {
		u.Work = SendDirect.Times(t.Transfers).Plus(ReceiveDirect.Times(received))
	} else {
		parts := max(1, ceil(t.Bytes/PartBytes))
		u.Work = SendParts.Plus(Part.Times(parts)).Times(t.Transfers).Plus(ReceiveSigned.Times(received))
	}
	u.Work = u.Work.Plus(Expire.Times(t.Transfers)).Plus(Page.Times(visits))
	if s.CloudFront() {
		u.Edge += PageParts * visits
	} else {
		u.Work = u.Work.Plus(PagePart.Times(PageParts * visits))
	}

	// What machines do.
	sweepers, sweepEvery := 1.0, serverSweeps
	switch s.Compute { // each server sweeps by itself, and has no trail to collect
	case settings.Lambda:
		sweepEvery = time.Duration(s.SweepMinutes) * time.Minute
		round := Trail
		if webhooks(s) {
			round = round.Plus(Webhooks)
		}
		u.Work = u.Work.Plus(round.Times(float64(month / TrailEvery(s))))
	case settings.Fargate:
		sweepers = float64(s.UserTasks.Count.Least)
	case settings.EC2:
		sweepers = servers(s)
	}
	u.Work = u.Work.Plus(Sweep.Times(sweepers * float64(month/sweepEvery)))
	u.LogKB += probes(s) * Health.LogKB
	if s.CanaryMinutes > 0 {
		u.canary = month.Minutes() / float64(s.CanaryMinutes)
		u.Work = u.Work.Plus(CanaryRound().Times(u.canary))
		u.LogKB += u.canary * Health.LogKB // and its own
	}
	if s.Uptime {
		checks := Health.Times(month.Seconds() / checkEvery)
		u.Work = u.Work.Plus(checks)
		checks.User, checks.Admin = 0, checks.User
		u.Work = u.Work.Plus(checks)
	}
	u.Work = u.Work.Plus(Keep.Times(u.Events))

	// What goes out, and what stays.
	u.userSeconds = u.User * userTime
	out := PageKB*1e3*visits + answerKB*1e3*u.Edge
	if s.Edge.Enabled {
		u.edgeBytes = out
	} else {
		u.directBytes = out
	}
	switch payload := received * t.Bytes; {
	case !direct:
		u.directBytes += payload
	case s.Edge.Enabled:
		u.edgeBytes += payload
		u.toOrigin = t.Transfers * t.Bytes
	default:
		u.directBytes += payload
	}
	if !s.CloudFront() && s.Edge.Enabled { // a load balancer hands out what leaves like all else
		u.directBytes += u.edgeBytes
	}
	if direct {
		u.userSeconds += received * t.Bytes / line
	}
	u.storeBytes = t.Transfers * t.Bytes * life.Hours() / month.Hours()
	u.ledgerBytes = t.Transfers * ledgerKB * 1e3 * (life + ledgerRest).Hours() / month.Hours()
	return u
}

// lifeOf is how long a transfer is kept.
func lifeOf(s settings.Settings, t Traffic) time.Duration {
	if t.Life > 0 {
		return t.Life
	}
	return service.DefaultTTL.In(service.New(func(name string) string { return s.Told[name] }))
}

func ceil(x float64) float64 {
	n := float64(int64(x))
	if n < x {
		n++
	}
	return n
}

// metricsOf is how many metrics of their own the services have. One without a
// value in an hour costs nothing in it; so with traffic all are counted, which is
// too many, and without those of the sweep and the canary.
func metricsOf(s settings.Settings, t Traffic) (n float64) {
	n = 1 // SweepsCompleted
	if s.CanaryMinutes > 0 {
		n = 10 // what a round counts at the services, and itself
	}
	if t.Transfers > 0 {
		n = 0
		for _, d := range metric.Table {
			n += float64(len(d.Services))
		}
	}
	if s.CanaryMinutes > 0 || t.Transfers > 0 {
		n += requestMetrics
	}
	return n
}
