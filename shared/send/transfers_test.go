package send_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

func TestCreateValidates(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	now := f.clock.Now()
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	hint := strings.Repeat("a", 257)
	for name, c := range map[string]struct {
		n    send.NewTransfer
		code send.Code
		says string
	}{
		"nothing said":         {send.NewTransfer{}, "", ""},
		"negative size":        {send.NewTransfer{DeclaredBytes: -1}, send.Invalid, "file_size_bytes"},
		"over the cap":         {send.NewTransfer{DeclaredBytes: 1<<20 + 1}, send.TooLarge, "1048576"},
		"short id":             {send.NewTransfer{ID: "abc"}, send.Invalid, "12 lowercase hex"},
		"upper-case id":        {send.NewTransfer{ID: "ABCDEF012345"}, send.Invalid, "12 lowercase hex"},
		"long hint":            {send.NewTransfer{ContentTypeHint: hint}, send.Invalid, "content_type_hint"},
		"negative downloads":   {send.NewTransfer{MaxDownloads: -1}, send.Invalid, "max_downloads"},
		"malformed delete":     {send.NewTransfer{DeleteAuthHash: "xyz"}, send.Invalid, "delete_auth_hash"},
		"malformed expiry":     {send.NewTransfer{ExpiresAt: "tomorrow"}, send.Invalid, "expires_at"},
		"expiry without zone":  {send.NewTransfer{ExpiresAt: "2030-01-01T00:00:00"}, send.Invalid, "zone"},
		"expiry in the past":   {send.NewTransfer{ExpiresAt: at(-time.Hour)}, send.Invalid, "past"},
		"expiry too far ahead": {send.NewTransfer{ExpiresAt: at(31 * 24 * time.Hour)}, send.Invalid, "too far"},
		"the longest expiry":   {send.NewTransfer{ExpiresAt: at(30 * 24 * time.Hour)}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Create(t.Context(), f.sender(t), c.n)
			want(t, err, c.code, c.says)
		})
	}
}

func TestAChosenIDIsTakenOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	var won, lost atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			switch _, err := f.Create(t.Context(), f.sender(t), send.NewTransfer{ID: "0123456789ab"}); send.CodeOf(err) {
			case "":
				won.Add(1)
			case send.Conflict:
				lost.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || lost.Load() != 15 {
		t.Fatalf("%d writers won and %d lost, want 1 and 15", won.Load(), lost.Load())
	}
}

func TestEveryTransferExpires(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{}, noise(100))
	f.clock.Advance(24*time.Hour - time.Second)
	if _, err := f.Available(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Second)
	_, err := f.Claim(t.Context(), id, "")
	want(t, err, send.Gone, "expired")
	_, err = f.DownloadURL(t.Context(), id, "")
	want(t, err, send.Gone, "expired")
	_, err = f.Resumable(t.Context(), id)
	want(t, err, send.Gone, "expired")
}

func TestOnlyTheSenderUploadsAndCompletes(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "another-token", 0)
	id := f.uploaded(t, send.NewTransfer{}, noise(100))

	_, err := f.Upload(t.Context(), f.admitted(t, "another-token"), id, bytes.NewReader(noise(10)), 10)
	want(t, err, send.NotFound, "not in pending state")
	_, _, err = f.Complete(t.Context(), "another-token", id)
	want(t, err, send.NotFound, "not uploaded")
	_, _, err = f.Complete(t.Context(), "no-such-token", id)
	want(t, err, send.Unauthorized, "Invalid access token")
	_, _, err = f.Complete(t.Context(), "", id)
	want(t, err, send.Unauthorized, "required")
	_, err = f.Initiate(t.Context(), f.admitted(t, "another-token"), id, 100, 0)
	want(t, err, send.NotFound, "")
}

func TestACompletedTransferNeverChanges(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	body := noise(1000)
	id := f.completed(t, send.NewTransfer{}, body)

	refused := bytes.NewReader(noise(10))
	_, err := f.Upload(t.Context(), f.sender(t), id, refused, 10)
	want(t, err, send.NotFound, "not in pending state")
	if refused.Len() != 10 {
		t.Fatal("an upload that cannot be was read all the same")
	}
	_, err = f.Initiate(t.Context(), f.sender(t), id, 100, 0)
	want(t, err, send.Conflict, "not in pending state")
	_, _, err = f.UploadURL(t.Context(), f.sender(t), id)
	want(t, err, send.NotFound, "")
	if got := f.payload(t, id); !bytes.Equal(got, body) {
		t.Fatal("the payload changed")
	}
}

