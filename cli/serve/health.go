package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/wire"
)

// healthTime is how long an answer may take.
const healthTime = 5 * time.Second

// Health asks what Run runs, when it is told the same, whether it answers; with
// ready, whether it can do its work. It tells out of each service that does, and
// the error says of each other one what is wrong.
func Health(ctx context.Context, getenv func(string) string, service string, ready bool, out io.Writer) error {
	service, err := choose(getenv, service)
	if err != nil {
		return err
	}
	env := settings.New(getenv)
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
	addresses := map[string]string{}
	if service != metric.Admin {
		addresses[metric.User] = settings.UserAddr.In(env)
	}
	if service != metric.User {
		addresses[metric.Admin] = settings.AdminAddr.In(env)
	}
	if err := env.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	var faults []error
	for _, name := range []string{metric.User, metric.Admin} {
		address, asked := addresses[name]
		if !asked {
			continue
		}
		if err := q.ask(ctx, address); err != nil {
			faults = append(faults, fmt.Errorf("the %s service at %s %w", name, address, err))
			continue
		}
		if _, err := fmt.Fprintf(out, "%s: ok\n", name); err != nil {
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

// ask asks at an address to listen at, which is one to dial, too: without a host,
// or with one that stands for all, it is this machine's.
func (q question) ask(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+q.route.To(), nil)
	if err != nil {
		return err
	}
	if q.secret != "" {
		wire.OriginSecret.Set(r.Header, q.secret)
	}
	var dialer net.Dialer
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, address)
	}}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(r)
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
