package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// peer is a server under measurement.
type peer interface {
	name() string
	// upload sends a file and returns the URL to download it from.
	upload(ctx context.Context, c *http.Client, f content) (url string, err error)
	// ready is called when all of a file is there, which is to be downloaded then.
	ready(ctx context.Context, c *http.Client, url string) (string, error)
	// forget removes what was uploaded.
	forget(ctx context.Context, c *http.Client, url string) error
	// pids are its processes.
	pids() []int
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10, DisableCompression: true, MaxIdleConnsPerHost: 256,
	}}
}

// body asks and returns the answer's body; any status that is an error is one.
func body(
	ctx context.Context, c *http.Client, method, url string, from io.Reader, size int64, headers ...string,
) ([]byte, error) {
	_, b, err := ask(ctx, c, method, url, from, size, headers...)
	return b, err
}

// ask is body with the answer's headers.
func ask(
	ctx context.Context, c *http.Client, method, url string, from io.Reader, size int64, headers ...string,
) (http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, from)
	if err != nil {
		return nil, nil, err
	}
	req.ContentLength = size
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.200s", method, url, res.Status, b)
	}
	return res.Header, b, err
}

// download gets a file, and compares every byte of it.
func download(ctx context.Context, c *http.Client, url string, f content) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, res.Status)
	}
	to := f.compared()
	if _, err := io.CopyBuffer(to, struct{ io.Reader }{res.Body}, make([]byte, 256<<10)); err != nil {
		return err
	}
	return to.whole()
}

// moved is how fast a peer moved bytes, and what that took of a processor.
type moved struct{ rates, costs []float64 }

func (m *moved) add(p peer, size int64, start start) {
	m.rates = append(m.rates, rate(size, start.at))
	m.costs = append(m.costs, start.spent(p).Seconds()*(1<<30)/float64(size))
}

// throughput measures uploads and downloads of every peer in turn, so that what
// else the machine does falls on all of them alike.
func throughput(ctx context.Context, peers []peer, o occasion) error {
	up, down := make([]moved, len(peers)), make([]moved, len(peers))
	for range o.runs {
		for i, p := range peers {
			c, f := newClient(), newContent(o.size)
			syscall.Sync() // what earlier runs left to write is not measured
			start := startOf(p)
			url, err := p.upload(ctx, c, f)
			if err != nil {
				return fmt.Errorf("%s: upload: %w", p.name(), err)
			}
			up[i].add(p, o.size, start)
			if url, err = p.ready(ctx, c, url); err != nil {
				return fmt.Errorf("%s: %w", p.name(), err)
			}
			start = startOf(p)
			if err := download(ctx, c, url, f); err != nil {
				return fmt.Errorf("%s: download: %w", p.name(), err)
			}
			down[i].add(p, o.size, start)
			if err := p.forget(ctx, c, url); err != nil {
				return fmt.Errorf("%s: %w", p.name(), err)
			}
			c.CloseIdleConnections()
		}
	}
	for _, way := range []struct {
		name, result string
		of           []moved
	}{{"upload", "Upload/", up}, {"download", "Download/", down}} {
		fmt.Printf("| %s | MB/s | to the first | processor s/GiB | to the first |\n|---|---|---|---|---|\n", way.name)
		for i, p := range peers {
			fmt.Printf("| %s | %.0f | %.2f | %.3f | %.2f |\n", p.name(),
				median(way.of[i].rates), median(way.of[i].rates)/median(way.of[0].rates),
				median(way.of[i].costs), median(way.of[i].costs)/median(way.of[0].costs))
			short, _, _ := strings.Cut(p.name(), " ")
			o.taken.add(way.result+short, "MB/s", way.of[i].rates)
			o.taken.add(way.result+short, "processor-s/GiB", way.of[i].costs)
		}
		fmt.Println()
	}
	return nil
}

func rate(bytes int64, since time.Time) float64 {
	return float64(bytes) / 1e6 / time.Since(since).Seconds()
}

