package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDeploysByHandEncryptAsThePipelinesDo(t *testing.T) {
	t.Parallel()
	const (
		kms    = "awskms:///alias/sgraph-send-dev?region=eu-west-2&awssdk=v2"
		ours   = "config:\n  aws:region: eu-west-2\n"
		byKey  = ours + "secretsprovider: " + kms + "\nencryptedkey: AbC=\n"
		byWord = ours + "encryptionsalt: v1:a:v1:b:c=\n"
	)
	for name, c := range map[string]struct {
		file, fallBack, provider string
		said                     string // "" = goes on
	}{
		"nothing said":                           {file: ours, said: "set PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true"},
		"nothing said, and Pulumi took a word":   {file: byWord, said: "set PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true"},
		"by the state":                           {file: ours, fallBack: "true"},
		"by the state, in Pulumi's other form":   {file: ours, fallBack: "1"},
		"turned off":                             {file: ours, fallBack: "false", said: "set PULUMI_FALLBACK"},
		"by the state, which has a word":         {file: byWord, fallBack: "true"},
		"by the state, as a pipeline":            {file: byKey, fallBack: "true", provider: kms},
		"a new stack by the word":                {file: byWord, fallBack: "true", provider: kms, said: `by "passphrase"`},
		"another key":                            {file: byKey, provider: kms + "2", said: "alias/sgraph-send-dev?region"},
		"the stack file of one's own repository": {file: byKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "Pulumi.dev.yaml"), []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			env := map[string]string{fallBack: c.fallBack, provider: c.provider}
			err := checkProvider(dir, "dev", func(name string) (string, bool) { v := env[name]; return v, v != "" })
			switch {
			case c.said == "" && err != nil:
				t.Error(err)
			case c.said != "" && (err == nil || !strings.Contains(err.Error(), c.said) ||
				!strings.Contains(err.Error(), "nothing was touched") || !strings.Contains(err.Error(), "Pulumi.dev.yaml")):
				t.Errorf("it says %v, want %q", err, c.said)
			}
		})
	}
}
