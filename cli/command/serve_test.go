package command

import (
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/shared/settings"
)

// The help's settings are those that there are, with the defaults they have.
func TestServeHelpKnowsItsSettings(t *testing.T) {
	t.Parallel()
	defaults := map[string]string{}
	for _, e := range settings.Table() {
		defaults[e.Env] = e.Default
	}
	setting, lines := regexp.MustCompile(`\b(?:SEND|FAST_API)__[A-Z_]+`), 0
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
