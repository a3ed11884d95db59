package wire

import (
	"time"

	"sgraph.ai/send/shared/send"
)

// How tokens are made, changed and used, at the admin service; and what senders
// may ask of theirs, at the user service.
var (
	// CreateToken makes a token.
	CreateToken = route(Admin, post, "/tokens/create")

	// LookupToken says how a token stands.
	LookupToken = route(Admin, get, "/tokens/lookup/{token_name}")

	// UseToken spends a use of a token.
	UseToken = route(Admin, post, "/tokens/use/{token_name}")

	// RevokeToken ends a token until it is reactivated.
	RevokeToken = route(Admin, post, "/tokens/revoke/{token_name}")

	// ReactivateToken undoes RevokeToken; the count of uses stays.
	ReactivateToken = route(Admin, post, "/tokens/reactivate/{token_name}")

	// UpdateTokenLimit sets how many uses a token has in all.
	UpdateTokenLimit = route(Admin, post, "/tokens/update-limit/{token_name}")

	// ListTokens names all tokens.
	ListTokens = route(Admin, get, "/tokens/list")

	// ListTokenDetails says how all tokens stand, the newest first.
	ListTokenDetails = route(Admin, get, "/tokens/list-details")

	// CheckToken tells a sender how a token stands.
	CheckToken = route(User, get, "/api/transfers/check-token/{token_name}", "/transfers/check-token/{token_name}")

	// ValidateToken answers as UseToken does, and spends nothing.
	ValidateToken = route(User, post,
		"/api/transfers/validate-token/{token_name}", "/transfers/validate-token/{token_name}")
)

// TokenName is a token's name, which is the token.
var TokenName = parameter(Parameter{Name: "token_name", In: InPath, Secret: true})

// CreateTokenRequest is what a token is made from. All of it can be left out:
// the name is random then, and there are 50 uses.
type CreateTokenRequest struct {
	TokenName  string         `json:"token_name,omitzero"`
	UsageLimit int64          `json:"usage_limit"` // 0 = without limit
	CreatedBy  string         `json:"created_by,omitzero"`
	Metadata   map[string]any `json:"metadata,omitzero"`
}

// CreateTokenReply is a token that was made.
type CreateTokenReply struct {
	CacheID   string `json:"cache_id"` // its ID in the form of a GUID
	TokenName string `json:"token_name"`
	InviteURL string `json:"invite_url,omitzero"` // invites to send with it; "" = the service knows no address
}

// Token is how a token stands: the reply to LookupToken, ReactivateToken and
// UpdateTokenLimit.
type Token struct {
	TokenName  string           `json:"token_name"`  // "" when it was sealed under another API key
	UsageLimit int64            `json:"usage_limit"` // 0 = without limit
	UsageCount int64            `json:"usage_count"`
	Status     send.TokenStatus `json:"status"`
	CreatedBy  string           `json:"created_by"`
	Metadata   map[string]any   `json:"metadata"` // never null
}

// TokenDetails is what else the console shows of a token.
type TokenDetails struct {
	Token
	CacheID   string    `json:"cache_id"`
	CreatedAt time.Time `json:"created_at"`
	Remaining int64     `json:"remaining"` // -1 = without limit
	InviteURL string    `json:"invite_url,omitzero"`
}

// UseTokenRequest is what a use is for.
type UseTokenRequest struct {
	Action     string `json:"action,omitzero"`
	TransferID string `json:"transfer_id,omitzero"` // what tells it from every other
	Uses       int64  `json:"uses,omitzero"`        // of RequestCreated: all of them or none
}

// UploadCompleted is the action that is booked once for each upload, however
// often it is reported.
const UploadCompleted = "upload_completed"

// RequestCreated is the action that books as many uses as a request allows transfers,
// once for each request.
const RequestCreated = "request_created"

// UseTokenReply is what became of a use; the reply to ValidateToken, too. That
// the token cannot be used is no error of the request.
type UseTokenReply struct {
	Success bool             `json:"success"`
	Reason  send.TokenStatus `json:"reason,omitzero"` // how the token stands where it could not be used
	*TokenUsage
}

// TokenUsage is how much of a token was used, where it could be.
type TokenUsage struct {
	UsageCount int64 `json:"usage_count"`
	Remaining  int64 `json:"remaining"` // -1 = without limit
}

// RevokeTokenRequest says what else goes with the token.
type RevokeTokenRequest struct {
	Purge bool `json:"purge"` // what is pending with it, at the user service's next sweep
}

// RevokeTokenReply is a token that was revoked.
type RevokeTokenReply struct {
	Status    send.TokenStatus `json:"status"`
	TokenName string           `json:"token_name"`
}

// UpdateTokenLimitRequest says how many uses there are to be.
type UpdateTokenLimitRequest struct {
	UsageLimit *int64 `json:"usage_limit"` // 0 = without limit; nil = not said, which is refused
}

// ListTokensReply names all tokens, also in the form of the storage keys from
// which older consoles read the names.
type ListTokensReply struct {
	TokenNames []string `json:"token_names"`
	Files      []string `json:"files"`
}

// ListTokenDetailsReply is how all tokens stand.
type ListTokenDetailsReply struct {
	Tokens []TokenDetails `json:"tokens"`
}

// CheckTokenReply is what a sender is told of a token.
type CheckTokenReply struct {
	Valid       bool             `json:"valid"`
	Reason      send.TokenStatus `json:"reason,omitzero"` // send.TokenUnknown
	*TokenState                  // nil when there is no such token
}

// TokenState is how a token that there is stands.
type TokenState struct {
	Status    send.TokenStatus `json:"status"`
	Remaining int64            `json:"remaining"` // -1 = without limit
	Unlimited bool             `json:"unlimited"`
}

// Deployment is what the program that deploys a stack asks of the admin service:
// by invoking its function, and not by its URL, so that no key is needed.
type Deployment struct {
	KeepSecrets *KeepSecrets `json:"keep_secrets"` // nil where it asks for something that came later
}

// KeepSecrets wants the secrets of a stack's machines to be there, and those of a
// generation, or of a later one. Repeating it does nothing.
type KeepSecrets struct {
	Generation int    `json:"generation"` // from 1 on; a higher one than is kept changes all of them, once
	Canary     bool   `json:"canary"`     // there is a canary, that needs a token; otherwise none is to be active
	CreatedBy  string `json:"created_by"` // by which the tokens of this stack's canary are known
}

// CanaryRound is what the canary is invoked for. A schedule says nothing of it.
type CanaryRound struct {
	Next bool `json:"next"` // at the user service's alias next, and not where people are
}

// CanaryReply is how a round ended that found no fault.
type CanaryReply struct {
	Status string `json:"status"`
	Next   bool   `json:"next"` // as it was asked for
}

// KeepSecretsReply is what the deploy has to know of the secrets. It is a secret.
type KeepSecretsReply struct {
	Origin string `json:"origin"` // what the front is to show the services
}
