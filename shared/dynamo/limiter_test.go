package dynamo_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
)

var attempts = nightly.Or(30, 500) // of each process

const (
	processes = 8
	limit     = 100
	inFlight  = 4 // attempts of a process at once
)

// A child of the test is an instance of the service, as far as its limiter is
// concerned: it prints how many attempts it let through.
func TestMain(m *testing.M) {
	if table := os.Getenv("CHILD_TABLE"); table != "" {
		if err := child(table, os.Getenv("CHILD_ENDPOINT"), os.Getenv("CHILD_DOES")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// children are what processes do, by name: once begin returns, and as much at once as
// they can. They return how much was let through.
var children = map[string]func(ledger send.Ledger, begin func()) (int, error){
	"limit": limitChild, "claim": claimChild,
}

func child(table, endpoint, does string) error {
	cfg := aws.Config{
		Region:       moto.Region,
		BaseEndpoint: &endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider("testing", "testing", ""),
	}
	ledger := dynamo.New(table, func(context.Context) (aws.Config, error) { return cfg, nil })
	n, err := children[does](ledger, func() {
		// All wait for the word, so that they try at the same time.
		fmt.Println("ready")
		io.ReadFull(os.Stdin, make([]byte, 1))
	})
	fmt.Println(n)
	return err
}

func limitChild(ledger send.Ledger, begin func()) (int, error) {
	var (
		mu      sync.Mutex
		allowed int
		failure error
		all     sync.WaitGroup
	)
	note := func(f func()) { mu.Lock(); defer mu.Unlock(); f() }
	rates := map[string]send.Rate{"create": {Limit: limit, Window: time.Hour}}
	limiter := send.NewLimiter(ledger, rates, inOneWindow,
		func(_ context.Context, _ string, err error) { note(func() { failure = err }) })
	limiter.Patience = time.Hour // however slow the machine is: what is not counted is not exact

	begin()
	slots := make(chan struct{}, inFlight)
	for range attempts {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			d, err := limiter.Allow(context.Background(), "create", "client")
			note(func() {
				if err != nil {
					failure = err
				}
				if d.Allowed {
					allowed++
				}
			})
		})
	}
	all.Wait()
	return allowed, failure
}

// inOneWindow is a clock that does not turn a window over in the test.
func inOneWindow() time.Time { return time.Date(2126, 3, 1, 12, 30, 0, 0, time.UTC) }

func TestALimitIsExactAcrossProcesses(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			isExactAcrossProcesses(t, s.table(t), *s.config(t).BaseEndpoint)
		})
	}
}

func isExactAcrossProcesses(t *testing.T, table, endpoint string) {
	allowed := acrossProcesses(t, "limit", table, endpoint)
	sum := 0
	for _, n := range allowed {
		sum += n
	}
	if sum != limit {
		t.Errorf("%d processes let %v through, %d together of %d; the limit is %d",
			processes, allowed, sum, processes*attempts, limit)
	}
	t.Logf("each process let through: %v", allowed)
}

// acrossProcesses lets processes do something at the same time, and returns how much
// each let through.
func acrossProcesses(t *testing.T, does, table, endpoint string) (allowed []int) {
	var (
		begin sync.WaitGroup
		all   sync.WaitGroup
		mu    sync.Mutex
	)
	begin.Add(processes)
	for range processes {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "CHILD_TABLE="+table, "CHILD_ENDPOINT="+endpoint, "CHILD_DOES="+does)
		cmd.Stderr = t.Output()
		in, _ := cmd.StdinPipe()
		out, _ := cmd.StdoutPipe()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			io.ReadFull(out, make([]byte, len("ready\n")))
			begin.Done()
			begin.Wait()
			in.Write([]byte{1})
			said, _ := io.ReadAll(out)
			if err := cmd.Wait(); err != nil {
				t.Errorf("a process ended with %v", err)
			}
			n, err := strconv.Atoi(strings.TrimSpace(string(said)))
			if err != nil {
				t.Errorf("a process said %q", said)
			}
			mu.Lock()
			defer mu.Unlock()
			allowed = append(allowed, n)
		})
	}
	all.Wait()
	return allowed
}
