// Package ledgertest is the contract of [send.Ledger] as tests: every adapter
// passes all of it.
package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/codetest"
)

// Run tests a ledger against the contract. open returns an empty one and
// arranges for its end.
func Run(t *testing.T, open func(t *testing.T) send.Ledger) {
	for _, sets := range []struct{ name, prefix string }{
		{"Durable", "set/"},
		{"Volatile", send.VolatilePrefix},
	} {
		t.Run(sets.name, func(t *testing.T) {
			t.Parallel()
			for _, test := range []struct {
				name string
				f    func(*fixture)
			}{
				{"Create", create}, {"CreateRace", createRace}, {"Get", get},
				{"Replace", replace}, {"ReplaceRace", replaceRace},
				{"Spend", spend}, {"SpendRefused", spendRefused}, {"SpendExpiry", spendExpiry}, {"SpendRace", spendRace},
				{"Open", openNew}, {"OpenUnlike", openUnlike}, {"OpenRace", openRace}, {"OpenRefused", openRefused},
				{"Once", once}, {"OnceRefused", onceRefused}, {"OnceBeside", onceBeside},
				{"OnceRace", onceRace}, {"OnceManyRace", onceManyRace},
				{"Delete", remove}, {"List", list}, {"ListPages", listPages}, {"Purge", purge}, {"ListPurged", listPurged},
				{"Sweep", sweep},
				{"Apply", apply}, {"ApplyRefused", applyRefused}, {"ApplyInvalid", applyInvalid}, {"ApplyRace", applyRace},
				{"Add", add}, {"AddWithin", addWithin}, {"AddPurged", addPurged}, {"AddRace", addRace},
				{"EndedRequest", endedRequest},
			} {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					test.f(&fixture{codetest.T{T: t}, open(t), sets.prefix, time.Now().Truncate(time.Millisecond)})
				})
			}
		})
	}
}

type fixture struct {
	codetest.T
	send.Ledger
	prefix string
	now    time.Time
}

func (f *fixture) key(id string) send.Key { return send.Key{Set: f.prefix + "a", ID: id} }

// made creates a record and returns it as kept.
func (f *fixture) made(r send.Record) send.Record {
	f.Helper()
	f.OK(f.Create(f.Context(), r))
	r.Version = 1
	return r
}

// holds checks that the ledger keeps exactly that record.
func (f *fixture) holds(want send.Record) {
	f.Helper()
	got, err := f.Get(f.Context(), want.Key)
	f.OK(err)
	f.same(got, want)
}

func (f *fixture) same(got, want send.Record) {
	f.Helper()
	if got.Key != want.Key || got.Version != want.Version || got.State != want.State || got.Count != want.Count ||
		got.Limit != want.Limit || !got.Expires.Equal(want.Expires) || !bytes.Equal(got.Data, want.Data) {
		f.Fatalf("record\n got %+v\nwant %+v", got, want)
	}
	// A ledger may forget later than asked, by less than a second.
	if late := got.Purge.Sub(want.Purge); got.Purge.IsZero() != want.Purge.IsZero() || late < 0 || late >= time.Second {
		f.Fatalf("Purge %v; want %v", got.Purge, want.Purge)
	}
}

func (f *fixture) gone(key send.Key) {
	f.Helper()
	_, err := f.Get(f.Context(), key)
	f.Is(send.NotFound, err)
}

// together runs f n times at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() { <-begin; f(i) })
	}
	close(begin)
	wg.Wait()
}

func create(f *fixture) {
	full := send.Record{
		Key: f.key("full"), State: "some state", Count: 3, Limit: 7, Data: []byte{0, 1, 255, '\n'},
		Expires: f.now.Add(time.Hour), Purge: f.now.Add(2*time.Hour + 300*time.Millisecond),
	}
	given := full
	given.Version = 41 // a new record's version is 1 whatever is said
	given.Data = bytes.Clone(full.Data)
	f.OK(f.Create(f.Context(), given))
	given.Data[0] = 99 // the ledger keeps its own
	full.Version = 1
	f.holds(full)

	f.holds(f.made(send.Record{Key: f.key("bare")}))
	f.holds(f.made(send.Record{Key: f.key("big"), Data: bytes.Repeat([]byte("0123456789abcdef"), 4<<10)}))

	f.Is(send.Conflict, f.Create(f.Context(), send.Record{Key: full.Key, State: "other"}))
	f.holds(full)
}

