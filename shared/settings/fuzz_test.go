package settings

import (
	"net/netip"
	"strings"
	"testing"
)

// FuzzSettings: whatever a setting is set to, it is read, and then also as a
// stack writes it; or the fault names the setting, in one line, and of a secret
// nothing else.
func FuzzSettings(f *testing.F) {
	for _, value := range []string{
		"", " ", "true", "7d", "-1d", "9999999999d", "1e9h", "5MiB", "8 EiB", "-5", "+5", "0x10", "10.0.0.0/8",
		"10.0.0.0/33", "fe80::1%eth0",
		"::ffff:10.0.0.0/104", "https://a.example", "https://u:hunter2-hunter2@a.example", "https://a.example:99999/",
		"http://[::1",
		"https://%zz", "https://a.example/\n", ":80", "host:http", "[::1]:8080", "a\x00b", "\xff\xfe",
		"secret with a line\nend",
		"hunter2-hunter2-hunter2", "create=5/1m", "create=9223372036854775807/1m", "off", "x-api-key", "x api key",
		"a,b,,c", "*",
		"DEBUG", "warn+2", "s3", "disk", "bucket..name", strings.Repeat("a", 1<<16),
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, e := range table {
			written, err := e.Canonical(value)
			if err == nil {
				if again, err := e.Canonical(written); err != nil || again != strings.TrimSpace(written) {
					t.Errorf("%s: %q is written as %q, and that as %q, %v", e.Env, value, written, again, err)
				}
				continue
			}
			if e.Secret && len(value) >= 4 && strings.Contains(err.Error(), strings.TrimSpace(value)) && !said(e, value) {
				t.Errorf("%s: the fault repeats the secret %q: %v", e.Env, value, err)
			}
		}
		// All at once, as a service reads them.
		env := New(func(string) string { return value })
		_ = env.Service()
		env.Together(Variable)
		if err := env.Err(); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				name, _, _ := strings.Cut(line, " ")
				if !named(name) && !strings.HasPrefix(name, "AWS_") { // the SDK's own
					t.Errorf("%q: a fault that names no setting: %q", value, line)
				}
			}
		}
	})
}

// said says whether a fault of the setting has the text whatever its value is.
func said(e Entry, text string) bool {
	_, err := e.canonical("\x00")
	return err != nil && strings.Contains(err.Error(), strings.TrimSpace(text))
}

func named(name string) bool {
	for _, e := range table {
		if e.Env == name {
			return true
		}
	}
	return false
}

// FuzzPrefixes: what is read as ranges of addresses has every address that was
// listed, as connections have them.
func FuzzPrefixes(f *testing.F) {
	for _, text := range []string{
		"10.0.0.0/8", "10.1.2.3", "::1", "fd00::/8", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "fe80::1%eth0", "0.0.0.0/0",
		"::/0", "10.1.2.3/8, ::1",
		"::ffff:0:0/96", "::ffff:0:0/95", "1.2.3.4/32,",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		prefixes, err := Prefixes().Parse(text)
		if err != nil {
			return
		}
		for v := range strings.SplitSeq(text, ",") {
			v, _, _ = strings.Cut(strings.TrimSpace(v), "/")
			if v == "" {
				continue
			}
			a, err := netip.ParseAddr(v)
			if err != nil {
				t.Errorf("%q is read, in spite of %q", text, v)
				continue
			}
			a, found := a.Unmap(), false
			for _, p := range prefixes {
				found = found || p.Contains(a)
			}
			if !found {
				t.Errorf("%q is read as %v, which do not have %s", text, prefixes, a)
			}
		}
	})
}
