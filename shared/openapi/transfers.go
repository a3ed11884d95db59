package openapi

import (
	"net/http"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

const ciphertext = "application/octet-stream"

var (
	ofDownload = []wire.Header{
		wire.DownloadPermit, wire.ETag, wire.ContentDisposition,
	}
	ofPart = append([]wire.Header{wire.ContentRange}, ofDownload...)
)

var transfers = topic{
	Name: "Transfers",
	Says: "The way of a transfer: it is created, its ciphertext uploaded and completed; then it can be looked at, " +
		"downloaded and deleted.",
	Operations: []Operation{
		{
			Route: wire.CreateTransfer, May: sender, Limits: []string{send.LimitCreate, send.LimitToken},
			Body: Body{JSON: wire.CreateTransferRequest{}}, Replies: []Reply{{JSON: wire.CreateTransferReply{}}},
			Refusals: []int{409, 410, 507},
			Example: Example{Body: object{
				{"transfer_id", common[wire.TransferID.Name]},
				{"content_type_hint", ciphertext},
				{"max_downloads", 5},
				{"delete_auth_hash", hash(common[wire.DeleteAuth.Name])},
			}},
		},
		{
			Route: wire.UploadTransfer, May: sender, Limits: []string{send.LimitToken},
			Query: []Field{{Name: wire.UploadData.Name, Says: "The ciphertext in standard base64, of clients that can send " +
				"no body."}},
			Body:     Body{JSON: wire.UploadTransferRequest{}, Bytes: true},
			Replies:  []Reply{{JSON: wire.UploadTransferReply{}}},
			Refusals: []int{404, 410, 507},
		},
		{
			Route: wire.CompleteTransfer, May: sender, Limits: []string{send.LimitToken},
			Replies:  []Reply{{JSON: wire.CompleteTransferReply{}}},
			Refusals: []int{400, 404, 410, 413, 507},
		},
		{
			Route: wire.TransferInfo, May: anyone, Limits: []string{send.LimitInfo},
			Replies:  []Reply{{JSON: wire.TransferInfoReply{}}},
			Refusals: []int{400, 404},
		},
		{
			Route: wire.DownloadTransfer, May: anyone, Limits: []string{send.LimitDownload},
			Headers: []wire.Header{wire.DownloadClaim, wire.DownloadPermit, wire.Range, wire.IfRange},
			Replies: []Reply{
				{Type: ciphertext, Says: "The ciphertext.", Headers: ofDownload},
				{Status: http.StatusPartialContent, Type: ciphertext, Says: "The range of it that was asked for.", Headers: ofPart},
			},
			Refusals: []int{400, 404, 410, 413, 416},
			Example:  Example{Values: map[string]string{wire.DownloadClaim.Name: common[wire.DownloadClaim.Name]}},
		},
		{
			Route: wire.DownloadBase64, May: anyone, Limits: []string{send.LimitDownload},
			Replies:  []Reply{{JSON: wire.DownloadBase64Reply{}}},
			Refusals: []int{400, 404, 410, 413},
		},
		{
			Route: wire.ConfirmDownload, May: downloader, Limits: []string{send.LimitDownload},
			Replies:  []Reply{{JSON: wire.ConfirmDownloadReply{}}},
			Refusals: []int{400, 404, 410},
			Example:  Example{Values: map[string]string{wire.DownloadClaim.Name: common[wire.DownloadClaim.Name]}},
		},
		{
			Route: wire.ChangeExpiry, May: itsSender, Limits: []string{send.LimitToken},
			Body:     Body{JSON: wire.ChangeExpiryRequest{}, Needed: []string{"expires_at"}},
			Replies:  []Reply{{JSON: wire.ChangeExpiryReply{}}},
			Refusals: []int{404, 409, 410},
			Example:  Example{Body: object{{"expires_at", exampleTime}}},
		},
		{
			Route: wire.DeleteTransfer, May: itsSender, Limits: []string{send.LimitToken},
			Replies:  []Reply{{JSON: wire.DeleteTransferReply{}}},
			Refusals: []int{400, 404, 409},
		},
	},
}
