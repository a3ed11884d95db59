package serve

import (
	"crypto/x509"
	"log/slog"
	"sync"
	"time"
)

// expiry says of certificates that nobody renews them, while there is time to.
type expiry struct {
	mu   sync.Mutex
	told map[string]time.Time // of which name, and when
}

const tellExpiryEvery = 24 * time.Hour

// look looks at a certificate that is shown.
func (e *expiry) look(name string, leaf *x509.Certificate, now time.Time) {
	if leaf == nil || !endsSoon(leaf, now) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Sub(e.told[name]) < tellExpiryEvery {
		return
	}
	if e.told == nil {
		e.told = map[string]time.Time{}
	}
	e.told[name] = now
	slog.Error("the certificate is not renewed", "of", name, "until", leaf.NotAfter)
}

// endsSoon says whether a certificate should be renewed by now: when a quarter of
// its time is left, or two weeks.
func endsSoon(leaf *x509.Certificate, now time.Time) bool {
	const atMost = 14 * 24 * time.Hour
	return leaf.NotAfter.Sub(now) < min(leaf.NotAfter.Sub(leaf.NotBefore)/4, atMost)
}
