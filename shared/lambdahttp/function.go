// Package lambdahttp lets an http.Handler answer the events of a Lambda
// Function URL: payload format 2.0, invoke mode RESPONSE_STREAM.
//
// The adapter is its own because of what it has to promise. A panic answers
// 500 and leaves the instance alive; the work ends before Lambda ends it; a
// reply is never held as a whole, nor is a body decoded that nobody reads; and
// the client's address is the one Lambda saw, whatever headers say.
package lambdahttp

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
)

// Function is what a Lambda function runs.
type Function struct {
	Handler http.Handler

	// Invoked takes the events that are no requests: those of a schedule, or of
	// whoever may invoke the function. nil = they are answered and ignored.
	Invoked func(ctx context.Context, event json.RawMessage) (any, error)

	// Flush, when set, is called at the end of each event: the process may
	// be frozen after it.
	Flush func()

	Log *slog.Logger // what no handler could log; nil = nothing
}

// runtimeAddress is where Lambda says which address its Runtime API has.
const runtimeAddress = "AWS_LAMBDA_RUNTIME_API"

// Running says whether this process was started by Lambda.
func Running() bool { return os.Getenv(runtimeAddress) != "" }

// ignored is the answer to an event nobody waits for.
type ignored struct {
	Detail string `json:"detail"`
}

// invoke answers one event: a request with the stream of its reply.
func (f Function) invoke(ctx context.Context, e *event) (any, error) {
	if e.RequestContext.HTTP.Method != "" {
		return f.serve(ctx, e), nil
	}
	defer f.flush()
	if f.Invoked == nil {
		return ignored{"this function serves the requests of its URL; other events are ignored"}, nil
	}
	return f.invoked(ctx, e.raw)
}

func (f Function) invoked(ctx context.Context, event json.RawMessage) (result any, err error) {
	defer func() {
		if v := recover(); v != nil {
			f.logPanic(v)
			err = fmt.Errorf("the work failed unexpectedly")
		}
	}()
	return f.Invoked(ctx, event)
}

func (f Function) flush() {
	if f.Flush != nil {
		f.Flush()
	}
}

func (f Function) logPanic(v any) {
	if f.Log != nil {
		f.Log.Error("panic", "cause", fmt.Sprint(v), "stack", string(debug.Stack()))
	}
}
