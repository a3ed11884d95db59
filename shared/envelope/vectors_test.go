package envelope

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"testing"
	"unicode/utf8"

	"sgraph.ai/send/shared/send"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vectors is testdata/vectors.json, which every implementation of the formats
// passes. Bytes are in hex, keys as they stand in links. A content of n bytes
// is the one of pattern: byte i is i mod 251.
type vectors struct {
	Friendly  []friendlyVector  `json:"friendly"`
	V1        []v1Vector        `json:"v1"`
	V2        []v2Vector        `json:"v2"`
	V3        []v3Vector        `json:"v3"`
	Broken    []brokenVector    `json:"broken"`
	Foreign   []foreignVector   `json:"foreign"`
	Sizes     []sizeVector      `json:"sizes"`
	Names     []nameVector      `json:"names"`
	Labels    []labelVector     `json:"labels"`
	OddLabels []labelTextVector `json:"oddLabels"`
	NoLabels  []noLabelVector   `json:"noLabels"`
	Links     []linkVector      `json:"links"`
	OddLinks  []linkVector      `json:"oddLinks"`
	NoLinks   []noLinkVector    `json:"noLinks"`
	Keys      []keyVector       `json:"keys"`
	NoKeys    []noLinkVector    `json:"noKeys"`
	Wrappings []wrapping        `json:"wrappings"`
	Shaken    shakenVector      `json:"shaken"`

	Passphrases   []passphraseVector   `json:"passphrases"`
	NoPassphrases []noPassphraseVector `json:"noPassphrases"`
	NoBlocks      []noBlockVector      `json:"noBlocks"`
	Broken3       []brokenVector       `json:"broken3"`
	Labels2       []label2Vector       `json:"labels2"`
	NoLabels2     []noLabel2Vector     `json:"noLabels2"`

	Files     []filesVector   `json:"files"`
	OddFiles  []indexVector   `json:"oddFiles"`
	NoFiles   []noIndexVector `json:"noFiles"`
	Paths     []pathsVector   `json:"paths"`
	ManyFiles []manyVector    `json:"manyFiles"`

	Requests        []requestVector     `json:"requests"`
	NoSealedKeys    []noSealedKeyVector `json:"noSealedKeys"`
	NoPublicKeys    []string            `json:"noPublicKeys"`
	RequestLinks    []requestLinkVector `json:"requestLinks"`
	NoRequestLinks  []noLinkVector      `json:"noRequestLinks"`
	RequestsAsLinks []requestAsLink     `json:"requestsAsLinks"`
}

type friendlyVector struct {
	Token string `json:"token"`
	ID    string `json:"id"`
	Key   string `json:"key"`
}

// v1Vector is a file of V1: what is under the seal, and what a reader makes of it.
type v1Vector struct {
	Name    string `json:"name"`
	Key     string `json:"key"`
	IV      string `json:"iv"`
	Plain   string `json:"plain"`
	Sealed  string `json:"sealed"`
	Meta    Meta   `json:"meta"`
	Content string `json:"content"`
}

// v2Vector is a file of V2. Given the salt and the nonce prefix sealing is
// deterministic, so that large files can be checked by their hash.
type v2Vector struct {
	Name         string `json:"name"`
	Key          string `json:"key"`
	Salt         string `json:"salt"`
	NoncePrefix  string `json:"noncePrefix"`
	DerivedKey   string `json:"derivedKey"`
	Meta         Meta   `json:"meta"`
	ContentSize  int    `json:"contentSize"`
	SealedSize   int    `json:"sealedSize"`
	SealedSHA256 string `json:"sealedSha256"`
	Sealed       string `json:"sealed,omitempty"` // where it is short
}

// brokenVector is a change to a file of V2, by its name, after which it must
// not open: cut to At bytes; the lowest bit of byte At flipped; a zero byte
// appended; segments At and At+1 exchanged; segment At left out.
type brokenVector struct {
	Of     string `json:"of"`
	Change string `json:"change"` // "cut", "flip", "append", "swap", "drop"
	At     int    `json:"at"`
}

// foreignVector is a file of V2 that is genuine and has no envelope in layout A: it
// must not open.
type foreignVector struct {
	Name   string `json:"name"`
	Key    string `json:"key"`
	Sealed string `json:"sealed"`
}

