package verify

import (
	"net/http"
	"path"
	"time"
)

// visitor asks as one that a service may take for somebody else.
type visitor struct {
	name   string
	header map[string]string // of all that it asks
	accept map[kind]string   // what it says it takes; "*/*" where there is nothing
	fetch  bool              // it says what for, as browsers do
	fresh  bool              // it asks past whatever keeps answers on the way

	http *http.Client
}

// kind is what something is asked for as.
type kind string

// The kinds, as Sec-Fetch-Dest names them.
const (
	document kind = "document"
	script   kind = "script"
	style    kind = "style"
	image    kind = "image"
	manifest kind = "manifest"
	worker   kind = "worker"
	empty    kind = "empty"
)

// kindOf is what a browser asks for a path as.
func kindOf(at string) kind {
	if path.Base(at) == "worker.js" {
		return worker
	}
	switch path.Ext(at) {
	case ".js", ".mjs":
		return script
	case ".css":
		return style
	case ".svg", ".ico", ".png":
		return image
	case ".webmanifest":
		return manifest
	case ".txt":
		return empty
	}
	return document
}

const (
	chromeUA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Chrome/142.0.0.0 Safari/537.36"
	firefoxUA = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	safariUA  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
		"Version/18.6 Mobile/15E148 Safari/604.1"
)

// visitors returns those who ask, each over connections of its own: what they say of
// themselves is what the browsers of their names say, so that a service that has other
// pages for some of them is found out.
func visitors() []*visitor {
	chrome := map[string]string{
		"User-Agent": chromeUA, "Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "en-US,en;q=0.9",
		"Sec-Ch-Ua":        `"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"`,
		"Sec-Ch-Ua-Mobile": "?0", "Sec-Ch-Ua-Platform": `"Windows"`,
	}
	const pictures = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
	chromeTakes := map[kind]string{
		document: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
		style:    "text/css,*/*;q=0.1", image: pictures,
	}
	all := []*visitor{
		{name: "Chrome", header: chrome, accept: chromeTakes, fetch: true},
		{name: "Chrome, past caches", header: chrome, accept: chromeTakes, fetch: true, fresh: true},
		{name: "Firefox", header: map[string]string{
			"User-Agent": firefoxUA, "Accept-Encoding": "gzip, deflate, br, zstd",
			"Accept-Language": "de,en-US;q=0.7,en;q=0.3",
		}, accept: map[kind]string{
			document: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
			style:    "text/css,*/*;q=0.1", image: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
		}, fetch: true},
		{name: "Safari on a phone", header: map[string]string{
			"User-Agent": safariUA, "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "fr-FR,fr;q=0.9",
		}, accept: map[kind]string{
			document: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
			style:    "text/css,*/*;q=0.1", image: "image/webp,image/avif,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
		}, fetch: true},
		{name: "a program", header: map[string]string{
			"User-Agent": "curl/8.14.1", "Accept-Encoding": "identity",
		}, accept: map[kind]string{document: "text/html"}},
	}
	for _, v := range all {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DisableCompression, t.MaxResponseHeaderBytes = true, maxHeader // what is asked for it says itself
		v.http = &http.Client{Transport: t, Timeout: patience, CheckRedirect: stay}
	}
	return all
}

// What one answer may take, and have in its headers.
const (
	patience  = 30 * time.Second
	maxHeader = 64 << 10
)

// stay follows nobody: where a service sends people is part of what it answers.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// ask is what the visitor says when it asks for a path.
func (v *visitor) ask(r *http.Request) {
	for name, value := range v.header {
		r.Header.Set(name, value)
	}
	as := kindOf(r.URL.Path)
	r.Header.Set("Accept", "*/*")
	if takes := v.accept[as]; takes != "" {
		r.Header.Set("Accept", takes)
	}
	if v.fetch {
		site, mode := "same-origin", "cors"
		switch as {
		case document:
			site, mode = "none", "navigate"
			r.Header.Set("Sec-Fetch-User", "?1")
			r.Header.Set("Upgrade-Insecure-Requests", "1")
		case style, image:
			mode = "no-cors"
		case worker:
			mode = "same-origin"
		}
		r.Header.Set("Sec-Fetch-Dest", string(as))
		r.Header.Set("Sec-Fetch-Mode", mode)
		r.Header.Set("Sec-Fetch-Site", site)
	}
	if v.fresh {
		r.Header.Set("Cache-Control", "no-cache")
		r.Header.Set("Pragma", "no-cache")
		r.URL.RawQuery = unforeseen()
	}
}
