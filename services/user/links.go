package user

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// localLinks are send.Links of the service's own: what S3's presigned URLs are
// on AWS. The signed text in the path says what may be done with which object,
// and, where something is put, for which access token, which is asked about
// again: it is there sealed, because whoever sees a URL must not have the token.
// Where something is got, it says of which claim it is taken.
type localLinks struct{ keys *send.Keys[keys] }

// What a link allows.
const (
	linkPart = "part"
	linkPut  = "put"
	linkGet  = "get"
)

// PartURL returns the URL to which a part is put.
func (l localLinks) PartURL(
	ctx context.Context, token, key, uploadID string, number int, most int64, ttl time.Duration,
) (string, error) {
	return l.upload(ctx, ttl, linkPart, token, key, uploadID, strconv.Itoa(number), strconv.FormatInt(most, 10))
}

// PutURL returns the URL to which an object is put.
func (l localLinks) PutURL(ctx context.Context, token, key string, ttl time.Duration) (string, error) {
	return l.upload(ctx, ttl, linkPut, token, key)
}

// GetURL returns the URL of an object.
func (l localLinks) GetURL(ctx context.Context, c send.Claim, ttl time.Duration) (string, error) {
	k, err := l.keys.Get(ctx)
	if err != nil {
		return "", err
	}
	return link(k, ttl, linkGet, c.Transfer.Payload.Key, c.ID, budgetOf(c)), nil
}

// Counted implements [send.Links]: the service hands the bytes out itself.
func (localLinks) Counted() bool { return true }

// upload returns the URL at which a token's holder may do what the fields say.
func (l localLinks) upload(
	ctx context.Context, ttl time.Duration, what, token string, fields ...string,
) (string, error) {
	k, err := l.keys.Get(ctx)
	if err != nil {
		return "", err
	}
	sealed, err := k.seal(token)
	return link(k, ttl, append([]string{what, sealed}, fields...)...), err
}

func link(k keys, ttl time.Duration, fields ...string) string {
	return wire.GetLink.To(k.links.Sign(k.links.Until(ttl), fields...))
}

// admitted remembers for a moment whom the gate admitted, so that not every part
// of an upload asks it.
type admitted struct {
	mu    sync.Mutex
	until map[string]time.Time // by the token's hash
}

// admittedFor is how long a token that was withdrawn may still be taken for one
// that holds good.
const admittedFor = 5 * time.Second

// holds says whether the token that a link was made for still holds good, as the
// gate does of who comes with it.
func (s *Service) holds(r *http.Request, k keys, sealed string) error {
	token, err := k.open(sealed)
	if err != nil {
		return send.Because(send.Forbidden, err, "the link is not for uploading").With(send.ReasonLinkMismatch)
	}
	hash, now := send.TokenHash(token), s.set.Now()
	s.admitted.mu.Lock()
	until, known := s.admitted.until[hash]
	s.admitted.mu.Unlock()
	if known && now.Before(until) {
		return nil
	}
	if _, err := s.transfers.Admit(r.Context(), token); err != nil {
		s.record(r, audit.TransferCompleted, "", hash, err)
		return err
	}
	s.admitted.mu.Lock()
	defer s.admitted.mu.Unlock()
	maps.DeleteFunc(s.admitted.until, func(_ string, until time.Time) bool { return !now.Before(until) })
	s.admitted.until[hash] = now.Add(admittedFor)
	return nil
}

// signedLink returns what was signed for the link that a request came by, until when
// it holds, and the keys that it was signed with.
func (s *Service) signedLink(r *http.Request) (k keys, fields []string, until time.Time, err error) {
	if k, err = s.keys.Get(r.Context()); err == nil {
		fields, until, err = k.links.Verify(mux.Vars(r)[wire.Link.Name])
	}
	return k, fields, until, err
}

// putLink takes a part, or a whole upload, at a URL the service signed.
func (s *Service) putLink(w http.ResponseWriter, r *http.Request) (err error) {
	defer func() { s.recordForged(r, audit.TransferCompleted, err) }()
	k, fields, _, err := s.signedLink(r)
	if err != nil {
		return err
	}
	part := len(fields) == 6 && fields[0] == linkPart
	if !part && !(len(fields) == 3 && fields[0] == linkPut) {
		return send.Fail(send.Forbidden, "the link is not for uploading").With(send.ReasonLinkMismatch)
	}
	if err := s.holds(r, k, fields[1]); err != nil {
		return err
	}
	key, most := fields[2], s.set.Rules.MaxBytes
	put := func(body io.Reader, size int64) (string, error) {
		p, err := s.transfers.Put(r.Context(), key, body, size)
		return p.ETag, err
	}
	if part {
		number, _ := strconv.Atoi(fields[4]) // signed: they are numbers
		most, _ = strconv.ParseInt(fields[5], 10, 64)
		put = func(body io.Reader, size int64) (string, error) {
			return s.transfers.PutPart(r.Context(), key, fields[3], number, body, size)
		}
	}
	etag, err := s.takeLink(w, r, most, put)
	if err != nil {
		return refused(r, err)
	}
	wire.ETag.Set(w.Header(), etag)
	w.WriteHeader(http.StatusOK)
	return nil
}

// takeLink hands the body of at most that many bytes to put.
func (s *Service) takeLink(
	w http.ResponseWriter, r *http.Request, most int64, put func(io.Reader, int64) (string, error),
) (etag string, err error) {
	if r.ContentLength > most {
		return "", send.Fail(send.TooLarge, "too large: at most %d bytes can be sent here", most)
	}
	return put(http.MaxBytesReader(w, r.Body, most), r.ContentLength)
}

// getLink hands out ciphertext whose download was counted when the URL was
// signed.
func (s *Service) getLink(w http.ResponseWriter, r *http.Request) (err error) {
	defer func() { s.recordForged(r, audit.TransferDownloaded, err) }()
	_, fields, until, err := s.signedLink(r)
	if err != nil {
		return err
	}
	if len(fields) != 4 || fields[0] != linkGet {
		return send.Fail(send.Forbidden, "the link is not for downloading").With(send.ReasonLinkMismatch)
	}
	t, err := s.transfers.Named(r.Context(), fields[1])
	if err != nil {
		return err
	}
	part, err := asked(w, r, t)
	if err != nil {
		return err
	}
	c := signedClaim(t, fields[2], fields[3], until)
	_, err = s.serve(w, r, t, part, "", s.transfers.Ration(c))
	return err
}
