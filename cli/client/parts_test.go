package client

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"sync"
	"testing"

	"sgraph.ai/send/shared/envelope"
)

// kept is a storage that takes parts.
type kept struct {
	*httptest.Server
	mu    sync.Mutex
	parts map[int][]byte
}

func newKept(t *testing.T) *kept {
	k := &kept{parts: map[int][]byte{}}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(path.Base(r.URL.Path))
		b, failed := io.ReadAll(r.Body)
		if err != nil || failed != nil {
			t.Errorf("%s: %v, %v", r.URL.Path, err, failed)
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.parts[number] = b
		w.Header().Set("ETag", `"x"`)
	}))
	t.Cleanup(k.Close)
	return k
}

// However large the parts are, of which some are there already, and wherever a segment
// is sealed: what arrives is the sealed file.
func TestWhatIsSealedInPlaceArrives(t *testing.T) {
	t.Parallel()
	const size = 7<<20 + 12345
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i>>16 ^ i)
	}
	key, stretch := envelope.NewKey(), envelope.Stretch{Memory: 8, Passes: 1, Lanes: 1}
	locked, err := stretch.Lock(key, "words")
	if err != nil {
		t.Fatal(err)
	}
	meta, stream := envelope.Meta{Filename: "a.bin"}, envelope.NewStream()
	for name, secret := range map[string]envelope.Secret{"version 2": key, "version 3": locked} {
		sealer, err := envelope.NewSealer(secret, stream, meta, size)
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		if err := sealer.Each(bytes.NewReader(content), nil, func(s envelope.SealedSegment) error {
			want = append(want, s.Sealed...)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, partSize := range []int64{
			100_001, 1 << 20, int64(envelope.MaxSegment), int64(envelope.MaxSegment) + 1, 3<<20 + 7, 5 << 20, 10 << 20,
		} {
			for _, every := range []int{0, 2, 3} { // of which the first is there
				t.Run(fmt.Sprintf("%s/%d bytes/%d", name, partSize, every), func(t *testing.T) {
					t.Parallel()
					k := newKept(t)
					p, ok := newPlan("u", sealer.Size(), partSize)
					if !ok {
						t.Fatal("no plan")
					}
					there := func(i int) bool { return every > 0 && i%every == 0 }
					for i := range p.urls {
						if there(i) {
							p.etags[i] = "there"
						} else {
							p.urls[i] = k.URL + "/" + strconv.Itoa(i)
						}
					}
					parts := (&Client{Server: k.URL}).newParts(t.Context(), "t", p, &meter{})
					inPlace := 0
					err := parts.end(sealer.Each(bytes.NewReader(content), func(at int64, next bool) ([]byte, error) {
						room, err := parts.place(at, next)
						if room != nil {
							inPlace++
						}
						return room, err
					}, func(s envelope.SealedSegment) error {
						_, err := parts.Write(s.Sealed)
						return err
					}))
					if err != nil {
						t.Fatal(err)
					}
					if (inPlace > 0) != (partSize >= int64(envelope.MaxSegment) && (!there(0) || len(p.urls) > 1)) {
						t.Errorf("%d segments were sealed in place", inPlace)
					}
					for i := range p.urls {
						from, to := p.span(i)
						if got, came := k.parts[i]; came == there(i) || came && !bytes.Equal(got, want[from:to]) {
							t.Errorf("part %d is another: %v", i, came)
						}
					}
				})
			}
		}
	}
}
