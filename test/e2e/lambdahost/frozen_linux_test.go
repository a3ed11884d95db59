package lambdahost_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/test/e2e/lambdahost"
)

// What a function does after its answer it does when the next event comes, as on AWS, or never.
func TestAProcessStandsStillBetweenEvents(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, later := filepath.Join(dir, "release"), filepath.Join(dir, "later")
	url, f := function(t, func(c *lambdahost.Config) {
		c.Environment = map[string]string{"ECHO_RELEASE": release, "ECHO_LATER": later}
	})
	if status, said := get(t, url+"/later"); status != 200 || said != "begun" {
		t.Fatalf("it answers %d %q", status, said)
	}
	is := f.PIDs()
	if len(is) != 1 {
		t.Fatalf("it has the processes %v", is)
	}
	wait(t, "that it stands still", func() bool { return state(t, is[0]) == 'T' })
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	if _, err := os.Stat(later); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it goes on between events: %v", err)
	}
	wait(t, "that it goes on with the next event", func() bool {
		if status, _ := get(t, url+"/wait"); status != 200 {
			t.Fatalf("then it answers %d", status)
		}
		_, err := os.Stat(later)
		return err == nil
	})
	if now := f.PIDs(); len(now) != 1 || now[0] != is[0] {
		t.Errorf("then it has the processes %v, which were %v", now, is)
	}
}

// Those that have nothing to do can be ended at any time; the next request starts another.
func TestProcessesAreEndedWithoutAWord(t *testing.T) {
	t.Parallel()
	url, f := function(t, nil)
	get(t, url+"/")
	before := f.PIDs()
	f.Cool()
	if n := f.Instances(); n != 0 {
		t.Errorf("%d are left", n)
	}
	if status, _ := get(t, url+"/"); status != 200 {
		t.Errorf("then it answers %d", status)
	}
	if now := f.PIDs(); len(now) != 1 || now[0] == before[0] {
		t.Errorf("then it has the processes %v, which were %v", now, before)
	}
}

// wait waits until something is so.
func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a minute is not enough: ", what)
		}
	}
}

// state is that of a process, as proc(5) has it: T stands still.
func state(t *testing.T, pid int) byte {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(stat), ") ")
	if !ok {
		t.Fatalf("the system says %q", stat)
	}
	return rest[0]
}