type sizeVector struct {
	Form   Form  `json:"form"`
	Plain  int64 `json:"plain"`
	Sealed int64 `json:"sealed"`
}

type nameVector struct {
	In  string `json:"in"`
	Out string `json:"out"`
}

// linkVector is a text and the link that is read from it.
type linkVector struct {
	In       string `json:"in"`
	Origin   string `json:"origin"`
	ID       string `json:"id"`
	Key      string `json:"key"`
	Friendly string `json:"friendly"`
}

// keyVector is a text and the key that is read from it.
type keyVector struct {
	In  string `json:"in"`
	Key string `json:"key"`
}

// noLinkVector is a text and why no link is read from it.
type noLinkVector struct {
	In     string      `json:"in"`
	Reason send.Reason `json:"reason"`
}

// wrapping is something that is done to a text with a link, in this order:
// Replace texts by others; behind the last of Behind, Insert something before
// each character whose place is a multiple of Every, but not the first; put the
// text in the place of every "{}" in Around.
type wrapping struct {
	Name    string      `json:"name"`
	Replace [][2]string `json:"replace,omitempty"`
	Insert  string      `json:"insert,omitempty"`
	Every   int         `json:"every,omitempty"`
	Behind  string      `json:"behind,omitempty"`
	Around  string      `json:"around,omitempty"`
	Words   bool        `json:"words,omitempty"`   // adds words, among which an ID alone is not looked for
	Address bool        `json:"address,omitempty"` // is done to addresses only, not to what names no service
	First   bool        `json:"first,omitempty"`   // comes before every other
}

// shakenVector stands for Count texts that are made of the links, the
// wrappings and chance, as [shaken] makes them, and for what is read from each.
type shakenVector struct {
	Seed   uint32 `json:"seed"`
	Count  int    `json:"count"`
	SHA256 string `json:"sha256"`
}

