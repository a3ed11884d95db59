package backup_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/internal/machine"
	"sgraph.ai/send/cli/internal/running"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

func TestMain(m *testing.M) { running.Main(m) }

// What was acknowledged before a backup begins is in it, whatever goes on meanwhile,
// and what was deleted before is not.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	running.Serve(t, running.On(dir)).Stop(t) // so that ledger and store know each other
	s := running.Serve(t, running.On(dir))
	l := s.Load(t)
	for round := 1; round <= nightly.Or(2, 10); round++ {
		before := l.Acknowledged(t, 40*round)
		begun := time.Now()
		file := filepath.Join(t.TempDir(), "backup.tar")
		running.Run(t, running.On(dir), "backup", file)
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup is %v, %v", info.Mode(), err)
		}
		made := time.Now()
		l.Acknowledged(t, len(before)+20) // it goes on

		restored := filepath.Join(t.TempDir(), "data")
		running.Run(t, running.On(restored), "restore", file)
		other := running.Serve(t, running.On(restored))
		now := map[string]running.Sent{}
		for _, x := range l.Acknowledged(t, 0) {
			now[x.ID] = x
		}
		kept, gone := 0, 0
		for _, x := range before {
			status, body := other.Ask("GET", "/api/transfers/download/"+x.ID, nil)
			switch x := now[x.ID]; {
			case x.Deleting.IsZero() || x.Deleting.After(made):
				if kept++; status != 200 || !bytes.Equal(body, x.Body) {
					t.Errorf("%s was acknowledged: %d, %d bytes", x.ID, status, len(body))
				}
			case !x.Deleted.IsZero() && x.Deleted.Before(begun):
				if gone++; status == 200 {
					t.Errorf("%s was deleted: %d", x.ID, status)
				}
			case status != 200 && status != 404:
				t.Errorf("%s was deleted meanwhile: %d", x.ID, status)
			}
		}
		if kept < 10 || gone == 0 && round > 1 {
			t.Errorf("%d are kept, and %d are gone", kept, gone)
		}
		if x := other.Send(1000); x == nil {
			t.Errorf("nothing can be sent any more\n%s", other.Log)
		}
		other.Stop(t)
		if log := other.Log.String(); strings.Contains(log, `"level":"ERROR"`) || strings.Contains(log, `"level":"WARN"`) {
			t.Errorf("the restored service complains:\n%s", log)
		}
		for _, x := range before { // its sweep at the start removed nothing of them
			if now[x.ID].Deleting.IsZero() && !there(t, restored, x.ID) {
				t.Errorf("the bytes of %s were swept", x.ID)
			}
		}
	}
	l.Stop()
	s.Stop(t)
	if log := s.Log.String(); strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("the service complains:\n%s", log)
	}
}

// there says whether a data folder has the bytes of a transfer.
func there(t *testing.T, dir, id string) bool {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "transfers", "objects", "*", "*,"+id+",*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}

// Of a service that stands still, every record and every file is what it was.
func TestRestoredRecordByRecord(t *testing.T) {
	t.Parallel()
	dir, restored := t.TempDir(), filepath.Join(t.TempDir(), "data")
	s := running.Serve(t, running.On(dir))
	l := s.Load(t)
	l.Acknowledged(t, 30)
	l.Stop()
	s.Stop(t)
	backup := running.Command(running.On(dir), "backup", "-")
	restore := running.Command(running.On(restored), "restore", "-")
	var err error
	if restore.Stdin, err = backup.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := backup.Start(); err != nil {
		t.Fatal(err)
	}
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := backup.Wait(); err != nil {
		t.Fatal(err)
	}
	if got, want := records(t, restored), records(t, dir); !maps.Equal(got, want) || len(got) < 60 {
		t.Errorf("%d records; want %d", len(got), len(want))
	}
	if got, want := files(t, restored), files(t, dir); !maps.Equal(got, want) || len(got) < 20 {
		t.Errorf("%d files; want %d", len(got), len(want))
	}
}

func records(t *testing.T, dir string) map[send.Key]string {
	t.Helper()
	l, err := bolt.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return machine.Records(t, l)
}

// files are all that is kept, but the ledger's file, whose free pages may be others.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"transfers/objects/*/*", "cache/objects/*/*", "api-key", "access-token"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Errorf("%s: %v, %v", pattern, found, err)
		}
		for _, path := range found {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(path, dir)] = string(content)
		}
	}
	return all
}

// A backup that is interrupted leaves nothing under its name: killed it leaves a part
// that says what it is, and otherwise nothing at all. The next one is not kept from
// anything.
func TestBackupInterrupted(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), t.TempDir()
	s := running.Serve(t, running.On(dir))
	for range 4 {
		if s.Send(8<<20) == nil {
			t.Fatal("not sent")
		}
	}
	file := filepath.Join(to, "backup.tar")
	parts := func() []string {
		found, _ := filepath.Glob(filepath.Join(to, ".sgsend-*.part"))
		return found
	}
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		caught := false
		for try := 0; try < 50 && !caught; try++ {
			os.Remove(file)
			for _, p := range parts() {
				os.Remove(p)
			}
			c := running.Command(running.On(dir), "backup", file)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			for len(parts()) == 0 {
				if _, err := os.Stat(file); err == nil {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if err := c.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			caught = <-ended != nil
		}
		if _, err := os.Stat(file); err == nil || !caught {
			t.Errorf("%v: a half backup has its name, or it was not caught: %v", signal, caught)
		}
		if left := parts(); signal == syscall.SIGTERM && len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	}
	running.Run(t, running.On(dir), "backup", file)
	running.Run(t, running.On(dir), "restore", "--check", file)
}
