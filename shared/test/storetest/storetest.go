// Package storetest is the contract of [send.Store] as tests: every adapter
// passes all of it.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/codetest"
)

// PartSize is the size of the parts that are uploaded: the smallest that every store
// takes for all but the last.
const PartSize = 5 << 20

// Difference is a test that a store cannot pass because what it stands on is not
// what it stands in for, and who says so.
type Difference struct{ Test, Why string }

// Run tests a store against the contract, but for where it differs. open returns
// an empty one and arranges for its end.
func Run(t *testing.T, open func(t *testing.T) send.Store, differs ...Difference) {
	for _, test := range []struct {
		name string
		f    func(*fixture)
	}{
		{"Put", put}, {"KeysThatGoOn", keysThatGoOn}, {"PutSizes", putSizes}, {"PutBig", putBig},
		{"PutReplaces", putReplaces},
		{"PutWrongSize", putWrongSize}, {"PutBrokenBody", putBrokenBody}, {"PutEndedRequest", putEndedRequest},
		{"PutRace", putRace},
		{"Spans", spans}, {"SpansOfNothing", spansOfNothing}, {"OpenOutlivesDelete", openOutlives}, {"Missing", missing},
		{"Copy", copyObject}, {"CopyBig", copyBig}, {"Delete", remove}, {"List", list}, {"ListOrder", listOrder},
		{"ListPages", listPages},
		{"Multipart", multipart}, {"MultipartLeast", multipartLeast}, {"MultipartOne", multipartOne},
		{"MultipartReplaces", multipartReplaces},
		{"PartAgain", partAgain}, {"PartWrongSize", partWrongSize}, {"PartBrokenBody", partBrokenBody},
		{"PartsAtOnce", partsAtOnce},
		{"Uploaded", uploaded}, {"UploadedMany", uploadedMany},
		{"AssembleInvalid", assembleInvalid}, {"AssembleEnds", assembleEnds}, {"NoUpload", noUpload},
		{"NoSuchID", noSuchID},
		{"Abort", abort},
		{"TwoUploads", twoUploads},
		{"Sweep", sweep},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, d := range differs {
				if d.Test == test.name {
					t.Skip(d.Why)
				}
			}
			test.f(&fixture{codetest.T{T: t}, open(t)})
		})
	}
}

type fixture struct {
	codetest.T
	send.Store
}

// content returns n bytes that differ from those of every other seed.
func content(seed uint64, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 1}).Read(b)
	return b
}

func (f *fixture) put(key string, b []byte) send.Object {
	f.Helper()
	o, err := f.Put(f.Context(), key, bytes.NewReader(b), int64(len(b)))
	f.OK(err)
	return o
}

// holds checks that the key keeps exactly those bytes, and returns its ETag.
func (f *fixture) holds(key string, want []byte) string {
	f.Helper()
	r, o, err := f.Open(f.Context(), key, send.Whole)
	f.OK(err)
	defer r.Close()
	got, err := io.ReadAll(r)
	f.OK(err)
	if !bytes.Equal(got, want) {
		f.Fatalf("%s keeps %d bytes that are not the %d that were put", key, len(got), len(want))
	}
	stat, err := f.Stat(f.Context(), key)
	f.OK(err)
	if o.Size != int64(len(want)) || stat != o {
		f.Fatalf("%s: Open says %+v, Stat %+v; want %d bytes", key, o, stat, len(want))
	}
	if n := len(o.ETag); n < 3 || o.ETag[0] != '"' || o.ETag[n-1] != '"' {
		f.Fatalf("%s: the ETag %s is not quoted", key, o.ETag)
	}
	return o.ETag
}

func (f *fixture) gone(key string) {
	f.Helper()
	_, err := f.Stat(f.Context(), key)
	f.Is(send.NotFound, err)
	_, _, err = f.Open(f.Context(), key, send.Whole)
	f.Is(send.NotFound, err)
	es, err := f.List(f.Context(), key, "", 10)
	f.OK(err)
	for _, e := range es {
		if e.Key == key {
			f.Fatalf("%s is listed", key)
		}
	}
}

// unsized hides everything but Read.
type unsized struct{ io.Reader }

func put(f *fixture) {
	b := content(1, 100_000)
	o := f.put("transfers/a/b-c_d.e", b)
	if etag := f.holds("transfers/a/b-c_d.e", b); o.Size != 100_000 || o.ETag != etag {
		f.Fatalf("Put returns %+v; Stat says %s", o, etag)
	}
	f.OK(f.Settle(f.Context(), "transfers/a/b-c_d.e"))
	f.holds("transfers/a/b-c_d.e", b)
}

