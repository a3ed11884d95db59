package audit

import (
	"context"
	"encoding/json"
	"io"
	"iter"
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
	Token    string // the beginning of an ID will do

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
func (t Trail) Page(ctx context.Context, q Query) (Page, error) {
	p := Page{Events: []Kept{}}
	read := 0
	for some, err := range chunks(t.keys(ctx, q), parallel) {
		if err != nil {
			return Page{}, err
		}
		found := make([]Kept, len(some))
		errs := make([]error, len(some))
		each(len(some), func(i int) { found[i], errs[i] = t.read(ctx, some[i]) })
		for i, k := range found {
			switch {
			case send.CodeOf(errs[i]) == send.NotFound:
				continue // swept meanwhile
			case errs[i] != nil:
				return Page{}, errs[i]
			case k.Transfer != q.Transfer && q.Transfer != "", !strings.HasPrefix(k.Token, q.Token):
			default:
				p.Events = append(p.Events, k)
			}
			if read++; len(p.Events) == q.Limit || read == maxRead {
				p.After = k.ID
				return p, nil
			}
		}
	}
	return p, nil
}

func (t Trail) read(ctx context.Context, key string) (Kept, error) {
	body, o, err := t.Store.Open(ctx, key, send.Whole)
	if err != nil {
		return Kept{}, err
	}
	defer body.Close()
	k := Kept{ID: idOf(key)}
	if err := json.NewDecoder(io.LimitReader(body, o.Size)).Decode(&k.Event); err != nil {
		return Kept{}, send.Because(send.Unavailable, err, "an event of the trail cannot be read")
	}
	return k, nil
}

// chunks gathers what s gives, n at a time.
func chunks(s iter.Seq2[string, error], n int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		var some []string
		for key, err := range s {
			if err != nil {
				yield(nil, err)
				return
			}
			if some = append(some, key); len(some) == n {
				if !yield(some, nil) {
					return
				}
				some = nil
			}
		}
		if len(some) > 0 {
			yield(some, nil)
		}
	}
}

// keys returns the keys of the events that a query asks for as far as the keys
// tell, the newest first. The store lists the oldest first, so it goes back
// day by day, and hour by hour through a day of which there is much.
func (t Trail) keys(ctx context.Context, q Query) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		newest := q.To.UTC().Add(-1)
		if at, ok := timeOf(q.After); ok && at.Before(newest) {
			newest = at
		}
		const daily = 24 * time.Hour
		for day := newest.Truncate(daily); day.Add(daily).After(q.From); day = day.Add(-daily) {
			keys, more, err := t.some(ctx, day.Format("2006/01/02/"))
			if err == nil && !more {
				if !give(keys, q, yield) {
					return
				}
				continue
			}
			for h := 23; err == nil && h >= 0; h-- {
				at := day.Add(time.Duration(h) * time.Hour)
				if at.After(newest) || !at.Add(time.Hour).After(q.From) {
					continue
				}
				if keys, err = t.all(ctx, at.Format(hour)); err == nil && !give(keys, q, yield) {
					return
				}
			}
			if err != nil {
				yield("", err)
				return
			}
		}
	}
}

// give hands over the matching ones of keys, from the last to the first.
func give(keys []string, q Query, yield func(string, error) bool) bool {
	for _, key := range slices.Backward(keys) {
		if q.mayMatch(key) && !yield(key, nil) {
			return false
		}
	}
	return true
}

// mayMatch says whether the event of a key can be one that is asked for.
func (q Query) mayMatch(key string) bool {
	parts := strings.Split(key[strings.LastIndexByte(key, '/')+1:], ".")
	if len(parts) != 4 {
		return false // not an event
	}
	id, kind, outcome := parts[0], Kind(parts[1]), Outcome(parts[2])
	return (q.Kind == "" || kind == q.Kind) && (q.Outcome == "" || outcome == q.Outcome) &&
		id >= idOfTime(q.From) && id < idOfTime(q.To) && (q.After == "" || id < q.After)
}

// some returns the first keys of a day; more says that there may be others.
func (t Trail) some(ctx context.Context, part string) (keys []string, more bool, err error) {
	const page = 1000
	entries, err := t.Store.List(ctx, root+part, "", page)
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	return keys, len(entries) == page, err
}

// all returns every key of an hour.
func (t Trail) all(ctx context.Context, part string) (all []string, err error) {
	for e, err := range send.Entries(ctx, t.Store, root+part) {
		if err != nil {
			return nil, err
		}
		all = append(all, e.Key)
	}
	return all, nil
}

// idOf returns the ID of the event that a key is of.
func idOf(key string) string {
	id, _, _ := strings.Cut(key[strings.LastIndexByte(key, '/')+1:], ".")
	return id
}

// timeOf returns when the event of an ID was.
func timeOf(id string) (time.Time, bool) {
	nanos, err := strconv.ParseInt(strings.SplitN(id, "-", 2)[0], 16, 64)
	return time.Unix(0, nanos).UTC(), err == nil
}

// The bounds of what can be asked at once.
const (
	MaxWindow = 31 * 24 * time.Hour
	MaxLimit  = 500
)

// Check refuses, with Invalid, what would ask for too much or for nothing.
func (q Query) Check() error {
	_, ok := timeOf(q.After)
	switch {
	case !q.From.Before(q.To):
		return send.Fail(send.Invalid, "from must be before to")
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
	case q.After != "" && !ok:
		return send.Fail(send.Invalid, "after must be what the page before said")
	case q.Limit < 1 || q.Limit > MaxLimit:
		return send.Fail(send.Invalid, "limit must be from 1 to %d", MaxLimit)
	}
	return nil
}
