package send_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
)

// turns lets one of several goroutines run at a time, and chooses by chance which
// of them takes the next step.
type turns struct {
	chance *rand.Rand
	steps  chan chan struct{} // of whoever waits to take one
	ended  chan struct{}
}

// step waits for the turn of whoever calls it.
func (s *turns) step() {
	turn := make(chan struct{})
	s.steps <- turn
	<-turn
}

// run runs them all to their end, and looks after each step.
func (s *turns) run(look func(), all ...func()) {
	var waiting []chan struct{}
	for _, one := range all {
		go func() {
			s.step()
			one()
			s.ended <- struct{}{}
		}()
		waiting = append(waiting, <-s.steps)
	}
	for len(waiting) > 0 {
		i := s.chance.IntN(len(waiting))
		close(waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
		select {
		case next := <-s.steps:
			waiting = append(waiting, next)
		case <-s.ended:
		}
		look()
	}
}

// steppedLedger takes a turn for each call. Some of them fail, before or after
// they were made.
type steppedLedger struct {
	send.Ledger
	turns  *turns
	faults bool
}

func (l steppedLedger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	l.turns.step()
	return l.Ledger.Get(ctx, key)
}

func (l steppedLedger) Replace(ctx context.Context, r send.Record) error {
	l.turns.step()
	return l.Ledger.Replace(ctx, r)
}

func (l steppedLedger) Apply(ctx context.Context, changes ...send.Change) error {
	l.turns.step()
	chance := l.turns.chance.IntN(20)
	if l.faults && chance == 0 {
		return send.Fail(send.Unavailable, "lost")
	}
	err := l.Ledger.Apply(ctx, changes...)
	if l.faults && chance == 1 {
		return send.Fail(send.Unavailable, "the answer is lost")
	}
	return err
}

// steppedStore takes a turn for each call that comes between two of the ledger.
type steppedStore struct {
	send.Store
	turns *turns
}

func (s steppedStore) Put(ctx context.Context, key string, body io.Reader, size int64) (send.Object, error) {
	s.turns.step()
	return s.Store.Put(ctx, key, body, size)
}

func (s steppedStore) Copy(ctx context.Context, from, to string) (send.Object, error) {
	s.turns.step()
	return s.Store.Copy(ctx, from, to)
}

func (s steppedStore) Assemble(ctx context.Context, key, id string, parts []send.Part) (send.Object, error) {
	s.turns.step()
	return s.Store.Assemble(ctx, key, id, parts)
}

func (s steppedStore) Abort(ctx context.Context, key, id string) error {
	s.turns.step()
	return s.Store.Abort(ctx, key, id)
}

func (s steppedStore) Settle(ctx context.Context, key string) error {
	s.turns.step()
	return s.Store.Settle(ctx, key)
}

func (s steppedStore) Delete(ctx context.Context, key string) error {
	s.turns.step()
	return s.Store.Delete(ctx, key)
}

// pendingSet is where the transfers of these tests are, so that they can be looked
// at together.
const pendingSet = send.TransferSets + "5e"

// interleaving is what several senders and an operator do at the same time.
type interleaving struct {
	*fixture
	*turns
	most map[string]int64 // transfers that may be pending with each token
	made int              // transfers, each of an ID of its own
	peak int              // transfers that were pending at once
	done map[string]int   // how often a thing was done, or refused
}

// kept is what a record says of a transfer.
type kept struct {
	Payload  struct{ Key string } `json:"payload"`
	PutKey   string               `json:"put_key"`
	PutUntil *time.Time           `json:"put_until"`
	Reserved *struct {
		Owner string `json:"owner"`
		Bytes int64  `json:"bytes"`
	} `json:"reserved"`
}

// look fails the test unless the counters are the sums over what is pending, and
// within their bounds.
func (f *interleaving) look(t *testing.T) {
	t.Helper()
	rs, err := f.ledger.List(t.Context(), pendingSet, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	counts, sums, all := map[string]int64{}, map[string]int64{}, int64(0)
	notes := map[string]time.Time{} // when each is noted first
	for r, err := range send.Records(t.Context(), f.ledger, send.DueSets+"1e") {
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(r.Key.ID, "/")
		sec, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, seen := notes[parts[1]]; !seen { // they are in order
			notes[parts[1]] = time.Unix(sec, 0)
		}
	}
	for _, r := range rs {
		var k kept
		if err := json.Unmarshal(r.Data, &k); err != nil {
			t.Fatal(err)
		}
		if by := f.lookedAtBy(r, k); !by.IsZero() {
			if at, noted := notes[r.Key.ID]; !noted || at.After(by) {
				t.Fatalf("a transfer that is %s is to be looked at by %v, and is noted for %v", r.State, by, at)
			}
		}
		over := r.State == string(send.Deleted) && !f.Links.Counted() // something may still be put there
		if (k.Reserved != nil) != (r.State == string(send.Pending)) && !over {
			t.Fatalf("a transfer that is %s has reserved %+v", r.State, k.Reserved)
		}
		if k.Reserved != nil {
			counts[k.Reserved.Owner]++
			sums[k.Reserved.Owner] += k.Reserved.Bytes
			all += k.Reserved.Bytes
		}
	}
	pending := 0
	for token, most := range f.most {
		owner := hash(token)
		count, sum := f.counted(t, owner, "count"), f.counted(t, owner, "bytes")
		if count != counts[owner] || sum != sums[owner] {
			t.Fatalf("%s: %d transfers and %d bytes are reserved; pending are %d and %d",
				token, count, sum, counts[owner], sums[owner])
		}
		if count > most || sum > f.Rules.PendingBytes {
			t.Fatalf("%s: %d transfers and %d bytes are more than may be reserved", token, count, sum)
		}
		pending += int(count)
		delete(counts, owner)
	}
	if len(counts) > 0 {
		t.Fatalf("somebody else has reserved %v", counts)
	}
	if sum := f.counted(t, "all", "bytes"); sum != all || sum > f.Rules.PendingBytesAll {
		t.Fatalf("%d bytes are reserved of %d; pending are %d", sum, f.Rules.PendingBytesAll, all)
	}
	f.peak = max(f.peak, pending)
}

// lookedAtBy is when a sweep must have looked at a transfer; the zero time is never.
func (f *interleaving) lookedAtBy(r send.Record, k kept) time.Time {
	switch now := f.clock.Now(); {
	case r.State == string(send.Pending):
		return now.Add(time.Hour + time.Second)
	case k.Payload.Key == "" && k.PutKey == "":
		return time.Time{}
	case r.State == string(send.Deleted):
		return now
	case k.PutUntil != nil && k.PutUntil.Before(r.Expires) && k.PutUntil.After(now):
		return k.PutUntil.Add(time.Hour)
	}
	return r.Expires.Add(time.Second)
}

// counted returns what an owner has reserved, or all of them.
func (f *interleaving) counted(t *testing.T, owner, what string) int64 {
	t.Helper()
	key := send.Key{Set: send.ReservedSets + owner[:2], ID: owner + "/" + what}
	if owner == "all" {
		key = send.Key{Set: send.ReservedSets + "all", ID: "bytes"}
	}
	r, err := f.ledger.Get(t.Context(), key)
	if err != nil && send.CodeOf(err) != send.NotFound {
		t.Fatal(err)
	}
	return r.Count
}

// did checks how something ended: done, or refused for a reason that there is.
func (f *interleaving) did(t *testing.T, what string, err error) bool {
	t.Helper()
	switch code := send.CodeOf(err); code {
	case "":
		f.done[what]++
		return true
	case send.Limited, send.Full, send.NotFound, send.Conflict, send.Invalid, send.TooLarge, send.Unauthorized:
		f.done[string(code)]++
	case send.Unavailable:
		if !f.Ledger.(steppedLedger).faults {
			t.Errorf("%s: %v", what, err)
		}
	default:
		t.Errorf("%s: %v", what, err)
	}
	return false
}

// sending does what a sender does, right and wrong, with one token.
func (f *interleaving) sending(t *testing.T, token string, chance *rand.Rand, steps int) {
	type upload struct {
		id       string
		declared int64
		multi    send.MultipartUpload
		parts    []send.Part
	}
	var ups []*upload
	from, _ := f.Admit(t.Context(), token)
	body := func(size int64) []byte {
		b := noise(int(size))
		b[0] = plaintext[0] + byte(min(1, chance.IntN(8))) // now and then it is refused
		return b
	}
	for range steps {
		size := 1 + chance.Int64N(f.Rules.MaxBytes)
		if len(ups) == 0 || chance.IntN(5) == 0 {
			f.made++
			up := &upload{id: fmt.Sprintf("5e%010x", f.made), declared: size * chance.Int64N(2)}
			if admitted, err := f.Admit(t.Context(), token); err == nil { // or is revoked just now
				from = admitted
			}
			_, err := f.Create(t.Context(), from, send.NewTransfer{
				ID: up.id, DeclaredBytes: up.declared, DeleteAuthHash: secretHash("secret"),
			})
			if f.did(t, "create", err) || send.CodeOf(err) == send.Unavailable {
				ups = append([]*upload{up}, ups...)
			}
			continue
		}
		up := ups[max(chance.IntN(2*len(ups))-len(ups), 0)] // often the same
		if up.declared > 0 && chance.IntN(4) > 0 {
			size = up.declared
		}
		switch b := body(size); chance.IntN(9) {
		case 0, 1:
			_, err := f.Upload(t.Context(), from, up.id, bytes.NewReader(b), size)
			f.did(t, "upload", err)
		case 2:
			_, err := f.Upload(t.Context(), from, up.id, bytes.NewReader(b), -1)
			f.did(t, "upload of a size that is not known", err)
		case 3:
			url, _, err := f.UploadURL(t.Context(), from, up.id)
			if !f.did(t, "ask where to put", err) {
				break
			}
			_, err = f.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(b), size)
			f.did(t, "put", err)
		case 4:
			multi, err := f.Initiate(t.Context(), from, up.id, size, 0)
			if f.did(t, "initiate", err) {
				up.multi, up.parts = multi, nil
			}
		case 5, 6:
			if len(up.multi.PartURLs) == 0 {
				break
			}
			number, key := 1+chance.IntN(2), strings.TrimPrefix(up.multi.PartURLs[0].URL, "/part/")
			etag, err := f.Store.PutPart(t.Context(), key, up.multi.UploadID, number, bytes.NewReader(b), size)
			if !f.did(t, "put a part", err) {
				break
			}
			if up.parts = append(up.parts[:0], send.Part{Number: number, ETag: etag}); number == 1 {
				b = b[:len(b)/2+1]
				if chance.IntN(2) == 0 { // more than was announced
					b = noise(int(size))
				}
				etag, err := f.Store.PutPart(t.Context(), key, up.multi.UploadID, 2, bytes.NewReader(b), int64(len(b)))
				if f.did(t, "put a part", err) {
					up.parts = append(up.parts, send.Part{Number: 2, ETag: etag})
				}
			}
			_, err = f.Assemble(t.Context(), from, up.id, up.multi.UploadID, up.parts)
			f.did(t, "assemble", err)
		case 7:
			f.did(t, "cancel", f.Cancel(t.Context(), from, up.id, up.multi.UploadID))
		case 8:
			if chance.IntN(3) == 0 {
				_, err := f.Transfers.Delete(t.Context(), up.id, "secret")
				f.did(t, "delete", err)
				break
			}
			_, _, err := f.Complete(t.Context(), token, up.id)
			f.did(t, "complete", err)
		}
	}
}

// operating does what an operator and the schedule do.
func (f *interleaving) operating(t *testing.T, token string, chance *rand.Rand, steps int) {
	for range steps {
		for range chance.IntN(40) {
			f.step()
		}
		f.clock.Advance(time.Duration(chance.Int64N(int64(13 * time.Hour))))
		tokens := f.tokens
		if chance.IntN(2) == 0 {
			_, err := tokens.Revoke(t.Context(), token)
			f.did(t, "revoke", err)
			f.did(t, "purge", tokens.PurgePending(t.Context(), token))
		} else {
			_, err := tokens.Reactivate(t.Context(), token)
			f.did(t, "reactivate", err)
		}
		n, err := f.Sweep(t.Context())
		f.did(t, "sweep", err)
		f.done["abandon"] += n.Abandoned
	}
}

// Whatever senders, an operator and the schedule do, and however their calls of
// ledger and store interleave: at every moment the counters are the sums over what
// is pending, nobody has more pending than may be, and in the end nothing is left.
func TestReservationsAreTheSumOfWhatIsPending(t *testing.T) {
	t.Parallel()
	kinds := map[string]struct {
		ledger  func(t *testing.T, f *fixture) send.Ledger
		seeds   []uint64
		steps   int // of each sender
		operate int // of the operator, whose sweeps list 256 sets
	}{
		"in a file": {
			func(_ *testing.T, f *fixture) send.Ledger { return f.ledger },
			seeds(nightly.Or[uint64](8, 200)), 60, 12,
		},
		"in DynamoDB": {
			func(t *testing.T, _ *fixture) send.Ledger { return dynamo.New(moto.Table(t), moto.Load(t)) },
			seeds(nightly.Or[uint64](2, 10))[1:], 20, 2,
		},
	}
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			done := map[string]int{}
			t.Run("seeds", func(t *testing.T) {
				for _, seed := range kind.seeds {
					t.Run(fmt.Sprint(seed), func(t *testing.T) {
						t.Parallel()
						f := interleave(t, seed, kind.ledger, kind.steps, kind.operate)
						mu.Lock()
						defer mu.Unlock()
						for what, n := range f.done {
							done[what] += n
						}
					})
				}
			})
			for _, what := range []string{
				"create", "upload", "put", "initiate", "assemble", "cancel", "delete", "complete", "abandon",
				"too_large", "limited", "full",
			} {
				if done[what] == 0 && len(kind.seeds) > 4 {
					t.Errorf("not once: %s", what)
				}
			}
		})
	}
}

