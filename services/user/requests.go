package user

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// requestRoutes are those of docs/contract.md, 1.6.
func (s *Service) requestRoutes(r *mux.Router) {
	limited(r, send.LimitInfo, wire.RequestInfo, s.requestInfo)
	web.Bind(r, wire.CreateRequest, web.Limit(send.LimitCreate, web.Guard(send.LimitToken, s.createRequest)))
	limited(r, send.LimitToken, wire.RequestTransfers, s.requestTransfers)
	limited(r, send.LimitToken, wire.CloseRequest, s.closeRequest)
}

func (s *Service) createRequest(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	var in wire.CreateRequestRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	label, err := sealedLabel(in.Label)
	if err != nil {
		return err
	}
	key, err := base64.RawURLEncoding.Strict().DecodeString(in.PublicKey)
	if err != nil {
		return send.Fail(send.Invalid, "public_key must be in base64url, without padding")
	}
	rq, first, err := s.transfers.CreateRequest(r.Context(), token, send.NewRequest{
		PublicKey:    key,
		GrantHash:    in.GrantHash,
		AuthHash:     in.AuthHash,
		MaxTransfers: in.MaxTransfers,
		MaxBytes:     in.MaxBytes,
		ExpiresAt:    in.ExpiresAt,
		Label:        label,
		SenderHash:   senderHash(r),
	})
	if first || err != nil {
		s.record(r, audit.RequestCreated, rq.ID, tokenHash(token), err)
	}
	if err != nil {
		return err
	}
	if first {
		metric.Count(r.Context(), metric.RequestsCreated, 1)
	}
	web.WriteJSON(w, http.StatusOK, wire.CreateRequestReply{
		RequestID: rq.ID, ExpiresAt: wire.Time{Time: rq.ExpiresAt},
	})
	return nil
}

func (s *Service) requestInfo(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.FileRequestID)
	if err != nil {
		return err
	}
	rq, err := s.transfers.Request(r.Context(), id)
	if err != nil {
		return err
	}
	var label []byte
	if rq.Status == send.RequestOpen || rq.Status == send.RequestFull {
		label = rq.Label
	}
	web.WriteJSON(w, http.StatusOK, wire.RequestInfoReply{
		RequestID:     rq.ID,
		PublicKey:     base64.RawURLEncoding.EncodeToString(rq.PublicKey),
		Status:        rq.Status,
		Label:         base64.StdEncoding.EncodeToString(label),
		MaxTransfers:  rq.MaxTransfers,
		TransfersLeft: rq.Left(),
		MaxBytes:      rq.MaxBytes,
		CreatedAt:     wire.Time{Time: rq.CreatedAt},
		ExpiresAt:     wire.Time{Time: rq.ExpiresAt},
	})
	return nil
}

// requested returns the ID and the secret of a request that only its maker may make.
func requested(r *http.Request) (id, secret string, err error) {
	if id, err = pathName(r, wire.FileRequestID); err != nil {
		return "", "", err
	}
	if secret = wire.RequestAuth.Get(r.Header); secret == "" {
		err := send.Fail(send.Invalid, "the header %s must carry the request's secret",
			strings.ToLower(wire.RequestAuth.Name))
		return "", "", err.With(send.ReasonRequestSecretRequired)
	}
	return id, secret, nil
}

func (s *Service) requestTransfers(w http.ResponseWriter, r *http.Request) error {
	id, secret, err := requested(r)
	if err != nil {
		return err
	}
	all, err := s.transfers.Arrived(r.Context(), id, secret)
	if err != nil {
		return err
	}
	reply := wire.RequestTransfersReply{RequestID: id, Transfers: make([]wire.ArrivedTransfer, len(all))}
	for i, t := range all {
		reply.Transfers[i] = wire.ArrivedTransfer{
			TransferID:   t.ID,
			Status:       t.Status,
			PayloadBytes: t.Payload.Size,
			CreatedAt:    wire.Time{Time: t.CreatedAt},
			ExpiresAt:    wire.Time{Time: t.ExpiresAt},
			SealedKey:    base64.StdEncoding.EncodeToString(t.SealedKey),
		}
	}
	web.WriteJSON(w, http.StatusOK, reply)
	return nil
}

func (s *Service) closeRequest(w http.ResponseWriter, r *http.Request) error {
	id, secret, err := requested(r)
	if err != nil {
		return err
	}
	rq, closed, err := s.transfers.CloseRequest(r.Context(), id, secret)
	if closed || err != nil {
		s.record(r, audit.RequestClosed, id, rq.Maker, err)
	}
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, wire.CloseRequestReply{RequestID: id, Status: rq.Status})
	return nil
}
