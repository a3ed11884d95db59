package bolt

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
)

// maxVolatile bounds the records in memory, to some tens of megabytes. A flood
// of clients then costs the windows that end soonest, not the process.
const maxVolatile = 200_000

// memory is the home of volatile records. One lock is enough: a write holds it
// for about a microsecond, far less than the request around it takes. A listing
// looks at the set it is of alone: whoever asks how busy the services are lists
// many, and every request that is counted waits meanwhile. Only a sweep looks at
// all.
type memory struct {
	mu   sync.RWMutex
	sets map[string]map[string]send.Record // of a set, by ID; none is empty
	kept int                               // records in all sets
	most int
}

func newMemory(most int) *memory {
	return &memory{sets: make(map[string]map[string]send.Record), most: most}
}

func (m *memory) read(look func(table) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return look(m)
}

func (m *memory) write(change func(table) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return change(m)
}

func (m *memory) get(k send.Key) (send.Record, bool, error) {
	r, found := m.sets[k.Set][k.ID]
	return own(r), found, nil
}

func (m *memory) put(r send.Record) error {
	if _, found := m.sets[r.Key.Set][r.Key.ID]; !found {
		if m.kept >= m.most {
			m.evict()
		}
		m.kept++
	}
	set := m.sets[r.Key.Set]
	if set == nil {
		set = make(map[string]send.Record)
		m.sets[r.Key.Set] = set
	}
	set[r.Key.ID] = own(r)
	return nil
}

func (m *memory) remove(k send.Key) error {
	set := m.sets[k.Set]
	if _, found := set[k.ID]; !found {
		return nil
	}
	m.kept--
	if delete(set, k.ID); len(set) == 0 {
		delete(m.sets, k.Set)
	}
	return nil
}

func (m *memory) each(set, after string, yield func(send.Record) bool) error {
	records := m.sets[set]
	var ids []string
	for id := range records {
		if id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if !yield(own(records[id])) {
			break
		}
	}
	return nil
}

func (m *memory) sweep(now time.Time) (removed int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, set := range m.sets {
		for _, r := range set {
			if purged(r, now) {
				_ = m.remove(r.Key) // which a map allows while it is ranged over
				removed++
			}
		}
	}
	return removed
}

// evict removes, of a few records taken at random from a few sets, the one that is
// purged soonest.
func (m *memory) evict() {
	const few = 4
	var first send.Record
	sets := 0
	for _, set := range m.sets {
		records := 0
		for _, r := range set {
			if first.Key == (send.Key{}) || sooner(r.Purge, first.Purge) {
				first = r
			}
			if records++; records == few {
				break
			}
		}
		if sets++; sets == few {
			break
		}
	}
	_ = m.remove(first.Key)
}

// sooner orders moments; zero is never.
func sooner(a, b time.Time) bool {
	return !a.IsZero() && (b.IsZero() || a.Before(b))
}

// own returns a record that shares nothing with the caller's.
func own(r send.Record) send.Record {
	r.Data = bytes.Clone(r.Data)
	return r
}
