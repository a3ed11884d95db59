// Command bench measures the services beside references in one run: what nginx
// and a bare Go handler do with the same bytes on the same machine at the same
// time. It prints tables; the figures of a run are kept in docs/performance.md.
//
//	go run ./test/e2e/bench
//	go run ./test/e2e/bench -size 256 -runs 3
//	go run ./test/e2e/bench -command
//	go run ./test/e2e/bench -serve
//	go run ./test/e2e/bench -durable -dir FOLDER
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == bareArgument {
		fmt.Fprintln(os.Stderr, serveBare(os.Args[2]))
		os.Exit(1)
	}
	size := flag.Int64("size", 1024, "MiB that one upload or download moves")
	runs := flag.Int("runs", 5, "runs of each, of which the median counts")
	dir := flag.String("dir", inMemory(), "folder to keep the bytes in")
	command := flag.Bool("command", false, "measure only sgsend send and receive")
	serve := flag.Bool("serve", false, "measure only sgsend serve")
	stays := flag.Bool("durable", false, "measure only uploads that stay when the power fails; -dir is on a disk")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *stays && *dir == inMemory() {
		fmt.Fprintln(os.Stderr, "bench: say by -dir which folder is on a disk")
		os.Exit(2)
	}
	if err := run(ctx, *dir, *size<<20, *runs, *command, *serve, *stays); err != nil {
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

func run(ctx context.Context, dir string, size int64, runs int, command, serve, stays bool) error {
	work, err := os.MkdirTemp(dir, "sgsend-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	ours, err := startServe(ctx, filepath.Join(work, "serve"))
	if err != nil {
		return err
	}
	defer ours.stop()
	bare, err := startBare(ctx, filepath.Join(work, "bare"))
	if err != nil {
		return err
	}
	defer bare.stop()
	peers := []peer{bare, ours}
	ng, err := startNginx(ctx, filepath.Join(work, "nginx"))
	if err != nil {
		fmt.Printf("SKIPPED: nginx as a reference: %v\n\n", err)
	} else {
		defer ng.stop()
		peers = slices.Insert(peers, 0, peer(ng))
	}

	fmt.Printf("%d cores, %s, %d MiB, median of %d runs\n\n", runtime.NumCPU(), runtime.Version(), size>>20, runs)
	if stays {
		var nginx peer
		if err == nil {
			nginx = ng
		}
		return durable(ctx, work, ours, nginx, runs)
	}
	if command {
		return commands(ctx, work, ours, peers[0], size, runs)
	}
	if err := throughput(ctx, peers, size, runs); err != nil {
		return err
	}
	if !serve {
		if err := commands(ctx, work, ours, peers[0], size, runs); err != nil {
			return err
		}
	}
	if err := smallRequests(ctx, ours, bare, runs); err != nil {
		return err
	}
	return memory(ctx, ours, 8, size/2)
}
