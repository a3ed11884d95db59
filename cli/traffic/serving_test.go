package traffic_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/functions"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/test/moto"
)

// What a service says of which versions serve is what the move did.
func TestWhatServesIsWhatWasMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inSteps)
	var seen []string
	see := func() {
		account := moto.Config(t)
		l := functions.New(func(context.Context) (aws.Config, error) { return account, nil })
		serving, err := l.Serving(context.WithoutCancel(t.Context()), stack.Names{Stack: w.Stack})
		seen = append(seen, fmt.Sprint(serving, err))
	}
	w.during[9] = see
	if err := w.move(t.Context()); err != nil {
		t.Fatal(err)
	}
	see()
	want := []string{
		"[{user {2 3 0.5} {3  0}} {admin {3  0} {3  0}}] <nil>", "[{user {3  0} {3  0}} {admin {3  0} {3  0}}] <nil>",
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("it says\n%q, want\n%q", seen, want)
	}
}
