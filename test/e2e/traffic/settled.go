package traffic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/operator"
)

// Settled is what is wrong when the faults are over, or nil: each transfer that was acknowledged is whole, of none half
// is there, every limit was kept, and all goes on as if nothing had been.
func (p People) Settled(ctx context.Context, r *Report, o *operator.Service, rations []*Ration) error {
	all := []error{r.Err()}
	if r.Acknowledged == 0 {
		all = append(all, errors.New("nobody has sent anything"))
	}
	c := p.Client()
	for _, parcel := range r.There() {
		if err := parcel.IsWhole(ctx, c); err != nil {
			all = append(all, fmt.Errorf("%s: %w", parcel.Link.ID, err))
		}
	}
	for _, parcel := range r.Begun() {
		if err := parcel.IsWholeOrNothing(ctx, c); err != nil {
			all = append(all, fmt.Errorf("%s: %w", parcel.Link.ID, err))
		}
	}
	for _, ration := range rations {
		all = append(all, ration.IsExact(ctx, c, o))
	}
	p.Forgiving, p.For = false, 2*time.Second
	after := p.Come(ctx)
	if err := errors.Join(after.Err(), after.NotMeant()); err != nil {
		all = append(all, fmt.Errorf("when all is over: %w", err))
	}
	return errors.Join(all...)
}

// Client is what they use, and nobody counts.
func (p People) Client() *client.Client {
	return &client.Client{Server: p.Server, Token: p.Token, Transport: p.Transport, Pause: p.Pause}
}

// NotMeant is an error of the requests that were answered otherwise than was meant, or nil.
func (r *Report) NotMeant() (err error) {
	for what, n := range r.Refused() {
		err = errors.Join(err, fmt.Errorf("%d times: %s", n, what))
	}
	return err
}
