package ledgertest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/codetest"
)

// Move tests the part of the contract that is about moving a ledger. open returns an
// empty one and arranges for its end.
func Move(t *testing.T, open func(t *testing.T) send.Movable) {
	for name, test := range map[string]func(*fixture, send.Movable){
		"All": all, "AllPages": allPages, "Import": importAnew, "ImportOver": importOver, "ImportPurged": importPurged,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			test(&fixture{codetest.T{T: t}, l, "set/", time.Now().Truncate(time.Millisecond)}, l)
		})
	}
}

// everything returns all records, by their keys.
func everything(f *fixture, l send.Movable) map[send.Key]send.Record {
	f.Helper()
	found := map[send.Key]send.Record{}
	for r, err := range l.All(f.Context()) {
		f.OK(err)
		if _, again := found[r.Key]; again {
			f.Fatalf("%v is listed twice", r.Key)
		}
		found[r.Key] = r
	}
	return found
}

func all(f *fixture, l send.Movable) {
	if found := everything(f, l); len(found) > 0 {
		f.Fatalf("a new ledger has %v", found)
	}
	var made []send.Record
	keys := []send.Key{{Set: "a", ID: "1"}, {Set: "a", ID: "2"}, {Set: "a/b", ID: "1"}, {Set: "z", ID: "x/y"}}
	for _, key := range keys {
		made = append(made, f.made(send.Record{
			Key: key, State: "s", Limit: 3, Expires: f.now, Purge: f.now.Add(time.Hour), Data: []byte(key.Set),
		}))
	}
	f.OK(l.Create(f.Context(), send.Record{Key: send.Key{Set: "a", ID: "over"}, Purge: f.now.Add(-time.Second)}))
	found := everything(f, l)
	for _, r := range made {
		f.same(found[r.Key], r)
	}
	if len(found) != len(made) {
		f.Fatalf("%d records; want %d", len(found), len(made))
	}
}

// allPages has more records, and larger ones, than an adapter reads at once.
func allPages(f *fixture, l send.Movable) {
	data := bytes.Repeat([]byte("x"), 1000)
	const n = 1100 // more than 1 MB, which DynamoDB reads at once
	for first := 0; first < n; first += send.MaxChanges {
		var changes []send.Change
		for i := first; i < first+send.MaxChanges; i++ {
			changes = append(changes, send.Change{Create: &send.Record{Key: f.key(fmt.Sprint(i)), Data: data}})
		}
		f.OK(l.Apply(f.Context(), changes...))
	}
	if found := everything(f, l); len(found) != n {
		f.Fatalf("%d records; want %d", len(found), n)
	}
}

func importAnew(f *fixture, l send.Movable) {
	r := send.Record{
		Key: f.key("x"), Version: 7, State: "some state", Count: 3, Limit: 9, Data: []byte{0, 1, 255},
		Expires: f.now.Add(time.Hour), Purge: f.now.Add(2*time.Hour + 300*time.Millisecond),
	}
	f.OK(l.Import(f.Context(), r, 0))
	f.holds(r)
	f.Is(send.Conflict, l.Import(f.Context(), send.Record{Key: r.Key, Version: 8}, 0))
	f.holds(r)
	r.State = "replaced"
	f.OK(l.Replace(f.Context(), r)) // it is a record like any other
	r.Version++
	f.holds(r)
}

func importOver(f *fixture, l send.Movable) {
	r := f.made(send.Record{Key: f.key("x"), Data: []byte("one")})
	older := send.Record{Key: r.Key, Version: 1, Data: []byte("another")}
	f.Is(send.Conflict, l.Import(f.Context(), older, 2))
	f.holds(r)
	f.OK(l.Import(f.Context(), older, 1))
	f.holds(older)
	f.Is(send.Conflict, l.Import(f.Context(), send.Record{Key: f.key("none"), Version: 1}, 1))
	f.gone(f.key("none"))
}

func importPurged(f *fixture, l send.Movable) {
	f.OK(l.Create(f.Context(), send.Record{Key: f.key("x"), Purge: f.now.Add(-time.Minute)}))
	r := send.Record{Key: f.key("x"), Version: 4}
	f.OK(l.Import(f.Context(), r, 0))
	f.holds(r)
}
