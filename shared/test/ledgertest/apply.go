package ledgertest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"sgraph.ai/send/shared/send"
)

func creating(r send.Record) send.Change  { return send.Change{Create: &r} }
func replacing(r send.Record) send.Change { return send.Change{Replace: &r} }
func deleting(r send.Record) send.Change  { return send.Change{Delete: &r} }
func adding(a send.Add) send.Change       { return send.Change{Add: &a} }

// refused checks which change was refused.
func (f *fixture) refused(index int, err error) {
	f.Helper()
	f.Is(send.Conflict, err)
	if r, ok := errors.AsType[*send.Refused](err); !ok || r.Index != index {
		f.Fatalf("%v; want the refusal of change %d", err, index)
	}
}

func apply(f *fixture) {
	for _, n := range []int{1, 4} { // alone, and together
		id := func(s string) send.Key { return f.key(fmt.Sprint(s, n)) }
		old := f.made(send.Record{Key: id("old"), State: "one", Data: []byte("data"), Expires: f.now.Add(time.Hour)})
		over := f.made(send.Record{Key: id("over")})
		fresh := send.Record{
			Key: id("fresh"), Version: 41, Count: 3, Limit: 7, Data: []byte("new"), Purge: f.now.Add(time.Hour),
		}
		next := send.Record{Key: old.Key, Version: 1, State: "two"}
		changes := []send.Change{
			creating(fresh), replacing(next), deleting(over), adding(send.Add{Key: id("sum"), Units: 5}),
		}
		for i := 0; i < len(changes); i += n {
			f.OK(f.Apply(f.Context(), changes[len(changes)-i-n:len(changes)-i]...))
		}
		fresh.Version, next.Version = 1, 2
		f.holds(fresh)
		f.holds(next)
		f.gone(over.Key)
		f.holds(send.Record{Key: id("sum"), Version: 1, Count: 5})
		// What is not kept is deleted already.
		f.OK(f.Apply(f.Context(), deleting(over), adding(send.Add{Key: id("sum"), Units: 1})))
		f.holds(send.Record{Key: id("sum"), Version: 2, Count: 6})
	}
	for i := range 40 { // more than a few
		made := creating(send.Record{Key: f.key(fmt.Sprint(i))})
		f.OK(f.Apply(f.Context(), adding(send.Add{Key: f.key("many"), Units: 1}), made))
	}
	f.holds(send.Record{Key: f.key("many"), Version: 40, Count: 40})
}

// Nothing is written of changes of which one cannot be made, wherever it stands.
func applyRefused(f *fixture) {
	kept := f.made(send.Record{Key: f.key("kept"), Count: 8, Data: []byte("data")})
	stale := kept
	stale.Version = 7
	absent := send.Record{Key: f.key("absent"), Version: 1}
	other := f.made(send.Record{Key: f.key("other"), Count: 2})
	for name, bad := range map[string]send.Change{
		"create": creating(send.Record{Key: kept.Key}), "replace": replacing(stale), "replaceAbsent": replacing(absent),
		"delete": deleting(stale), "add": adding(send.Add{Key: kept.Key, Units: 1, Within: 8}),
		"addAbsent": adding(send.Add{Key: f.key("absent"), Units: 9, Within: 8}),
	} {
		f.refused(0, f.Apply(f.Context(), bad))
		for at := range 4 {
			changes := []send.Change{
				creating(send.Record{Key: f.key("fresh")}), replacing(send.Record{Key: other.Key, Version: 1, State: name}),
				adding(send.Add{Key: f.key("sum"), Units: 1}),
			}
			changes = append(changes[:at:at], append([]send.Change{bad}, changes[at:]...)...)
			f.refused(at, f.Apply(f.Context(), changes...))
			f.holds(kept)
			f.holds(other)
			f.gone(f.key("fresh"))
			f.gone(f.key("sum"))
			f.gone(absent.Key)
		}
	}
}

func applyInvalid(f *fixture) {
	r := send.Record{Key: f.key("x")}
	one := adding(send.Add{Key: f.key("y"), Units: 1})
	many := make([]send.Change, send.MaxChanges+1)
	for i := range many {
		many[i] = creating(send.Record{Key: f.key(fmt.Sprint(i))})
	}
	for _, changes := range [][]send.Change{
		{}, {{}}, {one, {}}, {{Create: &r, Replace: &r}}, {creating(r), deleting(r)}, {one, one}, many,
	} {
		f.Is(send.Invalid, f.Apply(f.Context(), changes...))
		f.gone(r.Key)
		f.gone(one.Add.Key)
	}
	f.OK(f.Apply(f.Context(), many[1:]...))
}

// Of many who replace one version only one counts.
func applyRace(f *fixture) {
	r := f.made(send.Record{Key: f.key("x")})
	var won atomic.Int64
	together(15, func(i int) {
		next := r
		next.Count = int64(i)
		for {
			err := f.Apply(f.Context(), adding(send.Add{Key: f.key("sum"), Units: 10}), replacing(next))
			switch send.CodeOf(err) {
			case "":
				won.Add(1)
			case send.Unavailable: // so many at once; what was written is not written again
				continue
			case send.Conflict:
			default:
				f.Errorf("Apply: %v", err)
			}
			return
		}
	})
	if won.Load() != 1 {
		f.Fatalf("%d replacements of one version succeeded; want 1", won.Load())
	}
	f.holds(send.Record{Key: f.key("sum"), Version: 1, Count: 10})
}

