package user

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// download hands out ciphertext. It counts when it begins, so that a limit
// holds exactly; with the permit it answers it can be resumed by Range until
// the permit ends or its budget is spent, so that a lost connection costs nothing,
// nor a lost answer where the client called the download something.
func (s *Service) download(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	k, err := s.keys.Get(r.Context()) // first: what is counted must have a permit
	if err != nil {
		return err
	}
	c, begun, err := s.begun(r, k, id)
	if err != nil {
		return err
	}
	if begun {
		return s.goOn(w, r, k, c)
	}
	c, part, err := s.claim(w, r, id, wire.DownloadClaim.Get(r.Header), s.set.DirectBytes)
	if errors.Is(err, send.ErrRepeated) { // just now
		return s.goOn(w, r, k, c)
	}
	if err != nil {
		return err
	}
	n, err := s.serve(w, r, c.Transfer, part, k.permit(c), nil)
	if n == 0 && err != nil {
		s.unclaim(r, c, err)
		return err
	}
	metric.Count(r.Context(), metric.Downloads, 1)
	return err
}

// begun returns the claim of a download that was counted before, by the permit or by
// what its client calls it; false where a request is of none.
func (s *Service) begun(r *http.Request, k keys, id string) (c send.Claim, begun bool, err error) {
	if wire.DownloadPermit.Get(r.Header) != "" {
		c, err = s.permitted(r, k, id)
		return c, true, err
	}
	name := wire.DownloadClaim.Get(r.Header)
	if name == "" {
		return c, false, nil
	}
	c, err = s.transfers.Claimed(r.Context(), id, name)
	if send.CodeOf(err) == send.NotFound { // or to be counted now, which says so if it is the transfer
		return send.Claim{}, false, nil
	}
	return c, true, err
}

// goOn hands out more of a download that was counted before.
func (s *Service) goOn(w http.ResponseWriter, r *http.Request, k keys, c send.Claim) error {
	part, err := asked(w, r, c.Transfer)
	if err != nil {
		return err
	}
	if limit := s.set.DirectBytes; limit > 0 && part.Length > limit {
		return tooLarge(c.Transfer.ID, limit)
	}
	_, err = s.serve(w, r, c.Transfer, part, k.permit(c), s.transfers.Ration(c))
	return err
}

// claim counts a download of at most limit bytes (0 = any number), which its client
// calls by that name, if by any, and returns what of it is asked for.
func (s *Service) claim(
	w http.ResponseWriter, r *http.Request, id, name string, limit int64,
) (c send.Claim, part selection, err error) {
	defer func() {
		if !errors.Is(err, send.ErrRepeated) {
			s.recordClaim(r, id, c, err)
		}
	}()
	if limit == 0 && !asksRange(r) {
		c, err = s.transfers.Claim(r.Context(), id, name)
		return c, whole(c.Transfer), err
	}
	// Looked at first, so that a refusal is not counted.
	t, err := s.transfers.Available(r.Context(), id)
	if err != nil {
		return c, part, err
	}
	if limit > 0 && max(t.Payload.Size, t.DeclaredBytes) > limit {
		return c, part, tooLarge(id, limit)
	}
	if part, err = asked(w, r, t); err != nil {
		return c, part, err
	}
	c, err = s.transfers.Claim(r.Context(), id, name)
	return c, part, err
}

func tooLarge(id string, limit int64) error {
	return send.Fail(send.TooLarge, "too large to go through the service (at most %d bytes): use %s",
		limit, wire.DownloadURL.To(id)).With(send.ReasonUsePresigned)
}

// unclaim gives back a download of which nothing went out.
func (s *Service) unclaim(r *http.Request, c send.Claim, why error) {
	s.record(r, audit.TransferDownloaded, c.Transfer.ID, "", send.Because(send.Unavailable, why, "nothing went out"))
	_ = s.transfers.Unclaim(r.Context(), c)
}

// budgetOf is a claim's budget as a field that is signed.
func budgetOf(c send.Claim) string { return strconv.FormatInt(c.Budget, 10) }

// signedClaim is the claim whose fields were signed.
func signedClaim(t send.Transfer, id, budget string, until time.Time) send.Claim {
	bytes, _ := strconv.ParseInt(budget, 10, 64) // signed: it is a number
	return send.Claim{Transfer: t, ID: id, Budget: bytes, Until: until}
}

