package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/disk"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/logtest"
)

// chained is a trail with what is around it.
type chained struct {
	*audit.Trail
	t      *testing.T
	store  *awayStore
	ledger *brokenLedger
	clock  *clocktest.Clock
	log    *logtest.Buffer
	events int
}

// awayStore can be away for whoever writes.
type awayStore struct {
	send.Store
	away atomic.Bool
	puts atomic.Int64
}

func (s *awayStore) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	s.puts.Add(1)
	if s.away.Load() {
		return send.Object{}, send.Fail(send.Unavailable, "the store is away")
	}
	return s.Store.Put(ctx, key, body, size)
}

func newChain(t *testing.T) *chained {
	t.Helper()
	store, err := disk.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Ahead of the system's clock, by which bolt forgets.
	c := &chained{t: t, store: &awayStore{Store: store}, ledger: newLedger(t), log: &logtest.Buffer{},
		clock: clocktest.At(time.Date(2126, 3, 1, 12, 0, 0, 0, time.UTC))}
	c.Trail = c.open()
	return c
}

// open returns another writer of the same trail.
func (c *chained) open() *audit.Trail {
	return &audit.Trail{Store: c.store, Ledger: c.ledger, Now: c.clock.Now, TokenIDs: tokenIDs(c.ledger),
		Log: slog.New(slog.NewJSONHandler(c.log, nil))}
}

// keep keeps a batch, an hour after the one before.
func (c *chained) keep(by *audit.Trail) error {
	c.clock.Advance(time.Hour)
	e := event(c.events)
	e.Time = c.clock.Now()
	f := e
	f.Client = "another"
	c.events += 2
	return by.Append(c.t.Context(), []audit.Event{e, f})
}

func (c *chained) keepMany(n int) {
	c.t.Helper()
	for range n {
		if err := c.keep(c.Trail); err != nil {
			c.t.Fatal(err)
		}
	}
}

// export exports the days that are so many back from today.
func (c *chained) export(from, to int) string {
	c.t.Helper()
	today := c.clock.Now().Truncate(24 * time.Hour)
	var b bytes.Buffer
	err := c.Export(c.t.Context(), &b, today.AddDate(0, 0, -from), today.AddDate(0, 0, 1-to))
	if err != nil {
		c.t.Fatal(err)
	}
	return b.String()
}

func (c *chained) verify(file string, heads ...string) audit.Verified {
	c.t.Helper()
	v, err := audit.Verify(strings.NewReader(file), heads...)
	if err != nil {
		c.t.Fatalf("%v\n%s", err, file)
	}
	return v
}

func (c *chained) keys() (keys []string) {
	c.t.Helper()
	for e, err := range send.Entries(c.t.Context(), c.store, "audit/") {
		if err != nil {
			c.t.Fatal(err)
		}
		keys = append(keys, e.Key)
	}
	return keys
}

