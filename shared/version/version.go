// Package version says which build this is.
package version

import (
	"runtime/debug"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Version is stamped by the build with
// -ldflags "-X sgraph.ai/send/shared/version.Version=…". Where it was not, it is the
// one in which the go command fetched this module, as go install does.
var Version = unstamped

const (
	unstamped = "dev"
	module    = "sgraph.ai/send/shared"
)

var released = lazyregexp.New(`^v\d+\.\d+\.\d+$`)

func init() {
	if Version != unstamped {
		return
	}
	if built, ok := debug.ReadBuildInfo(); ok {
		Version = fetched(built)
	}
}

// fetched answers in which version a build took this module from elsewhere. One that
// found it in a folder is of none, and nor is one of a commit between two releases.
func fetched(built *debug.BuildInfo) string {
	for _, m := range built.Deps {
		if m.Path == module && m.Replace == nil && released.MatchString(m.Version) {
			return m.Version
		}
	}
	return unstamped
}
