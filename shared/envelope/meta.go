package envelope

import (
	"bytes"
	"encoding/json"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// Meta describes a file. It is sealed with the content: the service sees none
// of it.
type Meta struct {
	// Filename is the name of the file, without a path. What Decrypt returns
	// is safe to create in any folder, and never empty: see CleanName.
	Filename string `json:"filename"`

	// Type is the media type of the content (RFC 6838), such as
	// "text/plain"; "" when the sender did not say.
	Type string `json:"type,omitempty"`
}

var mediaType = lazyregexp.New(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$`)

// clean makes the values of an unknown sender safe to use.
func (m Meta) clean() Meta {
	m.Filename = CleanName(m.Filename)
	if !mediaType.MatchString(m.Type) {
		m.Type = ""
	}
	return m
}

// encode returns the JSON of the envelope. Its length depends on nothing else,
// so that a sealed size is known beforehand.
func (m Meta) encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m.clean()); err != nil {
		panic(err) // two strings always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decodeMeta reads a JSON object; anything else is not metadata. Members that
// it does not know, or that are not texts, are as if they were not there.
func decodeMeta(text []byte) (m Meta, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || members == nil {
		return Meta{}, false
	}
	// Not by struct tags: those match names in any case, and no other reader does.
	_ = json.Unmarshal(members["filename"], &m.Filename)
	_ = json.Unmarshal(members["type"], &m.Type)
	return m.clean(), true
}

// FilesType is the media type of a content that is several files: see [Index].
const FilesType = "application/vnd.sgraph.files"

// IsFiles says whether the content is several files.
func (m Meta) IsFiles() bool { return m.Type == FilesType }
