package command

import (
	"context"
	"fmt"

	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
)

// apiKey is the API key that a variable of the environment holds, or refers to, as
// an admin service's does. What it refers to is read with AWS's credentials of the
// environment.
func (e Env) apiKey(ctx context.Context, variable string) (string, error) {
	return dereferenced(ctx, variable, e.Getenv(variable))
}

// dereferenced is what a text refers to, or the text itself. what names it.
func dereferenced(ctx context.Context, what, text string) (string, error) {
	ref, refers, err := settings.APIKeyValue.References.Parse(text)
	if err != nil {
		return "", usage(fmt.Errorf("%s %w", what, err))
	}
	if !refers {
		return text, nil
	}
	key, err := storage.Parameters().Parameter(ctx, ref.Name)
	if err != nil {
		return "", fmt.Errorf("%s refers to %s, which cannot be read: %w", what, ref, err)
	}
	return key, nil
}