// A key may go on where another ends.
func keysThatGoOn(f *fixture) {
	b := content(1, 100)
	f.put("transfers/a/b-c_d.e", b)
	f.put("transfers/a", b[:10])
	f.put("transfers/a/b-c_d.e/f", b[:20])
	f.holds("transfers/a", b[:10])
	f.holds("transfers/a/b-c_d.e", b)
	f.holds("transfers/a/b-c_d.e/f", b[:20])
}

func putSizes(f *fixture) {
	const mib = 1 << 20
	for i, n := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 8*mib - 1, 8 * mib, 8*mib + 1} {
		b := content(uint64(i), n)
		f.put("k/sized", b)
		f.holds("k/sized", b)
		o, err := f.Put(f.Context(), "k/unsized", unsized{iotest.HalfReader(bytes.NewReader(b))}, -1)
		f.OK(err)
		if o.Size != int64(n) {
			f.Fatalf("%d bytes put, the object has %d", n, o.Size)
		}
		f.holds("k/unsized", b)
	}
}

func putBig(f *fixture) {
	b := content(7, 20<<20+13)
	f.put("k/big", b)
	f.holds("k/big", b)
	_, err := f.Put(f.Context(), "k/unsized", unsized{bytes.NewReader(b)}, -1)
	f.OK(err)
	f.holds("k/unsized", b)
}

func putReplaces(f *fixture) {
	etags := map[string]bool{}
	for i := range 5 {
		b := content(uint64(i), 1000) // of one size, in quick succession
		o := f.put("k/x", b)
		if etags[o.ETag] {
			f.Fatalf("the ETag %s did not change with the content", o.ETag)
		}
		etags[o.ETag] = true
		f.holds("k/x", b)
	}
}

func putWrongSize(f *fixture) {
	const big = 20 << 20
	old := content(1, 10)
	f.put("k/old", old)
	for _, c := range []struct{ announced, given int }{
		{10, 9}, {10, 11}, {0, 1}, {1, 0}, {big, big - 1}, {big, big + 1}, {10, big}, {big, 10},
	} {
		for _, key := range []string{"k/old", "k/new"} {
			_, err := f.Put(f.Context(), key, unsized{bytes.NewReader(content(2, c.given))}, int64(c.announced))
			f.Is(send.Invalid, err)
		}
		f.holds("k/old", old)
		f.gone("k/new")
	}
}

var errBroken = errors.New("the connection broke")

func putBrokenBody(f *fixture) {
	old := content(1, 10)
	f.put("k/old", old)
	for _, n := range []int{0, 1000, 20 << 20} {
		for _, size := range []int64{-1, int64(n), int64(n) + 1} {
			for _, key := range []string{"k/old", "k/new"} {
				body := io.MultiReader(bytes.NewReader(content(2, n)), iotest.ErrReader(errBroken))
				if _, err := f.Put(f.Context(), key, body, size); err != errBroken {
					f.Fatalf("%d bytes of %d and then an error: %v; want the body's own", n, size, err)
				}
			}
			f.holds("k/old", old)
			f.gone("k/new")
		}
	}
}

func putEndedRequest(f *fixture) {
	for _, n := range []int{1000, 20 << 20} {
		ctx, cancel := context.WithCancel(f.Context())
		body := io.MultiReader(bytes.NewReader(content(2, n)), ending(cancel), bytes.NewReader(content(3, n)))
		_, err := f.Put(ctx, "k/x", body, -1)
		f.Is(send.Unavailable, err)
		f.gone("k/x")
	}
}

// ending is a reader that gives nothing but ends a request.
type ending context.CancelFunc

func (e ending) Read([]byte) (int, error) { e(); return 0, io.EOF }

