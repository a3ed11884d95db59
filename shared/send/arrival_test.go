package send_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/shared/send"
)

// initiated is an upload in parts that was announced with that many bytes, in as many parts as may be.
func (f *fixture) initiated(t *testing.T, size int64) (id, key, uploadID string) {
	t.Helper()
	id = f.created(t, send.NewTransfer{})
	up, err := f.Initiate(t.Context(), f.sender(t), id, size, send.MaxParts)
	if err != nil {
		t.Fatal(err)
	}
	return id, strings.TrimPrefix(up.PartURLs[0].URL, "/part/"), up.UploadID
}

func TestPartsKeepToWhatWasReserved(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	_, key, uploadID := f.initiated(t, 100_000) // of which 165,633 bytes may come
	put := func(by *send.Transfers, number, size int, said int64) error {
		_, err := by.PutPart(t.Context(), key, uploadID, number, bytes.NewReader(noise(size)), said)
		return err
	}
	for _, c := range []struct {
		number, size int
		code         send.Code
	}{
		{1, 160_000, ""},
		{2, 10_000, send.TooLarge},
		{2, 5_000, ""},
		{3, 1_000, send.TooLarge},
		{1, 160_000, ""}, // in its own place
		{1, 1_000, ""},
		{3, 150_000, ""},
		{4, 50_000, send.TooLarge},
	} {
		want(t, put(f.Transfers, c.number, c.size, int64(c.size)), c.code, "")
	}
	other := f.over(t, f.ledger) // another process sees what is there
	want(t, put(other, 4, 50_000, 50_000), send.TooLarge, "")
	want(t, put(other, 4, 5_000, 5_000), "", "")
	want(t, put(other, 1, 500, -1), "", "") // of which nobody said how much
	want(t, put(other, 5, 6_000, -1), send.TooLarge, "at most")
	parts, err := f.store.Uploaded(t.Context(), key, uploadID)
	if err != nil || len(parts) != 4 {
		t.Errorf("%d parts are there, %v", len(parts), err)
	}
}

// begunPart begins to put a part of that many bytes; end is nil where it is refused.
func (f *fixture) begunPart(t *testing.T, key, uploadID string, number int, size int64) (
	end func(error), ended chan error,
) {
	r, w := io.Pipe()
	ended = make(chan error, 1)
	go func() {
		_, err := f.PutPart(t.Context(), key, uploadID, number, r, size)
		r.Close()
		ended <- err
	}()
	if _, err := w.Write(noise(10)); err != nil { // else it is being read
		return nil, ended
	}
	return func(err error) { w.CloseWithError(err) }, ended
}

// What is under way counts, and comes to an end.
func TestPartsUnderWay(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	_, key, uploadID := f.initiated(t, 100_000)
	begin := func(number int) (end func(error), ended chan error) {
		return f.begunPart(t, key, uploadID, number, 100_000)
	}
	end, ended := begin(1)
	if end == nil {
		t.Fatal(<-ended)
	}
	if _, refused := begin(2); send.CodeOf(<-refused) != send.Limited {
		t.Error("a second part is taken for which there would be no room")
	}
	var ends []func(error)
	for {
		again, refused := begin(1) // as after a line broke
		if again == nil {
			want(t, <-refused, send.Limited, "under way")
			break
		}
		if ends = append(ends, again); len(ends) > 10 {
			t.Fatal("any number of bodies come to one part")
		}
	}
	if len(ends) < 3 {
		t.Errorf("only %d bodies of one part may come again", len(ends))
	}
	for _, end := range append(ends, end) {
		end(io.ErrUnexpectedEOF)
	}
	<-ended
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		end, failed := begin(2)
		if end != nil {
			end(io.ErrUnexpectedEOF)
			<-failed
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("what failed is under way for ever: %v", <-failed)
		}
		<-failed
	}
}

// A body that is refused takes no room, also where another of its part is under way.
func TestPartsThatAreRefused(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	_, key, uploadID := f.initiated(t, 100_000)
	for _, part := range []struct {
		number int
		size   int64
		code   send.Code
	}{{1, 50_000, ""}, {2, 100_000, ""}, {1, 100_000, send.Limited}, {3, 10_000, ""}} {
		end, ended := f.begunPart(t, key, uploadID, part.number, part.size)
		if end == nil {
			want(t, <-ended, part.code, "")
			continue
		}
		defer func() { end(io.ErrUnexpectedEOF); <-ended }()
		if part.code != "" {
			t.Errorf("%d bytes of part %d are taken", part.size, part.number)
		}
	}
}

func TestPutsUnderWay(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	id := f.created(t, send.NewTransfer{DeclaredBytes: 1000})
	url, _, err := f.UploadURL(t.Context(), f.sender(t), id)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimPrefix(url, "/put/")
	// Nor does one go on for ever of which nobody said how much it is.
	_, err = f.Put(t.Context(), key, bytes.NewReader(noise(200_000)), -1)
	want(t, err, send.TooLarge, "")
	var ends []func(error) error
	for len(ends) <= 10 {
		r, w := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			_, err := f.Put(t.Context(), key, r, 50_000)
			r.Close()
			ended <- err
		}()
		if _, err := w.Write(noise(10)); err != nil {
			want(t, <-ended, send.Limited, "under way")
			break
		}
		ends = append(ends, w.CloseWithError)
	}
	if len(ends) == 0 || len(ends) > 10 {
		t.Fatalf("%d bodies come to one URL", len(ends))
	}
	for _, end := range ends {
		_ = end(io.ErrUnexpectedEOF)
	}
}

// A part's URL holds for hours; what it is for may end before.
func TestPartsOfWhatIsOver(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	put := func(key, uploadID string) error {
		_, err := f.PutPart(t.Context(), key, uploadID, 1, strings.NewReader("part"), 4)
		return err
	}
	id, key, uploadID := f.initiated(t, 1000)
	want(t, put(key, uploadID), "", "")
	want(t, put(key, uploadID+"x"), send.NotFound, "")
	want(t, put(key+"x", uploadID), send.NotFound, "")
	if err := f.Cancel(t.Context(), f.sender(t), id, uploadID); err != nil {
		t.Fatal(err)
	}
	want(t, put(key, uploadID), send.NotFound, "")

	_, key, uploadID = f.initiated(t, 1000)
	f.clock.Advance(25 * time.Hour)
	want(t, put(key, uploadID), send.Gone, "")
	want(t, f.Expects(context.Background(), f.sender(t), id), send.Gone, "")
}
