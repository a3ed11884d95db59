package browser

import (
	"fmt"
	"strings"
	"testing"
)

const (
	keepIt    = `.keep input`
	sentHere  = `[data-mine]`
	keptItems = `.own-transfers section`
)

// keptHere is how many transfers the browser keeps; -1 where it never did.
const keptHere = `(async () => {
	if (!(await indexedDB.databases()).some(({ name }) => name === "sgraph-sent")) return -1;
	const answer = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
	const db = await answer(indexedDB.open("sgraph-sent"));
	const count = await answer(db.transaction("transfers").objectStore("transfers").count());
	db.close();
	return count;
})()`

// What was sent is kept in the browser when the person wants that, and not before; it says how it stands, can be ended
// from there, and goes in one step.
func TestSentFromThisDevice(t *testing.T) {
	inBrowser(t)
	for name, on := range map[string]screen{"desktop": desktop, "phone": {width: 390, height: 844, phone: true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			p := open(t, on)
			one, _ := randomFile(t, "one.bin", 1000)
			p.sendFile(s, one)
			p.goAfresh(s.URL + "/")
			p.see(tokenInput + `, ` + accepted)
			if n := evaluate[int](p, keptHere); n != -1 {
				t.Errorf("%d transfers are kept that nobody wanted kept", n)
			}
			if evaluate[bool](p, `document.querySelector("[data-mine]").checkVisibility()`) {
				t.Error("a list is offered that nobody wanted")
			}

			link := p.sendFile(s, one)
			p.click(keepIt)
			p.await(keptHere + `.then((n) => n === 1)`)
			p.audit("kept on the list")
			p.sendText(s, "kept, too")
			p.await(keptHere + `.then((n) => n === 2)`)

			p.goAfresh(s.URL + "/")
			p.click(sentHere)
			p.await(fmt.Sprintf(`Array.from(document.querySelectorAll(%q), (e) => e.innerText).filter((said) =>
				said.includes("Downloads begun")).length === 2`, keptItems))
			p.audit("what was sent from this device")
			p.photograph()
			if said := p.text(keptItems + `:last-child`); !strings.Contains(said, "one.bin") {
				t.Errorf("the older is %q", said)
			}
			evaluate[bool](p, `(navigator.clipboard.writeText = async (text) => { window.copied = text; }, true)`)
			p.click(keptItems + `:last-child .row .button`)
			p.await(fmt.Sprintf(`window.copied === %q`, link))

			p.click(keptItems + `:last-child summary`)
			p.click(keptItems + `:last-child transfer-status .danger`)
			p.click(`dialog .danger`)
			p.await(fmt.Sprintf(`document.querySelector(%q).innerText.includes("Deleted")`, keptItems+`:last-child .hint`))
			p.audit("one of them is deleted")
			p.click(keptItems + `:last-child .row .button:last-child`) // and nothing is asked
			p.await(keptHere + `.then((n) => n === 1)`)

			p.click(`[data-view="mine"] > .row .button`)
			p.audit("about to clear the list")
			p.click(`dialog .danger`)
			p.await(keptHere + `.then((n) => n === 0)`)
			if said := p.text(`.own-transfers`); said != "Nothing is on it." {
				t.Errorf("of an empty list the page says %q", said)
			}
			p.audit("an empty list")
			p.click(`[data-view="mine"] .check input`) // nothing more is kept
			p.click(`[data-view="mine"] > .row .button:last-child`)
			p.sendText(s, "not kept")
			if n := evaluate[int](p, keptHere); n != 0 {
				t.Errorf("%d transfers are kept that are not to be", n)
			}
		})
	}
}
