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

// ParseKey finds the key in a text that a person or a program handed over: the
// key alone, or a link that has it. It reads through what links are read
// through. Invalid, with one of the reasons of [ParseLink].
func ParseKey(text string) (k Key, err error) {
	if k, ok := decodeKey(text); ok {
		return k, nil
	}
	if len(text) > maxText {
		return k, send.Fail(send.Invalid, "that is too long for a key").With(ReasonLongText)
	}
	var all []sighting
	for _, s := range readings(text) {
		all = append(all, keys(s)...)
	}
	if len(all) == 0 {
		return k, send.Fail(send.Invalid,
			"that is not a key: a key is %d letters, digits, - and _", keyLength).With(ReasonNoLink)
	}
	l, err := choose(all)
	return l.Key, err
}

// decodeKey reads a key in base64url (RFC 4648, section 5), that is in 43
// characters, or in the standard alphabet, and drops what follows that can
// belong to none. The last character carries two bits that must be zero, so
// that a key has one spelling in each alphabet.
func decodeKey(text string) (k Key, ok bool) {
	text = base64URL.Replace(trimKey(text))
	if len(text) != keyLength {
		return k, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != len(k) {
		return k, false
	}
	return Key(b), true
}

var base64URL = strings.NewReplacer("+", "-", "/", "_")

// String returns the key as it stands in a link: 43 characters. It is the
// secret itself.
func (k Key) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

// LogValue keeps the key out of logs.
func (Key) LogValue() slog.Value { return slog.StringValue("[key]") }
