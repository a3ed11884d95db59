package browser

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// What the pages are made of, for these tests.
const (
	fileInput   = `#files`
	textTab     = `#tab-text`
	textBox     = `#text`
	tokenInput  = `#token`
	optionsLine = `send-options summary`
	noteLine    = `note-field summary`
	submit      = `form[data-view="compose"] [type="submit"]`
	accepted    = `.token-state.good`
	linkInput   = `sent-transfer > copy-field input`
	receiveIt   = `form[data-view="ready"] [type="submit"]`
	keyInput    = `#key`
	readyError  = `form[data-view="ready"] error-note > div`
	received    = `#done-title`
	shownText   = `.shown-text`
	goneTitle   = `#gone-title`
	sendingDone = `#sent-title`
)

// goSend opens the send page and enters the token.
func (p *profile) goSend(s *server) {
	p.t.Helper()
	p.goTo(s.URL + "/")
	p.see(tokenInput)
	// As people paste it: in quotes, and with a zero-width space.
	p.enter(tokenInput, "\"\u200b"+s.Token+"\" "+kb.Tab)
	p.see(accepted)
}

// sendFile sends a file, or several as one, and returns its link.
func (p *profile) sendFile(s *server, paths ...string) string {
	p.t.Helper()
	p.goSend(s)
	p.choose(fileInput, paths...)
	p.click(submit)
	return p.value(linkInput)
}

// sendText sends a text and returns its link.
func (p *profile) sendText(s *server, text string) string {
	p.t.Helper()
	p.goSend(s)
	p.click(textTab)
	p.enter(textBox, text)
	p.click(submit)
	return p.value(linkInput)
}

// chooseDownloads sets the download limit before sending.
func (p *profile) chooseDownloads(limit string) {
	p.t.Helper()
	p.click(optionsLine)
	p.click(fmt.Sprintf(`input[name="downloads"][value="%s"]`, limit))
}

var linkForm = regexp.MustCompile(`^(http://[^/]+)/d/#([0-9a-f]{12,})/([A-Za-z0-9_-]{43})$`)

func partsOf(t *testing.T, link string) (id, key string) {
	t.Helper()
	m := linkForm.FindStringSubmatch(link)
	if m == nil {
		t.Fatalf("not a link of the new form: %s", link)
	}
	return m[2], m[3]
}

func randomFile(t *testing.T, name string, size int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, size)
	_, _ = rand.Read(content) // never fails
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, content
}

func TestFileFromOneProfileToAnother(t *testing.T) {
	for _, c := range []struct {
		name string
		size int
	}{
		{"one request", 300_000},
		{"20 MB in parts", 20 << 20},
		{"40 MB as a stream", 40 << 20},
		{"nothing in it", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBrowser(t)
			s := serve(t)
			const name = "Zürich canary-7e2b report.bin"
			path, content := randomFile(t, name, c.size)
			if c.size > 0 {
				copy(content, "canary of the plaintext 93c1")
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}

			sender := open(t, usual)
			link := sender.sendFile(s, path)
			id, key := partsOf(t, link)

			recipient := open(t, usual)
			recipient.goTo(link)
			recipient.click(receiveIt)
			recipient.see(received)
			if got := recipient.downloaded(name); !bytes.Equal(got, content) {
				t.Errorf("%d bytes arrived that are not the %d that were sent", len(got), len(content))
			}
			if address := recipient.address(); strings.Contains(address, key) || strings.Contains(address, id) {
				t.Errorf("after decrypting, the address bar still has %s", address)
			}

			sender.mustHaveAsked("/api/transfers/complete/" + id)
			recipient.mustHaveAsked("/api/presigned/bytes/")
			secrets := map[string]string{
				"the key": key, "the file name": "canary-7e2b", "the content": "canary of the plaintext 93c1",
			}
			for _, p := range []*profile{sender, recipient} {
				p.mustNotHaveSaid(secrets)
				p.mustHaveStayedAt(s.URL)
			}
			secrets["the access token"] = s.Token
			s.mustNotKnow(t, secrets)
		})
	}
}

