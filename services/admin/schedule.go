package admin

import (
	"context"
	"encoding/json"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/settings"
)

// Invoked takes what does not come by the URL: the events of a schedule, and
// what a deploy asks.
func (a *Service) Invoked(ctx context.Context, event json.RawMessage) (any, error) {
	// https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
	var from struct {
		Source string `json:"source"`
	}
	if json.Unmarshal(event, &from) == nil && from.Source == "aws.events" {
		a.collectFirst(ctx)
		a.hook.Drain(ctx)
		return nil, nil
	}
	return a.Deployed(ctx, event)
}

// collectFirst is collectAll that leaves half of the time to who is told of events, where
// somebody is.
func (a *Service) collectFirst(ctx context.Context) {
	if deadline, ok := ctx.Deadline(); ok && a.hook != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/2)
		defer cancel()
	}
	a.collectAll(ctx)
}

// collectTime is how long who reads the trail may wait for what is new.
const collectTime = 5 * time.Second

// collectAll puts into the trail what waits for it in the ledger and is no batch
// yet, as far as the time of ctx allows.
func (a *Service) collectAll(ctx context.Context) {
	a.outbox.Collect(ctx)
	a.others.Collect(ctx)
}

// collectPeriod is how long an event may wait where no schedule asks for it.
const collectPeriod = 10 * time.Minute

// Tend does from time to time, until ctx ends, what on Lambda a schedule asks for:
// where the process has the data for itself it removes what is over, elsewhere it
// puts into the trail what waits for it, which others have left. And it tells the
// receiver of webhooks what there is to tell, as soon as there is.
func (a *Service) Tend(ctx context.Context) {
	if a.set.Environment != settings.Lambda {
		go a.hook.Run(ctx)
	}
	switch {
	case a.set.KeepsOnDisk():
		a.Sweep(ctx)
	case a.set.Environment != settings.Lambda:
		a.keepCollecting(ctx)
	}
}

// keepCollecting has in the trail what functions of before have left, or a server
// that ended.
func (a *Service) keepCollecting(ctx context.Context) {
	tick := time.NewTicker(collectPeriod)
	defer tick.Stop()
	for {
		a.collectAll(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// collect is collectAll for who is about to read the trail. What cannot be had in
// time they see later. A process that has the ledger for itself has handed over
// already.
func (a *Service) collect(ctx context.Context) {
	if a.set.Environment != settings.Lambda && a.set.KeepsOnDisk() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, collectTime)
	defer cancel()
	a.collectAll(ctx)
}

// outboxOf is where events of a service wait, as this one hands them over.
func (a *Service) outboxOf(service string, deliver func(context.Context, []audit.Event) error) *audit.Outbox {
	meter := a.meter
	meter.Service = service
	return &audit.Outbox{
		Deliver: deliver, Ledger: a.set.Ledger, Now: a.set.Now, Meter: meter, Log: a.set.Log,
		Frozen: a.set.Environment == settings.Lambda,
	}
}
