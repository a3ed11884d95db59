package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/test/asking"
)

const (
	filesTitle      = `#files-title`
	filesSaved      = `[data-view="files"] [data-saved]`
	saveAll         = `[data-archive]`
	saveInFolder    = `[data-folder]`
	passphraseInput = `#passphrase`
	saveAgain       = `[data-view="done"] [data-actions] button`
	forget          = `[data-forget]`
)

// withoutPickers has pages in a browser that lets none write into a file that is chosen.
const withoutPickers = `delete window.showSaveFilePicker; delete window.showDirectoryPicker;`

// keepSealed makes a transfer that can be downloaded once, of a content under a key, or under a passphrase, too.
func (s *server) keepSealed(
	t *testing.T, secret envelope.Secret, meta envelope.Meta, content []byte, label envelope.Label,
) (id string) {
	t.Helper()
	var sealed bytes.Buffer
	if err := envelope.Encrypt(&sealed, secret, meta, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	id, err := s.create(t, sealed.Bytes(), map[string]any{
		"max_downloads": 1, "label": base64.StdEncoding.EncodeToString(envelope.SealLabel(secret, label)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// mustBeConfirmed says that the sender learns of one download that came to its end.
func (s *server) mustBeConfirmed(t *testing.T, id string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		res, err := asking.Client.Get(s.URL + "/api/transfers/info/" + id)
		if err != nil {
			t.Fatal(err)
		}
		var info struct {
			Completed int `json:"downloads_completed"`
		}
		err = json.NewDecoder(res.Body).Decode(&info)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if info.Completed == 1 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d downloads are confirmed, not 1", info.Completed)
		}
	}
}

// Where a browser lets no page write into a file, what is large goes through the service worker into a download of its
// own, as it arrives.
func TestLargeFileThroughTheServiceWorker(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const name = "large, ünd (1) 'quoted'.bin"
	_, content := randomFile(t, "x", 70<<20)
	key := envelope.NewKey()
	id := s.keepSealed(t, key, envelope.Meta{Filename: name}, content,
		envelope.Label{Files: []envelope.LabelFile{{Name: name, Size: int64(len(content))}}, Size: int64(len(content))})
	recipient := open(t, usual)
	recipient.must(recipient.Before(withoutPickers))
	recipient.goTo(s.URL + "/d/#" + id + "/" + key.String())
	recipient.click(receiveIt)
	recipient.see(received)
	if said := recipient.text(`[data-view="done"]`); !strings.Contains(said, "Look in your downloads") {
		t.Errorf("the page says %q", said)
	}
	if got := recipient.downloaded(name); !bytes.Equal(got, content) {
		t.Errorf("%d bytes arrived that are not the %d that were sent", len(got), len(content))
	}
	s.mustBeConfirmed(t, id)
	recipient.mustKeepPermission(0, key.String()) // it is large
	// The service worker has no part in anything else.
	scopes := evaluate[[]string](recipient,
		`navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => one.scope))`)
	if want := []string{s.URL + "/saving/"}; fmt.Sprint(scopes) != fmt.Sprint(want) {
		t.Errorf("the service workers have %q, not %q", scopes, want)
	}
	if evaluate[bool](recipient, `navigator.serviceWorker.controller !== null`) {
		t.Error("the page is the service worker's")
	}
	if caches := evaluate[[]string](recipient, `caches.keys()`); len(caches) != 0 {
		t.Errorf("there are caches: %q", caches)
	}

	recipient.click(saveAgain)
	recipient.see(received)
	if got := recipient.downloaded(name); !bytes.Equal(got, content) {
		t.Errorf("saved again it has %d bytes that are not the %d that were sent", len(got), len(content))
	}
	s.mustCount(t, id, 1)
}

// What was received can be had again in the same browser, by the page that is loaded anew and by the link, until the
// person has it forgotten; it is counted once. Nobody else can have it.
func TestReceivedIsHadAgain(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const name, words = "again.bin", "for your eyes"
	_, content := randomFile(t, "x", 2<<20)
	file := func(t *testing.T) (link, id string) {
		id, key := s.keepOnce(t, name, content, "")
		return s.URL + "/d/#" + id + "/" + key, id
	}
	for kind, one := range map[string]struct {
		make   func(t *testing.T) (link, id string)
		button string
		have   func(p *profile)
	}{
		"file": {file, "Save again", func(p *profile) {
			p.see(received)
			if !bytes.Equal(p.downloaded(name), content) {
				p.t.Error("other bytes arrived")
			}
		}},
		"text": {func(t *testing.T) (link, id string) {
			var sealed bytes.Buffer
			key := envelope.NewKey()
			text := strings.NewReader(words)
			if err := envelope.Encrypt(&sealed, key, envelope.Meta{}, text, int64(len(words))); err != nil {
				t.Fatal(err)
			}
			id, err := s.create(t, sealed.Bytes(), map[string]any{"max_downloads": 1, "content_type_hint": "text/plain"})
			if err != nil {
				t.Fatal(err)
			}
			return s.URL + "/d/#" + id + "/" + key.String(), id
		}, "Show again", func(p *profile) {
			p.see(`.shown-text`)
			if said := p.text(`.shown-text`); said != words {
				p.t.Errorf("%q arrived", said)
			}
		}},
		"several": {func(t *testing.T) (link, id string) {
			link, id, _ = s.several(t)
			return link, id
		}, "Save again", func(p *profile) {
			p.see(filesTitle)
			p.click(saveAll)
			p.await(fmt.Sprintf(`document.querySelector(%q)?.innerText.startsWith("All is saved")`, filesSaved))
			p.downloaded("papers.zip")
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			link, id := one.make(t)
			recipient := open(t, usual)
			recipient.must(recipient.Before(withoutPickers))
			recipient.goTo(link)
			recipient.click(receiveIt)
			one.have(recipient)
			again := func(how string) {
				t.Helper()
				recipient.see(begun)
				if said := recipient.text(begun); !strings.Contains(said, "You have received this. Until") {
					t.Errorf("%s: of what was received the page says %q", how, said)
				}
				if said := recipient.text(receiveIt); said != one.button {
					t.Errorf("%s: the button says %q", how, said)
				}
				recipient.click(receiveIt)
				one.have(recipient)
				s.mustCount(t, id, 1)
				if at := recipient.address(); at != s.URL+"/d/" {
					t.Errorf("%s: the address is %s", how, at)
				}
			}
			for range 2 { // more often than the budget of a permit would last
				recipient.goAgain()
				again("loaded anew")
			}
			if kind == "file" {
				recipient.audit("received, to be had again")
			}
			recipient.goAfresh(link)
			again("by the link")
			s.mustBeConfirmed(t, id)

			stranger := open(t, usual)
			stranger.goTo(link)
			stranger.see(goneTitle)
			if said := stranger.text(goneTitle); said != "All downloads are used" {
				t.Errorf("to somebody else the page says %q", said)
			}
			if kind == "several" {
				return
			}

			recipient.click(forget)
			recipient.await(fmt.Sprintf(`document.querySelector(%q).hidden`, forget))
			if kept := recipient.kept(); kept != nothingKept {
				t.Errorf("what was to be forgotten is kept: %s", kept)
			}
			if state := evaluate[string](recipient, `JSON.stringify(history.state)`); state != "null" {
				t.Errorf("what was to be forgotten is in the history: %s", state)
			}
			recipient.goAgain()
			recipient.see(`#link`)
			recipient.goAfresh(link)
			recipient.see(goneTitle)
		})
	}
}

// A page that is loaded anew asks again for what did not come with the link.
func TestWhatWasTypedIsNotKept(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	id, key := s.keepOnce(t, "typed.txt", []byte("typed"), "")
	recipient := open(t, usual)
	recipient.goTo(s.URL + "/d/#" + id)
	recipient.enter(`#key`, key)
	recipient.click(receiveIt)
	recipient.see(received)
	recipient.downloaded("typed.txt")
	recipient.mustKeepPermission(1, key)
	recipient.goAgain()
	recipient.see(begun)
	recipient.see(`#key`)
	state := evaluate[string](recipient, `JSON.stringify(history.state) + location.href`)
	if strings.Contains(state, key) {
		t.Errorf("the key that was typed is kept: %s", state)
	}
	s.mustCount(t, id, 1)
}

// several makes a transfer of three files and an empty folder under one link.
func (s *server) several(t *testing.T) (link, id string, contents map[string][]byte) {
	t.Helper()
	contents = map[string][]byte{}
	var entries []envelope.Entry
	for path, size := range map[string]int{"a/one.txt": 3, "a/b/large.bin": 5 << 20, "ünd/zwei.bin": 2<<20 + 5} {
		_, contents[path] = randomFile(t, "x", size)
		entries = append(entries, envelope.Entry{Path: path, Size: int64(size), Mode: 0o640})
	}
	entries = append(entries, envelope.Entry{Path: "nothing/"})
	index, err := envelope.NewIndex(entries)
	if err != nil {
		t.Fatal(err)
	}
	all := index.Content(func(entry int) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(contents[index.Entries[entry].Path])), nil
	})
	content, err := io.ReadAll(all)
	if err != nil {
		t.Fatal(err)
	}
	key := envelope.NewKey()
	id = s.keepSealed(t, key, envelope.FilesMeta("papers"), content, index.Label(""))
	return s.URL + "/d/#" + id + "/" + key.String(), id, contents
}

// Of several files under one link each can be had without the others, and all as one archive: one download.
func TestSeveralFiles(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	link, id, contents := s.several(t)
	var mu sync.Mutex
	var fetched int
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/") {
			return &countingWriter{w, &mu, &fetched}
		}
		return w
	})
	recipient := open(t, usual)
	recipient.must(recipient.Before(withoutPickers))
	recipient.goTo(origin + strings.TrimPrefix(link, s.URL))
	recipient.click(receiveIt)
	recipient.see(filesTitle)
	if said := recipient.text(filesTitle); said != "3 files" {
		t.Errorf("the title is %q", said)
	}
	recipient.audit("several files")
	since := func() int {
		mu.Lock()
		defer mu.Unlock()
		n := fetched
		fetched = 0
		return n
	}
	since()
	recipient.click(`[aria-label="Save ünd/zwei.bin"]`)
	recipient.see(filesSaved)
	if !bytes.Equal(recipient.downloaded("zwei.bin"), contents["ünd/zwei.bin"]) {
		t.Error("other bytes arrived")
	}
	s.mustCount(t, id, 1)
	if n := since(); n > 4<<20 {
		t.Errorf("for a file of 2 MiB %d bytes were fetched", n)
	}

	recipient.click(saveAll)
	recipient.await(fmt.Sprintf(`document.querySelector(%q)?.innerText.startsWith("All is saved")`, filesSaved))
	mustHoldAll(t, recipient.downloaded("papers.zip"), contents, "nothing/")
	s.mustCount(t, id, 1)
	s.mustBeConfirmed(t, id)
	if n := since(); n > 6<<20 {
		t.Errorf("for the rest of 7 MiB %d bytes were fetched: what was here was fetched again", n)
	}

	recipient.click(`[data-forget-all]`)
	recipient.see(goneTitle) // what it counted as was all there was
	if kept := recipient.kept(); kept != nothingKept {
		t.Errorf("what was to be forgotten is kept: %s", kept)
	}
}