func (f *fixture) payload(t *testing.T, id string) []byte {
	t.Helper()
	tr, err := f.Info(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(t.Context(), tr, 0, tr.Payload.Size)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A URL to put to can be used until it expires, so what it wrote must not be
// what is downloaded.
func TestAnUploadURLCannotChangeACompletedTransfer(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.created(t, send.NewTransfer{})
	url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
	if err != nil {
		t.Fatal(err)
	}
	key, body := strings.TrimPrefix(url, "/put/"), noise(5000)
	if _, err := f.store.Put(t.Context(), key, bytes.NewReader(body), 5000); err != nil {
		t.Fatal(err)
	}
	f.complete(t, id)
	if _, err := f.store.Put(t.Context(), key, bytes.NewReader(noise(70)), 70); err != nil {
		t.Fatal(err)
	}
	if got := f.payload(t, id); !bytes.Equal(got, body) {
		t.Fatal("the payload changed after it was completed")
	}
}

func TestUploadAgainReplaces(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.uploaded(t, send.NewTransfer{}, noise(100))
	body := noise(200)
	if _, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(body), -1); err != nil {
		t.Fatal(err)
	}
	f.complete(t, id)
	if got := f.payload(t, id); !bytes.Equal(got, body) {
		t.Fatal("the second upload is not what was completed")
	}
	if keys := f.objects(t); len(keys) != 1 {
		t.Fatalf("the store keeps %v, want the one payload", keys)
	}
}

func TestUploadBounds(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.created(t, send.NewTransfer{})
	for name, c := range map[string]struct {
		body io.Reader
		size int64
		code send.Code
	}{
		"empty":                  {strings.NewReader(""), 0, send.Invalid},
		"empty, size not known":  {strings.NewReader(""), -1, send.Invalid},
		"declared too large":     {strings.NewReader(""), 1<<20 + 1, send.TooLarge},
		"too large, not known":   {bytes.NewReader(noise(1<<20 + 1)), -1, send.TooLarge},
		"shorter than declared":  {bytes.NewReader(noise(50)), 100, send.Invalid},
		"the connection is lost": {io.MultiReader(bytes.NewReader(noise(50)), brokenReader{}), 100, send.Internal},
	} {
		_, err := f.Upload(t.Context(), f.sender(t), id, c.body, c.size)
		if send.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want code %q", name, err, c.code)
		}
	}
	if keys := f.objects(t); len(keys) != 0 {
		t.Errorf("the store keeps %v of uploads that failed", keys)
	}
	_, _, err := f.Complete(t.Context(), f.token, id)
	want(t, err, send.NotFound, "not uploaded")
	if _, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(noise(1<<20)), -1); err != nil {
		t.Errorf("just the largest: %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection lost") }

func TestWhatTheFormRefusesIsRefused(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Form = func(head []byte, size, declared int64) error {
		if len(head) != 100 || size != 100 || declared != 72 {
			t.Errorf("the form saw %d bytes of %d, declared %d", len(head), size, declared)
		}
		return send.Fail(send.Invalid, "not ciphertext")
	}
	id := f.created(t, send.NewTransfer{DeclaredBytes: 72})
	_, err := f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(noise(100)), 100)
	want(t, err, send.Invalid, "not ciphertext")
	url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(noise(100)), 100); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.Complete(t.Context(), f.token, id)
	want(t, err, send.Invalid, "not ciphertext")
	if tr, _ := f.Info(t.Context(), id); tr.Status != send.Pending {
		t.Fatalf("the transfer is %s, want pending", tr.Status)
	}
	if tok, _ := f.tokens.Token(t.Context(), f.token); tok.UsageCount != 0 {
		t.Fatal("a refused upload was booked on the token")
	}
}

