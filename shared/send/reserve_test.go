package send_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// reserved returns what is reserved: transfers, and bytes, of all senders and of
// each of them.
func (f *fixture) reserved(t testing.TB) (count, bytes, all int64) {
	t.Helper()
	for i := range 256 {
		rs, err := f.ledger.List(t.Context(), fmt.Sprintf("%s%02x", send.ReservedSets, i), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			if r.Key.ID[len(r.Key.ID)-5:] == "count" {
				count += r.Count
			} else {
				bytes += r.Count
			}
		}
	}
	r, err := f.ledger.Get(t.Context(), send.Key{Set: send.ReservedSets + "all", ID: "bytes"})
	if err != nil && send.CodeOf(err) != send.NotFound {
		t.Fatal(err)
	}
	return count, bytes, r.Count
}

func TestATokenOfOneUseOpensFewTransfersHoweverManyAtOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "one", 1)
	from := f.admitted(t, "one")
	var opened atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := f.Create(t.Context(), from, send.NewTransfer{DeclaredBytes: 100})
			switch {
			case err == nil:
				opened.Add(1)
			case send.CodeOf(err) != send.Limited || send.ReasonOf(err) != send.ReasonTooManyPending:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if count, _, _ := f.reserved(t); opened.Load() != 5 || count != 5 {
		t.Fatalf("%d were opened, and %d reserved; want 5", opened.Load(), count)
	}
	f.clock.Advance(25 * time.Hour)
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count, n, _ := f.reserved(t); count != 0 || n != 0 {
		t.Fatalf("%d transfers and %d bytes are reserved when all is swept", count, n)
	}
	if _, err := f.Create(t.Context(), from, send.NewTransfer{}); err != nil {
		t.Fatal(err)
	}
}

func TestBytesPendingAreBounded(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.PendingBytes = 3 << 20
	id := f.created(t, send.NewTransfer{DeclaredBytes: 1 << 20})
	f.created(t, send.NewTransfer{DeclaredBytes: 1 << 20})
	_, err := f.Create(t.Context(), f.sender(t), send.NewTransfer{DeclaredBytes: 1 << 20})
	want(t, err, send.Limited, "too many")
	// What declares nothing reserves when it comes.
	small := f.created(t, send.NewTransfer{})
	_, err = f.Initiate(t.Context(), f.sender(t), small, 1<<20, 0)
	want(t, err, send.Limited, "too many")
	_, err = f.Upload(t.Context(), f.sender(t), small, bytes.NewReader(noise(100)), -1)
	want(t, err, send.Limited, "too many")
	if _, err = f.Upload(t.Context(), f.sender(t), small, bytes.NewReader(noise(100)), 100); err != nil {
		t.Fatal(err)
	}
	// What is cancelled gives back.
	before, beforeBytes, _ := f.reserved(t)
	up, err := f.Initiate(t.Context(), f.sender(t), small, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Cancel(t.Context(), f.sender(t), small, up.UploadID); err != nil {
			t.Fatal(err)
		}
	}
	if count, n, _ := f.reserved(t); count != before || n != beforeBytes {
		t.Fatalf("%d and %d are reserved after an upload was cancelled; want %d and %d", count, n, before, beforeBytes)
	}
	if _, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(noise(100)), 100); err != nil {
		t.Fatal(err)
	}
	f.complete(t, id)
	f.created(t, send.NewTransfer{DeclaredBytes: 1 << 20})

	g := setUp(t)
	g.Rules.PendingBytesAll = 2 << 20
	g.created(t, send.NewTransfer{DeclaredBytes: 1 << 20})
	g.newToken(t, "another", 0)
	_, err = g.Create(t.Context(), g.admitted(t, "another"), send.NewTransfer{DeclaredBytes: 1 << 20})
	want(t, err, send.Full, "try again later")
}

