// Command bench measures the services beside references in one run: what nginx
// and a bare Go handler do with the same bytes on the same machine at the same
// time. It prints tables; the figures of a run are kept in docs/performance.md.
//
//	go run ./test/e2e/bench
//	go run ./test/e2e/bench -size 256 -runs 3
//	go run ./test/e2e/bench -command
//	go run ./test/e2e/bench -serve
//	go run ./test/e2e/bench -durable -dir FOLDER
//	go run ./test/e2e/bench -peers
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// parts are what can be measured by itself.
var parts = []struct{ name, is string }{
	{"command", "sgsend send and receive"},
	{"serve", "sgsend serve"},
	{"durable", "uploads that stay when the power fails; -dir is on a disk"},
	{"peers", "servers and commands, those of others among them that are installed"},
}

func main() {
	serveBareIfAsked()
	size := flag.Int64("size", 1024, "MiB that one upload or download moves")
	runs := flag.Int("runs", 5, "runs of each, of which the median counts")
	dir := flag.String("dir", inMemory(), "folder to keep the bytes in")
	into := flag.String("results", "", "file for the figures of every run, as go test writes those of benchmarks")
	part := ""
	for _, one := range parts {
		flag.BoolFunc(one.name, "measure only "+one.is, func(string) error { part = one.name; return nil })
	}
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := occasion{size: *size << 20, runs: *runs, while: 2 * time.Second, taken: &results{}}
	err := run(ctx, *dir, o, part)
	if err == nil && *into != "" {
		err = o.taken.write(*into)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// inMemory returns a folder of a file system in memory, where there is one:
// what is compared are servers, and not the moods of a disk that one of them
// waits for and the others do not.
func inMemory() string {
	const shm = "/dev/shm"
	if _, err := os.Stat(shm); err == nil {
		return shm
	}
	return os.TempDir()
}

func run(ctx context.Context, dir string, o occasion, part string) error {
	if part == "durable" && dir == inMemory() {
		return errors.New("say by -dir which folder is on a disk")
	}
	work, err := os.MkdirTemp(dir, "sgsend-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	fmt.Printf("%d cores, %s, %d MiB, median of %d runs\n\n", runtime.NumCPU(), runtime.Version(), o.size>>20, o.runs)
	if part == "peers" {
		return o.everybody(ctx, work, os.Stdout)
	}

	ours, err := startServe(ctx, filepath.Join(work, "serve"))
	if err != nil {
		return err
	}
	defer ours.stop()
	bare, err := newBare(filepath.Join(work, "bare"))
	if err != nil {
		return err
	}
	if err := bare.start(ctx); err != nil {
		return err
	}
	defer bare.stop()
	peers := []peer{bare, ours}
	ng, err := newNginx(filepath.Join(work, "nginx"))
	if err == nil {
		err = ng.start(ctx)
	}
	if err != nil {
		fmt.Printf("SKIPPED: nginx as a reference: %v\n\n", err)
	} else {
		defer ng.stop()
		peers = slices.Insert(peers, 0, peer(ng))
	}

	switch part {
	case "durable":
		var nginx peer
		if err == nil {
			nginx = ng
		}
		return durable(ctx, work, ours, nginx, o.runs)
	case "command":
		return commands(ctx, work, ours, peers[0], o)
	}
	if err := throughput(ctx, peers, o); err != nil {
		return err
	}
	if part != "serve" {
		if err := commands(ctx, work, ours, peers[0], o); err != nil {
			return err
		}
	}
	if err := smallRequests(ctx, ours, bare, o); err != nil {
		return err
	}
	return residentUnderLoad(ctx, ours, 8, o.size/2)
}
