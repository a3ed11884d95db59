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
		permit = wire.DownloadPermit.Get(r.Header)
	)
	first := permit == ""
	if !first {
		t, err = s.permitted(r, permit, id)
	} else if t, err = s.claim(w, r, id, s.set.DirectBytes); err == nil {
		permit = s.permits.Sign(s.transfers.DownloadUntil(t), t.ID)
	}
	if err != nil {
		return err
	}
	n, err := s.serve(w, r, t, permit)
	switch {
	case first && n == 0 && err != nil:
		s.unclaim(r, id, err)
	case first:
		metric.Count(r.Context(), metric.Downloads, 1)
	}
	return err
}

// claim counts a download of at most limit bytes (0 = any number).
func (s *Service) claim(w http.ResponseWriter, r *http.Request, id string, limit int64) (t send.Transfer, err error) {
	defer func() { s.record(r, audit.TransferDownloaded, id, "", err) }()
	if limit > 0 || r.Header.Get("Range") != "" { // asked first, so that a refusal is not counted
		t, err := s.transfers.Available(r.Context(), id)
		if err != nil {
			return t, err
		}
		if limit > 0 && max(t.Payload.Size, t.DeclaredBytes) > limit {
			return t, send.Fail(send.TooLarge, "too large to go through the service (at most %d bytes): use %s",
				limit, wire.DownloadURL.To(id)).With(send.ReasonUsePresigned)
		}
		if _, _, err := asked(w, r, t); err != nil {
			return t, err
		}
	}
	return s.transfers.Claim(r.Context(), id)
}

// unclaim gives back a download of which nothing went out.
func (s *Service) unclaim(r *http.Request, id string, why error) {
	s.record(r, audit.TransferDownloaded, id, "", send.Because(send.Unavailable, why, "nothing went out"))
	_ = s.transfers.Unclaim(r.Context(), id)
}

func (s *Service) permitted(r *http.Request, permit, id string) (send.Transfer, error) {
	fields, _, err := s.permits.Verify(permit)
	if err != nil {
		return send.Transfer{}, err
	}
	if len(fields) != 1 || fields[0] != id {
		return send.Transfer{}, send.Fail(send.Forbidden, "the download permit is for another transfer").
			With(send.ReasonLinkMismatch)
	}
	return s.transfers.Resumable(r.Context(), id)
}

// serve writes the ciphertext, or the range of it that was asked for, and
// returns how many bytes went out.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, t send.Transfer, permit string) (int64, error) {
	span, partial, err := asked(w, r, t)
	if err != nil {
		return 0, err
	}
	body, err := s.transfers.Open(r.Context(), t, span.Offset, span.Length)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	h, status := w.Header(), http.StatusOK
	if partial {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", span.Offset, span.Offset+span.Length-1, t.Payload.Size))
	}
	if permit != "" { // not before there is something to resume
		wire.DownloadPermit.Set(h, permit)
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("ETag", etag(t))
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.sgsend"`, t.ID))
	h.Set("Content-Length", strconv.FormatInt(span.Length, 10))
	w.WriteHeader(status)
	// io.CopyN hands the file itself to the connection where both can: sendfile.
	n, err := io.CopyN(w, body, span.Length)
	metric.Count(r.Context(), metric.BytesDownloaded, n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// etag of a transfer: the ciphertext of an ID never changes.
func etag(t send.Transfer) string { return strconv.Quote(t.ID) }

// asked returns the bytes that a request is for: all, or the range it names.
// OutOfRange, with how many bytes there are in the header.
func asked(w http.ResponseWriter, r *http.Request, t send.Transfer) (span send.Span, partial bool, err error) {
	size := t.Payload.Size
	whole := send.Span{Offset: 0, Length: size}
	header, condition := r.Header.Get("Range"), r.Header.Get("If-Range")
	if header == "" || condition != "" && condition != etag(t) {
		return whole, false, nil
	}
	span, partial, err = parseRange(header, size)
	if err != nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		return span, false, err
	}
	if !partial {
		return whole, false, nil
	}
	return span, true, nil
}

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
	t, err := s.claim(w, r, id, limit)
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