// What was put to a signed URL is copied from there: whoever was given one can also
// complete what was put, whatever else is under way by then.
func TestWhatIsPutCanBeCompletedWithinWhatWasReserved(t *testing.T) {
	t.Parallel()
	for _, declared := range []int64{0, 1 << 20} {
		f := setUp(t)
		id := f.created(t, send.NewTransfer{DeclaredBytes: declared})
		url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
		if err != nil {
			t.Fatal(err)
		}
		_, n, _ := f.reserved(t)
		f.Rules.PendingBytes, f.Rules.PendingBytesAll = n, n
		if _, err := f.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(noise(1<<20)), 1<<20); err != nil {
			t.Fatal(err)
		}
		f.complete(t, id)
		if count, n, all := f.reserved(t); count != 0 || n != 0 || all != 0 {
			t.Errorf("%d transfers and %d (%d) bytes are reserved when it is completed", count, n, all)
		}
	}
}

// A service that asks for no token knows its senders by their addresses: what one
// has pending is not counted for another.
func TestSendersWithoutTokensReserveForTheirAddresses(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Gate = send.OpenGate{}
	f.Rules.PendingBytes = 3 << 20
	from := f.admitted(t, "")
	sending := func(sender string) (send.Transfer, error) {
		return f.Create(t.Context(), from, send.NewTransfer{DeclaredBytes: 1 << 20, SenderHash: hash(sender)})
	}
	var ids []string
	for range 2 {
		tr, err := sending("one")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, tr.ID)
	}
	_, err := sending("one")
	want(t, err, send.Limited, "too many")
	if send.ReasonOf(err) != send.ReasonTooManyPending {
		t.Errorf("refused as %s", send.ReasonOf(err))
	}
	if _, err := sending("another"); err != nil {
		t.Error(err)
	}
	// Whoever goes on with an upload, which its ID allows, uses what is reserved for
	// who began it.
	if _, err := f.Upload(t.Context(), from, ids[0], bytes.NewReader(noise(1<<20)), 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Complete(t.Context(), "", ids[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := sending("one"); err != nil {
		t.Errorf("of what is completed nothing was given back: %v", err)
	}
	f.clock.Advance(25 * time.Hour)
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if count, n, _ := f.reserved(t); count != 0 || n != 0 {
		t.Errorf("%d transfers and %d bytes are reserved when all is swept", count, n)
	}
}

// The bound of all senders may be set, and taken away, while uploads are under way:
// what was not counted for it is not given back.
func TestTheBoundOfAllSendersIsSetMeanwhile(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	before := f.created(t, send.NewTransfer{DeclaredBytes: 1 << 20, DeleteAuthHash: secretHash("secret")})
	f.Rules.PendingBytesAll = 2 << 20
	counted := f.created(t, send.NewTransfer{DeclaredBytes: 1 << 20, DeleteAuthHash: secretHash("secret")})
	_, n, all := f.reserved(t)
	if all == 0 || n != 2*all {
		t.Fatalf("%d bytes are reserved, and %d are counted for all", n, all)
	}
	if _, err := f.Delete(t.Context(), before, "secret"); err != nil {
		t.Fatal(err)
	}
	if _, n, now := f.reserved(t); n != all || now != all {
		t.Errorf("%d bytes are reserved, and %d are counted for all; want %d", n, now, all)
	}
	f.Rules.PendingBytesAll = 0
	if _, err := f.Delete(t.Context(), counted, "secret"); err != nil {
		t.Fatal(err)
	}
	if _, n, now := f.reserved(t); n != 0 || now != 0 {
		t.Errorf("%d bytes are reserved, and %d are counted for all", n, now)
	}
}

// Transfers that were begun before anything was reserved end without giving back
// what others have reserved.
func TestWhatWasBegunBeforeThereWereReservations(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, f *fixture, id string) error{
		"completed": func(t *testing.T, f *fixture, id string) error {
			_, _, err := f.Complete(t.Context(), f.token, id)
			return err
		},
		"deleted": func(t *testing.T, f *fixture, id string) error {
			_, err := f.Delete(t.Context(), id, "secret")
			return err
		},
		"swept": func(t *testing.T, f *fixture, _ string) error {
			f.clock.Advance(13 * time.Hour) // it is older than the other
			n, err := f.Sweep(t.Context())
			if n.Abandoned != 1 {
				t.Errorf("swept %+v", n)
			}
			return err
		},
		"purged": func(t *testing.T, f *fixture, id string) error {
			f.newToken(t, "other", 0)
			other, err := f.Create(t.Context(), f.admitted(t, "other"), send.NewTransfer{DeclaredBytes: 5})
			if err != nil {
				t.Fatal(err)
			}
			f.clock.Advance(time.Second)
			if err := f.tokens.PurgePending(t.Context(), f.token); err != nil {
				t.Fatal(err)
			}
			n, err := f.Sweep(t.Context())
			if _, infoErr := f.Info(t.Context(), other.ID); n.Abandoned != 2 || infoErr != nil {
				t.Errorf("swept %+v, and of another token: %v", n, infoErr)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			const id = "aabbccddeeff"
			err := f.ledger.Create(t.Context(), send.Record{
				Key: send.Key{Set: send.TransferSets + "aa", ID: id}, State: string(send.Pending),
				Expires: f.clock.Now().Add(72 * time.Hour),
				Data: fmt.Appendf(nil, `{"created_at":%q,"owner":%q,"declared_bytes":2000,"delete_auth_hash":%q}`,
					f.clock.Now().UTC().Format(time.RFC3339Nano), hash(f.token), secretHash("secret")),
			})
			if err != nil {
				t.Fatal(err)
			}
			f.clock.Advance(12 * time.Hour)
			f.created(t, send.NewTransfer{DeclaredBytes: 1 << 10})
			count, n, all := f.reserved(t)
			same := func(when string) {
				t.Helper()
				if c, m, a := f.reserved(t); c != count || m != n || a != all {
					t.Errorf("%s: %d transfers and %d (%d) bytes are reserved; want %d and %d (%d)", when, c, m, a, count, n, all)
				}
			}
			up, err := f.Initiate(t.Context(), f.sender(t), id, 2000, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Cancel(t.Context(), f.sender(t), id, up.UploadID); err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.UploadURL(t.Context(), f.sender(t), id); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(noise(2000)), 2000); err != nil {
				t.Fatal(err)
			}
			same("going on with it")
			if err := end(t, f, id); err != nil {
				t.Fatal(err)
			}
			if name == "purged" { // with what was reserved with its token, but not with another
				count, n, all = 1, 64<<10+5, 0
			}
			same(name)
		})
	}
}

// A URL of S3's cannot be taken back: what may still be put there stays reserved,
// however its transfer ends, and the sweep removes whatever comes.
func TestWhatIsPutToATransferThatIsOver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(t *testing.T, f *fixture, id string)
		kept int // objects that stay
	}{
		"deleted": {end: func(t *testing.T, f *fixture, id string) {
			if _, err := f.Delete(t.Context(), id, "secret"); err != nil {
				t.Fatal(err)
			}
		}},
		"purged": {end: func(t *testing.T, f *fixture, _ string) {
			f.clock.Advance(time.Second)
			if err := f.tokens.PurgePending(t.Context(), f.token); err != nil {
				t.Fatal(err)
			}
			if n, err := f.Sweep(t.Context()); n.Abandoned != 1 || err != nil {
				t.Fatal(n, err)
			}
		}},
		"abandoned": {end: func(t *testing.T, f *fixture, id string) {
			f.clock.Advance(23*time.Hour + 30*time.Minute)
			if _, _, err := f.UploadURL(t.Context(), f.sender(t), id); err != nil {
				t.Fatal(err)
			}
			f.clock.Advance(time.Hour)
			if n, err := f.Sweep(t.Context()); n.Abandoned != 1 || err != nil {
				t.Fatal(n, err)
			}
		}},
		"expired": {end: func(t *testing.T, f *fixture, id string) {
			f.complete(t, id)
			f.clock.Advance(time.Hour)
		}},
		"completed": {kept: 1, end: func(t *testing.T, f *fixture, id string) { f.complete(t, id) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			f.Links = uncounted{}
			n := send.NewTransfer{DeclaredBytes: 1000, DeleteAuthHash: secretHash("secret")}
			if name == "expired" {
				n.ExpiresAt = f.clock.Now().Add(time.Hour).Format(time.RFC3339)
			}
			id := f.uploaded(t, n, noise(1000))
			url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
			if err != nil {
				t.Fatal(err)
			}
			c.end(t, f, id)
			put := func() { // nobody keeps S3 from it
				t.Helper()
				_, err := f.store.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(noise(1000)), 1000)
				if err != nil {
					t.Fatal(err)
				}
			}
			sweep := func() {
				t.Helper()
				if _, err := f.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			done := name == "completed" || name == "expired"
			for range 2 {
				put()
				sweep()
				if keys := f.objects(t); len(keys) != 0 && !done {
					t.Errorf("the store keeps %v", keys)
				}
				if count, n, _ := f.reserved(t); (count == 0 || n < 2000) != done {
					t.Errorf("%d transfers and %d bytes are reserved while something may come", count, n)
				}
				f.clock.Advance(20 * time.Minute)
			}
			f.clock.Advance(2 * time.Hour)
			put() // began in time
			sweep()
			if keys := f.objects(t); len(keys) != c.kept {
				t.Errorf("the store keeps %v, want %d objects", keys, c.kept)
			}
			if count, n, _ := f.reserved(t); count != 0 || n != 0 {
				t.Errorf("%d transfers and %d bytes are reserved when nothing can come any more", count, n)
			}
			if c.kept > 0 {
				if _, err := f.Claim(t.Context(), id, ""); err != nil {
					t.Error(err)
				}
			}
			// The sweep has no more to do with it.
			if n, err := f.Sweep(t.Context()); n.Removed() != 0 || err != nil {
				t.Errorf("swept again: %+v, %v", n, err)
			}
		})
	}
}

