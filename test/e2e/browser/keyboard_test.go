package browser

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// fromTheTop has the next Tab lead to what comes first.
const fromTheTop = `(() => {
  window.ledTo = [];
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  document.activeElement.blur();
  return true;
})()`

// ledTo says what is wrong with where the Tab key led to, and whether that is the end.
const ledTo = `((e) => {
  const wrong = [];
  const last = window.ledTo.at(-1);
  if (e === last) return { end: false, wrong }; // has parts of its own
  const isOut = e === document.body; // at its end
  if (isOut ? window.ledTo.includes(null) : window.ledTo.includes(e)) return { end: true, wrong };
  window.ledTo.push(isOut ? null : e);
  if (isOut) return { end: false, wrong };
  if (last && !(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)) wrong.push('out of its order');
  const target = e.closest('label:not(.label)') ?? e;
  const rings = [e, target, e.nextElementSibling].filter(Boolean).map((ring) => getComputedStyle(ring));
  // Firefox, when Tab comes back from what is its own, takes the page for not focused for some steps: it draws no ring
  // then, and brings on what is shown only where it is focused.
  const isDrawn = ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  if (document.hasFocus() && !rings.some(isDrawn)) {
    wrong.push('no ring');
  }
  // What is taller than the screen is seen where any of it is; of the rest, its middle.
  const [{ left, top, width, height }] = target.getClientRects(); // the first line of what has several
  const heights = height > innerHeight / 2 ? [.02, .25, .5, .75, .98] : [.5];
  const isSeen = heights.some((part) => {
    const there = document.elementFromPoint(left + width / 2, top + height * part);
    return there && (target.contains(there) || there.contains(target) && getComputedStyle(target).clipPath !== 'none');
  });
  if (document.hasFocus() && !isSeen) wrong.push('something lies over it');
  return { end: false, wrong: wrong.map((what) => what + ': ' + e.outerHTML.slice(0, 120)) };
})(document.activeElement)`

// leftOut is what can be operated and the Tab key did not lead to. Of radio buttons it leads to one.
const leftOut = `(() => {
  const within = [...document.querySelectorAll('dialog[open]')].pop() ?? document;
  const all = within.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  const names = window.ledTo.filter((e) => e?.type === 'radio').map((e) => e.name);
  return [...all].filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0 &&
    !e.disabled && !e.closest('[inert]') && !window.ledTo.includes(e) &&
    !(e.type === 'radio' && names.includes(e.name)))
    .map((e) => e.outerHTML.slice(0, 120));
})()`

// mustLead says that the Tab key leads to everything that can be operated, in the order in which it is read, and that
// one sees where one is.
func (p *profile) mustLead(what string) {
	p.t.Helper()
	evaluate[bool](p, `(window.heldFocus = document.activeElement, true)`)
	evaluate[bool](p, fromTheTop)
	for range 1000 {
		p.press(kb.Tab)
		led := evaluate[struct {
			End   bool
			Wrong []string
		}](p, ledTo)
		for _, wrong := range led.Wrong {
			p.t.Errorf("%s, by Tab: %s", what, wrong)
		}
		if led.End {
			break
		}
	}
	for _, left := range evaluate[[]string](p, leftOut) {
		p.t.Errorf("%s: the Tab key does not lead to %s", what, left)
	}
	evaluate[bool](p, `(window.heldFocus.focus({ preventScroll: true }), true)`)
}

// mustHoldFocus says that the focus is somewhere: whoever has no mouse goes on from there.
func (p *profile) mustHoldFocus(after string) {
	p.t.Helper()
	p.await(`document.hasFocus()`)
	if evaluate[bool](p, `document.activeElement === document.body || !document.activeElement?.checkVisibility()`) {
		p.t.Errorf("after %s the focus is nowhere", after)
	}
}

// opensChoice has a key open the browser's own choice of files, which is not opened: no test can work it.
func (p *profile) opensChoice(key, selector string) {
	p.t.Helper()
	evaluate[bool](p, fmt.Sprintf(`((input) => {
		input.addEventListener("click", (event) => { window.isChoosing = true; event.preventDefault(); }, { once: true });
		return true;
	})(document.querySelector(%q))`, selector))
	p.press(key)
	p.await(`window.isChoosing`)
}

// A file is chosen, sent, looked after and received without a mouse, and at no time the focus is lost.
func TestFileByKeyboardAlone(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	path, content := randomFile(t, "by keyboard.bin", 3000)
	sender := open(t, usual)
	sender.must(sender.Before(withoutPickers))
	sender.goTo(s.URL + "/")
	sender.see(tokenInput)
	sender.tabTo(`.skip`)
	sender.press(kb.Enter)
	sender.await(`document.activeElement?.id === "main"`)
	sender.tabTo(fileInput)
	sender.opensChoice(" ", fileInput)
	sender.choose(fileInput, path)
	sender.await(fmt.Sprintf(`document.activeElement?.matches(%q)`, submit))
	sender.press(kb.Enter) // without a token
	sender.await(fmt.Sprintf(`document.activeElement?.matches(%q)`, tokenInput))
	sender.press(s.Token)
	sender.tabTo(submit)
	sender.press(" ")
	sender.see(sendingDone)
	sender.await(`document.activeElement?.id === "sent-title"`)
	link := sender.value(linkInput)
	id, _ := partsOf(t, link)

	recipient := open(t, usual)
	recipient.must(recipient.Before(withoutPickers))
	recipient.goTo(s.URL + "/d/")
	recipient.see(`#link`)
	recipient.tabTo(`#link`)
	recipient.press(link)
	recipient.tabTo(`form[data-view="ask"] [type="submit"]`)
	recipient.press(kb.Enter)
	recipient.see(receiveIt)
	recipient.mustHoldFocus("looking it up")
	recipient.tabTo(receiveIt)
	recipient.press(kb.Enter)
	recipient.await(`document.activeElement?.id === "done-title"`)
	if !bytes.Equal(recipient.downloaded("by keyboard.bin"), content) {
		t.Error("other bytes arrived")
	}

	sender.tabTo(`sent-transfer [aria-controls="qr-panel"]`)
	sender.press(kb.Enter)
	sender.mustHoldFocus("showing the QR code")
	remove := `transfer-status .danger`
	sender.tabTo(remove)
	sender.press(kb.Enter)
	sender.await(`document.activeElement?.innerText === "Keep it"`)
	sender.press(kb.Escape)
	sender.await(fmt.Sprintf(`document.activeElement?.matches(%q)`, remove))
	sender.press(kb.Enter)
	sender.await(`document.activeElement?.innerText === "Keep it"`)
	sender.press(kb.Tab)
	sender.press(kb.Enter)
	sender.await(fmt.Sprintf(`document.querySelector(%q).innerText === "Deleted"`, sendingDone))
	sender.mustHoldFocus("deleting")
	if status := s.info(t, id).Status; status != "deleted" {
		t.Errorf("the transfer is %s", status)
	}
	sender.tabTo(`sent-transfer .again`)
	sender.press(kb.Enter)
	sender.await(`document.activeElement?.matches('[role="tab"]')`)
}
