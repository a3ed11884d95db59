package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"sgraph.ai/send/shared/wire"
)

// peer is a server under measurement.
type peer interface {
	name() string
	// upload sends size bytes and returns the URL to download them from.
	upload(ctx context.Context, c *http.Client, size int64) (url string, err error)
	// ready is called once an upload's time was taken; its download follows.
	ready(ctx context.Context, c *http.Client, url string) (string, error)
	// forget removes what was uploaded.
	forget(ctx context.Context, c *http.Client, url string)
	// pids are its processes.
	pids() []int
}

// noise is what bodies are made of, again and again.
var noise = func() []byte {
	b := make([]byte, 1<<20)
	rand.Read(b)
	return b
}()

// source gives size bytes of noise.
type source struct{ left int64 }

func (s *source) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), s.left)], noise)
	s.left -= int64(n)
	return n, nil
}

// WriteTo hands over large pieces, so that the client costs little.
func (s *source) WriteTo(w io.Writer) (total int64, err error) {
	for s.left > 0 && err == nil {
		var n int
		n, err = w.Write(noise[:min(int64(len(noise)), s.left)])
		s.left -= int64(n)
		total += int64(n)
	}
	return total, err
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10, DisableCompression: true, MaxIdleConnsPerHost: 256,
	}}
}

// body asks and returns the answer's body; any status but the wanted is an error.
func body(
	ctx context.Context, c *http.Client, method, url string, from io.Reader, size int64, headers ...string,
) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, from)
	if err != nil {
		return nil, err
	}
	req.ContentLength = size
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.200s", method, url, res.Status, b)
	}
	return b, err
}

func download(ctx context.Context, c *http.Client, url string, size int64) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{res.Body}, make([]byte, 256<<10))
	if err == nil && (n != size || res.StatusCode != http.StatusOK) {
		err = fmt.Errorf("downloaded %d of %d bytes: %s", n, size, res.Status)
	}
	return err
}

// moved is how fast a peer moved bytes, and what that took of a processor.
type moved struct{ rates, costs []float64 }

func (m *moved) add(p peer, size int64, start start) {
	m.rates = append(m.rates, rate(size, start.at))
	m.costs = append(m.costs, start.spent(p).Seconds()*(1<<30)/float64(size))
}

// throughput measures uploads and downloads of every peer in turn, so that what
// else the machine does falls on all of them alike.
func throughput(ctx context.Context, peers []peer, size int64, runs int) error {
	up, down := make([]moved, len(peers)), make([]moved, len(peers))
	for range runs {
		for i, p := range peers {
			c := newClient()
			syscall.Sync() // what earlier runs left to write is not measured
			start := startOf(p)
			url, err := p.upload(ctx, c, size)
			if err != nil {
				return fmt.Errorf("%s: upload: %w", p.name(), err)
			}
			up[i].add(p, size, start)
			if url, err = p.ready(ctx, c, url); err != nil {
				return fmt.Errorf("%s: %w", p.name(), err)
			}
			start = startOf(p)
			if err := download(ctx, c, url, size); err != nil {
				return fmt.Errorf("%s: download: %w", p.name(), err)
			}
			down[i].add(p, size, start)
			p.forget(ctx, c, url)
			c.CloseIdleConnections()
		}
	}
	for _, way := range []struct {
		name string
		of   []moved
	}{{"upload", up}, {"download", down}} {
		fmt.Printf("| %s | MB/s | to the first | processor s/GiB | to the first |\n|---|---|---|---|---|\n", way.name)
		for i, p := range peers {
			fmt.Printf("| %s | %.0f | %.2f | %.3f | %.2f |\n", p.name(),
				median(way.of[i].rates), median(way.of[i].rates)/median(way.of[0].rates),
				median(way.of[i].costs), median(way.of[i].costs)/median(way.of[0].costs))
		}
		fmt.Println()
	}
	return nil
}

func rate(bytes int64, since time.Time) float64 {
	return float64(bytes) / 1e6 / time.Since(since).Seconds()
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// smallRequests measures how many health checks a second are answered.
func smallRequests(ctx context.Context, ours *serveProcess, bare *bareProcess, runs int) error {
	var a, b struct{ rates, costs []float64 }
	for range runs {
		for _, m := range []struct {
			of   peer
			url  string
			into *struct{ rates, costs []float64 }
		}{{bare, bare.url + "/health", &b}, {ours, ours.URL + wire.Health.To(), &a}} {
			start := startOf(m.of)
			n, err := hammer(ctx, m.url, 2*time.Second)
			if err != nil {
				return err
			}
			took := time.Since(start.at).Seconds()
			m.into.rates = append(m.into.rates, float64(n)/took)
			m.into.costs = append(m.into.costs, float64(start.spent(m.of).Microseconds())/float64(n))
		}
	}
	fmt.Printf("| small GET | requests/s | to bare | processor µs | to bare |\n|---|---|---|---|---|\n"+
		"| bare net/http | %.0f | 1.00 | %.1f | 1.00 |\n"+
		"| /info/health, with logging and headers | %.0f | %.2f | %.1f | %.2f |\n\n",
		median(b.rates), median(b.costs),
		median(a.rates), median(a.rates)/median(b.rates), median(a.costs), median(a.costs)/median(b.costs))
	return nil
}

// hammer asks for a time, and returns how often it was answered.
func hammer(ctx context.Context, url string, d time.Duration) (answers int64, err error) {
	const clients = 32
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var (
		n     atomic.Int64
		wg    sync.WaitGroup
		c     = newClient()
		fault atomic.Value
	)
	for range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := body(ctx, c, http.MethodGet, url, nil, 0); err != nil {
					if !errors.Is(err, context.DeadlineExceeded) {
						fault.Store(err)
					}
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	if err, ok := fault.Load().(error); ok {
		return 0, err
	}
	return n.Load(), nil
}

// memory measures the peak of resident memory while clients move size bytes
// each, first up and then down.
func memory(ctx context.Context, ours *serveProcess, clients int, size int64) error {
	if err := ours.resetPeak(); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make(chan error, clients)
	for range clients {
		wg.Go(func() {
			c := newClient()
			url, err := ours.upload(ctx, c, size)
			if err == nil {
				url, err = ours.ready(ctx, c, url)
			}
			if err == nil {
				err = download(ctx, c, url, size)
				ours.forget(ctx, c, url)
			}
			errs <- err
		})
	}
	wg.Wait()
	for range clients {
		if err := <-errs; err != nil {
			return err
		}
	}
	peak, err := ours.peak()
	if err != nil {
		return err
	}
	fmt.Printf("| memory | peak resident MiB |\n|---|---|\n| %d clients, %d MiB each up and down | %.1f |\n",
		clients, size>>20, float64(peak)/(1<<20))
	return nil
}
