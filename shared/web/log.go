package web

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// NewLog returns a logger that writes one JSON object a line. Lines are
// gathered and written together, after a moment at the latest; an error is
// written at once. flush writes what is gathered: before the process ends, or
// is frozen.
func NewLog(w io.Writer, level slog.Leveler) (log *slog.Logger, flush func()) {
	lines := &lineBuffer{w: w}
	json := slog.NewJSONHandler(lines, &slog.HandlerOptions{Level: level})
	return slog.New(urgent{json, lines}), lines.Flush
}

const (
	lineDelay    = 100 * time.Millisecond
	maxLineBytes = 32 << 10
)

// lineBuffer gathers lines for a slower writer.
type lineBuffer struct {
	mu    sync.Mutex
	w     io.Writer
	lines []byte
	timer *time.Timer // set while lines wait
}

// Write takes one whole line.
func (b *lineBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line...)
	switch {
	case len(b.lines) >= maxLineBytes:
		b.flush()
	case b.timer == nil:
		b.timer = time.AfterFunc(lineDelay, b.Flush)
	}
	return len(line), nil
}

// Flush writes the lines that wait.
func (b *lineBuffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush()
}

func (b *lineBuffer) flush() {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
	}
	if len(b.lines) > 0 {
		_, _ = b.w.Write(b.lines) // a log that cannot be written has nowhere to say so
		b.lines = b.lines[:0]
	}
}

// urgent is a handler that does not let errors wait.
type urgent struct {
	slog.Handler
	lines *lineBuffer
}

func (u urgent) Handle(ctx context.Context, r slog.Record) error {
	err := u.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelError {
		u.lines.Flush()
	}
	return err
}

func (u urgent) WithAttrs(attrs []slog.Attr) slog.Handler {
	return urgent{u.Handler.WithAttrs(attrs), u.lines}
}

func (u urgent) WithGroup(name string) slog.Handler {
	return urgent{u.Handler.WithGroup(name), u.lines}
}
