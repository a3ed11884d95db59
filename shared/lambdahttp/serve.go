package lambdahttp

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Lambda kills a function at its deadline. Work is told to end endMargin
// before that, or a quarter of the time where that is less; a handler that has
// still not answered lastWord later is answered for.
const (
	endMargin = 500 * time.Millisecond
	lastWord  = 150 * time.Millisecond
)

// serve answers a request. The reply is returned as soon as it begins, and
// reading it is what moves the handler on.
func (f Function) serve(parent context.Context, e *event) *events.LambdaFunctionURLStreamingResponse {
	ctx, cancel := untilEnd(parent)
	w := newReply(e.RequestContext.HTTP.Method)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.handle(w, e.request(ctx))
	}()

	var response *events.LambdaFunctionURLStreamingResponse
	select {
	case response = <-w.ready:
	case <-ctx.Done():
		response = f.lastWord(w)
	}
	body := &replyBody{Reader: response.Body, cancel: cancel, done: done, flush: f.flush}
	if stream, ok := response.Body.(*io.PipeReader); ok {
		// A reply that is cut off must not look complete, nor hold up the end.
		body.stop = context.AfterFunc(ctx, func() {
			select {
			case <-done:
			case <-time.After(lastWord):
				stream.Close()
			}
		})
	}
	response.Body = body
	return response
}

// untilEnd returns the context of the work of an event.
func untilEnd(parent context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := parent.Deadline()
	if !ok {
		return context.WithCancel(parent)
	}
	return context.WithDeadline(parent, deadline.Add(-min(endMargin, time.Until(deadline)/4)))
}

// handle runs the handler and survives it.
func (f Function) handle(w *reply, r *http.Request) {
	defer func() {
		switch v := recover(); v {
		case nil:
			w.end()
		case http.ErrAbortHandler: // the handler's own way to break off
			w.fail()
		default:
			f.logPanic(v)
			w.fail()
		}
	}()
	f.Handler.ServeHTTP(w, r)
}

// lastWord gives a handler whose time is over a moment to say so itself.
func (f Function) lastWord(w *reply) *events.LambdaFunctionURLStreamingResponse {
	select {
	case response := <-w.ready:
		return response
	case <-time.After(lastWord):
	}
	if !w.claimed.CompareAndSwap(false, true) {
		return <-w.ready
	}
	if f.Log != nil {
		f.Log.Error("a request was not answered before the deadline")
	}
	return plain(http.StatusServiceUnavailable, "This took too long; try again.")
}

// replyBody is the body of a reply. Closing it, which the runtime's client
// does once the reply is delivered, ends the event.
type replyBody struct {
	io.Reader
	cancel context.CancelFunc
	stop   func() bool
	done   <-chan struct{}
	flush  func()
}

func (b *replyBody) Close() error {
	if b.stop != nil {
		b.stop()
	}
	if stream, ok := b.Reader.(*io.PipeReader); ok {
		stream.Close()
	}
	b.cancel()
	select {
	case <-b.done:
	case <-time.After(lastWord): // it will not end; it is not waited for
	}
	b.flush()
	return nil
}
