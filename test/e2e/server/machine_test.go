package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sgraph.ai/send/shared/test/logtest"
)

// machine is a root in which systemd runs, with no network but its own loopback.
type machine struct {
	root string
	ours bool // there is something of ours in it, which could be at fault
	init int  // systemd's process, as seen from outside
	halt func()
}

// patience is how long the machine may take for what takes it seconds.
const patience = 2 * time.Minute

// boot starts a machine of a root, which ends with the test.
func boot(t *testing.T, root string) *machine {
	t.Helper()
	_, err := os.Stat(filepath.Join(root, "usr", "bin", "sgsend"))
	m := &machine{root: root, ours: err == nil}
	var said logtest.Buffer
	nspawn := exec.Command("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
		"--directory="+m.root, "--hostname=server", "--boot")
	nspawn.Stdout, nspawn.Stderr = &said, &said
	if err := nspawn.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = nspawn.Wait() }()
	m.halt = sync.OnceFunc(func() {
		_ = nspawn.Process.Signal(syscall.SIGTERM) // systemd is told to halt
		select {
		case <-ended:
		case <-time.After(patience):
			_ = nspawn.Process.Kill()
			<-ended
			t.Error("the machine did not halt")
		}
	})
	t.Cleanup(m.halt)
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			if m.ours {
				t.Fatalf("it boots no more: %s", said.String())
			}
			t.Skipf("SKIPPED, nothing was tested: systemd-nspawn boots no machine here: %s", said.String())
		default:
		}
		if m.init = child(nspawn.Process.Pid); m.init != 0 {
			// Degraded is one of which some unit, none of ours, does not get along here.
			state, _ := m.try(t.Context(), "systemctl", "is-system-running")
			if state = strings.TrimSpace(state); state == "running" || state == "degraded" {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the machine did not boot: %s", said.String())
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			log, _ := m.try(context.Background(), "journalctl", "--no-pager", "--lines=100", "--unit=sgsend*")
			t.Logf("its journal:\n%s", log)
		}
	})
	return m
}

// child is the first process that a process started, or 0.
func child(pid int) int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		if fields := strings.Fields(string(text)); len(fields) > 0 {
			first, _ := strconv.Atoi(fields[0])
			return first
		}
	}
	return 0
}

// try runs a command on the machine, as root, and returns what it printed.
func (m *machine) try(ctx context.Context, command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	inside := append([]string{"--all", "--target", strconv.Itoa(m.init)}, command...)
	out, err := exec.CommandContext(ctx, "nsenter", inside...).CombinedOutput()
	return string(out), err
}

// run runs a command that has to succeed.
func (m *machine) run(t *testing.T, command ...string) string {
	t.Helper()
	out, err := m.try(t.Context(), command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
	return out
}

// put copies a file of this machine into it.
func (m *machine) put(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, to, string(text))
}

func (m *machine) write(t *testing.T, to, text string) {
	t.Helper()
	path := filepath.Join(m.root, to)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pid is the main process of a unit, as the machine numbers it.
func (m *machine) pid(t *testing.T, unit string) string {
	t.Helper()
	return strings.TrimSpace(m.run(t, "systemctl", "show", "--property=MainPID", "--value", unit))
}

// inside runs a function in the network of the machine, where the sockets that
// it makes stay.
func inside[T any](m *machine, do func() (T, error)) (T, error) {
	type result struct {
		made T
		err  error
	}
	done := make(chan result, 1)
	go func() {
		// The thread goes with the goroutine: no other is to find itself there.
		runtime.LockOSThread()
		there, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", m.init))
		if err != nil {
			done <- result{err: err}
			return
		}
		defer there.Close()
		if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{err: err}
			return
		}
		made, err := do()
		done <- result{made, err}
	}()
	r := <-done
	return r.made, r.err
}

// dial opens a connection to an address of the machine.
func (m *machine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	return inside(m, func() (net.Conn, error) {
		return (&net.Dialer{Timeout: patience}).DialContext(ctx, network, address)
	})
}

// reach lets the machine have, at the same address, a service of this one.
func (m *machine) reach(t *testing.T, address string) {
	t.Helper()
	ln, err := inside(m, func() (net.Listener, error) { return net.Listen("tcp", address) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			from, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer from.Close()
				to, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				defer to.Close()
				go func() {
					_, _ = io.Copy(to, from)
					_ = to.(*net.TCPConn).CloseWrite()
				}()
				_, _ = io.Copy(from, to)
			}()
		}
	}()
}

// transport carries requests to the machine.
func (m *machine) transport(t *testing.T) *http.Transport {
	t.Helper()
	transport := &http.Transport{DialContext: m.dial, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}
