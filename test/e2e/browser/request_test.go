package browser

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

const (
	requestLink = `[data-made] copy-field input`
	arrived     = `own-request .files a`
)

// ask makes a request on the send page, and returns its link.
func (p *profile) ask(s *server, title string) string {
	p.t.Helper()
	p.goTo(s.URL + "/#ask")
	p.see(`#ask-for`)
	p.enter(`#ask-for`, title)
	p.enter(`#ask-note`, "The signed one, please.")
	p.enter(tokenInput, s.Token+kb.Tab)
	p.see(accepted)
	p.audit("asking for files")
	p.click(`ask-for-files [type="submit"]`)
	return p.value(requestLink)
}

// Somebody without a token sends to who asked, whose browser alone opens it.
func TestRequestForFiles(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const title = "Contract: canary-51c9?"
	maker := open(t, usual)
	link := maker.ask(s, title)
	maker.audit("a request was made")
	if !strings.HasPrefix(link, s.URL+"/r/#") {
		t.Fatalf("not a link of a request: %s", link)
	}
	if said := maker.text(`own-request`); !strings.Contains(said, title) {
		t.Errorf("the list of requests says %q", said)
	}

	const name = "contract canary-77f0.pdf"
	path, content := randomFile(t, name, 600)
	sender := open(t, screen{width: 390, height: 844, phone: true})
	sender.goTo(link)
	sender.see(submit)
	if said := sender.text(`request-page [data-title]`); said != title {
		t.Errorf("what is asked for is %q", said)
	}
	if said := sender.text(`request-page blockquote`); said != "The signed one, please." {
		t.Errorf("more of it is %q", said)
	}
	sender.audit("sending to a request")
	sender.choose(fileInput, path)
	sender.click(submit)
	sender.see(sendingDone)
	sender.see(`transfer-status .facts dd`)
	sender.audit("delivered")
	if links := evaluate[int](sender, `document.querySelectorAll("copy-field").length`); links != 0 {
		t.Errorf("there are %d links to hand over", links)
	}

	// The key outlives the page that made it.
	maker.goAfresh(s.URL + "/#ask")
	maker.see(arrived)
	maker.await(`document.querySelector("own-request .files .name").innerText.includes("canary-77f0")`)
	if said := maker.text(`own-request .files .size`); !strings.HasPrefix(said, "600 bytes,") {
		t.Errorf("what arrived is said to have %q", said)
	}
	maker.audit("what arrived")
	href := evaluate[string](maker, `document.querySelector("own-request .files a").href`)
	_, key := partsOf(t, href)
	maker.click(arrived)
	maker.see(receiveIt)
	maker.click(receiveIt)
	maker.see(received)
	if !bytes.Equal(maker.downloaded(name), content) {
		t.Error("other bytes arrived")
	}

	late := open(t, usual)
	late.goTo(link)
	late.see(goneTitle)
	if said := late.text(goneTitle); said != "All of it has arrived" {
		t.Errorf("when all has arrived the page says %q", said)
	}
	late.audit("a request that is full")
	late.goAfresh(link[:len(link)-5])
	late.see(goneTitle)
	if said := late.text(goneTitle); !strings.Contains(said, "not whole") {
		t.Errorf("for a cut link the page says %q", said)
	}

	secrets := map[string]string{
		"the key": key, "what is asked for": "canary-51c9", "the file name": "canary-77f0",
		"the request's seed": strings.Split(link, "/")[5],
	}
	for _, p := range []*profile{maker, sender} {
		p.mustNotHaveSaid(secrets)
		p.mustHaveStayedAt(s.URL)
	}
	s.mustNotKnow(t, secrets)
	readable := evaluate[bool](maker, `(async () => {
		const request = indexedDB.open("sgraph-sending");
		const db = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
		const all = db.transaction("requests").objectStore("requests").getAll();
		const [{ keys }] = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
		db.close();
		return keys.privateKey.extractable;
	})()`)
	if readable {
		t.Error("a script can read the private key")
	}
}

// A closed request takes nothing more.
func TestClosedRequest(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	maker := open(t, usual)
	link := maker.ask(s, "Photos")
	maker.await(`[...document.querySelectorAll("own-request button")].some((b) => b.innerText === "Close it")`)
	evaluate[bool](maker, `([...document.querySelectorAll("own-request button")]
		.find((b) => b.innerText === "Close it").click(), true)`)
	maker.click(`dialog .danger`)
	maker.await(`document.querySelector("own-request").innerText.includes("It is closed")`)

	sender := open(t, usual)
	sender.goTo(link)
	sender.see(goneTitle)
	if said := sender.text(goneTitle); said != "This request is closed" {
		t.Errorf("of a closed request the page says %q", said)
	}
	sender.audit("a closed request")
}

