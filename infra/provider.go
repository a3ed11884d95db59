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

// The variables by which Pulumi is told what encrypts the secrets in a state, where
// the stack file does not say: to go by the state; and for a new stack, the key that
// bootstrap/ made.
const (
	fallBack = "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"
	provider = "PULUMI_SECRETS_PROVIDER"
)

// checkProvider refuses to go on where Pulumi would encrypt the state's secrets
// with something else than the pipelines do, which then could not read them. It does
// so with a passphrase where no file and no variable says otherwise; and where a stack
// is made without naming the provider it even takes out of the file what that said.
// An update begins with a preview, so that this comes before anything is written.
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
			"Put back what Pulumi changed in Pulumi.%[3]s.yaml (git checkout Pulumi.%[3]s.yaml); where there is no such "+
			"stack yet: pulumi stack select --create %[3]s --secrets-provider \"$%[1]s\"", provider, wanted, stack, used)
	case !strings.EqualFold(byState, "true") && byState != "1" && file.Provider == "":
		return fmt.Errorf("the secrets of stack %[1]q would be encrypted by a passphrase of yours, which the pipelines do "+
			"not have; nothing was touched. Pulumi.%[1]s.yaml has to name what encrypts them, by secretsprovider: put it "+
			"back if Pulumi took it out (git checkout Pulumi.%[1]s.yaml). Where no file names it, set %[2]s=true, and "+
			"Pulumi goes by the state", stack, fallBack)
	}
	return nil
}
