package admin

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// getActivity says how much happened over some days, as the trail was told: hour by
// hour over one, day by day over more.
func (a *Service) getActivity(w http.ResponseWriter, r *http.Request) error {
	days := 1
	if q := r.URL.Query().Get("days"); q != "" {
		var err error
		if days, err = strconv.Atoi(q); err != nil || days < 1 || days > audit.ActivityDays {
			return send.Fail(send.Invalid, "days must be a whole number from 1 to %d", audit.ActivityDays)
		}
	}
	a.collect(r.Context())
	answer := wire.ActivityReply{Days: days, Step: wire.StepDay}
	step, steps := 24*time.Hour, days
	if days == 1 {
		answer.Step, step, steps = wire.StepHour, time.Hour, 24
	}
	first := a.set.Now().UTC().Truncate(step).Add(-time.Duration(steps-1) * step)
	for i := range steps {
		answer.Series = append(answer.Series, wire.ActivityStep{Begins: first.Add(time.Duration(i) * step)})
	}
	hours, err := a.trail.Hours(r.Context(), first)
	if err != nil {
		return err
	}
	for _, h := range hours {
		answer.Totals = answer.Plus(h.Totals)
		i := min(int(h.Begins.Sub(first)/step), steps-1) // whose clock is ahead is in the last
		answer.Series[i].Totals = answer.Series[i].Plus(h.Totals)
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// storedAge is for how long it is believed what is stored: to find out reads the record
// of every transfer.
const storedAge = 5 * time.Minute

// stored is what was found when it was last asked.
type stored struct {
	mu sync.Mutex // held by whoever finds out
	send.Stored
	at time.Time
}

// of returns what is stored, and when that was found.
func (s *stored) of(ctx context.Context, transfers *send.Transfers) (send.Stored, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := transfers.Now(); s.at.IsZero() || now.Sub(s.at) >= storedAge {
		found, err := transfers.Stored(ctx, send.StoredLooks)
		if err != nil {
			return found, now, err
		}
		s.Stored, s.at = found, now
	}
	return s.Stored, s.at, nil
}

// getStorage says how much is stored, and how much room a folder has.
func (a *Service) getStorage(w http.ResponseWriter, r *http.Request) error {
	found, at, err := a.stored.of(r.Context(), a.transfers)
	if err != nil {
		return err
	}
	answer := wire.StorageReply{
		Transfers: found.Transfers, Bytes: found.Bytes, More: found.More, CountedAt: at.UTC().Truncate(time.Second),
	}
	if a.set.Room != nil {
		if left, all, err := a.set.Room(); err == nil { // some systems cannot tell
			answer.FreeBytes, answer.TotalBytes = &left, &all
		}
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}
