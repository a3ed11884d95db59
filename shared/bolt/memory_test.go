package bolt

import (
	"fmt"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	const most = 100
	m := newMemory(most)
	now := time.Now()
	stays := send.Record{Key: send.Key{Set: "w", ID: "stays"}}
	put := func(r send.Record) {
		if err := m.write(func(tb table) error { return create(tb, r, now) }); err != nil {
			t.Fatal(err)
		}
	}
	put(stays) // never purged, and so the last to go
	for i := range 20 * most {
		put(send.Record{Key: send.Key{Set: "w", ID: fmt.Sprint(i)}, Purge: now.Add(time.Hour + time.Duration(i)*time.Second)})
	}
	if n := records(t, m); n != most {
		t.Fatalf("%d records; want %d", n, most)
	}
	if _, found, _ := m.get(stays.Key); !found {
		t.Fatal("what is purged last went first")
	}
}

// records returns how many records there are in all sets, of which none is kept empty.
func records(t *testing.T, m *memory) (n int) {
	t.Helper()
	for name, set := range m.sets {
		if len(set) == 0 {
			t.Errorf("the set %q is kept and has nothing", name)
		}
		n += len(set)
	}
	if n != m.kept {
		t.Errorf("%d records are kept, and %d counted", n, m.kept)
	}
	return n
}

// What is in memory is counted, however it came and went, and a set that has nothing
// left takes no room.
func TestMemoryCountsWhatItKeeps(t *testing.T) {
	t.Parallel()
	const most = 50
	m := newMemory(most)
	now := time.Now()
	for i := range 40 * most {
		k := send.Key{Set: fmt.Sprint(i % 17), ID: fmt.Sprint(i % 90)}
		if err := m.put(send.Record{Key: k, Purge: now.Add(time.Duration(i) * time.Second)}); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			if err := m.remove(k); err != nil {
				t.Fatal(err)
			}
		}
		if i%5 == 0 {
			_ = m.remove(send.Key{Set: "none", ID: "none"})
		}
		if n := records(t, m); n > most {
			t.Fatalf("%d records; want at most %d", n, most)
		}
	}
	before := records(t, m)
	if removed := m.sweep(now.Add(40 * most * time.Second)); removed != before || records(t, m) != 0 || len(m.sets) != 0 {
		t.Errorf("a sweep removed %d of %d records and left %d", removed, before, records(t, m))
	}
}

// Whoever looks at how busy the services are lists many sets, and everybody waits
// meanwhile: a listing looks at no other set. The race detector sees it if it does,
// since the other is written at the same time.
func TestAListingTouchesItsSetAlone(t *testing.T) {
	t.Parallel()
	m := newMemory(100)
	for _, set := range []string{"asked", "other"} {
		for i := range 10 {
			if err := m.put(send.Record{Key: send.Key{Set: set, ID: fmt.Sprint(i)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	other, written := m.sets["other"], make(chan struct{})
	go func() {
		defer close(written)
		other["0"] = send.Record{}
	}()
	listed := 0
	err := m.each("asked", "3", func(r send.Record) bool {
		listed++
		return r.Key.Set == "asked"
	})
	<-written
	if err != nil || listed != 6 {
		t.Errorf("listed %d records, %v; want 6", listed, err)
	}
}
