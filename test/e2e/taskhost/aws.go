package taskhost

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"

	"sgraph.ai/send/test/e2e/simulated"
)

// account asks the simulated AWS.
type account struct{ endpoint, region, key string }

func (a account) ask(ctx context.Context, q simulated.Question) ([]byte, error) {
	status, answer, err := q.Ask(ctx, a.endpoint, a.key)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s %s answers %d: %.300s", q.Service, q.Target, status, answer)
	}
	return answer, err
}

// call asks a service that takes its operation in a header, and JSON.
func (a account) call(ctx context.Context, service, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := a.ask(ctx, simulated.Question{
		Service: service, Region: a.region, Method: http.MethodPost, Path: "/", Target: operation, Body: string(body),
	})
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// versions are those of the services that are asked by forms.
var versions = map[string]string{
	"elasticloadbalancing": "2015-12-01", "ec2": "2016-11-15", "autoscaling": "2011-01-01",
}

// query asks a service that takes a form, and answers XML.
func (a account) query(ctx context.Context, service, action string, in map[string]string, out any) error {
	answer, err := a.ask(ctx, simulated.Form(service, a.region, versions[service], action, in))
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return xml.Unmarshal(answer, out)
}
