package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// commands measures how fast `sgsend send` and `sgsend receive` move a file, which they
// seal and open, and the most memory that they took; in turn with what else does the same
// with another peer: this program, which makes what it sends and keeps nothing, and curl,
// which reads a file and writes one as sgsend does.
func commands(ctx context.Context, dir string, ours *serveProcess, beside peer, o occasion) error {
	path, to := filepath.Join(dir, "file"), filepath.Join(dir, "received")
	f := newContent(o.size)
	if err := f.write(path); err != nil {
		return err
	}
	defer os.Remove(path)
	curl, err := exec.LookPath("curl")
	if err != nil {
		fmt.Printf("SKIPPED: curl as a reference: %v\n\n", err)
	}
	var up, down, theirUp, theirDown, curlUp, curlDown, sends, receives []float64
	for range o.runs {
		c := newClient()
		start := time.Now()
		url, err := beside.upload(ctx, c, f)
		if err != nil {
			return fmt.Errorf("%s: upload: %w", beside.name(), err)
		}
		theirUp = append(theirUp, rate(o.size, start))
		if url, err = beside.ready(ctx, c, url); err != nil {
			return err
		}
		start = time.Now()
		if err := download(ctx, c, url, f); err != nil {
			return fmt.Errorf("%s: download: %w", beside.name(), err)
		}
		theirDown = append(theirDown, rate(o.size, start))
		if err := beside.forget(ctx, c, url); err != nil {
			return err
		}

		if curl != "" {
			start = time.Now()
			if _, err := curled(ctx, curl, "--upload-file", path, url); err != nil {
				return err
			}
			curlUp = append(curlUp, rate(o.size, start))
			start = time.Now()
			if _, err := curled(ctx, curl, "--output", to, url); err != nil {
				return err
			}
			curlDown = append(curlDown, rate(o.size, start))
			if err := errors.Join(f.taken(to), beside.forget(ctx, c, url)); err != nil {
				return err
			}
		}
		c.CloseIdleConnections()

		start = time.Now()
		link, memory, err := ours.command(ctx, dir, "send", "--downloads", "1", path)
		if err != nil {
			return err
		}
		up, sends = append(up, rate(o.size, start)), append(sends, memory)
		start = time.Now()
		_, memory, err = ours.command(ctx, dir, "receive", "-o", to, link)
		if err != nil {
			return err
		}
		down, receives = append(down, rate(o.size, start)), append(receives, memory)
		if err := f.taken(to); err != nil {
			return err
		}
	}
	name := beside.name()
	fmt.Printf("| the command | MB/s | to %s | to curl with %s | peak resident MiB |\n|---|---|---|---|---|\n", name, name)
	row := func(what string, ours, theirs, curls, memory []float64) {
		toCurl := ""
		if curl != "" {
			toCurl = fmt.Sprintf("%.2f", median(ours)/median(curls))
		}
		fmt.Printf("| %s | %.0f | %.2f | %s | %.0f |\n",
			what, median(ours), median(ours)/median(theirs), toCurl, median(memory))
	}
	o.taken.add("Command/send", "MB/s", up)
	o.taken.add("Command/receive", "MB/s", down)
	o.taken.add("Command/curl-up", "MB/s", curlUp)
	o.taken.add("Command/curl-down", "MB/s", curlDown)
	row("sgsend send", up, theirUp, curlUp, sends)
	row("sgsend receive", down, theirDown, curlDown, receives)
	fmt.Println()
	return nil
}

// curled has curl move a file, and returns the most memory that it took, in MiB.
func curled(ctx context.Context, curl string, args ...string) (memory float64, err error) {
	cmd := exec.CommandContext(ctx, curl, append([]string{"--silent", "--show-error", "--fail"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if memory, err = ran(cmd); err != nil {
		return 0, fmt.Errorf("curl: %w\n%s", err, &said)
	}
	return memory, nil
}

// command runs the command, and returns what it printed, and the most memory that it
// took, in MiB.
func (s *serveProcess) command(
	ctx context.Context, dir string, args ...string,
) (out string, memory float64, err error) {
	cmd := exec.CommandContext(ctx, s.Binary(), args...)
	cmd.Env = append(os.Environ(), "SGSEND_SERVER="+s.URL, "SGSEND_TOKEN="+s.Token,
		"XDG_STATE_HOME="+dir, "XDG_CACHE_HOME="+dir)
	var printed, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &said
	if memory, err = ran(cmd); err != nil {
		return "", 0, fmt.Errorf("sgsend %s: %w\n%s", args[0], err, &said)
	}
	return strings.TrimSpace(printed.String()), memory, nil
}

// ran runs a command, and returns the most memory that it took, in MiB.
func ran(cmd *exec.Cmd) (memory float64, err error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	return ended(cmd)
}

// ended waits until a command has ended, and returns the most memory that it took, in MiB. It looks again and again:
// what the system says at the end counts what this program had when it started the command.
func ended(cmd *exec.Cmd) (memory float64, err error) {
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		if had, err := peak(cmd.Process.Pid); err == nil {
			memory = max(memory, float64(had)/(1<<20))
		}
		select {
		case err := <-done:
			return memory, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}
