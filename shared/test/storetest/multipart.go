package storetest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing/iotest"
	"time"

	"golang.org/x/sync/errgroup"

	"sgraph.ai/send/shared/send"
)

func (f *fixture) begin(key string) string {
	f.Helper()
	id, err := f.Begin(f.Context(), key)
	f.OK(err)
	if id == "" {
		f.Fatal("no upload ID")
	}
	return id
}

func (f *fixture) part(key, id string, number int, b []byte) send.Part {
	f.Helper()
	etag, err := f.PutPart(f.Context(), key, id, number, bytes.NewReader(b), int64(len(b)))
	f.OK(err)
	return send.Part{Number: number, ETag: etag}
}

// invalid checks that parts make no object and the upload goes on.
func (f *fixture) invalid(key, id string, parts ...send.Part) {
	f.Helper()
	_, err := f.Assemble(f.Context(), key, id, parts)
	f.Is(send.Invalid, err)
	f.gone(key)
}

func multipart(f *fixture) {
	b := content(1, 4*PartSize+17) // beyond 20 MiB
	id := f.begin("k/x")
	parts := make([]send.Part, 5)
	for _, i := range []int{4, 0, 3, 1, 2} { // they may come in any order
		parts[i] = f.part("k/x", id, 10*i+1, b[i*PartSize:min((i+1)*PartSize, len(b))]) // and with any numbers
		f.gone("k/x")
	}
	o, err := f.Assemble(f.Context(), "k/x", id, parts)
	f.OK(err)
	if etag := f.holds("k/x", b); o.Size != int64(len(b)) || o.ETag != etag {
		f.Fatalf("Assemble returns %+v; Stat says %s", o, etag)
	}
	f.OK(f.Settle(f.Context(), "k/x"))
	f.lists("", "", 10, "k/x")
}

// multipartLeast is of the smallest parts that the store says it takes.
func multipartLeast(f *fixture) {
	each := int(f.LeastPart())
	b := content(1, 2*each+1)
	id := f.begin("k/x")
	parts := []send.Part{
		f.part("k/x", id, 1, b[:each]), f.part("k/x", id, 2, b[each:2*each]), f.part("k/x", id, 3, b[2*each:]),
	}
	_, err := f.Assemble(f.Context(), "k/x", id, parts)
	f.OK(err)
	f.holds("k/x", b)
}

func uploaded(f *fixture) {
	comes := func(key, id string, want ...send.UploadedPart) {
		f.Helper()
		parts, err := f.Uploaded(f.Context(), key, id)
		f.OK(err)
		if !slices.Equal(parts, want) {
			f.Fatalf("there are the parts %+v, not %+v", parts, want)
		}
	}
	one, other := f.begin("k/x"), f.begin("k/x")
	comes("k/x", one)
	last := send.UploadedPart{Part: f.part("k/x", one, 9000, content(2, 1000)), Size: 1000}
	first := send.UploadedPart{Part: f.part("k/x", one, 7, content(1, PartSize)), Size: PartSize}
	comes("k/x", one, first, last)
	last = send.UploadedPart{Part: f.part("k/x", one, 9000, content(3, 10)), Size: 10} // in the place of the one before
	comes("k/x", one, first, last)
	comes("k/x", other)
	_, err := f.Assemble(f.Context(), "k/x", one, []send.Part{first.Part, last.Part}) // as they were listed
	f.OK(err)
	_, err = f.Uploaded(f.Context(), "k/x", one)
	f.Is(send.NotFound, err)
	f.OK(f.Abort(f.Context(), "k/x", other))
	_, err = f.Uploaded(f.Context(), "k/x", other)
	f.Is(send.NotFound, err)
}

// uploadedMany is of more parts than S3 lists at once.
func uploadedMany(f *fixture) {
	id := f.begin("k/x")
	const parts = 1003
	var want [parts]send.UploadedPart
	var g errgroup.Group
	g.SetLimit(8)
	for i := range parts {
		g.Go(func() error {
			b := content(uint64(i), 1+i%7)
			etag, err := f.PutPart(f.Context(), "k/x", id, i+1, bytes.NewReader(b), int64(len(b)))
			want[i] = send.UploadedPart{Part: send.Part{Number: i + 1, ETag: etag}, Size: int64(len(b))}
			return err
		})
	}
	f.OK(g.Wait())
	got, err := f.Uploaded(f.Context(), "k/x", id)
	f.OK(err)
	if !slices.Equal(got, want[:]) {
		f.Fatalf("%d parts are there, not %d, or others", len(got), parts)
	}
}

