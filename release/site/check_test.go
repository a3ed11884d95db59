package site

import (
	"strings"
	"testing"
	"testing/fstest"
)

const whole = `<title>T</title><meta name="description" content="d">` +
	`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'">` +
	`<nav><a href="/b/">b</a> <a href="/">home</a></nav><main><h1>T</h1>MORE</main>`

// checked is a site of two pages, in the second of which something is changed.
func checked(from, to string) error {
	return Check(fstest.MapFS{
		"index.html":   {Data: []byte(whole)},
		"b/index.html": {Data: []byte(strings.Replace(whole, from, to, 1))},
		"a.png":        {},
	}, "/")
}

func TestWhatIsWrongWithASiteIsNamed(t *testing.T) {
	t.Parallel()
	right := `<img src="/a.png" alt=""> <a href="https://example.org/">x</a> <a href="#p" id="p">x</a>`
	if err := checked("MORE", right); err != nil {
		t.Fatal(err)
	}
	for change, want := range map[[2]string]string{
		{"MORE", `<a href="/gone/">x</a>`}:               "links to /gone/, where nothing is",
		{"MORE", `<a href="/#gone">x</a>`}:               "links to /#gone, where no part has that name",
		{"MORE", `<a href="http://example.org/">x</a>`}:  "neither https nor of this site",
		{"MORE", `<a href="//example.org/">x</a>`}:       "neither https nor of this site",
		{"MORE", `<img src="https://example.org/" alt>`}: "fetches https://example.org/ from somebody else",
		{"MORE", `<img src="/a.png">`}:                   "has a picture without words",
		{"MORE", `<p style="color: red">`}:               "has a style of a p",
		{"MORE", `<p onclick="x()">`}:                    "has a onclick of a p",
		{"MORE", `<script>x()</script>`}:                 "has a script within it",
		{"MORE", `<style></style>`}:                      "has a style",
		{"MORE", `<p id="x"><p id="x">`}:                 `has two elements named "x"`,
		{"MORE", `<h1>U</h1>`}:                           "has 2 of h1",
		{"<title>T</title>", ""}:                         "has 0 of title",
		{`content="d"`, `content=""`}:                    "has 0 of description",
		{"default-src 'none';", "default-src *;"}:        "has 0 of policy",
		{`<a href="/b/">b</a> <a href="/">home</a>`, ""}: "index.html: no other page leads to it",
		{`<nav>`, `<div>`}:                               "has no navigation",
	} {
		if err := checked(change[0], change[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", change[1], err, want)
		}
	}
	err := Check(fstest.MapFS{"index.html": {Data: []byte(whole)}}, "/name/")
	if err == nil || !strings.Contains(err.Error(), "which is not below /name/") {
		t.Error(err)
	}
}
