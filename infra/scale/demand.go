package scale

import (
	"maps"
	"strings"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/partitions"
)

// demand is what was asked of AWS within a time.
type demand struct {
	user, admin   function
	reads, writes float64
	sets          map[string]partitions.Units
	prefixes      map[string]requests
	together      map[send.Key]float64 // transactions that a record was in
}

// measured is what is asked of AWS while something is done.
func (s *service) measured(do func()) demand {
	s.ledger.Take()
	s.store.take()
	clear(s.ledger.together)
	user, admin := s.user, s.admin
	do()
	d := demand{
		user: s.user.minus(user), admin: s.admin.minus(admin), sets: s.ledger.Take(), prefixes: s.store.take(),
		together: maps.Clone(s.ledger.together),
	}
	for _, u := range d.sets {
		d.reads, d.writes = d.reads+float64(u.Reads), d.writes+float64(u.Writes)
	}
	return d
}

func (d demand) objects() (all requests) {
	for _, r := range d.prefixes {
		all = all.plus(r)
	}
	return all
}

// hottest is what the set has of which most is asked, of those whose names begin so.
func (d demand) hottest(kind string) (reads, writes float64) {
	for set, u := range d.sets {
		if kindOf(set) == kind {
			reads, writes = max(reads, float64(u.Reads)), max(writes, float64(u.Writes))
		}
	}
	return reads, writes
}

// kindOf is what sets have in common that are spread.
func kindOf(set string) string {
	switch {
	case strings.HasPrefix(set, send.ReservedSets+"all"):
		return set
	case strings.Contains(set, "/"):
		return set[:strings.Index(set, "/")+1]
	}
	return set
}

// busiest is what the prefix has of which most is asked.
func (d demand) busiest() (most requests) {
	for _, r := range d.prefixes {
		most.puts, most.gets = max(most.puts, r.puts), max(most.gets, r.gets)
	}
	return most
}
