// Package site runs the user service for tests of its clients: the service
// itself, with what it keeps in a folder, and with faults that a test can put
// before it.
package site

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/secrettest"
)

// Site is a running service.
type Site struct {
	URL   string
	Token string // allows sending

	Clock clocktest.Clock // of the service

	dir    string
	log    logtest.Buffer
	fault  atomic.Pointer[Fault]
	server *httptest.Server

	running sync.RWMutex // by each request, and by who starts the service anew
	ledger  *bolt.Ledger
	service http.Handler
}

// End takes no more requests, and waits for those under way: of one that the
// client has given up, the service may still be clearing away what came.
func (s *Site) End() { s.server.Close() }

// Fault stands before the service and may answer in its place.
type Fault func(w http.ResponseWriter, r *http.Request, service http.Handler)

// Fail puts a fault before the service; nil takes it away.
func (s *Site) Fail(f Fault) {
	if f == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&f)
}

// Kept is all that the service keeps and logs: what a thief would have.
func (s *Site) Kept(t testing.TB) secrettest.Kept {
	t.Helper()
	kept := secrettest.Kept{"the log": s.log.String()}
	kept.AddFiles(t, s.dir)
	return kept
}

// Payloads are the files that hold ciphertext, whole or in parts.
func (s *Site) Payloads(t testing.TB) secrettest.Kept {
	t.Helper()
	files := secrettest.Kept{}
	for _, folder := range []string{"objects", "uploads", "temporary"} {
		files.AddFiles(t, filepath.Join(s.dir, "transfers", folder))
	}
	return files
}

// Start runs a service until the test ends.
func Start(t testing.TB) *Site {
	t.Helper()
	s, stop, err := Run(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

// Run runs a service that keeps what it has in a folder, until stop is called.
func Run(dir string) (s *Site, stop func(), err error) {
	s = &Site{Token: "token-of-the-tests", dir: dir}
	if err := s.open(); err != nil {
		return nil, nil, err
	}
	if _, err := s.Tokens().Create(context.Background(), send.NewToken{Name: s.Token}); err != nil {
		return nil, nil, errors.Join(err, s.ledger.Close())
	}
	service := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.RLock()
		defer s.running.RUnlock()
		s.service.ServeHTTP(w, r)
	})
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.fault.Load(); f != nil {
			(*f)(w, r, service)
			return
		}
		service.ServeHTTP(w, r)
	}))
	s.URL = s.server.URL
	return s, func() { s.End(); s.ledger.Close() }, nil
}

// Restart starts the service anew on what it keeps. What is under way breaks off;
// what is asked meanwhile waits.
func (s *Site) Restart() error {
	s.server.CloseClientConnections()
	s.running.Lock()
	defer s.running.Unlock()
	if err := s.ledger.Close(); err != nil {
		return err
	}
	return s.open()
}

// open opens what the service keeps, and makes the service.
func (s *Site) open() (err error) {
	if s.ledger, err = bolt.Open(filepath.Join(s.dir, "ledger.db")); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.ledger.Close()
		}
	}()
	store, err := disk.Open(filepath.Join(s.dir, "transfers"))
	if err != nil {
		return err
	}
	s.service, err = user.New(user.Settings{
		Service: settings.Service{Environment: settings.Local, Mode: settings.Disk, Rates: map[string]send.Rate{}},
		Rules:   send.Rules{MaxBytes: 1 << 30, DefaultTTL: 24 * time.Hour, MaxTTL: send.MaxLifetime},
		Gate:    s.Tokens(),
		Ledger:  s.ledger,
		Store:   store,
		Log:     slog.New(slog.NewJSONHandler(&s.log, nil)),
		Now:     s.Clock.Now,
	})
	return err
}

// Tokens are those that allow sending.
func (s *Site) Tokens() *send.Tokens {
	secret := send.Secret("a secret for tests only")
	return &send.Tokens{Ledger: s.ledger, Names: secret.Names, Now: s.Clock.Now}
}
