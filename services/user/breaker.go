package user

import (
	"sync"
	"time"
)

const (
	missedMost = 3                // calls in a row without an answer, until nobody waits for one
	pauseFirst = 5 * time.Second  // for which nobody does
	pauseMost  = 20 * time.Second // the longest of them: each doubles the one before
)

// breaker remembers that a service does not answer, so that its callers need not all
// find out by waiting. After some missed calls in a row nobody asks for a while, and
// then one at a time, until one is answered.
type breaker struct {
	mu     sync.Mutex
	missed int // calls in a row
	pause  time.Duration
	until  time.Time // before which nobody asks
	probed bool      // somebody asks whether it answers again
}

// enter says whether to ask now, and if not, how long nobody will. Who asks leaves
// afterwards.
func (b *breaker) enter() (may, probe bool, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch wait = time.Until(b.until); {
	case b.missed < missedMost:
		return true, false, 0
	case b.probed || wait > 0:
		return false, false, wait
	}
	b.probed = true
	return true, true, 0
}

// heard is what came of a call.
type heard int

const (
	nothing heard = iota // nobody asked, or waited
	answer
	silence
)

// leave notes what came of a call, and says whether it was the one after which nobody
// asks any more.
func (b *breaker) leave(probe bool, h heard) (opened bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if probe {
		b.probed = false
	}
	switch h {
	case answer:
		b.missed, b.pause, b.until = 0, 0, time.Time{}
	case silence:
		b.missed++
		if opened = b.missed == missedMost; opened || probe {
			b.pause = min(max(2*b.pause, pauseFirst), pauseMost)
			b.until = time.Now().Add(b.pause)
		}
	}
	return opened
}
