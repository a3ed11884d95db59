package audit

import "time"

// denialWindow is for how long denials that are alike are counted together.
const denialWindow = time.Minute

// maxDenials bounds how many different ones are told apart at a time. What is
// beyond them is counted by what was tried.
const maxDenials = 1000

// othersReason is the reason of an event that stands for denials of many
// clients, or for many reasons.
const othersReason = "many that differ, counted together"

// alike is what denials have in common that are counted together. The token is
// not among it, and neither is the request: whoever is denied can bring another
// one each time.
type alike struct {
	kind                     Kind
	client, person, transfer string
	reason                   string
}

func likeness(e Event) alike { return alike{e.Kind, e.Client, e.Person, e.Transfer, e.Reason} }

// denials counts those of the last minute. The first of its like is an event of
// its own; what follows is counted.
type denials struct {
	by map[alike]*repeated
}

// repeated are the denials that were like one before them.
type repeated struct {
	event Event // stands for those that are not kept yet
	some  bool  // there are any
	until time.Time
}

// count counts a denial that is like one before it. It says no of one that is
// not, which is an event of its own.
func (d *denials) count(e Event, now time.Time) bool {
	key := likeness(e)
	r := d.by[key]
	if r == nil && len(d.by) >= maxDenials {
		d.expire(now)
	}
	switch {
	case r != nil:
		r.add(e)
	case len(d.by) < maxDenials:
		d.open(key, now)
		return false
	default:
		d.others(e, now)
	}
	return true
}

func (d *denials) open(key alike, now time.Time) *repeated {
	if d.by == nil {
		d.by = map[alike]*repeated{}
	}
	r := &repeated{until: now.Add(denialWindow)}
	d.by[key] = r
	return r
}

// others counts what is beyond the bound: by its kind alone.
func (d *denials) others(e Event, now time.Time) {
	key := alike{kind: e.Kind, reason: othersReason}
	r := d.by[key]
	if r == nil {
		r = d.open(key, now)
	}
	e.Client, e.Person, e.Transfer, e.Token, e.Reason = "", "", "", "", othersReason
	r.add(e)
}

func (r *repeated) add(e Event) {
	if !r.some {
		r.event, r.some = e, true
		r.event.Request = ""
		return
	}
	r.event = r.event.and(e)
}

// and returns the event that stands for both.
func (e Event) and(f Event) Event {
	times, last := e.Times()+f.Times(), e.end()
	if f.end().After(last) {
		last = f.end()
	}
	if f.Time.Before(e.Time) {
		e.Time = f.Time
	}
	if e.Token != f.Token {
		e.Token = ""
	}
	e.Request, e.Count, e.Last = "", times, last
	return e
}

// end is when the last was of those that the event stands for.
func (e Event) end() time.Time {
	if e.Last.After(e.Time) {
		return e.Last
	}
	return e.Time
}

// expire forgets those whose time is over and of which all is kept.
func (d *denials) expire(now time.Time) {
	for key, r := range d.by {
		if !r.some && !now.Before(r.until) {
			delete(d.by, key)
		}
	}
}

// take returns what is counted and not kept yet, an event for each like.
func (d *denials) take(now time.Time) (events []Event) {
	for _, r := range d.by {
		if r.some {
			events = append(events, r.event)
			r.event, r.some = Event{}, false
		}
	}
	d.expire(now)
	return events
}

// restore takes back what could not be kept.
func (d *denials) restore(e Event, now time.Time) {
	switch r := d.by[likeness(e)]; {
	case r != nil:
		r.add(e)
	case len(d.by) < maxDenials:
		d.open(likeness(e), now).add(e)
	default:
		d.others(e, now)
	}
}
