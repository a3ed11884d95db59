package send_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

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
	key := strings.TrimPrefix(up.PartURLs[0], "/part/")
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
	key := strings.TrimPrefix(first.PartURLs[0], "/part/")
	_, err = f.store.PutPart(t.Context(), key, first.UploadID, 1, bytes.NewReader(noise(10)), 10)
	want(t, err, send.NotFound, "")
	for range 2 {
		if err := f.Cancel(t.Context(), f.sender(t), id, second.UploadID); err != nil {
			t.Fatal(err)
		}
	}
	key = strings.TrimPrefix(second.PartURLs[0], "/part/")
	_, err = f.store.PutPart(t.Context(), key, second.UploadID, 1, bytes.NewReader(noise(10)), 10)
	want(t, err, send.NotFound, "")
}
