package scale

import (
	"context"
	"errors"
	"math"
	"slices"

	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/send"
)

// Alone is what everybody uses who does one thing, such as one token.
type Alone struct {
	What  string
	Where string  // the record, or whatever it is
	At    float64 // how often in a second it can be done at most
	Half  float64 // from where on half of the transactions meet another, and begin again; 0 = there are none
	Moved string
}

// alone is how far what many share goes by itself, however large the stack.
func alone(ctx context.Context, set settings.Settings) ([]Alone, error) {
	const many = 200
	var faults []error
	measure := func(rules send.Rules, do func(s *service) func(i int)) demand {
		s := newService(ctx, rules, Typical)
		one := do(s)
		d := s.measured(func() {
			for i := range many {
				one(i)
			}
		})
		faults = append(faults, s.faults...)
		return d
	}
	of := func(what, kind string, d demand, moved string) Alone {
		a := Alone{What: what, Moved: moved, At: math.Inf(1)}
		var hot string
		for name, u := range d.sets {
			at := many * min(PartitionWrites/float64(u.Writes), PartitionReads/float64(max(1, u.Reads)))
			if kindOf(name) == kind && (at < a.At || at == a.At && name < hot) {
				a.At, hot = at, name
			}
		}
		a.Where = "`" + hot + "`"
		var together float64
		for key, n := range d.together {
			if key.Set == hot {
				together = max(together, n/many)
			}
		}
		if together > 0 { // it meets what begins within one before it and one after
			a.Half = math.Ln2 / (2 * Transaction.Seconds()) / together
		}
		return a
	}
	sends := measure(rules(), func(s *service) func(int) {
		token := s.token("of all")
		return func(int) { s.send(token, s.hex(16)) }
	})
	receives := measure(rules(), func(s *service) func(int) {
		id := s.send(s.token("token"), "client")
		return func(int) { s.receive(id, s.hex(16)) }
	})
	bounded := rules()
	bounded.PendingBytesAll = math.MaxInt64 / 2
	pending := measure(bounded, func(s *service) func(int) {
		names := make([]string, many)
		for i := range names {
			names[i] = s.token(s.hex(16))
		}
		return func(i int) { s.send(names[i], s.hex(16)) }
	})
	// Parts of pages do not count at WAF, and go to S3's own URLs.
	const sendsEdge, windowMinutes = 4.0, 5.0
	create := send.DefaultRates[send.LimitCreate]
	all := []Alone{
		of("uploads with one token", "reserved/", sends, "more tokens: one for each machine that sends much"),
		of("uploads with one token, the token itself", "token", sends, "the same"),
		of("downloads of one transfer", "transfer/", receives, "more transfers of the same file"),
		of("uploads of all, where `pendingBytesAll` is set", send.ReservedSets+"all", pending,
			"not to set it on a busy stack, but `pendingBytes`"),
		{"uploads from one address", "rate limit `create`", float64(create.Limit) / create.Window.Seconds(), 0,
			"`rateLimits: create=…`"},
	}
	if set.Edge.Enabled {
		all = append(all, Alone{"uploads from one address, at the edge", "WAF",
			float64(set.Edge.RequestsPerFiveMinutes) / (60 * windowMinutes) / sendsEdge, 0, "`edgeRateLimit`"})
	}
	slices.SortStableFunc(all, func(a, b Alone) int { return int(math.Copysign(1, a.At-b.At)) })
	return all, errors.Join(faults...)
}
