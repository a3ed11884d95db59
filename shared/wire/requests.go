package wire

import "sgraph.ai/send/shared/send"

// Requests for files: who has an access token makes one, and gives away a link by which
// somebody without a token sends to them.
var (
	// CreateRequest opens a request for the holder of an access token, and spends a use
	// of it for each transfer that the request allows. It can be repeated.
	CreateRequest = route(User, post, "/api/requests/create")

	// RequestInfo says how a request stands, to whoever has its ID.
	RequestInfo = route(User, get, "/api/requests/info/{request_id}")

	// RequestTransfers lists what arrived, for whoever has the request's secret.
	RequestTransfers = route(User, get, "/api/requests/transfers/{request_id}")

	// CloseRequest ends a request for whoever has its secret. It can be repeated.
	CloseRequest = route(User, remove, "/api/requests/delete/{request_id}")
)

// FileRequestID is the ID of a request: 12 hex characters.
var FileRequestID = parameter(Parameter{Name: "request_id", In: InPath})

// RequestAuth is the secret of who made a request.
var RequestAuth = declare(Header{Name: "X-Sgraph-Request-Auth", Secret: true, SetBy: Client, ReadBy: User})

// CreateRequestRequest is what a request is made from.
type CreateRequestRequest struct {
	PublicKey    string `json:"public_key"`             // X25519, 32 bytes in base64url
	GrantHash    string `json:"grant_hash"`             // hex SHA-256 of what senders show
	AuthHash     string `json:"auth_hash"`              // hex SHA-256 of the request's secret
	MaxTransfers int64  `json:"max_transfers,omitzero"` // 0 = one
	MaxBytes     int64  `json:"max_bytes,omitzero"`     // of each ciphertext; 0 = what the service takes
	ExpiresAt    string `json:"expires_at,omitzero"`    // RFC 3339; "" = after the service's default
	Label        string `json:"label,omitzero"`         // sealed, in standard base64; "" = none
}

// CreateRequestReply is a request that waits for files.
type CreateRequestReply struct {
	RequestID string `json:"request_id"`
	ExpiresAt Time   `json:"expires_at"`
}

// RequestInfoReply is how a request stands.
type RequestInfoReply struct {
	RequestID     string             `json:"request_id"`
	PublicKey     string             `json:"public_key"` // for display: the link's decides
	Status        send.RequestStatus `json:"status"`
	Label         string             `json:"label,omitzero"` // sealed, in standard base64; "" = none, or not any more
	MaxTransfers  int64              `json:"max_transfers"`
	TransfersLeft int64              `json:"transfers_left"`
	MaxBytes      int64              `json:"max_bytes"` // of each ciphertext
	CreatedAt     Time               `json:"created_at"`
	ExpiresAt     Time               `json:"expires_at"`
}

// RequestTransfersReply is what arrived for a request, the earliest first.
type RequestTransfersReply struct {
	RequestID string            `json:"request_id"`
	Transfers []ArrivedTransfer `json:"transfers"`
}

// ArrivedTransfer is a transfer that was sent to a request.
type ArrivedTransfer struct {
	TransferID   string      `json:"transfer_id"`
	Status       send.Status `json:"status"`
	PayloadBytes int64       `json:"payload_bytes"` // of the ciphertext
	CreatedAt    Time        `json:"created_at"`
	ExpiresAt    Time        `json:"expires_at"`
	SealedKey    string      `json:"sealed_key"` // in standard base64
}

// CloseRequestReply is a request that takes nothing more.
type CloseRequestReply struct {
	RequestID string             `json:"request_id"`
	Status    send.RequestStatus `json:"status"`
}
