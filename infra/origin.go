package main

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"sgraph.ai/send/infra/settings"
	service "sgraph.ai/send/shared/settings"
)

// originSecrets are what CloudFront sends, first, and what the functions still
// accept, second. They are derived from the admin API key, so that a stack
// needs no further secret, changing the key changes them, and counting the
// generation up rotates them without a refused request: the functions learn
// the new one before CloudFront sends it.
func originSecrets(s settings.Settings) []string {
	generation := s.Edge.OriginSecretGeneration
	return []string{originSecret(s, generation), originSecret(s, generation-1)}
}

// serviceKey is what the user function shows the admin function: derived as the
// origin secrets are.
func serviceKey(s settings.Settings) string {
	return derived(s, fmt.Sprintf("sgraph-send service key, %s, %s", s.Account, s.Stack))
}

func originSecret(s settings.Settings, generation int) string {
	return derived(s, fmt.Sprintf("sgraph-send origin secret, %s, %s, generation %d", s.Account, s.Stack, generation))
}

// derived is a secret of the stack for one purpose, which the salt names.
func derived(s settings.Settings, salt string) string {
	key, err := pbkdf2.Key(sha256.New, s.Secrets.Of(service.APIKeyValue.Env), []byte(salt), 200_000, 32)
	if err != nil {
		panic(err) // only for lengths that are not asked for here
	}
	return hex.EncodeToString(key)
}