// makeVectors makes the file. Its keys, salts and nonces are no secrets.
func makeVectors() (v vectors) {
	const token = "apple-mango-5623"
	v.Friendly = []friendlyVector{{token, FriendlyID(token), FriendlyKey(token).String()}}

	var key Key
	for i := range key {
		key[i] = byte(i)
	}
	const meta = `{"filename":"a.txt"}`
	for _, c := range []struct{ name, plain string }{
		{"layout A", "SGMETA\x00\x00\x00\x00\x14" + meta + "hello"},
		{"layout B", "SGMETA\x00\x00\x00\x14" + meta + "hello"},
		{"layout A with a type", string(Meta{"Übersicht.txt", "text/plain"}.seal()) + "hello"},
		{"layout A, a name that climbs", "SGMETA\x00\x00\x00\x00\x22" + `{"filename":"../../etc/.passwd\n"}` + "hello"},
		{"NUL and JSON", "SGMETA\x00" + `{"filename":"a}.txt"}` + "hello"},
		{"dot and JSON", "SGMETA." + meta + "hello"},
		{"metadata is an array", "SGMETA\x00\x00\x00\x00\x03[1]hello"},
		{"metadata is too long", "SGMETA\x00\x00\x01\x00\x01{}hello"},
		{"no envelope", "hello"},
		{"nothing", ""},
		{"a name that is not UTF-8", "SGMETA\x00\x00\x00\x00\x18{\"filename\":\"\xffa\xc3.txt\"}  hello"},
		{"a name with half a surrogate pair", "SGMETA\x00\x00\x00\x00\x1a" + `{"filename":"a\ud83d.txt"}` + "hello"},
		{"a name that is no text", "SGMETA\x00\x00\x00\x00\x0e" + `{"filename":5}` + "hello"},
		{"dot, white space and JSON", "SGMETA. \n" + meta + "hello"},
		{"NUL, white space and JSON", "SGMETA\x00 " + meta + "hello"},
	} {
		iv := [ivSize]byte{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab}
		m, content := openAny([]byte(c.plain))
		sealed := newGCM(key[:]).Seal(slices.Clone(iv[:]), iv[:], []byte(c.plain), nil)
		v.V1 = append(v.V1, v1Vector{
			c.name, key.String(), hex.EncodeToString(iv[:]), hex.EncodeToString([]byte(c.plain)),
			hex.EncodeToString(sealed), m, hex.EncodeToString(content),
		})
	}

	first := firstRoom - len(testMeta.seal())
	for i, c := range []struct {
		name string
		size int
	}{
		{"empty", 0}, {"one byte", 1}, {"one segment", first}, {"one byte more than a segment", first + 1},
		{"two segments", first + segmentRoom}, {"three segments", first + 2*segmentRoom},
		{"three segments and some", 3<<20 + 12345},
	} {
		seed := sha256.Sum256([]byte(c.name))
		s := Stream{Salt: seed}
		copy(s.Prefix[:], bytes.Repeat([]byte{0xc0 + byte(i)}, prefixSize))
		derived, sealed := streamHead{nil, s}.deriveKey(key), sealWith(key, s, c.size)
		sum := sha256.Sum256(sealed)
		vec := v2Vector{c.name, key.String(), hex.EncodeToString(s.Salt[:]), hex.EncodeToString(s.Prefix[:]),
			hex.EncodeToString(derived), testMeta, c.size, len(sealed), hex.EncodeToString(sum[:]), ""}
		if len(sealed) < 1000 {
			vec.Sealed = hex.EncodeToString(sealed)
		}
		v.V2 = append(v.V2, vec)
	}

	v.Broken = []brokenVector{
		{"one byte", "cut", 0}, {"one byte", "cut", 8}, {"one byte", "cut", 48},
		{"one byte", "flip", 0}, {"one byte", "flip", 7}, {"one byte", "flip", 8}, {"one byte", "flip", 9},
		{"one byte", "flip", 41}, {"one byte", "flip", 48}, {"one byte", "append", 0},
		{"empty", "append", 0}, {"one segment", "append", 0}, {"one segment", "cut", headerV2 + segmentSize - 1},
		{"one byte more than a segment", "cut", headerV2 + segmentSize}, {"two segments", "cut", headerV2 + segmentSize},
		{"three segments", "cut", headerV2 + 2*segmentSize}, {"three segments", "cut", headerV2 + segmentSize + 5},
		{"three segments", "swap", 1}, {"three segments", "drop", 1}, {"three segments and some", "swap", 0},
		{"three segments and some", "swap", 1}, {"three segments and some", "drop", 2},
		{"three segments and some", "flip", 2 << 20},
		{"three segments and some", "append", 0},
	}
	for _, c := range []struct{ name, plain string }{
		{"layout B", "SGMETA\x00\x00\x00\x14" + meta + "hello"},
		{"NUL and JSON", "SGMETA\x00" + meta + "hello"},
		{"dot and JSON", "SGMETA." + meta + "hello"},
		{"metadata is an array", "SGMETA\x00\x00\x00\x00\x03[1]hello"},
		{"metadata is too long", "SGMETA\x00\x00\x01\x00\x01{}hello"},
		{"metadata is longer than the file", "SGMETA\x00\x00\x00\x00\x15" + meta},
		{"no envelope", "hello"},
		{"nothing", ""},
	} {
		s := Stream{Salt: sha256.Sum256([]byte(c.name))}
		head := append([]byte(magicV2), streamSize)
		head = append(append(head, s.Salt[:]...), s.Prefix[:]...)
		nonce := append(s.Prefix[:], 0, 0, 0, 0, 1)
		sealed := newGCM(streamHead{nil, s}.deriveKey(key)).Seal(head, nonce, []byte(c.plain), nil)
		v.Foreign = append(v.Foreign, foreignVector{c.name, key.String(), hex.EncodeToString(sealed)})
	}
	const second = firstRoom + segmentRoom
	for _, plain := range []int64{0, 1, firstRoom - 1, firstRoom, firstRoom + 1, second, second + 1, 10 << 30} {
		v.Sizes = append(v.Sizes, sizeVector{V1, plain, V1.sealedSize(plain)}, sizeVector{V2, plain, V2.sealedSize(plain)})
	}
	for _, n := range names {
		if utf8.ValidString(n.in) {
			v.Names = append(v.Names, nameVector{n.in, n.out})
		}
	}
	v.Labels, v.OddLabels, v.NoLabels = labelVectors(key)
	v.Passphrases, v.NoPassphrases, v.NoBlocks = passphraseVectors(key)
	v.V3, v.Broken3 = v3Vectors(key)
	v.Labels2, v.NoLabels2 = label2Vectors(key)
	v.Files = filesVectors(key)
	v.OddFiles, v.NoFiles, v.Paths, v.ManyFiles = indexVectors()
	v.Requests, v.NoSealedKeys, v.NoPublicKeys = requestVectors(key)
	v.RequestLinks, v.NoRequestLinks, v.RequestsAsLinks = requestLinkVectors()
	v.Links, v.OddLinks, v.NoLinks, v.Wrappings = links, oddLinks, noLinks, wrappings
	v.Keys, v.NoKeys = keyVectors, noKeys
	v.Shaken = shakenVector{Seed: 20, Count: 4000}
	v.Shaken.SHA256 = v.Shaken.read()
	return v
}

