package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func (a *Service) auditRoutes(r *mux.Router) {
	web.Bind(r, wire.ListEvents, web.Handle(a.listEvents))
	web.Bind(r, wire.ExportEvents, web.Handle(a.exportEvents))
	web.Bind(r, wire.ChainHead, web.Handle(a.chainHead))
}

// record puts into the trail what became of a request's attempt at something.
func (a *Service) record(r *http.Request, kind audit.Kind, tokenHash string, err error) {
	e := a.event(r, kind)
	e.Token = tokenHash
	a.outbox.Put(r.Context(), e.Result(err))
}

// event is one of a request: when, and who asked.
func (a *Service) event(r *http.Request, kind audit.Kind) audit.Event {
	s, _ := sessionIn(r)
	return audit.Event{
		Time: a.set.Now().UTC(), Kind: kind, Request: web.RequestID(r), Client: web.ClientHash(r), Person: s.Person,
	}
}

// Record keeps what a service has to tell, and has the receiver of webhooks told of it:
// another service in the same process calls it, others by takeEvents.
func (a *Service) Record(ctx context.Context, events []audit.Event) error {
	if err := a.hook.Put(ctx, events); err != nil {
		return err
	}
	return a.trail.Append(ctx, events)
}

// recordOthers keeps what the user service left in the ledger, as takeEvents does.
func (a *Service) recordOthers(ctx context.Context, events []audit.Event) error {
	if err := a.checkOthers(events); err != nil {
		return err
	}
	return a.Record(ctx, events)
}

// checkOthers refuses what the user service does not tell of.
func (a *Service) checkOthers(events []audit.Event) error {
	if slices.ContainsFunc(events, func(e audit.Event) bool { return !e.Kind.OfUser() }) {
		return send.Fail(send.Invalid, "the user service tells of transfers, of requests and of tokens that are tried, "+
			"and of no more")
	}
	return a.checkEvents(events)
}

func (a *Service) checkEvents(events []audit.Event) error {
	for i, e := range events {
		if e.Person != "" {
			return send.Fail(send.Invalid, "events[%d]: person is nothing that others know", i)
		}
		if err := e.Check(a.set.Now()); err != nil {
			return send.Fail(send.Invalid, "events[%d]: %s", i, err)
		}
	}
	return nil
}

// takeEvents keeps what another service hands over. The answer comes when all
// of it is kept; until then the sender may send it again. People have nothing
// to hand over, so their sessions do not do.
func (a *Service) takeEvents(w http.ResponseWriter, r *http.Request) error {
	if wire.APIKey(a.set.KeyName).Get(r.Header) == "" && a.serviceKey(r) == "" {
		refuse(w, errKeyMissing)
		return nil
	}
	var in wire.RecordEventsRequest
	if err := web.ReadJSONUpTo(w, r, 256<<10, &in); err != nil {
		return err
	}
	if len(in.Events) == 0 || len(in.Events) > audit.MaxBatch {
		return send.Fail(send.Invalid, "events must be from 1 to %d", audit.MaxBatch)
	}
	check := a.checkEvents
	if a.serviceKey(r) != "" {
		check = a.checkOthers
	}
	if err := check(in.Events); err != nil {
		return err
	}
	if err := a.Record(r.Context(), in.Events); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, wire.RecordEventsReply{Kept: len(in.Events)})
	return nil
}

// defaultWindow is how far back is looked where no beginning is asked for.
const defaultWindow = 24 * time.Hour

// query reads what is asked for. Without a limit, a page has so many events.
func (a *Service) query(r *http.Request, limit int) (audit.Query, error) {
	in := r.URL.Query()
	q := audit.Query{
		Kind: audit.Kind(in.Get("event")), Outcome: audit.Outcome(in.Get("outcome")),
		Transfer: in.Get("transfer"), Token: strings.ReplaceAll(in.Get("token"), "-", ""), // as cache_id is written
		Person: in.Get("person"), After: in.Get("after"), Limit: limit,
	}
	var err error
	if q.To, err = instant(in, "to", a.set.Now()); err != nil {
		return q, err
	}
	if q.From, err = instant(in, "from", q.To.Add(-defaultWindow)); err != nil {
		return q, err
	}
	if in.Has("limit") {
		if q.Limit, err = strconv.Atoi(in.Get("limit")); err != nil {
			q.Limit = 0 // out of bounds
		}
	}
	return q, q.Check()
}

func instant(in url.Values, name string, otherwise time.Time) (time.Time, error) {
	if in.Get(name) == "" {
		return otherwise, nil
	}
	t, err := time.Parse(time.RFC3339, in.Get(name))
	if err != nil {
		return t, send.Fail(send.Invalid, "%s must be a time with its zone, such as 2030-01-31T12:00:00Z", name)
	}
	return t, nil
}

// listEvents answers a page of the trail, the newest first.
func (a *Service) listEvents(w http.ResponseWriter, r *http.Request) error {
	q, err := a.query(r, 50)
	if err != nil {
		return err
	}
	if q.After == "" {
		a.collect(r.Context())
	}
	p, err := a.trail.Page(r.Context(), q)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, p)
	return nil
}

// exportEvents answers all that is asked for, an event a line, the newest
// first; or the chain of the days, as audit.Verify reads it. A reply that breaks
// off is seen to: its end is missing.
func (a *Service) exportEvents(w http.ResponseWriter, r *http.Request) error {
	q, err := a.query(r, audit.MaxLimit)
	if err != nil {
		return err
	}
	a.collect(r.Context())
	switch form := r.URL.Query().Get("form"); form {
	case wire.ChainForm:
		lines := &download{w: w, name: "audit-chain", q: q}
		return a.trail.Export(r.Context(), lines, q.From, q.To)
	case "":
	default:
		return send.Fail(send.Invalid, "form must be %s, or left out", wire.ChainForm)
	}
	out := &download{w: w, name: "audit", q: q}
	lines := json.NewEncoder(out)
	for e, err := range a.trail.Matching(r.Context(), q) {
		if err == nil {
			err = lines.Encode(e)
		}
		if err != nil {
			return err
		}
	}
	out.begin()
	return nil
}

// download is the body of a file. Until it has its first bytes an error can
// still be answered.
type download struct {
	w     http.ResponseWriter
	name  string
	q     audit.Query
	begun bool
}

func (d *download) begin() {
	if d.begun {
		return
	}
	d.begun = true
	h := d.w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s-%s.ndjson"`, d.name, day(d.q.From), day(d.q.To)))
}

func (d *download) Write(b []byte) (int, error) {
	d.begin()
	return d.w.Write(b)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// chainHead answers where the trail's chain ends, for whoever writes it down.
func (a *Service) chainHead(w http.ResponseWriter, r *http.Request) error {
	a.collect(r.Context())
	head, err := a.trail.Head(r.Context())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, head)
	return nil
}

// Sweep forgets, again and again until ctx ends, the events that were kept
// long enough, and gives back the room of what ledger and store know to be over.
// It is for stores without lifecycle rules.
func (a *Service) Sweep(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		a.outbox.Flush() // what waits since before the start, too
		n, trail := a.trail.Sweep(ctx, a.set.Now().Add(-a.set.AuditRetention))
		_, ledger := a.set.Ledger.Sweep(ctx, a.set.Now())
		_, store := a.set.Audit.Sweep(ctx, a.set.Now())
		salts := a.salts.Sweep(ctx, a.set.Now())
		switch err := errors.Join(trail, ledger, store, salts); {
		case err != nil && ctx.Err() == nil:
			a.log.Error("the sweep could not remove everything", "cause", err)
		case n > 0:
			a.log.Info("old audit events removed", "events", n)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
