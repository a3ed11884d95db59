package send_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// request is one that was made, with what its link grants and the secret of its maker.
type request struct {
	send.Request
	grant, secret string
}

func randomText() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// newRequest makes what a request is made from.
func newRequest(n send.NewRequest) (send.NewRequest, request) {
	r := request{grant: randomText(), secret: randomText()}
	n.PublicKey, n.GrantHash, n.AuthHash = noise(32), hash(r.grant), hash(r.secret)
	return n, r
}

func (f *fixture) requested(t testing.TB, token string, n send.NewRequest) request {
	t.Helper()
	n, r := newRequest(n)
	rq, first, err := f.CreateRequest(t.Context(), token, n)
	if err != nil || !first {
		t.Fatal(first, err)
	}
	r.Request = rq
	return r
}

// shown is what a sender shows in the place of an access token.
func (r request) shown() string { return "request." + r.ID + "." + r.grant }

// sealedKey has the length of a key that is sealed to who made a request.
var sealedKey = bytes.Repeat([]byte("k"), 80)

// sent sends something to a request, but for its completion.
func (f *fixture) sent(t testing.TB, r request) (id string) {
	t.Helper()
	from := f.admitted(t, r.shown())
	tr, err := f.Create(t.Context(), from, send.NewTransfer{SealedKey: sealedKey})
	if err == nil {
		_, err = f.Upload(t.Context(), from, tr.ID, strings.NewReader("text"), 4)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tr.ID
}

func (f *fixture) used(t testing.TB, token string) int64 {
	t.Helper()
	tok, err := f.tokens.Token(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return tok.UsageCount
}

// refusedFor fails the test unless something was refused for that reason.
func refusedFor(t testing.TB, err error, code send.Code, why send.Reason) {
	t.Helper()
	if send.CodeOf(err) != code || send.ReasonOf(err) != why {
		t.Errorf("got %v (%s, %s), want %s, %s", err, send.CodeOf(err), send.ReasonOf(err), code, why)
	}
}

// Somebody without a token sends to whoever made a request, as often as that allows.
func TestRequest(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "limited", 5)
	label := []byte("what is asked for")
	r := f.requested(t, "limited", send.NewRequest{MaxTransfers: 2, Label: label})
	if n := f.used(t, "limited"); n != 2 {
		t.Fatalf("%d uses are booked, want one for each transfer that it allows", n)
	}
	rq, err := f.Request(t.Context(), r.ID)
	if err != nil || rq.Status != send.RequestOpen || rq.Left() != 2 || rq.MaxBytes != f.Rules.MaxBytes ||
		!slices.Equal(rq.Label, label) || !slices.Equal(rq.PublicKey, r.PublicKey) {
		t.Fatalf("%+v, %v", rq, err)
	}
	var sent []string
	for range 2 {
		id := f.sent(t, r)
		sent = append(sent, id)
		for again := range 2 {
			tr, first, err := f.Complete(t.Context(), r.shown(), id)
			if err != nil || first != (again == 0) || tr.Request != r.ID || tr.Token() != send.TokenHash("limited") {
				t.Fatalf("%+v, %v, %v", tr, first, err)
			}
		}
		f.clock.Advance(time.Second)
	}
	_, err = f.Admit(t.Context(), r.shown())
	refusedFor(t, err, send.Gone, send.ReasonRequestFull)
	all, err := f.Arrived(t.Context(), r.ID, r.secret)
	if err != nil || len(all) != 2 || all[0].ID != sent[0] || all[1].ID != sent[1] ||
		!slices.Equal(all[0].SealedKey, sealedKey) || all[0].Status != send.Completed {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, secret := range []string{"", "another", r.grant} {
		_, err := f.Arrived(t.Context(), r.ID, secret)
		refusedFor(t, err, send.Forbidden, send.ReasonWrongRequestSecret)
		_, _, err = f.CloseRequest(t.Context(), r.ID, secret)
		refusedFor(t, err, send.Forbidden, send.ReasonWrongRequestSecret)
	}
	if n := f.used(t, "limited"); n != 2 {
		t.Errorf("sending to it booked uses: %d", n)
	}
	f.clock.Advance(send.MaxLifetime)
	if _, err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := f.objects(t); len(keys) != 0 {
		t.Errorf("%q are left", keys)
	}
	if rq, err := f.Request(t.Context(), r.ID); err != nil || rq.Status != send.RequestExpired {
		t.Errorf("it is %s, %v", rq.Status, err)
	}
}

func TestWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "narrow", 3)
	for name, c := range map[string]struct {
		token string
		alter func(*send.NewRequest)
		code  send.Code
	}{
		"a short key":       {f.token, func(n *send.NewRequest) { n.PublicKey = noise(31) }, send.Invalid},
		"no grant":          {f.token, func(n *send.NewRequest) { n.GrantHash = "" }, send.Invalid},
		"no secret":         {f.token, func(n *send.NewRequest) { n.AuthHash = "00" }, send.Invalid},
		"too many":          {f.token, func(n *send.NewRequest) { n.MaxTransfers = 101 }, send.Invalid},
		"fewer than none":   {f.token, func(n *send.NewRequest) { n.MaxTransfers = -1 }, send.Invalid},
		"negative bytes":    {f.token, func(n *send.NewRequest) { n.MaxBytes = -1 }, send.Invalid},
		"too large":         {f.token, func(n *send.NewRequest) { n.MaxBytes = f.Rules.MaxBytes + 1 }, send.TooLarge},
		"in the past":       {f.token, func(n *send.NewRequest) { n.ExpiresAt = "2000-01-01T00:00:00Z" }, send.Invalid},
		"no token":          {"", nil, send.Unauthorized},
		"an unknown token":  {"unknown", nil, send.Unauthorized},
		"more than is left": {"narrow", func(n *send.NewRequest) { n.MaxTransfers = 4 }, send.Invalid},
		"by a request":      {f.requested(t, f.token, send.NewRequest{}).shown(), nil, send.Forbidden},
	} {
		n, _ := newRequest(send.NewRequest{})
		if c.alter != nil {
			c.alter(&n)
		}
		if _, _, err := f.CreateRequest(t.Context(), c.token, n); send.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if n := f.used(t, "narrow"); n != 0 {
		t.Errorf("%d uses are booked for nothing", n)
	}
	for _, id := range []string{"", "ffffffffffff", "../etc"} {
		_, err := f.Request(t.Context(), id)
		refusedFor(t, err, send.NotFound, send.ReasonRequestNotFound)
	}
	r := f.requested(t, f.token, send.NewRequest{})
	for _, shown := range []string{
		"request.ffffffffffff." + r.grant, "request." + r.ID + "." + randomText(), "request." + r.ID + "." + r.secret,
	} {
		_, err := f.Admit(t.Context(), shown)
		refusedFor(t, err, send.Unauthorized, send.ReasonRequestUnknown)
	}
	from := f.admitted(t, r.shown())
	for _, key := range [][]byte{nil, sealedKey[:79], append(sealedKey[:80:80], 0)} {
		_, err := f.Create(t.Context(), from, send.NewTransfer{SealedKey: key})
		refusedFor(t, err, send.Invalid, send.ReasonBadSealedKey)
	}
	_, err := f.Create(t.Context(), f.sender(t), send.NewTransfer{SealedKey: sealedKey})
	refusedFor(t, err, send.Invalid, send.ReasonBadSealedKey)
}

// A call that comes again, at once or later, finds the request that it made, and costs
// the token nothing more, whether that has anything left or not.
func TestARequestIsMadeOnce(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "limited", 4)
	n, _ := newRequest(send.NewRequest{MaxTransfers: 4})
	var calls sync.WaitGroup
	var firsts atomic.Int64
	ids := make([]string, 8)
	for i := range ids {
		calls.Go(func() {
			rq, first, err := f.CreateRequest(t.Context(), "limited", n)
			for send.CodeOf(err) == send.Unauthorized { // the token was spent by the other, whose request is not there yet
				rq, first, err = f.CreateRequest(t.Context(), "limited", n)
			}
			if err != nil {
				t.Error(err)
			}
			if first {
				firsts.Add(1)
			}
			ids[i] = rq.ID
		})
	}
	calls.Wait()
	if ids = slices.Compact(ids); len(ids) != 1 || firsts.Load() != 1 || f.used(t, "limited") != 4 {
		t.Fatalf("there are %q, %d times for the first time, and %d uses booked", ids, firsts.Load(), f.used(t, "limited"))
	}
	for name, alter := range map[string]func(*send.NewRequest){
		"more transfers": func(n *send.NewRequest) { n.MaxTransfers = 5 },
		"fewer":          func(n *send.NewRequest) { n.MaxTransfers = 3 },
		"another key":    func(n *send.NewRequest) { n.PublicKey = noise(32) },
		"another secret": func(n *send.NewRequest) { n.AuthHash = hash("another") },
	} {
		other := n
		alter(&other)
		_, _, err := f.CreateRequest(t.Context(), "limited", other)
		if send.ReasonOf(err) != send.ReasonIDTaken {
			t.Errorf("with %s: %v", name, err)
		}
	}
}