func add(f *fixture) {
	rich := f.made(send.Record{
		Key: f.key("rich"), State: "some", Count: 4, Limit: 4, Data: []byte("data"),
		Expires: f.now.Add(-time.Hour), Purge: f.now.Add(time.Hour),
	})
	later := f.now.Add(2 * time.Hour)
	for _, beside := range [][]send.Change{nil, {adding(send.Add{Key: f.key("beside"), Units: 1})}} {
		count := func(a send.Add) {
			f.Helper()
			f.OK(f.Apply(f.Context(), append([]send.Change{adding(a)}, beside...)...))
			rich.Count = max(rich.Count+a.Units, 0)
			rich.Version++
			if !a.Purge.IsZero() {
				rich.Purge = a.Purge
			}
			f.holds(rich)
		}
		count(send.Add{Key: rich.Key, Units: 3}) // whatever its state, limit and expiry
		count(send.Add{Key: rich.Key, Units: 0})
		count(send.Add{Key: rich.Key, Units: 1, Purge: later})
		count(send.Add{Key: rich.Key, Units: -2, Within: 1}) // giving back goes by no bound
		count(send.Add{Key: rich.Key, Units: -rich.Count})
		count(send.Add{Key: rich.Key, Units: -1}) // never below 0
		count(send.Add{Key: rich.Key, Units: 5})
		count(send.Add{Key: rich.Key, Units: -9})
		count(send.Add{Key: rich.Key, Units: 4})

		none := f.key("none")
		back := adding(send.Add{Key: none, Units: -1, Purge: later})
		f.OK(f.Apply(f.Context(), append([]send.Change{back}, beside...)...))
		f.gone(none)
	}
	f.OK(f.Apply(f.Context(),
		adding(send.Add{Key: f.key("none"), Units: -1}), adding(send.Add{Key: f.key("never"), Units: -2})))
	f.holds(send.Record{Key: f.key("beside"), Version: 10, Count: 10})
}

func addWithin(f *fixture) {
	for i, beside := range [][]send.Change{nil, {adding(send.Add{Key: f.key("beside"), Units: 1})}} {
		k := f.key(fmt.Sprint(i))
		apply := func(units, within int64) error {
			a := adding(send.Add{Key: k, Units: units, Within: within})
			return f.Apply(f.Context(), append([]send.Change{a}, beside...)...)
		}
		f.refused(0, apply(11, 10))
		f.gone(k)
		f.OK(apply(10, 10))
		f.refused(0, apply(1, 10))
		f.refused(0, apply(1, 5))
		f.OK(apply(0, 5)) // nothing more is counted
		f.OK(apply(1, 11))
		f.OK(apply(100, 0))
		f.OK(apply(-105, 5))
		f.OK(apply(4, 10))
		f.refused(0, apply(1, 10))
		f.holds(send.Record{Key: k, Version: 6, Count: 10})
	}
}

// What may be forgotten counts for nothing.
func addPurged(f *fixture) {
	for i, beside := range [][]send.Change{nil, {adding(send.Add{Key: f.key("beside"), Units: 1})}} {
		over := func(id string) send.Key {
			return f.made(send.Record{
				Key: f.key(fmt.Sprint(id, i)), State: "old", Count: 9, Limit: 9, Data: []byte("old"),
				Expires: f.now.Add(-time.Hour), Purge: f.now.Add(-time.Minute),
			}).Key
		}
		apply := func(a send.Add) error {
			return f.Apply(f.Context(), append([]send.Change{adding(a)}, beside...)...)
		}
		k := over("anew")
		f.OK(apply(send.Add{Key: k, Units: 4, Within: 5}))
		f.holds(send.Record{Key: k, Version: 1, Count: 4})
		k = over("dated")
		f.OK(apply(send.Add{Key: k, Units: 4, Purge: f.now.Add(time.Hour)}))
		f.holds(send.Record{Key: k, Version: 1, Count: 4, Purge: f.now.Add(time.Hour)})
		k = over("back")
		f.OK(apply(send.Add{Key: k, Units: -4}))
		f.gone(k)
		k = over("much")
		f.refused(0, apply(send.Add{Key: k, Units: 4, Within: 3}))
		f.gone(k)
	}
}

func addRace(f *fixture) {
	const within, adders = 21, 15 // room for 7 of them
	var alone, both atomic.Int64
	together(2*adders, func(i int) {
		k, n := f.key("alone"), &alone
		changes := []send.Change{adding(send.Add{Key: k, Units: 3, Within: within})}
		if i%2 == 1 {
			k, n = f.key("both"), &both
			changes = []send.Change{
				creating(send.Record{Key: f.key(fmt.Sprint("with", i))}), adding(send.Add{Key: k, Units: 3, Within: within}),
			}
		}
		for {
			err := f.Apply(f.Context(), changes...)
			switch send.CodeOf(err) {
			case "":
				n.Add(1)
			case send.Unavailable: // so many at once, and no answer was lost
				continue
			case send.Conflict:
			default:
				f.Errorf("Apply: %v", err)
			}
			return
		}
	})
	if alone.Load() != within/3 || both.Load() != within/3 {
		f.Fatalf("%d and %d additions succeeded; want %d", alone.Load(), both.Load(), within/3)
	}
	f.holds(send.Record{Key: f.key("alone"), Version: within / 3, Count: within})
	f.holds(send.Record{Key: f.key("both"), Version: within / 3, Count: within})
	together(5, func(int) { // more is given back than is there
		if err := f.Apply(f.Context(), adding(send.Add{Key: f.key("alone"), Units: -5})); err != nil {
			f.Errorf("Apply: %v", err)
		}
	})
	got, err := f.Get(f.Context(), f.key("alone"))
	f.OK(err)
	if got.Count != 0 {
		f.Fatalf("%d after all was given back; want 0", got.Count)
	}
}