// countingWriter counts what goes out of an answer.
type countingWriter struct {
	http.ResponseWriter
	mu *sync.Mutex
	n  *int
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	*w.n += n
	return n, err
}

// Several files go into a folder of their own, beside what is in the one that was chosen. A picker cannot be operated
// from here, so the page gets one that chooses a folder in its own storage.
func TestSeveralFilesIntoAFolder(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	link, id, contents := s.several(t)
	recipient := open(t, usual)
	recipient.must(recipient.Before(`window.showDirectoryPicker = async () => {
		const root = await navigator.storage.getDirectory();
		const chosen = await root.getDirectoryHandle("chosen", { create: true });
		await chosen.getDirectoryHandle("Papers", { create: true });
		return chosen;
	};`))
	recipient.goTo(link)
	recipient.click(receiveIt)
	recipient.click(saveInFolder)
	recipient.await(fmt.Sprintf(`document.querySelector(%q)?.innerText.replace(/[\u2066-\u2069]/g, "")
		.includes("in the folder papers (2)")`, filesSaved)) // a name goes in its own direction
	found := evaluate[map[string]string](recipient, `(async () => {
		const found = {};
		const walk = async (folder, path) => {
			for await (const [name, handle] of folder.entries()) {
				if (handle.kind === "directory") {
					found[path + name + "/"] = "";
					await walk(handle, path + name + "/");
					continue;
				}
				const bytes = await (await handle.getFile()).arrayBuffer();
				const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
				found[path + name] = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
			}
		};
		await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle("chosen"), "");
		return found;
	})()`)
	want := map[string]string{"Papers/": "", "papers (2)/": "", "papers (2)/nothing/": ""}
	for path, content := range contents {
		want["papers (2)/"+path] = fmt.Sprintf("%x", sha256.Sum256(content))
		for i, char := range path {
			if char == '/' {
				want["papers (2)/"+path[:i+1]] = ""
			}
		}
	}
	if fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("in the folder is %v, not %v", found, want)
	}
	s.mustBeConfirmed(t, id)
}

