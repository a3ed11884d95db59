package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

// Assets serves embedded files by the request's path, which for a folder means
// its index.html. A file that is there as .gz alone is served by its name without
// that. Nothing is read before it is asked for; then what a file
// needs is worked out once. What is not there is for missing to answer, such as
// a [LostPage].
//
// How long browsers store them [wire.AssetCaching] says.
func Assets(files fs.FS, missing http.Handler) http.Handler {
	a := &assets{files: files, missing: missing}
	return http.HandlerFunc(a.serve)
}

type assets struct {
	files   fs.FS
	missing http.Handler
	known   sync.Map // name → *asset
}

// asset is a file ready to be served.
type asset struct {
	plain, gzipped variant // gzipped has no body where that saves nothing
	contentType    string
	cacheControl   string
}

type variant struct {
	body []byte
	etag string
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		methodNotAllowed(w, http.MethodGet, http.MethodHead)
		return
	}
	f, err := a.find(r.URL.Path)
	if err != nil {
		a.missing.ServeHTTP(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", f.cacheControl)
	v := f.plain
	if f.gzipped.body != nil {
		h.Add("Vary", "Accept-Encoding")
		if accepts(r.Header["Accept-Encoding"], "gzip") {
			v = f.gzipped
			h.Set("Content-Encoding", "gzip")
			h.Set("Content-Length", strconv.Itoa(len(v.body)))
		}
	}
	h.Set("ETag", v.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(v.body))
}

func (a *assets) find(urlPath string) (*asset, error) {
	name := strings.TrimPrefix(urlPath, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if f, ok := a.known.Load(name); ok {
		return f.(*asset), nil
	}
	body, small, err := a.read(name)
	if err != nil {
		return nil, errNotFound
	}
	f, _ := a.known.LoadOrStore(name, newAsset(name, body, small))
	return f.(*asset), nil
}

// read returns a file, and as what it goes out to whoever takes gzip.
func (a *assets) read(name string) (body, small []byte, err error) {
	body, err = fs.ReadFile(a.files, name) // refuses every name that is not a clean path; a folder is no file
	if err == nil {
		return body, compress(body), nil
	}
	if small, err = fs.ReadFile(a.files, name+".gz"); err != nil {
		return nil, nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		return nil, nil, err
	}
	body, err = io.ReadAll(z)
	return body, small, err
}

func newAsset(name string, body, small []byte) *asset {
	f := &asset{
		plain:        variant{body, etag(body)},
		contentType:  wire.AssetType(name),
		cacheControl: wire.AssetCaching(name),
	}
	if len(small) < len(body)*9/10 {
		f.gzipped = variant{small, etag(small)}
	}
	return f
}

func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = z.Write(body)                                  // into memory
	_ = z.Close()
	return b.Bytes()
}

// Document serves what there is at one path of a site, whatever path was asked for.
func Document(path string, site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := *r.URL
		u.Path, u.RawPath = path, ""
		r = r.WithContext(r.Context())
		r.URL = &u
		site.ServeHTTP(w, r)
	})
}

// LostPage is for a router's NotFoundHandler and MethodNotAllowedHandler: a
// browser that is led to where no page is gets the named one, under a policy as
// [Page] has it, and a program gets the error.
func LostPage(files fs.FS, name, csp string) http.Handler {
	a := &assets{files: files}
	page := Page(Handle(func(w http.ResponseWriter, r *http.Request) error {
		f, err := a.find(name)
		if err != nil {
			return err
		}
		status := http.StatusNotFound
		if w.Header().Get("Allow") != "" { // the path is there, for other methods
			status = http.StatusMethodNotAllowed
		} else if x := exchangeOf(r); x != nil {
			x.note(send.NotFound, nil)
		}
		h := w.Header()
		h.Set("Content-Type", f.contentType)
		h.Set("Content-Length", strconv.Itoa(len(f.plain.body)))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			w.Write(f.plain.body)
		}
		return nil
	}), csp)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch allowed := w.Header().Get("Allow"); {
		case accepts(r.Header[wire.Accept.Key()], "text/html"):
			page.ServeHTTP(w, r)
		case allowed != "":
			methodNotAllowed(w, allowed)
		default:
			WriteError(w, r, errNotFound)
		}
	})
}

var errNotFound = send.Fail(send.NotFound, "Not Found")

// accepts says whether the client names a value in a header of those that it
// takes, and not to refuse it.
func accepts(header []string, value string) bool {
	for entry := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, params, _ := strings.Cut(entry, ";")
		if strings.EqualFold(strings.TrimSpace(name), value) {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(params), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}
