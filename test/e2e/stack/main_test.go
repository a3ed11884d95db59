package stack

import (
	"fmt"
	"os"
	"testing"

	"sgraph.ai/send/test/e2e/pulumi"
)

// atOnce is how many stacks are tested side by side: more than there are processors,
// because the engine, and a simulated AWS that settles as slowly as the real one,
// are waited for most of the time.
const atOnce = "5"

func TestMain(m *testing.M) {
	if err := pulumi.AtOnce(atOnce); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	m.Run()
}
