package backup_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/command"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/wire"
)

// A child of the tests is the command itself.
func TestMain(m *testing.M) {
	if os.Getenv("BACKUP_TEST_CHILD") != "" {
		os.Exit(command.Main())
	}
	os.Exit(m.Run())
}

// sgsend is the command, as a process of its own.
func sgsend(dir string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), "BACKUP_TEST_CHILD=1", "SEND__DISK_PATH="+dir, "SEND__RATE_LIMITS=off",
		"SEND__USER_ADDR=127.0.0.1:0", "SEND__ADMIN_ADDR=127.0.0.1:0")
	return c
}

// run runs the command to its end, and returns what it said to people.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := sgsend(dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("sgsend %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// server is a service that runs on a folder.
type server struct {
	url, token string
	log        *logtest.Buffer
	cmd        *exec.Cmd
	ended      chan error
}

func serve(t *testing.T, dir string) *server {
	t.Helper()
	s := &server{log: &logtest.Buffer{}, cmd: sgsend(dir, "serve"), ended: make(chan error, 1)}
	out := &logtest.Buffer{}
	s.cmd.Stdout, s.cmd.Stderr = out, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	t.Cleanup(func() { s.cmd.Process.Kill() })
	select {
	case <-out.When(func(text string) bool { return strings.Contains(text, "Ctrl-C") }):
	case err := <-s.ended:
		t.Fatalf("ended at the start: %v\n%s", err, s.log)
	case <-time.After(2 * time.Minute):
		t.Fatalf("did not start:\n%s\n%s", out, s.log)
	}
	s.url = regexp.MustCompile(`Send and receive\s+(\S+)`).FindStringSubmatch(out.String())[1]
	token, err := os.ReadFile(filepath.Join(dir, "access-token"))
	if err != nil {
		t.Fatal(err)
	}
	s.token = strings.TrimSpace(string(token))
	return s
}

// stop ends the service as a system does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("%v\n%s", err, s.log)
	}
}

// ask makes a request, and returns status and body; 0 where there was no answer.
func (s *server) ask(method, path string, body []byte, headers ...string) (int, []byte) {
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("x-sgraph-access-token", s.token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, answer
}

const deleteSecret = "a secret that deletes"

// sent is what a client knows of a transfer that was acknowledged to it as complete.
type sent struct {
	id   string
	body []byte

	deleting, deleted time.Time // when that was asked for, and acknowledged
}

// send sends something; nil where that was not acknowledged.
func (s *server) send(n int) *sent {
	x := &sent{body: make([]byte, n)}
	rand.Read(x.body)
	hash := sha256.Sum256([]byte(deleteSecret))
	create, _ := json.Marshal(map[string]any{"delete_auth_hash": hex.EncodeToString(hash[:])})
	status, answer := s.ask("POST", "/api/transfers/create", create)
	var made struct {
		ID string `json:"transfer_id"`
	}
	if status != 200 || json.Unmarshal(answer, &made) != nil {
		return nil
	}
	x.id = made.ID
	if status, _ := s.ask("POST", "/api/transfers/upload/"+x.id, x.body); status != 200 {
		return nil
	}
	if status, _ := s.ask("POST", "/api/transfers/complete/"+x.id, nil); status != 200 {
		return nil
	}
	return x
}

// load is clients that send, receive and delete until it is stopped.
type load struct {
	mu  sync.Mutex
	all []*sent

	stop func()
}

func (s *server) load(t *testing.T) *load {
	ctx, cancel := context.WithCancel(t.Context())
	var l load
	var clients sync.WaitGroup
	l.stop = func() { cancel(); clients.Wait() }
	t.Cleanup(l.stop)
	pick := func(n int) *sent {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.all) == 0 {
			return nil
		}
		return l.all[n%len(l.all)]
	}
	for range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				if x := s.send(50_000); x != nil {
					l.mu.Lock()
					l.all = append(l.all, x)
					l.mu.Unlock()
				}
			}
		})
	}
	clients.Go(func() {
		for n := 0; ctx.Err() == nil; n += 7 {
			if x := pick(n); x != nil {
				s.ask("GET", "/api/transfers/download/"+x.id, nil)
			}
		}
	})
	clients.Go(func() {
		for n := 3; ctx.Err() == nil; n += 5 {
			time.Sleep(50 * time.Millisecond) // fewer than are sent
			x := pick(n)
			if x == nil || !x.deleting.IsZero() {
				continue
			}
			l.mu.Lock()
			x.deleting = time.Now()
			l.mu.Unlock()
			if status, _ := s.ask("DELETE", wire.DeleteTransfer.To(x.id), nil, wire.DeleteAuth.Name, deleteSecret); status/100 == 2 {
				l.mu.Lock()
				x.deleted = time.Now()
				l.mu.Unlock()
			}
		}
	})
	return &l
}

