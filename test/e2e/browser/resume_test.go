package browser

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

const (
	unfinished = `unfinished-uploads .unfinished`
	again      = `unfinished-uploads input[type="file"]`
	goOn       = `unfinished-uploads .button.primary`
)

// line stands between the pages and the server: it lets so many parts pass, and holds the others up.
type line struct {
	mu      sync.Mutex
	open    bool
	left    int            // parts that pass while it is not open
	heads   [][]byte       // how what was put as a first part began
	sums    map[string]int // how often the same bytes were put
	created int
}

// cut puts a line before a server.
func (s *server) cut(t *testing.T, parts int) *line {
	t.Helper()
	l := &line{left: parts, sums: map[string]int{}}
	s.URL = s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if r.URL.Path == "/api/transfers/create" {
			l.mu.Lock()
			l.created++
			l.mu.Unlock()
		}
		if r.Method != http.MethodPut {
			return w
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil
		}
		if !l.pass(body) {
			<-r.Context().Done()
			return nil
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		return w
	})
	return l
}

func (l *line) pass(body []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.HasPrefix(body, []byte("SGSEND\x00")) {
		l.heads = append(l.heads, body[:48])
	}
	if !l.open && l.left == 0 {
		return false
	}
	if !l.open {
		l.left--
	}
	l.sums[fmt.Sprintf("%x", sha256.Sum256(body))]++
	return true
}

func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = true
}

// begin sends a file until so many parts have arrived, and loads the page anew.
func (p *profile) begin(s *server, parts int, paths ...string) {
	p.t.Helper()
	p.goSend(s)
	p.choose(fileInput, paths...)
	p.click(submit)
	p.awaitSent(parts)
	p.reload(s)
}

// awaitSent waits until the browser knows of so many parts that they arrived.
func (p *profile) awaitSent(parts int) {
	p.t.Helper()
	p.await(fmt.Sprintf(`(async () => (await %s)[2] === %d)()`, rows, parts))
}

// reload loads the send page anew, and enters the token.
func (p *profile) reload(s *server) {
	p.t.Helper()
	p.goAfresh(s.URL + "/")
	p.see(unfinished)
	p.enter(tokenInput, s.Token+kb.Tab)
	p.see(accepted)
}

// An upload that a reload ended goes on with what has arrived, and the link is of the same transfer.
func TestUploadGoesOnAfterAReload(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	direct := s.URL
	l := s.cut(t, 2)
	path, content := randomFile(t, "long.bin", 45<<20)
	sender := open(t, usual)
	sender.begin(s, 2, path)
	if said := sender.text(unfinished + " h2"); said != "Go on sending long.bin (44%)" {
		t.Errorf("the page offers %q", said)
	}
	sender.audit("going on is offered")

	other, _ := randomFile(t, "other.bin", 1000)
	sender.choose(again, other)
	sender.see(unfinished + ` error-note > div`)
	if said := sender.text(unfinished + ` error-note`); !strings.Contains(said, "another file") {
		t.Errorf("for another file the page says %q", said)
	}
	l.mend()
	sender.choose(again, path)
	link := sender.value(linkInput)
	if evaluate[int](sender, `document.querySelectorAll("unfinished-uploads > *").length`) != 0 {
		t.Error("what is done is still offered")
	}

	for sum, times := range l.sums {
		if times > 1 {
			t.Errorf("a part was sent %d times: %s", times, sum)
		}
	}
	if len(l.sums) != 5 || l.created != 1 {
		t.Errorf("five parts of one transfer took %d parts of %d", len(l.sums), l.created)
	}
	recipient := open(t, usual)
	recipient.goTo(direct + strings.TrimPrefix(link, s.URL))
	recipient.click(receiveIt)
	recipient.see(received)
	if !bytes.Equal(recipient.downloaded("long.bin"), content) {
		t.Error("other bytes arrived")
	}

	sender.goAfresh(s.URL + "/")
	sender.see(accepted + `, ` + tokenInput)
	if n := evaluate[int](sender, kept); n != 0 {
		t.Errorf("%d rows are kept of what is done", n)
	}
}

// rows counts what the browser keeps of uploads: these, tags, and parts that arrived.
const rows = `(async () => {
	const request = indexedDB.open("sgraph-sending");
	const db = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
	const counts = ["uploads", "tags", "sent"].map((store) => new Promise((resolve) => {
		const count = db.transaction(store).objectStore(store).count();
		count.onsuccess = () => resolve(count.result);
	}));
	const all = await Promise.all(counts);
	db.close();
	return all;
})()`

// kept is how many rows there are of uploads.
const kept = `(async () => (await ` + rows + `).reduce((sum, count) => sum + count))()`

// A file that is another by now is not sealed under the nonces of the one that was begun.
func TestChangedFileStartsOver(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	direct := s.URL
	l := s.cut(t, 2)
	path, content := randomFile(t, "changed.bin", 45<<20)
	sender := open(t, usual)
	sender.begin(s, 2, path)

	content[44<<20] ^= 1 // in what had not left
	content[100]++       // and in what had
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l.mend()
	sender.choose(again, path)
	link := sender.value(linkInput)
	if len(l.heads) != 2 || bytes.Equal(l.heads[0][9:], l.heads[1][9:]) {
		t.Errorf("what changed was sent under the same salt: %x", l.heads)
	}
	if l.created != 1 {
		t.Errorf("it took %d transfers", l.created)
	}
	recipient := open(t, usual)
	recipient.goTo(direct + strings.TrimPrefix(link, s.URL))
	recipient.click(receiveIt)
	recipient.see(received)
	if !bytes.Equal(recipient.downloaded("changed.bin"), content) {
		t.Error("other bytes arrived")
	}
}

