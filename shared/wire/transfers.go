package wire

import "sgraph.ai/send/shared/send"

// The way of a transfer: it is created, its ciphertext uploaded and completed;
// then it can be looked at, downloaded and deleted.
var (
	// CreateTransfer opens a transfer for the holder of an access token.
	CreateTransfer = route(User, post, "/api/transfers/create", "/transfers/create")

	// UploadTransfer takes the ciphertext of a pending transfer: the body as
	// it is, or the base64 of it in the query's data or in an
	// UploadTransferRequest. The last upload counts.
	UploadTransfer = route(User, post, "/api/transfers/upload/{transfer_id}", "/transfers/upload/{transfer_id}")

	// CompleteTransfer makes a transfer available, and spends a use of its
	// token. It can be repeated.
	CompleteTransfer = route(User, post, "/api/transfers/complete/{transfer_id}", "/transfers/complete/{transfer_id}")

	// TransferInfo says how a transfer stands, to whoever has its ID. It
	// costs no download.
	TransferInfo = route(User, get, "/api/transfers/info/{transfer_id}", "/transfers/info/{transfer_id}")

	// DownloadTransfer answers the ciphertext, or a range of it, and counts a
	// download, but not again for whoever brings a permit whose budget lasts.
	DownloadTransfer = route(User, get, "/api/transfers/download/{transfer_id}", "/transfers/download/{transfer_id}")

	// DownloadBase64 is DownloadTransfer for clients that can take text only.
	DownloadBase64 = route(User, get,
		"/api/transfers/download-base64/{transfer_id}", "/transfers/download-base64/{transfer_id}")

	// DeleteTransfer ends a transfer for whoever has its delete secret.
	DeleteTransfer = route(User, remove, "/api/transfers/delete/{transfer_id}", "/transfers/delete/{transfer_id}")

	// ConfirmDownload takes the word of whoever has the permit, or the claim, of a
	// download that it arrived and was opened. It can be repeated.
	ConfirmDownload = route(User, post, "/api/transfers/confirm/{transfer_id}", "/transfers/confirm/{transfer_id}")

	// ChangeExpiry sets anew when a transfer ends, for whoever has its delete secret.
	ChangeExpiry = route(User, post, "/api/transfers/expiry/{transfer_id}", "/transfers/expiry/{transfer_id}")
)

// Spends says whether asking for a route counts as a download, or finishes what can be
// finished once, so that nobody may ask for it by HEAD: looking spends nothing.
func Spends(r Route) bool {
	path := r.Path()
	return path == DownloadTransfer.Path() || path == DownloadBase64.Path() || path == DownloadURL.Path() ||
		path == FinishSignOn.Path()
}

// TransferID is the ID of a transfer: 12 hex characters. Whoever has it can
// download ciphertext, which tells nothing without the link's key.
var TransferID = parameter(Parameter{Name: "transfer_id", In: InPath})

// UploadData is a whole ciphertext in base64, for clients that cannot send a
// body.
var UploadData = parameter(Parameter{Name: "data", In: InQuery})

// What goes with a transfer.
var (
	// AccessToken is the token by which a sender may send.
	AccessToken = declare(Header{Name: "X-Sgraph-Access-Token", Secret: true, SetBy: Client, ReadBy: User})

	// GatewayKey is a copy of the access token that existing programs send
	// along for a gateway of theirs. No service reads it.
	GatewayKey = declare(Header{Name: "X-Api-Key", Secret: true, SetBy: Client})

	// DeleteAuth is the secret that deletes a transfer, and changes its expiry.
	DeleteAuth = declare(Header{Name: "X-Sgraph-Transfer-Delete-Auth", Secret: true, SetBy: Client, ReadBy: User})

	// DownloadPermit is, in a reply of DownloadTransfer or DownloadURL, the permit
	// by which the same download can be resumed without being counted again, and in
	// a request that permit.
	DownloadPermit = declare(Header{
		Name: "X-Sgraph-Download-Permit", Secret: true, SetBy: Client, ReadBy: User, Exposed: true,
	})

	// DownloadClaim is what a client calls a download before it asks for it: 32 digits in
	// lower case that nobody guesses. Asked again, the service finds the download that was
	// counted, and counts none.
	DownloadClaim = declare(Header{Name: "X-Sgraph-Download-Claim", Secret: true, SetBy: Client, ReadBy: User})

	// Range is the part of the ciphertext that is asked for (RFC 9110, 14.2).
	Range = declare(Header{Name: "Range", SetBy: Client, ReadBy: User, Passed: true})

	// IfRange is the ETag of what a range is asked of.
	IfRange = declare(Header{Name: "If-Range", SetBy: Client, ReadBy: User, Passed: true})

	// ContentEncoding is how something on the way, and never the service, encoded
	// a ciphertext. Its length is then not the ciphertext's.
	ContentEncoding = declare(Header{Name: "Content-Encoding"})

	// ETag names the ciphertext, which never changes; of a part, what is to be
	// said of it when the parts are put together.
	ETag = declare(Header{Name: "ETag", Exposed: true})

	// ContentRange says which bytes a reply has, or with 416 how many there are.
	ContentRange = declare(Header{Name: "Content-Range", Exposed: true})

	// ContentDisposition is under which name a browser saves a reply.
	ContentDisposition = declare(Header{Name: "Content-Disposition", Exposed: true})
)

// AccessTokenQuery carries the access token of clients that cannot set headers.
var AccessTokenQuery = parameter(Parameter{Name: "access_token", In: InQuery, Secret: true})

