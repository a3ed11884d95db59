package traffic

import (
	"bytes"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Faulty stands before a service, and does to some requests what happens to them there and on the way.
type Faulty struct {
	URL   string
	Often atomic.Int64 // one request of so many meets a fault; 0 = none

	seed   uint64
	faults []Fault
	to     *httputil.ReverseProxy
	away   func(http.ResponseWriter) // answers as the service does that turns away who asks too often
	server *http.Server

	mu   sync.Mutex
	came uint64
	met  map[Fault]int
	idle map[net.Conn]bool
}

// NewFaulty is one that leads to an endpoint, and listens on this machine until it is closed. away answers as the
// service does that turns away who asks too often.
func NewFaulty(endpoint string, seed uint64, faults []Fault, away func(http.ResponseWriter)) (*Faulty, error) {
	to, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Faulty{
		URL: "http://" + ln.Addr().String(), seed: seed, faults: faults, away: away,
		met: map[Fault]int{}, idle: map[net.Conn]bool{},
	}
	quiet := log.New(io.Discard, "", 0)
	f.to = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // which is what was signed
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { reset(w) },
		ErrorLog:     quiet,
		Transport:    &http.Transport{MaxIdleConnsPerHost: 256},
	}
	f.server = &http.Server{Handler: f, ConnState: f.note, ErrorLog: quiet}
	go f.server.Serve(ln) // until it is closed
	return f, nil
}

// Close stops listening.
func (f *Faulty) Close() { _ = f.server.Close() }

// Met is how often each fault was met.
func (f *Faulty) Met() map[Fault]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.met)
}

// note keeps which connections carry nothing now.
func (f *Faulty) note(c net.Conn, s http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.idle, c)
	if s == http.StateIdle {
		f.idle[c] = true
	}
}

// Forget ends the connections that carry nothing, as a service does that nobody has asked anything for a while; who
// has one of them finds it reset.
func (f *Faulty) Forget() {
	f.mu.Lock()
	idle := f.idle
	f.idle = map[net.Conn]bool{}
	f.mu.Unlock()
	for c := range idle {
		resetConn(c)
	}
}

// choose says what becomes of the next request.
func (f *Faulty) choose(r *http.Request) (fault Fault, share float64) {
	often := f.Often.Load()
	f.mu.Lock()
	n := f.came
	f.came++
	f.mu.Unlock()
	fault, share = fate(f.seed, n, often, f.faults)
	switch {
	case fault == LostWrite && !isConditional(r):
		fault = LostAfter
	case fault == WrongClock && r.Header.Get("Authorization") == "":
		fault = None // a link has its time in itself, and is over or not
	}
	if fault != None {
		f.mu.Lock()
		f.met[fault]++
		f.mu.Unlock()
	}
	return fault, share
}

// isConditional says whether a request writes something if something is so. Its body is read where that says it.
func isConditional(r *http.Request) bool {
	if r.Header.Get("X-Amz-Target") == "" {
		return r.Method != http.MethodGet && (r.Header.Get("If-Match") != "" || r.Header.Get("If-None-Match") != "")
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && strings.Contains(string(body), "ConditionExpression")
}

func (f *Faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, share := f.choose(r)
	said := func(code int) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Error(w, http.StatusText(code), code)
	}
	switch fault {
	case Slow:
		time.Sleep(time.Duration(share * float64(time.Second)))
	case LostBefore:
		reset(w)
		return
	case LostAfter, LostWrite:
		f.to.ServeHTTP(nobody{}, r)
		reset(w)
		return
	case Error500:
		said(http.StatusInternalServerError)
		return
	case Error503:
		said(http.StatusServiceUnavailable)
		return
	case Error429:
		said(http.StatusTooManyRequests)
		return
	case TurnedAway:
		_, _ = io.Copy(io.Discard, r.Body)
		f.away(w)
		return
	case CutRequest:
		if r.ContentLength <= 0 {
			reset(w)
			return
		}
		r.Body = &torn{r.Body, int64(share * float64(r.ContentLength))}
	case CutAnswer:
		w = &short{ResponseWriter: w, share: share}
	case Unanswered:
		_, _ = io.Copy(io.Discard, r.Body) // otherwise it is not seen that they have gone
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case WrongClock:
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Date", time.Now().Add(20*time.Minute).UTC().Format(http.TimeFormat))
		w.Header().Set("X-Amzn-Errortype", "RequestTimeTooSkewed")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>RequestTimeTooSkewed</Code></Error>")
		return
	}
	f.to.ServeHTTP(w, r)
}

// reset ends the connection that a request came by, without a word.
func reset(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	resetConn(c)
}

func resetConn(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// nobody hears an answer.
type nobody struct{}

func (nobody) Header() http.Header         { return http.Header{} }
func (nobody) Write(p []byte) (int, error) { return len(p), nil }
func (nobody) WriteHeader(int)             {}

// torn is the beginning of a body, of which the rest never comes.
type torn struct {
	io.ReadCloser
	left int64
}

func (t *torn) Read(p []byte) (int, error) {
	if t.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := t.ReadCloser.Read(p[:min(int64(len(p)), t.left)])
	t.left -= int64(n)
	return n, err
}

// short loses the line in the middle of an answer.
type short struct {
	http.ResponseWriter
	share float64
	left  int64
}

func (s *short) WriteHeader(status int) {
	size, _ := strconv.ParseInt(s.Header().Get("Content-Length"), 10, 64)
	s.left = int64(s.share * float64(size))
	s.ResponseWriter.WriteHeader(status)
}

func (s *short) Write(p []byte) (int, error) {
	if int64(len(p)) > s.left {
		_, _ = s.ResponseWriter.Write(p[:s.left])
		if f, ok := s.ResponseWriter.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	s.left -= int64(len(p))
	return s.ResponseWriter.Write(p)
}

func (s *short) Unwrap() http.ResponseWriter { return s.ResponseWriter }