func TestDeletingAndBeginningAgainOpensNoMoreURLs(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Links = uncounted{}
	f.newToken(t, "one", 1)
	from := f.admitted(t, "one")
	begin := func() error {
		tr, err := f.Create(t.Context(), from, send.NewTransfer{DeleteAuthHash: secretHash("secret")})
		if err != nil {
			return err
		}
		if _, _, err = f.UploadURL(t.Context(), from, tr.ID); err == nil {
			_, err = f.Delete(t.Context(), tr.ID, "secret")
		}
		return err
	}
	for range 5 {
		if err := begin(); err != nil {
			t.Fatal(err)
		}
	}
	want(t, begin(), send.Limited, "too many")
}

// Whoever asks for a URL twice at once is given two of one place: what is put to
// another would be nobody's.
func TestURLsThatAreAskedForAtOnceLeadToOnePlace(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.created(t, send.NewTransfer{})
	urls := make(chan string, 8)
	var asking sync.WaitGroup
	for range cap(urls) {
		asking.Go(func() {
			url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
			if err != nil {
				t.Error(err)
			}
			urls <- url
		})
	}
	asking.Wait()
	close(urls)
	one := <-urls
	for url := range urls {
		if url != one {
			t.Errorf("%s and %s", one, url)
		}
	}
}

