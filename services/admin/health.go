package admin

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// check is what became of asking one of the services.
type check struct {
	Status    string `json:"status"` // ok, unavailable, not_configured
	LatencyMS int64  `json:"latency_ms"`
	Version   string `json:"version,omitempty"`
}

// services says whether what the operators depend on answers now.
func (a *Service) services(w http.ResponseWriter, r *http.Request) error {
	web.WriteJSON(w, http.StatusOK, map[string]check{
		"ledger": a.checkLedger(r), "user": a.checkUser(r),
	})
	return nil
}

// checkLedger reads a record that is never kept: being told so is an answer.
func (a *Service) checkLedger(r *http.Request) check {
	start := time.Now()
	_, err := a.set.Ledger.Get(r.Context(), send.Key{Set: send.TokenSet, ID: "none"})
	c := check{Status: "ok", LatencyMS: time.Since(start).Milliseconds()}
	if err != nil && send.CodeOf(err) != send.NotFound {
		c.Status = "unavailable"
	}
	return c
}

func (a *Service) checkUser(r *http.Request) check {
	if a.set.UserURL == "" {
		return check{Status: "not_configured"}
	}
	start := time.Now()
	c := check{Status: "unavailable"}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, a.set.UserURL+"/info/status", nil)
	if err != nil {
		return c
	}
	res, err := a.probe.Do(req)
	if err != nil {
		return c
	}
	defer res.Body.Close()
	c.LatencyMS = time.Since(start).Milliseconds()
	var told struct {
		Version string `json:"version"`
	}
	if res.StatusCode == http.StatusOK && json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&told) == nil {
		c.Status, c.Version = "ok", told.Version
	}
	return c
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
	answer := map[string]any{
		"window_minutes": minutes, "active_requests": p.Requests,
		"active_visitors": p.Visitors, "active_transfers": p.Transfers,
		"uncounted": p.Uncounted,
	}
	if r.URL.Query().Has("series") {
		answer["series"] = p.Series
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}
