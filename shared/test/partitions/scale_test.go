package partitions_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/clocktest"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/test/partitions"
)

// partitionWrites is what a partition takes in a second, in units.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
const partitionWrites = 1000

// standing is how many transfers there are: ten million at night, but not where the race
// detector would need the memory of several machines for it.
func standing() int {
	if raced {
		return 30_000
	}
	return nightly.Or(200_000, 10_000_000)
}

const (
	owner = "0a0a0a0a"
	day   = 24 * time.Hour
	// roundMost is how many transfers a sweep reads on the round, at most, and dueMost
	// how many it looks at.
	roundMost = 25_000
	dueMost   = 100_000
)

// gate lets everyone in under the name that they bring.
type gate struct{ send.OpenGate }

func (gate) Admit(_ context.Context, token string) (send.Admission, error) {
	return send.Admission{ID: token, Remaining: send.Unlimited}, nil
}

// links are none that count.
type links struct{ send.Links }

func (links) Counted() bool { return true }

// store has whatever it is asked for.
type store struct{ send.Store }

var ciphertext = []byte("ciphertext")

func (store) Put(_ context.Context, _ string, body io.Reader, size int64) (send.Object, error) {
	_, err := io.Copy(io.Discard, body)
	return send.Object{Size: size}, err
}

func (store) Open(context.Context, string, send.Span) (io.ReadCloser, send.Object, error) {
	return io.NopCloser(bytes.NewReader(ciphertext)), send.Object{Size: int64(len(ciphertext))}, nil
}

func (store) Settle(context.Context, string) error { return nil }
func (store) Delete(context.Context, string) error { return nil }

// scale is a service with many transfers.
type scale struct {
	*send.Transfers
	ledger *partitions.Ledger
	clock  *clocktest.Clock
	made   int
}