func TestTextByKeyboardAlone(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const text = "The door code is 4711.\n<b>Not markup</b> & ünïcode 写真"

	sender := open(t, usual)
	sender.goTo(s.URL + "/")
	sender.see(tokenInput)
	sender.tabTo(`#tab-files`)
	sender.press(kb.ArrowRight) // to the text
	sender.tabTo(textBox)
	sender.enter(textBox, text)
	sender.tabTo(optionsLine)
	sender.press(kb.Enter)
	sender.tabTo(`input[name="expiry"]`)
	sender.press(kb.ArrowLeft) // 1 day
	sender.tabTo(`input[name="downloads"]`)
	sender.press(kb.ArrowLeft) // once
	sender.tabTo(tokenInput)
	sender.press(s.Token)
	sender.tabTo(submit)
	sender.press(kb.Enter)
	sender.see(sendingDone)
	sender.await(`document.activeElement?.id === "sent-title"`) // the focus is at what has happened
	link := sender.value(linkInput)
	id, key := partsOf(t, link)
	if hint := s.info(t, id).Hint; hint != "text/plain" {
		t.Errorf("hint %q", hint)
	}

	recipient := open(t, screen{width: 390, height: 844, phone: true})
	recipient.goTo(link)
	recipient.see(receiveIt)
	recipient.tabTo(receiveIt)
	recipient.press(kb.Enter)
	recipient.see(shownText)
	if got := evaluate[string](recipient, `document.querySelector(".shown-text").textContent`); got != text {
		t.Errorf("arrived as %q", got)
	}
	secrets := map[string]string{"the text": "door code", "the key": key}
	sender.mustNotHaveSaid(secrets)
	recipient.mustNotHaveSaid(secrets)
	s.mustNotKnow(t, secrets)
	if kept := evaluate[string](sender, `JSON.stringify({...localStorage, ...sessionStorage})`); kept != "{}" {
		t.Errorf("the page kept %s", kept)
	}
}

func TestFilesAsArchive(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	sender := open(t, usual)
	sender.prefer("de")
	one, _ := randomFile(t, "one.bin", 1000)
	two, _ := randomFile(t, "two.bin", 2000)
	link := sender.sendFile(s, one, two)
	if said := sender.text(sentSubject); !strings.HasPrefix(said, "2 Dateien, ") {
		t.Errorf("the sender is told of %q", said)
	}

	// Who receives them reads nothing in the sender's language.
	recipient := open(t, usual)
	recipient.prefer("fr")
	recipient.goTo(link)
	recipient.click(receiveIt)
	recipient.see(filesTitle)
	title, said := recipient.text(filesTitle), recipient.text(`[data-view="files"] [data-subject]`)
	if title != "2 fichiers" || !strings.HasPrefix(said, "2,9") {
		t.Errorf("the recipient is told %q, %q", title, said)
	}
	recipient.click(saveAll)
	mustHoldFiles(t, recipient.downloaded("files.zip"), map[string]string{"one.bin": one, "two.bin": two})
}

func TestVisitsSpendNothingAndLimitsHold(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	sender := open(t, usual)
	sender.goSend(s)
	path, content := randomFile(t, "once.bin", 1000)
	sender.choose(fileInput, path)
	sender.chooseDownloads("1")
	sender.click(submit)
	link := sender.value(linkInput)
	id, _ := partsOf(t, link)

	recipient := open(t, usual)
	for range 3 {
		recipient.goAfresh(link)
		recipient.see(receiveIt)
	}
	if n := s.info(t, id).Downloads; n != 0 {
		t.Fatalf("three visits were counted as %d downloads", n)
	}
	if cost := recipient.text(`[data-cost]`); !strings.Contains(cost, "last download") {
		t.Errorf("nothing says that it is the last download, but %q", cost)
	}
	recipient.click(receiveIt)
	recipient.see(received)
	if !bytes.Equal(recipient.downloaded("once.bin"), content) {
		t.Error("other bytes arrived")
	}

	late := open(t, usual)
	late.goTo(link)
	late.see(goneTitle)
	if title := late.text(goneTitle); title != "All downloads are used" {
		t.Errorf("too late, the page says %q", title)
	}
	late.audit("all downloads are used")
}

