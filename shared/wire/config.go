package wire

// Config tells the pages what they may offer.
var Config = route(User, get, "/api/send/config")

// ConfigReply is what the service takes.
type ConfigReply struct {
	MaxBytes          int64  `json:"max_bytes"`    // of a ciphertext
	DirectBytes       int64  `json:"direct_bytes"` // of one that goes through the service itself
	DefaultTTLSeconds int64  `json:"default_ttl_seconds"`
	MaxTTLSeconds     int64  `json:"max_ttl_seconds"`
	TokenRequired     bool   `json:"token_required"`
	Version           string `json:"version"`
}
