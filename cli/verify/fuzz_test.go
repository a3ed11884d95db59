package verify

import (
	"strings"
	"testing"
)

// FuzzParse: whatever is given out as the list of a release, it is one by which pages can
// be asked for and compared, or it is refused in a line that a terminal can show.
func FuzzParse(f *testing.F) {
	page := `{"path":"/","size":1,"sha256":"` + strings.Repeat("e3b0c442", 8) + `"}`
	f.Add([]byte(`{"version":"v1.2.3","user":[` + page + `],"admin":[` + page + `]}`))
	f.Add([]byte(`{"version":"v1.2.3\u001b[2J","user":[` + page + `],"admin":[` + page + `]}`))
	f.Add([]byte(`{"version":"v1","user":[{"path":"\u001b]0;x\u0007"}],"admin":[{}]}`))
	f.Add([]byte(`{"version":"v1","user":[{"path":"//evil.example/","size":-1}],"admin":[null]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := parse(text)
		if err != nil {
			if said := err.Error(); strings.ContainsAny(said, "\x1b\x07\r\n") {
				t.Errorf("%q is refused by %q", text, said)
			}
			return
		}
		if strings.ContainsAny(l.Version, "\x1b\n /") || len(l.User) == 0 || len(l.Admin) == 0 {
			t.Errorf("%q is taken for the list of %q", text, l.Version)
		}
		for _, r := range append(l.User, l.Admin...) {
			if !strings.HasPrefix(r.Path, "/") || len(r.SHA256) != 64 || r.Size < 0 {
				t.Errorf("%q names %+v", text, r)
			}
		}
	})
}
