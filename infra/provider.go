package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// The variables by which Pulumi is told what encrypts the secrets in a state: to
// go by the state where the stack file does not say, as the files of this
// repository do not; and for a new stack, the pipelines' choice.
const (
	fallBack = "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"
	provider = "PULUMI_SECRETS_PROVIDER"
)

// checkProvider refuses to go on where Pulumi would encrypt the state's secrets
// with something else than the pipelines do, which then could not read them: with
// a passphrase, as it does where nothing is said. An update begins with a preview,
// so that this comes before anything is written.
func checkProvider(dir, stack string, lookup func(string) (string, bool)) error {
	text, err := os.ReadFile(filepath.Join(dir, "Pulumi."+stack+".yaml"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the stack file: %w", err)
	}
	// What Pulumi has added to the file by now.
	var file struct {
		Provider string `yaml:"secretsprovider"`
		Salt     string `yaml:"encryptionsalt"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("the stack file: %w", err)
	}
	wanted, _ := lookup(provider)
	byState, _ := lookup(fallBack)
	used := file.Provider
	if used == "" && file.Salt != "" {
		used = "passphrase"
	}
	switch {
	case wanted != "" && used != "" && used != wanted:
		return fmt.Errorf("%s is %q, and this would encrypt the secrets of stack %q by %q; nothing was touched. "+
			"Remove what Pulumi added to Pulumi.%[3]s.yaml (git checkout Pulumi.%[3]s.yaml) and set %[5]s=true; where "+
			"there is no such stack yet: pulumi stack select --create %[3]s --secrets-provider \"$%[1]s\"",
			provider, wanted, stack, used, fallBack)
	case !strings.EqualFold(byState, "true") && byState != "1" && file.Provider == "":
		return fmt.Errorf("set %s=true, so that the secrets of stack %q stay encrypted by what its state says, as the "+
			"pipelines have it, and not by a passphrase of yours; nothing was touched. Remove what Pulumi may have added "+
			"to Pulumi.%[2]s.yaml before: git checkout Pulumi.%[2]s.yaml", fallBack, stack)
	}
	return nil
}
