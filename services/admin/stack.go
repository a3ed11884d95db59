package admin

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// getAlarms says what the alarms of the stack say.
func (a *Service) getAlarms(w http.ResponseWriter, r *http.Request) error {
	if a.set.Alarms == nil {
		web.WriteJSON(w, http.StatusOK, wire.AlarmsReply{
			Status: wire.NotConfigured, Alarms: []wire.Alarm{}, Missing: []string{},
		})
		return nil
	}
	answer, err := a.alarms.by(r.Context(), a.set.Now, a.askAlarms)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// urgency is which alarms stand first.
var urgency = map[string]int{stack.AlarmSounds: 1, stack.AlarmUnsure: 2}

func (a *Service) askAlarms(ctx context.Context) (wire.AlarmsReply, error) {
	answer := wire.AlarmsReply{
		Status: wire.OK, Alarms: []wire.Alarm{}, Missing: []string{}, AskedAt: a.set.Now().UTC().Truncate(time.Second),
	}
	found, missing, err := a.set.Alarms(ctx)
	if err != nil {
		return answer, send.Because(send.Unavailable, err, "AWS cannot be asked what the alarms say")
	}
	for _, alarm := range found {
		why, playbook := alarm.Described()
		answer.Alarms = append(answer.Alarms, wire.Alarm{
			Name: alarm.Name, Region: alarm.Region, State: alarm.State, Since: alarm.Since, Reason: alarm.Reason,
			Means: why, Playbook: playbook,
		})
	}
	slices.SortFunc(answer.Alarms, func(x, y wire.Alarm) int {
		ux, uy := cmp.Or(urgency[x.State], len(urgency)+1), cmp.Or(urgency[y.State], len(urgency)+1)
		return cmp.Or(cmp.Compare(ux, uy), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Region, y.Region))
	})
	answer.Missing = append(answer.Missing, missing...)
	return answer, nil
}

// getServing says which versions answer.
func (a *Service) getServing(w http.ResponseWriter, r *http.Request) error {
	answer, err := a.serving.by(r.Context(), a.set.Now, a.askServing)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

func (a *Service) askServing(ctx context.Context) (wire.ServingReply, error) {
	answer := wire.ServingReply{
		Admin: version.Version, Function: a.set.FunctionVersion, Functions: []wire.FunctionServing{},
		AskedAt: a.set.Now().UTC().Truncate(time.Second),
	}
	var user wire.StatusReply
	if a.askUser(ctx, wire.Status.To(), &user) == nil {
		answer.User = user.Version
	}
	if a.set.Serving == nil {
		return answer, nil
	}
	found, err := a.set.Serving(ctx)
	if err != nil {
		return answer, send.Because(send.Unavailable, err, "AWS cannot be asked which versions serve")
	}
	for _, of := range found {
		f := wire.FunctionServing{Service: of.Service, Live: pointer(of.Live)}
		if of.Next.Version != "" {
			next := pointer(of.Next)
			f.Next = &next
		}
		answer.Functions = append(answer.Functions, f)
	}
	return answer, nil
}

func pointer(p stack.Pointer) wire.AliasPointer {
	return wire.AliasPointer{Version: p.Version, Other: p.Other, Percent: int(math.Round(100 * p.Share))}
}
