package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// manager holds the sockets, as a service manager does, and hears what the process
// says.
type manager struct {
	t     *testing.T
	names []string
	files []*os.File
	said  *net.UnixConn
	at    string // of said
}

// manage opens sockets of these names, and returns where they are.
func manage(t *testing.T, names ...string) (m *manager, addresses []string) {
	t.Helper()
	m = &manager{t: t, names: names, at: filepath.Join(t.TempDir(), "notify")}
	for range names {
		ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		file, err := ln.File()
		if err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, ln.Addr().String())
		ln.Close() // the file stays open
		t.Cleanup(func() { file.Close() })
		m.files = append(m.files, file)
	}
	var err error
	if m.said, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: m.at}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.said.Close() })
	return m, addresses
}

// start starts a process, and waits until it says that it is ready.
func (m *manager) start(dir string, env ...string) *server {
	m.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	cmd.ExtraFiles = m.files
	s := run(m.t, cmd, dir, append(env, "NOTIFY_SOCKET="+m.at, fmt.Sprintf("LISTEN_FDS=%d", len(m.names)),
		"LISTEN_FDNAMES="+strings.Join(m.names, ":"))...)
	m.hears("READY=1")
	return s
}

// hears waits until the process says that.
func (m *manager) hears(what string) {
	m.t.Helper()
	b := make([]byte, 1<<10)
	if err := m.said.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		m.t.Fatal(err)
	}
	if n, err := m.said.Read(b); err != nil || !strings.HasPrefix(string(b[:n]), what) {
		m.t.Fatalf("heard is %q, %v, not %s", b[:n], err, what)
	}
}

// stop ends the process as a service manager does, and waits for it.
func (m *manager) stop(s *server) {
	m.t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	m.hears("STOPPING=1\nEXTEND_TIMEOUT_USEC=")
	if err := <-s.ended; err != nil {
		m.t.Fatalf("it ended with %v: %s", err, s.log)
	}
}

// sender sends and receives over and over, on connections that it keeps, and
// repeats nothing that fails.
type sender struct {
	token, origin string
	http          *http.Client
}

func (s *sender) do(ctx context.Context, method, path string, body io.Reader) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.origin+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Sgraph-Access-Token", s.token)
	res, err := s.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s answers %s: %s", method, path, res.Status, b)
	}
	return b, err
}

// round sends and receives once; content comes with a pause in the middle of it.
func (s *sender) round(ctx context.Context, content []byte, pause time.Duration) error {
	b, err := s.do(ctx, "POST", "/api/transfers/create", nil)
	if err != nil {
		return err
	}
	var made struct {
		ID string `json:"transfer_id"`
	}
	if err := json.Unmarshal(b, &made); err != nil {
		return err
	}
	r, w := io.Pipe()
	go func() {
		half := len(content) / 2
		_, _ = w.Write(content[:half])
		time.Sleep(pause)
		_, _ = w.Write(content[half:])
		w.Close()
	}()
	if _, err := s.do(ctx, "POST", "/api/transfers/upload/"+made.ID, r); err != nil {
		return err
	}
	if _, err := s.do(ctx, "POST", "/api/transfers/complete/"+made.ID, nil); err != nil {
		return err
	}
	got, err := s.do(ctx, "GET", "/api/transfers/download/"+made.ID, nil)
	if err == nil && !bytes.Equal(got, content) {
		err = fmt.Errorf("%d of %d bytes came", len(got), len(content))
	}
	return err
}

// An upgrade, or any restart, that keeps the sockets drops no request: whoever is
// being served is served to the end, and whoever comes meanwhile waits.
func TestRestartsUnderLoadLoseNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, addresses := manage(t, "admin", "user")
	s := m.start(dir)
	if s.admin != "http://"+addresses[0] || s.user != "http://"+addresses[1] {
		t.Fatalf("it is at %s and %s, the sockets are %v", s.admin, s.user, addresses)
	}
	m.restart(s, 10, func() *server { return m.start(dir) },
		func() *sender { return &sender{s.token, s.user, &http.Client{Transport: &http.Transport{}}} })
}

// restart ends and starts a server that often under the load of senders, each made
// anew, of which none fails.
func (m *manager) restart(s *server, times int, again func() *server, newSender func() *sender) {
	m.t.Helper()
	ctx, stop := context.WithCancel(m.t.Context())
	defer stop()
	var load sync.WaitGroup
	var rounds atomic.Int64
	work := func(do func(*sender) error) {
		load.Go(func() {
			own := newSender()
			defer own.http.CloseIdleConnections()
			for ctx.Err() == nil {
				if err := do(own); err != nil {
					m.t.Errorf("after %d rounds: %v", rounds.Load(), err)
					return
				}
				rounds.Add(1)
			}
		})
	}
	all := context.WithoutCancel(ctx) // a round that has begun ends
	for range 3 {
		work(func(own *sender) error { return own.round(all, sealed(50_000), 0) })
	}
	work(func(own *sender) error { return own.round(all, sealed(400_000), 300*time.Millisecond) })
	work(func(own *sender) error { // one that asks now and then, on the connection that it has
		time.Sleep(200 * time.Millisecond)
		_, err := own.do(all, "POST", "/api/transfers/create", strings.NewReader("{}"))
		return err
	})
	for range times {
		before := rounds.Load()
		eventually(m.t, "nothing is done any more", func() bool { return m.t.Failed() || rounds.Load() >= before+5 })
		m.stop(s)
		s = again()
	}
	stop()
	load.Wait()
	m.t.Logf("%d rounds", rounds.Load())
}

// Sockets that nobody serves are not ignored, or whoever connects would wait for
// ever.
func TestASocketWithoutAService(t *testing.T) {
	t.Parallel()
	m, _ := manage(t, "user", "https")
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	cmd.ExtraFiles = m.files
	cmd.Env = []string{"SERVE_AS_CHILD=1", "SEND__DISK_PATH=" + t.TempDir(), "SEND__ADMIN_ADDR=127.0.0.1:0",
		"LISTEN_FDS=2", "LISTEN_FDNAMES=user:https"}
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), `"https" is none that is used`) {
		t.Errorf("ended with %v: %s", err, out)
	}
}
