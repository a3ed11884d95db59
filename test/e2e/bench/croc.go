package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sgraph.ai/send/test/e2e/traffic"
)

// croc is a command that gives a file to another that runs at the same time, by a relay, which this starts.
type croc struct {
	bin, dir, relay string
	process         *exec.Cmd
}

// crocHost is where its relay listens: it takes 127.0.0.1 for every address of the machine.
const crocHost = "127.0.0.2"

func startCroc(dir string) (*croc, error) {
	bin, err := installed("croc")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "received"), 0o700); err != nil {
		return nil, err
	}
	var addresses, ports []string
	for range 5 { // one to meet at, and four to transfer by
		address, err := traffic.Free(crocHost)
		if err != nil {
			return nil, err
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		addresses, ports = append(addresses, address), append(ports, port)
	}
	c := &croc{bin: bin, dir: dir, relay: addresses[0]}
	c.process = c.command(context.Background(), "relay", "--host", crocHost, "--ports", strings.Join(ports, ","))
	if err := c.process.Start(); err != nil {
		return nil, err
	}
	for _, address := range addresses {
		for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
				break
			}
			if time.Now().After(end) {
				c.stop()
				return nil, fmt.Errorf("the relay of croc does not answer: %w", err)
			}
		}
	}
	return c, nil
}

func (c *croc) stop() {
	_ = c.process.Process.Kill()
	_ = c.process.Wait()
}

// command is one of it that knows nothing of the person who runs this.
func (c *croc) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.bin, args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "CROC_CONFIG_DIR="+c.dir, "HOME="+c.dir, "CROC_SECRET="+crocSecret)
	return cmd
}

// crocSecret is what the two commands know each other by.
const crocSecret = "1234-of-the-bench-alone"

// give has one command send a file and another receive it, and returns where it then is, and the most memory that
// either took, in MiB. What is given does not compress, so they are told not to try.
func (c *croc) give(ctx context.Context, path string) (received string, memory float64, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var said, heard bytes.Buffer
	send := c.command(ctx, "--relay", c.relay, "--no-compress", "--ignore-stdin", "--disable-clipboard",
		"send", "--no-local", path)
	send.Stdout, send.Stderr = &said, &said
	if err := send.Start(); err != nil {
		return "", 0, err
	}
	type end struct {
		memory float64
		err    error
	}
	sent := make(chan end, 1)
	go func() {
		memory, err := ended(send)
		sent <- end{memory, err}
	}()
	receive := c.command(ctx, "--relay", c.relay, "--ip", c.relay, "--yes", "--overwrite", "--no-compress",
		"--ignore-stdin", "--disable-clipboard", "--out", filepath.Join(c.dir, "received"))
	receive.Stdout, receive.Stderr = &heard, &heard
	memory, err = ran(receive)
	if err != nil {
		stop()
		<-sent
		return "", 0, fmt.Errorf("croc: %w\n%s", err, &heard)
	}
	sends := <-sent
	if sends.err != nil {
		return "", 0, fmt.Errorf("croc send: %w\n%s", sends.err, &said)
	}
	return filepath.Join(c.dir, "received", filepath.Base(path)), max(memory, sends.memory), nil
}
