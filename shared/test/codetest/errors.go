package codetest

import (
	"testing"

	"sgraph.ai/send/shared/send"
)

// T is a test that ends with the first error that it does not want.
type T struct{ *testing.T }

// OK wants no error.
func (t T) OK(err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("error: %v", err)
	}
}

// Is wants an error of a code; "" is no error.
func (t T) Is(want send.Code, err error) {
	t.Helper()
	if got := send.CodeOf(err); got != want {
		t.Fatalf("code %q of error %v; want %q", got, err, want)
	}
}
