package browser

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A page is loaded by few requests, and needs nothing more of what it is made of once
// somebody is there: it goes on working when another version takes the place of the one
// that it came from.
func TestPageOpenDuringADeploy(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	var (
		lock     sync.Mutex
		asked    []string
		deployed atomic.Bool
	)
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		lock.Lock()
		defer lock.Unlock()
		asked = append(asked, r.URL.Path)
		if deployed.Load() && strings.HasPrefix(r.URL.Path, "/assets/") {
			http.NotFound(w, r)
			return nil
		}
		return w
	})
	loaded := func(page string, most int) {
		lock.Lock()
		defer lock.Unlock()
		if len(asked) > most || len(asked) < 3 {
			t.Errorf("to load %s the browser asks for %q", page, asked)
		}
		asked = nil
	}
	path, content := randomFile(t, "open.bin", 3<<20)

	sender := open(t, usual)
	sender.goSend(&server{URL: origin, Token: s.Token})
	lock.Lock()
	asked = slices.DeleteFunc(asked, func(path string) bool { return strings.Contains(path, "check-token") })
	lock.Unlock()
	most := 9
	if usual.phone {
		most += 2 // what takes what other apps share
	}
	loaded("/", most)
	deployed.Store(true)
	sender.choose(fileInput, path)
	sender.click(submit)
	link := sender.value(linkInput)
	sender.goTo("about:blank") // where it looks after its transfer no more

	deployed.Store(false)
	lock.Lock()
	asked = nil
	lock.Unlock()
	recipient := open(t, usual)
	recipient.goTo(link)
	recipient.see(receiveIt)
	loaded("/d/", 8)
	deployed.Store(true)
	recipient.click(receiveIt)
	recipient.see(received)
	if got := recipient.downloaded("open.bin"); !bytes.Equal(got, content) {
		t.Errorf("%d other bytes arrived", len(got))
	}
}

// A page of the release before, which has open what the browser keeps of downloads and never
// lets go of it, keeps no newer page from receiving.
func TestPageOfBeforeStaysOpen(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	path, content := randomFile(t, "small.bin", 1000)
	link := strings.TrimSpace(s.run(t, "", "send", path))

	before := open(t, usual)
	before.goTo(s.URL + "/how")
	evaluate[bool](before, `new Promise((resolve) => {
		const opening = indexedDB.open("sgraph-send", 1);
		opening.onupgradeneeded = () => ["claims", "pieces"].map((store) => opening.result.createObjectStore(store));
		opening.onsuccess = () => resolve(Boolean(globalThis.kept = opening.result));
	})`)
	newer := before.tab()
	newer.goTo(link)
	newer.see(receiveIt)
	newer.click(receiveIt)
	newer.see(received)
	if got := newer.downloaded("small.bin"); !bytes.Equal(got, content) {
		t.Errorf("%d other bytes arrived", len(got))
	}
}
