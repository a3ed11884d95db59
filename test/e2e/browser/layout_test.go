package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/test/e2e/engine"
)

// What is chosen of how it is sent, in the line that opens.
const (
	otherLife  = `input[name="expiry"][value="other"]`
	otherCount = `input[name="downloads"][value="other"]`
	lifeField  = `#expires`
	countField = `#downloads`
	sendError  = `form[data-view="compose"] error-note > div`
)

// localMinute is how a field for day and time has them.
const localMinute = "2006-01-02T15:04"

// screens are a computer's and a phone's.
var screens = map[string]screen{
	"desktop": {width: 1440, height: 900},
	"phone":   {width: 390, height: 844, phone: true},
}

// steadyScript adds up how far what is shown moved without a hand having moved it, and remembers what.
const steadyScript = `window.moved = 0; window.movers = [];
	new PerformanceObserver((list) => {
		for (const { value, hadRecentInput, sources, startTime } of list.getEntries()) {
			if (hadRecentInput || startTime < (window.steadyFrom ?? 0)) continue;
			window.moved += value;
			window.movers.push(...(sources ?? []).map(({ node }) => node?.nodeName + "." + node?.className));
		}
	}).observe({ type: "layout-shift", buffered: true });`

// steadyAgain forgets what moved: the page was looked at in other sizes.
const steadyAgain = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
	[window.moved, window.movers, window.steadyFrom] = [0, [], performance.now()];
	resolve(true);
})))`

// mustBeSteady says that little of the page moved by itself, since it was opened.
func (p *profile) mustBeSteady(what string) {
	p.t.Helper()
	if moved := evaluate[float64](p, `window.moved`); moved >= 0.02 {
		p.t.Errorf("%s: the page moved by %.4f: %s", what, moved, evaluate[string](p, `window.movers.join(", ")`))
	}
}

// mustHaveOnScreen says that something can be pressed without scrolling.
func (p *profile) mustHaveOnScreen(selector, when string) {
	p.t.Helper()
	p.see(selector)
	if !evaluate[bool](p, fmt.Sprintf(`((e) => {
		const { x, y, width, height, top, bottom } = e.getBoundingClientRect();
		const there = document.elementFromPoint(x + width / 2, y + height / 2);
		return top >= 0 && bottom <= innerHeight && e.contains(there);
	})(document.querySelector(%q))`, selector)) {
		p.t.Errorf("%s is not on the screen %s", selector, when)
	}
}

// A link takes three actions: to choose, to paste the token, and the button, which is on the screen all the time.
// Nothing moves meanwhile but what one moved, and the focus is where one goes on.
func TestThreeActionsToALink(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for name, on := range screens {
		t.Run(name, func(t *testing.T) {
			p := open(t, on)
			p.must(p.Before(steadyScript))
			p.goTo(s.URL + "/")
			p.mustHaveOnScreen(submit, "at first")
			p.mustBeSteady("at first")
			var paths []string
			for n := range 9 {
				path, _ := randomFile(t, fmt.Sprintf("%d of nine.bin", n), 3000)
				paths = append(paths, path)
			}
			evaluate[bool](p, `(document.querySelector("#files").focus(), true)`)
			p.choose(fileInput, paths[0])
			p.await(fmt.Sprintf(`document.activeElement?.matches(%q)`, submit))
			p.mustHaveOnScreen(submit, "with a file")
			p.choose(`#more`, paths[1:]...)
			p.await(`document.querySelector("[data-total]").innerText.startsWith("9 files")`)
			p.mustHaveOnScreen(submit, "with nine files")
			p.enter(tokenInput, s.Token+kb.Tab)
			p.see(accepted)
			p.mustHaveOnScreen(submit, "with a token")
			p.click(submit)
			link := p.value(linkInput)
			p.see(`transfer-status .facts dd`)
			p.await(`document.activeElement?.id === "sent-title"`)

			recipient := open(t, on)
			recipient.must(recipient.Before(steadyScript))
			recipient.tolerate("404")
			for _, path := range []string{"/how", "/no/such/page"} {
				recipient.goTo(s.URL + path)
				recipient.see("main h1, main h2")
				recipient.mustBeSteady(path)
			}
			recipient.goTo(link)
			recipient.mustHaveOnScreen(receiveIt, "for the recipient")
			recipient.mustBeSteady("what is waiting")
			recipient.click(receiveIt)
			recipient.await(`document.activeElement?.id === "files-title"`)
			recipient.mustBeSteady("what was received")
		})
	}
}

