// Package scale simulates a day of a stack: it drives the domain, its limits, its sweep
// and its trail on a model of what AWS allows, and says which limit is met first.
//
// The domain is the one that is deployed; a ledger and a store in memory count what it
// asks, by partition, prefix and second. AWS is a table of numbers from its pages
// ([PartitionWrites] and on), with the time that its answers take.
package scale

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

//go:generate go run ../cmd/scale -root ../.. -docs docs/scale.md

// Rates are those of docs/scale.md, in transfers a second.
var Rates = []float64{1, 100, 10_000}

// Traffic is what a stack is asked.
type Traffic struct {
	Rate  float64 // transfers that are begun in a second, in the mean of a day
	Bytes int64   // of each
}

// downloads are how often each transfer is received: once and twice in turn. It is as in
// docs/cost.md, as is what Typical says of their size.
const (
	downloads = 1.5
	Typical   = 20_000_000
	perToken  = 1000 // transfers that are sent with a token in a day
)

func rules() send.Rules {
	return send.Rules{
		MaxBytes: 5 << 30, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime, PendingBytes: 100 << 30,
	}
}

// Day is what came of a simulated day.
type Day struct {
	Traffic
	Transfers int     // of the day
	Busiest   int     // of its busiest second
	Limits    []Limit // in no order
	Bill      cost.Bill

	// User and Admin are as many requests as the functions work on at once in the busiest
	// second, or a tenth of those that come in it, whichever is more.
	User, Admin float64
	Writes      float64 // of the ledger, in its busiest second
}

// Simulate simulates a day of a stack.
func Simulate(ctx context.Context, set settings.Settings, t Traffic) (Day, error) {
	arrivals := day(t.Rate)
	d := Day{Traffic: t}
	for _, n := range arrivals {
		d.Transfers += n
		d.Busiest = max(d.Busiest, n)
	}
	s := newService(ctx, rules(), t.Bytes)
	most := peak{sets: map[string][2]float64{}}
	begin, w := s.now, peakOf(arrivals, t.Rate)
	for second := w.from; second < w.from+w.seconds; second++ {
		s.now = begin.Add(time.Duration(second) * time.Second)
		most.see(s.second(arrivals[second], t.Rate), arrivals[second])
	}
	back, err := background(ctx, t.Bytes)
	if err = errors.Join(append(s.faults, err)...); err != nil {
		return d, err
	}
	d.Limits = limits(set, t, most, back)
	d.User = max(most.user.busy.Seconds(), most.user.requests/RequestsEach)
	d.Admin = max(most.admin.busy.Seconds(), most.admin.requests/RequestsEach)
	d.Writes = most.writes + back.writes*t.Rate
	d.Bill, err = cost.Of(set, cost.Traffic{
		Transfers: t.Rate * dayLength * 30, Bytes: float64(t.Bytes), Downloads: downloads,
	}, false)
	return d, err
}

// second is what is asked of AWS in a second in which so many transfers are sent, and
// others received, each by a client of its own.
func (s *service) second(transfers int, rate float64) demand {
	tokens := max(1, int(rate*dayLength/perToken))
	chosen := make([]string, transfers)
	for i := range chosen {
		chosen[i] = s.token(fmt.Sprint("token-", s.chance.IntN(tokens)))
	}
	return s.measured(func() {
		for i, token := range chosen {
			s.page()
			id := s.send(token, s.hex(16))
			for range 1 + i%2 {
				s.page()
				s.receive(id, s.hex(16))
			}
		}
	})
}

// peak is the most that was asked in any second.
type peak struct {
	user, admin   function
	reads, writes float64
	sets          map[string][2]float64 // reads and writes of the hottest of a kind
	objects       requests              // of the prefix of which most was asked
	transfers     float64
}

func (p *peak) see(d demand, transfers int) {
	p.user = function{max(p.user.requests, d.user.requests), max(p.user.busy, d.user.busy)}
	p.admin = function{max(p.admin.requests, d.admin.requests), max(p.admin.busy, d.admin.busy)}
	p.reads, p.writes = max(p.reads, d.reads), max(p.writes, d.writes)
	for set := range d.sets {
		kind := kindOf(set)
		reads, writes := d.hottest(kind)
		p.sets[kind] = [2]float64{max(p.sets[kind][0], reads), max(p.sets[kind][1], writes)}
	}
	of := d.busiest()
	p.objects = requests{max(p.objects.puts, of.puts), max(p.objects.gets, of.gets)}
	p.transfers = max(p.transfers, float64(transfers))
}

// work is what happens to a transfer later, when nobody waits for it.
type work struct {
	reads, writes float64
	objects       requests
	sweep         time.Duration // that a sweep takes for it, which does other things meanwhile
	events        float64       // that it leaves in the trail
	keep          time.Duration // that an event takes on its way there
}

const (
	sweepAtOnce = 33  // shared/send/sweep.go
	forgetting  = 16  // events that are taken out of the ledger at the same time
	some        = 300 // transfers by which that is measured
)

// background measures that: a sweep an hour later, one when they have expired, and what
// they left for the trail.
func background(ctx context.Context, size int64) (w work, err error) {
	s := newService(ctx, rules(), size)
	sweep := func() { _, err := s.transfers.Sweep(ctx); s.failed(err) }
	sweep() // which begins the round
	before := s.waiting.total()
	idle := s.measured(sweep)
	nothing := s.waiting.total() - before
	for range some {
		s.receive(s.send(s.token("token"), s.hex(16)), s.hex(16))
	}
	for _, later := range []time.Duration{65 * time.Minute, 23 * time.Hour} {
		s.now = s.now.Add(later)
		before = s.waiting.total()
		d := s.measured(sweep)
		w.sweep += (s.waiting.total() - before - nothing) / some / sweepAtOnce
		w.reads += (d.reads - idle.reads) / some
		w.writes += (d.writes - idle.writes) / some
		w.objects = w.objects.plus(requests{d.objects().puts / some, d.objects().gets / some})
	}
	// created, completed and expired, and its token used; downloaded and confirmed
	w.events = 4 + 2*downloads
	w.writes++ // of the event that tells of its end

	before, s.delivered = s.waiting.total(), 0
	var waited float64
	outboxes := []*audit.Outbox{s.told[metric.User], s.told[metric.Admin]}
	for _, of := range outboxes {
		for _, set := range audit.Queue(of.Meter.Service) {
			waited += float64(s.ledger.Len(set))
		}
	}
	d := s.measured(func() {
		for _, of := range outboxes {
			of.Collect(ctx)
		}
	})
	if want := some * (2 + 2 + 1.0); waited != want {
		s.failed(fmt.Errorf("%v events waited, and not %v", waited, want))
	}
	rest := s.waiting.total() - before - s.delivered
	w.keep = time.Duration(float64(s.delivered+rest/forgetting) / waited)
	w.reads += d.reads / waited * w.events
	w.writes += d.writes / waited * w.events
	return w, errors.Join(s.faults...)
}

// up rounds to a number that somebody would set.
func up(n float64) float64 {
	if n <= 10 {
		return math.Ceil(n)
	}
	step := math.Pow(10, math.Floor(math.Log10(n))) / 2
	return math.Ceil(n/step) * step
}
