package gofakes3

import (
	"encoding/xml"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Stranger returns the configuration of the same server behind one that does what
// stores do that speak as S3 does, but not in all:
//
//   - Google's front changes Accept-Encoding on the way.
//     https://github.com/aws/aws-sdk-go-v2/issues/1816
//   - Google Cloud Storage tells that what is to be deleted is not there.
//     https://cloud.google.com/storage/docs/xml-api/delete-object
//   - It knows no bodies in signed chunks with a trailer, and no checksums of theirs.
//   - It copies objects of any size, but no parts.
//   - It knows no conditional writes by If-None-Match.
func Stranger(tb testing.TB) aws.Config {
	tb.Helper()
	cfg := Config(tb)
	endpoint, err := stranger()
	if err != nil {
		tb.Fatal(err)
	}
	cfg.BaseEndpoint = &endpoint
	return cfg
}

var stranger = sync.OnceValues(func() (endpoint string, err error) {
	endpoint, err = server()
	if err != nil {
		return "", err
	}
	to, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	return httptest.NewServer(estranged(to)).URL, nil
})

func estranged(to *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // which is signed
		r.Out.Header.Set("Accept-Encoding", r.In.Header.Get("Accept-Encoding")+",gzip(gfe)")
	}}
	proxy.ErrorLog = log.New(io.Discard, "", 0) // tests break requests off
	var there sync.Map                          // paths of objects
	proxy.ModifyResponse = func(r *http.Response) error {
		q := r.Request.URL.Query()
		if r.StatusCode == http.StatusOK && (r.Request.Method == http.MethodPut && !q.Has("partNumber") ||
			r.Request.Method == http.MethodPost && q.Has("uploadId")) {
			there.Store(r.Request.URL.Path, nil)
		}
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if strings.HasPrefix(name, "X-Amz-Checksum-") || strings.HasPrefix(name, "X-Amz-Sdk-Checksum-") ||
				name == "X-Amz-Trailer" || name == "If-None-Match" {
				refuse(w, http.StatusBadRequest, "InvalidArgument")
				return
			}
		}
		switch {
		case strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked"):
			refuse(w, http.StatusNotImplemented, "NotImplemented")
		case r.Header.Get("X-Amz-Copy-Source-Range") != "":
			refuse(w, http.StatusNotImplemented, "NotImplemented")
		case r.Method == http.MethodDelete && !r.URL.Query().Has("uploadId"):
			if _, is := there.LoadAndDelete(r.URL.Path); !is {
				refuse(w, http.StatusNotFound, "NoSuchKey")
				return
			}
			proxy.ServeHTTP(w, r)
		default:
			proxy.ServeHTTP(w, r)
		}
	})
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName struct{} `xml:"Error"`
		Code    string
	}{Code: code})
}
