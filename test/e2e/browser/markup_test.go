package browser

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever a file is called and a text says, no page runs it, on its way to anyone.
func TestMarkupIsText(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	const (
		name   = `<img src=x onerror="window.hacked=1">.txt`
		markup = `<script>window.hacked=1</script><svg onload="window.hacked=1"></svg>` + name
	)
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(markup), 0o600); err != nil {
		t.Fatal(err)
	}
	recipient := open(t, usual)
	calm := func(p *profile, when string) {
		t.Helper()
		if evaluate[bool](p, `"hacked" in window || document.querySelector("[onerror], [onload]") !== null`) {
			t.Errorf("%s: it is markup", when)
		}
	}

	sender := open(t, usual)
	sender.goSend(s)
	sender.choose(fileInput, path)
	sender.await(`document.querySelector(".files .name") !== null`)
	calm(sender, "when it is chosen")
	sender.click(submit)
	link := sender.value(linkInput)
	calm(sender, "when it is sent")
	recipient.goTo(link)
	recipient.see(receiveIt)
	calm(recipient, "when it is waiting")
	recipient.click(receiveIt)
	recipient.see(received)
	calm(recipient, "when it is received")

	// Nor would it if a page took it for markup by mistake.
	recipient.tolerate("TrustedHTML")
	recipient.tolerate("injection sink")
	refuses := `(() => {
		try { document.body.insertAdjacentHTML("beforeend", "<b></b>"); return false; } catch { return true; }
	})()`
	if !evaluate[bool](recipient, refuses) {
		t.Error("the page takes a text for markup")
	}

	link = open(t, usual).sendText(s, markup)
	recipient.goAfresh(link)
	recipient.see(receiveIt)
	recipient.click(receiveIt)
	recipient.see(shownText)
	calm(recipient, "when a text is shown")
	if got := evaluate[string](recipient, `document.querySelector(".shown-text").textContent`); got != markup {
		t.Errorf("arrived as %q", got)
	}
}
