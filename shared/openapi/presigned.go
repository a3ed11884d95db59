package openapi

import (
	"net/http"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

var presigned = topic{
	Name: "Presigned URLs",
	Says: "What is too large to go through the service itself goes by URLs that carry their own permission: those of " +
		"S3, or the service's own where there is none.",
	Operations: []Operation{
		{Route: wire.Capabilities, May: anyone, Replies: []Reply{{JSON: wire.CapabilitiesReply{}}}},
		{
			Route: wire.InitiateUpload, May: sender, Limits: []string{send.LimitToken},
			Body:     Body{JSON: wire.InitiateUploadRequest{}, Needed: []string{"transfer_id", "file_size_bytes"}},
			Replies:  []Reply{{JSON: wire.InitiateUploadReply{}}},
			Refusals: []int{404, 409, 410, 507},
			Example: Example{Body: object{
				{"transfer_id", common[wire.TransferID.Name]}, {"file_size_bytes", 26214400},
			}},
		},
		{
			Route: wire.ResumeUpload, May: sender, Limits: []string{send.LimitToken},
			Body:     Body{JSON: wire.ResumeUploadRequest{}, Needed: []string{"transfer_id"}},
			Replies:  []Reply{{JSON: wire.ResumeUploadReply{}}},
			Refusals: []int{404, 409, 410},
			Example:  Example{Body: object{{"transfer_id", common[wire.TransferID.Name]}}},
		},
		{
			Route: wire.AssembleUpload, May: sender, Limits: []string{send.LimitToken},
			Body:     Body{JSON: wire.AssembleUploadRequest{}, Needed: []string{"transfer_id", "upload_id", "parts"}},
			Replies:  []Reply{{JSON: wire.AssembleUploadReply{}}},
			Refusals: []int{404, 409, 410, 507},
			Example: Example{Body: object{
				{"transfer_id", common[wire.TransferID.Name]}, {"upload_id", common[wire.UploadID.Name]},
				{"parts", []any{object{{"part_number", 1}, {"etag", `"9a0364b9e99bb480dd25e1f0284c8555"`}}}},
			}},
		},
		{
			Route: wire.CancelUpload, May: sender, Limits: []string{send.LimitToken},
			Replies:  []Reply{{JSON: wire.CancelUploadReply{}}},
			Refusals: []int{400, 404, 410},
		},
		{
			Route: wire.UploadURL, May: sender, Limits: []string{send.LimitToken},
			Replies:  []Reply{{JSON: wire.UploadURLReply{}}},
			Refusals: []int{400, 404, 410, 507},
		},
		{
			Route: wire.DownloadURL, May: anyone, Limits: []string{send.LimitDownload},
			Headers:  []wire.Header{wire.DownloadClaim, wire.DownloadPermit},
			Replies:  []Reply{{JSON: wire.DownloadURLReply{}, Headers: []wire.Header{wire.DownloadPermit}}},
			Refusals: []int{400, 404, 409, 410},
			Example:  Example{Values: map[string]string{wire.DownloadClaim.Name: common[wire.DownloadClaim.Name]}},
		},
		{
			Route: wire.PutLink, May: anyone,
			Body:     Body{Bytes: true},
			Replies:  []Reply{{Says: "It arrived.", Headers: []wire.Header{wire.ETag}}},
			Refusals: []int{401, 404, 410, 507},
		},
		{
			Route: wire.GetLink, May: anyone,
			Headers: []wire.Header{wire.Range, wire.IfRange},
			Replies: []Reply{
				{Type: ciphertext, Says: "The ciphertext.", Headers: []wire.Header{wire.ETag, wire.ContentDisposition}},
				{
					Status: http.StatusPartialContent, Type: ciphertext, Says: "The range of it that was asked for.",
					Headers: []wire.Header{wire.ContentRange, wire.ETag, wire.ContentDisposition},
				},
			},
			Refusals: []int{400, 404, 410, 416},
		},
	},
}