// noRequests cannot keep requests while it is away, nor have transfers completed.
type noRequests struct {
	send.Ledger
	away bool
}

func (l *noRequests) Apply(ctx context.Context, changes ...send.Change) error {
	if l.away && changes[0].Replace != nil && strings.HasPrefix(changes[0].Key().Set, send.TransferSets) {
		return send.Fail(send.Unavailable, "the ledger is away")
	}
	return l.Ledger.Apply(ctx, changes...)
}

func (l *noRequests) Create(ctx context.Context, r send.Record) error {
	if l.away && strings.HasPrefix(r.Key.Set, send.RequestSets) {
		return send.Fail(send.Unavailable, "the ledger is away")
	}
	return l.Ledger.Create(ctx, r)
}

// What was booked on a token for a request that could not be kept is not lost: the call that comes again makes it, also
// where the token has nothing more left.
func TestABookingWaitsForItsRequest(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int64{"the token's last uses": 3, "some are left": 4} {
		f := setUp(t)
		ledger := &noRequests{Ledger: f.ledger, away: true}
		f.Ledger = ledger
		f.newToken(t, "limited", limit)
		n, _ := newRequest(send.NewRequest{MaxTransfers: 3})
		for range 2 {
			if _, _, err := f.CreateRequest(t.Context(), "limited", n); send.CodeOf(err) != send.Unavailable {
				t.Fatalf("%s: %v", name, err)
			}
		}
		another, _ := newRequest(send.NewRequest{MaxTransfers: 3})
		_, _, err := f.CreateRequest(t.Context(), "limited", another)
		if code := send.CodeOf(err); code != send.Unauthorized && code != send.Invalid {
			t.Errorf("%s: another request: %v", name, err)
		}
		ledger.away = false
		rq, first, err := f.CreateRequest(t.Context(), "limited", n)
		if err != nil || !first || rq.Left() != 3 || f.used(t, "limited") != 3 {
			t.Errorf("%s: %+v, %v, %v, %d uses booked", name, rq, first, err, f.used(t, "limited"))
		}
	}
}

