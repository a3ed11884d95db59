package serve

import (
	"crypto/x509"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/logtest"
)

func TestEndsSoon(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := time.Date(2126, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		life, left time.Duration
		want       bool
	}{
		{90 * day, 60 * day, false}, {90 * day, 23 * day, false}, {90 * day, 13 * day, true}, {90 * day, -day, true},
		{6 * day, 2 * day, false}, {6 * day, day, true}, {365 * day, 15 * day, false}, {365 * day, 13 * day, true},
	} {
		leaf := &x509.Certificate{NotBefore: now.Add(c.left - c.life), NotAfter: now.Add(c.left)}
		if got := endsSoon(leaf, now); got != c.want {
			t.Errorf("with %v of %v left: %v", c.left, c.life, got)
		}
	}
}

// It is said once a day of each name, and not with each client.
func TestAnEndIsSaidOnceADay(t *testing.T) {
	var said logtest.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	defer slog.SetDefault(before)
	now := time.Date(2126, 3, 1, 0, 0, 0, 0, time.UTC)
	leaf := &x509.Certificate{NotBefore: now, NotAfter: now.Add(-time.Hour)}
	var e expiry
	for range 49 {
		e.look("one", leaf, now)
		e.look("other", leaf, now)
		e.look("none", nil, now)
		now = now.Add(time.Hour)
	}
	if n := strings.Count(said.String(), "is not renewed"); n != 6 {
		t.Errorf("said %d times, not thrice of each of two: %s", n, &said)
	}
}
