package client

import (
	"context"
	"io"
	"sync"

	"sgraph.ai/send/shared/envelope"
)

// Ranges fetches parts of the ciphertext of a transfer, all of which are one
// download: it is counted with the first, unless [Client.Claims] has one that was.
type Ranges struct {
	c   Client
	id  string
	own *remembered
}

// Ranges prepares to fetch parts of a transfer. Nothing is counted before the first.
func (c *Client) Ranges(id string) *Ranges {
	r := &Ranges{*c, id, &remembered{Claims: c.claims()}}
	r.c.Claims = r.own
	return r
}

// Fetch is an [envelope.Fetch].
func (r *Ranges) Fetch(ctx context.Context) envelope.Fetch {
	return func(s envelope.Span) (io.ReadCloser, error) { return r.c.download(ctx, r.id, s.From, s.To) }
}

// Confirm tells the service that what was wanted arrived, and was opened.
func (r *Ranges) Confirm(ctx context.Context) {
	if claim, ok := r.own.Load(r.c.Server, r.id); ok {
		r.c.Confirm(ctx, claim)
	}
}

// remembered are claims that are known as long as the process, wherever else.
type remembered struct {
	Claims
	mu    sync.Mutex
	claim Claim
}

// Load is of [Claims].
func (r *remembered) Load(server, id string) (Claim, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.claim.ID == id && r.claim.Server == server {
		return r.claim, true
	}
	return r.Claims.Load(server, id)
}

// Save is of [Claims].
func (r *remembered) Save(claim Claim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.claim = claim
	r.Claims.Save(claim)
}

// Drop is of [Claims].
func (r *remembered) Drop(server, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.claim = Claim{}
	r.Claims.Drop(server, id)
}
