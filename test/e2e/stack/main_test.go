package stack

import (
	"flag"
	"testing"
)

// atOnce is how many stacks are tested side by side: more than there are processors,
// because the engine, and a simulated AWS that settles as slowly as the real one,
// are waited for most of the time.
const atOnce = "5"

func TestMain(m *testing.M) {
	flag.Parse()
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() == parallel.DefValue {
		if err := parallel.Value.Set(atOnce); err != nil {
			panic(err)
		}
	}
	m.Run()
}
