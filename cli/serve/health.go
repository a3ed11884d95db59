package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// healthTime is how long an answer may take.
const healthTime = 5 * time.Second

// Health asks what Run runs, when it is told the same, whether it answers; with
// ready, whether it can do its work. It tells of each service what is wrong, nil where
// nothing is; the error has all of it.
func Health(
	ctx context.Context, getenv func(string) string, ready bool, tell func(service string, fault error) error,
) error {
	service, err := choose(getenv)
	if err != nil {
		return err
	}
	services := []string{service}
	env := settings.New(getenv)
	if service == settings.Both {
		services, env = []string{metric.User, metric.Admin}, settings.New(withDefaults(getenv))
	}
	front := readFront(env, getenv, services...)
	q := question{route: wire.Health}
	if ready {
		q.route = wire.Ready
	}
	if secrets := settings.OriginSecrets.In(env); len(secrets) > 0 {
		q.fronted = true
		if _, elsewhere := secrets[0].Reference(); !elsewhere {
			q.secret = secrets[0].Told()
		}
	}
	if err := env.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	var faults []error
	for _, name := range services {
		address := front.address(name)
		fault := q.ask(ctx, front.own(name, address))
		if fault != nil {
			fault = fmt.Errorf("the %s service at %s %w", name, address, fault)
			faults = append(faults, fault)
		}
		if err := tell(name, fault); err != nil {
			return err
		}
	}
	return errors.Join(faults...)
}

// question is what a service is asked.
type question struct {
	route   wire.Route
	fronted bool   // it answers nobody without a secret
	secret  string // that, where it is told and not a reference
}

func (q question) ask(ctx context.Context, by own) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, by.url()+q.route.To(), nil)
	if err != nil {
		return err
	}
	if q.secret != "" {
		wire.OriginSecret.Set(r.Header, q.secret)
	}
	res, err := by.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("does not answer: %w", err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusOK:
		return nil
	case res.StatusCode == http.StatusForbidden && q.fronted && q.secret == "" && q.route.To() == wire.Health.To():
		return nil // who refuses runs; the secret itself is not at hand
	}
	said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	return fmt.Errorf("answers %s: %s", res.Status, said)
}