func createRace(f *fixture) {
	var won atomic.Int64
	together(20, func(i int) {
		switch err := f.Create(f.Context(), send.Record{Key: f.key("x"), Count: int64(i)}); send.CodeOf(err) {
		case "":
			won.Add(1)
		case send.Conflict:
		default:
			f.Errorf("Create: %v", err)
		}
	})
	if won.Load() != 1 {
		f.Fatalf("%d creations of one record succeeded; want 1", won.Load())
	}
}

func get(f *fixture) {
	f.gone(f.key("x"))
	f.made(send.Record{Key: f.key("x/y z\u00e9")})
	f.gone(f.key("x"))
	f.gone(send.Key{Set: f.prefix + "b", ID: "x/y z\u00e9"})

	r := f.made(send.Record{Key: f.key("d"), Data: []byte("data")})
	got, err := f.Get(f.Context(), r.Key)
	f.OK(err)
	got.Data[0] = 'X' // what is returned is the caller's
	f.holds(r)
}

func replace(f *fixture) {
	r := f.made(send.Record{
		Key: f.key("x"), State: "one", Count: 1, Limit: 2, Data: []byte("data"),
		Expires: f.now.Add(time.Hour), Purge: f.now.Add(time.Hour),
	})
	r = send.Record{Key: r.Key, Version: 1, State: "two"} // nothing of the old one stays
	f.OK(f.Replace(f.Context(), r))
	r.Version = 2
	f.holds(r)

	for _, version := range []int64{0, 1, 3} {
		f.Is(send.Conflict, f.Replace(f.Context(), send.Record{Key: r.Key, Version: version}))
		f.holds(r)
	}
	f.Is(send.Conflict, f.Replace(f.Context(), send.Record{Key: f.key("none"), Version: 0}))
	f.Is(send.Conflict, f.Replace(f.Context(), send.Record{Key: f.key("none"), Version: 1}))
	f.gone(f.key("none"))
}

func replaceRace(f *fixture) {
	r := f.made(send.Record{Key: f.key("x")})
	for round := range 3 {
		var won, winner atomic.Int64
		together(20, func(i int) {
			change := r
			change.Count = int64(100*round + i)
			switch err := f.Replace(f.Context(), change); send.CodeOf(err) {
			case "":
				won.Add(1)
				winner.Store(change.Count)
			case send.Conflict:
			default:
				f.Errorf("Replace: %v", err)
			}
		})
		if won.Load() != 1 {
			f.Fatalf("%d replacements of one version succeeded; want 1", won.Load())
		}
		r.Version++
		r.Count = winner.Load()
		f.holds(r)
	}
}

func spend(f *fixture) {
	r := f.made(send.Record{Key: f.key("x"), State: "live", Limit: 2, Data: []byte("data"), Expires: f.now.Add(time.Hour)})
	for range 2 {
		got, err := f.Spend(f.Context(), r.Key, send.Spend{State: "live", Now: f.now})
		f.OK(err)
		r.Count++
		r.Version++
		f.same(got, r)
		f.holds(r)
	}
	got, err := f.Spend(f.Context(), r.Key, send.Spend{State: "live", Now: f.now})
	f.Is(send.Conflict, err)
	f.same(got, r)
	f.holds(r)

	free := f.made(send.Record{Key: f.key("free"), Count: 5}) // without limit, state ""
	for range 5 {
		got, err := f.Spend(f.Context(), free.Key, send.Spend{Now: f.now})
		f.OK(err)
		free.Count++
		free.Version++
		f.same(got, free)
	}
}

func spendRefused(f *fixture) {
	got, err := f.Spend(f.Context(), f.key("none"), send.Spend{Now: f.now})
	f.Is(send.NotFound, err)
	f.same(got, send.Record{})
	f.gone(f.key("none"))

	for i, r := range []send.Record{
		{State: "revoked"},
		{State: ""},
		{State: "live", Limit: 3, Count: 3},
		{State: "live", Limit: 3, Count: 4},
		{State: "live", Expires: f.now},
		{State: "live", Expires: f.now.Add(-time.Hour), Limit: 9},
	} {
		r.Key = f.key(fmt.Sprint(i))
		r.Data = []byte("data")
		r = f.made(r)
		got, err := f.Spend(f.Context(), r.Key, send.Spend{State: "live", Now: f.now})
		f.Is(send.Conflict, err)
		f.same(got, r)
		f.holds(r)
	}
}

