package traffic

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"sgraph.ai/send/shared/send"
)

// Report is what came of it.
type Report struct {
	Began        time.Time
	Took         time.Duration
	People       int
	Acknowledged int           // transfers
	Late         time.Duration // the one who had to wait for longest until it was their turn
	Wrong        []error       // what nothing excuses, or not this traffic; the first of them
	Failed       int           // of those that a fault may excuse
	Failures     []error       // the first of them

	mu       sync.Mutex
	times    map[string][]time.Duration // by route
	statuses map[string]int             // that were not meant
	sent     []*Parcel
	there    map[*Parcel]bool
	begun    map[*Parcel]bool // and not acknowledged
}

func newReport() *Report {
	return &Report{
		Began: time.Now(), times: map[string][]time.Duration{}, statuses: map[string]int{},
		there: map[*Parcel]bool{}, begun: map[*Parcel]bool{},
	}
}

const mostErrors = 20 // that are kept: those after them say little more

func (r *Report) came(late time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.People++
	r.Late = max(r.Late, late)
}

// began notes that somebody is about to send it: from then on some of it may be there.
func (r *Report) began(p *Parcel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun[p] = true
}

func (r *Report) acknowledged(p *Parcel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Acknowledged++
	delete(r.begun, p)
	r.sent = append(r.sent, p)
	r.there[p] = true
}

// deleting notes that somebody is about to delete it: from then on it may be there or not.
func (r *Report) deleting(p *Parcel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.there, p)
}

// Sent are the transfers that were acknowledged.
func (r *Report) Sent() []*Parcel {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

// There are the transfers that were acknowledged and that nobody meant to delete.
func (r *Report) There() (all []*Parcel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.there))
}

// Begun are the transfers that nobody acknowledged.
func (r *Report) Begun() (all []*Parcel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.begun))
}

func (r *Report) fault(isForgiven bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if isForgiven && isClear(err) {
		if r.Failed++; len(r.Failures) < mostErrors {
			r.Failures = append(r.Failures, err)
		}
	} else if len(r.Wrong) < mostErrors {
		r.Wrong = append(r.Wrong, err)
	}
}

// isClear says whether an error tells people what happened and that it may be tried again, as what a fault leads to
// has to.
func isClear(err error) bool {
	switch send.CodeOf(err) {
	case send.Unavailable, send.Full, send.Limited:
		return !errors.Is(err, errWrong)
	}
	return false
}

// answered notes a request; status 0 is that of one that nobody answered.
func (r *Report) answered(route string, status int, took time.Duration, isMeant bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !isMeant {
		r.statuses[fmt.Sprintf("%d to %s", status, route)]++
		return
	}
	r.times[route] = append(r.times[route], took)
}

// Refused is how often a request was answered otherwise than was meant, or not at all; the key says how, and which.
func (r *Report) Refused() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.statuses)
}

// Err is what is wrong, or nil.
func (r *Report) Err() error { return errors.Join(r.Wrong...) }

// Latency is what share of the requests to a route were answered within a time.
type Latency struct {
	Route              string
	Requests           int
	P50, P90, P99, Max time.Duration
}

// Latencies are those of all routes, in order of their names.
func (r *Report) Latencies() (all []Latency) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, route := range slices.Sorted(maps.Keys(r.times)) {
		times := slices.Sorted(slices.Values(r.times[route]))
		at := func(share float64) time.Duration { return times[int(share*float64(len(times)-1))] }
		all = append(all, Latency{route, len(times), at(.5), at(.9), at(.99), at(1)})
	}
	return all
}

// WriteTable writes what came of it, for a person.
func (r *Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%d people in %s, %.1f a second; %d transfers were acknowledged; nobody waited longer than %s\n\n",
		r.People, r.Took.Round(time.Second), float64(r.People)/r.Took.Seconds(), r.Acknowledged,
		r.Late.Round(time.Millisecond))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "route\trequests\t50 %\t90 %\t99 %\tall, ms")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	for _, l := range r.Latencies() {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\n", l.Route, l.Requests, ms(l.P50), ms(l.P90), ms(l.P99), ms(l.Max))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for what, n := range r.Refused() {
		fmt.Fprintf(w, "answered %d times: %s\n", n, what)
	}
	for _, err := range r.Wrong {
		fmt.Fprintf(w, "WRONG: %v\n", err)
	}
	if r.Failed > 0 {
		fmt.Fprintf(w, "%d failed by the faults, such as:\n", r.Failed)
	}
	for _, err := range r.Failures {
		fmt.Fprintf(w, "  %v\n", err)
	}
	return nil
}
