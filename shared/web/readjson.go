package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// maxJSON is how large a JSON body may be.
const maxJSON = 64 << 10

// ReadJSON reads the request's JSON body into v. An empty body leaves v as it
// is, and unknown fields are ignored. TooLarge, or Invalid in words that name
// the field and what it has to be, and never repeat a value.
func ReadJSON(w http.ResponseWriter, r *http.Request, v any) error {
	return ReadJSONUpTo(w, r, maxJSON, v)
}

// ReadJSONUpTo is ReadJSON for bodies of up to limit bytes.
func ReadJSONUpTo(w http.ResponseWriter, r *http.Request, limit int64, v any) error {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return exchangeOf(r).explain(r, err)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	if !utf8.Valid(data) || !json.Valid(data) {
		return send.Fail(send.Invalid, "the request's body is not valid JSON")
	}
	if name, found := repeatedName(json.NewDecoder(bytes.NewReader(data))); found {
		return send.Fail(send.Invalid, "the request's body has the field %.64q twice", name)
	}
	err = json.Unmarshal(data, v)
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return newFieldError(e)
	}
	if err != nil {
		return send.Because(send.Invalid, err, "the request's body has a value that cannot be read")
	}
	return nil
}

// repeatedName finds a name that one object of a valid document has twice.
// Which of the two would count is not agreed among readers of JSON.
func repeatedName(d *json.Decoder) (name string, found bool) {
	t, _ := d.Token()
	open, _ := t.(json.Delim)
	names := map[string]bool{}
	for (open == '{' || open == '[') && d.More() {
		if open == '{' {
			t, _ := d.Token()
			name = t.(string)
			if names[name] {
				return name, true
			}
			names[name] = true
		}
		if name, found := repeatedName(d); found {
			return name, true
		}
	}
	if open != 0 {
		_, _ = d.Token() // the closing one
	}
	return "", false
}

// fieldError is an Invalid that says in which field, as existing clients read
// it: a list of problems.
type fieldError struct {
	err      *send.Error
	problems []wire.Problem
}

func (f *fieldError) Error() string { return f.err.Error() }
func (f *fieldError) Unwrap() error { return f.err }

func newFieldError(e *json.UnmarshalTypeError) error {
	loc, name := []string{"body"}, "the request's body"
	if e.Field != "" {
		loc, name = append(loc, strings.Split(e.Field, ".")...), e.Field
	}
	kind, want := expected(e.Type)
	msg := name + " must be " + want
	return &fieldError{send.Fail(send.Invalid, "%s", msg), []wire.Problem{{Type: kind, Loc: loc, Msg: msg}}}
}

// expected names a type for clients.
func expected(t reflect.Type) (kind, want string) {
	switch t.Kind() {
	case reflect.Bool:
		return "bool_type", "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "int_type", "a whole number"
	case reflect.Float32, reflect.Float64:
		return "float_type", "a number"
	case reflect.Slice, reflect.Array:
		return "list_type", "a list"
	case reflect.Struct, reflect.Map:
		return "dict_type", "an object"
	default:
		return "string_type", "a text"
	}
}
