package client_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
)

// flow counts bytes that have gone into a client and have not come out of it:
// all that it can be holding.
type flow struct{ held, most atomic.Int64 }

func (f *flow) in(n int) {
	held := f.held.Add(int64(n))
	for {
		most := f.most.Load()
		if held <= most || f.most.CompareAndSwap(most, held) {
			return
		}
	}
}

func (f *flow) out(n int64) { f.held.Add(-n) }

const partSize = 10 << 20

var large = nightly.Or[int64](100<<20, 4<<30)

// A large file is never in memory: sealing and sending hold the parts that are
// on their way, and the one that is being sealed.
func TestSendingHoldsAFewParts(t *testing.T) {
	t.Parallel()
	meta := envelope.Meta{Filename: "a.bin"}
	sealed := envelope.SealedSize(envelope.Key{}, meta, large)
	var through flow
	var arrived atomic.Int64
	var sink *httptest.Server
	sink = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var reply any
		switch {
		case r.Method == http.MethodPut:
			n, _ := io.Copy(io.Discard, r.Body)
			arrived.Add(n)
			through.out(n)
			w.Header().Set("ETag", `"x"`)
			return
		case r.URL.Path == wire.CreateTransfer.To():
			reply = wire.CreateTransferReply{TransferID: "000000000000"}
		case r.URL.Path == wire.Capabilities.To():
			reply = wire.CapabilitiesReply{MultipartUpload: true}
		case r.URL.Path == wire.InitiateUpload.To():
			plan := wire.InitiateUploadReply{UploadID: "u", PartSize: partSize}
			for i := range (sealed + partSize - 1) / partSize {
				plan.PartURLs = append(plan.PartURLs, wire.PartURL{PartNumber: int(i) + 1, UploadURL: sink.URL + "/part"})
			}
			reply = plan
		}
		json.NewEncoder(w).Encode(reply)
	}))
	defer sink.Close()
	counted := readerFunc(func(p []byte) (int, error) { through.in(len(p)); return len(p), nil })
	c := &client.Client{Server: sink.URL}
	f := client.File{Meta: meta, Content: io.LimitReader(counted, large), Size: large}
	if _, err := c.Send(t.Context(), f, client.Options{}); err != nil {
		t.Fatal(err)
	}
	if arrived.Load() != sealed {
		t.Errorf("%d bytes came, not %d", arrived.Load(), sealed)
	}
	t.Logf("%d MiB at most", through.most.Load()>>20)
	if most := through.most.Load(); most > 5*partSize {
		t.Errorf("holds %d bytes", most)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Receiving holds a segment or two.
func TestReceivingHoldsAFewSegments(t *testing.T) {
	t.Parallel()
	key, meta := envelope.NewKey(), envelope.Meta{Filename: "a.bin"}
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != wire.DownloadTransfer.To("000000000000") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(envelope.SealedSize(key, meta, large)))
		if err := envelope.Encrypt(w, key, meta, content(large), large); err != nil {
			t.Error(err)
		}
	}))
	defer source.Close()
	var through flow
	var last int64
	c := &client.Client{Server: source.URL, Progress: func(done, _ int64) { through.in(int(done - last)); last = done }}
	var got int64
	link := envelope.Link{ID: "000000000000", Key: key, HasKey: true}
	_, err := c.Receive(t.Context(), link, client.Into(writerFunc(func(p []byte) (int, error) {
		got += int64(len(p))
		through.out(int64(len(p)))
		return len(p), nil
	})))
	if err != nil || got != large {
		t.Fatalf("%d bytes, %v", got, err)
	}
	t.Logf("%d KiB at most", through.most.Load()>>10)
	if most := through.most.Load(); most > 4<<20 {
		t.Errorf("holds %d bytes", most)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
