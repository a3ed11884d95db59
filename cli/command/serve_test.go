package command

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
)

// The help's settings are those that there are, with the defaults they have.
func TestServeHelpKnowsItsSettings(t *testing.T) {
	t.Parallel()
	defaults := map[string]string{}
	for _, e := range settings.Table() {
		defaults[e.Env] = e.Default
	}
	setting, lines := regexp.MustCompile(`\b(?:SEND|FAST_API|CACHE|SGRAPH_SEND)__[A-Z0-9_]+`), 0
	for line := range strings.Lines(serveCommand(Env{}).Long) {
		for _, name := range setting.FindAllString(line, -1) {
			lines++
			if byDefault, known := defaults[name]; !known || !strings.Contains(line, byDefault) {
				t.Errorf("%q: known: %v, by default %q", strings.TrimSpace(line), known, byDefault)
			}
		}
	}
	if lines < 10 {
		t.Errorf("only %d settings are found", lines)
	}
	if _, err := settings.RateLimits.Canonical("create=60/1m"); err != nil {
		t.Errorf("the help's example of limits: %v", err)
	}
}

// What serve reads of the environment, its help says.
func TestServeHelpHasAllSettings(t *testing.T) {
	t.Parallel()
	help := serveCommand(Env{}).Long
	known := map[string]bool{}
	for _, e := range settings.Table() {
		known[e.Env] = true
	}
	for _, mode := range []string{settings.Disk, settings.S3} {
		for _, service := range []string{metric.User, metric.Admin, settings.Both} {
			fault := settings.LogLevel.Env
			said := map[string]string{
				settings.StorageMode.Env: mode, settings.DiskPath.Env: t.TempDir(), fault: "so that nothing is started",
				settings.RunService.Env: service,
			}
			read := map[string]bool{}
			getenv := func(name string) string { read[name] = true; return said[name] }
			err := serve.Run(t.Context(), getenv, serve.Console{Out: io.Discard, Log: io.Discard})
			if err == nil || !strings.Contains(err.Error(), fault) || len(read) < 15 {
				t.Fatalf("%d settings are read, and then: %v", len(read), err)
			}
			for name := range read {
				if known[name] && !strings.Contains(help, name) {
					t.Errorf("mode %s, service %s, reads %s", mode, service, name)
				}
			}
		}
	}
}