// A wrong passphrase costs nothing; the right one shows what is waiting, and opens it.
func TestPassphrase(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const name, note, phrase = "canary-20c1.txt", "the note", "Ünd so weiter 4711"
	key := envelope.NewKey()
	locked, err := envelope.NewStretch().Lock(key, phrase)
	if err != nil {
		t.Fatal(err)
	}
	id := s.keepSealed(t, locked, envelope.Meta{Filename: name}, []byte("behind a passphrase"),
		envelope.Label{Files: []envelope.LabelFile{{Name: name, Size: 19}}, Size: 19, Note: note})
	recipient := open(t, usual)
	recipient.goTo(s.URL + "/d/#" + id + "/" + key.String())
	recipient.see(passphraseInput)
	said := recipient.text(`[data-view="ready"]`)
	if strings.Contains(said, "canary-20c1") || !strings.Contains(said, "your link and the passphrase together") {
		t.Errorf("before the passphrase the page says %q", said)
	}
	if strings.Contains(said, "the button does") {
		t.Errorf("to unlock it is said to cost a download: %q", said)
	}
	recipient.audit("passphrase")
	recipient.click(receiveIt)
	recipient.see(readyError)
	if said := recipient.text(readyError); !strings.Contains(said, "Type the passphrase") {
		t.Errorf("without a passphrase the page says %q", said)
	}
	recipient.enter(passphraseInput, "Und so weiter 4711")
	recipient.click(receiveIt)
	recipient.await(fmt.Sprintf(`document.querySelector(%q)?.innerText.includes("does not open it")`, readyError))
	recipient.audit("a wrong passphrase")
	s.mustCount(t, id, 0)
	evaluate[bool](recipient, fmt.Sprintf(`(document.querySelector(%q).value = "", true)`, passphraseInput))
	recipient.enter(passphraseInput, phrase)
	recipient.click(receiveIt)
	recipient.see(shownNote)
	if said := recipient.text(readyTitle); said != name+" is waiting for you" {
		t.Errorf("the title is %q", said)
	}
	s.mustCount(t, id, 0)
	recipient.click(receiveIt)
	recipient.see(received)
	if got := recipient.downloaded(name); string(got) != "behind a passphrase" {
		t.Errorf("%q arrived", got)
	}
	s.mustCount(t, id, 1)
	secrets := map[string]string{"the passphrase": "so weiter", "the key": key.String()}
	recipient.mustNotHaveSaid(secrets)
	s.mustNotKnow(t, secrets)
}

