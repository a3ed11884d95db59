// Package prom keeps the metrics of a server and shows them in the text format
// of Prometheus, at an address of their own: what is for operators is not
// reached by the address that is for everyone.
package prom

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/web"
)

// Registry is a metric.Registry.
type Registry struct {
	set *metrics.Set

	mu       sync.RWMutex
	counters map[counterKey]*metrics.FloatCounter
	requests map[requestKey]*requests
}

type counterKey struct {
	service string
	name    metric.Name
	limit   string
}

type requestKey struct{ service, route, method string }

// requests are those of one route and method.
type requests struct {
	byClass [6]*metrics.Counter // 2xx is at 2; at 0 is what is no status
	took    *metrics.PrometheusHistogram
}

// New returns a registry in which everything that the services count begins at
// zero.
func New(services ...string) *Registry {
	r := &Registry{
		set:      metrics.NewSet(),
		counters: map[counterKey]*metrics.FloatCounter{},
		requests: map[requestKey]*requests{},
	}
	for _, service := range services {
		for _, d := range metric.Table {
			if slices.Contains(d.Services, service) && !d.ByLimit {
				r.Add(service, d.Name, "", 0)
			}
		}
	}
	return r
}

// Add implements [metric.Registry].
func (r *Registry) Add(service string, name metric.Name, limit string, n float64) {
	find(&r.mu, r.counters, counterKey{service, name, limit}, func() *metrics.FloatCounter {
		labels := fmt.Sprintf("service=%q", service)
		if limit != "" {
			labels += fmt.Sprintf(",limit=%q", limit)
		}
		return r.set.NewFloatCounter(metric.Of(name).Prometheus() + "{" + labels + "}")
	}).Add(n)
}

// seconds are the bounds of the histogram: from a page to a large download.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// Request implements [metric.Registry].
func (r *Registry) Request(service, route, method string, status int, took time.Duration) {
	q := find(&r.mu, r.requests, requestKey{service, route, method}, func() *requests {
		labels := fmt.Sprintf("service=%q,route=%q,method=%q", service, route, method)
		q := &requests{took: r.set.NewPrometheusHistogramExt("sgraph_send_request_seconds{"+labels+"}", seconds)}
		for class := range q.byClass {
			of := fmt.Sprintf("%dxx", class)
			if class == 0 {
				of = "other"
			}
			q.byClass[class] = r.set.NewCounter(fmt.Sprintf("sgraph_send_requests_total{%s,status=%q}", labels, of))
		}
		return q
	})
	class := status / 100
	if class < 1 || class >= len(q.byClass) {
		class = 0
	}
	q.byClass[class].Inc()
	q.took.Update(took.Seconds())
}

// find returns what m has under a key, and makes it where that is nothing yet.
func find[K comparable, V any](mu *sync.RWMutex, m map[K]V, key K, build func() V) V {
	mu.RLock()
	v, ok := m[key]
	mu.RUnlock()
	if ok {
		return v
	}
	mu.Lock()
	defer mu.Unlock()
	if v, ok = m[key]; !ok {
		v = build()
		m[key] = v
	}
	return v
}

// ServeHTTP shows everything, and how the process itself is.
func (r *Registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.URL.Path != "/metrics" {
		http.NotFound(w, q)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	r.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
	metrics.WriteFDMetrics(w)
}

// Start shows the metrics of services on an address until ctx ends, and
// returns where that is. With no address there are none, and nothing is kept.
func Start(
	ctx context.Context, address string, log *slog.Logger, services ...string,
) (kept metric.Registry, url string, err error) {
	if address == "" {
		return nil, "", nil
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", fmt.Errorf("metrics: cannot listen on %s: %w", address, err)
	}
	r := New(services...)
	go func() {
		if err := (web.Settings{}).Serve(ctx, r, ln); err != nil {
			log.Error("metrics are no longer shown", "cause", err)
		}
	}()
	return r, web.Origin("http", ln.Addr().String(), address) + "/metrics", nil
}
