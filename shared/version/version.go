// Package version says which build this is.
package version

// Version is stamped by the build with
// -ldflags "-X sgraph.ai/send/shared/version.Version=…".
var Version = "dev"
