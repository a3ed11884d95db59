package openapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// object is one of JSON whose members keep their order: a description is read by people,
// too.
type object []member

type member struct {
	Name  string
	Value any
}

// MarshalJSON writes the members as they come, and no character otherwise than it is.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := out.Encode(m.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := out.Encode(m.Value); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// with returns the object with another member.
func (o object) with(name string, value any) object {
	return append(slices.Clip(o), member{name, value})
}

// get returns the value of a member, nil where there is none.
func (o object) get(name string) any {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// indented returns JSON for people.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	err := out.Encode(v)
	return b.Bytes(), err
}

// ref refers to a component.
func ref(kind, name string) object {
	return object{{"$ref", "#/components/" + kind + "/" + name}}
}

// hash is how a service knows a secret.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