// flaky loses writes, and answers to them, by chance.
type flaky struct {
	send.Ledger
	mu   *sync.Mutex
	rand *rand.Rand
}

func (l flaky) Apply(ctx context.Context, changes ...send.Change) error {
	l.mu.Lock()
	chance := l.rand.IntN(10)
	l.mu.Unlock()
	if chance == 0 {
		return send.Fail(send.Unavailable, "lost")
	}
	err := l.Ledger.Apply(ctx, changes...)
	if chance == 1 {
		return send.Fail(send.Unavailable, "the answer is lost")
	}
	return err
}

// Whatever senders do, in whatever order, and whatever of it fails: what is
// reserved is within the bounds, and nothing of it is left when all is swept.
func TestNothingReservedIsLostOrGivenBackTwice(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			f.Rules.PendingBytes, f.Rules.PendingBytesAll = 4<<20, 5<<20
			f.Ledger = flaky{f.ledger, new(sync.Mutex), rand.New(rand.NewPCG(seed, 1))}
			f.newToken(t, "few", 3)
			var wg sync.WaitGroup
			for worker := range uint64(4) {
				wg.Go(func() {
					chance := rand.New(rand.NewPCG(seed, 2+worker))
					token := []string{f.token, "few"}[worker%2]
					from, err := f.Admit(t.Context(), token)
					var ids []string
					var uploads []string
					for range 60 {
						size := 1 + chance.Int64N(1<<20)
						if err != nil || len(ids) == 0 || chance.IntN(4) == 0 {
							n := send.NewTransfer{
								DeclaredBytes: size * chance.Int64N(2), DeleteAuthHash: secretHash("secret"),
							}
							if tr, err := f.Create(t.Context(), from, n); err == nil {
								ids, uploads = append(ids, tr.ID), append(uploads, "")
							}
							continue
						}
						i := chance.IntN(len(ids))
						id := ids[i]
						switch chance.IntN(7) {
						case 0:
							f.Upload(t.Context(), from, id, bytes.NewReader(noise(int(size))), size)
						case 1:
							f.Upload(t.Context(), from, id, bytes.NewReader(noise(int(size))), -1)
						case 2:
							f.Complete(t.Context(), token, id)
						case 3:
							f.Delete(t.Context(), id, "secret")
						case 4:
							if up, err := f.Initiate(t.Context(), from, id, size, 0); err == nil {
								uploads[i] = up.UploadID
							}
						case 5:
							f.Cancel(t.Context(), from, id, uploads[i])
						case 6:
							f.UploadURL(t.Context(), from, id)
						}
						if _, _, all := f.reserved(t); all > f.Rules.PendingBytesAll {
							t.Errorf("%d bytes are reserved", all)
						}
					}
				})
			}
			wg.Wait()
			f.Ledger = f.ledger
			if _, n, all := f.reserved(t); n != all {
				t.Errorf("senders have reserved %d bytes, and all of them %d", n, all)
			}
			f.clock.Advance(25 * time.Hour)
			if _, err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if count, n, all := f.reserved(t); count != 0 || n != 0 || all != 0 {
				t.Fatalf("%d transfers and %d (%d) bytes are reserved when all is swept", count, n, all)
			}
		})
	}
}

