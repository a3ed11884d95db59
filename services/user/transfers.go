package user

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// transferRoutes are those of docs/contract.md, 1.1 and 1.2.
func (s *Service) transferRoutes(r *mux.Router) {
	limited(r, send.LimitDownload, wire.DownloadTransfer, s.download)
	limited(r, send.LimitInfo, wire.TransferInfo, s.info)
	web.Bind(r, wire.CreateTransfer, web.Limit(send.LimitCreate, web.Guard(send.LimitToken, s.create)))
	// What goes on with a transfer is bounded by how many can be created.
	guarded(r, wire.UploadTransfer, s.upload)
	guarded(r, wire.CompleteTransfer, s.complete)
	limited(r, send.LimitDownload, wire.DownloadBase64, s.downloadBase64)
	limited(r, send.LimitToken, wire.DeleteTransfer, s.delete)
	limited(r, send.LimitDownload, wire.ConfirmDownload, s.confirm)
	limited(r, send.LimitToken, wire.ChangeExpiry, s.changeExpiry)
	limited(r, send.LimitToken, wire.CheckToken, s.checkToken)
	limited(r, send.LimitToken, wire.ValidateToken, s.validateToken)
}

func (s *Service) create(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	var in wire.CreateTransferRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	label, err := sealedLabel(in.Label)
	if err != nil {
		return err
	}
	sealedKey, err := base64.StdEncoding.Strict().DecodeString(in.SealedKey)
	if err != nil {
		return send.Fail(send.Invalid, "sealed_key must be in base64").With(send.ReasonBadSealedKey)
	}
	var t send.Transfer
	from, err := s.transfers.Admit(r.Context(), token)
	if err == nil {
		t, err = s.transfers.Create(r.Context(), from, send.NewTransfer{
			ID:              in.TransferID,
			DeclaredBytes:   in.FileSizeBytes,
			ContentTypeHint: in.ContentTypeHint,
			MaxDownloads:    in.MaxDownloads,
			AutoDelete:      in.AutoDelete,
			ExpiresAt:       in.ExpiresAt,
			DeleteAuthHash:  in.DeleteAuthHash,
			SenderHash:      senderHash(r),
			Label:           label,
			SealedKey:       sealedKey,
		})
	}
	s.recordSent(r, audit.TransferCreated, t.ID, token, err)
	if err != nil {
		return err
	}
	metric.Count(r.Context(), metric.TransfersCreated, 1)
	web.WriteJSON(w, http.StatusOK, wire.CreateTransferReply{
		TransferID: t.ID,
		UploadURL:  wire.UploadTransfer.Beside(r.URL.Path, t.ID),
		ExpiresAt:  wire.Time{Time: t.ExpiresAt},
	})
	return nil
}

// sealedLabel reads the label of a new transfer, of which the service can see no
// more than its form.
func sealedLabel(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	label, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || !envelope.IsSealedLabel(label) {
		return nil, send.Fail(send.Invalid, "label must be a sealed label, in base64").With(send.ReasonBadLabel)
	}
	return label, nil
}

// senderHash is the rotating hash of the client's address, in the 64 hex
// characters that existing clients expect.
func senderHash(r *http.Request) string {
	h := sha256.Sum256([]byte(web.ClientHash(r)))
	return hex.EncodeToString(h[:])
}

func (s *Service) upload(w http.ResponseWriter, r *http.Request) error {
	if err := s.fitsDirectly(r.ContentLength); err != nil {
		return refused(r, err)
	}
	from, id, err := s.sender(r)
	if err != nil {
		return err
	}
	body, size, done, err := s.uploadBody(r, from, id)
	if err != nil {
		return err
	}
	defer done()
	p, err := s.transfers.Upload(r.Context(), from, id, body, size)
	if err != nil {
		if send.CodeOf(err) == send.Invalid { // it is not going to be completed: this is where it ends
			token, _ := accessToken(r) // which was admitted
			s.record(r, audit.TransferCompleted, id, tokenHash(token), err)
		}
		return refused(r, err)
	}
	web.WriteJSON(w, http.StatusOK, wire.UploadTransferReply{TransferID: id, Status: wire.Uploaded, Size: p.Size})
	return nil
}

