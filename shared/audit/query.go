package audit

import (
	"context"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sgraph.ai/send/shared/send"
)

// Query says which events are asked for.
type Query struct {
	From, To time.Time // from From until just before To
	Kind     Kind      // "" = all, as in the others
	Outcome  Outcome
	Transfer string
	Token    string // an ID, of which the beginning will do, or a whole hash
	Person   string // an ID, of which the beginning will do

	Limit int    // events in a page
	After string // ID of an event: what is older than that
}

// Kept is an event in the trail.
type Kept struct {
	ID string `json:"id"`
	Event
}

// Page is a part of an answer, the newest first.
type Page struct {
	Events []Kept `json:"events"`
	After  string `json:"after,omitempty"` // the Query.After of the next page; "" = there is none
}

// maxRead is how many events are looked at for one page. Where most of them
// are not what was asked for, a page holds fewer than it might.
const maxRead = 1000

// Page returns a page of events.
func (t *Trail) Page(ctx context.Context, q Query) (Page, error) {
	q, err := t.named(ctx, q)
	if err != nil {
		return Page{}, err
	}
	p := Page{Events: []Kept{}}
	read := 0
	for k, err := range t.all(ctx, q) {
		if err != nil {
			return Page{}, err
		}
		if q.matches(k.Event) {
			p.Events = append(p.Events, k)
		}
		if read++; len(p.Events) == q.Limit || read == maxRead {
			p.After = k.ID
			break
		}
	}
	return p, nil
}

// named returns the query with the token's ID in place of its hash.
func (t *Trail) named(ctx context.Context, q Query) (Query, error) {
	ids, err := t.TokenIDs(ctx)
	q.Token = ids.Of(q.Token)
	return q, err
}

func (q Query) matches(e Event) bool {
	return (q.Kind == "" || e.Kind == q.Kind) && (q.Outcome == "" || e.Outcome == q.Outcome) &&
		(q.Transfer == "" || e.Transfer == q.Transfer) && strings.HasPrefix(e.Token, q.Token) &&
		strings.HasPrefix(e.Person, q.Person)
}

// Matching returns all events that a query asks for, the newest first; its
// Limit does not matter. An error is the last that it yields.
func (t *Trail) Matching(ctx context.Context, q Query) iter.Seq2[Kept, error] {
	return func(yield func(Kept, error) bool) {
		q, err := t.named(ctx, q)
		if err != nil {
			yield(Kept{}, err)
			return
		}
		for k, err := range t.all(ctx, q) {
			if err != nil || q.matches(k.Event) {
				if !yield(k, err) || err != nil {
					return
				}
			}
		}
	}
}

// all returns the events of the time of a query, each once, the newest first.
// Those that are kept by themselves are left out where their names tell that
// they are none that it asks for.
func (t *Trail) all(ctx context.Context, q Query) iter.Seq2[Kept, error] {
	return func(yield func(Kept, error) bool) {
		before := ""
		for places, err := range t.places(ctx, q) {
			if err != nil {
				yield(Kept{}, err)
				return
			}
			for k, err := range t.merged(ctx, places) {
				if err == nil && (k.ID == before || !q.of(k.ID)) {
					continue // handed over twice
				}
				if before = k.ID; !yield(k, err) || err != nil {
					return
				}
			}
		}
	}
}

// merged returns the events of some objects, the newest first. It reads an
// object when nothing that it read before can be newer.
func (t *Trail) merged(ctx context.Context, places []place) iter.Seq2[Kept, error] {
	slices.SortFunc(places, func(a, b place) int { return strings.Compare(b.last, a.last) })
	return func(yield func(Kept, error) bool) {
		var events []Kept
		for len(places) > 0 || len(events) > 0 {
			some := places[:min(len(places), parallel)]
			places = places[len(some):]
			more, err := t.load(ctx, some)
			if err != nil {
				yield(Kept{}, err)
				return
			}
			events = append(events, more...)
			slices.SortFunc(events, func(a, b Kept) int { return strings.Compare(b.ID, a.ID) })
			for len(events) > 0 && (len(places) == 0 || events[0].ID[:idWidth] > places[0].last) {
				if !yield(events[0], nil) {
					return
				}
				events = events[1:]
			}
		}
	}
}

// load reads the events of objects. Those of versions before call tokens by their
// hashes.
func (t *Trail) load(ctx context.Context, places []place) (all []Kept, err error) {
	ids, err := t.TokenIDs(ctx)
	if err != nil {
		return nil, err
	}
	for content, err := range t.contents(ctx, places) {
		if err != nil {
			return nil, err
		}
		events, err := decode(content)
		if err != nil {
			return nil, unreadable(err)
		}
		for _, e := range events {
			e.Token = ids.Of(e.Token)
			all = append(all, Kept{ID: e.ID(), Event: e})
		}
	}
	return all, nil
}

