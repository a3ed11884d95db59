// Package functions reads which versions of a stack's functions answer.
package functions

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/internal/signed"
	"sgraph.ai/send/shared/stack"
)

// Lambda is that of an account in a region.
type Lambda struct{ config *lazy.Value[aws.Config] }

// New returns Lambda. It asks nobody and reads nothing: load is called when something is
// first asked for, and again later if it failed.
func New(load func(context.Context) (aws.Config, error)) *Lambda { return &Lambda{lazy.New(load)} }

// Serving asks where the aliases of the services' functions point.
func (l *Lambda) Serving(ctx context.Context, names stack.Names) (all []stack.Serving, err error) {
	cfg, err := l.config.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, service := range stack.Services {
		of := stack.Serving{Service: service}
		for name, into := range map[string]*stack.Pointer{stack.LiveAlias: &of.Live, stack.NextAlias: &of.Next} {
			if *into, err = alias(ctx, cfg, names.Function(service), name); err != nil {
				return nil, fmt.Errorf("asking where the alias %s of %s points: %w", name, names.Function(service), err)
			}
		}
		all = append(all, of)
	}
	return all, nil
}

// maxAnswer is far more than an answer has.
const maxAnswer = 64 << 10

// alias asks where one points: nowhere, if there is none.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html
func alias(ctx context.Context, cfg aws.Config, function, name string) (p stack.Pointer, err error) {
	answer, err := signed.Ask(ctx, cfg, signed.Question{
		Service: "lambda", Method: http.MethodGet, MostAnswer: maxAnswer,
		Path: "/2015-03-31/functions/" + url.PathEscape(function) + "/aliases/" + url.PathEscape(name),
	})
	switch {
	case err != nil:
		return p, err
	case answer.Status == http.StatusNotFound:
		return p, nil
	case !answer.OK():
		return p, answer.Err()
	}
	var said struct {
		FunctionVersion string
		RoutingConfig   struct{ AdditionalVersionWeights map[string]float64 }
	}
	if err := json.Unmarshal(answer.Body, &said); err != nil {
		return p, fmt.Errorf("what it answered cannot be read: %w", err)
	}
	p.Version = said.FunctionVersion
	for other, share := range said.RoutingConfig.AdditionalVersionWeights { // AWS takes one at most
		p.Other, p.Share = other, share
	}
	return p, nil
}
