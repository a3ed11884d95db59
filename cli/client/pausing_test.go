package client

import (
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// Whoever waits is told why, and how long.
func TestPausing(t *testing.T) {
	t.Parallel()
	var why []send.Code
	c := &Client{
		Pause: func(time.Duration) time.Duration { return 0 },
		Pausing: func(err error, wait time.Duration) {
			if why = append(why, send.CodeOf(err)); wait <= 0 {
				t.Errorf("for %v it is waited %v", err, wait)
			}
		},
	}
	fails := []error{send.Fail(send.Unavailable, "gone"), send.Fail(send.Limited, "later"), nil}
	n := -1
	if err := c.repeat(t.Context(), func() error { n++; return fails[n] }); err != nil {
		t.Fatal(err)
	}
	if len(why) != 2 || why[0] != send.Unavailable || why[1] != send.Limited {
		t.Errorf("it is told %v", why)
	}
}