// CreateTransferRequest is what a transfer is created from. All of it can be
// left out.
type CreateTransferRequest struct {
	FileSizeBytes   int64  `json:"file_size_bytes,omitzero"`   // before or after the encryption; 0 = not declared
	ContentTypeHint string `json:"content_type_hint,omitzero"` // everyone can read it
	TransferID      string `json:"transfer_id,omitzero"`       // "" = the service chooses one
	MaxDownloads    int64  `json:"max_downloads,omitzero"`     // 0 = without limit
	AutoDelete      bool   `json:"auto_delete,omitzero"`       // the ciphertext goes with the last download
	ExpiresAt       string `json:"expires_at,omitzero"`        // RFC 3339; "" = after the service's default
	DeleteAuthHash  string `json:"delete_auth_hash,omitzero"`  // hex SHA-256 of the delete secret; "" = none
	Label           string `json:"label,omitzero"`             // sealed, in standard base64; "" = none
	SealedKey       string `json:"sealed_key,omitzero"`        // the link's key, sealed to who made a request, in base64
}

// CreateTransferReply is a transfer that waits for its ciphertext.
type CreateTransferReply struct {
	TransferID string `json:"transfer_id"`
	UploadURL  string `json:"upload_url"` // a path
	ExpiresAt  Time   `json:"expires_at"`
}

// UploadTransferRequest is a ciphertext in base64.
type UploadTransferRequest struct {
	Data *string `json:"data"` // the ciphertext; nil = this is something else
}

// UploadTransferReply is an upload that arrived.
type UploadTransferReply struct {
	TransferID string `json:"transfer_id"`
	Status     string `json:"status"` // Uploaded
	Size       int64  `json:"size"`   // bytes
}

// What becomes of uploads and transfers, in replies that say so.
const (
	Uploaded       = "uploaded"
	Assembled      = "assembled"
	Cancelled      = "cancelled"
	Confirmed      = "confirmed"
	Deleted        = "deleted"
	AlreadyDeleted = "already_deleted"
)

// CompleteTransferReply is a transfer that can be downloaded.
type CompleteTransferReply struct {
	TransferID   string       `json:"transfer_id"`
	DownloadURL  string       `json:"download_url"` // the path of its page
	Transparency Transparency `json:"transparency"`
}

// Transparency says what the service keeps of a transfer, and what not. Old
// pages read the second spelling of each of the first two.
type Transparency struct {
	IP              string   `json:"ip"` // rotating hash of the sender's address
	IPHash          string   `json:"ip_hash"`
	Timestamp       Time     `json:"timestamp"`
	UploadTimestamp Time     `json:"upload_timestamp"`
	FileSizeBytes   int64    `json:"file_size_bytes"`
	StoredFields    []string `json:"stored_fields"`
	Encrypted       []string `json:"encrypted"`
	NotStored       []string `json:"not_stored"`
}

// TransferInfoReply is how a transfer stands.
type TransferInfoReply struct {
	TransferID         string      `json:"transfer_id"`
	Status             send.Status `json:"status"`
	FileSizeBytes      int64       `json:"file_size_bytes"`        // as declared; of the ciphertext where it was not
	PayloadBytes       int64       `json:"payload_bytes"`          // of the ciphertext; 0 = not uploaded
	ArrivedBytes       int64       `json:"arrived_bytes,omitzero"` // of the ciphertext of a pending transfer, so far
	ContentTypeHint    string      `json:"content_type_hint"`
	CreatedAt          Time        `json:"created_at"`
	ExpiresAt          Time        `json:"expires_at"`
	IsExpired          bool        `json:"is_expired"`
	DownloadCount      int64       `json:"download_count"`
	MaxDownloads       int64       `json:"max_downloads"`       // 0 = without limit
	DownloadsRemaining int64       `json:"downloads_remaining"` // 0 also where there is no limit
	IsExhausted        bool        `json:"is_exhausted"`
	DownloadsCompleted int64       `json:"downloads_completed"` // of those that were counted, confirmed
	Erased             bool        `json:"erased"`              // its ciphertext is gone
	TakenDown          bool        `json:"taken_down"`          // by who runs the service
	DeleteEnabled      bool        `json:"delete_enabled"`
	Label              string      `json:"label,omitzero"` // sealed, in standard base64; "" = none, or not any more
}

// DownloadBase64Reply is a ciphertext in base64. The data come last, so that
// they can be written as they are read.
type DownloadBase64Reply struct {
	TransferID    string `json:"transfer_id"`
	FileSizeBytes int64  `json:"file_size_bytes"`
	Data          string `json:"data"`
}

// DeleteTransferReply is a transfer that is no more.
type DeleteTransferReply struct {
	TransferID string `json:"transfer_id"`
	Status     string `json:"status"` // Deleted or AlreadyDeleted
}

// ConfirmDownloadReply is a download whose end was confirmed.
type ConfirmDownloadReply struct {
	TransferID string `json:"transfer_id"`
	Status     string `json:"status"` // Confirmed
}

// ChangeExpiryRequest says when a transfer is to end.
type ChangeExpiryRequest struct {
	ExpiresAt string `json:"expires_at"` // RFC 3339
}

// ChangeExpiryReply is when it ends.
type ChangeExpiryReply struct {
	TransferID string `json:"transfer_id"`
	ExpiresAt  Time   `json:"expires_at"`
}
