// Package clocktest is a clock that a test moves.
package clocktest

import (
	"sync"
	"time"
)

// Clock is a clock for what takes the time from a function. The zero value goes
// as the system's does.
type Clock struct {
	mu    sync.Mutex
	at    time.Time // where it stands; zero when it goes
	ahead time.Duration
}

// At returns a clock that stands still.
func At(t time.Time) *Clock { return &Clock{at: t} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now().Add(c.ahead)
	}
	return c.at.Add(c.ahead)
}

// Advance puts the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