func perSecond(times int64, since time.Time) float64 {
	return float64(times) / time.Since(since).Seconds()
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// smallRequests measures how many health checks a second are answered.
func smallRequests(ctx context.Context, ours *serveProcess, bare *dav, o occasion) error {
	var a, b struct{ rates, costs []float64 }
	for range o.runs {
		for _, m := range []struct {
			of   server
			into *struct{ rates, costs []float64 }
		}{{bare, &b}, {ours, &a}} {
			start := startOf(m.of)
			n, err := hammer(ctx, m.of.small(), o.while)
			if err != nil {
				return err
			}
			m.into.rates = append(m.into.rates, perSecond(n, start.at))
			m.into.costs = append(m.into.costs, float64(start.spent(m.of).Microseconds())/float64(n))
		}
	}
	fmt.Printf("| small GET | requests/s | to bare | processor µs | to bare |\n|---|---|---|---|---|\n"+
		"| bare net/http | %.0f | 1.00 | %.1f | 1.00 |\n"+
		"| /info/health, with logging and headers | %.0f | %.2f | %.1f | %.2f |\n\n",
		median(b.rates), median(b.costs),
		median(a.rates), median(a.rates)/median(b.rates), median(a.costs), median(a.costs)/median(b.costs))
	o.taken.add("Health/sgsend", "req/s", a.rates)
	o.taken.add("Health/sgsend", "processor-µs", a.costs)
	o.taken.add("Health/bare", "req/s", b.rates)
	o.taken.add("Health/bare", "processor-µs", b.costs)
	return nil
}

// hammer asks for a time, and returns how often it was answered.
func hammer(ctx context.Context, url string, d time.Duration) (answers int64, err error) {
	return often(ctx, 32, d, func(ctx context.Context, c *http.Client) error {
		_, err := body(ctx, c, http.MethodGet, url, nil, 0)
		return err
	})
}

// often has clients do something again and again for a while, each at least once, and returns how often that was.
func often(
	ctx context.Context, clients int, while time.Duration, do func(context.Context, *http.Client) error,
) (times int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, while+patience)
	defer cancel()
	var (
		n    atomic.Int64
		wg   sync.WaitGroup
		c    = newClient()
		errs = make([]error, clients)
	)
	defer c.CloseIdleConnections()
	start := time.Now()
	for i := range clients {
		wg.Go(func() {
			for isFirst := true; errs[i] == nil && (isFirst || time.Since(start) < while); isFirst = false {
				errs[i] = do(ctx, c)
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return n.Load(), errors.Join(errs...)
}

// residentUnderLoad measures the peak of resident memory while clients move size bytes
// each, first up and then down.
func residentUnderLoad(ctx context.Context, ours *serveProcess, clients int, size int64) error {
	if err := ours.resetPeak(); err != nil {
		return err
	}
	if err := together(ctx, ours, clients, size); err != nil {
		return err
	}
	had, err := peak(ours.pids()...)
	if err != nil {
		return err
	}
	fmt.Printf("| memory | peak resident MiB |\n|---|---|\n| %d clients, %d MiB each up and down | %.1f |\n",
		clients, size>>20, float64(had)/(1<<20))
	return nil
}

// together has clients move a file of size bytes each, at the same time, first up and then down.
func together(ctx context.Context, p peer, clients int, size int64) error {
	var wg sync.WaitGroup
	errs := make([]error, clients)
	for i := range clients {
		wg.Go(func() {
			c := newClient()
			defer c.CloseIdleConnections()
			errs[i] = once(ctx, c, p, newContent(size))
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// once moves a file up and down again, and removes it.
func once(ctx context.Context, c *http.Client, p peer, f content) error {
	url, err := p.upload(ctx, c, f)
	if err == nil {
		url, err = p.ready(ctx, c, url)
	}
	if err == nil {
		err = download(ctx, c, url, f)
	}
	if err == nil {
		err = p.forget(ctx, c, url)
	}
	return err
}