// What was counted for a request arrives, though it is closed, or its token revoked, before the call comes again that
// completes it; and nothing else does.
func TestWhatWasCountedArrives(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*fixture, request) error{
		"closed": func(f *fixture, r request) error {
			_, _, err := f.CloseRequest(t.Context(), r.ID, r.secret)
			return err
		},
		"its token is revoked": func(f *fixture, _ request) error {
			_, err := f.tokens.Revoke(t.Context(), f.token)
			return err
		},
	} {
		f := setUp(t)
		ledger := &noRequests{Ledger: f.ledger}
		f.Ledger = ledger
		r := f.requested(t, f.token, send.NewRequest{MaxTransfers: 2})
		counted, other := f.sent(t, r), f.sent(t, r)
		ledger.away = true
		_, _, err := f.Complete(t.Context(), r.shown(), counted)
		if send.CodeOf(err) != send.Unavailable {
			t.Fatalf("%s: %v", name, err)
		}
		ledger.away = false
		if err := end(f, r); err != nil {
			t.Fatal(err)
		}
		if _, first, err := f.Complete(t.Context(), r.shown(), counted); err != nil || !first {
			t.Errorf("%s: what was counted: %v, %v", name, first, err)
		}
		_, _, err = f.Complete(t.Context(), r.shown(), other)
		refusedFor(t, err, send.Gone, send.ReasonRequestClosed)
		all, err := f.Arrived(t.Context(), r.ID, r.secret)
		if rq, _ := f.Request(t.Context(), r.ID); err != nil || len(all) != 1 || rq.Arrived != 1 {
			t.Errorf("%s: %d are listed, and %d were counted, %v", name, len(all), rq.Arrived, err)
		}
	}
}

