// Command load has people come to `sgsend serve` for a while at the rate that this machine holds, or at one that is
// said, and fails unless all that they were told was right, all bytes were those that were sent, and the service's
// memory and descriptors stayed as they were.
//
//	go run ./test/e2e/load
//	go run ./test/e2e/load -for 1m -rate 20
//	go run ./test/e2e/load -for 10m -picture load.svg
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"time"

	"sgraph.ai/send/test/e2e/traffic"
)

func main() {
	long := flag.Duration("for", 10*time.Minute, "how long people come")
	rate := flag.Float64("rate", 0, "people in a second; 0 = finds out what this machine holds")
	seed := flag.Uint64("seed", 1, "what they do: the same seed, the same people")
	picture := flag.String("picture", "", "file for a picture, as SVG")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *long, *rate, *seed, *picture); err != nil {
		fmt.Fprintf(os.Stderr, "load: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, long time.Duration, rate float64, seed uint64, picture string) error {
	dir, err := os.MkdirTemp("", "sgsend-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	service, err := traffic.Serve(ctx, dir)
	if err != nil {
		return err
	}
	people := traffic.People{
		Server: service.URL, Token: service.Token, Seed: seed, AtOnce: 256,
		Transport: &http.Transport{MaxIdleConnsPerHost: 256},
	}
	if rate == 0 {
		if rate, err = held(ctx, people); err != nil {
			return errors.Join(err, service.Stop())
		}
	}
	people.Rate, people.For = rate, long
	fmt.Printf("%d cores: %.1f people a second for %s\n\n", runtime.NumCPU(), rate, long)
	watching, watched := context.WithCancel(ctx)
	samples := make(chan []traffic.Sample, 1)
	go func() { samples <- traffic.Watch(watching, service.PID(), max(long/600, 50*time.Millisecond)) }()
	report := people.Come(ctx)
	watched()
	had := <-samples
	err = errors.Join(report.Err(), traffic.Flat(had), report.WriteTable(os.Stdout), service.Stop())
	for what, n := range report.Refused() {
		err = errors.Join(err, fmt.Errorf("%d times: %s", n, what))
	}
	if picture == "" || len(had) == 0 {
		return err
	}
	f, failed := os.Create(picture)
	if failed != nil {
		return errors.Join(err, failed)
	}
	title := fmt.Sprintf("%d people in %s: how long the service takes", report.People, report.Took.Round(time.Second))
	return errors.Join(err, traffic.WritePicture(f, title, report.Latencies(), had), f.Close())
}

// held finds the rate that the machine holds: more and more come, until some have to wait. Seven tenths of that leaves
// room for what else it does.
func held(ctx context.Context, people traffic.People) (float64, error) {
	people.For = 5 * time.Second
	for people.Rate = 4; ; people.Rate *= 1.5 {
		report := people.Come(ctx)
		if err := errors.Join(report.Err(), ctx.Err()); err != nil {
			return 0, err
		}
		if report.Late > 500*time.Millisecond || report.Took > people.For+time.Second {
			return people.Rate / 1.5 * .7, nil
		}
	}
}
