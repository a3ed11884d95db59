// Package browser holds the tests of the user's pages in a real browser, against the real `sgsend serve`: in Chromium,
// or, with SEND_BROWSER=firefox, in Firefox.
//
// They need chromium, chromium-browser or google-chrome on the PATH, or firefox-esr or firefox. Without one they are
// skipped and say so, except under CI=true, where they fail.
package browser
