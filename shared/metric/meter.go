package metric

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Registry keeps the metrics of a server, until somebody comes to read them.
type Registry interface {
	// Add counts; limit is "" for what is not told apart by it.
	Add(service string, name Name, limit string, n float64)

	// Request notes a request that has been answered. Route is a template
	// or empty, so there are only so many.
	Request(service, route, method string, status int, took time.Duration)
}

// Meter passes on what a service counts.
type Meter struct {
	Service  string
	Stage    string   // "" where there are no stages
	Embed    bool     // into the lines of the log, where CloudWatch finds them
	Registry Registry // nil = there is none
}

// Line passes on what a piece of work counted. Where that goes into the log,
// it adds it to line and says that the line must be written, whatever the
// level of the log.
func (m Meter) Line(line *slog.Record, c *Counts) (must bool) {
	list, limit := c.take()
	if len(list) == 0 {
		return false
	}
	if m.Registry != nil {
		for _, count := range list {
			of := limit
			if !Of(count.name).ByLimit {
				of = ""
			}
			m.Registry.Add(m.Service, count.name, of, count.n)
		}
	}
	if m.Embed {
		m.embed(line, list, limit)
	}
	return m.Embed
}

// Request notes a request that has been answered.
func (m Meter) Request(route, method string, status int, took time.Duration) {
	if m.Registry != nil {
		m.Registry.Request(m.Service, route, clamp(method), status, took)
	}
}

// clamp keeps clients from making up methods without end.
func clamp(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// Log writes a line about work that was no request, with what it counted.
func (m Meter) Log(log *slog.Logger, level slog.Level, message string, c *Counts, attrs ...slog.Attr) {
	ctx := context.Background()
	line := slog.NewRecord(time.Now(), level, message, 0)
	line.AddAttrs(attrs...)
	if m.Line(&line, c) || log.Enabled(ctx, level) {
		log.Handler().Handle(ctx, line)
	}
}

// Logger returns log with what every line of the service says: its name and
// stage, which are also the dimensions of the metrics that a line holds.
func (m Meter) Logger(log *slog.Logger) *slog.Logger {
	log = log.With(DimensionService, m.Service)
	if m.Stage != "" {
		log = log.With(DimensionStage, m.Stage)
	}
	return log
}
