package user

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// download hands out ciphertext. It counts when it begins, so that a limit
// holds exactly; with the permit it answers it can be resumed by Range until
// the permit ends, so that a lost connection costs nothing.
func (s *Service) download(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	var (
		t      send.Transfer
		part   selection
		permit = wire.DownloadPermit.Get(r.Header)
	)
	first := permit == ""
	if !first {
		t, part, err = s.permitted(w, r, permit, id)
	} else if t, part, err = s.claim(w, r, id, s.set.DirectBytes); err == nil {
		permit = s.permits.Sign(s.transfers.DownloadUntil(t), t.ID)
	}
	if err != nil {
		return err
	}
	n, err := s.serve(w, r, t, part, permit)
	switch {
	case first && n == 0 && err != nil:
		s.unclaim(r, id, err)
	case first:
		metric.Count(r.Context(), metric.Downloads, 1)
	}
	return err
}

// claim counts a download of at most limit bytes (0 = any number), and returns
// what of it is asked for.
func (s *Service) claim(
	w http.ResponseWriter, r *http.Request, id string, limit int64,
) (t send.Transfer, part selection, err error) {
	defer func() { s.record(r, audit.TransferDownloaded, id, "", err) }()
	if limit == 0 && !asksRange(r) {
		t, err = s.transfers.Claim(r.Context(), id)
		return t, whole(t), err
	}
	// Looked at first, so that a refusal is not counted.
	if t, err = s.transfers.Available(r.Context(), id); err != nil {
		return t, part, err
	}
	if limit > 0 && max(t.Payload.Size, t.DeclaredBytes) > limit {
		return t, part, send.Fail(send.TooLarge, "too large to go through the service (at most %d bytes): use %s",
			limit, wire.DownloadURL.To(id)).With(send.ReasonUsePresigned)
	}
	if part, err = asked(w, r, t); err != nil {
		return t, part, err
	}
	t, err = s.transfers.Claim(r.Context(), id)
	return t, part, err
}

// unclaim gives back a download of which nothing went out.
func (s *Service) unclaim(r *http.Request, id string, why error) {
	s.record(r, audit.TransferDownloaded, id, "", send.Because(send.Unavailable, why, "nothing went out"))
	_ = s.transfers.Unclaim(r.Context(), id)
}

// permitted returns a transfer of which a download was counted before, and what
// of it is asked for now.
func (s *Service) permitted(
	w http.ResponseWriter, r *http.Request, permit, id string,
) (t send.Transfer, part selection, err error) {
	fields, _, err := s.permits.Verify(permit)
	if err != nil {
		return t, part, err
	}
	if len(fields) != 1 || fields[0] != id {
		return t, part, send.Fail(send.Forbidden, "the download permit is for another transfer").
			With(send.ReasonLinkMismatch)
	}
	if t, err = s.transfers.Resumable(r.Context(), id); err != nil {
		return t, part, err
	}
	part, err = asked(w, r, t)
	return t, part, err
}

// serve writes the part of the ciphertext that was asked for, and returns how
// many bytes went out.
func (s *Service) serve(
	w http.ResponseWriter, r *http.Request, t send.Transfer, part selection, permit string,
) (int64, error) {
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
	// io.CopyN hands the file itself to the connection where both can: sendfile.
	n, err := io.CopyN(w, body, part.Length)
	metric.Count(r.Context(), metric.BytesDownloaded, n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
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
	t, _, err := s.claim(w, r, id, limit)
	if err != nil {
		return err
	}
	body, err := s.transfers.Open(r.Context(), t, 0, t.Payload.Size)
	if err != nil {
		s.unclaim(r, id, err)
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
