package metric

import (
	"context"
	"sync"
)

// Key is the key by which a context gives its *Counts.
type Key struct{}

// Counts are what one piece of work counted. The zero value is ready, and may
// be used by several goroutines.
type Counts struct {
	mu    sync.Mutex
	list  []count // a few at most, so a list is the fastest map
	limit string
}

type count struct {
	name Name
	n    float64
}

// Begin returns a context in which Count gathers, and what it gathers.
func Begin(ctx context.Context) (context.Context, *Counts) {
	c := new(Counts)
	return context.WithValue(ctx, Key{}, c), c
}

// Count counts n, which is more than zero, for the work of ctx.
func Count(ctx context.Context, name Name, n int64) {
	if c, ok := ctx.Value(Key{}).(*Counts); ok {
		c.Add(name, n)
	}
}

// CountLimit counts one for a rate limit. A piece of work has to do with one
// limit at most.
func CountLimit(ctx context.Context, name Name, limit string) {
	if c, ok := ctx.Value(Key{}).(*Counts); ok {
		c.Add(name, 1)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.limit = limit
	}
}

// Add counts n, if that is more than zero.
func (c *Counts) Add(name Name, n int64) {
	if n <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.list {
		if c.list[i].name == name {
			c.list[i].n += float64(n)
			return
		}
	}
	c.list = append(c.list, count{name, float64(n)})
}

// take returns what was counted, and begins anew.
func (c *Counts) take() (list []count, limit string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list, limit = c.list, c.limit
	c.list, c.limit = nil, ""
	return list, limit
}
