package client_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/wire"
)

// far is a service, of which only what an upload in parts needs is there. It keeps whole
// parts, and counts those that are on their way.
type far struct {
	size int64 // of the sealed file

	mu       sync.Mutex
	partSize int64
	parts    map[int]int64
	now      int   // on their way
	at       []int // how many, when each began
	finished bool
	progress func(done, total int64) // of who sends
}

func (f *far) answer(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut {
		return f.put(r)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var reply any = struct{}{}
	switch r.URL.Path {
	case wire.CreateTransfer.To():
		reply = wire.CreateTransferReply{TransferID: "000000000000"}
	case wire.InitiateUpload.To():
		var in wire.InitiateUploadRequest
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, err
		}
		f.size, f.partSize = in.FileSizeBytes, cmp.Or(in.PartSize, partSize)
		clear(f.parts)
		reply = wire.InitiateUploadReply{UploadID: "u", PartSize: f.partSize, PartURLs: f.missing()}
	case wire.ResumeUpload.To():
		there := wire.ResumeUploadReply{UploadID: "u", PartSize: f.partSize, FileSizeBytes: f.size, PartURLs: f.missing()}
		for number, size := range f.parts {
			there.Parts = append(there.Parts, wire.UploadedPart{PartNumber: number, Size: size, ETag: `"x"`})
		}
		reply = there
	case wire.Capabilities.To():
		reply = wire.CapabilitiesReply{MultipartUpload: true}
	case wire.CompleteTransfer.To("000000000000"):
		f.finished = true
	}
	text, err := json.Marshal(reply)
	return replying(bytes.NewReader(text)), err
}

func (f *far) missing() (urls []wire.PartURL) {
	for i := range int((f.size + f.partSize - 1) / f.partSize) {
		if _, there := f.parts[i+1]; !there {
			urls = append(urls, wire.PartURL{PartNumber: i + 1, UploadURL: fmt.Sprint("http://service.test/part/", i+1)})
		}
	}
	return urls
}

func (f *far) put(r *http.Request) (*http.Response, error) {
	number, err := strconv.Atoi(path.Base(r.URL.Path))
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.now++
	f.at = append(f.at, f.now)
	f.mu.Unlock()
	n, err := io.Copy(io.Discard, r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now--
	if err != nil {
		return nil, err
	}
	f.parts[number] = n
	res := replying(http.NoBody)
	wire.ETag.Set(res.Header, `"x"`)
	return res, nil
}

// over is a transport that carries so many bytes a second, in turn of what goes at once.
func (f *far) over(rate int64) http.RoundTripper { return client.Limited(roundTripper(f.answer), rate) }

// session sends a file for so long.
func (f *far) session(t *testing.T, dir string, content []byte, line http.RoundTripper, lasts time.Duration) error {
	ctx, end := context.WithTimeout(t.Context(), lasts)
	defer end()
	j, err := kept.OpenUpload(dir, kept.About{Server: "http://service.test", Path: "/a"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	c := &client.Client{
		Server: "http://service.test", Transport: line, Progress: f.progress,
		Pause: func(time.Duration) time.Duration { return time.Second }, // always the same
	}
	_, err = c.Send(ctx, client.File{
		Meta: envelope.FilesMeta("a"), Content: bytes.NewReader(content), Size: int64(len(content)),
	}, client.Options{Journal: j})
	return err
}

// However slow a line is, and however often it breaks: an upload ends when each time is
// long enough for two parts.
func TestShortSessionsEndAnUpload(t *testing.T) {
	t.Parallel()
	content := make([]byte, 6*partSize)
	for _, rate := range []int64{128 << 10, 1 << 20, 8 << 20} { // bytes a second
		t.Run(fmt.Sprint(rate>>10, " KiB a second"), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &far{parts: map[int]int64{}}
				dir := t.TempDir()
				lasts := time.Duration(2*partSize/rate) * time.Second
				sessions := 0
				for ; !f.finished && sessions < 7; sessions++ { // one part at least arrives each time
					err := f.session(t, dir, content, f.over(rate), lasts)
					if (err == nil) != f.finished {
						t.Fatal(err)
					}
				}
				if !f.finished {
					t.Errorf("after %d sessions %d parts are there", sessions, len(f.parts))
				}
			})
		})
	}
}

