package send

import (
	"errors"
	"fmt"
	"time"
)

// Code is the kind of a failure: what a caller can act on.
type Code string

// The codes, each with what it asks of the caller.
const (
	Invalid      Code = "invalid"      // correct the request
	Unauthorized Code = "unauthorized" // present a (valid) credential
	Forbidden    Code = "forbidden"    // this credential does not allow it
	NotFound     Code = "not_found"    // there is no such thing
	Conflict     Code = "conflict"     // the thing is in another state
	Gone         Code = "gone"         // it was there and will not come back
	TooSlow      Code = "too_slow"     // the request took too long to arrive; repeat it
	TooLarge     Code = "too_large"    // send less
	OutOfRange   Code = "out_of_range" // ask for bytes that are there
	Limited      Code = "limited"      // wait, then repeat
	Full         Code = "full"         // the storage has no room left
	Unavailable  Code = "unavailable"  // a dependency is away; repeat later
	Internal     Code = "internal"     // a fault of the service
)

// Error is a failure with a code and a message that is safe to show to anyone.
// Err, the cause, is for the log only.
type Error struct {
	Code       Code
	Reason     Reason // finer than the code; "" where the code says it all
	Message    string
	Err        error
	RetryAfter time.Duration // for Limited and Unavailable; 0 = not known
}

// Error returns the message, with the cause when there is one.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fail makes an error of a code with a message for the caller.
func Fail(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because makes an error of a code that keeps its cause for the log.
func Because(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// With gives the error its reason, and returns it.
func (e *Error) With(r Reason) *Error {
	e.Reason = r
	return e
}

// CodeOf returns the code of an error: Internal for one that carries none,
// and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
