package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"sgraph.ai/send/test/e2e/memory"
)

// server is a peer in a process of its own, which can be started anew.
type server interface {
	peer
	start(ctx context.Context) error // returns as soon as it has answered
	stop()
	small() string // the URL of the smallest answer that it gives
	// most is how large a file may be that it takes, and why no larger; 0 = as large as one likes.
	most() (size int64, why string)
}

// process is a server that was not made to be tested.
type process struct {
	dir     string // of all that it keeps
	url     string // its origin
	health  string // the path of the smallest answer that it gives; none = it speaks no HTTP
	command func() *exec.Cmd

	cmd   *exec.Cmd
	ended chan struct{}
}

// patience is how long a server may take until it answers, or ends.
const patience = 30 * time.Second

func (p *process) small() string         { return p.url + p.health }
func (p *process) pids() []int           { return withChildren(p.cmd.Process.Pid) }
func (p *process) most() (int64, string) { return 0, "" }
func (p *process) ready(_ context.Context, _ *http.Client, url string) (string, error) {
	return url, nil
}

func (p *process) start(ctx context.Context) error {
	temporary := filepath.Join(p.dir, "tmp")
	if err := os.MkdirAll(temporary, 0o700); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = p.command()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = append(append(os.Environ(), "TMPDIR="+temporary), p.cmd.Env...)
	if err := p.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := p.cmd, make(chan struct{})
	p.ended = ended
	go func() { _ = cmd.Wait(); close(ended) }()
	if err := p.answers(ctx); err != nil {
		p.stop()
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, said[max(0, len(said)-2000):])
	}
	return nil
}

// answers waits until it does.
func (p *process) answers(ctx context.Context) error {
	c := newClient()
	defer c.CloseIdleConnections()
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if p.health == "" {
			var conn net.Conn
			if conn, last = net.Dial("tcp", p.url); last == nil {
				return conn.Close()
			}
		} else if _, last = body(ctx, c, http.MethodGet, p.small(), nil, 0); last == nil {
			return nil
		}
		select {
		case <-p.ended:
			return errors.New("it ended before it answered")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return fmt.Errorf("it does not answer: %w", last)
}

func (p *process) stop() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(patience / 6):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// peak is the most that processes had of resident memory, in bytes; what they share counts for each.
func peak(pids ...int) (total int64, err error) {
	for _, pid := range pids {
		had, err := memory.Of(pid)
		if err != nil {
			return 0, err
		}
		total += had.Peak
	}
	return total, nil
}