// places returns the objects that may have what a query asks for, of the newest
// time first: those of a day, or of an hour where a day has many.
func (t *Trail) places(ctx context.Context, q Query) iter.Seq2[[]place, error] {
	return func(yield func([]place, error) bool) {
		newest := q.To.UTC().Add(-1)
		if at, ok := timeOf(q.After); ok && at.Before(newest) {
			newest = at
		}
		for d := newest.Truncate(daily); d.Add(daily).After(q.From); d = d.Add(-daily) {
			keys, more, err := t.some(ctx, d.Format(day))
			if err == nil && !more {
				if !yield(q.among(keys), nil) {
					return
				}
				continue
			}
			for h := 23; err == nil && h >= 0; h-- {
				at := d.Add(time.Duration(h) * time.Hour)
				if at.After(newest) || !at.Add(time.Hour).After(q.From) {
					continue
				}
				if keys, err = t.keys(ctx, at.Format(hour)); err == nil && !yield(q.among(keys), nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// among returns the places of keys that may have what is asked for.
func (q Query) among(keys []string) (places []place) {
	for _, key := range keys {
		p, ok := placeOf(key)
		switch {
		case !ok, p.last < idOfTime(q.From), p.first >= idOfTime(q.To), q.After != "" && p.first > q.After:
		case p.id != "" && (q.Kind != "" && p.kind != q.Kind || q.Outcome != "" && p.outcome != q.Outcome):
		default:
			places = append(places, p)
		}
	}
	return places
}

// of says whether an event of that ID is of the time that is asked for.
func (q Query) of(id string) bool {
	return id >= idOfTime(q.From) && id < idOfTime(q.To) && (q.After == "" || id < q.After)
}

// some returns the first keys of a day; more says that there may be others.
func (t *Trail) some(ctx context.Context, part string) (keys []string, more bool, err error) {
	const page = 1000
	entries, err := t.Store.List(ctx, root+part, "", page)
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	return keys, len(entries) == page, err
}

// keys returns every key of an hour.
func (t *Trail) keys(ctx context.Context, part string) (all []string, err error) {
	for e, err := range send.Entries(ctx, t.Store, root+part) {
		if err != nil {
			return nil, err
		}
		all = append(all, e.Key)
	}
	return all, nil
}

// idWidth is how many characters of an ID are its time.
const idWidth = 16

// timeOf returns when the event of an ID was.
func timeOf(id string) (time.Time, bool) {
	text, _, _ := strings.Cut(id, "-")
	nanos, err := strconv.ParseUint(text, 16, 63)
	return time.Unix(0, int64(nanos)).UTC(), err == nil && len(text) == idWidth
}

// The bounds of what can be asked at once.
const (
	MaxWindow = 31 * 24 * time.Hour
	MaxLimit  = 500
)

// The IDs of events are in the order of time from the one to the other.
var (
	firstTime = time.Unix(0, 0).UTC()
	lastTime  = time.Unix(0, math.MaxInt64).UTC()
)

// Check refuses, with Invalid, what would ask for too much or for nothing.
func (q Query) Check() error {
	_, ok := timeOf(q.After)
	switch {
	case !q.From.Before(q.To):
		return send.Fail(send.Invalid, "from must be before to")
	case q.From.Before(firstTime) || q.To.After(lastTime):
		return send.Fail(send.Invalid, "from and to must lie in the years %d to %d", firstTime.Year(), lastTime.Year())
	case q.To.Sub(q.From) > MaxWindow:
		return send.Fail(send.Invalid, "from and to must not be further apart than %d days", MaxWindow/(24*time.Hour))
	case q.Kind != "" && !slices.Contains(Kinds, q.Kind):
		return send.Fail(send.Invalid, "event must be one of %s", list(Kinds))
	case q.Outcome != "" && !slices.Contains(Outcomes, q.Outcome):
		return send.Fail(send.Invalid, "outcome must be one of %s", list(Outcomes))
	case !transferForm.MatchString(q.Transfer):
		return send.Fail(send.Invalid, "transfer must be the ID of one: 12 hex characters")
	case len(q.Token) > 64 || strings.Trim(q.Token, "0123456789abcdef") != "":
		return send.Fail(send.Invalid, "token must be the ID of one, or its beginning, in hex")
	case len(q.Person) > 32 || strings.Trim(q.Person, "0123456789abcdef") != "":
		return send.Fail(send.Invalid, "person must be the ID of one, or its beginning, in hex")
	case q.After != "" && !ok:
		return send.Fail(send.Invalid, "after must be what the page before said")
	case q.Limit < 1 || q.Limit > MaxLimit:
		return send.Fail(send.Invalid, "limit must be from 1 to %d", MaxLimit)
	}
	return nil
}
