package user_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
)

// begun counts a download by a URL of the bytes, and returns that and the permit.
func (s *site) begun(id string) (url, permit string) {
	s.t.Helper()
	r := s.call("GET", "/api/presigned/download-url/"+id, nil).want(200, "")
	if permit = r.Header.Get("x-sgraph-download-permit"); permit == "" {
		s.t.Fatal("no permit comes with a URL")
	}
	return r.json()["download_url"].(string), permit
}

// One counted download gives at most the first answer and two more copies, however
// it is asked for.
func TestACountedDownloadIsNoFreePass(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 300_000)
	for name, ask := range map[string]func(i int, id, url, permit string) reply{
		"permit": func(_ int, id, _, permit string) reply {
			return s.call("GET", "/api/transfers/download/"+id, nil, "x-sgraph-download-permit", permit)
		},
		"URL": func(_ int, _, url, _ string) reply { return s.call("GET", url, nil) },
		"range": func(i int, id, _, permit string) reply {
			return s.call("GET", "/api/transfers/download/"+id, nil, "x-sgraph-download-permit", permit,
				"Range", fmt.Sprintf("bytes=%d-", i%2))
		},
		"permit and URL": func(i int, id, url, permit string) reply {
			if i%2 == 0 {
				return s.call("GET", url, nil)
			}
			return s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-permit", permit)
		},
		"renewed URL": func(_ int, id, _, permit string) reply {
			r := s.call("GET", "/api/presigned/download-url/"+id, nil, "x-sgraph-download-permit", permit)
			if r.Status != 200 {
				return r
			}
			return s.call("GET", r.json()["download_url"].(string), nil)
		},
	} {
		id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
		var url, permit string
		copies := 0
		if name == "permit" {
			r := s.call("GET", "/api/transfers/download/"+id, nil).want(200, "")
			permit = r.Header.Get("x-sgraph-download-permit")
			copies++
		} else {
			url, permit = s.begun(id)
		}
		for i := range 50 {
			switch r := ask(i, id, url, permit); {
			case len(r.Body) >= len(ciphertext)-1:
				copies++
			default:
				r.refused(410, "permit_spent")
			}
		}
		if copies < 1 || copies > 3 {
			t.Errorf("%s: 50 requests gave %d copies", name, copies)
		}
		if n := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; n != 1.0 {
			t.Errorf("%s: %v downloads are counted", name, n)
		}
	}
}

// Requests at the same time share one budget, to the byte.
func TestParallelRangesAreCountedExactly(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 16<<18-28)
	n := len(ciphertext)
	url, permit := s.begun(s.transfer(ciphertext, map[string]any{"max_downloads": 1}))
	id := s.call("GET", url, nil, "Range", "bytes=0-0").want(206, "").Header.Get("ETag")
	var got, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 64 { // four copies, in sixteen pieces each
		all.Go(func() {
			from := i % 16 * n / 16
			asked := fmt.Sprintf("bytes=%d-%d", from, (i%16+1)*n/16-1)
			var r reply
			if i%3 == 0 {
				r = s.call("GET", "/transfers/download/"+strings.Trim(id, `"`), nil, "Range", asked,
					"x-sgraph-download-permit", permit)
			} else {
				r = s.call("GET", url, nil, "Range", asked)
			}
			if r.Status == 206 {
				got.Add(int64(len(r.Body)))
				if !bytes.Equal(r.Body, ciphertext[from:from+len(r.Body)]) {
					t.Errorf("%s: other bytes", asked)
				}
				return
			}
			refused.Add(1)
			r.refused(410, "permit_spent")
		})
	}
	all.Wait()
	budget := int64(3*n - 64<<10) // after the first range, which was one byte
	if got.Load() > budget || got.Load() <= budget-int64(n/16+1) || refused.Load() == 0 {
		t.Errorf("%d bytes went out, of %d; %d requests were refused", got.Load(), budget, refused.Load())
	}
}

