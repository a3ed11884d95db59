// Package nightly gives tests their long form where there is time for it: in
// "make nightly", which sets SEND_TEST_NIGHTLY=1.
package nightly

import (
	"os"
	"testing"
)

// Or returns how much of something a test does: as usual, or at night.
func Or[T any](usual, night T) T {
	if os.Getenv("SEND_TEST_NIGHTLY") == "1" {
		return night
	}
	return usual
}

// Only skips by day what there is no time for then.
func Only(tb testing.TB) {
	tb.Helper()
	if !Or(false, true) {
		tb.Skip("SKIPPED: make nightly has the time for it")
	}
}