func TestWrongKey(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	sender := open(t, usual)
	link := sender.sendText(s, "for whoever has the key")
	id, key := partsOf(t, link)
	withoutKey := s.URL + "/d/#" + id

	recipient := open(t, usual)
	recipient.goTo(withoutKey)
	recipient.see(keyInput)
	recipient.enter(keyInput, "not a key")
	recipient.click(receiveIt)
	recipient.see(readyError)
	if said := recipient.text(readyError); !strings.Contains(said, "not a whole key") {
		t.Errorf("for what is no key the page says %q", said)
	}
	if n := s.info(t, id).Downloads; n != 0 {
		t.Errorf("what is no key was spent %d downloads on", n)
	}

	setKey := func(key string) {
		evaluate[bool](recipient, fmt.Sprintf(`document.querySelector(%q).value = "", true`, keyInput))
		recipient.enter(keyInput, key)
		recipient.click(receiveIt)
	}
	setKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
	recipient.see(readyError)
	if said := recipient.text(readyError); !strings.Contains(said, "The key does not fit") {
		t.Errorf("for a wrong key the page says %q", said)
	}
	s.mustCount(t, id, 0)
	setKey("“" + key + "”\u200b")
	recipient.see(shownText)
	s.mustCount(t, id, 1)

	// A key that lost its end on the way is not mistaken for one that does not fit.
	recipient.goAfresh(link[:len(link)-3])
	recipient.see(readyError)
	if said := recipient.text(readyError); !strings.Contains(said, "not whole") {
		t.Errorf("for a cut link the page says %q", said)
	}
}

func TestSenderDeletes(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for _, later := range []bool{false, true} {
		sender := open(t, usual)
		link := sender.sendText(s, "to be deleted")
		id, _ := partsOf(t, link)
		if later {
			sender.click(`sent-transfer details summary`)
			private := sender.value(`sent-transfer details copy-field input`)
			sender.goAfresh(private[:len(private)-5])
			sender.see(`send-page > error-note b`)
			if said := sender.text(`send-page > error-note`); !strings.Contains(said, "not whole") {
				t.Errorf("for a cut link the sender's page says %q", said)
			}
			sender.goAfresh(private)
			sender.see(`transfer-status .facts dd`)
			if address := sender.address(); address != s.URL+"/#manage/"+id {
				t.Errorf("the secret stays in the address bar, or which transfer it is does not: %s", address)
			}
		}
		sender.click(`transfer-status .danger`)
		sender.await(`document.activeElement?.innerText === "Keep it"`)
		sender.click(`dialog .danger`)
		sender.await(`document.querySelector("transfer-status .facts").innerText.includes("Deleted")`)
		if title := sender.text(sendingDone); title != "Deleted" {
			t.Errorf("after deleting, the sender's page is called %q", title)
		}
		if later {
			sender.audit("deleted")
		}
		if evaluate[bool](sender, isVisible(`.seal:not(.plain)`)+` || `+isVisible(linkInput)) {
			t.Error("after deleting, the sender's page shows a tick, or the link")
		}
		if status := s.info(t, id).Status; status != "deleted" {
			t.Errorf("after deleting, the transfer is %s", status)
		}
		recipient := open(t, usual)
		recipient.goTo(link)
		recipient.see(goneTitle)
		if title := recipient.text(goneTitle); title != "The sender has deleted this" {
			t.Errorf("after deleting, the page says %q", title)
		}
		if later {
			recipient.audit("deleted, for who has the link")
		}
	}
}

