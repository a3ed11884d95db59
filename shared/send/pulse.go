package send

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
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

	// A minute has sets of its own: all minutes are read at once, but not so many
	// that the ledger would feel it.
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(8)
	for i := range minutes {
		reading.Go(func() (err error) {
			m := last.Add(time.Duration(i-minutes+1) * time.Minute)
			a.Series[i], clients[i], err = p.minute(ctx, m)
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return Activity{}, err
	}

	visitors := map[string]bool{}
	for i, m := range a.Series {
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
	for shard := range uint32(windowShards) {
		for r, err := range Records(ctx, p.Ledger, windowSet(m, shard)) {
			if err != nil {
				return counts, nil, err
			}
			name, client, _ := strings.Cut(r.Key.ID, "/")
			if !p.counts(name) {
				continue
			}
			counts.Requests += r.Count
			if name == LimitCreate || name == LimitDownload {
				counts.Transfers += r.Count
			}
			if client != "" {
				clients[client] = true
			}
		}
	}
	counts.Visitors = len(clients)
	return counts, clients, nil
}

// windowShards is over how many sets the windows of a moment are spread: each may be a
// partition, that takes a thousand writes a second.
const windowShards = 16

// windowKey is where a window that begins at a time is counted. What it is of decides
// the set, so that many clients at once are counted in all of them.
func windowKey(start time.Time, id string) Key {
	h := fnv.New32a()
	h.Write([]byte(id))
	return Key{windowSet(start, h.Sum32()%windowShards), id}
}

// windowSet names one of the sets of the windows that begin at a time.
func windowSet(start time.Time, shard uint32) string {
	return WindowSets + strconv.FormatInt(start.Unix()/60, 10) + "/" + strconv.FormatUint(uint64(shard), 16)
}
