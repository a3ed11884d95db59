package traffic

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Ration is a token that may be used so often, and what was sent with it.
type Ration struct {
	Token string
	Limit int64

	mu           sync.Mutex
	acknowledged int64
	uncertain    int64 // failed, and may have been booked
	wrong        error
}

// Spend has a few send with it at the same time until they are told that it is used up, or coming has ended.
func (r *Ration) Spend(ctx, coming context.Context, c *client.Client) {
	const atOnce = 3
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for coming.Err() == nil && ctx.Err() == nil {
				_, err := c.Send(ctx, client.File{
					Meta: envelope.Meta{Filename: "a"}, Content: strings.NewReader("a"), Size: 1,
				}, client.Options{})
				if ctx.Err() == nil && r.told(err) {
					return
				}
			}
		})
	}
	all.Wait()
}

// told notes what became of an attempt, and says whether there need not be another.
func (r *Ration) told(err error) (done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		r.acknowledged++
	case send.ReasonOf(err) == send.ReasonTokenExhausted:
		return true
	case isClear(err):
		r.uncertain++
	default:
		r.wrong = errors.Join(r.wrong, fmt.Errorf("send with a token that may be used %d times: %w", r.Limit, err))
		return true
	}
	return false
}

// IsExact fails unless it was used just as often as it may be. It is for when the faults are over: what is left is
// spent first.
func (r *Ration) IsExact(ctx context.Context, c *client.Client, o *operator.Service) error {
	mine := *c
	mine.Token = r.Token
	r.Spend(ctx, ctx, &mine)
	booked, err := o.Token(ctx, r.Token)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil || r.wrong != nil:
		return errors.Join(err, r.wrong)
	case booked.UsageCount != r.Limit || r.acknowledged > r.Limit || r.acknowledged+r.uncertain < r.Limit:
		return fmt.Errorf("%w: of a token for %d uses %d are booked; %d transfers were acknowledged, "+
			"and of %d it is uncertain", errWrong, r.Limit, booked.UsageCount, r.acknowledged, r.uncertain)
	}
	return nil
}

// Ration has tokens made for a few uses, and spent by more than may at the same time, one after the other until coming
// has ended.
func (p People) Ration(ctx, coming context.Context, o *operator.Service) (all []*Ration) {
	chance := rand.New(rand.NewPCG(p.Seed, 4))
	for coming.Err() == nil && ctx.Err() == nil {
		limit := 1 + chance.Int64N(4)
		made, err := o.CreateToken(coming, wire.CreateTokenRequest{UsageLimit: limit})
		if err != nil { // it is away, too
			sleep(coming, 50*time.Millisecond)
			continue
		}
		r := &Ration{Token: made.TokenName, Limit: limit}
		all = append(all, r)
		p.Token = made.TokenName
		r.Spend(ctx, coming, p.Client())
	}
	return all
}