// A passphrase is mixed into the key, and the link stays as long as it was.
func TestPassphraseOfTheSender(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	path, _ := randomFile(t, "locked.bin", 1000)
	p := open(t, usual)
	p.goSend(s)
	p.choose(fileInput, path)
	p.click(`passphrase-field summary`)
	p.enter(`#passphrase`, "short"+kb.Tab)
	p.await(`document.querySelector("[data-advice]").innerText.startsWith("Rather short")`)
	p.click(`passphrase-field button`)
	if kind := evaluate[string](p, `document.querySelector("#passphrase").type`); kind != "text" {
		t.Errorf("what is to be shown is a field of %s", kind)
	}
	p.audit("with a passphrase")
	p.click(submit)
	link := p.value(linkInput)
	partsOf(t, link)
	if said := p.text(`sent-transfer .note`); !strings.Contains(said, "passphrase") {
		t.Errorf("beside the link stands %q", said)
	}
	p.mustNotHaveSaid(map[string]string{"the passphrase": "short"})
}

// The sender sees what became of it, and lets it end sooner.
func TestReceiptsAndExpiry(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	sender := open(t, usual)
	link := sender.sendText(s, "to be fetched")
	sender.await(`document.querySelector("transfer-status").innerText.includes("0 of 5")`)
	id, _ := partsOf(t, link)
	recipient := open(t, usual)
	recipient.goTo(link)
	recipient.click(receiveIt)
	recipient.see(shownText)

	before := s.info(t, id).ExpiresAt
	sender.click(`transfer-status .row .button:not(.danger)`)
	sender.see(`dialog input[name="ends"]`)
	sender.audit("changing when it ends")
	sender.click(`dialog input[name="ends"]`) // in an hour
	sender.click(`dialog .primary`)
	sender.await(`!document.querySelector("dialog")`)
	if after := s.info(t, id).ExpiresAt; !after.Before(before) {
		t.Errorf("it ends at %s, and would have at %s", after, before)
	}
	ends := time.Now().Add(30 * time.Hour).Truncate(time.Minute)
	sender.click(`transfer-status .row .button:not(.danger)`)
	sender.click(`dialog input[value="other"]`)
	sender.see(`#ends-at`)
	evaluate[bool](sender, fmt.Sprintf(`(document.querySelector("#ends-at").value = %q, true)`, ends.Format(localMinute)))
	sender.click(`dialog .primary`)
	sender.await(`!document.querySelector("dialog")`)
	if after := s.info(t, id).ExpiresAt; !after.Equal(ends) {
		t.Errorf("it ends at %s, and not at %s", after, ends)
	}
	sender.click(`transfer-status .row .button:not(.danger)`)
	sender.click(`dialog input[name="ends"]`)
	sender.click(`dialog .primary`)
	sender.await(`!document.querySelector("dialog")`)
	sender.await(`document.querySelector("transfer-status").innerText.includes("1 of 5")`)
	sender.await(`/Expires\s+in (1 hour|60 min|59 min)/.test(document.querySelector("transfer-status").innerText)`)
}

// at is the server for whoever works in a folder, with what sgsend keeps in another.
func (s *server) at(dir, state string) *server {
	there := *s
	there.dir, there.env = dir, []string{"XDG_STATE_HOME=" + state, "XDG_CACHE_HOME=" + state, "XDG_CONFIG_HOME=" + state}
	return &there
}

// What a page asks for the command sends, and the page receives; and the reverse.
func TestRequestsOfPageAndCommand(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	dir := t.TempDir()
	machine, other := s.at(dir, t.TempDir()), s.at(dir, t.TempDir())

	maker := open(t, usual)
	link := maker.ask(s, "Contract: 2030?")
	path, content := randomFile(t, "contract.bin", 300_000)
	other.run(t, "", "send", "--to", link, "--note", "Here it is", path)
	maker.goAfresh(s.URL + "/#ask")
	maker.see(arrived)
	maker.await(`document.querySelector("own-request .files .name").innerText.includes("contract")`)
	maker.click(arrived)
	maker.see(receiveIt)
	maker.click(receiveIt)
	maker.see(received)
	if !bytes.Equal(maker.downloaded("contract.bin"), content) {
		t.Error("other bytes arrived at the page")
	}

	link = strings.TrimSpace(machine.run(t, "", "request", "create", "--note", "All of the summer.", "Photos: all?"))
	path, content = randomFile(t, "photo.bin", 40_000_000) // in parts
	sender := open(t, usual)
	sender.goTo(link)
	sender.see(submit)
	if said := sender.text(`request-page [data-title]`); said != "Photos: all?" {
		t.Errorf("what is asked for is %q", said)
	}
	if said := sender.text(`request-page blockquote`); said != "All of the summer." {
		t.Errorf("more of it is %q", said)
	}
	sender.choose(fileInput, path)
	sender.click(submit)
	sender.see(sendingDone)
	if at := machine.run(t, "", "request", "receive"); at != "photo.bin\n" {
		t.Errorf("received as %q", at)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "photo.bin")); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes arrived of %d, or others: %v", len(got), len(content), err)
	}
	if said := machine.run(t, "", "request", "list"); !strings.Contains(said, "1 of 1") {
		t.Errorf("the list says %q", said)
	}
}
