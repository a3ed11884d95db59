package envelope

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Friendly tokens are links of two words and four digits that older web
// clients made. We read them and make none: there are about 2^30 of them, and
// the transfer's ID, which the service sees, is a fast hash of the token, so
// that whoever has the ID can find the token, and with it the key, in seconds.

var friendly = lazyregexp.New(`^[a-z]+-[a-z]+-[0-9]{4}$`)

// IsFriendly says whether a text has the shape of a friendly token.
func IsFriendly(token string) bool { return friendly.MatchString(token) }

// FriendlyID returns the ID of the transfer of a friendly token.
func FriendlyID(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:6])
}

// FriendlyKey derives the key of a friendly token: PBKDF2-HMAC-SHA256 (RFC
// 8018) in 600,000 rounds, which take a noticeable part of a second.
func FriendlyKey(token string) Key {
	k, err := pbkdf2.Key(sha256.New, token, []byte("sgraph-send-v1"), 600_000, len(Key{}))
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return Key(k)
}