func sealWith(secret Secret, s Stream, size int) []byte {
	var b bytes.Buffer
	if err := sealV2(&b, secret, s, testMeta, bytes.NewReader(pattern(size)), int64(size)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// The file is what this package makes. A change of it is a change of the
// format: old files must still open.
func TestVectorsAreCurrent(t *testing.T) {
	t.Parallel()
	const path = "testdata/vectors.json"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(makeVectors()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, b.Bytes()) {
		t.Errorf("%s is not what the package makes; if the format was meant to change, run the test with -update", path)
	}
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// What the file says, read as another implementation would read it.
func TestVectors(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range v.V1 {
		key, err := ParseKey(c.Key)
		if err != nil {
			t.Fatal(err)
		}
		meta, content, err := open(unhex(c.Sealed), key)
		if err != nil || meta != c.Meta || hex.EncodeToString(content) != c.Content {
			t.Errorf("v1, %s: %+v, %q, %v", c.Name, meta, content, err)
		}
	}
	sealed := map[string][]byte{}
	for _, c := range v.V2 {
		key, err := ParseKey(c.Key)
		if err != nil {
			t.Fatal(err)
		}
		s := Stream{Salt: [saltSize]byte(unhex(c.Salt)), Prefix: [prefixSize]byte(unhex(c.NoncePrefix))}
		blob := sealWith(key, s, c.ContentSize)
		sum := sha256.Sum256(blob)
		if len(blob) != c.SealedSize || hex.EncodeToString(sum[:]) != c.SealedSHA256 ||
			c.Sealed != "" && c.Sealed != hex.EncodeToString(blob) {
			t.Errorf("v2, %s: sealed otherwise", c.Name)
		}
		meta, content, err := open(blob, key)
		if err != nil || meta != c.Meta || !bytes.Equal(content, pattern(c.ContentSize)) {
			t.Errorf("v2, %s: %+v, %v", c.Name, meta, err)
		}
		sealed[c.Name] = blob
	}
	key, _ := ParseKey(v.V2[0].Key)
	for _, c := range v.Broken {
		if _, _, err := open(c.apply(sealed[c.Of]), key); !errors.Is(err, ErrNotAuthentic) && !errors.Is(err, ErrVersion) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range v.Foreign {
		key, err := ParseKey(c.Key)
		if err != nil {
			t.Fatal(err)
		}
		if meta, _, err := open(unhex(c.Sealed), key); !errors.Is(err, errMalformed) {
			t.Errorf("%s: %+v, %v", c.Name, meta, err)
		}
	}
}

func (c brokenVector) apply(blob []byte) []byte { return c.applyTo(blob, headerV2) }

// applyTo changes a file whose stream begins behind a header of so many bytes.
func (c brokenVector) applyTo(blob []byte, header int) []byte {
	blob = slices.Clone(blob)
	from := func(segment int) int { return min(len(blob), header+segment*segmentSize) }
	a, b, end := from(c.At), from(c.At+1), from(c.At+2)
	switch c.Change {
	case "cut":
		return blob[:c.At]
	case "flip":
		blob[c.At] ^= 1
		return blob
	case "append":
		return append(blob, 0)
	case "swap":
		return slices.Concat(blob[:a], blob[b:end], blob[a:b], blob[end:])
	case "drop":
		return slices.Concat(blob[:a], blob[b:])
	}
	panic("no such change: " + c.Change)
}