// How long and how often is not among a few alone: any time that the service allows, and any number.
func TestAnyTimeAndNumber(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.goSend(s)
	path, _ := randomFile(t, "x.bin", 10)
	p.choose(fileInput, path)
	if said := p.text(optionsLine + ` [data-said]`); said != "7 days · 5 downloads" {
		t.Errorf("at first the line says %q", said)
	}
	p.click(optionsLine)
	p.click(otherLife)
	p.click(otherCount)
	set := func(field, value string) {
		evaluate[bool](p, fmt.Sprintf(`((field) => {
			field.value = %q;
			field.dispatchEvent(new Event("input", { bubbles: true }));
			field.dispatchEvent(new Event("change", { bubbles: true }));
			return true;
		})(document.querySelector(%q))`, value, field))
	}
	local := func(after time.Duration) string { return time.Now().Add(after).Format(localMinute) }
	for _, wrong := range []struct{ life, count, says, focus string }{
		{"", "7", "When is it to expire?", lifeField},
		{local(-time.Hour), "7", "That time has passed", lifeField},
		{local(31 * 24 * time.Hour), "7", "That is too long", lifeField},
		{local(50 * time.Hour), "0", "How often can it be downloaded?", countField},
		{local(50 * time.Hour), "", "How often can it be downloaded?", countField},
		{local(50 * time.Hour), "2.5", "How often can it be downloaded?", countField},
	} {
		set(lifeField, wrong.life)
		set(countField, wrong.count)
		p.click(optionsLine) // closed, it opens again where something in it is wrong
		p.click(submit)
		p.see(sendError)
		p.await(fmt.Sprintf(`document.activeElement?.matches(%q)`, wrong.focus))
		if said := p.text(sendError); !strings.Contains(said, wrong.says) {
			t.Errorf("for %q and %q the page says %q", wrong.life, wrong.count, said)
		}
	}
	ends := time.Now().Add(50 * time.Hour).Truncate(time.Minute)
	set(lifeField, ends.Format(localMinute))
	set(countField, "7")
	want := "until " + ends.Format("Mon, 2 Jan, 15:04") + " · 7 downloads"
	if said := p.text(optionsLine + ` [data-said]`); said != strings.Replace(want, ",", "", 1) && said != want {
		t.Errorf("the line says %q, not %q", said, want)
	}
	p.click(submit)
	id, _ := partsOf(t, p.value(linkInput))
	if info := s.info(t, id); info.Max != 7 || !info.ExpiresAt.Equal(ends) {
		t.Errorf("it ends %v after %d downloads, and not %v after 7", info.ExpiresAt, info.Max, ends)
	}
}

// Where the browser gives no encryption, that stands at the top, and nothing pretends to work.
func TestWithoutEncryption(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, screen{width: 390, height: 844, phone: true})
	p.tolerate("Cross-Origin-Opener-Policy") // which counts only where nobody can have changed it
	origin := strings.Replace(s.URL, "127.0.0.1", engine.OtherMachine, 1)
	p.goTo(origin + "/")
	p.mustHaveOnScreen(`send-page > error-note b`, "over plain http")
	if said := p.text(`send-page > error-note`); !strings.Contains(said, "https:// address") {
		t.Errorf("the page does not say what to do, but %q", said)
	}
	if !evaluate[bool](p, fmt.Sprintf(`document.querySelector(%q).closest("form").inert`, submit)) {
		t.Error("what cannot be sent can be filled in")
	}
	p.drop("late.txt")
	if said := p.text(".files"); said != "" {
		t.Errorf("what was dropped is taken: %q", said)
	}
	p.goTo(origin + "/d/#0123456789ab/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
	p.mustHaveOnScreen(goneTitle, "over plain http")
	if said := p.text(goneTitle); !strings.Contains(said, "not secure") {
		t.Errorf("for whoever receives the page says %q", said)
	}
}