func multipartOne(f *fixture) {
	id := f.begin("k/x")
	p := f.part("k/x", id, 1, []byte("small"))
	_, err := f.Assemble(f.Context(), "k/x", id, []send.Part{p})
	f.OK(err)
	f.holds("k/x", []byte("small"))
}

func multipartReplaces(f *fixture) {
	old := f.put("k/x", []byte("old"))
	id := f.begin("k/x")
	p := f.part("k/x", id, 1, []byte("new"))
	f.holds("k/x", []byte("old"))
	o, err := f.Assemble(f.Context(), "k/x", id, []send.Part{p})
	f.OK(err)
	f.holds("k/x", []byte("new"))
	if o.ETag == old.ETag {
		f.Fatal("the ETag did not change with the content")
	}
}

func partAgain(f *fixture) {
	first, second, last := content(1, PartSize), content(2, PartSize), []byte("end")
	id := f.begin("k/x")
	replaced := f.part("k/x", id, 1, first)
	end := f.part("k/x", id, 2, last)
	kept := f.part("k/x", id, 1, second)
	if replaced.ETag == kept.ETag {
		f.Fatal("the ETag did not change with the part")
	}
	f.invalid("k/x", id, replaced, end)
	_, err := f.Assemble(f.Context(), "k/x", id, []send.Part{kept, end})
	f.OK(err)
	f.holds("k/x", append(bytes.Clone(second), last...))
}

func partWrongSize(f *fixture) {
	const big = 20 << 20
	id := f.begin("k/x")
	p := f.part("k/x", id, 1, []byte("kept"))
	for _, c := range []struct{ announced, given int }{{10, 9}, {10, 11}, {0, 1}, {big, big - 1}, {big, big + 1}} {
		for _, number := range []int{1, 2} {
			body := unsized{bytes.NewReader(content(2, c.given))}
			_, err := f.PutPart(f.Context(), "k/x", id, number, body, int64(c.announced))
			f.Is(send.Invalid, err)
		}
	}
	for _, number := range []int{-1, 0, send.MaxParts + 1} {
		_, err := f.PutPart(f.Context(), "k/x", id, number, bytes.NewReader([]byte("x")), 1)
		f.Is(send.Invalid, err)
	}
	_, err := f.Assemble(f.Context(), "k/x", id, []send.Part{p})
	f.OK(err)
	f.holds("k/x", []byte("kept"))
}

func partBrokenBody(f *fixture) {
	const big = 20 << 20
	id := f.begin("k/x")
	p := f.part("k/x", id, 1, []byte("kept"))
	for _, n := range []int{0, 1000, big} {
		body := io.MultiReader(bytes.NewReader(content(2, n)), iotest.ErrReader(errBroken))
		if _, err := f.PutPart(f.Context(), "k/x", id, 1, body, int64(n)+1); err != errBroken {
			f.Fatalf("%d bytes and then an error: %v; want the body's own", n, err)
		}
	}
	_, err := f.Assemble(f.Context(), "k/x", id, []send.Part{p})
	f.OK(err)
	f.holds("k/x", []byte("kept"))
}

func partsAtOnce(f *fixture) {
	b := content(1, 6*PartSize)
	id := f.begin("k/x")
	parts := make([]send.Part, 6)
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() {
			etag, err := f.PutPart(f.Context(), "k/x", id, i+1, bytes.NewReader(b[i*PartSize:(i+1)*PartSize]), PartSize)
			if err != nil {
				f.Errorf("PutPart: %v", err)
			}
			parts[i] = send.Part{Number: i + 1, ETag: etag}
		})
	}
	wg.Wait()
	_, err := f.Assemble(f.Context(), "k/x", id, parts)
	f.OK(err)
	f.holds("k/x", b)
}