// What goes on is told from what is there: what arrived before does not look like speed.
func TestProgressGoesOn(t *testing.T) {
	t.Parallel()
	content := make([]byte, 6*partSize)
	synctest.Test(t, func(t *testing.T) {
		f := &far{parts: map[int]int64{}}
		dir := t.TempDir()
		if err := f.session(t, dir, content, f.over(partSize), 9*time.Second/2); err == nil {
			t.Fatal("it was all sent")
		}
		there := int64(len(f.parts)) * partSize
		first, last := int64(-1), int64(0)
		f.progress = func(done, _ int64) {
			if first < 0 {
				first = done
			}
			last = done
		}
		if err := f.session(t, dir, content, f.over(partSize), time.Hour); err != nil {
			t.Fatal(err)
		}
		if there < 2*partSize || first < there || last != f.size {
			t.Errorf("of %d bytes %d are there; told are at first %d, and at last %d", f.size, there, first, last)
		}
	})
}

// A session that was too short for any part leaves nothing; those that follow send smaller
// ones, of which some are through each time.
func TestSessionsTooShortForAPart(t *testing.T) {
	t.Parallel()
	content := make([]byte, 3*partSize)
	synctest.Test(t, func(t *testing.T) {
		const rate = 128 << 10
		f := &far{parts: map[int]int64{}}
		dir := t.TempDir()
		sessions := 0
		for ; !f.finished && sessions < 20; sessions++ {
			err := f.session(t, dir, content, f.over(rate), partSize/2/rate*time.Second)
			if (err == nil) != f.finished {
				t.Fatal(err)
			}
			if sessions == 0 && len(f.parts) > 0 {
				t.Fatalf("of the first session %d parts are there", len(f.parts))
			}
		}
		if !f.finished {
			t.Errorf("after %d sessions %d parts are there", sessions, len(f.parts))
		}
	})
}

// untilBroken is a body that comes to no end when a line has broken.
type untilBroken struct {
	io.ReadCloser
	at time.Time
}

func (b *untilBroken) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !time.Now().Before(b.at) {
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// A line that breaks again and again before three parts at once would be through: what was
// lost is sent one part after the other.
func TestALineThatBreaksCarriesAnUpload(t *testing.T) {
	t.Parallel()
	content := make([]byte, 9*partSize)
	synctest.Test(t, func(t *testing.T) {
		const rate, each = partSize / 3, 7 * time.Second
		f := &far{parts: map[int]int64{}}
		began := time.Now()
		var lost atomic.Int64
		line := client.Limited(roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				breaks := began.Add(time.Since(began).Truncate(each) + each)
				r.Body = &untilBroken{r.Body, breaks}
			}
			res, err := f.answer(r)
			if err != nil {
				lost.Add(1)
			}
			return res, err
		}), rate)
		if err := f.session(t, t.TempDir(), content, line, time.Hour); err != nil {
			t.Errorf("%d parts are there: %v", len(f.parts), err)
		}
		if lost.Load() == 0 {
			t.Error("nothing was lost")
		}
	})
}

// A line that breaks again and again before any part would be through carries smaller ones,
// also of what nobody keeps.
func TestALineThatBreaksBeforeAPartCarriesAnUpload(t *testing.T) {
	t.Parallel()
	content := make([]byte, 3*partSize)
	const rate, each = partSize / 30, 20 * time.Second
	breaking := func(f *far) http.RoundTripper {
		began := time.Now()
		return client.Limited(roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				r.Body = &untilBroken{r.Body, began.Add(time.Since(began).Truncate(each) + each)}
			}
			return f.answer(r)
		}), rate)
	}
	for name, send := range map[string]func(t *testing.T, f *far) error{
		"kept": func(t *testing.T, f *far) error { return f.session(t, t.TempDir(), content, breaking(f), time.Hour) },
		"not kept": func(t *testing.T, f *far) error {
			_, err := through(breaking(f).RoundTrip).Send(t.Context(), client.File{
				Meta: envelope.Meta{Filename: "a"}, Content: bytes.NewReader(content), Size: int64(len(content)),
			}, client.Options{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &far{parts: map[int]int64{}}
				if err := send(t, f); err != nil {
					t.Errorf("%d parts of %d bytes are there: %v", len(f.parts), f.partSize, err)
				}
			})
		})
	}
}

// Where parts go through quickly, more go at once, up to three, and on a slow line none
// beside another.
func TestPartsGoAtOnceWhereTheyAreQuick(t *testing.T) {
	t.Parallel()
	content := make([]byte, 9*partSize)
	for name, c := range map[string]struct {
		rate       int64
		third, all int // how many are on their way when the third part begins, and at most
	}{
		"slow":  {partSize / 11, 1, 1},
		"quick": {partSize, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &far{parts: map[int]int64{}}
				if err := f.session(t, t.TempDir(), content, f.over(c.rate), time.Hour); err != nil {
					t.Fatal(err)
				}
				if f.at[0] != 1 || f.at[1] != 1 || f.at[2] != c.third || slices.Max(f.at) != c.all {
					t.Errorf("%v were on their way", f.at)
				}
			})
		})
	}
}
