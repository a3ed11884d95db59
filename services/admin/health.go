package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func (a *Service) healthRoutes(r *mux.Router) {
	web.Bind(r, wire.Pulse, web.Handle(a.getPulse))
	web.Bind(r, wire.Services, web.Handle(a.services))
	web.Bind(r, wire.Activity, web.Handle(a.getActivity))
	web.Bind(r, wire.Storage, web.Handle(a.getStorage))
	web.Bind(r, wire.Alarms, web.Handle(a.getAlarms))
	web.Bind(r, wire.Serving, web.Handle(a.getServing))
}

// services says whether what the operators depend on answers now.
func (a *Service) services(w http.ResponseWriter, r *http.Request) error {
	web.WriteJSON(w, http.StatusOK, wire.ServicesReply{Ledger: a.checkLedger(r), User: a.checkUser(r)})
	return nil
}

// checkLedger reads a record that is never kept: being told so is an answer.
func (a *Service) checkLedger(r *http.Request) wire.ServiceCheck {
	start := time.Now()
	_, err := a.set.Ledger.Get(r.Context(), send.Key{Set: send.TokenSet, ID: "none"})
	c := wire.ServiceCheck{Status: wire.OK, LatencyMS: time.Since(start).Milliseconds()}
	if err != nil && send.CodeOf(err) != send.NotFound {
		c.Status = wire.Unavailable
	}
	return c
}

func (a *Service) checkUser(r *http.Request) wire.ServiceCheck {
	if a.set.UserURL == "" {
		return wire.ServiceCheck{Status: wire.NotConfigured}
	}
	start := time.Now()
	c := wire.ServiceCheck{Status: wire.Unavailable}
	var told wire.StatusReply
	err := a.askUser(r.Context(), wire.Status.To(), &told)
	if !errors.Is(err, errNotReached) {
		c.LatencyMS = time.Since(start).Milliseconds()
	}
	if err == nil {
		c.Status, c.Version = wire.OK, told.Version
	}
	return c
}

// errNotReached says that the user service could not be asked.
var errNotReached = errors.New("the user service cannot be reached")

// askUser asks the user service for what anyone may know.
func (a *Service) askUser(ctx context.Context, path string, answer any) error {
	if a.set.UserURL == "" {
		return errNotReached
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.set.UserURL+path, nil)
	if err != nil {
		return errors.Join(errNotReached, err)
	}
	res, err := a.probe.Do(req)
	if err != nil {
		return errors.Join(errNotReached, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the user service answers %s", res.Status)
	}
	return json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(answer)
}

// getPulse says how busy the services were over the last minutes; with a series
// parameter also minute by minute. Whose limits tell nothing is "uncounted".
func (a *Service) getPulse(w http.ResponseWriter, r *http.Request) error {
	minutes := 5
	if q := r.URL.Query().Get("window_minutes"); q != "" {
		var err error
		if minutes, err = strconv.Atoi(q); err != nil || minutes < 1 || minutes > send.PulseMinutes {
			return send.Fail(send.Invalid, "window_minutes must be a whole number from 1 to %d", send.PulseMinutes)
		}
	}
	p, err := a.pulse.Over(r.Context(), minutes)
	if err != nil {
		return err
	}
	answer := wire.PulseReply{
		WindowMinutes:   minutes,
		ActiveRequests:  p.Requests,
		ActiveVisitors:  p.Visitors,
		ActiveTransfers: p.Transfers,
		Uncounted:       p.Uncounted,
	}
	if r.URL.Query().Has("series") {
		answer.Series = p.Series
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}
