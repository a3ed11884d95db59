package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"sgraph.ai/send/shared/stack"
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
		"nothing said":                         {file: ours, said: "has to name"},
		"nothing said, and Pulumi took a word": {file: byWord, said: "set PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true"},
		"by the state":                         {file: ours, fallBack: "true"},
		"by the state, in Pulumi's other form": {file: ours, fallBack: "1"},
		"turned off":                           {file: ours, fallBack: "false", said: "set PULUMI_FALLBACK"},
		"by the state, which has a word":       {file: byWord, fallBack: "true"},
		"by the state, as a pipeline":          {file: byKey, fallBack: "true", provider: kms},
		"a new stack by the word":              {file: byWord, fallBack: "true", provider: kms, said: `by "passphrase"`},
		"another key":                          {file: byKey, provider: kms + "2", said: "alias/sgraph-send-dev?region"},
		"by the file":                          {file: "secretsprovider: " + kms + "\n" + ours},
		"by the file, which has the data key":  {file: byKey},
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

// What the files name is the key that bootstrap/ makes, so that whoever deploys by hand
// has the pipelines' provider with nothing set, whatever Pulumi is asked to do.
func TestStackFilesNameTheKeyOfTheirState(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev", "qa", "prod", stack.Pulls} {
		text, err := os.ReadFile(filepath.Join("..", "Pulumi."+name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Provider string `yaml:"secretsprovider"`
			Key      string `yaml:"encryptedkey"`
			Config   map[string]any
		}
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		region := fmt.Sprint(file.Config["aws:region"])
		if want := (stack.Names{Stack: name, Region: region}).SecretsProvider(); file.Provider != want {
			t.Errorf("Pulumi.%s.yaml names %q, want %q", name, file.Provider, want)
		}
		if file.Key != "" { // an account's own, which no other can read
			t.Errorf("Pulumi.%s.yaml has a data key", name)
		}
	}
}
