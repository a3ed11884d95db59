package user

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// presignedRoutes are those of docs/contract.md, 1.3, and the URLs that the
// service signs itself where the store does not.
func (s *Service) presignedRoutes(r *mux.Router) {
	limited(r, send.LimitDownload, wire.DownloadURL, s.downloadURL)
	open(r, wire.Capabilities, s.capabilities)
	guarded(r, wire.InitiateUpload, s.initiate)
	guarded(r, wire.ResumeUpload, s.resume)
	guarded(r, wire.AssembleUpload, s.assemble)
	guarded(r, wire.CancelUpload, s.cancel)
	guarded(r, wire.UploadURL, s.uploadURL)
	open(r, wire.PutLink, s.putLink)
	open(r, wire.GetLink, s.getLink)
}

func (s *Service) capabilities(w http.ResponseWriter, _ *http.Request) error {
	// All are true in both modes: what S3 does not serve, the service does.
	web.WriteJSON(w, http.StatusOK, wire.CapabilitiesReply{
		PresignedUpload:   true,
		MultipartUpload:   true,
		PresignedDownload: true,
		DirectUpload:      true,
		ResumeUpload:      true,
		MaxPartSize:       send.DefaultPartSize,
		MinPartSize:       send.MinPartSize,
		MaxParts:          send.MaxParts,
	})
	return nil
}

func (s *Service) initiate(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	var in wire.InitiateUploadRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	from, err := s.transfers.Admit(r.Context(), token)
	if err != nil {
		return err
	}
	up, err := s.opened(r.Context(), from, in)
	if err != nil {
		return refused(r, err)
	}
	web.WriteJSON(w, http.StatusOK, wire.InitiateUploadReply{
		TransferID: in.TransferID, UploadID: up.UploadID, PartURLs: s.partURLs(r, up), PartSize: up.PartSize,
	})
	return nil
}

// opened is the upload in parts that was asked for.
func (s *Service) opened(
	ctx context.Context, from send.Sender, in wire.InitiateUploadRequest,
) (send.MultipartUpload, error) {
	if in.PartSize == 0 {
		return s.transfers.Initiate(ctx, from, in.TransferID, in.FileSizeBytes, in.NumParts)
	}
	if in.NumParts != 0 {
		return send.MultipartUpload{}, send.Fail(send.Invalid, "say num_parts or part_size, not both")
	}
	return s.transfers.InitiateIn(ctx, from, in.TransferID, in.FileSizeBytes, in.PartSize)
}

// partURLs is where the parts of an upload go, as clients read it.
func (s *Service) partURLs(r *http.Request, up send.MultipartUpload) []wire.PartURL {
	urls := make([]wire.PartURL, len(up.PartURLs))
	for i, u := range up.PartURLs {
		urls[i] = wire.PartURL{PartNumber: u.Number, UploadURL: s.absolute(r, u.URL)}
	}
	return urls
}

// resume tells a client that lost its place how its upload in parts stands.
func (s *Service) resume(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	var in wire.ResumeUploadRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	from, err := s.transfers.Admit(r.Context(), token)
	if err != nil {
		return err
	}
	up, assembled, err := s.transfers.Resume(r.Context(), from, in.TransferID)
	if err != nil {
		return refused(r, err)
	}
	reply := wire.ResumeUploadReply{TransferID: in.TransferID, Assembled: assembled}
	if !assembled {
		reply.UploadID, reply.PartSize, reply.FileSizeBytes = up.UploadID, up.PartSize, up.Size
		reply.PartURLs = s.partURLs(r, up)
		for _, p := range up.Uploaded {
			reply.Parts = append(reply.Parts, wire.UploadedPart{PartNumber: p.Number, Size: p.Size, ETag: p.ETag})
		}
	}
	web.WriteJSON(w, http.StatusOK, reply)
	return nil
}

func (s *Service) assemble(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	from, err := s.transfers.Admit(r.Context(), token)
	if err != nil {
		return err
	}
	var in wire.AssembleUploadRequest
	const most = 2 << 20 // ten thousand parts with their ETags: not read of everyone
	size := r.ContentLength
	if size < 0 || size > most {
		size = most
	}
	done, err := s.hold(size)
	if err != nil {
		return err
	}
	defer done()
	if err := web.ReadJSONUpTo(w, r, most, &in); err != nil {
		return err
	}
	parts := make([]send.Part, len(in.Parts))
	for i, p := range in.Parts {
		// A proxy that compresses makes ETags weak on their way to the client.
		parts[i] = send.Part{Number: p.PartNumber, ETag: strings.TrimPrefix(p.ETag, "W/")}
	}
	p, err := s.transfers.Assemble(r.Context(), from, in.TransferID, in.UploadID, parts)
	if err != nil {
		return refused(r, err)
	}
	web.WriteJSON(w, http.StatusOK, wire.AssembleUploadReply{
		TransferID: in.TransferID, Status: wire.Assembled, ETag: p.ETag,
	})
	return nil
}

func (s *Service) cancel(w http.ResponseWriter, r *http.Request) error {
	from, id, err := s.sender(r)
	if err != nil {
		return err
	}
	if err := s.transfers.Cancel(r.Context(), from, id, mux.Vars(r)[wire.UploadID.Name]); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, wire.CancelUploadReply{TransferID: id, Status: wire.Cancelled})
	return nil
}

func (s *Service) uploadURL(w http.ResponseWriter, r *http.Request) error {
	from, id, err := s.sender(r)
	if err != nil {
		return err
	}
	u, ttl, err := s.transfers.UploadURL(r.Context(), from, id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, wire.UploadURLReply{
		TransferID: id, UploadURL: s.absolute(r, u), ExpiresIn: int64(ttl / time.Second),
	})
	return nil
}

// downloadURL counts a download, or with a permit renews the URL of one that was
// counted.
func (s *Service) downloadURL(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, wire.TransferID)
	if err != nil {
		return err
	}
	k, err := s.keys.Get(r.Context()) // first: what is counted must have a permit
	if err != nil {
		return err
	}
	var u send.DownloadURL
	if wire.DownloadPermit.Get(r.Header) != "" {
		var c send.Claim
		if c, err = s.permitted(r, k, id); err == nil {
			u, err = s.transfers.RenewURL(r.Context(), c)
			s.recordSpent(r, id, err)
		}
	} else {
		u, err = s.countedURL(r, id)
	}
	if err != nil {
		return err
	}
	wire.DownloadPermit.Set(w.Header(), k.permit(u.Claim))
	web.WriteJSON(w, http.StatusOK, wire.DownloadURLReply{
		TransferID: id, DownloadURL: s.absolute(r, u.URL), ExpiresIn: int64(u.TTL / time.Second),
	})
	return nil
}

func (s *Service) countedURL(r *http.Request, id string) (send.DownloadURL, error) {
	u, err := s.transfers.DownloadURL(r.Context(), id, wire.DownloadClaim.Get(r.Header))
	if u.Again {
		s.recordSpent(r, id, err)
		return u, err
	}
	s.recordClaim(r, id, u.Claim, err)
	if err == nil {
		metric.Count(r.Context(), metric.Downloads, 1)
	}
	return u, err
}