// permitted returns the claim of the permit that a request brings.
func (s *Service) permitted(r *http.Request, k keys, id string) (c send.Claim, err error) {
	defer func() { s.recordForged(r, audit.TransferDownloaded, err) }()
	fields, until, err := k.permits.Verify(wire.DownloadPermit.Get(r.Header))
	if err != nil {
		return c, err
	}
	if len(fields) != 3 || fields[0] != id {
		return c, send.Fail(send.Forbidden, "the download permit is for another transfer").
			With(send.ReasonLinkMismatch)
	}
	t, err := s.transfers.Resumable(r.Context(), id)
	return signedClaim(t, fields[1], fields[2], until), err
}

// serve writes the part of the ciphertext that was asked for, within its ration,
// and returns how many bytes went out.
func (s *Service) serve(
	w http.ResponseWriter, r *http.Request, t send.Transfer, part selection, permit string, ration *send.Ration,
) (n int64, err error) {
	portion := int64(0) // nothing goes out to HEAD
	if r.Method != http.MethodHead {
		if portion, err = s.portion(r, t, ration, part.Length); err != nil {
			return 0, err
		}
		defer func() { ration.Done(r.Context(), n) }()
	}
	body, err := s.transfers.Open(r.Context(), t, part.Offset, part.Length)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	h, status := w.Header(), http.StatusOK
	if part.isRange {
		status = http.StatusPartialContent
		wire.ContentRange.Set(h, fmt.Sprintf("bytes %d-%d/%d", part.Offset, part.Offset+part.Length-1, t.Payload.Size))
	}
	if permit != "" { // not before there is something to resume
		wire.DownloadPermit.Set(h, permit)
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Cache-Control", "no-store, no-transform") // ranges are of these very bytes
	wire.ETag.Set(h, etag(t))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.sgsend"`, t.ID))
	h.Set("Content-Length", strconv.FormatInt(part.Length, 10))
	w.WriteHeader(status)
	defer func() { metric.Count(r.Context(), metric.BytesDownloaded, n) }()
	for portion > 0 {
		// io.CopyN hands the file itself to the connection where both can: sendfile.
		sent, err := io.CopyN(w, body, portion)
		n += sent
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil || n == part.Length {
			return n, err
		}
		if portion, err = s.portion(r, t, ration, part.Length-n); err != nil {
			return n, err
		}
	}
	return n, nil
}

// portion returns how many of the bytes that are left may go out now.
func (s *Service) portion(r *http.Request, t send.Transfer, ration *send.Ration, left int64) (int64, error) {
	n, err := ration.Next(r.Context(), left)
	s.recordSpent(r, t.ID, err)
	return n, err
}

// recordSpent puts into the trail that more was asked for by a permit than it allows.
func (s *Service) recordSpent(r *http.Request, id string, err error) {
	if send.ReasonOf(err) == send.ReasonPermitSpent {
		s.record(r, audit.TransferDownloaded, id, "", err)
	}
}

// etag of a transfer: the ciphertext of an ID never changes.
func etag(t send.Transfer) string { return strconv.Quote(t.ID) }

// downloadBase64 is download for clients that can take text only.
func (s *Service) downloadBase64(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	var limit int64
	if s.set.serverless() {
		limit = maxBase64Body
	}
	r.Header.Del("Range") // there is none of a JSON document
	c, _, err := s.claim(w, r, id, "", limit)
	if err != nil {
		return err
	}
	t := c.Transfer
	body, err := s.transfers.Open(r.Context(), t, 0, t.Payload.Size)
	if err != nil {
		s.unclaim(r, c, err)
		return err
	}
	defer body.Close()
	metric.Count(r.Context(), metric.Downloads, 1)
	// The data are the reply's last field: they go between its last quotes.
	reply, err := json.Marshal(wire.DownloadBase64Reply{TransferID: t.ID, FileSizeBytes: t.Size()})
	if err != nil {
		return err
	}
	before, after := reply[:len(reply)-2], reply[len(reply)-2:]
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(before); err != nil {
		return err
	}
	enc := base64.NewEncoder(base64.StdEncoding, w)
	n, err := io.CopyN(enc, body, t.Payload.Size)
	metric.Count(r.Context(), metric.BytesDownloaded, n)
	if err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	_, err = w.Write(append(after, '\n'))
	return err
}
