package traffic_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/nightly"
)

// mishap is what happens to a machine after a while, and how long it lasts.
type mishap struct {
	kind        string
	after, long time.Duration
}

const (
	killed = "it is killed and started again"
	still  = "it stands still"
	full   = "its disk is full"
)

// mishaps are those by which a machine is killed so often, and each kind happens: the same seed, the same.
func mishaps(seed uint64, kills int) (all []mishap) {
	chance := rand.New(rand.NewPCG(seed, 3))
	upTo := func(most time.Duration) time.Duration { return time.Duration(chance.Int64N(int64(most))) }
	for kills > 0 {
		m := mishap{killed, 200*time.Millisecond + upTo(time.Second), upTo(time.Second)}
		switch kind := chance.IntN(4); {
		case kind == 0 || len(all) == 0:
			m.kind = still
		case kind == 1 || len(all) == 1:
			m.kind = full
		default:
			kills--
		}
		all = append(all, m)
	}
	return all
}

// What happens, and when, is the seed's: of a machine as of requests.
func TestASeedIsASchedule(t *testing.T) {
	t.Parallel()
	if one, again := mishaps(7, 50), mishaps(7, 50); !slices.Equal(one, again) {
		t.Errorf("of one seed: %v and %v", one, again)
	}
	if slices.Equal(mishaps(7, 50), mishaps(8, 50)) {
		t.Error("two seeds have the same mishaps")
	}
	for _, kind := range []string{killed, still, full} {
		if !slices.ContainsFunc(mishaps(7, 1), func(m mishap) bool { return m.kind == kind }) {
			t.Errorf("it never happens that %s", kind)
		}
	}
	one, again, other := meets(t, 7), meets(t, 7), meets(t, 8)
	if !slices.Equal(one, again) {
		t.Errorf("of one seed requests meet\n%q and\n%q", one, again)
	}
	if slices.Equal(one, other) {
		t.Error("by two seeds they meet the same")
	}
}

// The process is killed and started again, stands still, and finds its disk full: nothing that was acknowledged is
// lost, and nobody has to lend a hand.
func TestFaultsOfAMachine(t *testing.T) {
	t.Parallel()
	by := seed(t)
	dir, fill := volume(t)
	if fill == nil {
		apart(t, by)
		return
	}
	s := serveIn(t, dir)
	p := suffering(s, by)
	report, rations := during(t, p, s.Operator(), func() {
		for n, m := range mishaps(by, nightly.Or(4, 50)) {
			time.Sleep(m.after)
			switch m.kind {
			case still:
				s.Freeze(m.long)
			case full:
				fill(m.long)
			default:
				s.Kill()
				if err := s.Start(t.Context()); err != nil {
					t.Errorf("after %d mishaps: %v", n, err)
					return
				}
			}
		}
	})
	afterwards(t, p, report, s.Operator(), rations)
}

// isApart says that the test runs in a namespace of its own already.
const isApart = "SEND_TEST_APART"

// volume is a folder on a file system of its own, which can be filled for a while. fill is nil where this process may
// make no file system but can have a namespace in which it may; where there is neither, the disk is never full.
func volume(t *testing.T) (dir string, fill func(time.Duration)) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv(isApart) == "" && exec.Command("unshare", "-Urm", "true").Run() == nil {
			return "", nil
		}
		t.Logf("NOT TESTED: a full disk, because no file system can be made here: %v %s", err, out)
		return dir, time.Sleep
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	return dir, func(d time.Duration) {
		f, err := os.Create(ballast)
		if err != nil {
			t.Error(err)
			return
		}
		defer os.Remove(ballast)
		defer f.Close()
		for block := make([]byte, 1<<20); err == nil; {
			_, err = f.Write(block) // until there is no room
		}
		time.Sleep(d)
	}
}

// apart runs the test in namespaces of users and mounts of its own.
func apart(t *testing.T, seed uint64) {
	t.Helper()
	again := exec.CommandContext(t.Context(), "unshare", "-Urm",
		os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=1h")
	again.Env = append(os.Environ(), isApart+"=1", fmt.Sprintf("SEND_TEST_SEED=%d", seed))
	again.Stdout, again.Stderr = t.Output(), t.Output()
	if err := again.Run(); err != nil {
		t.Errorf("in a namespace of its own: %v", err)
	}
}
