package semver

import "testing"

func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		line Line
		want string
	}{
		{"v0.3.5", Dev, "v0.3.6"},
		{"v0.3.5", Main, "v0.4.0"},
		{"v0.9.0", Main, "v0.10.0"},
		{"v1.2.9", Dev, "v1.2.10"},
	} {
		from, err := Parse(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.line.Next(from).String(); got != c.want {
			t.Errorf("%s on %s became %s, want %s", c.from, c.line, got, c.want)
		}
	}
}

func TestParseRefusesWhatIsNoRelease(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "0.3.5", "v0.3", "v0.3.5-rc1", "v0.3.05", "v0.3.5 ", "v1.2.3.4", "v1.2.9999999999", "dev",
	} {
		if v, err := Parse(s); err == nil {
			t.Errorf("%q was read as %v", s, v)
		}
	}
}

func TestCompareGoesByNumber(t *testing.T) {
	t.Parallel()
	if Compare(Version{0, 10, 0}, Version{0, 9, 9}) <= 0 {
		t.Error("v0.10.0 does not come after v0.9.9")
	}
}
