package traffic_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/traffic"
)

// seed is what the faults of a run are chosen by, and when: SEND_TEST_SEED, to see one again.
func seed(t *testing.T) uint64 {
	t.Helper()
	if said := os.Getenv("SEND_TEST_SEED"); said != "" {
		n, err := strconv.ParseUint(said, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := rand.Uint64N(1 << 32)
	t.Logf("SEND_TEST_SEED=%d", n)
	return n
}

// suffering are people who come to what fails now and then, and do not wait for long.
func suffering(s *traffic.Service, seed uint64) traffic.People {
	p := people(s)
	p.Seed, p.Forgiving, p.For = seed, true, time.Hour
	p.Pause = func(d time.Duration) time.Duration { return d / 5 }
	return p
}

// during has people come while something is done to the service.
func during(t *testing.T, p traffic.People, what func()) *traffic.Report {
	t.Helper()
	coming, enough := context.WithCancel(t.Context())
	done := make(chan *traffic.Report)
	go func() { done <- p.Until(t.Context(), coming) }()
	what()
	enough()
	return <-done
}

// afterwards fails the test unless all is well now that the faults are over: each transfer that was acknowledged is
// whole, and all goes on as if nothing had been.
func afterwards(t *testing.T, p traffic.People, r *traffic.Report) {
	t.Helper()
	var said testLog
	_ = r.WriteTable(&said)
	t.Logf("\n%s", said)
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	if r.Acknowledged == 0 {
		t.Error("nobody has sent anything")
	}
	c := &client.Client{Server: p.Server, Token: p.Token, Transport: p.Transport}
	for _, parcel := range r.There() {
		if err := parcel.IsWhole(t.Context(), c); err != nil {
			t.Errorf("%s: %v", parcel.Link.ID, err)
		}
	}
	p.Forgiving, p.For = false, 2*time.Second
	if err := wrong(p.Come(t.Context())); err != nil {
		t.Errorf("when all is over: %v", err)
	}
}

type testLog []byte

func (l *testLog) Write(p []byte) (int, error) { *l = append(*l, p...); return len(p), nil }

// The process is killed and started again, stands still, and finds its disk full: nothing that was acknowledged is
// lost, and nobody has to lend a hand.
func TestFaultsOfAMachine(t *testing.T) {
	t.Parallel()
	dir, full := volume(t)
	s, err := traffic.Serve(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	by := seed(t)
	chance := rand.New(rand.NewPCG(by, 3))
	p := suffering(s, by)
	kills := nightly.Or(4, 50)
	report := during(t, p, func() {
		for killed := 0; killed < kills; {
			time.Sleep(time.Duration(200+chance.IntN(1000)) * time.Millisecond)
			switch chance.IntN(4) {
			case 0:
				s.Freeze(time.Duration(chance.IntN(1000)) * time.Millisecond)
			case 1:
				full(time.Duration(chance.IntN(1000)) * time.Millisecond)
			default:
				s.Kill()
				killed++
				if err := s.Start(t.Context()); err != nil {
					t.Errorf("after %d kills: %v", killed, err)
					return
				}
			}
		}
	})
	afterwards(t, p, report)
}

// volume is a folder on a file system of its own, which can be filled for a while; where this machine makes none it
// is never full.
func volume(t *testing.T) (dir string, full func(time.Duration)) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Logf("NOT TESTED: a full disk, because no file system can be made here: %v %s", err, out)
		return dir, time.Sleep
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	return dir, func(d time.Duration) {
		f, err := os.Create(ballast)
		if err != nil {
			t.Error(err)
			return
		}
		defer os.Remove(ballast)
		defer f.Close()
		for block := make([]byte, 1<<20); err == nil; {
			_, err = f.Write(block) // until there is no room
		}
		time.Sleep(d)
	}
}

// S3 and DynamoDB are slow, lose the line before and after, fail, turn away, cut what they answer and doubt the clock:
// nothing that was acknowledged is lost, and every limit holds.
func TestFaultsOfAWS(t *testing.T) {
	t.Parallel()
	by := seed(t)
	before := func(endpoint string, limit func(http.ResponseWriter)) (*traffic.Faulty, string) {
		f, err := traffic.NewFaulty(endpoint, by, limit)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(f)
		t.Cleanup(server.Close)
		return f, server.URL
	}
	s3, s3URL := before(*moto.Config(t).BaseEndpoint, func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>")
	})
	ledger, ledgerURL := before(*dynamolocal.Config(t).BaseEndpoint, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		const of = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
		fmt.Fprintf(w, `{"__type":%q,"message":"slower"}`, of)
	})
	s := serve(t,
		"SEND__STORAGE_MODE=s3", "SEND__S3_BUCKET="+moto.Bucket(t), "SEND__S3_ENDPOINT="+s3URL,
		"CACHE__SERVICE__BUCKET_NAME="+moto.Bucket(t),
		"SEND__LEDGER_MODE=dynamodb", "SEND__LEDGER_TABLE="+dynamolocal.Table(t), "SEND__LEDGER_ENDPOINT="+ledgerURL,
		"AWS_REGION="+moto.Region, "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing",
	)
	p := suffering(s, by)
	p.Rate = 3 // the simulators are slower than what they stand for
	report := during(t, p, func() {
		s3.Often.Store(15)
		ledger.Often.Store(15)
		time.Sleep(nightly.Or(5*time.Second, 10*time.Minute))
		s3.Often.Store(0)
		ledger.Often.Store(0)
	})
	t.Logf("met of S3 %v, of DynamoDB %v", s3.Met(), ledger.Met())
	afterwards(t, p, report)
}