func TestATokenCompletesJustItsUses(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const uses, transfers = 5, 9 // more cannot be pending
	f.newToken(t, "limited", uses)
	f.token = "limited"
	ids := make([]string, transfers)
	for i := range ids {
		ids[i] = f.uploaded(t, send.NewTransfer{}, noise(100))
	}
	var done, refused atomic.Int64
	var wg sync.WaitGroup
	for _, id := range ids {
		for range 3 { // each of them completed by three callers at once
			wg.Go(func() {
				switch _, _, err := f.Complete(t.Context(), f.token, id); send.CodeOf(err) {
				case "":
					done.Add(1)
				case send.Unauthorized:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if done.Load() != uses*3 || refused.Load() != (transfers-uses)*3 {
		t.Fatalf("%d calls completed and %d were refused, want %d and %d",
			done.Load(), refused.Load(), uses*3, (transfers-uses)*3)
	}
	tok, err := f.tokens.Token(t.Context(), "limited")
	if err != nil || tok.UsageCount != uses || tok.Status != send.TokenExhausted {
		t.Fatalf("the token is %+v, %v", tok, err)
	}
	// The last use's answer may be lost: repeating that call is no new use.
	var again int
	for _, id := range ids {
		if _, _, err := f.Complete(t.Context(), f.token, id); err == nil {
			again++
		}
	}
	if again != uses {
		t.Fatalf("%d transfers can be completed again, want %d", again, uses)
	}
}

func TestADownloadLimitHoldsExactly(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const limit, readers = 7, 60
	id := f.completed(t, send.NewTransfer{MaxDownloads: limit}, noise(100))
	var won, gone atomic.Int64
	var last atomic.Value
	var wg sync.WaitGroup
	for i := range readers {
		wg.Go(func() {
			var u send.DownloadURL
			var err error
			if i%2 == 0 {
				u.Claim, err = f.Claim(t.Context(), id, "")
			} else {
				u, err = f.DownloadURL(t.Context(), id, "")
			}
			switch send.CodeOf(err) {
			case "":
				won.Add(1)
				last.Store(u.Claim)
			case send.Gone:
				gone.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != limit || gone.Load() != readers-limit {
		t.Fatalf("%d downloads succeeded and %d were refused, want %d and %d", won.Load(), gone.Load(), limit, readers-limit)
	}
	_, err := f.Claim(t.Context(), id, "")
	want(t, err, send.Gone, "exhausted")
	if err := f.Unclaim(t.Context(), last.Load().(send.Claim)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Claim(t.Context(), id, ""); err != nil {
		t.Fatalf("a download that was given back cannot be claimed: %v", err)
	}
}

func TestAutoDeleteTakesThePayloadOnceTheLastDownloadIsOver(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{MaxDownloads: 1, AutoDelete: true}, noise(100))
	c, err := f.Claim(t.Context(), id, "")
	if err != nil || c.Transfer.Status != send.Exhausted {
		t.Fatal(c.Transfer.Status, err)
	}
	f.clock.Advance(59 * time.Minute)
	if _, err := f.Resumable(t.Context(), id); err != nil {
		t.Fatalf("the last download cannot be resumed: %v", err)
	}
	if n, err := f.Sweep(t.Context()); err != nil || n.Expired != 0 {
		t.Fatalf("swept %+v, %v while the download may go on", n, err)
	}
	f.clock.Advance(2 * time.Minute)
	if n, err := f.Sweep(t.Context()); err != nil || n.Expired != 1 {
		t.Fatalf("swept %+v, %v, want the one", n, err)
	}
	if keys := f.objects(t); len(keys) != 0 {
		t.Fatalf("the store still keeps %v", keys)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{DeleteAuthHash: strings.ToUpper(hash("secret"))}, noise(100))

	_, err := f.Delete(t.Context(), "ffffffffffff", "secret")
	want(t, err, send.NotFound, "not_found")
	_, err = f.Delete(t.Context(), f.completed(t, send.NewTransfer{}, noise(100)), "secret")
	want(t, err, send.Conflict, "delete_not_enabled")
	_, err = f.Delete(t.Context(), id, "wrong")
	want(t, err, send.Forbidden, "auth_mismatch")
	deleted, err := f.Delete(t.Context(), id, "secret")
	if err != nil || !deleted {
		t.Fatal(deleted, err)
	}
	deleted, err = f.Delete(t.Context(), id, "secret")
	if err != nil || deleted {
		t.Fatal("a second delete is told from the first", deleted, err)
	}
	if tr, err := f.Info(t.Context(), id); err != nil || tr.Status != send.Deleted {
		t.Fatal(tr.Status, err)
	}
	_, err = f.Claim(t.Context(), id, "")
	want(t, err, send.NotFound, "not available")
	_, err = f.DownloadURL(t.Context(), id, "")
	want(t, err, send.NotFound, "not found")
	_, err = f.Resumable(t.Context(), id)
	want(t, err, send.NotFound, "")
	if keys := f.objects(t); len(keys) != 1 {
		t.Fatalf("the store keeps %v, want the other transfer's payload only", keys)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	abandoned := f.uploaded(t, send.NewTransfer{}, noise(100))
	half := f.created(t, send.NewTransfer{})
	up, err := f.Initiate(t.Context(), f.sender(t), half, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	expired := f.completed(t, send.NewTransfer{}, noise(100))
	lasting := f.completed(t, send.NewTransfer{
		ExpiresAt: f.clock.Now().Add(20 * 24 * time.Hour).UTC().Format(time.RFC3339),
	}, noise(100))

	if n, err := f.Sweep(t.Context()); err != nil || n.Removed() != 0 {
		t.Fatalf("swept %+v, %v before anything was over", n, err)
	}
	f.clock.Advance(25 * time.Hour)
	n, err := f.Sweep(t.Context())
	if err != nil || n.Abandoned != 2 || n.Expired != 1 {
		t.Fatalf("swept %+v, %v, want 2 abandoned and 1 expired", n, err)
	}
	for _, id := range []string{abandoned, half} {
		_, err = f.Info(t.Context(), id)
		want(t, err, send.NotFound, "")
	}
	_, err = f.store.PutPart(t.Context(), "any", up.UploadID, 1, bytes.NewReader(noise(10)), 10)
	want(t, err, send.NotFound, "")
	_, err = f.Claim(t.Context(), expired, "")
	want(t, err, send.Gone, "expired") // why it is gone can still be told
	if _, err := f.Claim(t.Context(), lasting, ""); err != nil {
		t.Fatal(err)
	}
	if n, err = f.Sweep(t.Context()); err != nil || n.Removed() != 0 {
		t.Fatalf("swept %+v, %v a second time", n, err)
	}
}

func TestOrphansAreSwept(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.clock.Advance(time.Hour) // ahead of the files' own times
	id := f.completed(t, send.NewTransfer{
		ExpiresAt: f.clock.Now().Add(20 * 24 * time.Hour).UTC().Format(time.RFC3339),
	}, noise(100))
	for _, key := range []string{"transfers/1d/" + id + "/orphan", "transfers/1d/ffffffffffff/orphan"} {
		if _, err := f.store.Put(t.Context(), key, bytes.NewReader(noise(10)), 10); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := f.SweepOrphans(t.Context()); err != nil || n.Orphans != 0 {
		t.Fatalf("swept %+v, %v: young objects may belong to an upload under way", n, err)
	}
	f.clock.Advance(25 * time.Hour)
	if n, err := f.SweepOrphans(t.Context()); err != nil || n.Orphans != 2 {
		t.Fatalf("swept %+v, %v, want 2 orphans", n, err)
	}
	if _, err := f.Claim(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	f.payload(t, id)
}

// A store with more objects than one sweep looks at is gone through in parts.
func TestOrphansAreLookedForInParts(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const objects, most = 120_000, 50_000
	store := &manyObjects{Store: f.store, n: objects, old: f.clock.Now().Add(-time.Hour)}
	f.Store = store
	for range 2 {
		for _, want := range []int{most, most, objects - 2*most} {
			store.listed = 0
			if _, err := f.SweepOrphans(t.Context()); err != nil {
				t.Fatal(err)
			}
			if store.listed < want || store.listed > want+1000 {
				t.Errorf("%d objects were listed, want about %d", store.listed, want)
			}
		}
	}
}

// manyObjects is a store with young objects.
type manyObjects struct {
	send.Store
	n, listed int
	old       time.Time
}

func (s *manyObjects) List(_ context.Context, prefix, after string, limit int) (all []send.Entry, err error) {
	if prefix != send.PayloadPrefix {
		return nil, nil
	}
	first := 0
	if after != "" {
		if _, err := fmt.Sscanf(after, prefix+"%d", &first); err != nil {
			return nil, err
		}
		first++
	}
	for i := first; i < s.n && len(all) < limit; i++ {
		all = append(all, send.Entry{Key: fmt.Sprintf("%s%09d", prefix, i), Modified: s.old})
	}
	s.listed += len(all)
	return all, nil
}

// However the uploads came, the last one counts.
func TestTheLastUploadCountsInWhicheverWayItCame(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for _, ways := range []string{"put", "upload put", "put upload", "put put", "upload put upload", "put upload put"} {
		id := f.created(t, send.NewTransfer{})
		url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
		if err != nil {
			t.Fatal(err)
		}
		var last []byte
		for way := range strings.FieldsSeq(ways) {
			last = noise(500)
			if way == "put" {
				_, err = f.store.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(last), 500)
			} else {
				_, err = f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(last), 500)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		f.complete(t, id)
		if !bytes.Equal(f.payload(t, id), last) {
			t.Errorf("%s: the last upload is not what was completed", ways)
		}
	}
	if n := len(f.objects(t)); n != 6 {
		t.Errorf("the store keeps %d objects of 6 transfers", n)
	}
}

func TestWhatAFormRefusesCanBePutAgain(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Form = func(head []byte, _, _ int64) error {
		if head[0] == 0 {
			return send.Fail(send.Invalid, "not ciphertext")
		}
		return nil
	}
	id := f.created(t, send.NewTransfer{})
	url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
	if err != nil {
		t.Fatal(err)
	}
	put := func(b byte) {
		_, err := f.store.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader([]byte{b, 1, 2}), 3)
		if err != nil {
			t.Fatal(err)
		}
	}
	put(0)
	_, _, err = f.Complete(t.Context(), f.token, id)
	want(t, err, send.Invalid, "not ciphertext")
	put(1)
	f.complete(t, id)
}

func TestAnExpiredTransferCannotBeCompleted(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.uploaded(t, send.NewTransfer{ExpiresAt: f.clock.Now().Add(time.Minute).UTC().Format(time.RFC3339)}, noise(100))
	f.clock.Advance(2 * time.Minute)
	_, _, err := f.Complete(t.Context(), f.token, id)
	want(t, err, send.Gone, "expired")
	_, err = f.Upload(t.Context(), f.sender(t), id, bytes.NewReader(noise(100)), 100)
	want(t, err, send.Gone, "expired")
	_, err = f.Initiate(t.Context(), f.sender(t), id, 100, 0)
	want(t, err, send.Gone, "expired")
	if tok, _ := f.tokens.Token(t.Context(), f.token); tok.UsageCount != 0 {
		t.Fatal("a use was spent on a transfer that nobody can download")
	}
}

// A sender may choose an ID again once its transfer is forgotten: that is
// another upload.
func TestAnIDThatIsUsedAgainCostsAnotherUse(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "one-use", 1)
	f.token = "one-use"
	brief := send.NewTransfer{ID: "0123456789ab", ExpiresAt: f.clock.Now().Add(time.Minute).UTC().Format(time.RFC3339)}
	f.completed(t, brief, noise(100))
	r, err := f.ledger.Get(t.Context(), send.Key{Set: "transfer/01", ID: "0123456789ab"})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.ledger.Delete(t.Context(), r.Key, r.Version); err != nil { // as its purge would
		t.Fatal(err)
	}
	if _, err := f.tokens.UpdateLimit(t.Context(), f.token, 2); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Second)
	f.completed(t, brief, noise(100))
	if tok, err := f.tokens.Token(t.Context(), f.token); err != nil || tok.UsageCount != 2 {
		t.Fatal(tok.UsageCount, err)
	}
}

func TestADownloadThatIsGivenBackIsNotTheLast(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.completed(t, send.NewTransfer{MaxDownloads: 1, AutoDelete: true}, noise(100))
	c, err := f.Claim(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Unclaim(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(2 * time.Hour)
	if n, err := f.Sweep(t.Context()); err != nil || n.Removed() != 0 {
		t.Fatal(n, err)
	}
	if _, err := f.Claim(t.Context(), id, ""); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Sweep(t.Context()); err != nil || n.Removed() != 0 {
		t.Fatalf("swept %+v, %v while the last download goes on", n, err)
	}
}
