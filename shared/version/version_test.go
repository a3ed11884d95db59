package version

import (
	"runtime/debug"
	"testing"
)

func TestWhatIsNotStampedIsOfTheVersionThatWasFetched(t *testing.T) {
	t.Parallel()
	const path = "sgraph.ai/send/shared"
	other := &debug.Module{Path: "example.org/other", Version: "v9.9.9"}
	for name, c := range map[string]struct {
		of   *debug.Module
		want string
	}{
		"fetched":             {&debug.Module{Path: path, Version: "v0.4.0"}, "v0.4.0"},
		"in the workspace":    {&debug.Module{Path: path, Version: "(devel)"}, "dev"},
		"in a folder":         {&debug.Module{Path: path, Version: "v0.4.0", Replace: &debug.Module{Path: ".."}}, "dev"},
		"between releases":    {&debug.Module{Path: path, Version: "v0.4.1-0.20261129000000-0123456789ab"}, "dev"},
		"another module only": {other, "dev"},
	} {
		if got := fetched(&debug.BuildInfo{Deps: []*debug.Module{other, c.of}}); got != c.want {
			t.Errorf("%s: it is %q, not %q", name, got, c.want)
		}
	}
}
