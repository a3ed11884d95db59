package bolt

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
)

// maxVolatile bounds the records in memory, to some tens of megabytes. A flood
// of clients then costs the windows that end soonest, not the process.
const maxVolatile = 200_000

// memory is the home of volatile records. One lock is enough: a write holds it
// for about a microsecond, far less than the request around it takes. Only a
// listing and a sweep, which nobody's request waits for often, look at all.
type memory struct {
	mu      sync.RWMutex
	records map[send.Key]send.Record
	most    int
}

func newMemory(most int) *memory {
	return &memory{records: make(map[send.Key]send.Record), most: most}
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
	r, found := m.records[k]
	return own(r), found, nil
}

func (m *memory) put(r send.Record) error {
	if _, found := m.records[r.Key]; !found && len(m.records) >= m.most {
		m.evict()
	}
	m.records[r.Key] = own(r)
	return nil
}

func (m *memory) remove(k send.Key) error {
	delete(m.records, k)
	return nil
}

func (m *memory) each(set, after string, yield func(send.Record) bool) error {
	var ids []string
	for k := range m.records {
		if k.Set == set && k.ID > after {
			ids = append(ids, k.ID)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if !yield(own(m.records[send.Key{Set: set, ID: id}])) {
			break
		}
	}
	return nil
}

func (m *memory) sweep(now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.records)
	maps.DeleteFunc(m.records, func(_ send.Key, r send.Record) bool { return purged(r, now) })
	return before - len(m.records)
}

// evict removes, of a few records taken at random, the one that is purged
// soonest.
func (m *memory) evict() {
	const few = 16
	var first send.Record
	seen := 0
	for _, r := range m.records {
		if seen == 0 || sooner(r.Purge, first.Purge) {
			first = r
		}
		if seen++; seen == few {
			break
		}
	}
	delete(m.records, first.Key)
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