func spendExpiry(f *fixture) {
	r := f.made(send.Record{Key: f.key("x"), Expires: f.now})
	got, err := f.Spend(f.Context(), r.Key, send.Spend{Now: f.now.Add(-time.Millisecond)})
	f.OK(err)
	_, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now}) // "from then on"
	f.Is(send.Conflict, err)
	f.holds(got)
}

func spendRace(f *fixture) {
	const limit, spenders = 7, 40
	r := f.made(send.Record{Key: f.key("x"), Limit: limit})
	var spent atomic.Int64
	counts := make(chan int64, spenders)
	together(spenders, func(int) {
		switch got, err := f.Spend(f.Context(), r.Key, send.Spend{Now: f.now}); send.CodeOf(err) {
		case "":
			spent.Add(1)
			counts <- got.Count
		case send.Conflict:
		default:
			f.Errorf("Spend: %v", err)
		}
	})
	if spent.Load() != limit {
		f.Fatalf("%d spends succeeded; want %d", spent.Load(), limit)
	}
	close(counts)
	seen := map[int64]bool{}
	for c := range counts {
		seen[c] = true // each spender is told of its own write
	}
	if len(seen) != limit {
		f.Fatalf("spends returned the counts %v; want 1 to %d, each once", seen, limit)
	}
	r.Count, r.Version = limit, 1+limit
	f.holds(r)
}

func openNew(f *fixture) {
	beginning := send.Record{
		Key: f.key("ignored"), Version: 9, Count: 9, // all three are ignored
		State: "live", Limit: 3, Data: []byte("data"), Expires: f.now.Add(time.Hour), Purge: f.now.Add(2 * time.Hour),
	}
	want := beginning
	want.Key, want.Version, want.Count = f.key("x"), 0, 0
	for range 3 {
		want.Version++
		want.Count++
		got, err := f.Spend(f.Context(), want.Key, send.Spend{State: "live", Now: f.now, Open: &beginning})
		f.OK(err)
		f.same(got, want)
		f.holds(want)
	}
	got, err := f.Spend(f.Context(), want.Key, send.Spend{State: "live", Now: f.now, Open: &beginning})
	f.Is(send.Conflict, err)
	f.same(got, want)
	f.holds(want)
	f.gone(f.key("ignored"))
}

// A record that is kept stays what it is, however unlike Open it may be.
func openUnlike(f *fixture) {
	rich := send.Record{Limit: 5, Data: []byte("new"), Expires: f.now.Add(time.Hour), Purge: f.now.Add(time.Hour)}
	bare := send.Record{}
	for i, c := range []struct{ kept, opened send.Record }{{bare, rich}, {rich, bare}} {
		c.kept.Key = f.key(fmt.Sprint(i))
		r := f.made(c.kept)
		got, err := f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Open: &c.opened})
		f.OK(err)
		r.Count++
		r.Version++
		f.same(got, r)
		f.holds(r)
	}
	over := f.made(send.Record{Key: f.key("over"), Expires: f.now})
	got, err := f.Spend(f.Context(), over.Key, send.Spend{Now: f.now, Open: &rich})
	f.Is(send.Conflict, err)
	f.same(got, over)
	f.holds(over)
}

func openRace(f *fixture) {
	const limit, spenders = 7, 40
	var spent atomic.Int64
	together(spenders, func(int) {
		_, err := f.Spend(f.Context(), f.key("x"), send.Spend{Now: f.now, Open: &send.Record{Limit: limit}})
		switch send.CodeOf(err) {
		case "":
			spent.Add(1)
		case send.Conflict:
		default:
			f.Errorf("Spend: %v", err)
		}
	})
	if spent.Load() != limit {
		f.Fatalf("%d spends succeeded; want %d", spent.Load(), limit)
	}
	f.holds(send.Record{Key: f.key("x"), Version: limit, Count: limit, Limit: limit})
}

// An Open record from which nothing can be spent opens nothing.
func openRefused(f *fixture) {
	for i, open := range []send.Record{{State: "other"}, {Expires: f.now}} {
		key := f.key(fmt.Sprint(i))
		_, err := f.Spend(f.Context(), key, send.Spend{Now: f.now, Open: &open})
		f.Is(send.Conflict, err)
		f.gone(key)

		f.made(send.Record{Key: key}) // what is kept counts, not Open
		_, err = f.Spend(f.Context(), key, send.Spend{Now: f.now, Open: &open})
		f.OK(err)
	}
}

