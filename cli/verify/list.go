// Package verify holds what a running service sends to browsers against the
// release that it says it is: every page, script and style, byte for byte, with the
// headers by which browsers protect who looks at them.
//
// Whatever comes from the service is taken for an attempt to deceive.
package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/wire"
)

// ListName is the file of a release that has its list.
const ListName = "pages.json"

// List is what the services of a version send to browsers.
type List struct {
	Version string `json:"version"`
	// Settings says which headers are not the same everywhere, and why.
	Settings map[string]string `json:"settings"`
	User     []Reply           `json:"user"`
	Admin    []Reply           `json:"admin"`
}

// Reply is what is sent where a browser asks for a path.
type Reply struct {
	Path    string            `json:"path"` // {name} stands for any word
	Status  int               `json:"status"`
	Size    int64             `json:"size"`   // of the body, in bytes
	SHA256  string            `json:"sha256"` // of the body, in hex, before a Content-Encoding
	Headers map[string]string `json:"headers"`
}

// depends says of headers what a setting, or the way to a service, has a part in.
var depends = map[string]string{
	policy: "connect-src names, besides 'self', the bucket that browsers fetch ciphertext from, where there is one",
	hsts:   "is sent over TLS alone; what stands before a service may say it in other words",
}

// The headers that depends is about.
const (
	policy = "Content-Security-Policy"
	hsts   = "Strict-Transport-Security"
)

// listed are the headers of a list: those by which browsers protect people, and those
// that say what a body is, and where to go instead.
var listed = func() []string {
	names := []string{"Content-Type", "Location"}
	for _, g := range wire.PageGuards("") {
		names = append(names, g.Name)
	}
	slices.Sort(names)
	return names
}()

// Own is what the services send that this program has in it.
func Own() (List, error) {
	l := List{Version: version.Version, Settings: depends}
	var err error
	if l.User, err = replies(user.Pages()); err == nil {
		l.Admin, err = replies(admin.Pages())
	}
	return l, err
}

// replies asks a service for all of its paths.
func replies(service http.Handler, paths []string) (all []Reply, err error) {
	slices.Sort(paths)
	for _, path := range paths {
		at, err := url.Parse("https://send.invalid" + address(path))
		if err != nil {
			return nil, fmt.Errorf("the service has a page at %q: %w", path, err)
		}
		got := recorder{header: http.Header{}, status: http.StatusOK}
		service.ServeHTTP(&got, &http.Request{
			Method: http.MethodGet, URL: at, Host: at.Host, TLS: &tls.ConnectionState{}, Body: http.NoBody,
			Header: http.Header{"Accept": {"text/html"}}, RemoteAddr: "192.0.2.1:1",
		})
		r := Reply{
			Path: path, Status: got.status, Size: int64(got.Len()), SHA256: digest(got.Bytes()),
			Headers: map[string]string{},
		}
		for _, name := range listed {
			if value := got.header.Get(name); value != "" {
				r.Headers[name] = value
			}
		}
		all = append(all, r)
	}
	return all, nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// recorder keeps a reply.
type recorder struct {
	bytes.Buffer
	header http.Header
	status int
}

func (r *recorder) Header() http.Header    { return r.header }
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write writes a list as a release has it.
func (l List) Write(w io.Writer) error {
	text := json.NewEncoder(w)
	text.SetIndent("", "  ")
	text.SetEscapeHTML(false)
	return text.Encode(l)
}