// More than a permit allows is a denial that the trail has.
func TestASpentPermitIsInTheTrail(t *testing.T) {
	t.Parallel()
	s, kept := watched(t, nil)
	ciphertext, _ := sealed(t, 100)
	id := s.transfer(ciphertext, nil)
	url, permit := s.begun(id)
	for range 3 {
		s.call("GET", url, nil).want(200, "")
	}
	s.call("GET", url, nil).refused(410, "permit_spent")
	s.call("GET", "/api/presigned/download-url/"+id, nil, "x-sgraph-download-permit", permit).
		refused(410, "permit_spent")
	s.collected()
	const denied = "transfer_downloaded denied "
	var denials int
	for _, told := range kept.told(id) {
		if strings.HasPrefix(told, denied) {
			denials++
		}
	}
	if denials == 0 {
		t.Errorf("the trail is %q", kept.told(id))
	}
}

// line is a client's connection, which breaks after so many bytes; below 0 it holds.
type line struct {
	header http.Header
	status int
	body   bytes.Buffer
	left   int64
}

func (l *line) Header() http.Header    { return l.header }
func (l *line) WriteHeader(status int) { l.status = status }
func (l *line) Write(p []byte) (int, error) {
	if l.status == 0 {
		l.status = 200
	}
	n := len(p)
	if l.left >= 0 {
		n = int(min(int64(n), l.left))
		l.left -= int64(n)
	}
	l.body.Write(p[:n])
	if n < len(p) {
		return n, errors.New("the line broke")
	}
	return n, nil
}

// over makes a request over a line that breaks after so many bytes.
func (s *site) over(breaks int64, path string, headers ...string) (l *line) {
	s.t.Helper()
	l = &line{header: http.Header{}, left: breaks}
	r := httptest.NewRequestWithContext(s.t.Context(), "GET", path[max(strings.Index(path, "/api/"), 0):], nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	s.service.ServeHTTP(l, r)
	return l
}

// A line that breaks every few hundred KB gets a large file all the same: by going on
// where it broke, and in pieces.
func TestASlowLineGetsALargeFile(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Rules.MaxBytes = 256 << 20 })
	ciphertext, _ := sealed(t, 101<<20)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 2})
	n := int64(len(ciphertext))
	for name, asked := range map[string]func(at, piece int64) string{
		"going on":  func(at, _ int64) string { return fmt.Sprintf("bytes=%d-", at) },
		"in pieces": func(at, piece int64) string { return fmt.Sprintf("bytes=%d-%d", at, at+piece-1) },
	} {
		url, permit := s.begun(id)
		breaks := rand.New(rand.NewPCG(1, 2))
		requests := 0
		for at := int64(0); at < n; requests++ {
			piece := 100_000 + breaks.Int64N(500_000)
			l := s.over(piece, url, "Range", asked(at, piece))
			if l.status != 206 || !bytes.HasPrefix(ciphertext[at:], l.body.Bytes()) {
				t.Fatalf("%s: request %d at %d: %d %.200s", name, requests, at, l.status, l.body.Bytes())
			}
			at += int64(l.body.Len())
		}
		// Nothing is counted but what went out: there are two more copies to be had.
		for range 2 {
			r := s.over(-1, "/api/transfers/download/"+id, "x-sgraph-download-permit", permit)
			if r.status != 200 || !bytes.Equal(r.body.Bytes(), ciphertext) {
				t.Errorf("%s: after %d requests: %d, %d bytes", name, requests, r.status, r.body.Len())
			}
		}
		if r := s.over(-1, url); r.status != 410 {
			t.Errorf("%s: %d, for a fourth copy", name, r.status)
		}
	}
}

// To ask for nothing costs nothing: by HEAD, or a range that lies outside.
func TestWhatGivesNothingCostsNothing(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 5000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	url, permit := s.begun(id)
	for range 50 {
		head := s.call("HEAD", url, nil).want(200, "")
		if len(head.Body) > 0 || head.Header.Get("Content-Length") != fmt.Sprint(len(ciphertext)) {
			t.Fatal(head.Header)
		}
		s.call("GET", url, nil, "Range", "bytes=99999-").want(416, "")
		s.call("GET", "/transfers/download/"+id, nil, "Range", "bytes=99999-", "x-sgraph-download-permit", permit).
			want(416, "")
	}
	for range 3 {
		if r := s.call("GET", url, nil).want(200, ""); !bytes.Equal(r.Body, ciphertext) {
			t.Error("other bytes")
		}
	}
	s.call("GET", url, nil).refused(410, "permit_spent")
}

// awayLedger cannot count bytes while it is away.
type awayLedger struct {
	send.Ledger
	away, deaf atomic.Bool // nothing is written; only what gives back is not
}

