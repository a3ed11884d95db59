package wire

import (
	"time"

	"sgraph.ai/send/shared/send"
)

// What operators see of transfers, and do to one, at the admin service. None of it has
// a name or a key.
var (
	// ListTransfers answers some of the transfers.
	ListTransfers = route(Admin, get, "/transfers/list")

	// ShowTransfer says how one stands.
	ShowTransfer = route(Admin, get, "/transfers/show/{transfer_id}")

	// TakeDownTransfer ends one, for good. It can be repeated.
	TakeDownTransfer = route(Admin, post, "/transfers/take-down/{transfer_id}")
)

// TransferOverview is how a transfer stands for an operator.
type TransferOverview struct {
	TransferID         string      `json:"transfer_id"`
	Status             send.Status `json:"status"`        // as [send.Transfer.Standing] has it
	PayloadBytes       int64       `json:"payload_bytes"` // of the ciphertext; 0 = not uploaded
	Token              string      `json:"token"`         // cache_id of the token that paid for it; "" = none
	Request            string      `json:"request"`       // ID of the request that it was sent to; "" = none
	CreatedAt          time.Time   `json:"created_at"`
	ExpiresAt          time.Time   `json:"expires_at"`
	DownloadCount      int64       `json:"download_count"`
	MaxDownloads       int64       `json:"max_downloads"` // 0 = without limit
	DownloadsCompleted int64       `json:"downloads_completed"`
	Erased             bool        `json:"erased"` // its ciphertext is gone
}

// ListTransfersReply is a page of the transfers, in no order that means anything.
type ListTransfersReply struct {
	Transfers []TransferOverview `json:"transfers"`
	After     string             `json:"after,omitzero"` // where the next page begins; "" = there is none
}

// TakeDownTransferRequest says why.
type TakeDownTransferRequest struct {
	Reason string `json:"reason"` // for the audit trail
}