// seeds are those of the tests that run: the odd ones with faults of the ledger.
func seeds(n uint64) (all []uint64) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// interleave runs senders and an operator until they end, and sweeps what is left.
func interleave(
	t *testing.T, seed uint64, ledger func(*testing.T, *fixture) send.Ledger, steps, operate int,
) *interleaving {
	s := &turns{rand.New(rand.NewPCG(seed, 0)), make(chan chan struct{}), make(chan struct{})}
	f := &interleaving{fixture: setUp(t), turns: s, done: map[string]int{}}
	f.ledger = ledger(t, f.fixture)
	f.tokens.Ledger = f.ledger
	tokens := []string{"many", "few", "revoked"}
	f.most = map[string]int64{"many": 1000, "few": 3 + 4, "revoked": 1000}
	for token, uses := range map[string]int64{"many": 0, "few": 3, "revoked": 0} {
		f.newToken(t, token, uses)
	}
	f.AtOnce = 1 // who takes a turn waits for nobody else
	f.Rules = send.Rules{
		MaxBytes: 200_000, DefaultTTL: send.MaxLifetime, MaxTTL: send.MaxLifetime,
		PendingBytes: 1_500_000, PendingBytesAll: 2_500_000,
	}
	f.Form = func(head []byte, size, declared int64) error {
		if head[0] == plaintext[0] || declared > 0 && size != declared {
			return send.Fail(send.Invalid, "not what was announced; nothing was kept")
		}
		return nil
	}
	if seed%4 > 1 {
		f.Links = uncounted{}
	}
	faults := seed%2 == 1
	f.Ledger = steppedLedger{f.ledger, s, faults}
	f.Store = steppedStore{f.store, s}
	var all []func()
	for _, token := range tokens {
		all = append(all, func() { f.sending(t, token, s.chance, steps) })
	}
	all = append(all, func() { f.operating(t, "revoked", s.chance, operate) })
	s.run(func() { f.look(t) }, all...)

	f.Ledger, f.Store = f.ledger, f.store
	if !faults { // of which an upload may be left that no record names
		f.withinWhatIsReserved(t)
	}
	t.Logf("%d transfers were pending at once; done was %v", f.peak, f.done)
	f.clock.Advance(25 * time.Hour)
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.look(t)
	for _, token := range tokens {
		count, sum := f.counted(t, hash(token), "count"), f.counted(t, hash(token), "bytes")
		if count != 0 || sum != 0 {
			t.Errorf("%s: %d transfers and %d bytes are reserved when all is swept", token, count, sum)
		}
	}
	if sum := f.counted(t, "all", "bytes"); sum != 0 {
		t.Errorf("%d bytes are reserved when all is swept", sum)
	}
	return f
}

// withinWhatIsReserved fails the test where the store keeps more of a transfer that
// is pending than was reserved for it, or what no transfer names.
func (f *interleaving) withinWhatIsReserved(t *testing.T) {
	t.Helper()
	stored := map[string]int64{}
	for e, err := range send.Entries(t.Context(), f.store, "") {
		if err != nil {
			t.Fatal(err)
		}
		stored[path.Base(path.Dir(e.Key))] += e.Size
	}
	for id, size := range stored {
		r, err := f.ledger.Get(t.Context(), send.Key{Set: pendingSet, ID: id})
		if err != nil {
			t.Errorf("%d bytes are kept of %s: %v", size, id, err)
			continue
		}
		var k kept
		if err := json.Unmarshal(r.Data, &k); err != nil {
			t.Fatal(err)
		}
		if k.Reserved != nil && size > k.Reserved.Bytes {
			t.Errorf("%d bytes are kept of %s, which has reserved %d", size, id, k.Reserved.Bytes)
		}
		if r.State == string(send.Deleted) {
			t.Errorf("%d bytes are kept of %s, which is deleted", size, id)
		}
	}
}