func newScale(t *testing.T) *scale {
	t.Helper()
	s := &scale{ledger: partitions.New(), clock: clocktest.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	s.ledger.Now = s.clock.Now
	s.Transfers = &send.Transfers{
		Ledger: s.ledger, Store: store{}, Links: links{}, Gate: gate{}, Now: s.clock.Now,
		Form:  func([]byte, int64, int64) error { return nil },
		Rules: send.Rules{MaxBytes: 1 << 30, DefaultTTL: 7 * day, MaxTTL: send.MaxLifetime},
	}
	return s
}

// sender is whoever sends the next transfers: of one no more than a thousand may be
// pending.
func (s *scale) sender(t *testing.T) (token string, from send.Sender) {
	t.Helper()
	token = fmt.Sprintf("%02x-%d", s.made/900%256, s.made/900)
	from, err := s.Admit(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return token, from
}

// id is the ID of the next transfer.
func (s *scale) id() string {
	s.made++
	h := sha256.Sum256(fmt.Append(nil, s.made))
	return hex.EncodeToString(h[:6])
}

// work is what a sweep did.
type work struct {
	send.Swept
	read    int64 // transfers that were looked at
	listed  int64 // transfers that were read on the round
	notes   int64 // notes that were read
	units   partitions.Units
	hottest string
	heat    int64 // units written to the hottest partition
}

func (s *scale) swept(t *testing.T) work {
	t.Helper()
	s.ledger.Take()
	n, err := s.Sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := work{Swept: n}
	for set, u := range s.ledger.Take() {
		w.units = w.units.Plus(u)
		switch {
		case strings.HasPrefix(set, send.TransferSets):
			w.read += u.Gets
			w.listed += u.Listed
		case strings.HasPrefix(set, send.DueSets):
			w.notes += u.Listed
		}
		if u.Writes > w.heat {
			w.hottest, w.heat = set, u.Writes
		}
	}
	return w
}

func (w work) String() string {
	return fmt.Sprintf("%d due, %d left, %d removed; %d notes and %d transfers read, %d listed on the round; "+
		"%d read units, %d write units, of which %d to %s", w.Due, w.Left, w.Removed(), w.notes, w.read, w.listed,
		w.units.Reads, w.units.Writes, w.heat, w.hottest)
}

// notes is how many notes there are.
func (s *scale) notes() (n int) {
	for i := range 32 {
		n += s.ledger.Len(fmt.Sprintf("%s%02x", send.DueSets, i))
	}
	return n
}

// earlier fills the ledger with complete transfers as an earlier version wrote them. They
// end one after the other, from two days from now on.
func (s *scale) earlier(t *testing.T, n int) {
	t.Helper()
	now := s.clock.Now()
	data := fmt.Appendf(nil, `{"created_at":%q,"owner":%q,"payload":{"key":"transfers/30d/a/b","size":10}}`,
		now.Format(time.RFC3339), owner)
	each := 28 * day / time.Duration(n)
	for i := range n {
		id, ends := s.id(), now.Add(2*day+time.Duration(i)*each)
		err := s.ledger.Create(t.Context(), send.Record{
			Key: send.Key{Set: send.TransferSets + id[:2], ID: id}, State: string(send.Completed), Expires: ends,
			Purge: ends.Add(7 * day), Data: data,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// begun begins transfers, and completes all but one in twenty.
func (s *scale) begun(t *testing.T, n int, life time.Duration) {
	t.Helper()
	for i := range n {
		token, from := s.sender(t)
		tr, err := s.Create(t.Context(), from, send.NewTransfer{
			ID: s.id(), ExpiresAt: s.clock.Now().Add(life).Format(time.RFC3339),
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			continue
		}
		size := int64(len(ciphertext))
		if _, err := s.Upload(t.Context(), from, tr.ID, bytes.NewReader(ciphertext), size); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Complete(t.Context(), token, tr.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// What a sweep does is bounded by what is due, and by what one sweep does at most,
// however many transfers there are: on the round that finds what earlier versions wrote,
// hour by hour, and after days in which nothing was swept.
func TestTenMillionTransfers(t *testing.T) {
	t.Parallel()
	s, all := newScale(t), standing()
	s.earlier(t, all)

	rounds := 0
	for ; s.notes() < all; rounds++ {
		w := s.swept(t)
		if w.Due != 0 || w.Left != 0 || w.listed > roundMost || w.read > roundMost || w.units.Writes > 4*roundMost+2 {
			t.Fatalf("round %d: %v", rounds, w)
		}
		if float64(w.heat) > 5*float64(w.units.Writes)/32 && w.heat > partitionWrites {
			t.Fatalf("one partition takes most of it: %v", w)
		}
		if rounds == 0 {
			t.Logf("of %d, the first sweep gives notes to what has none: %v", all, w)
		}
		s.clock.Advance(time.Minute)
		if rounds > all/20_000+5 { // of some sets there are more than of others
			t.Fatalf("after %d sweeps %d of %d have notes", rounds, s.notes(), all)
		}
	}
	t.Logf("after %d sweeps all have notes", rounds)

	perHour := all / (28 * 24) // as many as end
	s.clock.Advance(2*day - time.Duration(rounds)*time.Minute)
	s.swept(t)
	var last work
	for hour := range 30 {
		s.begun(t, perHour, 10*day)
		s.clock.Advance(time.Hour)
		w := s.swept(t)
		// Those that were begun in the hour, those that ended, and those that are pending still.
		most := perHour + perHour + 2 + (perHour/20+1)*min(hour+1, 25)
		if w.Due > most || w.read != int64(w.Due) || w.Left != 0 {
			t.Errorf("hour %d: at most %d are due; %v", hour, most, w)
		}
		if w.notes > int64(w.Due)+32*50 || w.units.Writes > 5*int64(most) {
			t.Errorf("hour %d: %v", hour, w)
		}
		if w.listed > roundMost {
			t.Errorf("hour %d: %v", hour, w)
		}
		last = w
	}
	t.Logf("of %d, with %d begun in each hour: %v", all, perHour, last)

	// The hottest partition of a sweep, if it took no longer than twenty seconds.
	if heat := float64(last.heat) / 20; perHour > 1000 && heat > partitionWrites {
		t.Errorf("%s takes %.0f units a second", last.hottest, heat)
	}

	s.clock.Advance(5 * day) // in which nothing is swept
	total := 0
	for sweeps := 1; ; sweeps++ {
		w := s.swept(t)
		total += w.Due
		if w.Due > dueMost || w.read > dueMost || w.listed > roundMost {
			t.Fatalf("sweep %d: %v", sweeps, w)
		}
		if w.Left == 0 {
			t.Logf("after five days without a sweep, %d looks in %d sweeps; the last: %v", total, sweeps, w)
			break
		}
		if sweeps == 1 {
			t.Logf("after five days without a sweep, the first: %v; the longest has been due for %v", w, w.Late)
		}
		if sweeps > all/dueMost+3 {
			t.Fatalf("after %d sweeps %d are left", sweeps, w.Left)
		}
	}
	if want := 5 * 24 * perHour; total < want {
		t.Errorf("%d looks, and %d ended", total, want)
	}
}

// spread is how unevenly sets were written to: units of the hottest, and of all.
func spread(counts map[string]partitions.Units, prefix string) (hottest, all int64) {
	for set, u := range counts {
		if strings.HasPrefix(set, prefix) {
			hottest, all = max(hottest, u.Writes), all+u.Writes
		}
	}
	return hottest, all
}

// What many write at once heats no partition beyond what it takes.
func TestPartitionsStayCool(t *testing.T) {
	t.Parallel()
	const begun = 20_000
	s := newScale(t)
	for range begun {
		_, from := s.sender(t)
		if _, err := s.Create(t.Context(), from, send.NewTransfer{ID: s.id()}); err != nil {
			t.Fatal(err)
		}
	}
	counts := s.ledger.Take()
	for _, c := range []struct {
		prefix string
		rate   int64 // transfers begun in a second
	}{{send.TransferSets, 10_000}, {send.DueSets, 10_000}} {
		hottest, _ := spread(counts, c.prefix)
		heat := hottest * c.rate / begun
		t.Logf("at %d transfers a second, the hottest partition of %s takes %d units a second", c.rate, c.prefix, heat)
		if heat > partitionWrites {
			t.Errorf("%d units a second are more than a partition of %s takes", heat, c.prefix)
		}
	}

	const requests, clients, rate = 200_000, 20_000, 10_000
	rates := map[string]send.Rate{"info": {Limit: math.MaxInt32, Window: time.Minute}}
	limiter := send.NewLimiter(s.ledger, rates, s.clock.Now,
		func(_ context.Context, _ string, err error) { t.Error(err) })
	for i := range requests {
		if _, err := limiter.Allow(t.Context(), "info", fmt.Sprintf("client-%d", i%clients)); err != nil {
			t.Fatal(err)
		}
	}
	hottest, all := spread(s.ledger.Take(), send.WindowSets)
	heat := hottest * rate / requests
	t.Logf("at %d requests a second, the hottest partition of %s takes %d of %d units a second",
		rate, send.WindowSets, heat, all*rate/requests)
	if heat > partitionWrites {
		t.Errorf("%d units a second are more than a partition of %s takes", heat, send.WindowSets)
	}
}
