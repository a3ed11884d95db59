package partitions

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sgraph.ai/send/shared/send"
)

// row is a record as it is kept: small, and with one pointer.
type row struct {
	id             string
	state, data    uint32 // numbers of texts
	version        int32
	count, limit   int64
	expires, purge int64 // milliseconds since 1970
}

// shelf is the rows of a set in order of ID, in pieces that are short enough to put one
// in between.
type shelf struct {
	pieces [][]row
	len    int
}

const pieceMost = 256

// find returns where a row is, or would be.
func (s *shelf) find(id string) (piece, at int, found bool) {
	piece, exact := slices.BinarySearchFunc(s.pieces, id, func(p []row, id string) int { return cmp.Compare(p[0].id, id) })
	if exact {
		return piece, 0, true
	}
	if piece = max(0, piece-1); piece == len(s.pieces) {
		return piece, 0, false
	}
	at, found = slices.BinarySearchFunc(s.pieces[piece], id, func(w row, id string) int { return cmp.Compare(w.id, id) })
	return piece, at, found
}

func (s *shelf) put(w row) {
	piece, at, found := s.find(w.id)
	switch {
	case found:
		s.pieces[piece][at] = w
		return
	case len(s.pieces) == 0:
		s.pieces = [][]row{{w}}
	default:
		s.pieces[piece] = slices.Insert(s.pieces[piece], at, w)
		if p := s.pieces[piece]; len(p) == pieceMost {
			half := slices.Clone(p[pieceMost/2:])
			s.pieces[piece] = slices.Clone(p[:pieceMost/2])
			s.pieces = slices.Insert(s.pieces, piece+1, half)
		}
	}
	s.len++
}

func (s *shelf) remove(id string) {
	piece, at, found := s.find(id)
	if !found {
		return
	}
	if s.pieces[piece] = slices.Delete(s.pieces[piece], at, at+1); len(s.pieces[piece]) == 0 {
		s.pieces = slices.Delete(s.pieces, piece, piece+1)
	}
	s.len--
}

// after hands over the rows with greater IDs, until yield returns false.
func (s *shelf) after(id string, yield func(row) bool) {
	piece, at, found := s.find(id)
	if found {
		at++
	}
	for ; piece < len(s.pieces); piece, at = piece+1, 0 {
		for _, w := range s.pieces[piece][at:] {
			if !yield(w) {
				return
			}
		}
	}
}

func (l *Ledger) shelf(set string) *shelf {
	s, found := l.sets[set]
	if !found {
		s = &shelf{}
		l.sets[set] = s
	}
	return s
}

func (l *Ledger) get(key send.Key) (r send.Record, found bool) {
	s := l.shelf(key.Set)
	piece, at, found := s.find(key.ID)
	if !found {
		return r, false
	}
	return l.record(key.Set, s.pieces[piece][at]), true
}

func (l *Ledger) put(r send.Record) {
	l.shelf(r.Key.Set).put(row{
		id: r.Key.ID, version: int32(r.Version), count: r.Count, limit: r.Limit,
		state: l.number(r.State), data: l.number(string(r.Data)), expires: millis(r.Expires), purge: millis(r.Purge),
	})
}

func (l *Ledger) remove(key send.Key) { l.shelf(key.Set).remove(key.ID) }

func (l *Ledger) record(set string, w row) send.Record {
	r := send.Record{
		Key: send.Key{Set: set, ID: w.id}, Version: int64(w.version), Count: w.count, Limit: w.limit,
		State: l.text[w.state], Expires: moment(w.expires), Purge: moment(w.purge),
	}
	if text := l.text[w.data]; text != "" {
		r.Data = []byte(text)
	}
	return r
}

// number returns the number of a text: what many records have is kept once.
func (l *Ledger) number(text string) uint32 {
	n, found := l.texts[text]
	if !found {
		n = uint32(len(l.text))
		l.text = append(l.text, text)
		l.texts[text] = n
	}
	return n
}

const never = math.MinInt64

func millis(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == never {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
