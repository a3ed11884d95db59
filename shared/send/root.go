package send

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"
)

// Keys are what a service derives from its root: 256 random bits that the
// ledger keeps, made by whoever is the first to ask. So a key that others see
// the work of tells nothing of any credential.
type Keys[T any] struct {
	Ledger  Ledger
	Service string // whose root it is: what one service derives, no other can
	Derive  func(root Secret) T

	derived atomic.Pointer[T]
}

// rootSize is the length of a root, in bytes.
const rootSize = 32

// Get returns the keys; the ledger is asked once. Unavailable as long as it
// could not be.
func (k *Keys[T]) Get(ctx context.Context) (T, error) {
	if d := k.derived.Load(); d != nil {
		return *d, nil
	}
	var none T
	made := make([]byte, rootSize)
	rand.Read(made) // never fails: crypto/rand
	r, err := established(ctx, k.Ledger, Record{Key: Key{RootSets + k.Service, "root"}, Data: made})
	if err != nil {
		return none, err
	}
	if len(r.Data) != rootSize {
		return none, Fail(Internal, "the root of the keys cannot be read in the ledger")
	}
	d := k.Derive(r.Data)
	k.derived.Store(&d)
	return d, nil
}

// TokenIDs name tokens to everyone who does not have the ledger: names that
// people give are short enough to be found by their plain hash.
type TokenIDs struct{ key []byte }

// TokenIDs returns the names of tokens under a secret.
func (s Secret) TokenIDs() TokenIDs { return TokenIDs{s.key("token ids")} }

// Of returns the ID, 128 bits in hex, of the token of a hash that [TokenHash]
// made. What is none, as an ID or "", it returns as it is.
func (i TokenIDs) Of(hash string) string {
	if len(hash) != hex.EncodedLen(sha256.Size) {
		return hash
	}
	m := hmac.New(sha256.New, i.key)
	m.Write([]byte(hash))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// PersonIDs name people to everyone who does not have the ledger: who they are at their
// provider tells only that.
type PersonIDs struct{ key []byte }

// PersonIDs returns the names of people under a secret.
func (s Secret) PersonIDs() PersonIDs { return PersonIDs{s.key("person ids")} }

// Of returns the ID, 128 bits in hex, of whom a provider knows by a subject.
func (i PersonIDs) Of(issuer, subject string) string {
	m := hmac.New(sha256.New, i.key)
	m.Write([]byte(issuer + "\x00" + subject))
	return hex.EncodeToString(m.Sum(nil)[:16])
}