// A file of another size is sent anew: the label of what was begun says what it is not.
func TestFileOfAnotherSizeIsSentAnew(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	l := s.cut(t, 1)
	path, content := randomFile(t, "grown.bin", 40<<20)
	sender := open(t, usual)
	sender.begin(s, 1, path)
	content = append(content, 1)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l.mend()
	sender.choose(again, path)
	sender.see(`form[data-view="compose"] error-note > div`)
	if said := sender.text(`form[data-view="compose"] error-note`); !strings.Contains(said, "has changed") {
		t.Errorf("the page says %q", said)
	}
	sender.await(`document.querySelectorAll("unfinished-uploads > *").length === 0`)
	sender.click(submit)
	sender.value(linkInput)
	if l.created != 2 {
		t.Errorf("it took %d transfers", l.created)
	}
}

// Of two tabs one sends.
func TestTwoTabsDoNotBothGoOn(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	l := s.cut(t, 1)
	path, _ := randomFile(t, "once.bin", 40<<20)
	one := open(t, usual)
	one.begin(s, 1, path)
	two := one.tab()
	two.reload(s)

	one.choose(again, path)
	one.await(`!document.querySelector('[data-view="working"]').hidden`)
	one.await(`(async () => (await navigator.locks.query()).held.length === 1)()`)
	two.choose(again, path)
	two.see(`form[data-view="compose"] error-note > div`)
	if said := two.text(`form[data-view="compose"] error-note`); !strings.Contains(said, "Another tab") {
		t.Errorf("the second tab says %q", said)
	}
	two.await(`document.querySelectorAll("unfinished-uploads > *").length === 0`)
	l.mend()
	one.goAfresh(s.URL + "/") // what is held up ends with the page
	one.see(unfinished)
	two.see(unfinished) // nobody sends it any more
	one.enter(tokenInput, s.Token+kb.Tab)
	one.see(accepted)
	one.choose(again, path)
	one.value(linkInput)
}

// Where the browser remembers where a file is, nobody has to look for it.
func TestGoingOnByAHandle(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	l := s.cut(t, 1)
	p := open(t, usual)
	p.goSend(s)
	evaluate[bool](p, `(async () => {
		const folder = await navigator.storage.getDirectory();
		const handle = await folder.getFileHandle("there.bin", { create: true });
		const file = await handle.createWritable();
		await file.write(new Uint8Array(40 * 1024 * 1024).fill(7));
		await file.close();
		window.showOpenFilePicker = async () => [handle];
		return true;
	})()`)
	evaluate[bool](p, `(document.querySelector("#files").click(), true)`)
	p.see(`.files li`)
	p.click(submit)
	p.awaitSent(1)
	p.reload(s)
	l.mend()
	p.click(goOn)
	p.value(linkInput)
	if len(l.sums) != 5 {
		t.Errorf("five parts took %d", len(l.sums))
	}
}

// What is forgotten leaves nothing, here or there.
func TestForgettingAnUpload(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	s.cut(t, 1)
	path, _ := randomFile(t, "forgotten.bin", 40<<20)
	p := open(t, usual)
	p.begin(s, 1, path)
	p.click(unfinished + ` .row > :last-child`)
	p.await(`document.activeElement?.innerText === "Keep it"`)
	p.audit("about to forget")
	p.click(`dialog .danger`)
	p.await(`document.querySelectorAll("unfinished-uploads > *").length === 0`)
	if n := evaluate[int](p, kept); n != 0 {
		t.Errorf("%d rows are kept of what was forgotten", n)
	}
	s.mustBeEmpty(t)
}

// A folder goes on when it is chosen again, and what is in it stays in its order.
func TestFolderGoesOn(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	l := s.cut(t, 1)
	one, _ := randomFile(t, "one.bin", 25<<20)
	two, _ := randomFile(t, "two.bin", 15<<20)
	p := open(t, usual)
	p.begin(s, 1, one, two)
	l.mend()
	p.choose(again, two)
	p.see(unfinished + ` error-note > div`)
	if said := p.text(unfinished + ` error-note`); !strings.Contains(said, "one.bin") {
		t.Errorf("with one of two the page says %q", said)
	}
	p.choose(again, one)
	link := p.value(linkInput)
	if len(l.sums) != 5 {
		t.Errorf("five parts took %d", len(l.sums))
	}
	p.mustHaveAsked("/api/presigned/bytes/") // whichever worker sent them
	recipient := open(t, usual)
	recipient.goTo(link)
	recipient.click(receiveIt)
	recipient.click(saveAll)
	mustHoldFiles(t, recipient.downloaded("files.zip"), map[string]string{"one.bin": one, "two.bin": two})
}

// mustBeEmpty waits until nothing is left of what was sent.
func (s *server) mustBeEmpty(t *testing.T) {
	t.Helper()
	left := s.stored(t)
	for end := time.Now().Add(patience); left > 1<<20 && time.Now().Before(end); left = s.stored(t) {
		time.Sleep(50 * time.Millisecond)
	}
	if left > 1<<20 {
		t.Errorf("%d bytes are left on the server", left)
	}
}