func once(f *fixture) {
	r := f.made(send.Record{Key: f.key("x"), Limit: 2, Data: []byte("data")})
	mark := func(id string) *send.Record {
		return &send.Record{
			Key:     send.Key{Set: f.prefix + "marks", ID: id},
			Version: 8, State: "for x", Data: []byte(id), Purge: f.now.Add(time.Hour),
		}
	}
	for i, id := range []string{"first", "second"} {
		got, err := f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark(id)})
		f.OK(err)
		r.Count++
		r.Version++
		f.same(got, r)
		m := mark(id)
		m.Version = 1
		f.holds(*m)

		// Again, with units left and without any.
		got, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark(id)})
		if !errors.Is(err, send.ErrRepeated) {
			f.Fatalf("spend %d repeated: %v; want ErrRepeated", i, err)
		}
		f.same(got, r)
		f.holds(r)
	}
	got, err := f.Spend(f.Context(), r.Key, send.Spend{State: "other", Now: f.now, Once: mark("first")})
	if !errors.Is(err, send.ErrRepeated) {
		f.Fatalf("repeated in another state: %v; want ErrRepeated", err)
	}
	f.same(got, r)
}

// A spend that is refused leaves no mark, so that it can be repeated.
func onceRefused(f *fixture) {
	mark := &send.Record{Key: send.Key{Set: f.prefix + "marks", ID: "m"}}
	_, err := f.Spend(f.Context(), f.key("x"), send.Spend{Now: f.now, Once: mark})
	f.Is(send.NotFound, err)
	f.gone(mark.Key)

	r := f.made(send.Record{Key: f.key("x"), Limit: 1, Count: 1})
	got, err := f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark})
	f.Is(send.Conflict, err)
	f.same(got, r)
	f.gone(mark.Key)

	r.Limit = 2
	f.OK(f.Replace(f.Context(), r))
	_, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark})
	f.OK(err)

	// A mark that may be forgotten is none.
	r = f.made(send.Record{Key: f.key("y")})
	old := f.made(send.Record{Key: send.Key{Set: f.prefix + "marks", ID: "old"}, Purge: f.now.Add(-time.Minute)})
	old.Purge = f.now.Add(time.Hour)
	_, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: &old})
	f.OK(err)
	old.Version = 1
	f.holds(old)
}

// What is beside a spend is written with it, over what was there, and not without it.
func onceBeside(f *fixture) {
	r := f.made(send.Record{Key: f.key("x"), Limit: 1})
	there := f.made(send.Record{Key: send.Key{Set: f.prefix + "beside", ID: "there"}, Count: 7})
	beside := []send.Record{
		{Key: there.Key, Version: 8, Data: []byte("new")},
		{Key: send.Key{Set: f.prefix + "beside", ID: "none"}, Purge: f.now.Add(time.Hour)},
	}
	mark := func(id string) *send.Record {
		return &send.Record{Key: send.Key{Set: f.prefix + "marks", ID: id}}
	}
	_, err := f.Spend(f.Context(), f.key("y"), send.Spend{Now: f.now, Once: mark("first"), Beside: beside})
	f.Is(send.NotFound, err)
	f.holds(there)
	f.gone(beside[1].Key)

	_, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark("first"), Beside: beside})
	f.OK(err)
	for _, b := range beside {
		b.Version = 1
		f.holds(b)
	}

	more := []send.Record{{Key: send.Key{Set: f.prefix + "beside", ID: "more"}}}
	_, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark("first"), Beside: more})
	if !errors.Is(err, send.ErrRepeated) {
		f.Fatalf("repeated: %v; want ErrRepeated", err)
	}
	_, err = f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark("second"), Beside: more})
	f.Is(send.Conflict, err)
	f.gone(more[0].Key)
}

func onceRace(f *fixture) {
	r := f.made(send.Record{Key: f.key("x"), Limit: 1})
	var spent atomic.Int64
	together(15, func(int) {
		_, err := f.Spend(f.Context(), r.Key, send.Spend{
			Now: f.now, Once: &send.Record{Key: send.Key{Set: f.prefix + "marks", ID: "m"}},
		})
		switch {
		case err == nil:
			spent.Add(1)
		case errors.Is(err, send.ErrRepeated):
		default:
			f.Errorf("Spend: %v", err)
		}
	})
	if spent.Load() != 1 {
		f.Fatalf("one spend, repeated at once, was booked %d times", spent.Load())
	}
	r.Count, r.Version = 1, 2
	f.holds(r)
}