// impatient has what pages do after 20 seconds happen at once.
const impatient = `{
	const later = window.setTimeout;
	window.setTimeout = (task, wait, ...rest) => later(task, wait === 20_000 ? 300 : wait, ...rest);
}`

// Where nothing moves the page says so, on both sides.
func TestPagesSayThatNothingMoves(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	_, content := randomFile(t, "x", 2<<20)
	id, key := s.keepOnce(t, "still.bin", content, "")
	until := make(chan struct{})
	isStill := true
	var mu sync.Mutex
	s.URL = s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		mu.Lock()
		held := isStill
		if strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/") {
			isStill = false
		}
		mu.Unlock()
		switch {
		case !held:
		case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/transfers/upload/"):
			_, _ = io.Copy(io.Discard, r.Body) // before that nobody hears that the client is gone
			select {
			case <-until:
			case <-r.Context().Done():
			}
			return nil
		case strings.HasPrefix(r.URL.Path, "/api/presigned/bytes/"):
			return &stallingWriter{ResponseWriter: w, left: 1 << 20, until: until, gone: r.Context().Done()}
		}
		return w
	})
	t.Cleanup(func() { close(until) }) // before what is behind it is closed
	p := open(t, usual)
	const facts = `document.querySelector('[data-view="working"] .meter-facts').innerText`
	p.must(p.Before(impatient))
	p.goTo(s.URL + "/d/#" + id + "/" + key)
	p.click(receiveIt)
	p.await(facts + `.startsWith("Nothing has arrived for a while")`)
	p.audit("receive, nothing moves")
	p.click(`[data-view="working"] [data-cancel]`)
	p.click(receiveIt)
	p.see(received)
	if !bytes.Equal(p.downloaded("still.bin"), content) {
		t.Error("other bytes arrived")
	}
	s.mustCount(t, id, 1)

	mu.Lock()
	isStill = true
	mu.Unlock()
	path, _ := randomFile(t, "out.bin", 1<<20)
	p.goSend(s)
	p.choose(fileInput, path)
	p.click(submit)
	p.await(facts + `.startsWith("Nothing has gone out for a while")`)
	p.audit("send, nothing moves")
	p.click(`[data-view="working"] [data-cancel]`)
	p.see(submit)
}

// What is too large is said to be when it is chosen, and not first when it is to be sent.
func TestTooLargeIsSaidWhenItIsChosen(t *testing.T) {
	inBrowser(t)
	s := serve(t, "SEND__MAX_TRANSFER_BYTES=1MiB")
	small, _ := randomFile(t, "small.bin", 600<<10)
	other, _ := randomFile(t, "other.bin", 600<<10)
	p := open(t, usual)
	p.goSend(s)
	const note = `form[data-view="compose"] error-note`
	p.choose(fileInput, small)
	p.see(`.files li`)
	if said := p.text(note); said != "" {
		t.Errorf("of what is small enough the page says %q", said)
	}
	p.choose(fileInput, other)
	p.see(note + ` > div`)
	if said := p.text(note); !strings.Contains(said, "up to 1 MB can be sent at a time") {
		t.Errorf("of what is too large the page says %q", said)
	}
	p.audit("too large")
	p.click(`.files li button`)
	p.await(fmt.Sprintf(`document.querySelector(%q).innerText === ""`, note))
}
