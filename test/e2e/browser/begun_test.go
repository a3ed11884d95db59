package browser

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/envelope"
)

const (
	begun   = `[data-begun]`
	subject = `[data-view="working"] [data-subject]`

	readyFacts = `[data-view="ready"] [data-facts]`
	goneText   = `[data-view="gone"] [data-text]`
)

// keepOnce makes a transfer of a file that can be downloaded once, with a label that says this, or without.
func (s *server) keepOnce(t *testing.T, name string, content []byte, label string) (id, key string) {
	t.Helper()
	k := envelope.NewKey()
	var sealed bytes.Buffer
	meta := envelope.Meta{Filename: name}
	if err := envelope.Encrypt(&sealed, k, meta, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{"max_downloads": 1}
	if label != "" {
		fields["label"] = base64.StdEncoding.EncodeToString(sealLabel(t, k, label))
	}
	id, err := s.create(t, sealed.Bytes(), fields)
	if err != nil {
		t.Fatal(err)
	}
	return id, k.String()
}

// mustCount says how often a transfer was downloaded, for the service.
func (s *server) mustCount(t *testing.T, id string, want int) {
	t.Helper()
	if n := s.info(t, id).Downloads; n != want {
		t.Errorf("%d downloads were counted, not %d", n, want)
	}
}

// spoilt puts a proxy before the server that has the worker of the pages run a script before its own.
func (s *server) spoilt(t *testing.T, script string) (origin string) {
	t.Helper()
	return s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if strings.HasSuffix(r.URL.Path, "/worker.js") {
			r.Header.Del("Accept-Encoding")
			return &prefixingWriter{ResponseWriter: w, prefix: script + "\n"}
		}
		return w
	})
}

// prefixingWriter writes something before a body.
type prefixingWriter struct {
	http.ResponseWriter
	prefix string
}

func (w *prefixingWriter) WriteHeader(status int) {
	w.Header().Del("Content-Length")
	w.Header().Del("ETag")
	w.ResponseWriter.WriteHeader(status)
}

func (w *prefixingWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.ResponseWriter, w.prefix); err != nil {
		return 0, err
	}
	w.prefix = ""
	return w.ResponseWriter.Write(p)
}

// mistyped is a key with another letter in its middle.
func mistyped(key string) string {
	letter := "A"
	if key[20] == 'A' {
		letter = "B"
	}
	return key[:20] + letter + key[21:]
}

// kept is what the page keeps in the browser's storage: the claims as JSON, and how many pieces.
func (p *profile) kept() string {
	p.t.Helper()
	return evaluate[string](p, `(async () => {
		const answer = (request) => new Promise((resolve, reject) => {
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(request.error);
		});
		const db = await answer(indexedDB.open("sgraph-send"));
		const stores = db.transaction(["claims", "pieces"]);
		const claims = await answer(stores.objectStore("claims").getAll());
		const pieces = await answer(stores.objectStore("pieces").count());
		db.close();
		return JSON.stringify([claims, pieces]);
	})()`)
}

// untilWhen is how the page says how long a download can be gone on with.
var untilWhen = regexp.MustCompile(`Until \d\d:\d\d the button goes on with it`)

// mustHaveLeft says what the page tells of the downloads that are left.
func (p *profile) mustHaveLeft(want string) {
	p.t.Helper()
	if said := p.text(readyFacts); !strings.Contains(said, "Downloads left") || !strings.HasSuffix(said, want) {
		p.t.Errorf("the page says %q; it must end with %q", said, want)
	}
}

const nothingKept = "[[],0]"

// mustKeepPermission says that of one download that is done the browser keeps what it takes to have it again, with so
// many pieces, and no secret.
func (p *profile) mustKeepPermission(pieces int, secrets ...string) {
	p.t.Helper()
	kept := p.kept()
	isOne := strings.Count(kept, `"name":`) == 1 && strings.Contains(kept, `"isDone":true`)
	if !isOne || !strings.HasSuffix(kept, fmt.Sprintf("],%d]", pieces)) {
		p.t.Errorf("when it is done the browser keeps %s, and not one permission and %d pieces", kept, pieces)
	}
	for _, secret := range secrets {
		if strings.Contains(kept, secret) {
			p.t.Errorf("when it is done the browser keeps a secret: %s", kept)
		}
	}
}

