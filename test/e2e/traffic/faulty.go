package traffic

import (
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Faulty stands before a service of AWS, and does to some requests what happens to them there and on the way.
type Faulty struct {
	Often atomic.Int64 // one request of so many meets a fault; 0 = none

	to    *httputil.ReverseProxy
	limit func(http.ResponseWriter) // answers as the service does that turns away who asks too often

	mu     sync.Mutex
	chance *rand.Rand
	met    map[string]int
}

// faults are what a request meets, each as often as the others.
var faults = []string{
	"it is slow", "the line is lost before", "the line is lost after", "500", "503", "turned away",
	"the answer is cut", "the clock is wrong",
}

// NewFaulty is one that leads to an endpoint. limit answers as the service does that turns away who asks too often.
func NewFaulty(endpoint string, seed uint64, limit func(http.ResponseWriter)) (*Faulty, error) {
	to, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	f := &Faulty{limit: limit, chance: rand.New(rand.NewPCG(seed, 7)), met: map[string]int{}}
	f.to = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // which is what was signed
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	return f, nil
}

// Met is how often each fault was met.
func (f *Faulty) Met() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.met)
}

func (f *Faulty) choose() (fault string, share float64) {
	often := f.Often.Load()
	f.mu.Lock()
	defer f.mu.Unlock()
	if often == 0 || f.chance.Int64N(often) > 0 {
		return "", 0
	}
	fault = faults[f.chance.IntN(len(faults))]
	f.met[fault]++
	return fault, f.chance.Float64()
}

func (f *Faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, share := f.choose()
	status := func(code int) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Error(w, http.StatusText(code), code)
	}
	switch fault {
	case "it is slow":
		time.Sleep(time.Duration(share * float64(time.Second)))
	case "the line is lost before":
		panic(http.ErrAbortHandler)
	case "the line is lost after": // what was asked for is done, and nobody is told
		f.to.ServeHTTP(nobody{}, r)
		panic(http.ErrAbortHandler)
	case "500":
		status(http.StatusInternalServerError)
		return
	case "503":
		status(http.StatusServiceUnavailable)
		return
	case "turned away":
		_, _ = io.Copy(io.Discard, r.Body)
		f.limit(w)
		return
	case "the answer is cut":
		w = &short{ResponseWriter: w, share: share}
	case "the clock is wrong":
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Date", time.Now().Add(20*time.Minute).UTC().Format(http.TimeFormat))
		w.Header().Set("X-Amzn-Errortype", "RequestTimeTooSkewed")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>RequestTimeTooSkewed</Code></Error>")
		return
	}
	f.to.ServeHTTP(w, r)
}

// nobody hears an answer.
type nobody struct{}

func (nobody) Header() http.Header         { return http.Header{} }
func (nobody) Write(p []byte) (int, error) { return len(p), nil }
func (nobody) WriteHeader(int)             {}

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