// Whoever reads meanwhile gets one whole object or another.
func putRace(f *fixture) {
	const n = 300_000
	f.put("k/x", content(0, n))
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			for i := range 5 {
				b := content(uint64(10*w+i), n)
				if _, err := f.Put(f.Context(), "k/x", bytes.NewReader(b), n); err != nil {
					f.Errorf("Put: %v", err)
				}
			}
		})
	}
	whole := map[[16]byte][]byte{}
	for i := range 50 {
		b := content(uint64(i), n)
		whole[[16]byte(b)] = b
	}
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r, o, err := f.Open(f.Context(), "k/x", send.Whole)
				if err != nil {
					f.Errorf("Open: %v", err)
					return
				}
				b, err := io.ReadAll(r)
				r.Close()
				if err != nil || o.Size != n || len(b) != n || !bytes.Equal(b, whole[[16]byte(b)]) {
					f.Errorf("a mixture was read: %d bytes, %v", len(b), err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
}

func spans(f *fixture) {
	const n = 1_000_000
	b := content(1, n)
	o := f.put("k/x", b)
	for _, c := range [][2]int64{
		{0, -1}, {0, 1}, {0, n}, {0, n + 5}, {1, 1}, {10, 0}, {0, 0}, {500, 1000},
		{n - 1, 1}, {n - 1, -1}, {n - 1, 10}, {700_000, -1}, {700_000, -9},
	} {
		s := send.Span{Offset: c[0], Length: c[1]}
		r, got, err := f.Open(f.Context(), "k/x", s)
		if err != nil {
			f.Fatalf("span %v: %v", s, err)
		}
		if got != o {
			f.Fatalf("span %v: object %+v; want that of the whole, %+v", s, got, o)
		}
		length := n - s.Offset
		if s.Length >= 0 {
			length = min(length, s.Length)
		}
		part, err := io.ReadAll(io.LimitReader(r, length))
		f.OK(err)
		if !bytes.Equal(part, b[s.Offset:s.Offset+length]) {
			f.Fatalf("span %v: other bytes", s)
		}
		f.OK(r.Close())
	}
	for _, c := range [][2]int64{{n, 1}, {n, -1}, {n, 0}, {n + 1, -1}, {n + 1, 0}, {-1, 1}, {-5, -1}} {
		r, _, err := f.Open(f.Context(), "k/x", send.Span{Offset: c[0], Length: c[1]})
		f.Is(send.Invalid, err)
		if r != nil {
			f.Fatalf("span %v: a reader beside the error", c)
		}
	}
}

func spansOfNothing(f *fixture) {
	f.put("k/x", nil)
	for _, length := range []int64{-1, 0, 5} {
		r, o, err := f.Open(f.Context(), "k/x", send.Span{Length: length})
		f.OK(err)
		b, err := io.ReadAll(r)
		f.OK(err)
		f.OK(r.Close())
		if len(b) != 0 || o.Size != 0 {
			f.Fatalf("%d of no bytes: %d, %+v", length, len(b), o)
		}
	}
	_, _, err := f.Open(f.Context(), "k/x", send.Span{Offset: 1, Length: -1})
	f.Is(send.Invalid, err)
}

// Bytes that are being read do not change, whatever becomes of their key.
func openOutlives(f *fixture) {
	b := content(1, 100_000)
	f.put("k/x", b)
	r, _, err := f.Open(f.Context(), "k/x", send.Whole)
	f.OK(err)
	defer r.Close()
	f.put("k/x", content(2, 100_000))
	f.OK(f.Delete(f.Context(), "k/x"))
	got, err := io.ReadAll(r)
	f.OK(err)
	if !bytes.Equal(got, b) {
		f.Fatal("what was being read changed")
	}
}

func missing(f *fixture) {
	f.put("k/x", content(1, 10))
	f.gone("k")
	f.gone("k/x/y")
	f.gone("k/X")
	f.gone("other/x")
	_, err := f.Copy(f.Context(), "k/none", "k/to")
	f.Is(send.NotFound, err)
	f.gone("k/to")
}

func copyObject(f *fixture) {
	b, other := content(1, 300_000), content(2, 100)
	f.put("k/from", b)
	f.put("k/old", other)
	for _, to := range []string{"k/to", "k/to", "k/old", "elsewhere/x/y", "k/from"} {
		o, err := f.Copy(f.Context(), "k/from", to)
		f.OK(err)
		if etag := f.holds(to, b); o.Size != int64(len(b)) || o.ETag != etag {
			f.Fatalf("Copy returns %+v; Stat says %s", o, etag)
		}
		f.holds("k/from", b)
	}
	f.put("k/from", other) // the copy is not touched by what becomes of the original
	f.holds("k/to", b)
	f.OK(f.Delete(f.Context(), "k/from"))
	f.holds("k/to", b)
	f.put("k/to", other)
	f.holds("elsewhere/x/y", b)
}

func copyBig(f *fixture) {
	b := content(1, 20<<20)
	f.put("k/from", b)
	_, err := f.Copy(f.Context(), "k/from", "k/to")
	f.OK(err)
	f.holds("k/to", b)
}

func remove(f *fixture) {
	f.put("k/x", content(1, 10))
	f.put("k/xy", content(2, 10))
	f.OK(f.Delete(f.Context(), "k/x"))
	f.gone("k/x")
	f.holds("k/xy", content(2, 10))
	f.OK(f.Delete(f.Context(), "k/x"))
	f.OK(f.Delete(f.Context(), "never/x"))
	f.put("k/x", content(3, 10))
	f.holds("k/x", content(3, 10))

	// The last one of its kind, deleted while another is put.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for i := range 50 {
				key := fmt.Sprintf("lone/%d", i%2)
				if _, err := f.Put(f.Context(), key, bytes.NewReader([]byte("x")), 1); err != nil {
					f.Errorf("Put: %v", err)
				}
				if err := f.Delete(f.Context(), key); err != nil {
					f.Errorf("Delete: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func list(f *fixture) {
	before := time.Now().Add(-3 * time.Second) // a listing's times may be of whole seconds
	for i, key := range []string{"t/b/2", "t/a/1", "t/a/10", "t/a/2", "tt/a", "t/c", "u/x"} {
		f.put(key, content(1, i))
	}
	f.lists("t/", "", 10, "t/a/1", "t/a/10", "t/a/2", "t/b/2", "t/c")
	f.lists("t", "", 10, "t/a/1", "t/a/10", "t/a/2", "t/b/2", "t/c", "tt/a")
	f.lists("", "", 10, "t/a/1", "t/a/10", "t/a/2", "t/b/2", "t/c", "tt/a", "u/x")
	f.lists("t/a/1", "", 10, "t/a/1", "t/a/10")
	f.lists("t/", "t/a/10", 2, "t/a/2", "t/b/2")
	f.lists("t/", "t/a/11", 10, "t/a/2", "t/b/2", "t/c") // after need not be kept
	f.lists("t/", "a", 1, "t/a/1")
	f.lists("t/", "t/c", 10)
	f.lists("t/", "z", 10)
	f.lists("none", "", 10)
	f.lists("", "", 0)

	es, err := f.List(f.Context(), "t/a/10", "", 1)
	f.OK(err)
	if e := es[0]; e.Size != 2 || e.Modified.Before(before) || e.Modified.After(time.Now().Add(3*time.Second)) {
		f.Fatalf("entry %+v", e)
	}
}

func (f *fixture) lists(prefix, after string, limit int, want ...string) {
	f.Helper()
	es, err := f.List(f.Context(), prefix, after, limit)
	f.OK(err)
	var got []string
	for _, e := range es {
		got = append(got, e.Key)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.Fatalf("list of %q after %q, at most %d:\n got %v\nwant %v", prefix, after, limit, got, want)
	}
}

// The order is that of the keys' bytes, in which "-" and "." come before "/",
// and "/" before everything else: where a tree of folders would be wrong.
func listOrder(f *fixture) {
	keys := []string{
		"a", "a-", "a-/x", "a-b", "a.", "a.b", "a/-", "a/a", "a/a/a", "a/b", "a0",
		"aa", "aa-", "aa.b/c", "aa/b", "aa/bb/c", "aab", "ab",
		"b/ccc/d", "b/cccc/d", "b/ccccc", "b/d",
	}
	for _, i := range rand.Perm(len(keys)) {
		f.put(keys[i], nil)
	}
	f.lists("", "", 100, keys...)
	for i, key := range keys {
		f.lists("", key, 4, keys[i+1:min(i+5, len(keys))]...)
		f.lists("", key+"!", 1, keys[i+1:min(i+2, len(keys))]...)
	}
	f.lists("a/", "", 100, "a/-", "a/a", "a/a/a", "a/b")
	f.lists("aa", "aa.", 3, "aa.b/c", "aa/b", "aa/bb/c")
}

func listPages(f *fixture) {
	const all, page = 1045, 500 // more than S3 lists at once
	var wg sync.WaitGroup
	for w := range 5 {
		wg.Go(func() {
			for i := w; i < all; i += 5 {
				key := fmt.Sprintf("transfers/%04d-abcdefgh/x", i)
				if _, err := f.Put(f.Context(), key, bytes.NewReader(nil), 0); err != nil {
					f.Errorf("Put: %v", err)
				}
			}
		})
	}
	wg.Wait()
	for _, size := range []int{page, 2000} {
		after, seen := "", 0
		for {
			es, err := f.List(f.Context(), "transfers/", after, size)
			f.OK(err)
			for _, e := range es {
				if want := fmt.Sprintf("transfers/%04d-abcdefgh/x", seen); e.Key != want {
					f.Fatalf("entry %d is %s", seen, e.Key)
				}
				seen++
				after = e.Key
			}
			if len(es) < size {
				break
			}
		}
		if seen != all {
			f.Fatalf("%d objects in all pages of %d; want %d", seen, size, all)
		}
	}
}
