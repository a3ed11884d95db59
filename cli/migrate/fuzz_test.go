package migrate

import (
	"strings"
	"testing"
)

// FuzzReadSettings: whatever is read has names that an environment can have, and values
// of one line; what is refused is not shown, since it may be a secret.
func FuzzReadSettings(f *testing.F) {
	for _, text := range []string{
		"A=b", "export A='b c'\n# no\n; no\n\nB=\"x", "A", "=b", "A=\x00", "A=b\r\nC=d", "1A=b", "A='", "A=b=c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ReadSettings(strings.NewReader(text))
		if err != nil {
			if len(text) > 20 && strings.Contains(err.Error(), text) {
				t.Errorf("the error shows %q: %v", text, err)
			}
			return
		}
		for name, value := range all {
			if !settingLine.MatchString(name+"=") || strings.ContainsAny(value, "\n") {
				t.Errorf("%q is read as %q with %q", text, name, value)
			}
		}
	})
}
