package scale

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
)

// requests are what S3 counts of a prefix: PUT, POST, COPY, LIST and DELETE, and GET and
// HEAD.
type requests struct{ puts, gets float64 }

func (r requests) plus(o requests) requests { return requests{r.puts + o.puts, r.gets + o.gets} }

// store is S3, of which only the requests are of interest: it has whatever it is asked
// for, of the size that all have.
type store struct {
	send.Store
	waiting *waiting
	size    int64

	mu       sync.Mutex // guards what follows
	prefixes map[string]requests
	begun    int
}

// take returns what was asked of each prefix since the last time.
func (s *store) take() map[string]requests {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.prefixes
	s.prefixes = map[string]requests{}
	return taken
}

// count counts a request of whoever asks, and wait one that the service waits for.
func (s *store) count(key string, r requests) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := strings.LastIndex(key, "/")
	if id := strings.LastIndex(key[:max(0, at)], "/"); id >= 0 { // class/ID/name
		at = id
	}
	s.prefixes[key[:at+1]] = s.prefixes[key[:at+1]].plus(r)
}

func (s *store) wait(key string, r requests) {
	s.waiting.add(StoreCall)
	s.count(key, r)
}

var (
	aPut = requests{puts: 1}
	aGet = requests{gets: 1}
)

func (s *store) Put(_ context.Context, key string, body io.Reader, _ int64) (send.Object, error) {
	s.wait(key, aPut)
	_, err := io.Copy(io.Discard, body)
	return s.object(), err
}

func (s *store) object() send.Object { return send.Object{Size: s.size, ETag: `"etag"`} }

// head is what there is of every object: as much as a check of its form looks at.
var head [send.HeadSize]byte

func (s *store) Open(_ context.Context, key string, _ send.Span) (io.ReadCloser, send.Object, error) {
	s.wait(key, aGet)
	return io.NopCloser(bytes.NewReader(head[:min(s.size, send.HeadSize)])), s.object(), nil
}

func (s *store) Stat(_ context.Context, key string) (send.Object, error) {
	s.wait(key, aGet)
	return s.object(), nil
}

func (s *store) Settle(context.Context, string) error { return nil } // S3 keeps what it has answered

func (s *store) Delete(_ context.Context, key string) error {
	s.wait(key, aPut)
	return nil
}

func (s *store) Begin(_ context.Context, key string) (string, error) {
	s.wait(key, aPut)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun++
	return fmt.Sprint("upload-", s.begun), nil
}

func (s *store) Uploaded(_ context.Context, key, _ string) ([]send.UploadedPart, error) {
	s.wait(key, aPut) // a LIST
	return nil, nil
}

func (s *store) Assemble(_ context.Context, key, _ string, _ []send.Part) (send.Object, error) {
	s.wait(key, aPut)
	s.wait(key, aGet) // how large it is, which the answer does not tell
	return s.object(), nil
}

// links are S3's own, which clients use without the service: nothing of them costs it
// anything.
type links struct{ send.Links }

func (links) Counted() bool { return false }

func (links) PartURL(
	_ context.Context, _, key, _ string, _ int, _ int64, _ time.Duration,
) (string, error) {
	return key, nil
}

func (links) GetURL(_ context.Context, c send.Claim, _ time.Duration) (string, error) {
	return c.Transfer.Payload.Key, nil
}
