package web

import (
	"log/slog"
	"slices"
	"sync"
)

// outcome is what the lines of many requests have in common.
type outcome struct {
	method, route string
	status        int
}

// outcomes are handlers of the log, each for the lines of one outcome: that is
// formatted once for all of them.
type outcomes struct {
	log slog.Handler

	mu sync.RWMutex
	of map[outcome]slog.Handler
}

func (all *outcomes) handler(o outcome) slog.Handler {
	all.mu.RLock()
	h, known := all.of[o]
	all.mu.RUnlock()
	if known {
		return h
	}
	h = all.log.WithAttrs([]slog.Attr{
		slog.String("method", o.method), slog.String("route", o.route), slog.Int("status", o.status),
	})
	if !slices.Contains(methods, o.method) { // clients make up as many as they like
		return h
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.of == nil {
		all.of = map[outcome]slog.Handler{}
	}
	all.of[o] = h
	return h
}
