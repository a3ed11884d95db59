// Package version is stamped by the build.
package version

// Version is replaced by the linker.
var Version = "unstamped"
