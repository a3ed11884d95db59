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
	text := e.Getenv(variable)
	ref, refers, err := settings.APIKeyValue.References.Parse(text)
	if err != nil {
		return "", usage(fmt.Errorf("%s %w", variable, err))
	}
	if !refers {
		return text, nil
	}
	key, err := storage.Parameters().Parameter(ctx, ref.Name)
	if err != nil {
		return "", fmt.Errorf("%s refers to %s, which cannot be read: %w", variable, ref, err)
	}
	return key, nil
}
