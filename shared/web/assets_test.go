package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func TestAssets(t *testing.T) {
	t.Parallel()
	script := strings.Repeat("export const x = 1;\n", 200)
	files := fstest.MapFS{
		"index.html":                        {Data: []byte("<!doctype html>")},
		"sub/index.html":                    {Data: []byte("<!doctype html><p>sub")},
		"app.js":                            {Data: []byte(script)},
		"0123456789abcde/short.css":         {Data: []byte("a{}")},
		"assets/0123456789abcdef/style.css": {Data: []byte("a{}")},
		"app.webmanifest":                   {Data: []byte("{}")},
		"empty.txt":                         {Data: nil},
	}
	assets := web.Assets(files, web.LostPage(files, "none.html", ""))
	server, _ := site(t, web.Settings{}, func(r *mux.Router) {
		r.PathPrefix("/pages/").
			Handler(http.StripPrefix("/pages", web.Page(assets, wire.PageCSP("https://bucket.example"))))
		r.PathPrefix("/").Handler(web.Page(assets, ""))
	})
	for path, want := range map[string][2]string{
		"/":                                  {"text/html; charset=utf-8", "no-store"},
		"/index.html":                        {"text/html; charset=utf-8", "no-store"},
		"/sub/":                              {"text/html; charset=utf-8", "no-store"},
		"/app.js":                            {"text/javascript; charset=utf-8", "no-cache"},
		"/0123456789abcde/short.css":         {"text/css; charset=utf-8", "no-cache"},
		"/assets/0123456789abcdef/style.css": {"text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		"/app.webmanifest":                   {"application/manifest+json", "no-cache"},
		"/empty.txt":                         {"text/plain; charset=utf-8", "no-cache"},
		"/pages/app.js":                      {"text/javascript; charset=utf-8", "no-cache"},
	} {
		resp, body := get(t, server.URL+path, nil)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != want[0] ||
			resp.Header.Get("Cache-Control") != want[1] {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
		etag := resp.Header.Get("ETag")
		if len(etag) < 20 || strings.HasPrefix(etag, "W/") {
			t.Errorf("%s: ETag %s", path, etag)
		}
		again, _ := get(t, server.URL+path, map[string]string{"If-None-Match": etag})
		if again.StatusCode != 304 {
			t.Errorf("%s: asked again: %d", path, again.StatusCode)
		}
		head, none := do(t, http.MethodHead, server.URL+path, nil, "")
		if head.StatusCode != 200 || none != "" || head.ContentLength != int64(len(body)) {
			t.Errorf("%s: HEAD: %d, %d bytes, length %d", path, head.StatusCode, len(none), head.ContentLength)
		}
	}
	for _, path := range []string{"/nothing.js", "/sub", "/../index.html", "/sub/../app.js", "/%2e%2e/app.js",
		"/sub//index.html", "/nothing/"} {
		resp, body := get(t, server.URL+path, nil)
		if resp.StatusCode != 404 || body != failure("not_found", "Not Found") ||
			resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	if resp, _ := do(t, http.MethodPost, server.URL+"/app.js", nil, ""); resp.StatusCode != 405 ||
		resp.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", resp.StatusCode)
	}

	plain, _ := get(t, server.URL+"/app.js", map[string]string{"Accept-Encoding": "gzip;q=0, br"})
	if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("gzip refused: %v", plain.Header)
	}
	for range 2 {
		zipped, body := get(t, server.URL+"/app.js", map[string]string{"Accept-Encoding": "br, gzip;q=0.5"})
		if zipped.Header.Get("Content-Encoding") != "gzip" || zipped.ContentLength != int64(len(body)) ||
			zipped.Header.Get("ETag") == plain.Header.Get("ETag") {
			t.Fatalf("gzip: %v", zipped.Header)
		}
		z, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); string(got) != script || err != nil {
			t.Errorf("gzip: %d bytes, %v", len(got), err)
		}
	}
	if resp, _ := get(t, server.URL+"/assets/0123456789abcdef/style.css",
		map[string]string{"Accept-Encoding": "gzip"}); resp.Header.Get("Content-Encoding") != "" {
		t.Error("a file that gzip makes larger is gzipped")
	}

	page, _ := get(t, server.URL+"/", nil)
	if page.Header.Get("Content-Security-Policy") != "default-src 'none'; script-src 'self'; style-src 'self'; "+
		"img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "+
		"require-trusted-types-for 'script'; trusted-types scripts" {
		t.Errorf("CSP: %s", page.Header.Get("Content-Security-Policy"))
	}
	page, _ = get(t, server.URL+"/pages/", nil)
	if !strings.Contains(page.Header.Get("Content-Security-Policy"), "connect-src 'self' https://bucket.example;") {
		t.Errorf("CSP: %s", page.Header.Get("Content-Security-Policy"))
	}
}

// What is there packed alone goes out as it is, or unpacked, whichever a client takes.
func TestPackedAssets(t *testing.T) {
	t.Parallel()
	const text = `{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(text)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"a.json.gz": {Data: packed.Bytes()}, "b.json.gz": {Data: []byte("not packed")}}
	server, _ := site(t, web.Settings{}, func(r *mux.Router) {
		r.PathPrefix("/").Handler(web.Assets(files, web.LostPage(files, "none.html", "")))
	})
	plain, body := get(t, server.URL+"/a.json", map[string]string{"Accept-Encoding": "identity"})
	if plain.StatusCode != 200 || body != text || plain.Header.Get("Content-Type") != "application/json" {
		t.Errorf("unpacked: %d %q %v", plain.StatusCode, body, plain.Header)
	}
	small, body := get(t, server.URL+"/a.json", map[string]string{"Accept-Encoding": "gzip"})
	if small.StatusCode != 200 || body != packed.String() || small.Header.Get("Content-Encoding") != "gzip" ||
		small.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Errorf("packed: %d, %d bytes, %v", small.StatusCode, len(body), small.Header)
	}
	if damaged, _ := get(t, server.URL+"/b.json", nil); damaged.StatusCode != 404 {
		t.Errorf("what is not packed: %d", damaged.StatusCode)
	}
}