// fitsDirectly refuses what is too large to go through the service itself.
func (s *Service) fitsDirectly(size int64) error {
	if s.set.DirectBytes > 0 && size > s.set.DirectBytes {
		return send.Fail(send.TooLarge,
			"too large to go through the service (at most %d bytes): use the presigned routes", s.set.DirectBytes).
			With(send.ReasonUsePresigned)
	}
	return nil
}

// refused counts an upload that is not taken for what it is, and returns why.
func refused(r *http.Request, err error) error {
	if code := send.CodeOf(err); code == send.Invalid || code == send.TooLarge {
		metric.Count(r.Context(), metric.UploadsRefused, 1)
	}
	return err
}

// maxBase64Body bounds uploads and downloads in base64, in bytes before the
// encoding: they cannot be streamed by those who use them.
const maxBase64Body = 3_750_000

// uploadBody returns the ciphertext of an upload, to be used until done: the body as
// it is, or what the query or a JSON body carries in base64 under "data", as clients
// do that can send text only. That is held in memory, and so it is not before the
// transfer waits for it. size is -1 when it is not known.
func (s *Service) uploadBody(r *http.Request, from send.Sender, id string) (
	body io.Reader, size int64, done func(), err error,
) {
	const most = maxBase64Body/3*4 + 64
	done = func() {}
	data := r.URL.Query().Get(wire.UploadData.Name)
	if data == "" {
		if r.ContentLength < 0 || r.ContentLength > most {
			return r.Body, r.ContentLength, done, nil
		}
		begin := bufio.NewReader(r.Body)
		b, err := begin.Peek(1)
		if err != nil && err != io.EOF {
			return nil, 0, nil, err
		}
		if len(b) == 0 || b[0] != '{' {
			return &begun{begin, r.Body}, r.ContentLength, done, nil
		}
		if err := s.transfers.Expects(r.Context(), from, id); err != nil {
			return nil, 0, nil, err
		}
		if done, err = s.hold(r.ContentLength); err != nil {
			return nil, 0, nil, err
		}
		raw := bytes.NewBuffer(make([]byte, 0, r.ContentLength+bytes.MinRead)) // and does not grow
		if _, err := raw.ReadFrom(begin); err != nil {
			done()
			return nil, 0, nil, err
		}
		var in wire.UploadTransferRequest
		if json.Unmarshal(raw.Bytes(), &in) != nil || in.Data == nil {
			return raw, int64(raw.Len()), done, nil //nolint:nilerr // ciphertext that begins like that
		}
		data = *in.Data
	}
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		done()
		return nil, 0, nil, send.Fail(send.Invalid, "data is not base64")
	}
	return bytes.NewReader(b), int64(len(b)), done, nil
}

// begun is a body of which a buffer took the beginning: first what that holds,
// then the body itself, in pieces as large as they come.
type begun struct {
	taken *bufio.Reader
	rest  io.Reader
}

func (b *begun) Read(p []byte) (int, error) {
	if b.taken.Buffered() > 0 {
		return b.taken.Read(p[:min(len(p), b.taken.Buffered())])
	}
	return b.rest.Read(p)
}

func (s *Service) complete(w http.ResponseWriter, r *http.Request) error {
	token, id, err := goingOn(r)
	if err != nil {
		return err
	}
	t, first, err := s.transfers.Complete(r.Context(), token, id)
	if first || err != nil {
		s.recordSent(r, audit.TransferCompleted, id, token, err)
	}
	if err != nil {
		return refused(r, err)
	}
	if first {
		metric.Count(r.Context(), metric.TransfersCompleted, 1)
		metric.Count(r.Context(), metric.BytesUploaded, t.Payload.Size)
	}
	created := wire.Time{Time: t.CreatedAt}
	web.WriteJSON(w, http.StatusOK, wire.CompleteTransferReply{
		TransferID:  t.ID,
		DownloadURL: wire.ReceivePage.To() + t.ID,
		Transparency: wire.Transparency{
			IP:              t.SenderHash,
			IPHash:          t.SenderHash,
			Timestamp:       created,
			UploadTimestamp: created,
			FileSizeBytes:   t.Size(),
			StoredFields:    []string{"ip_hash", "file_size_bytes", "created_at", "content_type_hint"},
			Encrypted:       []string{"file_name", "file_content"},
			NotStored:       []string{"file_name", "decryption_key", "raw_ip"},
		},
	})
	return nil
}