func onceManyRace(f *fixture) {
	const limit, spenders = 5, 15
	r := f.made(send.Record{Key: f.key("x"), Limit: limit})
	var spent atomic.Int64
	together(spenders, func(i int) {
		mark := &send.Record{Key: send.Key{Set: f.prefix + "marks", ID: fmt.Sprint(i)}}
		for {
			_, err := f.Spend(f.Context(), r.Key, send.Spend{Now: f.now, Once: mark})
			switch send.CodeOf(err) {
			case "":
				spent.Add(1)
			case send.Unavailable: // so many at once: repeating is safe
				continue
			case send.Conflict:
			default:
				f.Errorf("Spend: %v", err)
			}
			return
		}
	})
	r.Count, r.Version = limit, 1+limit
	f.holds(r)
	marks, err := f.List(f.Context(), f.prefix+"marks", "", 100)
	f.OK(err)
	if spent.Load() != limit || len(marks) != limit {
		f.Fatalf("%d spends succeeded and left %d marks; want %d", spent.Load(), len(marks), limit)
	}
}

func remove(f *fixture) {
	r := f.made(send.Record{Key: f.key("x")})
	f.OK(f.Replace(f.Context(), r))
	r.Version = 2
	f.Is(send.Conflict, f.Delete(f.Context(), r.Key, 1))
	f.Is(send.Conflict, f.Delete(f.Context(), r.Key, 3))
	f.holds(r)
	f.OK(f.Delete(f.Context(), r.Key, 2))
	f.gone(r.Key)
	f.OK(f.Delete(f.Context(), r.Key, 2))
	f.OK(f.Delete(f.Context(), f.key("never"), 1))
	f.holds(f.made(send.Record{Key: r.Key, State: "anew"}))
}

func list(f *fixture) {
	for _, set := range []string{"a", "ab", "A", "a/b", "b"} {
		for _, id := range []string{"2", "10", "1", "b", "B"} {
			f.made(send.Record{Key: send.Key{Set: f.prefix + set, ID: id}, State: set, Count: 2, Data: []byte(id)})
		}
	}
	f.lists("a", "", 100, "1", "10", "2", "B", "b")
	f.lists("a", "", 3, "1", "10", "2")
	f.lists("a", "10", 2, "2", "B")
	f.lists("a", "11", 100, "2", "B", "b") // after need not be kept
	f.lists("a", "b", 100)
	f.lists("a", "", 0)
	f.lists("none", "", 100)

	rs, err := f.List(f.Context(), f.prefix+"a/b", "b\x00", 1)
	f.OK(err)
	if len(rs) != 0 {
		f.Fatalf("list after the last: %v", rs)
	}
	rs, err = f.List(f.Context(), f.prefix+"a/b", "2", 1)
	f.OK(err)
	f.same(rs[0], send.Record{
		Key: send.Key{Set: f.prefix + "a/b", ID: "B"}, Version: 1, State: "a/b", Count: 2, Data: []byte("B"),
	})
}