func assembleInvalid(f *fixture) {
	b := content(1, 2*PartSize)
	id := f.begin("k/x")
	one, two := f.part("k/x", id, 1, b[:PartSize]), f.part("k/x", id, 2, b[PartSize:])
	f.invalid("k/x", id)
	f.invalid("k/x", id, two, one)
	f.invalid("k/x", id, one, one)
	f.invalid("k/x", id, one, send.Part{Number: 3, ETag: two.ETag})
	f.invalid("k/x", id, one, send.Part{Number: 2, ETag: one.ETag})
	f.invalid("k/x", id, one, send.Part{Number: 2, ETag: `"0123456789abcdef0123456789abcdef"`})
	f.invalid("k/x", id, one, send.Part{Number: 2})
	f.invalid("k/x", id, send.Part{Number: 0, ETag: one.ETag})

	// Nothing of that ended the upload.
	_, err := f.Assemble(f.Context(), "k/x", id, []send.Part{one, two})
	f.OK(err)
	f.holds("k/x", b)
}

func assembleEnds(f *fixture) {
	id := f.begin("k/x")
	p := f.part("k/x", id, 1, []byte("x"))
	f.part("k/x", id, 2, []byte("left out"))
	_, err := f.Assemble(f.Context(), "k/x", id, []send.Part{p})
	f.OK(err)
	// S3 answers a repeated Assemble, for a while, as it did the first.
	if _, err := f.Assemble(f.Context(), "k/x", id, []send.Part{p}); err != nil {
		f.Is(send.NotFound, err)
	}
	f.holds("k/x", []byte("x"))
	f.OK(f.Abort(f.Context(), "k/x", id))
	_, err = f.PutPart(f.Context(), "k/x", id, 1, bytes.NewReader([]byte("y")), 1)
	f.Is(send.NotFound, err)
	f.holds("k/x", []byte("x"))
}

// ended checks that an upload is not there any more.
func (f *fixture) ended(key, id string, p send.Part) {
	f.Helper()
	_, err := f.PutPart(f.Context(), key, id, 1, bytes.NewReader([]byte("x")), 1)
	f.Is(send.NotFound, err)
	_, err = f.Assemble(f.Context(), key, id, []send.Part{p})
	f.Is(send.NotFound, err)
	f.OK(f.Abort(f.Context(), key, id))
}

func noUpload(f *fixture) {
	id := f.begin("k/x")
	f.OK(f.Abort(f.Context(), "k/x", id))
	f.ended("k/x", id, send.Part{Number: 1, ETag: `"x"`})
	f.gone("k/x")
}

// An ID is a client's, who may say anything.
func noSuchID(f *fixture) {
	f.ended("k/x", "nosuchupload", send.Part{Number: 1, ETag: `"x"`})
	f.ended("k/x", "../../objects", send.Part{Number: 1, ETag: `"x"`})
	f.gone("k/x")
}

func abort(f *fixture) {
	f.put("k/x", []byte("old"))
	id := f.begin("k/x")
	p := f.part("k/x", id, 1, []byte("new"))
	f.OK(f.Abort(f.Context(), "k/x", id))
	f.ended("k/x", id, p)
	f.holds("k/x", []byte("old"))
}

// Uploads keep apart, of one key as of two.
func twoUploads(f *fixture) {
	ids := map[string]string{}
	parts := map[string]send.Part{}
	for _, key := range []string{"k/x", "k/y"} {
		for i := range 2 {
			id := f.begin(key)
			if _, taken := ids[id]; taken {
				f.Fatal("two uploads have one ID")
			}
			ids[id] = key
			parts[id] = f.part(key, id, 1, fmt.Appendf(nil, "%s, upload %d", key, i))
		}
	}
	for id, key := range ids {
		_, err := f.Assemble(f.Context(), key, id, []send.Part{parts[id]})
		f.OK(err)
	}
	for _, key := range []string{"k/x", "k/y"} {
		r, _, err := f.Open(f.Context(), key, send.Whole)
		f.OK(err)
		b, err := io.ReadAll(r)
		f.OK(err)
		f.OK(r.Close())
		if !bytes.HasPrefix(b, []byte(key)) {
			f.Fatalf("%s keeps %q", key, b)
		}
	}
}

// A sweep takes nothing that can still be asked for.
func sweep(f *fixture) {
	f.put("k/x", []byte("object"))
	id := f.begin("k/y")
	p := f.part("k/y", id, 1, []byte("part"))
	_, err := f.Sweep(f.Context(), time.Now())
	f.OK(err)
	f.holds("k/x", []byte("object"))
	_, err = f.Assemble(f.Context(), "k/y", id, []send.Part{p})
	f.OK(err)
	f.holds("k/y", []byte("part"))
}
