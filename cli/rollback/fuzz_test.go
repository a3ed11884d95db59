package rollback

import (
	"maps"
	"testing"
)

// FuzzParseVersions: whatever is read names versions that can be, of functions or of hosts,
// and is read the same when it is written.
func FuzzParseVersions(f *testing.F) {
	for _, text := range []string{
		"user=7,admin=3", "hosts=7", "hosts=7,user=1",
		"user=0", "user=1,user=2", "user", "=1", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParseVersions(text)
		if err != nil {
			return
		}
		_, hosts := all[Hosts]
		if len(all) == 0 || hosts && len(all) > 1 {
			t.Errorf("%q is read as %v", text, all)
		}
		for service, n := range all {
			if n < 1 {
				t.Errorf("%q has version %d of %s", text, n, service)
			}
		}
		if again, err := ParseVersions(all.String()); err != nil || !maps.Equal(again, all) {
			t.Errorf("%q is read as %v, and that as %v, %v", text, all, again, err)
		}
	})
}
