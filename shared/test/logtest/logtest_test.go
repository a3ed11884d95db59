package logtest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"sgraph.ai/send/shared/test/logtest"
)

func TestManyWriteWhileOneReads(t *testing.T) {
	t.Parallel()
	var log logtest.Buffer
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for i := range 100 {
				fmt.Fprintf(&log, `{"n":%d}`+"\n", i)
			}
		})
	}
	log.WaitFor(t, `{"n":99}`)
	writers.Wait()
	if records := log.Records(t, 800); records[0]["n"] != 0.0 {
		t.Errorf("begins with %v", records[0])
	}
}

func TestWaitsForALineThatIsComplete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log logtest.Buffer
		fmt.Fprintln(&log, `{"msg":"before"}`)
		skip := len(log.String())
		found := make(chan string, 1)
		go func() {
			found <- log.WaitRecord(t, skip, func(record string) bool { return strings.Contains(record, "msg") })
		}()
		for _, piece := range []string{"msg, and no JSON\n", `{"msg":`, `"after"}`} {
			fmt.Fprint(&log, piece)
			synctest.Wait()
			if len(found) != 0 {
				t.Errorf("found %q after %q", <-found, piece)
			}
		}
		fmt.Fprintln(&log)
		if record := <-found; record != `{"msg":"after"}` {
			t.Errorf("found %q", record)
		}
	})
}

// A test that waits in vain ends, and shows what was written instead.
func TestWaitingInVainFails(t *testing.T) {
	t.Parallel()
	never := func(string) bool { return false }
	for name, wait := range map[string]func(*logtest.Buffer, testing.TB){
		"a text":         func(log *logtest.Buffer, t testing.TB) { log.WaitFor(t, "never") },
		"a record":       func(log *logtest.Buffer, t testing.TB) { log.WaitRecord(t, 0, never) },
		"more records":   func(log *logtest.Buffer, t testing.TB) { log.Records(t, 2) },
		"fewer records":  func(log *logtest.Buffer, t testing.TB) { log.Records(t, 0) },
		"what is no map": func(log *logtest.Buffer, t testing.TB) { log.Records(t, 1) },
	} {
		synctest.Test(t, func(t *testing.T) {
			var log logtest.Buffer
			fmt.Fprintln(&log, `"something else"`)
			failing := &failure{TB: t}
			func() {
				defer func() { _ = recover() }()
				wait(&log, failing)
			}()
			if !strings.Contains(failing.says, "something else") {
				t.Errorf("%s: the failure says %q", name, failing.says)
			}
		})
	}
}

// failure notes what a test fails with, in place of failing.
type failure struct {
	testing.TB
	says string
}

func (f *failure) Helper() {}

func (f *failure) Fatalf(format string, args ...any) {
	f.says = fmt.Sprintf(format, args...)
	panic("the test ends here")
}
