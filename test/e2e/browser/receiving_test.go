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
)

const (
	filesTitle      = `#files-title`
	filesSaved      = `[data-view="files"] [data-saved]`
	saveAll         = `[data-archive]`
	saveInFolder    = `[data-folder]`
	passphraseInput = `#passphrase`
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
		res, err := http.Get(s.URL + "/api/transfers/info/" + id)
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
	recipient := open(t, desktop)
	recipient.must(recipient.before(withoutPickers))
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
	if kept := recipient.kept(); kept != nothingKept {
		t.Errorf("when it is done the browser keeps %s", kept)
	}
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
	recipient := open(t, desktop)
	recipient.must(recipient.before(withoutPickers))
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
	recipient := open(t, desktop)
	recipient.must(recipient.before(`window.showDirectoryPicker = async () => {
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
	recipient := open(t, desktop)
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