func (f *fixture) lists(set, after string, limit int, want ...string) {
	f.Helper()
	rs, err := f.List(f.Context(), f.prefix+set, after, limit)
	f.OK(err)
	var got []string
	for _, r := range rs {
		if r.Key.Set != f.prefix+set {
			f.Fatalf("a record of another set: %v", r.Key)
		}
		got = append(got, r.Key.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.Fatalf("list of %q after %q, at most %d: %v; want %v", set, after, limit, got, want)
	}
}

func listPages(f *fixture) {
	const all, page = 53, 10
	together(all, func(i int) {
		if err := f.Create(f.Context(), send.Record{Key: f.key(fmt.Sprintf("%03d", i))}); err != nil {
			f.Error(err)
		}
	})
	after, seen := "", 0
	for {
		rs, err := f.List(f.Context(), f.prefix+"a", after, page)
		f.OK(err)
		for _, r := range rs {
			if want := fmt.Sprintf("%03d", seen); r.Key.ID != want {
				f.Fatalf("record %d is %q", seen, r.Key.ID)
			}
			seen++
			after = r.Key.ID
		}
		if len(rs) < page {
			break
		}
	}
	if seen != all {
		f.Fatalf("%d records in all pages; want %d", seen, all)
	}
}

// A record whose Purge has passed is as good as forgotten in every respect.
func purge(f *fixture) {
	over := func(id string) send.Record {
		f.Helper()
		return f.made(send.Record{
			Key: f.key(id), State: "old", Count: 2, Limit: 2, Data: []byte("old"),
			Expires: f.now.Add(-time.Hour), Purge: f.now.Add(-time.Minute),
		})
	}

	f.gone(over("get").Key)
	f.holds(f.made(send.Record{Key: over("create").Key, State: "anew"}))
	f.Is(send.Conflict, f.Replace(f.Context(), over("replace")))
	f.gone(f.key("replace"))
	f.OK(f.Delete(f.Context(), over("delete").Key, 77))
	f.gone(f.key("delete"))

	got, err := f.Spend(f.Context(), over("spend").Key, send.Spend{State: "old", Now: f.now})
	f.Is(send.NotFound, err)
	f.same(got, send.Record{})

	open := send.Record{
		State: "live", Limit: 4, Data: []byte("new"), Expires: f.now.Add(time.Hour), Purge: f.now.Add(time.Hour),
	}
	got, err = f.Spend(f.Context(), over("open").Key, send.Spend{State: "live", Now: f.now, Open: &open})
	f.OK(err)
	want := open
	want.Key, want.Version, want.Count = f.key("open"), 1, 1
	f.same(got, want)
	f.holds(want)

	bare := send.Record{}
	got, err = f.Spend(f.Context(), over("bare").Key, send.Spend{Now: f.now, Open: &bare})
	f.OK(err)
	want = send.Record{Key: f.key("bare"), Version: 1, Count: 1}
	f.same(got, want)
	f.holds(want)

	// Many at once find the same purged record: all of them count.
	over("race")
	together(20, func(int) {
		if _, err := f.Spend(f.Context(), f.key("race"), send.Spend{Now: f.now, Open: &bare}); err != nil {
			f.Errorf("Spend: %v", err)
		}
	})
	f.holds(send.Record{Key: f.key("race"), Version: 20, Count: 20})

	f.holds(f.made(send.Record{Key: f.key("later"), Purge: f.now.Add(time.Hour)}))
}

func listPurged(f *fixture) {
	for i := range 12 { // more of them in a row than a page holds
		f.made(send.Record{Key: f.key(fmt.Sprintf("b%02d", i)), Purge: f.now.Add(-time.Minute)})
	}
	f.made(send.Record{Key: f.key("a")})
	f.made(send.Record{Key: f.key("c")})
	f.made(send.Record{Key: f.key("d")})
	f.lists("a", "", 2, "a", "c")
	f.lists("a", "", 10, "a", "c", "d")
}

func endedRequest(f *fixture) {
	ctx, cancel := context.WithCancel(f.Context())
	cancel()
	r := send.Record{Key: f.key("x")}
	_, err := f.Get(ctx, r.Key)
	f.Is(send.Unavailable, err)
	f.Is(send.Unavailable, f.Create(ctx, r))
	f.Is(send.Unavailable, f.Replace(ctx, r))
	f.Is(send.Unavailable, f.Delete(ctx, r.Key, 1))
	_, err = f.Spend(ctx, r.Key, send.Spend{Now: f.now})
	f.Is(send.Unavailable, err)
	_, err = f.Spend(ctx, r.Key, send.Spend{Now: f.now, Once: &send.Record{Key: f.key("m")}})
	f.Is(send.Unavailable, err)
	_, err = f.List(ctx, r.Key.Set, "", 10)
	f.Is(send.Unavailable, err)
	f.Is(send.Unavailable, f.Apply(ctx, send.Change{Create: &r}))
	f.Is(send.Unavailable, f.Apply(ctx, send.Change{Create: &r}, send.Change{Add: &send.Add{Key: f.key("n"), Units: 1}}))
}

// A sweep takes nothing that can still be asked for, however often it comes.
func sweep(f *fixture) {
	lasting := f.made(send.Record{Key: f.key("lasting"), Data: []byte("data")})
	soon := f.made(send.Record{Key: f.key("soon"), Purge: f.now.Add(time.Hour)})
	expired := f.made(send.Record{Key: f.key("expired"), Expires: f.now.Add(-time.Hour), Purge: f.now.Add(time.Hour)})
	over := f.made(send.Record{Key: f.key("over"), Purge: f.now.Add(-time.Hour)})
	for range 2 {
		_, err := f.Sweep(f.Context(), f.now)
		f.OK(err)
		f.holds(lasting)
		f.holds(soon)
		f.holds(expired)
		f.gone(over.Key)
	}
	f.made(send.Record{Key: over.Key})
}
