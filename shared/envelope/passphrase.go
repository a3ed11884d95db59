package envelope

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"sgraph.ai/send/shared/send"
)

// Secret is what a file and its label are sealed under: the [Key] of a link, or
// one into which a passphrase is mixed, which is a [Locked].
type Secret interface {
	// stretched returns how the passphrase was stretched; nil where there is none.
	stretched() *Stretch

	// under returns the key of what says of itself that it was sealed so: with
	// a passphrase that was stretched like that, or, for nil, without one.
	under(*Stretch) (Key, error)
}

func (k Key) stretched() *Stretch { return nil }

func (k Key) under(s *Stretch) (Key, error) {
	if s != nil {
		return Key{}, ErrPassphrase
	}
	return k, nil
}

// Locked is a link's key into which a passphrase is mixed: neither of the two
// opens anything by itself. [Stretch.Lock] makes one.
type Locked struct {
	Stretch Stretch // stands before what is sealed, in clear
	Mixed   Key     // opens it; as secret as link and passphrase together
}

func (l Locked) stretched() *Stretch { return &l.Stretch }

func (l Locked) under(s *Stretch) (Key, error) {
	switch {
	case s == nil:
		return Key{}, ErrNoPassphrase
	case *s != l.Stretch:
		return Key{}, ErrNotAuthentic
	}
	return l.Mixed, nil
}

// LogValue keeps the key out of logs.
func (Locked) LogValue() slog.Value { return slog.StringValue("[key]") }

var (
	// ErrPassphrase says that a link's key is not enough: a passphrase was mixed
	// into it.
	ErrPassphrase = send.Fail(send.Invalid,
		"a passphrase is needed beside the link: ask who sent it, and give it, too")

	// ErrNoPassphrase says that a passphrase was given for what is sealed without
	// one. To open it all the same would let whoever has the link put a file of
	// their own in its place.
	ErrNoPassphrase = send.Fail(send.Invalid,
		"this is not sealed with a passphrase, and one was given: if its sender told you one, it is not what they sent")

	// ErrWrongPassphrase says that a label does not open: passphrase or key are
	// not those that its transfer was sealed with. Nothing was downloaded or counted
	// to find out.
	ErrWrongPassphrase = send.Fail(send.Invalid,
		"the passphrase does not fit, or the key in the link: try again. No download was counted")

	errStretch = send.Fail(send.Invalid,
		"the passphrase is to be stretched in a way that this program refuses: it was not sealed by SGraph Send")
)

// MaxPassphrase is the most that a passphrase has, in bytes of UTF-8.
const MaxPassphrase = 1024

// Stretch says how a passphrase is stretched: by Argon2id (RFC 9106), with how
// much work and which salt. It stands in clear before what is sealed.
type Stretch struct {
	Lanes  uint8
	Passes uint16
	Memory uint32 // KiB
	Salt   [16]byte
}

const (
	// StretchSize is how many bytes the block has that says how a passphrase is
	// stretched.
	StretchSize = 1 + 1 + 2 + 4 + 16

	argon2id = 1 // Argon2id, version 1.3: the first byte of the block

	// What writers ask for: docs/formats.md, "How much is stretched".
	ourLanes  = 1
	ourPasses = 2
	ourMemory = 19 << 10 // KiB

	// What readers do at most: the block is of an unknown sender.
	maxLanes  = 4
	maxPasses = 16
	maxMemory = 256 << 10 // KiB
	minMemory = 8         // KiB for each lane

	mixInfo = "sgraph-send passphrase 1"
)

// NewStretch returns how we stretch, with a new salt: for one file and its label.
func NewStretch() Stretch {
	s := Stretch{Lanes: ourLanes, Passes: ourPasses, Memory: ourMemory}
	rand.Read(s.Salt[:])
	return s
}

// Bytes returns the block, as it stands in files and labels.
func (s Stretch) Bytes() []byte {
	b := append(make([]byte, 0, StretchSize), argon2id, s.Lanes)
	b = binary.BigEndian.AppendUint16(b, s.Passes)
	b = binary.BigEndian.AppendUint32(b, s.Memory)
	return append(b, s.Salt[:]...)
}

// parseStretch reads a block. What asks for more than a reader does is refused.
func parseStretch(b [StretchSize]byte) (s Stretch, err error) {
	s = Stretch{b[1], binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[4:]), [16]byte(b[8:])}
	if b[0] != argon2id || !s.bearable() {
		return Stretch{}, errStretch
	}
	return s, nil
}

func (s Stretch) bearable() bool {
	return s.Lanes >= 1 && s.Lanes <= maxLanes && s.Passes >= 1 && s.Passes <= maxPasses &&
		s.Memory >= minMemory*uint32(s.Lanes) && s.Memory <= maxMemory
}

// StretchOf returns how the passphrase is stretched that the beginning of a
// sealed file, or a sealed label, asks for: false where it asks for none. It is
// Invalid where that is more than a reader does.
func StretchOf(sealed []byte) (s Stretch, ok bool, err error) {
	switch {
	case len(sealed) >= len(magicV3)+StretchSize && string(sealed[:len(magicV3)]) == magicV3:
		sealed = sealed[len(magicV3):]
	case len(sealed) > StretchSize && sealed[0] == lockedLabel && isLabelSize(len(sealed)):
		sealed = sealed[1:]
	default:
		return s, false, nil
	}
	s, err = parseStretch([StretchSize]byte(sealed))
	return s, err == nil, err
}

// Lock mixes a passphrase into a link's key, which takes about as much time and
// memory as the stretch says. Invalid for what is no passphrase.
func (s Stretch) Lock(key Key, passphrase string) (Locked, error) {
	text, err := cleanPassphrase(passphrase)
	if err != nil {
		return Locked{}, err
	}
	if !s.bearable() {
		return Locked{}, errStretch
	}
	stretched := argon2.IDKey(text, s.Salt[:], uint32(s.Passes), s.Memory, s.Lanes, uint32(len(key)))
	mixed, err := hkdf.Key(sha256.New, append(key[:], stretched...), nil, mixInfo, len(key))
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return Locked{s, Key(mixed)}, nil
}

// cleanPassphrase returns the bytes of a passphrase: the same ones, however the
// system that it was typed on composes letters.
func cleanPassphrase(passphrase string) ([]byte, error) {
	if !utf8.ValidString(passphrase) {
		return nil, send.Fail(send.Invalid, "the passphrase is not text (UTF-8)")
	}
	text := norm.NFC.Bytes([]byte(passphrase))
	switch {
	case len(text) == 0:
		return nil, send.Fail(send.Invalid, "the passphrase is empty: give one, or send without")
	case len(text) > MaxPassphrase:
		return nil, send.Fail(send.Invalid, "the passphrase is too long: it may have %d bytes", MaxPassphrase)
	}
	return text, nil
}
