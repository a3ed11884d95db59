// Command load has people come for a while at the rate that this machine holds, or at one that is said, to `sgsend
// serve`, or to the zips that are deployed, in a simulated Lambda with what is reserved for them. It fails unless all
// that they were told was right, all bytes were those that were sent, and the service's memory and descriptors stayed
// as they were.
//
//	go run ./test/e2e/load
//	go run ./test/e2e/load -functions
//	go run ./test/e2e/load -for 1m -rate 20
//	go run ./test/e2e/load -for 10m -picture load.svg
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"time"

	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/gofakes3"
	"sgraph.ai/send/test/e2e/traffic"
)

func main() {
	functions := flag.Bool("functions", false, "to the functions that are deployed, S3 and DynamoDB being simulated")
	long := flag.Duration("for", 10*time.Minute, "how long people come")
	rate := flag.Float64("rate", 0, "people in a second; 0 = finds out what this machine holds")
	seed := flag.Uint64("seed", 1, "what they do: the same seed, the same people")
	picture := flag.String("picture", "", "file for a picture, as SVG")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	start := server
	if *functions {
		start = deployed
	}
	if err := run(ctx, start, *long, *rate, *seed, *picture); err != nil {
		fmt.Fprintf(os.Stderr, "load: %v\n", err)
		os.Exit(1)
	}
}

// loaded is the service to which people come.
type loaded struct {
	name       string
	url, token string
	atOnce     int           // people
	life       time.Duration // what somebody's visit takes at most where nobody else is there
	pids       func() []int
	stop       func() error
}

// server is `sgsend serve`, with its data in a folder.
func server(ctx context.Context, dir string) (loaded, error) {
	s, err := traffic.Serve(ctx, dir)
	if err != nil {
		return loaded{}, err
	}
	return loaded{"sgsend serve", s.URL, s.Token, 256, time.Second, s.PIDs, s.Stop}, nil
}

// deployed are both functions.
func deployed(ctx context.Context, dir string) (loaded, error) {
	z, err := traffic.Build(ctx, dir)
	if err != nil {
		return loaded{}, err
	}
	c := traffic.Cloud{Region: "eu-west-2"}
	if c.S3, c.Bucket, err = gofakes3.Open(ctx); err != nil {
		return loaded{}, err
	}
	if _, c.Cache, err = gofakes3.Open(ctx); err != nil {
		return loaded{}, err
	}
	if c.Ledger, c.Table, err = dynamolocal.Open(ctx); err != nil {
		return loaded{}, err
	}
	f, err := traffic.Deploy(ctx, z, c, traffic.QA, 0, nil, io.Discard)
	if err != nil {
		return loaded{}, err
	}
	stop := func() error { f.Close(); return nil }
	// Each asks for one thing at a time.
	return loaded{"the functions", f.URL, f.Token, traffic.QA.User, 3 * time.Second, f.PIDs, stop}, nil
}

func run(
	ctx context.Context, start func(context.Context, string) (loaded, error),
	long time.Duration, rate float64, seed uint64, picture string,
) error {
	dir, err := os.MkdirTemp("", "sgsend-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	service, err := start(ctx, dir)
	if err != nil {
		return err
	}
	people := traffic.People{
		Server: service.url, Token: service.token, Seed: seed, AtOnce: service.atOnce,
		Transport: &http.Transport{MaxIdleConnsPerHost: 256},
	}
	if rate == 0 {
		if rate, err = held(ctx, people, service.life); err != nil {
			return errors.Join(err, service.stop())
		}
	}
	people.Rate, people.For = rate, long
	fmt.Printf("%s, %d cores: %.1f people a second for %s\n\n", service.name, runtime.NumCPU(), rate, long)
	watching, watched := context.WithCancel(ctx)
	samples := make(chan []traffic.Sample, 1)
	go func() { samples <- traffic.Watch(watching, service.pids, max(long/600, 50*time.Millisecond)) }()
	report := people.Come(ctx)
	watched()
	had := <-samples
	err = errors.Join(report.Err(), report.NotMeant(), traffic.Flat(had), report.WriteTable(os.Stdout), service.stop())
	if picture == "" || len(had) == 0 {
		return err
	}
	f, failed := os.Create(picture)
	if failed != nil {
		return errors.Join(err, failed)
	}
	title := fmt.Sprintf("%d people in %s: how long requests to %s take",
		report.People, report.Took.Round(time.Second), service.name)
	return errors.Join(err, traffic.WritePicture(f, title, report.Latencies(), had), f.Close())
}

// held finds the rate that the machine holds: more and more come, until some have to wait, or are told that it is too
// much. Seven tenths of that leaves room for what else it does.
func held(ctx context.Context, people traffic.People, life time.Duration) (float64, error) {
	const least = 1
	people.Rate, people.For = least, 5*life
	if err := people.Come(ctx).Err(); err != nil { // and it gets warm
		return 0, err
	}
	for people.Rate = least; ; people.Rate *= 1.5 {
		report := people.Come(ctx)
		if err := errors.Join(report.Err(), ctx.Err()); err != nil {
			return 0, err
		}
		tooMuch := report.NotMeant()
		if tooMuch == nil && report.Late < 500*time.Millisecond && report.Took < people.For+life {
			continue
		}
		if people.Rate == least {
			return 0, errors.Join(errors.New("this machine does not hold one person a second"), tooMuch)
		}
		return people.Rate / 1.5 * .7, nil
	}
}
