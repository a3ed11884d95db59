package envelope

import (
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"strings"

	"sgraph.ai/send/shared/send"
)

// Key opens one file. It travels in the fragment of a link and never reaches
// the service.
type Key [32]byte

// NewKey makes a random key. Every file gets its own.
func NewKey() (k Key) {
	rand.Read(k[:]) // never fails: it ends the program instead
	return k
}

// ParseKey reads the text of a key: 32 bytes in base64url (RFC 4648, section
// 5), that is 43 characters, with or without padding, and with the quotes and
// spaces that come along when a person copies it. Invalid.
func ParseKey(s string) (k Key, err error) {
	s = strings.TrimRight(unquote(s), "=")
	// Strict: the last character carries two bits that must be zero, so that
	// a key has one spelling.
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(k) {
		return k, send.Fail(send.Invalid, "that is not a key: a key is 43 letters, digits, - and _")
	}
	return Key(b), nil
}

// String returns the key as it stands in a link: 43 characters. It is the
// secret itself.
func (k Key) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

// LogValue keeps the key out of logs.
func (Key) LogValue() slog.Value { return slog.StringValue("[key]") }

// unquote removes the quotes and spaces around and in a copied text.
func unquote(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' {
			return -1
		}
		return r
	}, s))
}