func (c *chained) content(key string) []byte {
	c.t.Helper()
	body, _, err := c.store.Open(c.t.Context(), key, send.Whole)
	if err != nil {
		c.t.Fatal(err)
	}
	defer body.Close()
	content, err := io.ReadAll(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return content
}

func (c *chained) put(key string, content []byte) {
	c.t.Helper()
	if _, err := c.store.Put(c.t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		c.t.Fatal(err)
	}
}

func TestWhatWasKeptIsVerified(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	if v := c.verify(c.export(3, 0)); v.Batches != 0 {
		t.Errorf("an empty trail is %+v", v)
	}
	c.keepMany(60) // over three days
	head, err := c.Head(t.Context())
	if err != nil || head.Seq != 60 || head.Events != 120 {
		t.Fatalf("the head is %+v, %v", head, err)
	}
	all := c.verify(c.export(3, 0), head.Hash)
	if all.Batches != 60 || all.Events != 120 || all.End.Seq != 60 || all.End.Hash != head.Hash || all.Begin.Seq != 0 {
		t.Errorf("verified is %+v", all)
	}
	// Parts begin and end where the ledger says that their days do.
	parts := 0
	for day := range 4 {
		parts += c.verify(c.export(day, day)).Batches
	}
	if parts != 60 {
		t.Errorf("the days have %d batches", parts)
	}
	if v := c.verify(c.export(2, 1)); v.Batches != 48 {
		t.Errorf("two days have %d batches", v.Batches)
	}
	if v := c.verify(c.export(30, 20)); v.Batches != 0 {
		t.Errorf("days before the first have %d batches", v.Batches)
	}
	if !strings.Contains(c.log.String(), head.Hash) {
		c.keepMany(1)
		if !strings.Contains(c.log.String(), head.Hash) {
			t.Errorf("the log does not say where an hour ended: %s", c.log)
		}
	}
	c.keepMany(5)
	c.verify(c.export(4, 0), head.Hash) // an old head is in what was kept since
	if _, err := audit.Verify(strings.NewReader(c.export(4, 0)), strings.Repeat("0", 64)); err == nil {
		t.Error("a head that never was is found")
	}
}

func TestEverythingThatIsDoneToAChainIsFound(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(c *chained, keys []string) (says string){
		"changed": func(c *chained, keys []string) string {
			c.put(keys[4], bytes.Replace(c.content(keys[4]), []byte(`"another"`), []byte(`"nobody"`), 1))
			return "batch 5, before this line"
		},
		"the last one changed": func(c *chained, keys []string) string {
			c.put(keys[9], bytes.Replace(c.content(keys[9]), []byte(`"another"`), []byte(`"nobody"`), 1))
			return "batch 10, before this line, was changed"
		},
		"an event removed": func(c *chained, keys []string) string {
			content := c.content(keys[4])
			c.put(keys[4], content[:bytes.LastIndexByte(content[:len(content)-1], '\n')+1])
			return "batch 5 was changed"
		},
		"an event added": func(c *chained, keys []string) string {
			content := c.content(keys[4])
			c.put(keys[4], append(content, content[bytes.LastIndexByte(content[:len(content)-1], '\n')+1:]...))
			return "batch 5 was changed"
		},
		"removed": func(c *chained, keys []string) string {
			c.remove(keys[4])
			return "batch 5 was removed"
		},
		"several removed": func(c *chained, keys []string) string {
			c.remove(keys[4])
			c.remove(keys[5])
			return "batches 5 to 6 were removed"
		},
		"the first removed": func(c *chained, keys []string) string {
			c.remove(keys[0])
			return "batch 1 was removed"
		},
		"the last removed": func(c *chained, keys []string) string {
			c.keep(c.open()) // so that the ledger has not got it any more
			c.remove(c.keys()[9])
			return "batch 10 was removed"
		},
		"reordered": func(c *chained, keys []string) string {
			a, b := c.content(keys[4]), c.content(keys[5])
			c.put(keys[4], b)
			c.put(keys[5], a)
			return "batch 5 was removed, or moved"
		},
		"moved": func(c *chained, keys []string) string {
			c.put(keys[5]+"x.ndjson", c.content(keys[4]))
			c.remove(keys[4])
			return "was inserted"
		},
		"inserted, a copy": func(c *chained, keys []string) string {
			name := keys[4][strings.LastIndexByte(keys[4], '/')+1:]
			c.put("audit/data/temporal/2126/03/01/23/0"+name[1:], c.content(keys[4]))
			return "batch 5 stands here, where batch 6 belongs"
		},
		"inserted behind the end": func(c *chained, keys []string) string {
			name := strings.Replace(keys[9], "-000000000000000a-", "-000000000000000b-", 1)
			c.put(name, bytes.Replace(c.content(keys[9]), []byte(`"seq":10`), []byte(`"seq":11`), 1))
			return "the beginning of batch 11 was changed"
		},
		"inserted by itself": func(c *chained, keys []string) string {
			e := event(3)
			e.Time = c.clock.Now()
			c.put("audit/data/temporal/2126/03/01/22/"+e.ID()+".transfer_created.success.json", []byte(`{}`))
			return "was inserted: no writer"
		},
		"nothing that is of the trail": func(c *chained, keys []string) string {
			c.put("audit/data/temporal/2126/03/01/22/notes", []byte(`{}`))
			return "was inserted: no writer"
		},
		"an end within": func(c *chained, keys []string) string {
			c.put(keys[4], append(c.content(keys[4]), []byte(`{"end":{"seq":5,"hash":"x"}}`+"\n")...))
			return "was changed"
		},
		"emptied": func(c *chained, keys []string) string {
			c.put(keys[4], nil)
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			c.keepMany(10)
			says := spoil(c, c.keys())
			file := c.export(1, 0)
			_, err := audit.Verify(strings.NewReader(file))
			if b, ok := errors.AsType[*audit.Broken](err); !ok || b.Line < 1 || !strings.Contains(b.What, says) {
				t.Errorf("found %v, want %q\n%s", err, says, file)
			}
		})
	}
}