// A link is read as it comes, pasted or followed; what came where the server sees it is in the fragment at once.
func TestDisfiguredLinks(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	v := readVectors(t)
	sealed, _ := hex.DecodeString(v.V1[0].Sealed)
	key := v.V1[0].Key
	id := s.keep(t, sealed, "text/plain", "")
	place := s.URL + "/d/#" + id + "/" + key
	recipient := open(t, usual)

	paste := func(text string) {
		recipient.goAfresh(s.URL + "/d/")
		recipient.see(`#link`)
		evaluate[bool](recipient, fmt.Sprintf(`(document.querySelector("#link").value = %q), true`, text))
		recipient.click(`form[data-view="ask"] [type="submit"]`)
	}
	for _, w := range v.Wrappings {
		if strings.HasPrefix(w.Around, "https:") || w.Around == "" {
			continue // the tests of the reader have them
		}
		paste(strings.ReplaceAll(w.Around, "{}", place))
		recipient.see(receiveIt)
		if !evaluate[bool](recipient, `document.querySelector("[data-key]").hidden`) {
			t.Errorf("%s: the key was not read", w.Name)
		}
	}
	paste(place + " and " + s.URL + "/d/#ffffffffffff/" + key)
	recipient.see(`form[data-view="ask"] error-note > div`)
	if said := recipient.text(`form[data-view="ask"] error-note > div`); !strings.Contains(said, "more than one link") {
		t.Errorf("for two links the page says %q", said)
	}

	recipient.tolerate("404")
	for path, exposed := range map[string]bool{
		"/d/##" + id + "/" + key:                                     false,
		"/d/#" + id + "%2F" + key + ").":                             false,
		"/nothing/here/#" + id + "/" + key:                           false,
		"/d/" + id + "%23" + key:                                     true,
		"/d/%23" + id + "/" + key:                                    true,
		"/d/%23" + id + "%2F" + key + "%3E":                          true,
		"/x?to=https%3A%2F%2Fx.example%2Fd%2F%23" + id + "%2F" + key: true,
	} {
		recipient.goAfresh(s.URL + path)
		isLost := exposed && !strings.HasPrefix(path, "/d/"+id)
		if isLost {
			recipient.see(`[data-open]`)
			if got := recipient.address(); got != place {
				t.Errorf("%s: the address is %s", path, got)
			}
			recipient.click(`[data-open]`)
		}
		recipient.see(receiveIt)
		if got := recipient.address(); got != place {
			t.Errorf("%s: the address is %s", path, got)
		}
		isHidden := evaluate[bool](recipient, `document.querySelector("[data-exposed]").hidden`)
		if isHidden == (exposed && !isLost) {
			t.Errorf("%s: that the server got the key is hidden: %v", path, isHidden)
		}
	}
	recipient.click(receiveIt)
	recipient.see(shownText)
	s.mustNotKnow(t, map[string]string{"the key": key})
}

func TestOldLinks(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	v := readVectors(t)
	sealed := map[string][]byte{}
	for _, vector := range v.V1 {
		sealed[vector.Name], _ = hex.DecodeString(vector.Sealed)
	}
	key := v.V1[0].Key
	a := s.keep(t, sealed["layout A"], "application/octet-stream", "")
	b := s.keep(t, sealed["layout B"], "application/octet-stream", "")
	raw := s.keep(t, sealed["no envelope"], "text/plain", "")
	recipient := open(t, usual)
	for _, link := range []string{
		"/send/v0/v0.1/v0.1.4/download.html?token=community-x#" + a + "/" + key,
		"/en/download/#" + b + "/" + key,
		"/pt-pt/browse/#\"" + b + "/" + key + "\"",
		"/en/gallery/#" + a + "/" + key + "|folder/photo.jpg",
		"/en/v/#" + a + "/" + key,
		"/d/" + a + "#" + key,
	} {
		recipient.goAfresh(s.URL + link)
		recipient.see(receiveIt)
		if strings.Contains(recipient.address(), "token=") {
			t.Errorf("%s: the token stays in the address bar", link)
		}
		recipient.click(receiveIt)
		recipient.see(received)
		if got := recipient.downloaded("a.txt"); string(got) != "hello" {
			t.Errorf("%s: %q arrived", link, got)
		}
	}

	recipient.goAfresh(s.URL + "/send/v0/v0.1/v0.1.4/download.html?id=" + raw)
	recipient.see(keyInput)
	recipient.enter(keyInput, key)
	recipient.click(receiveIt)
	recipient.see(shownText)
	if got := recipient.text(shownText); got != "hello" {
		t.Errorf("a text without envelope arrived as %q", got)
	}

	friendly := v.Friendly[0]
	s.keep(t, sealWith(t, friendly.Key, "SGMETA\x00\x00\x00\x00\x14{\"filename\":\"b.txt\"}friend"), "", friendly.ID)
	recipient.goAfresh(s.URL + "/en/download/#" + friendly.Token)
	recipient.click(receiveIt)
	recipient.see(received)
	if got := recipient.downloaded("b.txt"); string(got) != "friend" {
		t.Errorf("by a friendly token %q arrived", got)
	}
}

