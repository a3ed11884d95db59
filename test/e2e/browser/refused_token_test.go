package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// What is wrong with a token is seen on a phone, too, where the button that stays on the screen may lie over it.
func TestRefusedTokenIsSeenOnAPhone(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, screens["phone"])
	p.tolerate("401")
	p.goTo(s.URL + "/")
	p.see(tokenInput)
	var paths []string
	for n := range 4 {
		path, _ := randomFile(t, fmt.Sprintf("%d.bin", n), 10)
		paths = append(paths, path)
	}
	p.choose(fileInput, paths...)
	p.see(`.files li`)
	// Nothing scrolls to what is pressed, since it is on the screen already.
	tap := func(selector string) {
		t.Helper()
		evaluate[bool](p, fmt.Sprintf(`(document.querySelector(%q).click(), true)`, selector))
	}
	justAboveTheButton := func() {
		t.Helper()
		if !evaluate[bool](p, `(() => {
			document.querySelector("#token").scrollIntoView({ block: "end" });
			const under = document.querySelector("#token-help").getBoundingClientRect();
			return !document.elementFromPoint(under.x + 9, under.bottom)?.closest("token-field");
		})()`) {
			t.Error("what stands below the field is on the screen, and the test shows nothing")
		}
	}
	justAboveTheButton()
	tap(submit)
	p.see(`.token-state.bad`)
	p.mustHaveOnScreen(`.token-state span`, "without a token")
	justAboveTheButton()
	p.enter(tokenInput, "no-such-token"+kb.Tab)
	p.await(`document.querySelector(".token-state").innerText.includes("does not know that token")`)
	p.mustHaveOnScreen(`.token-state span`, "with a wrong token")
	justAboveTheButton()
	tap(submit)
	p.see(sendError)
	p.mustHaveOnScreen(sendError+` p`, "with a refused token")
}
