package user

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// localLinks are send.Links of the service's own: what S3's presigned URLs are
// on AWS. The signed text in the path says what may be done with which object;
// nothing else is asked.
type localLinks struct{ signer send.Signer }

// What a link allows.
const (
	linkPart = "part"
	linkPut  = "put"
	linkGet  = "get"
)

func newLocalLinks(secret send.Secret, now func() time.Time) localLinks {
	return localLinks{secret.Signer("links", now)}
}

// PartURL returns the URL to which a part is put.
func (l localLinks) PartURL(
	_ context.Context, key, uploadID string, number int, most int64, ttl time.Duration,
) (string, error) {
	return l.link(ttl, linkPart, key, uploadID, strconv.Itoa(number), strconv.FormatInt(most, 10)), nil
}

// PutURL returns the URL to which an object is put.
func (l localLinks) PutURL(_ context.Context, key string, ttl time.Duration) (string, error) {
	return l.link(ttl, linkPut, key), nil
}

// GetURL returns the URL of an object.
func (l localLinks) GetURL(_ context.Context, key string, ttl time.Duration) (string, error) {
	return l.link(ttl, linkGet, key), nil
}

func (l localLinks) link(ttl time.Duration, fields ...string) string {
	return wire.GetLink.To(l.signer.Sign(l.signer.Until(ttl), fields...))
}

// putLink takes a part, or a whole upload, at a URL the service signed.
func (s *Service) putLink(w http.ResponseWriter, r *http.Request) error {
	fields, _, err := s.signed.signer.Verify(mux.Vars(r)[wire.Link.Name])
	if err != nil {
		return err
	}
	var etag string
	switch {
	case len(fields) == 5 && fields[0] == linkPart:
		number, _ := strconv.Atoi(fields[3]) // signed: they are numbers
		most, _ := strconv.ParseInt(fields[4], 10, 64)
		etag, err = s.takeLink(w, r, most, func(body io.Reader, size int64) (string, error) {
			return s.transfers.Store.PutPart(r.Context(), fields[1], fields[2], number, body, size)
		})
	case len(fields) == 2 && fields[0] == linkPut:
		etag, err = s.takeLink(w, r, s.set.Rules.MaxBytes, func(body io.Reader, size int64) (string, error) {
			p, err := s.transfers.Put(r.Context(), fields[1], body, size)
			return p.ETag, err
		})
	default:
		err = send.Fail(send.Forbidden, "the link is not for uploading").With(send.ReasonLinkMismatch)
	}
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
func (s *Service) getLink(w http.ResponseWriter, r *http.Request) error {
	fields, _, err := s.signed.signer.Verify(mux.Vars(r)[wire.Link.Name])
	if err != nil {
		return err
	}
	if len(fields) != 2 || fields[0] != linkGet {
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
	_, err = s.serve(w, r, t, part, "")
	return err
}
