package envelope

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sgraph.ai/send/shared/send"
)

// Label says what is waiting: it is sealed under a key of its own, which the
// link's key leads to, and can be had without a download. Opening it proves the
// key. docs/formats.md, "The label", specifies it.
type Label struct {
	// Files are at least one, and not all where there are many: see Count.
	Files []LabelFile `json:"files"`

	// Count is how many files there are.
	Count int64 `json:"count"`

	// Size is the bytes of all content, Unknown where the sender did not say.
	Size int64 `json:"size"`

	// Note is what the sender says to it, in lines that LF divides; at most
	// MaxNote characters.
	Note string `json:"note,omitempty"`

	// Picture is a small picture of the content; nil where there is none.
	Picture *Picture `json:"picture,omitempty"`
}

// LabelFile is a file of a label.
type LabelFile struct {
	Name string `json:"name"`           // safe to create in any folder, and never empty: see CleanName
	Size int64  `json:"size"`           // bytes of its content; Unknown where the sender did not say
	Type string `json:"type,omitempty"` // media type; "" where the sender did not say
}

// Picture is an encoded picture, of which the first bytes were looked at and
// nothing else.
type Picture struct {
	Type string `json:"type"` // image/jpeg, image/png or image/webp
	Data []byte `json:"data"` // at most MaxPicture
}

const (
	// MaxNote is the most that a note has, in characters.
	MaxNote = 1000

	// MaxPicture is the most that a picture has, in bytes.
	MaxPicture = 5 << 10

	maxListed   = 100 // files that a label lists
	plainLabel  = 1   // the version of a label without a passphrase
	lockedLabel = 2   // and of one with it
	labelInfo   = "sgraph-send label 1"
	maxNumber   = 1<<53 - 1 // what every reader of JSON counts to
)

// labelSizes are what a sealed label can have, in bytes: little is told by
// which of them it is.
var labelSizes = [...]int{512, 1024, 2048, 4096, 8192}

// ErrWrongKey says that a label does not open: the key is not the one that its
// transfer was sealed with. Nothing was downloaded or counted to find out.
var ErrWrongKey = send.Fail(send.Invalid,
	"the key does not fit: copy the whole link again, up to the last character behind the #. No download was counted")

// ErrLabel says that a label cannot be read, whatever the key: of another
// version, or not made by these rules. Its transfer is as one without.
var ErrLabel = send.Fail(send.Invalid, "the label cannot be read")

// IsSealedLabel says whether bytes have the form of a sealed label, which is
// what can be said without the key: the version and the length.
func IsSealedLabel(sealed []byte) bool {
	if !isLabelSize(len(sealed)) {
		return false
	}
	_, locked, _ := StretchOf(sealed)
	return locked || sealed[0] == plainLabel
}

func isLabelSize(n int) bool { return slices.Contains(labelSizes[:], n) }

// SealLabel seals a label. What an unknown receiver should not see or cannot
// show is left out, as reading would; and of what does not fit first the picture,
// then files from the end.
func SealLabel(secret Secret, l Label) []byte {
	var iv [ivSize]byte
	rand.Read(iv[:])
	return sealLabel(secret, iv, l)
}

func sealLabel(secret Secret, iv [ivSize]byte, l Label) []byte {
	return sealLabelText(secret, iv, l.encode(labelRoom(secret)))
}

// labelHead returns what stands before the nonce of a label.
func labelHead(secret Secret) []byte {
	if s := secret.stretched(); s != nil {
		return append([]byte{lockedLabel}, s.Bytes()...)
	}
	return []byte{plainLabel}
}

// labelRoom returns how long the text of a label can be.
func labelRoom(secret Secret) int {
	return labelSizes[len(labelSizes)-1] - len(labelHead(secret)) - ivSize - tagSize
}

// sealLabelText seals what is the text of a label, which must fit.
func sealLabelText(secret Secret, iv [ivSize]byte, text []byte) []byte {
	key, err := secret.under(secret.stretched())
	if err != nil {
		panic(err) // a secret opens what it sealed
	}
	head := labelHead(secret)
	n := len(head) + ivSize + len(text) + tagSize
	at := slices.IndexFunc(labelSizes[:], func(size int) bool { return size >= n })
	plain := append(slices.Clip(text), bytes.Repeat([]byte{' '}, labelSizes[at]-n)...)
	return newGCM(labelKey(key)).Seal(append(slices.Clip(head), iv[:]...), iv[:], plain, head)
}

// labelKey returns the AES key of a label: HKDF-SHA256 (RFC 5869) of the link's.
func labelKey(key Key) []byte {
	k, err := hkdf.Key(sha256.New, key[:], nil, labelInfo, len(key))
	if err != nil {
		panic(err) // only a length beyond the hash's bound can fail
	}
	return k
}

// OpenLabel opens a sealed label. ErrWrongKey or, with a passphrase,
// ErrWrongPassphrase; ErrPassphrase and ErrNoPassphrase as [Decrypt]; or ErrLabel.
func OpenLabel(secret Secret, sealed []byte) (Label, error) {
	if !IsSealedLabel(sealed) {
		return Label{}, ErrLabel
	}
	head, wrong := sealed[:1], ErrWrongKey
	var stretch *Stretch
	if s, ok, _ := StretchOf(sealed); ok {
		stretch, head, wrong = &s, sealed[:1+StretchSize], ErrWrongPassphrase
	}
	key, err := secret.under(stretch)
	if errors.Is(err, ErrNotAuthentic) { // it was stretched otherwise
		return Label{}, wrong
	}
	if err != nil {
		return Label{}, err
	}
	iv, rest := sealed[len(head):][:ivSize], sealed[len(head)+ivSize:]
	plain, err := newGCM(labelKey(key)).Open(nil, iv, rest, head)
	if err != nil {
		return Label{}, wrong
	}
	l, ok := decodeLabel(plain)
	if !ok {
		return Label{}, ErrLabel
	}
	return l, nil
}

