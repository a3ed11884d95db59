package traffic_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/traffic"
)

// seed is what the faults of a run are chosen by, and when: SEND_TEST_SEED, to see one again.
func seed(t *testing.T) uint64 {
	t.Helper()
	if said := os.Getenv("SEND_TEST_SEED"); said != "" {
		n, err := strconv.ParseUint(said, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := rand.Uint64N(1 << 32)
	t.Logf("SEND_TEST_SEED=%d", n)
	return n
}

// suffering are people who come to what fails now and then, and do not wait for long.
func suffering(s *traffic.Service, seed uint64) traffic.People {
	p := people(s)
	p.Seed, p.Forgiving, p.For = seed, true, time.Hour
	p.Pause = func(d time.Duration) time.Duration { return d / 5 }
	return p
}

// during has people come, and tokens be spent, while something is done to the service.
func during(
	t *testing.T, p traffic.People, o *operator.Service, what func(),
) (r *traffic.Report, rations []*traffic.Ration) {
	t.Helper()
	coming, enough := context.WithCancel(t.Context())
	came, spent := make(chan *traffic.Report), make(chan []*traffic.Ration)
	go func() { came <- p.Until(t.Context(), coming) }()
	go func() { spent <- p.Ration(t.Context(), coming, o) }()
	what()
	enough()
	return <-came, <-spent
}

// afterwards fails the test unless all is well now that the faults are over.
func afterwards(
	t *testing.T, p traffic.People, r *traffic.Report, o *operator.Service, rations []*traffic.Ration,
) {
	t.Helper()
	var said testLog
	_ = r.WriteTable(&said)
	t.Logf("%d transfers were begun and not acknowledged, and %d tokens were spent\n%s",
		len(r.Begun()), len(rations), said)
	if err := p.Settled(t.Context(), r, o, rations); err != nil {
		t.Error(err)
	}
}

type testLog []byte

func (l *testLog) Write(p []byte) (int, error) { *l = append(*l, p...); return len(p), nil }

// flat fails the test at night, when there is time to tell, unless processes have no more in the end than before.
func flat(t *testing.T, pids func() []int) (enough func()) {
	t.Helper()
	watching, watched := context.WithCancel(t.Context())
	samples := make(chan []traffic.Sample, 1)
	go func() { samples <- traffic.Watch(watching, pids, nightly.Or(100*time.Millisecond, time.Second)) }()
	return func() {
		watched()
		if had := <-samples; nightly.Or(false, true) && len(had) > 0 {
			if err := traffic.Flat(had); err != nil {
				t.Error(err)
			}
		}
	}
}
