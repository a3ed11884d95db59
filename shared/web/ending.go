package web

import (
	"context"
	"net/http"
	"time"
)

// end notes that the server is to end.
func (all *connections) end() { all.ending.Store(time.Now().UnixNano()) }

// isEnding says whether the server of the connection is to end.
func (c *connection) isEnding() bool { return c != nil && c.all.ending.Load() != 0 }

// Ending says whether the server of a request is to end: it answers still, and
// asks whoever chooses between servers to choose another.
func Ending(r *http.Request) bool { return connectionOf(r.Context()).isEnding() }

// announcing asks for another connection with every reply of h, where the server
// is to end, or a request has no sure end. What is answering already when the server
// is to end, an exchange asks it for.
func (all *connections) announcing(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if all.ending.Load() != 0 || endsUnsurely(r) {
			w.Header()["Connection"] = closing
		}
		h.ServeHTTP(w, r)
	})
}

// closing is the Connection header of a reply that is the last on its connection.
var closing = []string{"close"}

// restStep is how long rest waits before it looks again.
const restStep = 20 * time.Millisecond

// rest waits for all connections to be closed, and has those closed on which no
// request comes: after the time of last, or five times that on a new one. A reply
// that has begun since the end asks for it itself.
func (all *connections) rest(ctx context.Context, last time.Duration) error {
	for {
		if all.endResting(time.Now(), last) == 0 {
			return nil
		}
		select {
		case <-all.fewer:
		case <-time.After(restStep):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// endResting lets go of the connections that have rested for long enough, and
// returns how many are open.
func (all *connections) endResting(now time.Time, last time.Duration) int {
	const forNew = 5
	ending := all.ending.Load()
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, c := range all.open {
		rests, waits := c.free.Load(), last
		if c.used.Load() {
			rests = max(rests, ending)
		} else {
			waits *= forNew
		}
		if c.asks.Load() || rests == 0 || now.Sub(time.Unix(0, rests)) < waits || hasUnread(c.Conn) {
			continue
		}
		// Whoever waits for the next request is woken, and closes; who has begun to
		// read one has set another deadline, or has all of it at hand.
		_ = c.SetReadDeadline(time.Unix(1, 0))
	}
	return len(all.open)
}