func secretHash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func TestWhatIsPendingWithARevokedTokenCanBePurged(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	done := f.completed(t, send.NewTransfer{}, noise(100))
	pending := f.uploaded(t, send.NewTransfer{DeclaredBytes: 100}, noise(100))
	f.clock.Advance(time.Second)
	for range 2 {
		if err := f.tokens.PurgePending(t.Context(), f.token); err != nil {
			t.Fatal(err)
		}
	}
	later := f.created(t, send.NewTransfer{})
	removed := map[string]send.Reason{}
	var mu sync.Mutex
	f.Removed = func(t send.Transfer, why send.Reason) {
		mu.Lock()
		defer mu.Unlock()
		removed[t.ID] = why
	}
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(removed) != 1 || removed[pending] != "purged" {
		t.Errorf("what was removed, and why: %v", removed)
	}
	_, err := f.Info(t.Context(), pending)
	want(t, err, send.NotFound, "")
	for _, id := range []string{done, later} {
		if _, err := f.Info(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if count, n, _ := f.reserved(t); count != 1 || n != 0 {
		t.Errorf("%d transfers and %d bytes are reserved; want 1 and 0", count, n)
	}
	want(t, f.tokens.PurgePending(t.Context(), "none"), send.NotFound, "")
}

// Whichever write is lost, or the answer to it: what is pending is to be removed and what
// was requested is over, or neither.
func TestPurgingIsNotHalfDone(t *testing.T) {
	t.Parallel()
	for _, answer := range []bool{false, true} {
		for nth := 1; ; nth++ {
			f := setUp(t)
			lost := 0
			for range 2 { // a second time it is noted anew
				f.clock.Advance(time.Hour)
				f.tokens.Ledger = &losing{Ledger: f.ledger, nth: nth, answer: answer}
				err := f.tokens.PurgePending(t.Context(), f.token)
				if err != nil {
					want(t, err, send.Unavailable, "lost")
					lost++
				}
				noted := map[string]bool{}
				for _, set := range []string{send.PurgeSet, send.WithdrawnSet} {
					r, err := f.ledger.Get(t.Context(), send.Key{Set: set, ID: send.TokenHash(f.token)})
					if err != nil && send.CodeOf(err) != send.NotFound {
						t.Fatal(err)
					}
					noted[set] = f.clock.Now().Sub(r.Expires) < time.Minute
				}
				all := noted[send.PurgeSet]
				if all != noted[send.WithdrawnSet] || all != (err == nil || answer) {
					t.Errorf("write %d lost (its answer: %v): noted is %v, %v", nth, answer, noted, err)
				}
				f.tokens.Ledger = f.ledger
				if err := f.tokens.PurgePending(t.Context(), f.token); err != nil { // whoever is told so does it again
					t.Fatal(err)
				}
			}
			if lost == 0 {
				break // there are no more
			}
		}
	}
}