// One wrong letter, and then the right link in the same tab, is one download.
func TestWrongLetterThenRightLink(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for name, spoil := range map[string]string{
		"": "", "no room to keep the bytes": `{
			const put = IDBObjectStore.prototype.put;
			IDBObjectStore.prototype.put = function (value, key) {
				if (Array.isArray(key)) throw new DOMException("full", "QuotaExceededError");
				return put.call(this, value, key);
			};
		}`, "without storage": `indexedDB.open = () => { throw new DOMException("no", "SecurityError"); };`,
	} {
		t.Run(name, func(t *testing.T) {
			content := bytes.Repeat([]byte("once "), 500_000)
			id, key := s.keepOnce(t, "once.txt", content, "")
			recipient := open(t, usual)
			origin := s.spoilt(t, spoil)
			recipient.goTo(origin + "/d/#" + id + "/" + mistyped(key))
			recipient.click(receiveIt)
			recipient.see(readyError)
			if said := recipient.text(readyError); !strings.Contains(said, "The key does not fit") {
				t.Errorf("for a wrong key the page says %q", said)
			}
			recipient.see(begun)
			if said := recipient.text(begun); !untilWhen.MatchString(said) ||
				strings.Contains(said, "Leave this page open") != (name == "without storage") {
				t.Errorf("of what was begun the page says %q", said)
			}
			recipient.mustHaveLeft("none, besides this one")
			s.mustCount(t, id, 1)

			evaluate[bool](recipient, fmt.Sprintf(`(location.href = %q, true)`, origin+"/d/#"+id+"/"+key))
			recipient.await(`document.querySelector("[data-key]").hidden`)
			recipient.see(begun)
			recipient.click(receiveIt)
			recipient.see(received)
			if !bytes.Equal(recipient.downloaded("once.txt"), content) {
				t.Error("other bytes arrived")
			}
			s.mustCount(t, id, 1)
			if name == "" {
				recipient.mustKeepPermission(3, key)
			}
		})
	}
}

// A page that is reloaded in the middle, and another tab, go on where the download was; it is counted once.
func TestReloadInTheMiddle(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for name, again := range map[string]func(p *profile, link string) *profile{
		"reload": func(p *profile, _ string) *profile {
			p.goAgain()
			return p
		},
		"another tab": func(p *profile, link string) *profile {
			other := p.tab()
			other.goTo(link)
			return other
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, content := randomFile(t, "long.bin", 12<<20)
			id, key := s.keepOnce(t, "long.bin", content, "")
			var mu sync.Mutex
			var ranges []string
			stalled := make(chan struct{})
			t.Cleanup(func() { close(stalled) })
			origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
				if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/") {
					return w
				}
				mu.Lock()
				defer mu.Unlock()
				ranges = append(ranges, r.Header.Get("Range"))
				if len(ranges) == 1 {
					return &stallingWriter{ResponseWriter: w, left: 5<<20 + 64<<10, until: stalled, gone: r.Context().Done()}
				}
				return w
			})

			recipient := open(t, usual)
			link := origin + "/d/#" + id + "/" + key
			recipient.goTo(link)
			recipient.click(receiveIt)
			recipient.see(`[data-view="working"]`)
			kept := recipient.kept()
			for end := time.Now().Add(patience); !strings.HasSuffix(kept, ",5]") && time.Now().Before(end); {
				time.Sleep(20 * time.Millisecond)
				kept = recipient.kept()
			}
			if strings.Contains(kept, key) || !strings.HasSuffix(kept, ",5]") {
				t.Errorf("in the middle the browser keeps %s", kept)
			}

			recipient = again(recipient, link)
			recipient.see(begun)
			if said := recipient.text(begun); !strings.Contains(said, "5 MB of it are here") {
				t.Errorf("of what was begun the page says %q", said)
			}
			if !evaluate[bool](recipient, `document.querySelector("[data-cost]").hidden`) {
				t.Errorf("the page says of the button: %q", recipient.text("[data-cost]"))
			}
			recipient.click(receiveIt)
			recipient.see(received)
			if said := evaluate[string](recipient,
				fmt.Sprintf(`document.querySelector(%q).textContent`, subject)); !strings.Contains(said, "Going on") {
				t.Errorf("while it goes on the page says %q", said)
			}
			if !bytes.Equal(recipient.downloaded("long.bin"), content) {
				t.Error("other bytes arrived")
			}
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(ranges, " "); got != " bytes=5242880-" {
				t.Errorf("the requests were for %q", got)
			}
			s.mustCount(t, id, 1)
			recipient.mustKeepPermission(13, key)
		})
	}
}

// A download that was begun goes on when the browser was closed and is opened again.
func TestClosedBrowser(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	content := bytes.Repeat([]byte("closed "), 500_000)
	id, key := s.keepOnce(t, "closed.txt", content, "")
	dir := t.TempDir()
	before := openIn(t, dir, usual)
	before.goTo(s.URL + "/d/#" + id + "/" + mistyped(key))
	before.click(receiveIt)
	before.see(readyError)
	before.close()

	after := openIn(t, dir, usual)
	after.goTo(s.URL + "/d/#" + id + "/" + key)
	after.see(begun)
	if said := after.text(begun); !strings.Contains(said, "3.3 MB of it are here") {
		t.Errorf("of what was begun the page says %q", said)
	}
	after.click(receiveIt)
	after.see(received)
	if !bytes.Equal(after.downloaded("closed.txt"), content) {
		t.Error("other bytes arrived")
	}
	s.mustCount(t, id, 1)
}