// labelText is the JSON of a label.
type labelText struct {
	Files   []labelFileText `json:"files"`
	Count   int64           `json:"count,omitempty"`
	Size    *int64          `json:"size,omitempty"`
	Note    string          `json:"note,omitempty"`
	Picture *Picture        `json:"picture,omitempty"`
}

type labelFileText struct {
	Name string `json:"name"`
	Size *int64 `json:"size,omitempty"`
	Type string `json:"type,omitempty"`
}

// encode returns the JSON of a label, in at most so many bytes.
func (l Label) encode(room int) []byte {
	l = l.clean()
	t := labelText{Size: known(l.Size), Note: l.Note, Picture: l.Picture}
	var files []labelFileText
	for _, f := range l.Files {
		files = append(files, labelFileText{f.Name, known(f.Size), f.Type})
	}
	with := func(n int) []byte {
		if t.Files, t.Count = files[:n], 0; l.Count > int64(n) {
			t.Count = l.Count
		}
		return t.text()
	}
	fits := func(text []byte) bool { return len(text) <= room }
	if !fits(with(1)) {
		t.Picture = nil
	}
	n := len(files)
	for n > 1 && !fits(with(n)) {
		n--
	}
	return with(n)
}

func (t labelText) text() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(t); err != nil {
		panic(err) // texts and numbers always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func known(size int64) *int64 {
	if size < 0 {
		return nil
	}
	return &size
}

// clean makes the values of an unknown sender safe to show and to use.
func (l Label) clean() Label {
	l.Count = min(max(l.Count, int64(len(l.Files)), 1), maxNumber)
	l.Files = slices.Clone(l.Files[:min(len(l.Files), maxListed)])
	if len(l.Files) == 0 {
		l.Files = []LabelFile{{Size: Unknown}}
	}
	for i, f := range l.Files {
		m := Meta{f.Name, f.Type}.clean()
		l.Files[i] = LabelFile{m.Filename, countable(f.Size), m.Type}
	}
	l.Size, l.Note = countable(l.Size), CleanNote(l.Note)
	if l.Picture != nil && !l.Picture.plausible() {
		l.Picture = nil
	}
	return l
}

func countable(size int64) int64 {
	if size < 0 || size > maxNumber {
		return Unknown
	}
	return size
}

// CleanNote makes a note of an unknown sender safe to show: without control
// characters and those that turn the direction of writing, at most one empty
// line at a time, at most MaxNote characters.
func CleanNote(note string) string {
	note = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(strings.ToValidUTF8(note, ""))
	note = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		if r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == utf8.RuneError || unicode.IsControl(r) || turnsText(r) {
			return -1
		}
		return r
	}, note))
	for strings.Contains(note, "\n\n\n") {
		note = strings.ReplaceAll(note, "\n\n\n", "\n\n")
	}
	n := 0
	for i := range note {
		if n++; n > MaxNote {
			return strings.TrimSpace(note[:i])
		}
	}
	return note
}

// plausible says whether a picture is what it says that it is, by its first bytes.
func (p Picture) plausible() bool {
	if len(p.Data) > MaxPicture {
		return false
	}
	switch p.Type {
	case "image/png":
		return bytes.HasPrefix(p.Data, []byte("\x89PNG\r\n\x1a\n"))
	case "image/jpeg":
		return bytes.HasPrefix(p.Data, []byte("\xff\xd8\xff"))
	case "image/webp":
		return len(p.Data) >= 12 && string(p.Data[:4]) == "RIFF" && string(p.Data[8:12]) == "WEBP"
	}
	return false
}

// decodeLabel reads the JSON of a label. A member that is not what it should be
// is as if it were missing; without files it is no label.
func decodeLabel(text []byte) (Label, bool) {
	var members map[string]json.RawMessage
	var files []map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || json.Unmarshal(members["files"], &files) != nil || len(files) == 0 {
		return Label{}, false
	}
	l := Label{Count: max(number(members["count"]), int64(len(files))), Size: number(members["size"])}
	for _, f := range files {
		if f == nil { // JSON's null
			return Label{}, false
		}
		var name, mediaType string
		_ = json.Unmarshal(f["name"], &name)
		_ = json.Unmarshal(f["type"], &mediaType)
		l.Files = append(l.Files, LabelFile{name, number(f["size"]), mediaType})
	}
	_ = json.Unmarshal(members["note"], &l.Note)
	l.Picture = decodePicture(members["picture"])
	return l.clean(), true
}

func decodePicture(text json.RawMessage) *Picture {
	var members map[string]json.RawMessage
	var mediaType, data string
	if json.Unmarshal(text, &members) != nil ||
		json.Unmarshal(members["type"], &mediaType) != nil || json.Unmarshal(members["data"], &data) != nil {
		return nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(data)
	if err != nil || base64.StdEncoding.EncodeToString(b) != data { // which has no line breaks either
		return nil
	}
	return &Picture{mediaType, b}
}

// number reads a whole number that every reader of JSON can count to, however
// it is written; Unknown for anything else.
func number(text json.RawMessage) int64 {
	f := float64(Unknown)
	if string(text) == "null" || json.Unmarshal(text, &f) != nil || f < 0 || f > maxNumber || f != float64(int64(f)) {
		return Unknown
	}
	return int64(f)
}
