package client_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/cli/client"
)

// roundTripper answers in the place of a network, so that a test's clock is all
// that passes.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// drip is a body that comes in pieces, with a pause before each; without any it
// never comes. Like net/http's it ends with its request.
type drip struct {
	ctx    context.Context
	pause  time.Duration
	pieces []string
}

func (d *drip) Read(p []byte) (int, error) {
	if len(d.pieces) == 0 {
		<-d.ctx.Done()
		return 0, d.ctx.Err()
	}
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(d.pause):
	}
	n := copy(p, d.pieces[0])
	if d.pieces = d.pieces[1:]; len(d.pieces) == 0 {
		return n, io.EOF
	}
	return n, nil
}

const infoReply = `{"status":"completed","download_count":7}`

func replying(body io.Reader) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1}
}

// through is a client of a network.
func through(network roundTripper) *client.Client {
	return &client.Client{Server: "http://service.test", Transport: network}
}

// A connection that carries nothing is given up, however it hangs.
func TestStalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := through(func(r *http.Request) (*http.Response, error) {
			switch calls++; calls {
			case 1: // never answers
				<-r.Context().Done()
				return nil, r.Context().Err()
			case 2: // stops in the middle
				return replying(io.MultiReader(strings.NewReader(infoReply[:10]), &drip{ctx: r.Context()})), nil
			}
			return replying(strings.NewReader(infoReply)), nil
		})
		info, err := c.Info(t.Context(), "000000000000")
		if err != nil || info.DownloadCount != 7 || calls != 3 {
			t.Errorf("%+v, %v after %d calls", info, err, calls)
		}
	})
}

// A slow connection is not a stalled one.
func TestSlowIsNoStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := through(func(r *http.Request) (*http.Response, error) {
			calls++
			return replying(&drip{r.Context(), 59 * time.Second, strings.SplitAfter(infoReply, ",")}), nil
		})
		began := time.Now()
		info, err := c.Info(t.Context(), "000000000000")
		if err != nil || info.DownloadCount != 7 || calls != 1 {
			t.Errorf("%+v, %v after %d calls", info, err, calls)
		}
		if took := time.Since(began); took != 2*59*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// relay is a network whose buffers take a whole request at once, and hand it on
// at some bytes a second; 0 is never.
func relay(calls *atomic.Int32, rate int) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return nil, err
		}
		if n > 1<<20 {
			calls.Add(1)
		}
		var arrived <-chan time.Time
		if rate > 0 {
			arrived = time.After(time.Duration(n) * time.Second / time.Duration(rate))
		} else if n < 1<<20 {
			arrived = time.After(0)
		}
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-arrived:
		}
		return replying(strings.NewReader(`{"transfer_id":"000000000000","status":"completed"}`)), nil
	}
}

// What was handed over may be on its way for long: the answer comes when all
// has arrived.
func TestASlowLineIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rate  int
		calls int32
		fails bool
	}{
		"20 KB a second":  {20_000, 1, false},
		"5 KB a second":   {5_000, 1, false},
		"nothing arrives": {0, 6, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int32
				_, err := through(relay(&calls, c.rate)).Send(t.Context(), file(4<<20-100), client.Options{})
				if (err != nil) != c.fails || calls.Load() != c.calls {
					t.Errorf("sent %d times: %v", calls.Load(), err)
				}
			})
		})
	}
}
