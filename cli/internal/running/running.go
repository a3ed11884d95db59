// Package running runs the command as a process of its own, and clients of the service
// that it runs, for tests of what is done to that.
package running

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/command"
	"sgraph.ai/send/cli/internal/child"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/wire"
)

// Main makes the test binary the command, where a test started it as that.
func Main(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(command.Main())
	}
	os.Exit(m.Run())
}

const asCommand = "SGSEND_TEST_COMMAND"

// Env is what a command has of an environment beside the test's.
type Env []string

// On is the environment of a service that keeps its data in a folder.
func On(dir string) Env { return Env{"SEND__DISK_PATH=" + dir} }

// Command is the command, as a process of its own.
func Command(env Env, args ...string) *exec.Cmd {
	c := exec.CommandContext(context.Background(), os.Args[0], args...)
	c.Env = append(os.Environ(), asCommand+"=1", "SEND__RATE_LIMITS=off", "SEND__USER_ADDR=127.0.0.1:0",
		"SEND__ADMIN_ADDR=127.0.0.1:0")
	c.Env = append(c.Env, env...)
	return c
}

// Run runs the command to its end, and returns what it said.
func Run(t *testing.T, env Env, args ...string) string {
	t.Helper()
	out, err := Command(env, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("sgsend %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Server is a service that runs.
type Server struct {
	URL string
	Log *logtest.Buffer

	token   string
	process *child.Process
}

// Serve runs the services, until the test ends.
func Serve(t *testing.T, env Env) *Server {
	t.Helper()
	p := child.Start(t, Command(env, "serve"))
	shown := Run(t, env, "serve", "--show-secrets")
	token := regexp.MustCompile(`Access token\s+(\S+)`).FindStringSubmatch(shown)[1]
	return &Server{URL: p.Told(t, "Send and receive"), Log: p.Log, token: token, process: p}
}

// Stop ends the service as a system does.
func (s *Server) Stop(t *testing.T) {
	t.Helper()
	if err := s.process.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-s.process.Ended; err != nil {
		t.Errorf("%v\n%s", err, s.Log)
	}
}

// Ask makes a request, and returns status and body; 0 where there was no answer.
func (s *Server) Ask(method, path string, body []byte, headers ...string) (int, []byte) {
	headers = append([]string{"x-sgraph-access-token", s.token}, headers...)
	return child.Call(method, s.URL+path, bytes.NewReader(body), headers...)
}

const deleteSecret = "a secret that deletes"

// Delete deletes what Send sent, and says whether that was acknowledged.
func (s *Server) Delete(id string) bool {
	status, _ := s.Ask("DELETE", wire.DeleteTransfer.To(id), nil, wire.DeleteAuth.Name, deleteSecret)
	return status == http.StatusOK
}

// Sent is what a client knows of a transfer that was acknowledged to it as complete.
type Sent struct {
	ID   string
	Body []byte

	Deleting, Deleted time.Time // when that was asked for, and acknowledged
}

// Send sends something; nil where that was not acknowledged.
func (s *Server) Send(n int) *Sent {
	x := &Sent{Body: make([]byte, n)}
	rand.Read(x.Body)
	hash := sha256.Sum256([]byte(deleteSecret))
	create, _ := json.Marshal(map[string]any{"delete_auth_hash": hex.EncodeToString(hash[:])})
	status, answer := s.Ask("POST", "/api/transfers/create", create)
	var made struct {
		ID string `json:"transfer_id"`
	}
	if status != 200 || json.Unmarshal(answer, &made) != nil {
		return nil
	}
	x.ID = made.ID
	if status, _ := s.Ask("POST", "/api/transfers/upload/"+x.ID, x.Body); status != 200 {
		return nil
	}
	if status, _ := s.Ask("POST", "/api/transfers/complete/"+x.ID, nil); status != 200 {
		return nil
	}
	return x
}

// Load is clients that send, receive and delete until Stop.
type Load struct {
	Stop func()

	mu  sync.Mutex
	all []*Sent
}

// Load begins them.
func (s *Server) Load(t *testing.T) *Load {
	ctx, cancel := context.WithCancel(t.Context())
	var l Load
	var clients sync.WaitGroup
	l.Stop = func() { cancel(); clients.Wait() }
	t.Cleanup(l.Stop)
	pick := func(n int) *Sent {
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
				if x := s.Send(50_000); x != nil {
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
				s.Ask("GET", "/api/transfers/download/"+x.ID, nil)
			}
		}
	})
	clients.Go(func() {
		for n := 0; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
			l.mu.Lock()
			more := n < len(l.all)
			l.mu.Unlock()
			if !more {
				continue
			}
			x := pick(n)
			n += 4 // most of them stay
			l.mu.Lock()
			x.Deleting = time.Now()
			l.mu.Unlock()
			if s.Delete(x.ID) {
				l.mu.Lock()
				x.Deleted = time.Now()
				l.mu.Unlock()
			}
		}
	})
	return &l
}

// Acknowledged are those that were by now, as they are, once there are so many.
func (l *Load) Acknowledged(t *testing.T, least int) (all []Sent) {
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
