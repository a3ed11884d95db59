package command

import (
	"testing"

	"github.com/spf13/cobra"

	"sgraph.ai/send/shared/settings"
)

// What a flag says goes before the environment, and what none says is as that has it.
func TestFlagsGoBeforeTheEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{settings.RunService.Env: "admin", settings.Stage.Env: "qa"}
	for said, want := range map[string]string{"--service=user": "user", "--service=": "admin", "": "admin"} {
		c, flags := &cobra.Command{}, byFlag{}
		flags.serviceFlag(c)
		flags.flag(c, "domain", settings.Domain.Entry, "a name")
		if err := c.ParseFlags([]string{said, "--domain=send.example.org"}); err != nil {
			t.Fatal(err)
		}
		getenv := flags.over(func(name string) string { return env[name] })
		if got := getenv(settings.RunService.Env); got != want {
			t.Errorf("with %q the service is %q, want %q", said, got, want)
		}
		if domain, stage := getenv(settings.Domain.Env), getenv(settings.Stage.Env); domain != "send.example.org" ||
			stage != "qa" {
			t.Errorf("with %q the domain is %q, and the stage %q", said, domain, stage)
		}
	}
}
