package user

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
)

// presignedRoutes are those of docs/contract.md, 1.3, and the URLs that the
// service signs itself where the store does not.
func (s *Service) presignedRoutes(r *mux.Router) {
	const prefix = "/api/presigned"
	s.limited(r, "download", http.MethodGet, prefix+"/download-url/{transfer_id}", s.downloadURL)
	s.route(r, http.MethodGet, prefix+"/capabilities", s.capabilities)
	s.guarded(r, http.MethodPost, prefix+"/initiate", s.initiate)
	s.guarded(r, http.MethodPost, prefix+"/complete", s.assemble)
	s.guarded(r, http.MethodPost, prefix+"/cancel/{transfer_id}/{upload_id}", s.cancel)
	s.guarded(r, http.MethodGet, prefix+"/upload-url/{transfer_id}", s.uploadURL)
	s.route(r, http.MethodPut, linkPrefix+"{link}", s.putLink)
	s.route(r, http.MethodGet, linkPrefix+"{link}", s.getLink)
}

func (s *Service) capabilities(w http.ResponseWriter, _ *http.Request) error {
	// All are true in both modes: what S3 does not serve, the service does.
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"presigned_upload":   true,
		"multipart_upload":   true,
		"presigned_download": true,
		"direct_upload":      true,
		"max_part_size":      send.DefaultPartSize,
		"min_part_size":      send.MinPartSize,
		"max_parts":          send.MaxParts,
	})
	return nil
}

func (s *Service) initiate(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	var in struct {
		TransferID    string `json:"transfer_id"`
		FileSizeBytes int64  `json:"file_size_bytes"`
		NumParts      int    `json:"num_parts"`
	}
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	up, err := s.transfers.Initiate(r.Context(), token, in.TransferID, in.FileSizeBytes, in.NumParts)
	if err != nil {
		return refused(r, err)
	}
	type part struct {
		Number int    `json:"part_number"`
		URL    string `json:"upload_url"`
	}
	parts := make([]part, len(up.PartURLs))
	for i, u := range up.PartURLs {
		parts[i] = part{i + 1, s.absolute(r, u)}
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"transfer_id": in.TransferID,
		"upload_id":   up.UploadID,
		"part_urls":   parts,
		"part_size":   up.PartSize,
	})
	return nil
}

func (s *Service) assemble(w http.ResponseWriter, r *http.Request) error {
	token, err := accessToken(r)
	if err != nil {
		return err
	}
	var in struct {
		TransferID string `json:"transfer_id"`
		UploadID   string `json:"upload_id"`
		Parts      []struct {
			Number int    `json:"part_number"`
			ETag   string `json:"etag"`
		} `json:"parts"`
	}
	if r.ContentLength < 0 || r.ContentLength > 64<<10 { // much is not read of everyone
		if _, err := s.transfers.Gate.Admit(r.Context(), token); err != nil {
			return err
		}
	}
	// Ten thousand parts with their ETags.
	if err := web.ReadJSONUpTo(w, r, 2<<20, &in); err != nil {
		return err
	}
	parts := make([]send.Part, len(in.Parts))
	for i, p := range in.Parts {
		parts[i] = send.Part{Number: p.Number, ETag: p.ETag}
	}
	p, err := s.transfers.Assemble(r.Context(), token, in.TransferID, in.UploadID, parts)
	if err != nil {
		return refused(r, err)
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"transfer_id": in.TransferID, "status": "assembled", "etag": p.ETag,
	})
	return nil
}

func (s *Service) cancel(w http.ResponseWriter, r *http.Request) error {
	token, id, err := sender(r)
	if err != nil {
		return err
	}
	if err := s.transfers.Cancel(r.Context(), token, id, mux.Vars(r)["upload_id"]); err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{"transfer_id": id, "status": "cancelled"})
	return nil
}

func (s *Service) uploadURL(w http.ResponseWriter, r *http.Request) error {
	token, id, err := sender(r)
	if err != nil {
		return err
	}
	u, ttl, err := s.transfers.UploadURL(r.Context(), token, id)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"transfer_id": id, "upload_url": s.absolute(r, u), "expires_in": int(ttl / time.Second),
	})
	return nil
}

func (s *Service) downloadURL(w http.ResponseWriter, r *http.Request) error {
	id, err := pathName(r, "transfer_id")
	if err != nil {
		return err
	}
	u, ttl, err := s.transfers.DownloadURL(r.Context(), id)
	s.record(r, audit.TransferDownloaded, id, "", err)
	if err != nil {
		return err
	}
	metric.Count(r.Context(), metric.Downloads, 1)
	web.WriteJSON(w, http.StatusOK, map[string]any{
		"transfer_id": id, "download_url": s.absolute(r, u), "expires_in": int(ttl / time.Second),
	})
	return nil
}