// acknowledged are those that were by now, as they are.
func (l *load) acknowledged(t *testing.T, least int) (all []sent) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		l.mu.Lock()
		for _, x := range l.all {
			all = append(all, *x)
		}
		l.mu.Unlock()
		if len(all) >= least {
			return all
		}
		if all = nil; time.Now().After(deadline) {
			t.Fatal("nothing is sent")
		}
	}
}

// What was acknowledged before a backup begins is in it, whatever goes on meanwhile,
// and what was deleted before is not.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	serve(t, dir).stop(t) // so that ledger and store know each other
	s := serve(t, dir)
	l := s.load(t)
	for round := 1; round <= 2; round++ {
		before := l.acknowledged(t, 40*round)
		begun := time.Now()
		file := filepath.Join(t.TempDir(), "backup.tar")
		run(t, dir, "backup", file)
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup is %v, %v", info.Mode(), err)
		}
		made := time.Now()
		l.acknowledged(t, len(before)+20) // it goes on

		restored := filepath.Join(t.TempDir(), "data")
		run(t, restored, "restore", file)
		other := serve(t, restored)
		l.mu.Lock()
		now := map[string]sent{}
		for _, x := range l.all {
			now[x.id] = *x
		}
		l.mu.Unlock()
		kept, gone := 0, 0
		for _, x := range before {
			status, body := other.ask("GET", "/api/transfers/download/"+x.id, nil)
			switch x := now[x.id]; {
			case x.deleting.IsZero() || x.deleting.After(made):
				if kept++; status != 200 || !bytes.Equal(body, x.body) {
					t.Errorf("%s was acknowledged: %d, %d bytes", x.id, status, len(body))
				}
			case !x.deleted.IsZero() && x.deleted.Before(begun):
				if gone++; status == 200 {
					t.Errorf("%s was deleted: %d", x.id, status)
				}
			case status != 200 && status != 404:
				t.Errorf("%s was deleted meanwhile: %d", x.id, status)
			}
		}
		if kept < 10 || gone == 0 && round == 2 {
			t.Errorf("%d are kept, and %d are gone", kept, gone)
		}
		if x := other.send(1000); x == nil {
			t.Errorf("nothing can be sent any more\n%s", other.log)
		}
		other.stop(t)
		if log := other.log.String(); strings.Contains(log, `"level":"ERROR"`) || strings.Contains(log, `"level":"WARN"`) {
			t.Errorf("the restored service complains:\n%s", log)
		}
		for _, x := range before { // its sweep at the start removed nothing of them
			if now[x.id].deleting.IsZero() && !there(t, restored, x.id) {
				t.Errorf("the bytes of %s were swept", x.id)
			}
		}
	}
	l.stop()
	s.stop(t)
	if log := s.log.String(); strings.Contains(log, `"level":"ERROR"`) {
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
	s := serve(t, dir)
	l := s.load(t)
	l.acknowledged(t, 30)
	l.stop()
	s.stop(t)
	backup := sgsend(dir, "backup", "-")
	restore := sgsend(restored, "restore", "-")
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
	all := map[send.Key]string{}
	for r, err := range l.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all[r.Key] = fmt.Sprintf("%+v", r)
	}
	return all
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
	s := serve(t, dir)
	for range 4 {
		if s.send(8<<20) == nil {
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
			c := sgsend(dir, "backup", file)
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
	run(t, dir, "backup", file)
	run(t, dir, "restore", "--check", file)
}
