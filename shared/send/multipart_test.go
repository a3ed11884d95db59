package send_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

func TestMultipart(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.MaxBytes = 100 << 20
	body := noise(11 << 20)
	id := f.created(t, send.NewTransfer{})

	_, err := f.Assemble(t.Context(), f.sender(t), id, "none", []send.Part{{Number: 1, ETag: "x"}})
	want(t, err, send.NotFound, "")
	up, err := f.Initiate(t.Context(), f.sender(t), id, int64(len(body)), 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(up.PartURLs) != 2 || up.PartSize != 11<<19 {
		t.Fatalf("%d parts of %d bytes, want 2 of %d", len(up.PartURLs), up.PartSize, 11<<19)
	}
	key := strings.TrimPrefix(up.PartURLs[0].URL, "/part/")
	var parts []send.Part
	for i, b := range [][]byte{body[:up.PartSize], body[up.PartSize:]} {
		etag, err := f.store.PutPart(t.Context(), key, up.UploadID, i+1, bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, send.Part{Number: i + 1, ETag: etag})
	}
	_, err = f.Assemble(t.Context(), f.sender(t), id, up.UploadID, nil)
	want(t, err, send.Invalid, "parts")
	var calls sync.WaitGroup
	for range 8 { // the answer may be lost, and the call repeated
		calls.Go(func() {
			p, err := f.Assemble(t.Context(), f.sender(t), id, up.UploadID, parts)
			if err != nil || p.Size != int64(len(body)) {
				t.Error(p, err)
			}
		})
	}
	calls.Wait()
	f.complete(t, id)
	if !bytes.Equal(f.payload(t, id), body) {
		t.Fatal("the bytes differ")
	}
	_, err = f.Assemble(t.Context(), f.sender(t), id, up.UploadID, parts)
	want(t, err, send.NotFound, "")
	if !bytes.Equal(f.payload(t, id), body) {
		t.Fatal("assembling again took the payload")
	}
}

func TestInitiateBounds(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.MaxBytes = 1 << 40
	id := f.created(t, send.NewTransfer{})
	for _, c := range []struct {
		size  int64
		parts int
		code  send.Code
		n     int
		each  int64
	}{
		{0, 0, send.Invalid, 0, 0},
		{-1, 0, send.Invalid, 0, 0},
		{100, -1, send.Invalid, 0, 0},
		{100, 10_001, send.Invalid, 0, 0},
		{1<<40 + 1, 0, send.TooLarge, 0, 0},
		{1, 0, "", 1, 10 << 20},
		{10 << 20, 0, "", 1, 10 << 20},
		{10<<20 + 1, 0, "", 2, 10 << 20},
		{100 << 20, 10, "", 10, 10 << 20},
		{10 << 20, 10, "", 10, 5 << 20},
		{1 << 40, 0, "", 10_000, 109_951_163}, // parts grow so that there are no more than S3 allows
	} {
		up, err := f.Initiate(t.Context(), f.sender(t), id, c.size, c.parts)
		if send.CodeOf(err) != c.code || len(up.PartURLs) != c.n || c.n > 0 && up.PartSize != c.each {
			t.Errorf("%d bytes in %d parts: %d parts of %d bytes, %v", c.size, c.parts, len(up.PartURLs), up.PartSize, err)
		}
	}
}

// Parts can be asked for that are smaller: as small as the store takes them.
func TestInitiateIn(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.MaxBytes = 1 << 40
	id := f.created(t, send.NewTransfer{})
	for _, c := range []struct {
		size, asked int64
		code        send.Code
		n           int
		each        int64
	}{
		{100, 0, send.Invalid, 0, 0},
		{100, -1, send.Invalid, 0, 0},
		{0, 1 << 20, send.Invalid, 0, 0},
		{1<<40 + 1, 1 << 20, send.TooLarge, 0, 0},
		{1, 1 << 20, "", 1, 1 << 20},
		{10<<20 + 1, 1 << 20, "", 11, 1 << 20},
		{10 << 20, 3 << 20, "", 4, 3 << 20},
		{10 << 20, 1, "", 10, 1 << 20},
		{30 << 20, 1 << 30, "", 3, 10 << 20},
		{20_000 << 20, 1 << 20, "", 10_000, 2 << 20},
	} {
		up, err := f.InitiateIn(t.Context(), f.sender(t), id, c.size, c.asked)
		if send.CodeOf(err) != c.code || len(up.PartURLs) != c.n || c.n > 0 && up.PartSize != c.each {
			t.Errorf("%d bytes in parts of %d: %d parts of %d bytes, %v",
				c.size, c.asked, len(up.PartURLs), up.PartSize, err)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.created(t, send.NewTransfer{})
	first, err := f.Initiate(t.Context(), f.sender(t), id, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Initiate(t.Context(), f.sender(t), id, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimPrefix(first.PartURLs[0].URL, "/part/")
	_, err = f.store.PutPart(t.Context(), key, first.UploadID, 1, bytes.NewReader(noise(10)), 10)
	want(t, err, send.NotFound, "")
	for range 2 {
		if err := f.Cancel(t.Context(), f.sender(t), id, second.UploadID); err != nil {
			t.Fatal(err)
		}
	}
	key = strings.TrimPrefix(second.PartURLs[0].URL, "/part/")
	_, err = f.store.PutPart(t.Context(), key, second.UploadID, 1, bytes.NewReader(noise(10)), 10)
	want(t, err, send.NotFound, "")
}

// Who goes on with an upload in parts is told what the store has of it, and of nothing
// else: parts of another size than was said are to be sent again.
func TestResume(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.Rules.MaxBytes = 100 << 20
	f.newToken(t, "another", 1)
	body := noise(25 << 20)
	id := f.created(t, send.NewTransfer{})
	resumed := func() (up send.MultipartUpload, there, lacking []int) {
		t.Helper()
		up, assembled, err := f.Resume(t.Context(), f.sender(t), id)
		if err != nil || assembled {
			t.Fatal(assembled, err)
		}
		for _, p := range up.Uploaded {
			there = append(there, p.Number)
		}
		for _, p := range up.PartURLs {
			lacking = append(lacking, p.Number)
		}
		return up, there, lacking
	}
	refused := func(token, id string, code send.Code, why send.Reason) {
		t.Helper()
		_, _, err := f.Resume(t.Context(), f.admitted(t, token), id)
		if send.CodeOf(err) != code || send.ReasonOf(err) != why {
			t.Errorf("resuming gives %v, want %s", err, why)
		}
	}
	refused(f.token, id, send.NotFound, send.ReasonUploadNotFound)
	begun, err := f.Initiate(t.Context(), f.sender(t), id, int64(len(body)), 0)
	if err != nil {
		t.Fatal(err)
	}
	refused("another", id, send.NotFound, send.ReasonTransferNotFound)
	key := strings.TrimPrefix(begun.PartURLs[0].URL, "/part/")
	put := func(number int, b []byte) {
		t.Helper()
		body, size := bytes.NewReader(b), int64(len(b))
		if _, err := f.store.PutPart(t.Context(), key, begun.UploadID, number, body, size); err != nil {
			t.Fatal(err)
		}
	}
	put(3, body[20<<20:])
	put(2, body[10<<20:15<<20]) // not all of it
	put(7, []byte("none of them"))
	up, there, lacking := resumed()
	if !slices.Equal(there, []int{3}) || !slices.Equal(lacking, []int{1, 2}) ||
		up.UploadID != begun.UploadID || up.PartSize != begun.PartSize || up.Size != int64(len(body)) {
		t.Fatalf("%v are there, %v are not, %+v", there, lacking, up)
	}
	put(1, body[:10<<20])
	put(2, body[10<<20:20<<20])
	up, there, lacking = resumed()
	if !slices.Equal(there, []int{1, 2, 3}) || lacking != nil {
		t.Fatalf("%v are there, %v are not", there, lacking)
	}
	parts := make([]send.Part, len(up.Uploaded))
	for i, p := range up.Uploaded {
		parts[i] = p.Part
	}
	// The process may end when the object is there and the record does not say so.
	if _, err := f.store.Assemble(t.Context(), key, up.UploadID, parts); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, assembled, err := f.Resume(t.Context(), f.sender(t), id); err != nil || !assembled {
			t.Fatal(assembled, err)
		}
	}
	f.complete(t, id)
	if !bytes.Equal(f.payload(t, id), body) {
		t.Fatal("the bytes differ")
	}
	refused(f.token, id, send.Conflict, send.ReasonNotPending)

	ended := f.created(t, send.NewTransfer{})
	if _, err = f.Initiate(t.Context(), f.sender(t), ended, 100, 10); err != nil {
		t.Fatal(err)
	}
	if up, _, err = f.Resume(t.Context(), f.sender(t), ended); err != nil || len(up.PartURLs) != 1 {
		t.Fatalf("%d parts are to come of 100 bytes, %v", len(up.PartURLs), err)
	}
	if err := f.Cancel(t.Context(), f.sender(t), ended, up.UploadID); err != nil {
		t.Fatal(err)
	}
	refused(f.token, ended, send.NotFound, send.ReasonUploadNotFound)
}

// Whoever uploads another way, or anew, has nothing to resume of before.
func TestResumeIsOfTheLastUpload(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.created(t, send.NewTransfer{})
	first, err := f.Initiate(t.Context(), f.sender(t), id, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Initiate(t.Context(), f.sender(t), id, 200, 0)
	if err != nil {
		t.Fatal(err)
	}
	up, _, err := f.Resume(t.Context(), f.sender(t), id)
	if err != nil || up.UploadID != second.UploadID || up.UploadID == first.UploadID || up.Size != 200 {
		t.Fatal(up, err)
	}
	f.clock.Advance(25 * time.Hour)
	_, _, err = f.Resume(t.Context(), f.sender(t), id)
	want(t, err, send.Gone, "")
}