// A connection that is lost in the middle costs nothing: the download goes on where it stopped, and is counted once.
func TestLostConnection(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	path, content := randomFile(t, "long.bin", 12<<20)
	sender := open(t, usual)
	link := sender.sendFile(s, path)
	id, _ := partsOf(t, link)

	var cut, resumed atomic.Int32
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/") {
			return w
		}
		if r.Header.Get("Range") != "" {
			resumed.Add(1)
		}
		if cut.Add(1) == 1 {
			return &cuttingWriter{ResponseWriter: w, left: 5<<20 + 123}
		}
		return w
	})

	recipient := open(t, usual)
	recipient.tolerate("ERR_CONTENT_LENGTH_MISMATCH")
	recipient.tolerate("ERR_INCOMPLETE_CHUNKED_ENCODING")
	recipient.goTo(origin + strings.TrimPrefix(link, s.URL))
	recipient.click(receiveIt)
	recipient.see(received)
	if !bytes.Equal(recipient.downloaded("long.bin"), content) {
		t.Error("other bytes arrived")
	}
	if resumed.Load() == 0 {
		t.Error("the download was not picked up where it stopped")
	}
	if n := s.info(t, id).Downloads; n != 1 {
		t.Errorf("one download in two pieces was counted as %d", n)
	}
}

// A part that fails is sent again; what was sent is not.
func TestFailedPart(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	var failed atomic.Int32
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if r.Method == http.MethodPut && failed.Add(1) <= 2 {
			_, _ = io.Copy(io.Discard, r.Body)
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return nil
		}
		return w
	})
	direct := s.URL
	s.URL = origin
	path, content := randomFile(t, "parts.bin", 25<<20)
	sender := open(t, usual)
	sender.tolerate("503")
	link := sender.sendFile(s, path)
	if n := failed.Load(); n != 26+2 {
		t.Errorf("26 parts, two of them twice, took %d requests", n)
	}

	recipient := open(t, usual)
	recipient.goTo(direct + strings.TrimPrefix(link, origin))
	recipient.click(receiveIt)
	recipient.see(received)
	if !bytes.Equal(recipient.downloaded("parts.bin"), content) {
		t.Error("other bytes arrived")
	}
}

// Cancelling gives everything back as it was, and leaves nothing on the server.
func TestCancel(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	var stuck atomic.Int32
	s.URL = s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if r.Method == http.MethodPut && stuck.Add(1) > 1 {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return nil
		}
		return w
	})
	path, _ := randomFile(t, "cancelled.bin", 45<<20)
	p := open(t, usual)
	p.goSend(s)
	title := evaluate[string](p, `document.title`)
	p.choose(fileInput, path)
	p.click(submit)
	p.await(`document.querySelector(".meter-percent").innerText !== "0%"`)
	p.click(`[data-cancel]`)
	p.see(submit)
	// The first part had arrived. It goes too, and so does what might still be on its way.
	left := s.stored(t)
	for end := time.Now().Add(patience); left > 1<<20 && time.Now().Before(end); left = s.stored(t) {
		time.Sleep(50 * time.Millisecond)
	}
	if left > 1<<20 {
		t.Errorf("%d bytes are left on the server", left)
	}
	if now := evaluate[string](p, `document.title`); now != title {
		t.Errorf("the title stays %q", now)
	}
	if files := p.text(`.files`); !strings.Contains(files, "cancelled.bin") {
		t.Errorf("the choice is gone: %q", files)
	}
}

