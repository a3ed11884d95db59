package envelope

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"sgraph.ai/send/shared/send"
)

// passphraseVector is a passphrase and what comes of it.
type passphraseVector struct {
	Name       string `json:"name"`
	Passphrase string `json:"passphrase"`
	Block      string `json:"block"` // how it is stretched
	Stretched  string `json:"stretched"`
	Key        string `json:"key"`
	Mixed      string `json:"mixed"` // as keys are written
}

// noPassphraseVector is a text that is no passphrase.
type noPassphraseVector struct {
	Name       string `json:"name"`
	Passphrase string `json:"passphrase"`
}

// noBlockVector is no way to stretch a passphrase.
type noBlockVector struct {
	Name  string `json:"name"`
	Block string `json:"block"`
}

// v3Vector is a file of V3. The key of its link and its passphrase make the mixed
// key.
type v3Vector struct {
	Name         string `json:"name"`
	Key          string `json:"key"`
	Passphrase   string `json:"passphrase"`
	Block        string `json:"block"`
	Mixed        string `json:"mixed"`
	Salt         string `json:"salt"`
	NoncePrefix  string `json:"noncePrefix"`
	DerivedKey   string `json:"derivedKey"`
	Meta         Meta   `json:"meta"`
	ContentSize  int    `json:"contentSize"`
	SealedSize   int    `json:"sealedSize"`
	SealedSHA256 string `json:"sealedSha256"`
	Sealed       string `json:"sealed,omitempty"`
}

// label2Vector is a label with a passphrase.
type label2Vector struct {
	Name       string `json:"name"`
	Key        string `json:"key"`
	Passphrase string `json:"passphrase"`
	Block      string `json:"block"`
	Mixed      string `json:"mixed"`
	Nonce      string `json:"nonce"`
	Label      Label  `json:"label"`
	Read       Label  `json:"read"`
	Sealed     string `json:"sealed"`
}

// noLabel2Vector is what does not open with a passphrase, or without one where
// that is "".
type noLabel2Vector struct {
	Name       string `json:"name"`
	Key        string `json:"key"`
	Passphrase string `json:"passphrase"`
	Sealed     string `json:"sealed"`
	Reason     string `json:"reason"` // "needed", "wrong", "none", "label"
}

const testPassphrase = "Übung macht den Meister"

func passphraseVectors(key Key) (good []passphraseVector, bad []noPassphraseVector, blocks []noBlockVector) {
	stretches := []struct {
		name       string
		stretch    Stretch
		passphrase string
	}{
		{"the least", cheap(1), "a"},
		{"another salt", cheap(2), "a"},
		{"lanes", Stretch{4, 2, 64, [16]byte{1}}, "a"},
		{"memory that no four divide", Stretch{2, 1, 1021, [16]byte{2}}, "a"},
		{"as we do", Stretch{ourLanes, ourPasses, ourMemory, [16]byte{3}}, testPassphrase},
		{"composed", cheap(3), "Zürich Å ΐ 각"},
		{"composed otherwise, and the same", cheap(3), "Zu\u0308rich \u212b ι\u0308\u0301 \u1100\u1161\u11a8"},
		{"not trimmed", cheap(3), " a\n"},
		{"outside of the BMP", cheap(3), "😀🔑"},
		{"as long as one may be", cheap(3), strings.Repeat("ü", MaxPassphrase/2)},
		{"as long as one may be, once composed", cheap(3), strings.Repeat("u\u0308", MaxPassphrase/2)},
	}
	for _, c := range stretches {
		l, err := c.stretch.Lock(key, c.passphrase)
		if err != nil {
			panic(err)
		}
		text, _ := cleanPassphrase(c.passphrase)
		s := c.stretch
		good = append(good, passphraseVector{c.name, c.passphrase, hex.EncodeToString(s.Bytes()),
			hex.EncodeToString(argon2.IDKey(text, s.Salt[:], uint32(s.Passes), s.Memory, s.Lanes, 32)), key.String(),
			l.Mixed.String()})
	}
	bad = []noPassphraseVector{
		{"nothing", ""}, {"too long", strings.Repeat("a", MaxPassphrase+1)}, {"too long in bytes", strings.Repeat("ü",
			MaxPassphrase/2+1)},
	}
	for _, c := range []struct {
		name    string
		version byte
		stretch Stretch
	}{
		{"another version", 2, cheap(1)}, {"no version", 0, cheap(1)}, {"no lanes", 1, Stretch{0, 1, 8, [16]byte{}}},
		{"five lanes", 1, Stretch{5, 1, 64, [16]byte{}}}, {"no passes", 1, Stretch{1, 0, 8, [16]byte{}}},
		{"17 passes", 1, Stretch{1, 17, 8, [16]byte{}}}, {"256 passes", 1, Stretch{1, 256, 8, [16]byte{}}},
		{"too little memory", 1, Stretch{1, 1, 7, [16]byte{}}}, {"too little for four lanes", 1, Stretch{4, 1, 31,
			[16]byte{}}},
		{"too much memory", 1, Stretch{1, 1, maxMemory + 1, [16]byte{}}}, {"4 TiB", 1, Stretch{1, 1, 1<<32 - 1, [16]byte{}}},
	} {
		b := c.stretch.Bytes()
		b[0] = c.version
		blocks = append(blocks, noBlockVector{c.name, hex.EncodeToString(b)})
	}
	return good, bad, blocks
}