func (l *awayLedger) Apply(ctx context.Context, changes ...send.Change) error {
	if l.away.Load() || l.deaf.Load() && changes[0].Add != nil && changes[0].Add.Units < 0 {
		return send.Fail(send.Unavailable, "the ledger is away")
	}
	return l.Ledger.Apply(ctx, changes...)
}

// What cannot be counted does not go out; what cannot be given back is lost, and no more.
func TestABudgetFailsClosed(t *testing.T) {
	t.Parallel()
	var ledger *awayLedger
	s := start(t, func(set *user.Settings) {
		ledger = &awayLedger{Ledger: set.Ledger}
		set.Ledger = ledger
	})
	ciphertext, _ := sealed(t, 800_000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	url, permit := s.begun(id)
	ledger.away.Store(true)
	for _, r := range []reply{
		s.call("GET", url, nil),
		s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-permit", permit),
		s.call("GET", "/api/presigned/download-url/"+id, nil, "x-sgraph-download-permit", permit),
	} {
		if r.want(503, ""); r.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	ledger.away.Store(false)
	ledger.deaf.Store(true)
	if l := s.over(1000, url); l.status != 200 || l.body.Len() != 1000 {
		t.Errorf("%d, %d bytes", l.status, l.body.Len())
	}
	for range 2 {
		s.call("GET", url, nil).want(200, "")
	}
	s.call("GET", url, nil).refused(410, "permit_spent")
}

// A client that goes away before the first byte is not counted, but its permit, which
// may have arrived, is worth nothing.
func TestGoingAwayBeforeTheFirstByteGivesNoPermit(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	ciphertext, _ := sealed(t, 5000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	for range 20 {
		l := s.over(0, "/api/transfers/download/"+id)
		permit := l.header.Get("x-sgraph-download-permit")
		if l.status != 200 || permit == "" {
			t.Fatalf("%d, permit %q: the test tries nothing", l.status, permit)
		}
		s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-permit", permit).refused(410, "permit_spent")
		s.call("GET", "/api/presigned/download-url/"+id, nil, "x-sgraph-download-permit", permit).
			refused(410, "permit_spent")
	}
	s.call("GET", "/transfers/download/"+id, nil).want(200, "")
	s.call("GET", "/transfers/download/"+id, nil).refused(410, "exhausted")
}

// elsewhere signs URLs as S3 does: nobody counts what goes out by them.
type elsewhere struct{ send.Links }

func (elsewhere) GetURL(_ context.Context, c send.Claim, ttl time.Duration) (string, error) {
	return fmt.Sprintf("https://storage.example/%s?for=%d", c.Transfer.Payload.Key, ttl/time.Second), nil
}
func (elsewhere) Counted() bool { return false }

// A URL of a storage lives for minutes, and is renewed by the permit: within the hour,
// within the budget, and without another download.
func TestAURLOfAStorageIsRenewedByThePermit(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) { set.Links = elsewhere{} })
	ciphertext, _ := sealed(t, 5000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	other := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	const path = "/api/presigned/download-url/"
	first := s.call("GET", path+id, nil).want(200, "")
	permit := first.Header.Get("x-sgraph-download-permit")
	if in := first.json()["expires_in"]; in != 300.0 || !strings.HasSuffix(first.json()["download_url"].(string), "=300") {
		t.Fatalf("%s", first.Body)
	}
	s.call("GET", path+id, nil).refused(410, "exhausted")
	s.call("GET", path+other, nil, "x-sgraph-download-permit", permit).refused(403, "link_mismatch")
	s.call("GET", path+id, nil, "x-sgraph-download-permit", permit+"x").refused(403, "link_not_genuine")
	for minutes := 5; minutes < 60; minutes += 5 {
		s.clock.Advance(5*time.Minute - time.Second)
		r := s.call("GET", path+id, nil, "x-sgraph-download-permit", permit).want(200, "")
		if p := r.Header.Get("x-sgraph-download-permit"); p != permit {
			t.Fatal("a renewal makes another permit")
		}
	}
	s.clock.Advance(4 * time.Minute)
	r := s.call("GET", path+id, nil, "x-sgraph-download-permit", permit).want(200, "")
	if in := r.json()["expires_in"].(float64); in >= 300 {
		t.Errorf("a URL outlives its claim: %v seconds", in)
	}
	for more := 0; r.Status == 200 && more < 100; more++ {
		r = s.call("GET", path+id, nil, "x-sgraph-download-permit", permit)
	}
	r.refused(410, "permit_spent")
	s.clock.Advance(5 * time.Minute)
	s.call("GET", path+id, nil, "x-sgraph-download-permit", permit).refused(410, "link_expired")
	if n := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; n != 1.0 {
		t.Errorf("%v downloads are counted", n)
	}
}

// Whatever happens to a download, in whatever order: what goes out for it stays within
// the first answer and its budget, and it is never refused while there is enough of that
// left; so whoever has the permit gets the file, whole, unless the line lost more than
// the file has.
func TestAnyInterleavingOfAClaim(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for range nightly.Or(40, 1000) {
		seed := rand.Uint64()
		interleave(t, s, rand.New(rand.NewPCG(seed, 0)), seed)
	}
}

func interleave(t *testing.T, s *site, chance *rand.Rand, seed uint64) {
	t.Helper()
	ciphertext, _ := sealed(t, 1+chance.IntN([]int{100, 100_000, 3 << 20}[chance.IntN(3)]))
	size := int64(len(ciphertext))
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	least := min((size+7)/8, 64<<10)

	var out, counted int64 // bytes that went out, and what they cost beside the first answer
	var have []byte
	var url, permit string
	budget := 2 * size
	cost := func(l *line) {
		if n := int64(l.body.Len()); n > 0 && (l.status == 200 || l.status == 206) {
			out += n
			counted += max(n, least)
		}
	}
	if chance.IntN(2) == 0 { // its answer comes, or breaks somewhere
		l := s.over(1+chance.Int64N(size+size/4), "/api/transfers/download/"+id)
		permit, out = l.header.Get(wire.DownloadPermit.Name), int64(l.body.Len())
		have = l.body.Bytes()
	} else {
		url, permit = s.begun(id)
		budget = 3 * size
	}
	first := out
	get := func(breaks int64, headers ...string) *line {
		if url != "" && chance.IntN(2) == 0 {
			return s.over(breaks, url, headers...)
		}
		return s.over(breaks, "/api/transfers/download/"+id,
			append(headers, wire.DownloadPermit.Name, permit)...)
	}
	fits := func(n int64) bool { return counted+max(n, least) <= budget }
	for int64(len(have)) < size {
		at := int64(len(have))
		var did string
		switch did = []string{"go on", "go on", "lose it", "wrong range", "renew", "reload", "many"}[chance.IntN(7)]; did {
		case "go on": // and break again, perhaps
			l := get(chance.Int64N(size), "Range", fmt.Sprintf("bytes=%d-", at))
			cost(l)
			switch l.status {
			case 206:
				have = append(have, l.body.Bytes()...)
			case 410:
				if fits(min(size-at, max(size/8+1, 1<<20))) {
					t.Fatalf("seed %d: refused with %d counted of %d", seed, counted, budget)
				}
				return // the line lost too much
			default:
				t.Fatalf("seed %d: %d %s", seed, l.status, l.body.String())
			}
		case "lose it": // the answer arrives nowhere
			cost(get(chance.Int64N(size/2+1), "Range", fmt.Sprintf("bytes=%d-", at)))
		case "wrong range":
			if l := get(-1, "Range", fmt.Sprintf("bytes=%d-", size+chance.Int64N(9))); l.status != 416 {
				t.Fatalf("seed %d: %d for a range outside", seed, l.status)
			}
		case "renew":
			r := s.call("GET", "/api/presigned/download-url/"+id, nil, wire.DownloadPermit.Name, permit)
			switch r.Status {
			case 200:
				url = r.json()["download_url"].(string)
				counted += (size + 7) / 8
			case 410:
				if fits((size + 7) / 8) {
					t.Fatalf("seed %d: no renewal with %d counted of %d", seed, counted, budget)
				}
			}
		case "reload": // the client was killed, and kept some of what it had
			have = have[:chance.Int64N(at+1)]
		case "many":
			var lines [4]*line
			var all sync.WaitGroup
			for i := range lines {
				from := chance.Int64N(size)
				breaks := chance.Int64N(size/16 + 1)
				all.Go(func() {
					lines[i] = s.over(breaks, "/api/transfers/download/"+id, wire.DownloadPermit.Name, permit,
						"Range", fmt.Sprintf("bytes=%d-%d", from, from+size/16))
				})
			}
			all.Wait()
			for _, l := range lines {
				cost(l)
			}
		}
		if counted > budget || out-first > budget {
			t.Fatalf("seed %d: %s: %d bytes went out, %d are counted, of %d", seed, did, out-first, counted, size)
		}
	}
	if !bytes.Equal(have, ciphertext) {
		t.Fatalf("seed %d: other bytes", seed)
	}
}

// A download that its client called something is counted once, however often it is
// asked for because an answer was lost; and is no free pass either.
func TestADownloadWithANameIsCountedOnce(t *testing.T) {
	t.Parallel()
	const name, other = "00112233445566778899aabbccddeeff", "10112233445566778899aabbccddeeff"
	s := start(t, nil)
	ciphertext, _ := sealed(t, 300_000)
	for _, route := range []string{"/api/transfers/download/", "/api/presigned/download-url/"} {
		id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
		ask := func(name string) reply { return s.call("GET", route+id, nil, "x-sgraph-download-claim", name) }
		var all sync.WaitGroup
		for range 2 { // what was sent again because nothing came
			all.Go(func() { ask(name).want(200, "") })
		}
		all.Wait()
		permit := ask(name).want(200, "").Header.Get("x-sgraph-download-permit")
		got := s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-permit", permit, "Range", "bytes=1-9")
		if got.Status != 206 && got.Status != 410 {
			t.Errorf("%s: the permit of a repeated answer: %d %s", route, got.Status, got.Body)
		}
		ask(other).refused(410, "exhausted")
		ask("").refused(410, "exhausted")
		if n := s.call("GET", "/transfers/info/"+id, nil).json()["download_count"]; n != 1.0 {
			t.Errorf("%s: %v downloads are counted", route, n)
		}
		copies := 0
		for range 30 {
			r := ask(name)
			if r.Status == 200 && route == "/api/presigned/download-url/" {
				r = s.call("GET", r.json()["download_url"].(string), nil)
			}
			if len(r.Body) >= len(ciphertext) {
				copies++
			} else {
				r.refused(410, "permit_spent")
			}
		}
		if copies > 3 {
			t.Errorf("%s: thirty requests more gave %d copies", route, copies)
		}
	}

	id := s.transfer(ciphertext, map[string]any{"max_downloads": 2})
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-claim", "short").refused(400, "invalid")
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-claim", name).want(200, "")
	s.clock.Advance(59 * time.Minute)
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-claim", name, "Range", "bytes=0-9").want(206, "")
	s.clock.Advance(time.Minute) // what was counted is over an hour after it was, not after it was asked for last
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-claim", name).refused(410, "link_expired")
	s.call("GET", "/transfers/download/"+id, nil, "x-sgraph-download-claim", other).want(200, "")
}

// closedStore cannot open an object so many times.
type closedStore struct {
	send.Store
	left atomic.Int64
}

func (s *closedStore) Open(ctx context.Context, key string, span send.Span) (io.ReadCloser, send.Object, error) {
	if s.left.Add(-1) >= 0 {
		return nil, send.Object{}, send.Fail(send.Unavailable, "the store is away")
	}
	return s.Store.Open(ctx, key, span)
}

// Where the store was away, whoever asks again by the same name gets the file, and it is
// counted then.
func TestADownloadWithANameOutlastsAStoreThatWasAway(t *testing.T) {
	t.Parallel()
	var store *closedStore
	s := start(t, func(set *user.Settings) {
		store = &closedStore{Store: set.Store}
		set.Store = store
	})
	ciphertext, _ := sealed(t, 1000)
	id := s.transfer(ciphertext, map[string]any{"max_downloads": 1})
	store.left.Store(2)
	for _, is := range []struct {
		status int
		count  float64
	}{{503, 0}, {503, 0}, {200, 1}, {200, 1}} {
		r := s.call("GET", "/api/transfers/download/"+id, nil,
			"x-sgraph-download-claim", "00112233445566778899aabbccddeeff").want(is.status, "")
		if is.status == 200 && !bytes.Equal(r.Body, ciphertext) {
			t.Error("other bytes")
		}
		if n := s.call("GET", "/api/transfers/info/"+id, nil).json()["download_count"]; n != is.count {
			t.Errorf("%v downloads are counted, want %v", n, is.count)
		}
	}
}
