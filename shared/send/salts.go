package send

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"sync/atomic"
	"time"
)

const (
	saltDay   = 24 * time.Hour
	saltLife  = 2 * saltDay      // from the day's beginning
	saltRetry = 10 * time.Second // until a ledger that could not be asked is asked again
	saltTime  = 2 * time.Second  // that asking it may take
)

// Salts are what clients are named by: random bytes for each UTC day, the same
// for all that have the ledger, which are destroyed two days after they were
// made. From then on nobody can find out whose a name was.
type Salts struct {
	Ledger Ledger // nil = the salts are this process's own

	// Failed, where it is set, is told that the ledger could not be asked.
	// Clients are then named by a salt of this process until it can be.
	Failed func(context.Context, error)

	mu      sync.Mutex // held by whoever finds the salt of the day
	current atomic.Pointer[Salt]
}

// Salt is the salt of a day. It is the same pointer as long as it is the same
// salt.
type Salt struct {
	key   []byte
	start time.Time // of the day
	until time.Time // when it is to be looked for again
}

// Name returns the name under which a client address may be kept: addresses can
// neither be read back nor followed from one day to the next.
func (s *Salt) Name(address string) string {
	if address == "" {
		return ""
	}
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(address))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// Of returns the salt of the day of a time, which is about now.
func (s *Salts) Of(ctx context.Context, now time.Time) *Salt {
	if c := s.current.Load(); c.holds(now) {
		return c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.current.Load()
	if before.holds(now) {
		return before
	}
	start := now.UTC().Truncate(saltDay)
	next := &Salt{start: start, until: start.Add(saltDay)}
	// Whoever asks may leave; the salt is for everybody.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saltTime)
	defer cancel()
	var err error
	if next.key, err = s.find(ctx, start); err != nil {
		if s.Failed != nil {
			s.Failed(ctx, err)
		}
		if before != nil && before.start.Equal(start) {
			next.key = before.key
		} else {
			next.key = newSalt()
		}
		next.until = now.Add(saltRetry)
	}
	s.current.Store(next)
	if err == nil {
		_ = s.Sweep(ctx, now) // the service's sweep may do it
	}
	return next
}

// holds says whether the salt is the one for a time. Just after midnight there
// are requests that began before it; they need not be told from the others.
func (s *Salt) holds(now time.Time) bool {
	return s != nil && now.Before(s.until) && !now.Before(s.start.Add(-time.Minute))
}

func newSalt() []byte {
	salt := make([]byte, sha256.Size)
	rand.Read(salt) // never fails: crypto/rand
	return salt
}

// find returns the ledger's salt of a day, and makes it where there is none.
func (s *Salts) find(ctx context.Context, start time.Time) ([]byte, error) {
	if s.Ledger == nil {
		return newSalt(), nil
	}
	r, err := established(ctx, s.Ledger, Record{
		Key: Key{Set: SaltSet, ID: start.Format(time.DateOnly)}, Purge: start.Add(saltLife), Data: newSalt(),
	})
	return r.Data, err
}

// Sweep destroys the salts whose time is over. A ledger forgets them by itself,
// but in its own time.
func (s *Salts) Sweep(ctx context.Context, now time.Time) error {
	if s.Ledger == nil {
		return nil
	}
	for r, err := range Records(ctx, s.Ledger, SaltSet) {
		if err != nil {
			return err
		}
		if !now.Before(r.Purge) {
			if err := s.Ledger.Delete(ctx, r.Key, r.Version); err != nil && CodeOf(err) != Conflict {
				return err
			}
		}
	}
	return nil
}
