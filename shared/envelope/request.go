package envelope

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"strings"

	"sgraph.ai/send/shared/send"
)

// Request is a link by which somebody without a token sends to who made it.
// docs/formats.md, "Requests", specifies it.
type Request struct {
	Origin string // "https://send.example.org"; "" when the text named no service
	ID     string // of the request
	Seed   Key    // the grant comes of it, and the label is sealed under it
	Public Public // what is sent is sealed to it, whatever the service says
}

// Public is the public half of a [RequestKey].
type Public [32]byte

// String returns the key as it stands in a link: 43 characters.
func (p Public) String() string { return Key(p).String() }

// String returns the link as we hand it out: {origin}/r/#{id}/{seed}/{public key}.
func (r Request) String() string {
	return r.Origin + "/r/#" + r.ID + "/" + r.Seed.String() + "/" + r.Public.String()
}

// LogValue keeps the seed out of logs.
func (r Request) LogValue() slog.Value { return slog.StringValue("[request " + r.ID + "]") }

const (
	// SealedKeySize is how many bytes a sealed key has.
	SealedKeySize = 80

	grantInfo   = "sgraph-send request grant 1"
	requestInfo = "sgraph-send request 1\x00" // the ID of the request follows
)

// Grant returns what proves to the service that one has the link, without telling
// it the seed.
func (r Request) Grant() string {
	k, err := hkdf.Key(sha256.New, r.Seed[:], nil, grantInfo, len(r.Seed))
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return base64.RawURLEncoding.EncodeToString(k)
}

// SealKey seals the key of what is sent, so that only who made the request opens
// it: by HPKE (RFC 9180). Invalid where the link's public key is none.
func (r Request) SealKey(key Key) ([]byte, error) {
	to, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(r.Public[:])
	if err != nil {
		return nil, errPublic
	}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(requestInfo+r.ID), key[:])
	if err != nil {
		return nil, errPublic
	}
	return sealed, nil
}

var errPublic = send.Fail(send.Invalid,
	"nothing can be sealed to the key in this link: it was changed on its way; ask for the link again")

// RequestKey opens what was sent to a request. It stays with who made it.
type RequestKey [32]byte

// NewRequestKey makes the key of a new request.
func NewRequestKey() (RequestKey, error) {
	k, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		return RequestKey{}, err
	}
	b, err := k.Bytes()
	if err != nil {
		return RequestKey{}, err
	}
	return RequestKey(b), nil
}

// LogValue keeps the key out of logs.
func (RequestKey) LogValue() slog.Value { return slog.StringValue("[key]") }

func (k RequestKey) private() (hpke.PrivateKey, error) {
	p, err := hpke.DHKEM(ecdh.X25519()).NewPrivateKey(k[:])
	if err != nil {
		return nil, send.Because(send.Invalid, err, "the key of the request cannot be read")
	}
	return p, nil
}

// Public returns the half that the link has.
func (k RequestKey) Public() (Public, error) {
	p, err := k.private()
	if err != nil {
		return Public{}, err
	}
	return Public(p.PublicKey().Bytes()), nil
}

// ErrSealedKey says that the key of what was sent to a request does not open: it
// was sealed to another request or key, or changed.
var ErrSealedKey = send.Fail(send.Invalid,
	"the key of this transfer was not sealed to this request, or was changed: it cannot be opened")

// OpenKey opens the key of what was sent to the request of that ID.
func (k RequestKey) OpenKey(requestID string, sealed []byte) (key Key, err error) {
	p, err := k.private()
	if err != nil {
		return key, err
	}
	if len(sealed) != SealedKeySize {
		return key, ErrSealedKey
	}
	b, err := hpke.Open(p, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(requestInfo+requestID), sealed)
	if err != nil || len(b) != len(key) {
		return key, ErrSealedKey
	}
	return Key(b), nil
}

// ParseRequest finds the link of a request in a text that a person or a program
// handed over, through all that [ParseLink] reads through, with the same reasons.
func ParseRequest(text string) (Request, error) {
	if len(text) > maxText {
		return Request{}, errLongText
	}
	var all []requestSighting
	for _, s := range readings(text) {
		all = append(all, requests(s)...)
	}
	if len(all) == 0 {
		return Request{}, send.Fail(send.Invalid,
			"that is not a link of a request: copy all of it, up to the last character behind the #").With(ReasonNoLink)
	}
	best := all[0]
	for _, s := range all[1:] {
		if s.ID != best.ID || s.Origin != "" && best.Origin != "" && s.Origin != best.Origin ||
			s.state == whole && best.state == whole && (s.Seed != best.Seed || s.Public != best.Public) {
			return Request{}, errSeveral
		}
		origin := best.Origin
		if s.state < best.state || s.state != whole && best.state != whole && s.length > best.length {
			best = s
		}
		if best.Origin == "" {
			best.Origin = max(origin, s.Origin)
		}
	}
	if best.state != whole {
		return Request{}, best.state.fault(best.length)
	}
	return best.Request, nil
}

// requestSighting is the link of a request, or what is left of one, in a text.
type requestSighting struct {
	Request
	state  state
	length int // of the key that is not whole
}

// requests returns the links of requests in a text in the simple form.
func requests(s string) (found []requestSighting) {
	for at := range len(s) {
		if !isHex(s[at]) || !startsWord(s, at) {
			continue
		}
		id, next, ok := idAt(s, at)
		if !ok {
			continue
		}
		seed, end := keyBehind(s, next)
		public, ok := nextKey(s, seed, end)
		seen := requestSighting{Request{ID: id, Seed: seed.key, Public: Public(public.key)}, whole, 0}
		if !ok {
			if !isRequested(s, at) {
				continue
			}
			if seed.state == whole {
				seed = public
			}
			if seed.state == without || seed.state == whole {
				seed = sighting{state: short}
			}
			seen = requestSighting{Request{ID: id}, seed.state, seed.length}
		}
		if seen.Origin, ok = originBefore(s, at); ok {
			found = append(found, seen)
		}
	}
	return found
}

// nextKey reads the key that follows another, behind "/", and says whether both
// are whole.
func nextKey(s string, first sighting, at int) (second sighting, ok bool) {
	next := skip(s, at, "\"\n")
	if first.state != whole || next == len(s) || s[next] != '/' {
		return sighting{state: without}, false
	}
	second, _ = keyAt(s, next+1)
	return second, second.state == whole
}

// isRequested says whether what begins at a place stands where requests have it.
func isRequested(s string, at int) bool {
	return strings.HasSuffix(trimBreak(s[:at]), "/r/#")
}