func v3Vectors(key Key) (good []v3Vector, broken []brokenVector) {
	first := firstRoom - len(testMeta.seal())
	for i, c := range []struct {
		name string
		size int
	}{
		{"empty", 0}, {"one byte", 1}, {"one segment", first}, {"one byte more than a segment", first + 1},
		{"three segments and some", 3<<20 + 12345},
	} {
		secret, err := cheap(byte(i)).Lock(key, testPassphrase)
		if err != nil {
			panic(err)
		}
		s := Stream{Salt: sha256.Sum256([]byte("v3 " + c.name))}
		copy(s.Prefix[:], bytes.Repeat([]byte{0xd0 + byte(i)}, prefixSize))
		sealed := sealWith(secret, s, c.size)
		sum := sha256.Sum256(sealed)
		v := v3Vector{c.name, key.String(), testPassphrase, hex.EncodeToString(secret.Stretch.Bytes()), secret.Mixed.String(),
			hex.EncodeToString(s.Salt[:]), hex.EncodeToString(s.Prefix[:]),
			hex.EncodeToString(streamHead{&secret.Stretch, s}.deriveKey(secret.Mixed)), testMeta, c.size, len(sealed),
			hex.EncodeToString(sum[:]), ""}
		if len(sealed) < 1000 {
			v.Sealed = hex.EncodeToString(sealed)
		}
		good = append(good, v)
	}
	const header = len(magicV3) + StretchSize
	return good, []brokenVector{
		{"one byte", "cut", 8}, {"one byte", "cut", 31}, {"one byte", "cut", 32}, {"one byte", "cut", 72},
		{"one byte", "flip", 0}, {"one byte", "flip", 7}, {"one byte", "flip", 8}, {"one byte", "flip", 9},
		{"one byte", "flip", 11},
		{"one byte", "flip", 15}, {"one byte", "flip", 16}, {"one byte", "flip", 31}, {"one byte", "flip", 32},
		{"one byte", "flip", 33}, {"one byte", "flip", 65}, {"one byte", "flip", 72}, {"one byte", "append", 0},
		{"empty", "append", 0}, {"one segment", "append", 0}, {"one byte more than a segment", "cut", header + segmentSize},
		{"three segments and some", "swap", 0}, {"three segments and some", "swap", 1},
		{"three segments and some", "drop", 2}, {"three segments and some", "flip", 2 << 20},
	}
}

func label2Vectors(key Key) (good []label2Vector, bad []noLabel2Vector) {
	secret, err := cheap(7).Lock(key, testPassphrase)
	if err != nil {
		panic(err)
	}
	full := strings.Repeat("x", labelRoom(Key{})) // fills a label of version 1, and is cut for one of version 2
	for _, c := range []struct {
		name  string
		label Label
	}{
		{"a file", Label{Files: one("a.txt"), Count: 1, Size: 5}},
		{"with a note and a picture", Label{Files: one("a.png"), Count: 1, Size: 5, Note: "for you", Picture: &testPicture}},
		{"as many files as fit", Label{Files: many(100), Count: 100, Size: 4950}},
		{"a note as long as it may be", Label{Files: one("a.txt"), Count: 1, Size: 5, Note: strings.Repeat("😀", MaxNote)}},
	} {
		sealed := sealLabel(secret, testNonce, c.label)
		read, err := OpenLabel(secret, sealed)
		if err != nil {
			panic(err)
		}
		good = append(good, label2Vector{c.name, key.String(), testPassphrase, hex.EncodeToString(secret.Stretch.Bytes()),
			secret.Mixed.String(), hex.EncodeToString(testNonce[:]), c.label, read, hex.EncodeToString(sealed)})
	}
	sealed, plain := sealLabel(secret, testNonce, Label{Files: one("a.txt")}), sealLabel(key, testNonce,
		Label{Files: one("a.txt")})
	other := key
	other[0] ^= 1
	refuse := func(name, reason string, key Key, passphrase string, sealed []byte) {
		bad = append(bad, noLabel2Vector{name, key.String(), passphrase, hex.EncodeToString(sealed), reason})
	}
	refuse("no passphrase", "needed", key, "", sealed)
	refuse("another passphrase", "wrong", key, "übung macht den Meister", sealed)
	refuse("another key", "wrong", other, testPassphrase, sealed)
	refuse("the mixed key alone", "needed", secret.Mixed, "", sealed)
	refuse("a label without a passphrase", "none", key, testPassphrase, plain)
	refuse("as version 1", "wrong key", secret.Mixed, "", append([]byte{plainLabel}, sealed[1:]...))
	for name, at := range map[string]int{"salt": 24, "nonce": 25, "text": 37, "tag": len(sealed) - 1} {
		changed := slices.Clone(sealed)
		changed[at] ^= 1
		refuse("another "+name, "wrong", key, testPassphrase, changed)
	}
	refuse("a byte less", "label", key, testPassphrase, sealed[:len(sealed)-1])
	for name, at := range map[string]int{"another way of stretching": 1, "no lanes": 2, "256 passes more": 3,
		"16 MiB more for each": 5} {
		changed := slices.Clone(sealed)
		if changed[at] ^= 1; at > 2 {
			changed[at] |= 0x80
		}
		refuse(name, "label", key, testPassphrase, changed)
	}
	refuse("no list", "label", key, testPassphrase, sealLabelText(secret, testNonce, []byte(`{}`)))
	refuse("no JSON", "label", key, testPassphrase, sealLabelText(secret, testNonce, []byte(full[:100])))
	slices.SortFunc(bad, func(a, b noLabel2Vector) int { return strings.Compare(a.Name, b.Name) })
	return good, bad
}

