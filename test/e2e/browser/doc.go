// Package browser holds the tests of the user's pages in a real Chromium, against the real `sgsend serve`.
//
// They need chromium, chromium-browser or google-chrome on the PATH. Without one they are skipped and say so, except
// under CI=true, where they fail.
package browser
