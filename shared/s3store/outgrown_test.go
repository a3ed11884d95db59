package s3store_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
)

// onS3 is the domain with its bytes on S3, and a sender who may have 25 MiB pending.
type onS3 struct {
	*testing.T
	*send.Transfers
	from send.Sender
}

func newOnS3(t *testing.T, on s3store.Simulation) *onS3 {
	store := on.Open(t)
	ledger, err := bolt.Open(filepath.Join(t.TempDir(), "ledger"))
	want(t, "", err)
	t.Cleanup(func() { ledger.Close() })
	s := &onS3{T: t, Transfers: &send.Transfers{
		Ledger: ledger, Store: store, Links: store, Now: time.Now,
		Gate: send.SharedGate{Accepts: secret.Plain("token").Accepts},
		Form: func([]byte, int64, int64) error { return nil },
		Rules: send.Rules{
			MaxBytes: 100 << 20, DefaultTTL: time.Hour, MaxTTL: time.Hour, PendingBytes: 25 << 20,
		},
	}}
	s.from, err = s.Admit(t.Context(), "token")
	want(t, "", err)
	return s
}

func (s *onS3) created(n send.NewTransfer) string {
	s.Helper()
	tr, err := s.Create(s.Context(), s.from, n)
	want(s.T, "", err)
	return tr.ID
}

func (s *onS3) put(url string, size int) (etag string) {
	s.Helper()
	res, b := do(s.T, http.MethodPut, url, make([]byte, size))
	if res.StatusCode != http.StatusOK {
		s.Fatalf("PUT: %s %s", res.Status, b)
	}
	return res.Header.Get("ETag")
}

// isEmpty checks that nothing is kept, and that nothing is reserved any more.
func (s *onS3) isEmpty() {
	s.Helper()
	entries, err := s.Store.List(s.Context(), "", "", 10)
	want(s.T, "", err)
	if len(entries) > 0 {
		s.Errorf("there are %v", entries)
	}
	_, err = s.Initiate(s.Context(), s.from, s.created(send.NewTransfer{}), 20<<20, 0)
	want(s.T, "", err)
}

// S3 takes as many bytes of a part as come. Parts that come to more than was announced
// are refused before they are made one object, and removed before that is said; and by
// a sweep, where nobody asks for that.
func TestPartsBeyondWhatWasAnnounced(t *testing.T) {
	t.Parallel()
	s3store.OnEach(t, partsBeyondWhatWasAnnounced)
}

func partsBeyondWhatWasAnnounced(t *testing.T, on s3store.Simulation) {
	assembled := func(s *onS3, id string, up send.MultipartUpload, parts []send.Part) error {
		_, err := s.Assemble(s.Context(), s.from, id, up.UploadID, parts)
		return err
	}
	endings := map[string]struct {
		end  func(s *onS3, id string, up send.MultipartUpload, parts []send.Part) error
		code send.Code
	}{
		"all that was put is named": {assembled, send.TooLarge},
		"only what fits is named": {func(s *onS3, id string, up send.MultipartUpload, parts []send.Part) error {
			return assembled(s, id, up, parts[1:])
		}, send.TooLarge},
		"a sweep": {func(s *onS3, _ string, _ send.MultipartUpload, _ []send.Part) error {
			_, err := s.Sweep(s.Context())
			return err
		}, ""},
	}
	const mib = 1 << 20
	for name, c := range map[string]struct {
		declared, announced int64
		parts               int
		put                 []int
	}{
		"one part of more than its share":      {announced: 11 * mib, put: []int{21 * mib, 1000}},
		"parts of more than all of it":         {announced: 11 * mib, put: []int{10 * mib, 2 * mib}},
		"more parts than it needs":             {announced: mib, parts: 100, put: []int{5 * mib, 1000}},
		"more than the transfer was to have":   {declared: 2 * mib, announced: 11 * mib, put: []int{10 * mib, mib}},
		"a little more than the encryption is": {announced: 6 * mib, parts: 2, put: []int{6*mib + 60<<10, 12 << 10}},
	} {
		for of, e := range endings {
			t.Run(name+", "+of, func(t *testing.T) {
				t.Parallel()
				s := newOnS3(t, on)
				id := s.created(send.NewTransfer{DeclaredBytes: c.declared})
				up, err := s.Initiate(t.Context(), s.from, id, c.announced, c.parts)
				want(t, "", err)
				var parts []send.Part
				for i, n := range c.put {
					parts = append(parts, send.Part{Number: i + 1, ETag: s.put(up.PartURLs[i].URL, n)})
				}
				want(t, e.code, e.end(s, id, up, parts))
				want(t, send.NotFound, assembled(s, id, up, parts))
				s.isEmpty()
			})
		}
	}
	t.Run("what fits stays", func(t *testing.T) {
		t.Parallel()
		s := newOnS3(t, on)
		id := s.created(send.NewTransfer{})
		up, err := s.Initiate(t.Context(), s.from, id, 11<<20, 0)
		want(t, "", err)
		parts := []send.Part{
			{Number: 1, ETag: s.put(up.PartURLs[0].URL, 10<<20)}, {Number: 2, ETag: s.put(up.PartURLs[1].URL, 1<<20)},
		}
		_, err = s.Sweep(t.Context())
		want(t, "", err)
		want(t, "", assembled(s, id, up, parts))
	})
}

// The same of a whole upload, which is not copied to where it would count either.
func TestPutBeyondWhatWasReserved(t *testing.T) {
	t.Parallel()
	s3store.OnEach(t, putBeyondWhatWasReserved)
}

func putBeyondWhatWasReserved(t *testing.T, on s3store.Simulation) {
	for name, c := range map[string]struct {
		end  func(s *onS3, id string) error
		code send.Code
	}{
		"completed": {func(s *onS3, id string) error {
			_, _, err := s.Complete(s.Context(), "token", id)
			return err
		}, send.TooLarge},
		"a sweep": {func(s *onS3, _ string) error {
			_, err := s.Sweep(s.Context())
			return err
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newOnS3(t, on)
			id := s.created(send.NewTransfer{DeclaredBytes: 1 << 20})
			url, _, err := s.UploadURL(t.Context(), s.from, id)
			want(t, "", err)
			s.put(url, 2<<20)
			want(t, c.code, c.end(s, id))
			_, _, err = s.Complete(t.Context(), "token", id)
			want(t, send.NotFound, err)
			s.put(url, 1<<20) // the right thing may come still
			_, err = s.Sweep(t.Context())
			want(t, "", err)
			_, _, err = s.Complete(t.Context(), "token", id)
			want(t, "", err)
		})
	}
}
