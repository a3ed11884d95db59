package lambdahttp

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/events"
)

// heldBytes is how much of a reply is held back until more comes or the
// handler flushes or returns: a small reply needs no stream.
const heldBytes = 4 << 10

// reply is the writer of a handler. It belongs to the handler's goroutine,
// apart from claimed and ready.
type reply struct {
	// ready passes the reply on once it is begun, to whoever waits for it.
	// Only one that claimed it may: the handler, or the clock.
	ready   chan *events.LambdaFunctionURLStreamingResponse
	claimed atomic.Bool

	header http.Header
	status int // 0 until the handler says
	head   bool
	held   []byte
	stream *io.PipeWriter // set once the reply is on its way, and not all of it was held
	sent   bool
}

func newReply(method string) *reply {
	return &reply{
		ready:  make(chan *events.LambdaFunctionURLStreamingResponse, 1),
		header: make(http.Header, 16),
		head:   method == http.MethodHead,
	}
}

func (w *reply) Header() http.Header { return w.header }

func (w *reply) WriteHeader(status int) {
	if w.status == 0 && status >= 200 { // there is no way to pass on an informational one
		w.status = status
	}
}

func (w *reply) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.head:
		return len(p), nil
	case w.status == http.StatusNoContent || w.status == http.StatusNotModified:
		return 0, http.ErrBodyNotAllowed
	case !w.sent && len(w.held)+len(p) <= heldBytes:
		w.held = append(w.held, p...)
		return len(p), nil
	}
	if err := w.begin(p); err != nil {
		return 0, err
	}
	return w.stream.Write(p)
}

// FlushError serves http.ResponseController.
func (w *reply) FlushError() error {
	w.WriteHeader(http.StatusOK)
	return w.begin(nil)
}

// Flush serves http.Flusher.
func (w *reply) Flush() { _ = w.FlushError() }

// begin sends what is held and opens the stream for what follows; next is the
// beginning of that. It fails once the clock has answered.
func (w *reply) begin(next []byte) error {
	if w.sent {
		if w.stream == nil {
			return http.ErrHandlerTimeout
		}
		return nil
	}
	w.sent = true
	if !w.claimed.CompareAndSwap(false, true) {
		return http.ErrHandlerTimeout
	}
	out, in := io.Pipe()
	w.stream = in
	w.setContentType(next)
	w.ready <- w.response(out)
	if len(w.held) == 0 {
		return nil
	}
	_, err := in.Write(w.held)
	return err
}

// end completes the reply of a handler that returned.
func (w *reply) end() {
	switch {
	case w.stream != nil:
		w.stream.Close()
	case !w.sent && w.claimed.CompareAndSwap(false, true):
		w.WriteHeader(http.StatusOK)
		w.setContentType(nil)
		w.ready <- w.response(bytes.NewReader(w.held))
	}
}

// fail breaks off the reply of a handler that panicked: with 500 where nothing
// is on its way yet, and otherwise so that the client can tell.
func (w *reply) fail() {
	switch {
	case w.stream != nil:
		w.stream.CloseWithError(io.ErrUnexpectedEOF)
	case !w.sent && w.claimed.CompareAndSwap(false, true):
		w.ready <- plain(http.StatusInternalServerError, "An unexpected error occurred.")
	}
}

// setContentType makes up for what the handler did not say, as net/http does.
func (w *reply) setContentType(next []byte) {
	first := w.held
	if len(first) == 0 {
		first = next
	}
	_, typed := w.header["Content-Type"]
	_, encoded := w.header["Content-Encoding"]
	if len(first) > 0 && !typed && !encoded {
		w.header.Set("Content-Type", http.DetectContentType(first))
	}
}

func (w *reply) response(body io.Reader) *events.LambdaFunctionURLStreamingResponse {
	headers := make(map[string]string, len(w.header))
	for name, values := range w.header {
		if name != "Set-Cookie" {
			headers[name] = strings.Join(values, ", ")
		}
	}
	return &events.LambdaFunctionURLStreamingResponse{
		StatusCode: w.status,
		Headers:    headers,
		Cookies:    w.header["Set-Cookie"],
		Body:       body,
	}
}

// plain is a reply that no handler wrote.
func plain(status int, detail string) *events.LambdaFunctionURLStreamingResponse {
	return &events.LambdaFunctionURLStreamingResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"},
		Body:       strings.NewReader(`{"detail":"` + detail + `"}`),
	}
}
