package send

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Secret is what keys are derived from: the root of a service's [Keys] where
// others see what the keys do, and a credential only where it stays in the ledger.
// The secret itself signs and seals nothing.
type Secret []byte

// key derives the 32-byte key for one purpose (HKDF-SHA256, RFC 5869).
func (s Secret) key(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, s, nil, "sgraph-send "+purpose, 32)
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return k
}

// WebhookKey derives the key that signs what one receiver is told: another URL has
// another key.
func (s Secret) WebhookKey(url string) []byte { return s.key("webhook " + url) }

// TokenName derives the name of a token for one purpose: whoever has the secret
// finds the same token again without storing its name.
func (s Secret) TokenName(purpose string) string {
	return "send-" + base64.RawURLEncoding.EncodeToString(s.key("token " + purpose)[:20])
}

// Signer signs short texts that a client hands back later.
type Signer struct {
	key []byte
	now func() time.Time
}

// Signer returns the signer of one purpose; what it signed is nothing to the
// signer of another.
func (s Secret) Signer(purpose string, now func() time.Time) Signer {
	return Signer{s.key("sign " + purpose), now}
}

// Until returns the time a duration from now.
func (s Signer) Until(ttl time.Duration) time.Time { return s.now().Add(ttl) }

// Sign returns a URL-safe text that carries the fields until a time.
func (s Signer) Sign(until time.Time, fields ...string) string {
	body := strconv.FormatInt(until.Unix(), 36) + "\x00" + strings.Join(fields, "\x00")
	return base64.RawURLEncoding.EncodeToString(append(s.mac(body), body...))
}

// Verify returns the fields of a text that Sign made, and until when it holds.
// Forbidden when it is not genuine, Gone when its time is over.
func (s Signer) Verify(text string) (fields []string, until time.Time, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < sha256.Size {
		return nil, until, notGenuine()
	}
	mac, body := raw[:sha256.Size], string(raw[sha256.Size:])
	if !hmac.Equal(mac, s.mac(body)) {
		return nil, until, notGenuine()
	}
	fields = strings.Split(body, "\x00")
	sec, err := strconv.ParseInt(fields[0], 36, 64)
	if err != nil {
		return nil, until, notGenuine()
	}
	until = time.Unix(sec, 0)
	if !s.now().Before(until) {
		err := Fail(Gone, "the link or permit is no longer valid; ask for a new one")
		return nil, until, err.With(ReasonLinkExpired)
	}
	return fields[1:], until, nil
}

func notGenuine() error {
	return Fail(Forbidden, "the link or permit is not genuine").With(ReasonLinkNotGenuine)
}

func (s Signer) mac(body string) []byte {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(body))
	return m.Sum(nil)
}

// NameSealer hides token names at rest: they are secrets that an operator must
// still be able to read in the console.
type NameSealer struct{ aead cipher.AEAD }

// NameSealer returns the sealer of a secret.
func (s Secret) NameSealer() NameSealer {
	block, err := aes.NewCipher(s.key("token names"))
	if err != nil {
		panic(err) // only a wrong key length can fail
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return NameSealer{aead}
}

// Seal encrypts a name.
func (n NameSealer) Seal(name string) ([]byte, error) {
	if n.aead == nil {
		return nil, errors.New("no key to seal names with")
	}
	return n.aead.Seal(nil, nil, []byte(name), nil), nil
}

// Open decrypts a name.
func (n NameSealer) Open(sealed []byte) (string, error) {
	if n.aead == nil {
		return "", errors.New("no key to open names with")
	}
	b, err := n.aead.Open(nil, nil, sealed, nil)
	return string(b), err
}

// NameKeys hide the names of tokens while the secret that they are sealed under
// changes: the first key seals, and each of them opens.
type NameKeys []NameSealer

// NamesUnder returns the keys of secrets, the current one first.
func NamesUnder(secrets ...string) NameKeys {
	keys := make(NameKeys, len(secrets))
	for i, s := range secrets {
		keys[i] = Secret(s).NameSealer()
	}
	return keys
}

// Names returns the key of a secret that does not change, as [Tokens] asks for it.
func (s Secret) Names(context.Context) (NameKeys, error) { return NameKeys{s.NameSealer()}, nil }

// Seal encrypts a name.
func (k NameKeys) Seal(name string) ([]byte, error) {
	if len(k) == 0 {
		return NameSealer{}.Seal(name)
	}
	return k[0].Seal(name)
}

// Open decrypts a name, "" where it was sealed under none of the keys, and says
// whether it is to be sealed anew.
func (k NameKeys) Open(sealed []byte) (name string, outdated bool) {
	for i, key := range k {
		if name, err := key.Open(sealed); err == nil {
			return name, i > 0
		}
	}
	return "", false
}

// RandomSecret makes a secret of 256 bits, as text.
func RandomSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}
