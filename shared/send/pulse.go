package send

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// PulseMinutes is how many minutes a pulse can look back.
const PulseMinutes = 60

// Pulse says how busy the services are. It reads the windows in which the
// [Limiter] counts, so being counted costs a request nothing more. That makes
// clear what is counted: requests that a limit let through. It is also why a
// limit that is off, or has a window of more than a minute, tells nothing of
// what happened when; the pulse names such limits instead of guessing.
type Pulse struct {
	Ledger Ledger
	Rates  map[string]Rate // as the limiters have them
	Now    func() time.Time
}

// Activity is what happened in some minutes: the current one, so far, and
// those before it.
type Activity struct {
	Requests  int64
	Visitors  int            // different clients; one seen on both sides of midnight UTC is two
	Transfers int64          // uploads begun and downloads
	Series    []MinuteCounts // every minute, the oldest first
	Uncounted []string       // names of limits that tell nothing
}

// MinuteCounts is what happened in a minute.
type MinuteCounts struct {
	Minute    time.Time `json:"minute"`
	Requests  int64     `json:"requests"`
	Visitors  int       `json:"visitors"`
	Transfers int64     `json:"transfers"`
}

// Over returns the activity of that many minutes, from 1 to PulseMinutes.
func (p *Pulse) Over(ctx context.Context, minutes int) (Activity, error) {
	last := p.Now().UTC().Truncate(time.Minute)
	a := Activity{Uncounted: []string{}}
	for _, name := range slices.Sorted(maps.Keys(DefaultRates)) {
		if !p.counts(name) {
			a.Uncounted = append(a.Uncounted, name)
		}
	}
	a.Series = make([]MinuteCounts, minutes)
	clients := make([]map[string]bool, minutes)
	errs := make([]error, minutes)

	// A minute is a set of its own: all are read at once, but not so many
	// that the ledger would feel it.
	var reading sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i := range minutes {
		slots <- struct{}{}
		reading.Go(func() {
			defer func() { <-slots }()
			m := last.Add(time.Duration(i-minutes+1) * time.Minute)
			a.Series[i], clients[i], errs[i] = p.minute(ctx, m)
		})
	}
	reading.Wait()

	visitors := map[string]bool{}
	for i, m := range a.Series {
		if errs[i] != nil {
			return Activity{}, errs[i]
		}
		a.Requests += m.Requests
		a.Transfers += m.Transfers
		maps.Copy(visitors, clients[i])
	}
	a.Visitors = len(visitors)
	return a, nil
}

// counts says whether the windows of a limit are minutes.
func (p *Pulse) counts(name string) bool { return p.Rates[name].Window == time.Minute }

// minute reads what happened in one minute, and which clients were there.
func (p *Pulse) minute(ctx context.Context, m time.Time) (MinuteCounts, map[string]bool, error) {
	counts, clients := MinuteCounts{Minute: m}, map[string]bool{}
	err := each(ctx, p.Ledger, windowSet(m), func(r Record) error {
		name, client, _ := strings.Cut(r.Key.ID, "/")
		if !p.counts(name) {
			return nil
		}
		counts.Requests += r.Count
		if name == "create" || name == "download" {
			counts.Transfers += r.Count
		}
		if client != "" {
			clients[client] = true
		}
		return nil
	})
	counts.Visitors = len(clients)
	return counts, clients, err
}

// windowSet names the set of the windows that begin at a time.
func windowSet(start time.Time) string {
	return WindowSets + strconv.FormatInt(start.Unix()/60, 10)
}
