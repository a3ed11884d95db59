package scale

import (
	"maps"
	"math"
	"slices"
	"time"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/infra/settings"
)

// Limit is one of those that a stack can meet.
type Limit struct {
	Name  string
	Is    float64 // a second, or at once
	Asked float64 // of it, in the busiest second or, where it can wait, in the mean
	Unit  string
	Moved string // by what
}

// Used is how much of it is, from 0 on.
func (l Limit) Used() float64 { return l.Asked / l.Is }

const (
	sweepMargin = 5 * time.Second // in which a sweep tells what it did
	sweepLooks  = 100_000         // of one sweep, at most
	looks       = 2               // at each transfer
)

// sweeps is how many transfers end in a second, if sweeps take all the time they have.
func sweeps(set settings.Settings, each time.Duration) float64 {
	of := min((set.User.Timeout-sweepMargin).Seconds()/each.Seconds(), sweepLooks/looks)
	return of / (60 * float64(set.SweepMinutes))
}

// kinds are the sets of the ledger that are of interest by themselves.
var kinds = map[string]string{
	"token":     "the set of all tokens",
	"outbox/":   "events that wait for the trail, the hottest set",
	"due/":      "notes of what is due, the hottest set",
	"window/":   "rate windows, the hottest set",
	"transfer/": "transfers, the hottest set",
	"claim/":    "claims, the hottest set",
	"reserved/": "what senders have pending, the hottest set",
}

// limits are all that a stack can meet in the busiest second of a day.
func limits(set settings.Settings, t Traffic, p peak, back work) []Limit {
	const raised = "the quota, which AWS raises on request"
	w := cost.SendParts
	if t.Bytes <= cost.DirectBytes {
		w = cost.SendDirect
	}
	visits := 1 + downloads
	edge := w.Edge + downloads*cost.ReceiveSigned.Edge + visits*(1+cost.PageParts)
	all := []Limit{
		{"a sweep has too little time for what expires", sweeps(set, back.sweep), t.Rate, "transfers",
			"`sweepMinutes`, down to 1; `userTimeout`"},
		{"one function at a time hands events to the trail", 1 / back.keep.Seconds(), back.events * t.Rate, "events",
			"nothing: events wait in the ledger, and none is lost"},
		{"requests of the admin function", float64(set.Admin.Concurrency) * RequestsEach, p.admin.requests, "requests",
			"`adminConcurrency`"},
		{"requests at once in the admin function", float64(set.Admin.Concurrency), p.admin.busy.Seconds(), "requests",
			"`adminConcurrency`"},
		{"requests of the user function", float64(set.User.Concurrency) * RequestsEach, p.user.requests, "requests",
			"`userConcurrency`"},
		{"requests at once in the user function", float64(set.User.Concurrency), p.user.busy.Seconds(), "requests",
			"`userConcurrency`"},
		{"requests of all functions of the account", AccountConcurrency * RequestsEach, p.user.requests + p.admin.requests,
			"requests", raised},
		{"requests at once in all functions of the account", AccountConcurrency,
			(p.user.busy + p.admin.busy).Seconds(), "requests", raised},
		{"writes of a new table", NewTableWrites, p.writes + back.writes*t.Rate, "units",
			"time: twice the peak every half hour; or its warm throughput, set before"},
		{"reads of a new table", NewTableReads, p.reads + back.reads*t.Rate, "units", "as its writes"},
		{"writes of the table", TableWrites, p.writes + back.writes*t.Rate, "units", raised},
		{"reads of the table", TableReads, p.reads + back.reads*t.Rate, "units", raised},
		{"S3: PUT and the like of the prefix of a lifetime", PrefixPuts, p.objects.puts + back.objects.puts*t.Rate,
			"requests", "time: S3 divides it by the IDs, which are random, within an hour"},
		{"S3: GET and HEAD of that prefix", PrefixGets, p.objects.gets + back.objects.gets*t.Rate, "requests", "the same"},
	}
	if set.CloudFront() {
		all = append(all,
			Limit{"requests of CloudFront, and of WAF in it", EdgeRequests, edge * p.transfers, "requests", raised},
			Limit{"what CloudFront hands out", EdgeBits / 1e9, visits * cost.PageKB * 8e3 / 1e9 * p.transfers, "Gbit/s", raised})
	}
	for _, kind := range slices.Sorted(maps.Keys(p.sets)) {
		if name, ok := kinds[kind]; ok {
			all = append(all,
				Limit{"writes: " + name, PartitionWrites, p.sets[kind][1], "units", "nothing but the code" + split(kind)},
				Limit{"reads: " + name, PartitionReads, p.sets[kind][0], "units", "nothing but the code" + split(kind)})
		}
	}
	return slices.DeleteFunc(all, func(l Limit) bool { return l.Is <= 0 || l.Asked <= 0 })
}

// split says what DynamoDB does of a set by itself.
func split(kind string) string {
	if kind == "token" || kind == "transfer/" || kind == "claim/" || kind == "reserved/" {
		return ", or time: DynamoDB divides it by its records"
	}
	return ""
}

// Met is a limit with what days of several rates used of it.
type Met struct {
	Limit
	At   float64   // transfers a second, in the mean of a day, at which all of it is
	Used []float64 // by the days
}

// Ladder is the limits in the order in which a stack that grows meets them. Chance is
// more in the busiest second of a quiet stack: what counts is the day that is closest.
func Ladder(days []Day) (all []Met) {
	for _, first := range days[len(days)-1].Limits {
		m := Met{Limit: first, Used: make([]float64, len(days))}
		closest := math.Inf(1)
		for i, d := range days {
			for _, l := range d.Limits {
				if l.Name != first.Name {
					continue
				}
				m.Used[i] = l.Used()
				at := d.Rate / l.Used()
				if far := math.Abs(math.Log(at / d.Rate)); far < closest {
					closest, m.At, m.Limit = far, at, l
				}
			}
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b Met) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	return all
}

// first is what of a day is used most.
func (d Day) first() Limit {
	return slices.MaxFunc(d.Limits, func(a, b Limit) int {
		if a.Used() < b.Used() {
			return -1
		}
		return 1
	})
}
