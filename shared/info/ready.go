package info

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/singleflight"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// Readiness finds out whether a service can do its work: whether its ledger and
// its store answer, whether the disk has room for uploads, and whether its secrets
// can be read.
type Readiness struct {
	Ledger send.Ledger
	Store  send.Store
	Set    string           // of records that the service may read, and that outlive the process
	Prefix string           // of keys that the service may ask the store about
	Now    func() time.Time // nil = time.Now

	// Kept is the ledger that Ledger stands before; nil = Ledger is the one.
	Kept send.Ledger

	// Secrets are what the service cannot work without; nil = there are none.
	Secrets *secret.Sources

	asking singleflight.Group // whoever asks meanwhile waits for the one answer; guards what follows
	until  time.Time
	known  wire.ReadyReply
}

const (
	readyLife    = 5 * time.Second // of what was found out: asking often is no way to make the service work
	readyTimeout = 2 * time.Second // for all parts to answer
)

// Route adds the route that tells it.
func (s *Readiness) Route(r *mux.Router) {
	web.Bind(r, wire.Ready, web.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if web.Ending(r) {
			return send.Fail(send.Unavailable, "The service is about to end; ask another")
		}
		reply, status := s.ask(r.Context()), http.StatusOK
		if reply.Status != wire.OK {
			status = http.StatusServiceUnavailable
			wire.RetryAfter.Set(w.Header(), "5")
		}
		web.WriteJSON(w, status, reply)
		return nil
	}))
}

// ask returns how the parts are, or were a moment ago. The answer does not end
// with the request that caused it.
func (s *Readiness) ask(ctx context.Context) wire.ReadyReply {
	reply, _, _ := s.asking.Do("", func() (any, error) {
		now := time.Now
		if s.Now != nil {
			now = s.Now
		}
		if !now().Before(s.until) {
			s.known = s.find(context.WithoutCancel(ctx))
			s.until = now().Add(readyLife)
		}
		return s.known, nil
	})
	return reply.(wire.ReadyReply)
}

// find asks the parts.
func (s *Readiness) find(ctx context.Context) wire.ReadyReply {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var parts sync.WaitGroup
	reply := wire.ReadyReply{Status: wire.OK, Disk: wire.NotConfigured, Secrets: wire.NotConfigured}
	// Both are asked for what is never kept: being told so is an answer.
	parts.Go(func() {
		_, err := s.Ledger.Get(ctx, send.Key{Set: s.Set, ID: "none"})
		reply.Ledger = answered(err)
	})
	parts.Go(func() {
		// By a list, which S3 refuses where the bucket is missing or not for us to read. Asked for one
		// object it says only that there is none.
		_, err := s.Store.List(ctx, s.Prefix+"none", "", 1)
		reply.Store = answered(err)
	})
	if s.Secrets != nil && s.Secrets.Asked() {
		parts.Go(func() {
			if reply.Secrets = wire.OK; s.Secrets.Ready(ctx) != nil {
				reply.Secrets = wire.Unavailable
			}
		})
	}
	for _, part := range []any{s.Store, s.Ledger, s.Kept} {
		if disk, ok := part.(send.Roomy); ok && reply.Disk != wire.Full {
			if reply.Disk = wire.OK; disk.Room() != nil {
				reply.Disk = wire.Full
			}
		}
	}
	parts.Wait()
	if reply.Ledger != wire.OK || reply.Store != wire.OK || reply.Disk == wire.Full || reply.Secrets == wire.Unavailable {
		reply.Status = wire.Unavailable
	}
	return reply
}

func answered(err error) string {
	if err != nil && send.CodeOf(err) != send.NotFound {
		return wire.Unavailable
	}
	return wire.OK
}
