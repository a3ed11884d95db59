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
	if n := len(m.records); n != most {
		t.Fatalf("%d records; want %d", n, most)
	}
	if _, found, _ := m.get(stays.Key); !found {
		t.Fatal("what is purged last went first")
	}
}