// What the file says of passphrases, read as another implementation would read it.
func TestPassphraseVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	lock := func(name, block, key, passphrase string) Locked {
		t.Helper()
		s, err := parseStretch([StretchSize]byte(unhexed(block)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return locked(t, s, parseKey(t, key), passphrase)
	}
	for _, c := range v.Passphrases {
		if l := lock(c.Name, c.Block, c.Key, c.Passphrase); l.Mixed.String() != c.Mixed {
			t.Errorf("%s: mixed otherwise", c.Name)
		}
	}
	for _, c := range v.NoPassphrases {
		if _, err := cheap(1).Lock(Key{}, c.Passphrase); send.CodeOf(err) != send.Invalid {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	for _, c := range v.NoBlocks {
		if _, err := parseStretch([StretchSize]byte(unhexed(c.Block))); err != errStretch {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	sealed, secrets := map[string][]byte{}, map[string]Locked{}
	for _, c := range v.V3 {
		secret := lock(c.Name, c.Block, c.Key, c.Passphrase)
		blob := sealWith(secret, Stream{[saltSize]byte(unhexed(c.Salt)), [prefixSize]byte(unhexed(c.NoncePrefix))},
			c.ContentSize)
		sum := sha256.Sum256(blob)
		if secret.Mixed.String() != c.Mixed || len(blob) != c.SealedSize || hex.EncodeToString(sum[:]) != c.SealedSHA256 ||
			c.Sealed != "" && c.Sealed != hex.EncodeToString(blob) {
			t.Errorf("v3, %s: sealed otherwise", c.Name)
		}
		meta, content, err := openWith(blob, secret)
		if err != nil || meta != c.Meta || !bytes.Equal(content, pattern(c.ContentSize)) {
			t.Errorf("v3, %s: %+v, %v", c.Name, meta, err)
		}
		sealed[c.Name], secrets[c.Name] = blob, secret
	}
	for _, c := range v.Broken3 {
		blob := c.applyTo(sealed[c.Of], len(magicV3)+StretchSize)
		if _, _, err := openWith(blob, secrets[c.Of]); send.CodeOf(err) != send.Invalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range v.Labels2 {
		secret := lock(c.Name, c.Block, c.Key, c.Passphrase)
		if got := sealLabel(secret, [ivSize]byte(unhexed(c.Nonce)), c.Label); hex.EncodeToString(got) != c.Sealed {
			t.Errorf("%s: sealed otherwise", c.Name)
		}
		if l, err := OpenLabel(secret, unhexed(c.Sealed)); err != nil || !reflect.DeepEqual(l, c.Read) {
			t.Errorf("%s: %+v, %v", c.Name, l, err)
		}
	}
	reasons := map[string]error{"needed": ErrPassphrase, "wrong": ErrWrongPassphrase, "wrong key": ErrWrongKey,
		"none": ErrNoPassphrase, "label": ErrLabel}
	for _, c := range v.NoLabels2 {
		label, secret := unhexed(c.Sealed), Secret(parseKey(t, c.Key))
		if c.Passphrase != "" {
			s, ok, err := StretchOf(label)
			if !ok {
				s = cheap(7)
			}
			_ = err
			secret = locked(t, s, parseKey(t, c.Key), c.Passphrase)
		}
		if l, err := OpenLabel(secret, label); !errors.Is(err, reasons[c.Reason]) {
			t.Errorf("%s, which is %s: %+v, %v", c.Name, c.Reason, l, err)
		}
	}
}

func parseKey(t testing.TB, s string) Key {
	t.Helper()
	k, err := ParseKey(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