func (s *Service) info(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	t, err := s.transfers.Info(r.Context(), id)
	if err != nil {
		return err
	}
	if retracted, err := s.transfers.Retract(r.Context(), t); err == nil { // otherwise the sweep does it
		t = retracted
	}
	label, err := s.transfers.Label(r.Context(), t)
	if err != nil {
		return err
	}
	arrived, _ := s.transfers.Progress(r.Context(), t) // how far it is is a comfort: nothing else fails for it
	web.WriteJSON(w, http.StatusOK, wire.TransferInfoReply{
		TransferID:         t.ID,
		Status:             t.Status,
		FileSizeBytes:      t.Size(),
		PayloadBytes:       t.Payload.Size,
		ArrivedBytes:       arrived,
		ContentTypeHint:    t.ContentTypeHint,
		CreatedAt:          wire.Time{Time: t.CreatedAt},
		ExpiresAt:          wire.Time{Time: t.ExpiresAt},
		IsExpired:          t.Expired(s.set.Now()),
		DownloadCount:      t.Downloads,
		MaxDownloads:       t.MaxDownloads,
		DownloadsRemaining: t.Remaining(),
		IsExhausted:        t.Exhausted(),
		DownloadsCompleted: t.Confirmed,
		Erased:             t.Erased,
		TakenDown:          t.TakenDown,
		DeleteEnabled:      t.DeleteAuthHash != "",
		Label:              base64.StdEncoding.EncodeToString(label),
	})
	return nil
}

func (s *Service) delete(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	secret, err := deleteSecret(r)
	if err != nil {
		return err
	}
	deleted, err := s.transfers.Delete(r.Context(), id, secret)
	s.record(r, audit.TransferDeleted, id, "", err)
	if err != nil {
		return err
	}
	status := wire.AlreadyDeleted
	if deleted {
		status = wire.Deleted
		metric.Count(r.Context(), metric.TransfersDeleted, 1)
	}
	web.WriteJSON(w, http.StatusOK, wire.DeleteTransferReply{TransferID: id, Status: status})
	return nil
}

// deleteSecret returns the secret that deletes a transfer, which a request must bring.
func deleteSecret(r *http.Request) (string, error) {
	secret := wire.DeleteAuth.Get(r.Header)
	if secret == "" {
		err := send.Fail(send.Invalid, "the header %s must carry the delete secret", strings.ToLower(wire.DeleteAuth.Name))
		return "", err.With(send.ReasonDeleteSecretRequired)
	}
	return secret, nil
}

// changeExpiry ends a transfer sooner, or later, than was said before.
func (s *Service) changeExpiry(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	secret, err := deleteSecret(r)
	if err != nil {
		return err
	}
	var in wire.ChangeExpiryRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	t, err := s.transfers.ChangeExpiry(r.Context(), id, secret, in.ExpiresAt)
	s.record(r, audit.TransferExpiryChanged, id, "", err)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, wire.ChangeExpiryReply{TransferID: id, ExpiresAt: wire.Time{Time: t.ExpiresAt}})
	return nil
}

// confirm takes the receipt of a download from whoever claimed it.
func (s *Service) confirm(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	k, err := s.keys.Get(r.Context())
	if err != nil {
		return err
	}
	c, begun, err := s.begun(r, k, id)
	switch {
	case err != nil:
		return err
	case !begun && wire.DownloadClaim.Get(r.Header) == "":
		return send.Fail(send.Invalid, "the header %s or %s must say which download is confirmed",
			strings.ToLower(wire.DownloadPermit.Name), strings.ToLower(wire.DownloadClaim.Name))
	case !begun:
		return send.Fail(send.NotFound, "no download of that name was counted").With(send.ReasonTransferNotFound)
	}
	first, err := s.transfers.Confirm(r.Context(), c)
	if first || err != nil {
		s.record(r, audit.TransferConfirmed, id, "", err)
	}
	if err != nil {
		return err
	}
	if first {
		metric.Count(r.Context(), metric.DownloadsConfirmed, 1)
	}
	web.WriteJSON(w, http.StatusOK, wire.ConfirmDownloadReply{TransferID: id, Status: wire.Confirmed})
	return nil
}