func TestExpired(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	sealed := sealWith(t, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "gone soon")
	var id string
	var over time.Time
	for life := 2 * time.Second; ; life *= 2 { // until it is complete before it is over
		over = time.Now().Add(life)
		kept, err := s.keepUntil(t, sealed, "text/plain", "", over)
		if err == nil {
			id = kept
			break
		}
		if life > time.Minute {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Until(over.Add(100 * time.Millisecond)))
	p := open(t, usual)
	p.tolerate("404") // the server may have forgotten it already
	p.goTo(s.URL + "/d/#" + id)
	p.see(goneTitle)
	if title := p.text(goneTitle); title != "This transfer has expired" {
		t.Errorf("after its time the page says %q", title)
	}
	p.audit("expired")
}

// cuttingWriter breaks the connection after some bytes of a body.
type cuttingWriter struct {
	http.ResponseWriter
	left int
}

func (c *cuttingWriter) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(p)
}

func TestWithoutTokenOrWithAWrongOne(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.goTo(s.URL + "/")
	p.see(tokenInput)
	path, _ := randomFile(t, "x.bin", 10)
	p.click(submit)
	p.see(`form[data-view="compose"] error-note > div`)
	if said := p.text(`form[data-view="compose"] error-note`); !strings.Contains(said, "Nothing chosen") {
		t.Errorf("with nothing chosen the page says %q", said)
	}
	p.audit("nothing chosen")
	p.choose(fileInput, path)
	p.click(submit)
	p.see(`.token-state.bad`)
	if said := p.text(`.token-state`); !strings.Contains(said, "Paste your access token") {
		t.Errorf("without a token the page says %q", said)
	}
	p.enter(tokenInput, "no-such-token"+kb.Tab)
	p.await(`document.querySelector(".token-state").innerText.includes("does not know that token")`)
	p.tolerate("401")
	p.click(submit)
	p.see(`form[data-view="compose"] error-note > div`)
	if said := p.text(`form[data-view="compose"] error-note`); !strings.Contains(said, "not accepted") {
		t.Errorf("with a wrong token the page says %q", said)
	}
	p.audit("a refused token")
}

// The browser passes the vectors that the Go implementation passes.
func TestVectorsInTheBrowser(t *testing.T) {
	inBrowser(t)
	modules := http.NewServeMux()
	modules.Handle("/assets/", http.FileServerFS(os.DirFS("../../../services/user/web")))
	modules.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<!doctype html>") })
	s := httptest.NewServer(modules)
	t.Cleanup(s.Close)
	p := open(t, usual)
	p.goTo(s.URL)
	raw, err := os.ReadFile(vectorsPath)
	if err != nil {
		t.Fatal(err)
	}
	quoted, _ := json.Marshal(string(raw))
	failures := evaluate[[]string](p,
		fmt.Sprintf("(async () => { const vectors = JSON.parse(%s); %s })()", quoted, vectorScript))
	for _, failure := range failures {
		t.Error(failure)
	}
}

// A large file goes straight to the disk, where the browser lets the person choose a place. A file picker cannot be
// operated from here, so the page gets one that chooses a file in its own storage.
func TestLargeFileStraightToDisk(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	path, content := randomFile(t, "large.bin", 70<<20)
	sender := open(t, usual)
	link := sender.sendFile(s, path)

	recipient := open(t, usual)
	recipient.goTo(link)
	recipient.see(receiveIt)
	evaluate[bool](recipient, `(window.showSaveFilePicker = async ({ suggestedName }) => {
		window.suggested = suggestedName;
		const folder = await navigator.storage.getDirectory();
		return folder.getFileHandle(suggestedName, { create: true });
	}, true)`)
	recipient.click(receiveIt)
	recipient.click(`[data-pick]`)
	recipient.see(received)
	if name := evaluate[string](recipient, `window.suggested`); name != "large.bin" {
		t.Errorf("the suggested name is %q", name)
	}
	sum := evaluate[string](recipient, `(async () => {
		const folder = await navigator.storage.getDirectory();
		const file = await (await folder.getFileHandle("large.bin")).getFile();
		const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
		return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
	})()`)
	if want := fmt.Sprintf("%x", sha256.Sum256(content)); sum != want {
		t.Errorf("the file on disk is %s, not %s", sum, want)
	}
}