// Two tabs that open the same link and are both told to receive it share one download.
func TestTwoTabsAtOnce(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	_, content := randomFile(t, "both.bin", 3<<20)
	id, key := s.keepOnce(t, "both.bin", content, "")
	first := open(t, usual)
	second := first.tab()
	for _, tab := range []*profile{first, second} {
		tab.goTo(s.URL + "/d/#" + id + "/" + key)
		tab.see(receiveIt)
	}
	for _, tab := range []*profile{first, second} {
		evaluate[bool](tab, fmt.Sprintf(`(document.querySelector(%q).click(), true)`, receiveIt))
	}
	for _, tab := range []*profile{first, second} {
		tab.await(fmt.Sprintf(`[%q, %q].some((title) => document.querySelector(title).checkVisibility())`,
			received, goneTitle))
	}
	s.mustCount(t, id, 1)
	if !bytes.Equal(first.downloaded("both.bin"), content) {
		t.Error("other bytes arrived")
	}
}

// Of two tabs that receive the same each keeps what arrives, also where one alone can write into the file; and what
// they kept outlives the browser, however that ends.
func TestSecondTabKeepsWhatArrives(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	_, content := randomFile(t, "both.bin", 16<<20)
	id, key := s.keepOnce(t, "both.bin", content, "")
	var mu sync.Mutex
	asked := 0
	stalled := make(chan struct{})
	t.Cleanup(func() { close(stalled) })
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/") {
			return w
		}
		mu.Lock()
		defer mu.Unlock()
		if asked++; asked > 2 {
			return w
		}
		return &stallingWriter{ResponseWriter: w, left: 5<<20 + 64<<10, until: stalled, gone: r.Context().Done()}
	})
	link := origin + "/d/#" + id + "/" + key
	dir := t.TempDir()
	first := openIn(t, dir, usual)
	first.tolerate("")
	tabs := []*profile{first, first.tab()}
	for i, tab := range tabs {
		tab.goTo(link)
		tab.click(receiveIt)
		pieces := fmt.Sprintf(",%d]", 5*(i+1))
		kept := ""
		for end := time.Now().Add(patience); !strings.HasSuffix(kept, pieces); kept = tab.kept() {
			if time.Now().After(end) {
				t.Fatalf("in the middle of tab %d the browser keeps %s", i+1, kept)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	first.kill()

	after := openIn(t, dir, usual)
	after.goTo(link)
	after.see(begun)
	if said := after.text(begun); !strings.Contains(said, "10 MB of it are here") {
		t.Errorf("of what was begun the page says %q", said)
	}
	after.click(receiveIt)
	after.see(received)
	if !bytes.Equal(after.downloaded("both.bin"), content) {
		t.Error("other bytes arrived")
	}
	s.mustCount(t, id, 1)
	after.mustKeepPermission(17, key)
}

// Only the service itself ends a download that was begun; a page of something before it does not.
func TestOnlyTheServiceEndsWhatWasBegun(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	content := bytes.Repeat([]byte("begun "), 100_000)
	var mu sync.Mutex
	status, answer, asked := http.StatusNotFound, "<h1>Not here</h1>", 0
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if !strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/") {
			return w
		}
		mu.Lock()
		defer mu.Unlock()
		asked++
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
		return nil
	})
	id, key := s.keepOnce(t, "begun.txt", content, `{"files":[{"name":"begun.txt","size":600000}]}`)
	recipient := open(t, usual)
	recipient.tolerate("the server responded with a status of")
	// ask asks for the bytes once more, and has seen the request.
	ask := func(code int, text string) {
		t.Helper()
		mu.Lock()
		status, answer = code, text
		before := asked
		mu.Unlock()
		recipient.click(receiveIt)
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			mu.Lock()
			done := asked > before
			mu.Unlock()
			if done {
				return
			}
		}
		t.Fatal("the page asked for nothing")
	}

	recipient.goTo(origin + "/d/#" + id + "/" + key)
	for _, code := range []int{http.StatusNotFound, http.StatusForbidden, http.StatusGone} {
		ask(code, answer)
		recipient.see(readyError)
		recipient.see(begun)
		recipient.mustHaveLeft("none, besides this one")
	}
	s.mustCount(t, id, 1)
	if kept := recipient.kept(); kept == nothingKept {
		t.Error("a page of something before the service made the browser forget the download")
	}

	ask(http.StatusGone, `{"code":"permit_spent","detail":"x"}`)
	recipient.see(goneTitle)
	if said := recipient.text(goneTitle); said != "This download was begun again too often" {
		t.Errorf("when the service goes on with it no more, the page says %q", said)
	}
	if said := recipient.text(goneText); !strings.Contains(said, "ask the sender to send it again") {
		t.Errorf("when the service goes on with it no more, the page says %q", said)
	}
	if kept := recipient.kept(); kept != nothingKept {
		t.Errorf("when the service goes on with it no more, the browser keeps %s", kept)
	}
}

// stallingWriter stops after some bytes of a body, until it is told to go on or the client is gone.
type stallingWriter struct {
	http.ResponseWriter
	left        int
	until, gone <-chan struct{}
}

func (w *stallingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		_ = http.NewResponseController(w.ResponseWriter).Flush() // what was written so far
		select {
		case <-w.until:
		case <-w.gone:
		}
	}
	return w.ResponseWriter.Write(p)
}
