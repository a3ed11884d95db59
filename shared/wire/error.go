package wire

import (
	"encoding/json"
	"strings"

	"sgraph.ai/send/shared/send"
)

// Error is the body of every reply that is not 2xx.
type Error struct {
	// Detail says in words what happened and what to do. It is for people,
	// and may change; of Problems it is all that they say.
	Detail string

	// Problems are what is wrong with the fields of a request, one each.
	// Where there are any they stand in the body in the place of Detail.
	Problems []Problem

	// Code says why, in a word that does not change: a [send.Reason], or a
	// [send.Code] where that says it all. Older services send none.
	Code send.Reason
}

// Problem is what is wrong with one field of a request.
type Problem struct {
	Type  string   `json:"type"` // what it has to be, such as int_type
	Loc   []string `json:"loc"`  // the way to the field: "body", then names
	Msg   string   `json:"msg"`
	Input any      `json:"input"` // stays null: the value may be a secret in the wrong place
}

// errorBody is an Error as it is on the wire.
type errorBody struct {
	Detail any         `json:"detail"`
	Code   send.Reason `json:"code"`
}

// MarshalJSON writes the detail as one text, or as the list of problems.
func (e Error) MarshalJSON() ([]byte, error) {
	if len(e.Problems) > 0 {
		return json.Marshal(errorBody{e.Problems, e.Code})
	}
	return json.Marshal(errorBody{e.Detail, e.Code})
}

// UnmarshalJSON reads either form. Whatever else stands in the place of the
// detail is left out.
func (e *Error) UnmarshalJSON(b []byte) error {
	var in struct {
		Detail json.RawMessage `json:"detail"`
		Code   send.Reason     `json:"code"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*e = Error{Code: in.Code}
	if json.Unmarshal(in.Detail, &e.Detail) == nil || json.Unmarshal(in.Detail, &e.Problems) != nil {
		return nil //nolint:nilerr // neither form: it is left out
	}
	said := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		said[i] = p.Msg
	}
	e.Detail = strings.Join(said, "; ")
	return nil
}

// Refusal is the body of the admin service's 401: an [Error] in the form that
// its existing clients read.
type Refusal struct {
	Data    any         `json:"data"`  // null
	Error   any         `json:"error"` // null
	Message string      `json:"message"`
	Status  string      `json:"status"` // "error"
	Detail  string      `json:"detail"` // the message again
	Code    send.Reason `json:"code"`
}

// Refuse returns the body of a refusal.
func Refuse(why send.Reason, message string) Refusal {
	return Refusal{Message: message, Status: "error", Detail: message, Code: why}
}
