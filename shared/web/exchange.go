package web

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
)

// exchange is one request and its reply: the request's context and the
// reply's writer. It belongs to the goroutine that serves the request; what
// others may read of it (id and client) is set before any handler runs.
type exchange struct {
	context.Context // the request's own, as it arrived

	site  *site
	w     http.ResponseWriter
	line  line
	start time.Time
	head  bool // the reply to HEAD has no body

	id         [1]string // in the form of a header's values
	match      mux.RouteMatch
	route      string            // its template
	vars       map[string]string // of its path
	address    netip.Addr        // the client's; the zero one is nobody's
	client     string            // that, for limits
	clientHash string
	wider      []string // names of the networks around an IPv6 client
	secure     bool     // the client came by TLS

	body   requestBody
	status int   // 0 until the reply begins
	sent   int64 // bytes of the reply's body

	code  send.Code // of the error that was answered
	cause error
	cut   bool // the connection takes no more
	left  bool // the client went away before the reply was complete
	stack []byte

	counts metric.Counts
}

type exchangeKey struct{}

// Value makes the exchange, and its counts, findable from every context
// derived from it.
func (x *exchange) Value(key any) any {
	switch key {
	case exchangeKey{}:
		return x
	case metric.Key{}:
		return &x.counts
	}
	return x.Context.Value(key)
}

// exchangeOf returns the exchange of a request, or nil where Wrap is not
// around its handler.
func exchangeOf(r *http.Request) *exchange { return exchangeIn(r.Context()) }

func exchangeIn(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// Asking returns the ID of the request that ctx is of, and the hash of who asks, as
// RequestID and ClientHash do.
func Asking(ctx context.Context) (request, client string) {
	if x := exchangeIn(ctx); x != nil {
		return x.id[0], x.clientHash
	}
	return "", ""
}

// Route returns the template of the path that a request asks, as the contract writes it;
// "" where it asks none, or Wrap is not around its handler.
func Route(r *http.Request) string {
	if x := exchangeOf(r); x != nil {
		return x.route
	}
	return ""
}

func newExchange(s *site, w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{
		Context: r.Context(),
		site:    s,
		w:       w,
		start:   time.Now(),
		head:    r.Method == http.MethodHead,
		id:      [1]string{newRequestID()},
	}
	x.line = newLine(w, connectionOf(r.Context()), &s.Patience)
	return x
}

// request returns the request as handlers see it: with the exchange as its
// context and a body that is watched.
func (x *exchange) request(r *http.Request) *http.Request {
	r = r.WithContext(x)
	if r.Body != nil && r.Body != http.NoBody {
		x.body.ReadCloser = r.Body
		x.body.line = &x.line
		r.Body = &x.body
	}
	return r
}

// note keeps an error for the log.
func (x *exchange) note(code send.Code, cause error) { x.code, x.cause = code, cause }

func (x *exchange) began() bool { return x.status != 0 }

// begin notes the status, asks for another connection where the server is to end,
// and gives the client time to hand over what is left of its body.
func (x *exchange) begin(status int) {
	x.status = status
	if x.line.conn.isEnding() {
		x.Header()["Connection"] = closing
	}
	if x.body.unread() {
		x.line.reply(time.Now(), true)
	}
}

func (x *exchange) Header() http.Header { return x.w.Header() }

func (x *exchange) WriteHeader(status int) {
	switch {
	case status < 200 && status != http.StatusSwitchingProtocols:
		x.w.WriteHeader(status)
	case !x.began(): // a second status is a mistake that nobody sees
		x.begin(status)
		x.w.WriteHeader(status)
	}
}

// Write goes in steps that even a slow client has time for.
func (x *exchange) Write(p []byte) (total int, err error) {
	if !x.began() {
		x.begin(http.StatusOK)
	}
	for {
		step := p[total:]
		step = step[:x.line.fits(int64(len(step)))]
		x.line.beforeWrite()
		n, err := x.w.Write(step)
		x.line.afterWrite(int64(n))
		x.count(int64(n))
		total += n
		if err != nil && err != http.ErrContentLength && err != http.ErrBodyNotAllowed { // those are the handler's
			x.broke(err)
		}
		if err != nil || total == len(p) {
			return total, err
		}
	}
}

// broke notes that the connection takes no more.
func (x *exchange) broke(err error) {
	x.cut = true
	if isSlow(err) {
		x.counts.Add(metric.ClientsTooSlow, 1)
	}
}

// corkBytes is from which size on a file goes out in full segments.
const corkBytes = 1 << 20

// ReadFrom lets the connection take the bytes of a file from where they are,
// by sendfile, in the steps of Write. Any other source is copied by Write, which
// can tell whose fault an error is.
func (x *exchange) ReadFrom(src io.Reader) (total int64, err error) {
	file, whole := src, (*io.LimitedReader)(nil)
	if l, ok := src.(*io.LimitedReader); ok {
		file, whole = l.R, l
	}
	rf, direct := x.w.(io.ReaderFrom)
	if _, ok := file.(syscall.Conn); !ok || !direct {
		return io.Copy(writerOnly{x}, src)
	}
	if !x.began() {
		x.begin(http.StatusOK)
	}
	if whole == nil || whole.N > corkBytes {
		defer x.fullSegments()()
	}
	step := &io.LimitedReader{R: file}
	for {
		step.N = x.line.fits(math.MaxInt64)
		if whole != nil {
			step.N = min(step.N, whole.N)
		}
		asked := step.N
		if asked <= 0 {
			return total, nil
		}
		x.line.beforeWrite()
		n, err := rf.ReadFrom(step)
		x.line.afterWrite(n)
		total += n
		x.count(n)
		if whole != nil {
			whole.N -= asked - step.N
		}
		if err != nil {
			if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || isSlow(err) || isClosed(err) {
				x.broke(err)
			}
			return total, err
		}
		if step.N > 0 { // the file's end
			return total, nil
		}
	}
}

// writerOnly hides ReadFrom from io.Copy.
type writerOnly struct{ io.Writer }

func (x *exchange) count(n int64) {
	if !x.head {
		x.sent += n
	}
}

// FlushError serves http.ResponseController.
func (x *exchange) FlushError() error {
	if !x.began() {
		x.begin(http.StatusOK)
	}
	x.line.beforeWrite()
	err := http.NewResponseController(x.w).Flush()
	x.line.afterWrite(0)
	return err
}

// Flush serves http.Flusher.
func (x *exchange) Flush() { _ = x.FlushError() }

// Unwrap serves http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.w }

// A refused upload's client may still be sending. Were the connection closed
// on it at once, it would see that instead of the reply.
const drainBytes = 16 << 20

// finish completes the reply of a handler that returned: from here on nothing is
// waited for but the client.
func (x *exchange) finish(r *http.Request) {
	if !x.began() {
		x.begin(http.StatusOK) // net/http answers 200 for a handler that wrote nothing
	}
	owed := x.body.unread()
	x.line.rest(owed)
	waiting := x.body.got == 0 && r.Header.Get("Expect") != "" // has not begun to send
	if x.status < 400 || !owed || x.line.setter == nil || waiting {
		return
	}
	if x.FlushError() == nil {
		x.line.rest(owed)
		_, _ = io.CopyN(io.Discard, x.body.ReadCloser, drainBytes) // as far as it comes
	}
}
