package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
)

// What is limited takes as long as it must, in both directions, however many parts go
// at once, and each of them gets its share.
func TestLimitedTransfersTakeTheirTime(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	const size, persecond = 12 << 20, 6 << 20
	content := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	var last atomic.Int64
	c := &client.Client{
		Server: s.URL, Token: s.Token, Transport: client.Limited(nil, persecond),
		Progress: func(done, _ int64) { last.Store(done) },
	}
	// Half a second less, for what goes at once: it can only be slower.
	least := time.Duration(size/persecond)*time.Second - time.Second/2
	begun := time.Now()
	sent, err := c.Send(t.Context(), client.File{
		Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content), Size: size,
	}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < least {
		t.Errorf("sending took %v", took)
	}
	begun = time.Now()
	var got bytes.Buffer
	if _, err := c.Receive(t.Context(), sent.Link, client.Into(&got)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < least {
		t.Errorf("receiving took %v", took)
	}
	if !bytes.Equal(got.Bytes(), content) || last.Load() < size {
		t.Errorf("%d of %d bytes came, and %d were told of", got.Len(), size, last.Load())
	}
}

// source is an endless body, of which some steps are late.
type source struct {
	late func(n int) time.Duration // before the n-th step
	n    int
}

func (s *source) Read(b []byte) (int, error) {
	time.Sleep(s.late(s.n))
	s.n++
	return len(b), nil
}

func (s *source) Close() error { return nil }

// arrival is that so many bytes came, so long after the beginning.
type arrival struct {
	at time.Duration
	n  int64
}

// arrivals are those of what is read for so long at a limit.
func arrivals(t *testing.T, perSecond int64, lasts time.Duration, late func(n int) time.Duration) (all []arrival) {
	t.Helper()
	limited := client.Limited(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{Body: &source{late: late}}, nil
	}), perSecond)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://service.test", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := limited.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	began, b := time.Now(), make([]byte, 1<<20)
	for time.Since(began) < lasts {
		n, err := res.Body.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, arrival{time.Since(began), int64(n)})
	}
	return all
}

// What steps are late is made up for, so that a busy machine reaches the limit; what was
// not there for longer is not, and no second has more than the limit and that.
func TestALimitIsReachedAndKept(t *testing.T) {
	t.Parallel()
	const lasts = 10 * time.Second
	nowAndThen := func(every int, late time.Duration) func(int) time.Duration {
		return func(n int) time.Duration {
			if n%every > 0 {
				return 0
			}
			return late
		}
	}
	for name, c := range map[string]struct {
		late  func(n int) time.Duration
		least time.Duration // of which all that the limit allows comes
	}{
		"even":                 {nowAndThen(1, 0), lasts},
		"every step late":      {nowAndThen(1, 500*time.Microsecond), lasts},
		"now and then late":    {nowAndThen(100, 50*time.Millisecond), lasts},
		"nothing for a second": {nowAndThen(5000, time.Second), lasts / 2},
	} {
		for _, perSecond := range []int64{client.SlowestLimit, 1 << 20, 100 << 20} {
			t.Run(fmt.Sprint(name, "/", perSecond), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var total, within int64 // of all, and of the second that begins with the first
					came := arrivals(t, perSecond, lasts, c.late)
					first := came
					for _, last := range came {
						total += last.n
						within += last.n
						for ; last.at-first[0].at >= time.Second; first = first[1:] {
							within -= first[0].n
						}
						if most := perSecond + perSecond/4 + 64<<10; within > most {
							t.Fatalf("until %v %d bytes come in a second, and not %d", last.at, within, most)
						}
					}
					if least := int64(float64(perSecond) * c.least.Seconds()); total < least {
						t.Errorf("%d bytes came, and not %d", total, least)
					}
				})
			})
		}
	}
}

// A limit waits for nothing that is over.
func TestALimitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := site.Start(t)
	ctx, end := context.WithCancel(t.Context())
	c := &client.Client{Server: s.URL, Token: s.Token}
	content := make([]byte, 6<<20)
	sent, err := c.Send(ctx, client.File{Content: bytes.NewReader(content), Size: int64(len(content))}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Transport = client.Limited(nil, client.SlowestLimit) // minutes
	body, err := c.Download(ctx, sent.Link.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	time.AfterFunc(100*time.Millisecond, end)
	ended := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, body); ended <- err }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it came whole")
		}
	case <-time.After(30 * time.Second):
		t.Error("it waits on")
	}
}