// drop drops a file on the page, and says whether the browser would have opened it in place of the page.
func (p *profile) drop(name string) {
	p.t.Helper()
	if evaluate[bool](p, fmt.Sprintf(`((dataTransfer) => {
		dataTransfer.items.add(new File(["dropped"], %q));
		const drag = { bubbles: true, cancelable: true, dataTransfer };
		const over = document.body.dispatchEvent(new DragEvent("dragover", drag));
		const dropped = document.body.dispatchEvent(new DragEvent("drop", drag));
		return over || dropped;
	})(new DataTransfer())`, name)) {
		p.t.Errorf("at %s the browser opens %s", p.address(), name)
	}
}

// What is dropped on what was sent is sent next, once it is sure that no link is lost; and a drop never leaves a page.
func TestDrops(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	for _, path := range []string{"/how", "/d/"} {
		p.goTo(s.URL + path)
		p.see("main h1, main h2")
		p.drop("nowhere.txt")
	}
	p.sendText(s, "the first")
	p.drop("second.txt")
	p.await(`document.activeElement?.innerText === "Stay here"`)
	p.press(kb.Enter)
	p.await(`!document.querySelector("dialog")`)
	p.see(sendingDone)
	p.drop("second.txt")
	p.click(`dialog .danger`)
	p.see(`.files .name`)
	if said := p.text(`.files .name`); said != "second.txt" {
		t.Errorf("%q is chosen", said)
	}
	p.click(submit)
	p.see(linkInput)
	p.click(`sent-transfer [aria-controls="qr-panel"]`)
	evaluate[bool](p, `(document.querySelector("sent-transfer").dispatchEvent(new CustomEvent("taken")), true)`)
	p.drop("third.txt") // the link is taken: nothing is to be asked
	p.await(`document.querySelector(".files .name")?.innerText === "third.txt"`)
	p.see(submit)
}

// A name goes in its own direction and no further, keeps its ending, and cannot make it look like another.
func TestNamesOfOthers(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, screen{width: 390, height: 844, phone: true})
	p.goSend(s)
	long := strings.Repeat("a rather long name of a file ", 6) + "(final).pdf"
	names := []string{long, "ملف 123.pdf", "gpj.\u202etxt", "holiday pictures 2026.jpg"} // the last fits almost
	for _, name := range names {
		path, _ := randomFile(t, name, 6)
		p.choose(`#more`, path)
	}
	p.await(`document.querySelectorAll(".files .name").length === 4`)
	mustShow := func(p *profile, list string) {
		t.Helper()
		shown := evaluate[[]string](p, fmt.Sprintf(`Array.from(document.querySelectorAll(%q + " .name"), (name) => {
			const row = name.closest("li").getBoundingClientRect(), size = name.nextElementSibling.getBoundingClientRect();
			const end = document.createRange();
			end.selectNodeContents(name.lastChild);
			const { right } = end.getBoundingClientRect();
			const isCut = name.scrollWidth > name.clientWidth; // at its end
			const fits = !isCut && right <= size.left + 1 && size.right <= row.right;
			const isWhole = fits && !/[\u202a-\u202e]/.test(name.textContent);
			return isWhole ? name.nextElementSibling.textContent : name.outerHTML;
		})`, list))
		if !slices.Equal(shown, slices.Repeat([]string{"6\u00a0bytes"}, len(names))) {
			t.Errorf("%s: %q", list, shown)
		}
	}
	mustShow(p, "file-picker .files")
	p.click(submit)
	link := p.value(linkInput)
	before := p.text(`[data-view="sent"] [data-subject]`)
	recipient := open(t, screen{width: 390, height: 844, phone: true})
	recipient.goTo(link)
	recipient.see(receiveIt)
	if facts := recipient.text(`[data-facts]`); !strings.Contains(facts, "24 bytes") {
		t.Errorf("what is waiting is called %q", facts)
	}
	mustShow(recipient, "sealed-label")
	recipient.click(receiveIt)
	recipient.see(`#files-title`)
	mustShow(recipient, "[data-list]")
	after := recipient.text(filesTitle) + ", " + recipient.text(`[data-view="files"] [data-subject]`)
	if after != before || !strings.HasSuffix(after, "24 bytes") {
		t.Errorf("it is %q before, and %q after", before, after)
	}
}