// Nothing is made twice of one booking, however late the call comes again.
func TestABookingIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "limited", 10)
	n, _ := newRequest(send.NewRequest{MaxTransfers: 2})
	for day := range 100 {
		rq, first, err := f.CreateRequest(t.Context(), "limited", n)
		if err != nil {
			t.Fatal(err)
		}
		if first && day > 0 {
			if uses := f.used(t, "limited"); uses != 4 {
				t.Fatalf("after %d days it is made anew with %d uses booked", day, uses)
			}
			if rq.Status != send.RequestOpen {
				t.Fatal(rq.Status)
			}
			return
		}
		f.clock.Advance(24 * time.Hour)
		if _, err := f.ledger.Sweep(t.Context(), f.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("it is kept for ever")
}

// As many transfers arrive as a request allows, whoever sends how many at once, and a
// token has no more of them by its requests than it has uses.
func TestRequestsAreExactUnderConcurrency(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "limited", 10)
	var requests sync.WaitGroup
	var made atomic.Int64
	for range 8 {
		requests.Go(func() {
			n, _ := newRequest(send.NewRequest{MaxTransfers: 3})
			switch _, _, err := f.CreateRequest(t.Context(), "limited", n); send.CodeOf(err) {
			case "":
				made.Add(1)
			case send.Unauthorized, send.Invalid, send.Unavailable:
			default:
				t.Error(err)
			}
		})
	}
	requests.Wait()
	if n := made.Load(); n > 3 || f.used(t, "limited") != 3*n {
		t.Errorf("%d requests were made, and %d uses booked", n, f.used(t, "limited"))
	}

	const allowed = 3
	r := f.requested(t, f.token, send.NewRequest{MaxTransfers: allowed})
	var ids []string
	for range allowed + 4 {
		ids = append(ids, f.sent(t, r))
	}
	var calls sync.WaitGroup
	var completed, firsts atomic.Int64
	for _, id := range ids {
		var once sync.Once
		for range 2 {
			calls.Go(func() {
				_, first, err := f.Complete(t.Context(), r.shown(), id)
				switch send.ReasonOf(err) {
				case "":
					once.Do(func() { completed.Add(1) })
				case send.ReasonRequestFull:
				default:
					t.Error(err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
	}
	calls.Wait()
	all, err := f.Arrived(t.Context(), r.ID, r.secret)
	if err != nil || completed.Load() != allowed || firsts.Load() != allowed || len(all) != allowed {
		t.Errorf("%d were completed, %d are listed, %v", completed.Load(), len(all), err)
	}
}

// What a request says ends it for what is under way, too.
func TestRequestsEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		why send.Reason
		end func(*testing.T, *fixture, request)
	}{
		"closed": {send.ReasonRequestClosed, func(t *testing.T, f *fixture, r request) {
			for again := range 2 {
				rq, closed, err := f.CloseRequest(t.Context(), r.ID, r.secret)
				if err != nil || closed != (again == 0) || rq.Status != send.RequestClosed {
					t.Fatal(rq.Status, closed, err)
				}
			}
		}},
		"expired": {send.ReasonRequestExpired, func(_ *testing.T, f *fixture, _ request) {
			f.clock.Advance(2 * time.Hour)
		}},
		"its token is revoked": {send.ReasonRequestClosed, func(t *testing.T, f *fixture, _ request) {
			if _, err := f.tokens.Revoke(t.Context(), f.token); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			r := f.requested(t, f.token, send.NewRequest{MaxTransfers: 3, ExpiresAt: stamp(f.clock.Now().Add(time.Hour))})
			arrived, pending := f.sent(t, r), f.sent(t, r)
			if _, _, err := f.Complete(t.Context(), r.shown(), arrived); err != nil {
				t.Fatal(err)
			}
			c.end(t, f, r)
			_, err := f.Admit(t.Context(), r.shown())
			refusedFor(t, err, send.Gone, c.why)
			_, _, err = f.Complete(t.Context(), r.shown(), pending)
			refusedFor(t, err, send.Gone, c.why)
			if _, _, err := f.Complete(t.Context(), r.shown(), arrived); err != nil {
				t.Errorf("repeating what was completed: %v", err)
			}
			all, err := f.Arrived(t.Context(), r.ID, r.secret)
			if err != nil || len(all) != 1 || all[0].ID != arrived {
				t.Fatalf("%+v, %v", all, err)
			}
			if _, err := f.Available(t.Context(), arrived); err != nil {
				t.Errorf("what arrived cannot be had: %v", err)
			}
		})
	}
}

// A token that is revoked ends its requests as long as it is; what is purged with it ends
// for good, and so does what is under way for its requests.
func TestATokenTakesItsRequestsWithIt(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "another", 0)
	r, other := f.requested(t, f.token, send.NewRequest{MaxTransfers: 3}), f.requested(t, "another", send.NewRequest{})
	f.sent(t, r)
	kept := f.sent(t, other)
	status := func(want send.RequestStatus) {
		t.Helper()
		if rq, err := f.Request(t.Context(), r.ID); err != nil || rq.Status != want {
			t.Errorf("it is %s, %v; want %s", rq.Status, err, want)
		}
		if rq, err := f.Request(t.Context(), other.ID); err != nil || rq.Status != send.RequestOpen {
			t.Errorf("that of another token is %s, %v", rq.Status, err)
		}
	}
	status(send.RequestOpen)
	if _, err := f.tokens.Revoke(t.Context(), f.token); err != nil {
		t.Fatal(err)
	}
	status(send.RequestClosed)
	if _, err := f.tokens.Reactivate(t.Context(), f.token); err != nil {
		t.Fatal(err)
	}
	status(send.RequestOpen)
	f.clock.Advance(time.Second)
	if err := f.tokens.PurgePending(t.Context(), f.token); err != nil {
		t.Fatal(err)
	}
	status(send.RequestClosed)
	n, err := f.Sweep(t.Context())
	if err != nil || n.Abandoned != 1 {
		t.Errorf("%+v, %v: want what is under way for it to be gone", n, err)
	}
	if _, err := f.tokens.Reactivate(t.Context(), f.token); err != nil {
		t.Fatal(err)
	}
	status(send.RequestClosed)
	f.clock.Advance(time.Second)
	if later := f.requested(t, f.token, send.NewRequest{}); later.Status != send.RequestOpen {
		t.Errorf("one that is made afterwards is %s", later.Status)
	}
	if _, _, err := f.Complete(t.Context(), other.shown(), kept); err != nil {
		t.Error(err)
	}
}

// losing loses the write that is the nth from now, or the answer to it.
type losing struct {
	send.Ledger
	nth    int
	answer bool
}

func (l *losing) write(writing func() error) error {
	lost := send.Fail(send.Unavailable, "lost")
	if l.nth--; l.nth == 0 && !l.answer {
		return lost
	}
	err := writing()
	if l.nth == 0 && err == nil {
		return lost
	}
	return err
}

func (l *losing) Create(ctx context.Context, r send.Record) error {
	return l.write(func() error { return l.Ledger.Create(ctx, r) })
}

func (l *losing) Replace(ctx context.Context, r send.Record) error {
	return l.write(func() error { return l.Ledger.Replace(ctx, r) })
}

func (l *losing) Apply(ctx context.Context, changes ...send.Change) error {
	return l.write(func() error { return l.Ledger.Apply(ctx, changes...) })
}

// Whichever write is lost when a token is revoked or comes back, or the answer to it: what
// was requested with it is over just when the token is.
func TestATokenAndWhatWasRequestedWithItEndTogether(t *testing.T) {
	t.Parallel()
	for _, answer := range []bool{false, true} {
		for nth := 1; ; nth++ {
			f := setUp(t)
			r := f.requested(t, f.token, send.NewRequest{})
			lost := 0
			for _, turn := range []func(context.Context, string) (send.Token, error){
				f.tokens.Revoke, f.tokens.Reactivate, f.tokens.Revoke,
			} {
				f.tokens.Ledger = &losing{Ledger: f.ledger, nth: nth, answer: answer}
				if _, err := turn(t.Context(), f.token); err != nil {
					want(t, err, send.Unavailable, "lost")
					lost++
				}
				tok, err := f.tokens.Token(t.Context(), f.token)
				if err != nil {
					t.Fatal(err)
				}
				rq, err := f.Request(t.Context(), r.ID)
				if err != nil {
					t.Fatal(err)
				}
				if tok.Status == send.TokenRevoked != (rq.Status == send.RequestClosed) {
					t.Errorf("write %d lost (its answer: %v): the token is %s, and the request %s", nth, answer, tok.Status, rq.Status)
				}
				f.tokens.Ledger = f.ledger
				if _, err := turn(t.Context(), f.token); err != nil { // whoever is told so does it again
					t.Fatal(err)
				}
			}
			if lost == 0 {
				break // there are no more
			}
		}
	}
}

// No way of uploading takes more than the request allows.
func TestARequestBoundsItsTransfers(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const most = 1000
	r := f.requested(t, f.token, send.NewRequest{MaxTransfers: 50, MaxBytes: most})
	from := f.admitted(t, r.shown())
	_, err := f.Create(t.Context(), from, send.NewTransfer{SealedKey: sealedKey, DeclaredBytes: most + 1})
	want(t, err, send.TooLarge, "1000")
	create := func() string {
		t.Helper()
		tr, err := f.Create(t.Context(), from, send.NewTransfer{SealedKey: sealedKey})
		if err != nil {
			t.Fatal(err)
		}
		return tr.ID
	}
	for _, size := range []int64{-1, most + 1} {
		_, err := f.Upload(t.Context(), from, create(), bytes.NewReader(noise(most+1)), size)
		want(t, err, send.TooLarge, "")
	}
	if _, err := f.Upload(t.Context(), from, create(), bytes.NewReader(noise(most)), -1); err != nil {
		t.Error(err)
	}
	_, err = f.Initiate(t.Context(), from, create(), most+1, 0)
	want(t, err, send.TooLarge, "")
	id := create()
	url, _, err := f.UploadURL(t.Context(), from, id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Put(t.Context(), strings.TrimPrefix(url, "/put/"), bytes.NewReader(noise(most+1)), most+1)
	want(t, err, send.TooLarge, "")
	// S3 takes whatever comes.
	more := bytes.NewReader(noise(most + 1))
	if _, err := f.store.Put(t.Context(), strings.TrimPrefix(url, "/put/"), more, most+1); err != nil {
		t.Fatal(err)
	}
	_, _, err = f.Complete(t.Context(), r.shown(), id)
	want(t, err, send.TooLarge, "")
	id = create()
	up, err := f.Initiate(t.Context(), from, id, most, 0)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimPrefix(up.PartURLs[0].URL, "/part/")
	etag, err := f.store.PutPart(t.Context(), key, up.UploadID, 1, bytes.NewReader(noise(most+1)), most+1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Assemble(t.Context(), from, id, up.UploadID, []send.Part{{Number: 1, ETag: etag}})
	want(t, err, send.TooLarge, "")
}

// What is under way for requests is counted for who made them, apart from what that sends:
// many requests are no way to fill the storage, and none keeps its maker from sending.
func TestWhatIsUnderWayForRequestsIsBounded(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.PendingBytes = 3 << 20
	a, b := f.requested(t, f.token, send.NewRequest{}), f.requested(t, f.token, send.NewRequest{})
	begin := func(from send.Sender) (string, error) {
		tr, err := f.Create(t.Context(), from, send.NewTransfer{SealedKey: sealedKey, DeclaredBytes: 900 << 10})
		return tr.ID, err
	}
	first, err := begin(f.admitted(t, a.shown()))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []request{b, a} {
		if _, err := begin(f.admitted(t, r.shown())); err != nil {
			t.Fatal(err)
		}
	}
	_, err = begin(f.admitted(t, b.shown()))
	refusedFor(t, err, send.Limited, send.ReasonTooManyPending)
	for range 3 {
		f.created(t, send.NewTransfer{DeclaredBytes: 900 << 10})
	}
	_, err = f.Create(t.Context(), f.sender(t), send.NewTransfer{DeclaredBytes: 900 << 10})
	refusedFor(t, err, send.Limited, send.ReasonTooManyPending)
	from := f.admitted(t, a.shown())
	if _, err := f.Upload(t.Context(), from, first, bytes.NewReader(noise(10)), 10); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Complete(t.Context(), a.shown(), first); err != nil { // gives back
		t.Fatal(err)
	}
	if _, err := begin(f.admitted(t, b.shown())); err != nil {
		t.Fatal(err)
	}
	f.Rules.PendingBytes = 0
	for i := range 5 { // one that it allows, and four more
		_, err := begin(f.admitted(t, b.shown()))
		if over := i >= 3; over != (send.ReasonOf(err) == send.ReasonTooManyPending) {
			t.Errorf("transfer %d of one request: %v", i, err)
		}
	}
}

// Without tokens anybody makes requests, and nothing is booked.
func TestRequestsOfAnOpenService(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Gate = send.OpenGate{}
	r := f.requested(t, "", send.NewRequest{SenderHash: hash("somebody")})
	id := f.sent(t, r)
	tr, _, err := f.Complete(t.Context(), r.shown(), id)
	if err != nil || tr.Token() != "" {
		t.Fatal(tr.Token(), err)
	}
	_, err = f.Admit(t.Context(), r.shown())
	refusedFor(t, err, send.Gone, send.ReasonRequestFull)
	_, err = f.Admit(t.Context(), "request."+r.ID+"."+randomText()) // not as anybody else
	refusedFor(t, err, send.Unauthorized, send.ReasonRequestUnknown)
}

// The ledger has nothing that lets anybody send, list or close.
func TestTheLedgerHasNoSecretOfARequest(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.newToken(t, "canary-token", 9)
	r := f.requested(t, "canary-token", send.NewRequest{MaxTransfers: 2})
	if _, _, err := f.Complete(t.Context(), r.shown(), f.sent(t, r)); err != nil {
		t.Fatal(err)
	}
	for rec, err := range f.ledger.(send.Movable).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%s %s %s", rec.Key.Set, rec.Key.ID, rec.Data)
		for _, secret := range []string{r.grant, r.secret, "canary-token"} {
			if strings.Contains(text, secret) {
				t.Errorf("a record of %s has %s", rec.Key.Set, secret)
			}
		}
	}
}

// FuzzCleanToken: what a request grants stays as it is, and everything else becomes a name.
func FuzzCleanToken(f *testing.F) {
	grant := "request.0123456789ab." + strings.Repeat("a-Z_9", 8) + "xyz"
	for _, s := range []string{
		grant, " \"" + grant + "\" ", grant + "x", grant[1:], strings.ToUpper(grant), "request..", "a.b", "\u200b" + grant,
		"request.0123456789ab/" + grant[21:], "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := send.CleanToken(s)
		name, nameErr := send.CleanName(s)
		switch {
		case err == nil && strings.HasPrefix(got, "request.") && len(got) == len(grant):
			if again, err := send.CleanToken(got); err != nil || again != got || !strings.Contains(s, got[:8]) {
				t.Errorf("%q becomes %q, and that %q, %v", s, got, again, err)
			}
		case got != name || send.CodeOf(err) != send.CodeOf(nameErr):
			t.Errorf("%q becomes %q, %v, and as a name %q, %v", s, got, err, name, nameErr)
		}
	})
}
