package send

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
)

// Shared names a secret that the machines of a stack show each other, and that
// no person has to know: random, made by a deploy, and kept by the ledger.
type Shared string

// The secrets that there are.
const (
	SharedOrigin  Shared = "origin"  // what the front shows the services
	SharedService Shared = "service" // what the user service shows the admin service
	SharedCanary  Shared = "canary"  // the access token of the canary
)

// Set returns the set of the ledger that holds the secret, and nothing else: who
// may read one secret need not be able to read another.
func (s Shared) Set() string { return SharedSets + string(s) }

func (s Shared) key() Key { return Key{s.Set(), "values"} }

// Slots are the values of a secret while it changes. Who shows it shows the
// current one; who is shown it accepts every one of them. The next is there
// before anybody shows it, so that a process that read them lately knows what is
// shown after the change.
type Slots struct {
	Generation int    `json:"generation"` // from 1 on; each has a current value of its own
	Previous   string `json:"previous"`   // "" in the beginning
	Current    string `json:"current"`
	Next       string `json:"next"` // "" where nobody has to know it before
}

// Accepted returns the values that are accepted, the current one first.
func (v Slots) Accepted() []string {
	values := []string{v.Current}
	for _, other := range []string{v.Next, v.Previous} {
		if other != "" {
			values = append(values, other)
		}
	}
	return values
}

// advance returns the values of the generation after these, or of the first.
func (v Slots) advance() Slots {
	return Slots{Previous: v.Current, Current: cmp.Or(v.Next, RandomSecret()), Next: RandomSecret()}
}

// Read returns the secret. NotFound as long as no deploy has made it.
func (s Shared) Read(ctx context.Context, l Ledger) (Slots, error) {
	r, err := l.Get(ctx, s.key())
	if err != nil {
		return Slots{}, err
	}
	return s.slots(r)
}

func (s Shared) slots(r Record) (v Slots, err error) {
	if err = json.Unmarshal(r.Data, &v); err != nil || v.Current == "" {
		// What is said of what cannot be read may repeat it.
		return Slots{}, Fail(Internal, "the secret %q cannot be read in the ledger", string(s))
	}
	return v, nil
}

// Keep sees to it that the secret is of a generation, or of a later one, and
// returns it as it is. It changes once, whoever else asks for the same.
func (s Shared) Keep(ctx context.Context, l Ledger, generation int) (Slots, error) {
	return s.KeepAs(ctx, l, generation, func(before Slots) (Slots, error) { return before.advance(), nil })
}

// KeepAs is Keep where values makes those of the generation from those before,
// which are zero in the beginning. It may be called again where another was
// faster.
func (s Shared) KeepAs(
	ctx context.Context, l Ledger, generation int, values func(before Slots) (Slots, error),
) (v Slots, err error) {
	if generation < 1 {
		return v, Fail(Invalid, "the generation of a secret must be 1 or more")
	}
	fresh := func(before Slots) (data []byte, err error) {
		if v, err = values(before); err != nil {
			return nil, err
		}
		v.Generation = generation
		return json.Marshal(v)
	}
	if _, err = s.Read(ctx, l); CodeOf(err) == NotFound {
		data, err := fresh(Slots{})
		if err != nil {
			return Slots{}, err
		}
		if err = l.Create(ctx, Record{Key: s.key(), Data: data}); CodeOf(err) != Conflict {
			return v, err
		}
	} else if err != nil {
		return Slots{}, err
	}
	_, err = update(ctx, l, s.key(), func(r *Record) error {
		kept, err := s.slots(*r)
		if err != nil {
			return err
		}
		if kept.Generation >= generation {
			v = kept
			return errKept
		}
		r.Data, err = fresh(kept)
		return err
	})
	if err != nil && !errors.Is(err, errKept) {
		return Slots{}, err
	}
	return v, nil
}

// errKept ends a change that was made already.
var errKept = errors.New("the secret is of that generation, or of a later one")

// Forget removes the secret; one that is not kept is no error.
func (s Shared) Forget(ctx context.Context, l Ledger) error {
	for {
		r, err := l.Get(ctx, s.key())
		if CodeOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.Delete(ctx, r.Key, r.Version); CodeOf(err) != Conflict {
			return err
		}
	}
}
