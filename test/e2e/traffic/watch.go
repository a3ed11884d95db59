package traffic

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"sgraph.ai/send/test/e2e/memory"
)

// Sample is what a process has at a moment; of several, what the largest has.
type Sample struct {
	After       time.Duration
	Resident    int64 // bytes
	Own         int64 // bytes of those that are no pages of a file, such as the ledger's, which grows with what is in it
	Descriptors int
}

// Watch looks at the processes that there are until ctx ends, every so often. On systems without /proc there is
// nothing to see.
func Watch(ctx context.Context, pids func() []int, every time.Duration) (all []Sample) {
	began := time.Now()
	for ; ctx.Err() == nil; sleep(ctx, every) {
		largest := Sample{After: time.Since(began)}
		for _, pid := range pids() {
			one, err := held(pid)
			if err != nil { // it has ended
				continue
			}
			largest.Resident = max(largest.Resident, one.Resident)
			largest.Own = max(largest.Own, one.Own)
			largest.Descriptors = max(largest.Descriptors, one.Descriptors)
		}
		if largest.Descriptors > 0 {
			all = append(all, largest)
		}
	}
	return all
}

// held is what a process has now.
func held(pid int) (s Sample, err error) {
	had, err := memory.Of(pid)
	if err != nil {
		return s, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return Sample{Resident: had.Resident, Own: had.Own, Descriptors: len(open)}, err
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// What a process may have more of in the last third of its time than in the second: the rest is that the garbage of a
// moment is larger than that of another, and that connections come and go.
const (
	moreOwn         = 8 << 20 // bytes, or an eighth
	moreDescriptors = 32      // or a quarter
)

// Flat says why what a process has of its own does not stay as it is, or returns nil. In the first third it gets warm.
func Flat(all []Sample) error {
	third := len(all) / 3
	if third < 3 {
		return fmt.Errorf("%d looks are too few to say whether it is flat", len(all))
	}
	second, last := all[third:2*third], all[2*third:]
	middle := func(of []Sample, what func(Sample) int64) int64 {
		var v []int64
		for _, s := range of {
			v = append(v, what(s))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	for _, one := range []struct {
		name string
		of   func(Sample) int64
		more int64 // at least
		part int64
	}{
		{"bytes of its own", func(s Sample) int64 { return s.Own }, moreOwn, 8},
		{"descriptors", func(s Sample) int64 { return int64(s.Descriptors) }, moreDescriptors, 4},
	} {
		before, after := middle(second, one.of), middle(last, one.of)
		if after > before+max(one.more, before/one.part) {
			return fmt.Errorf("it does not stay as it is: %d %s, and %d later", before, one.name, after)
		}
	}
	return nil
}
