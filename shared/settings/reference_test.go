package settings

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	both := References{Parameters: true, Ledger: send.SharedOrigin}
	for _, c := range []struct {
		of       References
		text     string
		is, well bool
	}{
		{both, "ssm:/sgraph-send/qa/api-key", true, true},
		{both, "ssm:/a", true, true},
		{both, "ledger:origin", true, true},
		{both, "ledger:service", true, false},
		{both, "ledger:", true, false},
		{both, "ledger:origin,ledger:origin", true, false},
		{both, "ssm:", true, false},
		{both, "ssm:name", true, false},
		{both, "ssm:/name/", true, false},
		{both, "ssm://name", true, false},
		{both, "ssm:/name:3", true, false},
		{both, "ssm:/na me", true, false},
		{both, "ssm:/name\n", true, false},
		{both, "ssm:" + strings.Repeat("/a", 15), true, true},
		{both, "ssm:" + strings.Repeat("/a", 16), true, false},
		{both, "ssm:/" + strings.Repeat("a", 2000), true, false},
		{both, "SSM:/name", false, true},
		{both, "a-secret-like-any-other", false, true},
		{both, "a:secret-with-a-colon", false, true},
		{References{Parameters: true}, "ledger:origin", true, false},
		{References{Ledger: send.SharedOrigin}, "ssm:/a", true, false},
		{References{}, "ssm:/a", false, true},
	} {
		ref, is, err := c.of.Parse(c.text)
		if is != c.is || (err == nil) != c.well {
			t.Errorf("%.40q: %v, %v", c.text, is, err)
		}
		if is && err == nil && ref.String() != c.text {
			t.Errorf("%q is written as %q", c.text, ref)
		}
		if err == nil {
			continue
		}
		if says := err.Error(); !strings.HasPrefix(says, "must, as a reference, be ") || strings.Contains(says, "na me") {
			t.Errorf("%.40q: the fault is %s", c.text, says)
		}
	}
}

// What is secret and a value, and not a name, need not stand where it is shown.
func TestEverySecretValueCanBeAReference(t *testing.T) {
	t.Parallel()
	names := []string{APIKeyName.Env, AdminKeyName.Env, CacheServiceURL.Env} // which the deploy itself has to know
	for _, e := range Table() {
		ref := LedgerReference(send.SharedOrigin).String()
		if e.References.Parameters {
			ref = "ssm:/sgraph-send/qa/a"
		}
		want := e.Secret
		for _, name := range names {
			want = want && e.Env != name
		}
		if e.References.any() != want || want && !e.References.Parameters {
			t.Errorf("%s can be a reference: %+v, want %v", e.Env, e.References, want)
		}
		if got, err := e.Canonical(ref); want && (err != nil || got != ref) {
			t.Errorf("%s as %s: %q, %v", e.Env, ref, got, err)
		}
		if _, err := e.Canonical("ssm:no name"); want && err == nil {
			t.Errorf("%s takes what is no reference for itself", e.Env)
		}
	}
}

// The documentation says of each setting what it can be.
func TestDocumentationSaysWhatCanBeAReference(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n### References\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, e := range Table() {
		said := regexp.MustCompile("(?m)^- `" + e.Env + "`: (.*)").FindStringSubmatch(section)
		if (said != nil) != e.References.any() {
			t.Errorf("%s is in the list: %v", e.Env, said != nil)
			continue
		}
		if said != nil && (strings.Contains(said[1], "`ssm:`") != e.References.Parameters ||
			strings.Contains(said[1], "`ledger:") != (e.References.Ledger != "") ||
			!strings.Contains(said[1], string(e.References.Ledger))) {
			t.Errorf("%s is said to be %q", e.Env, said[1])
		}
	}
}