func (c *chained) remove(key string) {
	c.t.Helper()
	if err := c.store.Delete(c.t.Context(), key); err != nil {
		c.t.Fatal(err)
	}
}

// Whoever can write ledger and store can make a chain anew; a head that was
// written down tells.
func TestAChainThatIsMadeAnewIsFoundByItsHead(t *testing.T) {
	t.Parallel()
	c, forged := newChain(t), newChain(t)
	c.keepMany(10)
	head, err := c.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	forged.keepMany(4)
	forged.events += 2
	forged.keepMany(5)
	file := forged.export(1, 0)
	forged.verify(file)
	if _, err := audit.Verify(strings.NewReader(file), head.Hash); err == nil {
		t.Error("the forged chain has the head of the other")
	}
}

// Every line that is taken out, doubled or swapped is found.
func TestEveryLineOfAnExportCounts(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(15) // the last four on the second day
	lines := strings.SplitAfter(strings.TrimSuffix(c.export(0, 0), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	bad := func(what string, i int, lines ...[]string) {
		t.Helper()
		_, err := audit.Verify(strings.NewReader(strings.Join(slices.Concat(lines...), "")))
		if _, ok := errors.AsType[*audit.Broken](err); !ok {
			t.Errorf("line %d %s: %v", i+1, what, err)
		}
	}
	for i := range lines {
		bad("removed", i, lines[:i], lines[i+1:])
		bad("doubled", i, lines[:i+1], lines[i:])
		bad("cut off", i, lines[:i])
		bad("without its end", i, lines[:i], []string{lines[i][:len(lines[i])-1]})
		if i > 0 {
			bad("swapped", i, lines[:i-1], lines[i:i+1], lines[i-1:i], lines[i+1:])
		}
		for at := range len(lines[i]) - 1 {
			if strings.Contains(lines[i], `"time"`) && at > strings.Index(lines[i], `"time"`) && (i == 0 || i == len(lines)-1) {
				break // when a link was made is told, and not of the chain
			}
			changed := []byte(lines[i])
			changed[at] ^= 1
			bad(fmt.Sprintf("changed at %d", at), i, lines[:i], []string{string(changed)}, lines[i+1:])
		}
	}
	bad("longer than any", 1, lines[:1], []string{strings.Repeat("x", 1<<20)})
}

func TestManyWriteOneChain(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	const writers, batches = 4, 8
	var running sync.WaitGroup
	errs := make(chan error, writers*batches)
	for w := range writers {
		trail := c.open()
		running.Go(func() {
			for i := range batches {
				e := event(w*batches + i)
				e.Time = c.clock.Now().Add(time.Duration(w*batches+i) * time.Second)
				errs <- trail.Append(t.Context(), []audit.Event{e})
			}
		})
	}
	running.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if v := c.verify(c.export(0, 0)); v.Batches != writers*batches {
		t.Errorf("%d batches are in the chain", v.Batches)
	}
}

// A writer that ends between the ledger and the store leaves no gap: whoever
// comes next closes it. If nobody took its place, that is whoever asks.
func TestAWriterThatIsInterrupted(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(3)
	c.store.away.Store(true)
	if err := c.keep(c.open()); send.CodeOf(err) != send.Unavailable {
		t.Fatalf("kept without a store: %v", err)
	}
	if len(c.keys()) != 3 {
		t.Fatal("the store is not away")
	}
	c.store.away.Store(false)
	c.keepMany(1)
	if v := c.verify(c.export(0, 0)); v.Batches != 5 || len(c.keys()) != 5 {
		t.Errorf("%d batches are in the chain", v.Batches)
	}

	c.store.away.Store(true)
	if err := c.keep(c.Trail); err == nil {
		t.Fatal("kept without a store")
	}
	c.store.away.Store(false)
	if v := c.verify(c.export(0, 0)); v.Batches != 6 {
		t.Errorf("%d batches are in the chain", v.Batches)
	}

	// Its sender hands the same over again.
	e := event(1)
	e.Time = c.clock.Now()
	c.store.away.Store(true)
	if err := c.Append(t.Context(), []audit.Event{e}); err == nil {
		t.Fatal("kept without a store")
	}
	c.store.away.Store(false)
	if err := c.Append(t.Context(), []audit.Event{e}); err != nil {
		t.Fatal(err)
	}
	if v := c.verify(c.export(0, 0)); v.Batches != 7 {
		t.Errorf("%d batches are in the chain, want it once", v.Batches)
	}
}

func TestRetentionIsNoTampering(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(24 * 10)
	late := event(1)
	late.Time = c.clock.Now().Add(-5 * 24 * time.Hour) // kept today, under an hour that goes
	if err := c.Append(t.Context(), []audit.Event{late}); err != nil {
		t.Fatal(err)
	}
	before := c.clock.Now().Add(-4 * 24 * time.Hour)
	n, err := c.Sweep(t.Context(), before)
	if err != nil || n < 24*5 || n > 24*6 {
		t.Fatalf("swept %d, %v", n, err)
	}
	if n, err := c.Sweep(t.Context(), before); n != 0 || err != nil {
		t.Errorf("swept %d a second time, %v", n, err)
	}
	v := c.verify(c.export(20, 0))
	if want := 24*10 + 1 - n; v.Batches < 24*4 || v.Begin.Seq == 0 {
		t.Errorf("of %d batches %+v is verified", want, v)
	}
	keys := c.keys()
	c.remove(keys[1]) // the first that was left is the late one, of an older hour
	if _, err := audit.Verify(strings.NewReader(c.export(20, 0))); err == nil {
		t.Error("what is removed beside retention is not found")
	}

	// A bucket's rules remove by themselves, and not in order.
	c = newChain(t)
	c.keepMany(24 * 10)
	for i, key := range c.keys() {
		if i < 24*5 && i%3 > 0 {
			c.remove(key)
		}
	}
	c.Retention = 4 * 24 * time.Hour
	if v := c.verify(c.export(20, 0)); v.Batches < 24*3 {
		t.Errorf("%+v is verified", v)
	}
}

// The clock of a writer that is behind breaks nothing.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(30)
	behind := c.open()
	behind.Now = func() time.Time { return c.clock.Now().Add(-2 * time.Hour) }
	for range 30 {
		if err := c.keep(behind); err != nil {
			t.Fatal(err)
		}
		c.keepMany(1)
	}
	parts := 0
	for day := range 6 {
		parts += c.verify(c.export(day, day)).Batches
	}
	if parts != 90 {
		t.Errorf("the days have %d batches", parts)
	}
}

// days exports the days from one to another.
func (c *chained) days(from, to time.Time) string {
	c.t.Helper()
	var b bytes.Buffer
	if err := c.Export(c.t.Context(), &b, from, to.AddDate(0, 0, 1)); err != nil {
		c.t.Fatal(err)
	}
	return b.String()
}

// stray keeps a batch by a clock of its own.
func (c *chained) stray(clock time.Time) {
	c.t.Helper()
	by := c.open()
	by.Now = func() time.Time { return clock }
	e := event(c.events)
	e.Time = clock
	c.events++
	if err := by.Append(c.t.Context(), []audit.Event{e}); err != nil {
		c.t.Fatal(err)
	}
}

// Whatever a clock said for a moment, what is kept when it is right again is of the day on
// which it was kept, the exports of days go on from each other, and nothing is in none.
func TestAClockThatWasWrong(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, jumps := range map[string][]time.Duration{
		"ahead by hours":            {9 * time.Hour},
		"ahead by three days":       {3 * day},
		"ahead by a year":           {365 * day},
		"ahead over two days":       {365 * day, 366 * day, 367 * day},
		"ahead, and ahead by less":  {365 * day, 30 * day},
		"behind by three days":      {-3 * day}, // of which there is something
		"behind by a week":          {-7 * day},
		"behind by a hundred years": {-100 * 365 * day},
		"behind over two days":      {-40 * day, -39 * day, -38 * day},
		"behind and ahead":          {-40 * day, 40 * day, 0, -40 * day, 40 * day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			c.keepMany(65) // until five o'clock on the fourth day
			on := c.clock.Now().Truncate(day)
			for _, by := range jumps {
				c.stray(c.clock.Now().Add(by))
			}
			all := 65 + len(jumps)
			// Nobody kept anything by the right clock yet.
			if v := c.verify(c.days(on, on)); v.Batches != 6+len(jumps) || v.End.Seq != int64(all) {
				t.Errorf("the day itself has %+v", v)
			}
			c.keepMany(60)
			all += 60
			head, err := c.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !head.Time.Equal(c.clock.Now()) {
				t.Errorf("the head is of %v when it is %v", head.Time, c.clock.Now())
			}
			if v := c.verify(c.days(on.AddDate(0, 0, -3), c.clock.Now()), head.Hash); v.Batches != all {
				t.Errorf("all days have %+v, want %d batches", v, all)
			}
			today := c.clock.Now().Truncate(day)
			if v := c.verify(c.days(today, today), head.Hash); v.Batches != 18 && !strings.Contains(name, "ahead by hours") {
				t.Errorf("today has %+v", v)
			}
			// Day by day, what one ends with the next begins with, or has already.
			last := audit.Link{}
			for d := on.AddDate(0, 0, -3); !d.After(today); d = d.AddDate(0, 0, 1) {
				v := c.verify(c.days(d, d))
				if v.Begin.Seq > last.Seq || v.Begin.Hash != last.Hash && name != "behind by three days" {
					t.Errorf("%v begins with %+v, and the day before ended with %+v", d, v.Begin, last)
				}
				last = v.End
			}
			if last.Hash != head.Hash {
				t.Errorf("the last day ends with %+v", last)
			}
			// What any of them kept is found out when it goes.
			for i, key := range c.keys() { // the first and the last are those of wrong clocks
				if i%10 > 0 && i > 3 && i < all-3 {
					continue
				}
				content := c.content(key)
				c.remove(key)
				if _, err := audit.Verify(strings.NewReader(c.days(on.AddDate(0, 0, -3), today))); err == nil {
					t.Errorf("%s was removed, and it is not found", key)
				}
				c.put(key, content)
			}
			// And when the day comes that a clock had said.
			for _, by := range jumps {
				then := on.Add(by)
				if then.Before(today) {
					continue
				}
				c.clock.Advance(then.Add(15*time.Hour + time.Minute).Sub(c.clock.Now()))
				c.keepMany(3)
				head, err := c.Head(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if v := c.verify(c.days(then, c.clock.Now()), head.Hash); v.Batches < 3 {
					t.Errorf("%v has %+v", then, v)
				}
			}
			if v := c.verify(c.days(on, on)); v.Batches < 6 {
				t.Errorf("then the day itself has %+v", v)
			}
		})
	}
}

// Nor is there anything in no export that was kept before a clock was right for the first time.
func TestAClockThatWasAheadAtFirst(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.stray(c.clock.Now().AddDate(1, 0, 0))
	if v := c.verify(c.export(0, 0)); v.Batches != 1 {
		t.Errorf("the first day has %+v", v)
	}
	c.keepMany(36)
	if v := c.verify(c.export(2, 2)); v.Batches != 1+11 {
		t.Errorf("the first day has %+v", v)
	}
	if v := c.verify(c.export(1, 1)); v.Batches != 24 {
		t.Errorf("the second day has %+v", v)
	}
}

// Where two write, of which the clock of one is wrong all the time, each day has what
// both kept.
func TestAClockThatStaysWrong(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{-100 * 24 * time.Hour, 100 * 24 * time.Hour} {
		c := newChain(t)
		for range 40 {
			c.keepMany(1)
			c.stray(c.clock.Now().Add(by))
		}
		today := c.clock.Now().Truncate(24 * time.Hour)
		last := audit.Link{}
		for back := 2; back >= 0; back-- {
			v := c.verify(c.days(today.AddDate(0, 0, -back), today.AddDate(0, 0, -back)))
			if v.Begin.Hash != last.Hash || v.Batches < 10 {
				t.Errorf("%d days back: %+v, and the day before ended with %+v", back, v, last)
			}
			last = v.End
		}
		if head, err := c.Head(t.Context()); err != nil || last.Hash != head.Hash {
			t.Errorf("the last day ends with %+v, %v", last, err)
		}
	}
}

// A clock that was behind for a moment does not make what it kept old.
func TestAClockThatWasBehindForgetsNothing(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(48)
	c.stray(c.clock.Now().AddDate(-100, 0, 0))
	c.keepMany(2)
	if n, err := c.Sweep(t.Context(), c.clock.Now().AddDate(0, 0, -30)); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if v := c.verify(c.export(5, 0)); v.Batches != 51 {
		t.Errorf("%+v is left", v)
	}
	c.keepMany(24 * 10)
	if n, err := c.Sweep(t.Context(), c.clock.Now().AddDate(0, 0, -5)); n < 51 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	c.verify(c.export(20, 0))
}

// Nor is anything kept for longer because a clock was ahead for a moment.
func TestAClockThatWasAheadKeepsNothing(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(5)
	ahead := c.open()
	ahead.Now = func() time.Time { return c.clock.Now().AddDate(1, 0, 0) }
	if err := c.keep(ahead); err != nil {
		t.Fatal(err)
	}
	c.keepMany(24 * 20)
	n, err := c.Sweep(t.Context(), c.clock.Now().Add(-5*24*time.Hour))
	// What was kept since goes a week after it happened at the latest.
	if left := len(c.keys()); err != nil || n < 24*7 || left > 24*13 || left < 24*5 {
		t.Errorf("swept %d, %v, and %d are left", n, err, left)
	}
	// When the day comes that it had, what it kept is gone, and not missed.
	c.clock.Advance(345 * 24 * time.Hour)
	c.keepMany(24)
	if _, err := c.Sweep(t.Context(), c.clock.Now().Add(-5*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if v := c.verify(c.export(1, 0)); v.Batches != 24 {
		t.Errorf("%+v is exported", v)
	}
}

// What waited for longer than a week before it was kept is in the export of its day.
func TestWhatWaitedForLongIsExported(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.keepMany(3)
	late := event(c.events)
	late.Time = c.clock.Now().AddDate(0, 0, -20)
	c.events++
	if err := c.Append(t.Context(), []audit.Event{late}); err != nil {
		t.Fatal(err)
	}
	if v := c.verify(c.export(0, 0)); v.Batches != 4 {
		t.Errorf("%d batches are in the chain", v.Batches)
	}
}
