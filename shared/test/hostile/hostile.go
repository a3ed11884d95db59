// Package hostile fuzzes the routes of a service: whatever is asked, and
// whatever is sent along, the answer is one of the contract.
package hostile

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

// Request is what is asked of a service. In every part of it "{name}" stands for
// what Genuine has under that name, which differs from process to process.
type Request struct {
	Route        string // method and path of the contract, such as "GET /info/health"
	One, Two     string // the values of the path's parameters
	Query        string
	Header       string // beside those that every request has
	Value        string
	Body         string
	Accept, From string // header Accept, and address of the connection
}

// Service is the service that is asked.
type Service struct {
	Handler http.Handler
	Of      wire.Service
	Header  http.Header       // of every request
	Genuine map[string]string // what is good, such as the ID of a transfer
	Allowed []int             // statuses of faults that are none here, such as 507
}

var (
	token = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	text  = regexp.MustCompile(`^[\t\x20-\x7e\x80-\xff]*$`)
)

// Fuzz asks for every route, with the seeds and whatever the fuzzer makes of them.
func Fuzz(f *testing.F, s Service, seeds ...Request) {
	f.Helper()
	routes := map[string]wire.Route{}
	for _, r := range wire.Routes() {
		if r.Service&s.Of == 0 {
			continue
		}
		for _, path := range r.Paths {
			name := r.Method + " " + path
			routes[name] = r
			f.Add(name, "000000000000", "x", "", "", "", "{}", "", "203.0.113.7:1")
			f.Add(name, "../\x00%2f\"\xff", "//", "a=%zz&&=", "Cookie", "=;\"", `{"`, "text/html", "@")
		}
	}
	for _, q := range seeds {
		f.Add(q.Route, q.One, q.Two, q.Query, q.Header, q.Value, q.Body, q.Accept, q.From)
	}
	replace := genuine(s.Genuine)
	f.Fuzz(func(t *testing.T, name, one, two, query, header, value, body, accept, from string) {
		method, path, _ := strings.Cut(name, " ")
		_, known := routes[name]
		if !known && (!token.MatchString(method) || !strings.HasPrefix(path, "/")) {
			return
		}
		values := []string{one, two}
		target := wire.Filled(path, func(string) string {
			v := url.PathEscape(replace(values[0]))
			values = append(values[1:], "")
			return v
		})
		if query != "" {
			target += "?" + replace(query)
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://send.example"+target,
			strings.NewReader(replace(body)))
		if err != nil {
			return // no server hands it on
		}
		r.RequestURI, r.RemoteAddr = target, from
		for name, values := range s.Header {
			r.Header[name] = slices.Clone(values)
		}
		if token.MatchString(header) && text.MatchString(replace(value)) {
			r.Header.Set(header, replace(value))
		}
		if accept != "" && text.MatchString(accept) {
			r.Header.Set("Accept", accept)
		}
		s.ask(t, r)
	})
}

func genuine(values map[string]string) func(string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace
}

// lost are the errors of which a browser is shown a page.
var lost = []int{http.StatusNotFound, http.StatusMethodNotAllowed}

// ask asks, and looks at the answer.
func (s Service) ask(t *testing.T, r *http.Request) {
	t.Helper()
	w := httptest.NewRecorder()
	defer func() {
		// An answer that has begun is cut off so.
		if p := recover(); p != nil && (!errors.Is(asError(p), http.ErrAbortHandler) || w.Body.Len() == 0) {
			t.Errorf("%s %s: it panics: %v", r.Method, r.RequestURI, p)
		}
	}()
	s.Handler.ServeHTTP(w, r)
	if w.Code >= 500 && !slices.Contains(s.Allowed, w.Code) {
		t.Errorf("%s %s is answered %d %s", r.Method, r.RequestURI, w.Code, w.Body)
	}
	for name, values := range w.Header() {
		if !token.MatchString(name) || slices.ContainsFunc(values, func(v string) bool { return !text.MatchString(v) }) {
			t.Errorf("%s %s is answered with the header %q: %q", r.Method, r.RequestURI, name, values)
		}
	}
	said, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	switch isJSON := said == "application/json"; {
	case r.Method == http.MethodHead || w.Code < 400 && !isJSON:
	case isJSON && !json.Valid(w.Body.Bytes()):
		t.Errorf("%s %s is answered %d with what is no JSON: %.300q", r.Method, r.RequestURI, w.Code, w.Body)
	case w.Code >= 400 && !(said == "text/html" && slices.Contains(lost, w.Code)):
		var e wire.Error
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Detail == "" || e.Code == "" {
			t.Errorf("%s %s is answered %d %.300q, which is no error of the contract: %v", r.Method, r.RequestURI, w.Code,
				w.Body, err)
		}
	}
}

func asError(p any) error {
	err, _ := p.(error)
	return err
}
