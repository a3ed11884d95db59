package serve

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"sgraph.ai/send/shared/settings"
)

// certificateFiles are a certificate and its key. They are read again when they
// change, so that whoever renews them need not tell the command.
type certificateFiles struct {
	cert, key string

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]stamp
	looked  time.Time
	expiry  expiry
}

// stamp tells one content of a file from another.
type stamp struct {
	changed time.Time
	size    int64
}

// lookEvery is how long a change may go unnoticed.
const lookEvery = time.Second

// load reads both for the first time.
func (c *certificateFiles) load() error {
	read, err := c.stamps()
	if err == nil {
		c.read, c.looked = read, time.Now()
		c.current, err = c.pair()
	}
	if err != nil {
		return fmt.Errorf("%s, %s: %w", settings.TLSCert.Env, settings.TLSKey.Env, err)
	}
	return nil
}

// get returns the certificate: that of before, as long as what is there now cannot
// be used, as in the middle of a change.
func (c *certificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		c.refresh()
		c.expiry.look(c.cert, c.current.Leaf, now)
	}
	return c.current, nil
}

func (c *certificateFiles) refresh() {
	read, err := c.stamps()
	if err != nil || read == c.read {
		return
	}
	c.read = read // what cannot be used is told of once
	if next, err := c.pair(); err != nil {
		slog.Warn("the certificate changed and cannot be used: that of before still is", "cause", err.Error())
	} else {
		c.current = next
		slog.Info("the certificate changed", "until", next.Leaf.NotAfter)
	}
}

func (c *certificateFiles) stamps() (read [2]stamp, err error) {
	for i, path := range []string{c.cert, c.key} {
		info, err := os.Stat(path)
		if err != nil {
			return read, err
		}
		read[i] = stamp{info.ModTime(), info.Size()}
	}
	return read, nil
}

func (c *certificateFiles) pair() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	return &pair, err
}
