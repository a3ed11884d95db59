package traffic

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sample is what a process has at a moment; of several, what the largest has.
type Sample struct {
	After       time.Duration
	Resident    int64 // bytes
	Descriptors int
}

// Watch looks at the processes that there are until ctx ends, every so often. On systems without /proc there is
// nothing to see.
func Watch(ctx context.Context, pids func() []int, every time.Duration) (all []Sample) {
	began := time.Now()
	for ; ctx.Err() == nil; sleep(ctx, every) {
		largest := Sample{After: time.Since(began)}
		for _, pid := range pids() {
			resident, descriptors, err := held(pid)
			if err != nil { // it has ended
				continue
			}
			largest.Resident = max(largest.Resident, resident)
			largest.Descriptors = max(largest.Descriptors, descriptors)
		}
		if largest.Descriptors > 0 {
			all = append(all, largest)
		}
	}
	return all
}

// held is what a process has now.
func held(pid int) (resident int64, descriptors int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, 0, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return 0, 0, err
	}
	fields := strings.Fields(string(status))
	if len(fields) < 2 {
		return 0, 0, errors.New("it has ended")
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), len(open), err
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
	moreResident    = 16 << 20 // bytes, or a quarter
	moreDescriptors = 32       // or a quarter
)

// Flat says why what a process has does not stay as it is, or returns nil. In the first third it gets warm.
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
		more int64
	}{
		{"bytes resident", func(s Sample) int64 { return s.Resident }, moreResident},
		{"descriptors", func(s Sample) int64 { return int64(s.Descriptors) }, moreDescriptors},
	} {
		before, after := middle(second, one.of), middle(last, one.of)
		if after > before+max(one.more, before/4) {
			return fmt.Errorf("it does not stay as it is: %d %s, and %d later", before, one.name, after)
		}
	}
	return nil
}
