package command

import (
	"strings"
	"testing"

	"sgraph.ai/send/shared/test/moto"
)

// The key is where its variable says; this test sets the process's environment, and
// runs alone.
func TestAPIKey(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", moto.Start(t))
	t.Setenv("AWS_REGION", moto.Region)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	there := moto.Parameter(t, "the key that is referred to")
	for text, want := range map[string]struct{ key, says string }{
		"":                            {},
		"a key as it is":              {key: "a key as it is"},
		"ssm:" + there:                {key: "the key that is referred to"},
		"ssm:" + there + "-elsewhere": {says: "KEY refers to ssm:" + there + "-elsewhere, which cannot be read"},
		"ssm:no-full-name":            {says: "KEY must, as a reference, be ssm:"},
		"ledger:origin":               {says: "KEY must, as a reference, be ssm:"},
	} {
		e := Env{Getenv: func(string) string { return text }}
		key, err := e.apiKey(t.Context(), "KEY")
		if key != want.key || (err == nil) != (want.says == "") || err != nil && !strings.Contains(err.Error(), want.says) {
			t.Errorf("%q: %q, %v", text, key, err)
		}
	}
}
