// Package traffic is what many people do with a service at the same time: they send, look, receive, lose the line and
// go on, use a transfer up, and delete it. Every byte that comes is looked at. It is an open loop: people come at the
// rate that is said, however long those before them have to wait, so that what is slow is seen as it is.
package traffic

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// People are those who come.
type People struct {
	Server, Token string
	Transport     http.RoundTripper // that carries their requests

	Rate   float64       // people in a second
	For    time.Duration // how long they come
	AtOnce int           // who would be one more waits, and is late
	Seed   uint64        // of what they do

	// Pause is how long a client waits that would wait so long: see [client.Client].
	Pause func(time.Duration) time.Duration

	// Forgiving takes what fails for what may, if people are told so: a service that is killed answers nobody. What
	// was acknowledged is not forgiven.
	Forgiving bool
}

// sizes are those of what is sent, in bytes, each as often as the others.
var sizes = []int64{100, 2_000, 2_000, 20_000, 20_000, 200_000, 200_000, 1 << 20, 3 << 20, 9 << 20}

// downloadsMost is how often one may be received that is to be used up.
const downloadsMost = 2

// Come has them come, and reports when the last is done, or ctx has ended.
func (p People) Come(ctx context.Context) *Report { return p.Until(ctx, ctx) }

// Until is Come where nobody comes any more when coming has ended, too.
func (p People) Until(ctx, coming context.Context) *Report {
	r := newReport()
	seats := make(chan struct{}, p.AtOnce)
	var all sync.WaitGroup
	chance := rand.New(rand.NewPCG(p.Seed, 0))
	every := time.Duration(float64(time.Second) / p.Rate)
	for due := r.Began; time.Since(r.Began) < p.For && coming.Err() == nil; due = due.Add(every) {
		if wait := time.Until(due); wait > 0 {
			select {
			case <-time.After(wait):
			case <-coming.Done():
			}
		}
		seed := chance.Uint64()
		seats <- struct{}{}
		late := time.Since(due)
		all.Go(func() {
			defer func() { <-seats }()
			one := person{People: p, report: r, chance: rand.New(rand.NewPCG(seed, 1))}
			r.came(late)
			if err := one.live(ctx); err != nil && ctx.Err() == nil {
				r.fault(p.Forgiving, err)
			}
		})
	}
	all.Wait()
	r.Took = time.Since(r.Began)
	return r
}

// person is one of them.
type person struct {
	People
	report *Report
	chance *rand.Rand
}

// client is what the person uses, as everybody does; cut is after how many bytes of an answer its line is cut once, 0 =
// never.
func (p person) client(cut int64) *client.Client {
	return &client.Client{
		Server: p.Server, Token: p.Token, Pause: p.Pause,
		Transport: &timed{p.Transport, p.report, &cutting{left: cut, isMeant: cut > 0}},
	}
}

// errWrong is of what no fault excuses.
var errWrong = errors.New("wrong")

// live sends something, and does with it what people do.
func (p person) live(ctx context.Context) error {
	size := sizes[p.chance.IntN(len(sizes))]
	content := p.noise(size)
	o := client.Options{}
	if p.chance.IntN(3) == 0 {
		o.MaxDownloads = downloadsMost
	}
	parcel := &Parcel{Sum: sha256.Sum256(content), Most: o.MaxDownloads}
	o.Created = func(l envelope.Link) {
		parcel.Link = l
		p.report.began(parcel)
	}
	c := p.client(0)
	sent, err := c.Send(ctx, client.File{
		Meta: envelope.Meta{Filename: "a.bin"}, Content: bytes.NewReader(content), Size: size,
	}, o)
	if err != nil {
		return fmt.Errorf("send %d bytes: %w", size, err)
	}
	p.report.acknowledged(parcel)
	if _, err := c.Info(ctx, sent.Link.ID); err != nil {
		return fmt.Errorf("look: %w", missing(err))
	}
	if err := parcel.receive(ctx, c); err != nil {
		return fmt.Errorf("receive %d bytes: %w", size, missing(err))
	}
	if size > 100_000 {
		cut := size/2 + p.chance.Int64N(size/4)
		if err := parcel.receive(ctx, p.client(cut)); err != nil {
			return fmt.Errorf("receive %d bytes over a line that is cut after %d: %w", size, cut, missing(err))
		}
	} else if err := parcel.receive(ctx, c); err != nil {
		return fmt.Errorf("receive again: %w", missing(err))
	}
	if parcel.Most > 0 {
		if err := parcel.usedUp(ctx, c); err != nil {
			return err
		}
	}
	p.report.deleting(parcel)
	if err := c.Delete(ctx, sent.Link.ID, sent.DeleteSecret); err != nil {
		return fmt.Errorf("delete: %w", missing(err))
	}
	info, err := c.Info(ctx, sent.Link.ID)
	if err != nil {
		return fmt.Errorf("look at what was deleted: %w", err)
	}
	if info.Status != send.Deleted {
		return fmt.Errorf("%w: what was deleted is %s", errWrong, info.Status)
	}
	return nil
}

// missing is what becomes of an error about what was acknowledged: that it is not there is wrong.
func missing(err error) error {
	switch send.CodeOf(err) {
	case send.NotFound, send.Gone, send.Conflict, send.Invalid, send.Forbidden, send.Unauthorized, send.Internal:
		return errors.Join(errWrong, err)
	}
	return err
}

func (p person) noise(n int64) []byte {
	b := make([]byte, n)
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(p.chance.Uint32())
	}
	_, _ = rand.NewChaCha8(seed).Read(b)
	return b
}
