package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// sharer is what another app does that shares something with this one.
const sharer = `<!doctype html><title>another app</title>
<form action=%q method="post" enctype="multipart/form-data">
<input name="title" value=""><input name="text" value=%q>
<input id="shared" type="file" name="files" multiple><button id="share">Share</button></form>`

// What another app shares with this one is chosen in the page, and nothing of it is sent to the server.
func TestWhatIsShared(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(target)
		p.Out.Host = p.In.Host
	}}
	var posted atomic.Int64
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/share/" {
			posted.Add(1)
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	text := ""
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, sharer, front.URL+"/share/", text)
	}))
	t.Cleanup(app.Close)
	path, _ := randomFile(t, "shared.bin", 3000)
	other, _ := randomFile(t, "shared, too.bin", 200)

	p := open(t, screen{width: 390, height: 844, phone: true})
	share := func() {
		t.Helper()
		p.goTo(app.URL)
		p.choose(`#shared`, path, other)
		p.click(`#share`)
	}
	p.tolerate("")
	share() // before the app was ever opened
	p.see(sendError)
	if posted.Load() != 1 {
		t.Errorf("the server was asked %d times", posted.Load())
	}
	p.await(`navigator.serviceWorker.getRegistration("/share/").then((found) => Boolean(found?.active))`)

	share()
	p.await(`document.querySelector("file-picker")?.entries?.length === 2`)
	if where := p.address(); where != front.URL+"/" {
		t.Errorf("the address is %s", where)
	}
	p.goAfresh(front.URL + "/#shared") // it is had once
	p.see(sendError)

	text = "https://example.org/what is shared"
	p.goTo(app.URL)
	p.click(`#share`)
	p.await(fmt.Sprintf(`document.querySelector(%q)?.value === %q`, textBox, text))
	if posted.Load() != 1 {
		t.Errorf("the server was asked %d times", posted.Load())
	}
}
