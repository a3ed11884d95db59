package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// says waits until a page shows a text.
func (p *profile) says(text string) {
	p.t.Helper()
	p.await(fmt.Sprintf(`document.body.innerText.includes(%q)`, text))
}

// choosing clicks the button or link that begins with these words: of the dialog on top, where one is open.
func (p *profile) choosing(words string) {
	p.t.Helper()
	p.await(fmt.Sprintf(`(() => {
		const within = [...document.querySelectorAll("dialog[open]")].pop() ?? document;
		const all = [...within.querySelectorAll("button, nav a")];
		const one = all.find((e) => e.checkVisibility() && !e.disabled &&
			new RegExp("^" + %q + "\\b").test(e.innerText.trim()));
		document.querySelector("[data-test]")?.removeAttribute("data-test");
		one?.setAttribute("data-test", "");
		return Boolean(one);
	})()`, words))
	p.click(`[data-test]`)
}

// The console as it is served beside the pages, held to what they are held to: what it does in all its views is tested
// in test/e2e/console.
func TestConsole(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	key, err := os.ReadFile(filepath.Join(s.data, "api-key"))
	if err != nil {
		t.Fatal(err)
	}
	for name, on := range map[string]screen{
		"desktop": desktop, "small dark": {width: 320, height: 640, phone: true, dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			operator := open(t, on)
			operator.tolerate("Failed to load resource") // who is not logged in
			operator.goTo(s.Admin)
			operator.see(`#login-key`)
			operator.audit("login")
			operator.enter(`#login-key`, "not the key"+kb.Enter)
			operator.says("That is not the API key")
			evaluate[bool](operator, `(document.querySelector("#login-key").select(), true)`)
			operator.press(strings.TrimSpace(string(key)) + kb.Enter)

			operator.choosing("New token")
			operator.enter(`#note`, "Of "+name)
			operator.see(`#limit`)
			evaluate[bool](operator, `(document.querySelector("#limit").select(), true)`)
			operator.enter(`#limit`, "5")
			operator.choosing("Make token")
			operator.says("The token is ready")
			made := operator.text(`dialog .made`)
			operator.choosing("Copy")
			operator.says("Copied")
			operator.choosing("Done")
			operator.says("0 of 5 used")
			operator.audit("tokens")
			if shown := operator.text(`body`); len(made) < 20 || strings.Contains(shown, made) {
				t.Error("the list shows a name that nobody asked to see")
			}
			operator.enter(`#search`, "of "+name)
			operator.choosing("Revoke")
			operator.choosing("Revoke")
			operator.says("Token revoked")
			operator.choosing("Reactivate")
			operator.says("Token reactivated")

			for _, view := range []struct{ name, says string }{
				{"Transfers", "No transfers"}, {"Pulse", "The last hour"},
				{"Audit", "events, the newest first"}, {"System", "User service"},
			} {
				operator.choosing(view.name)
				operator.says(view.says)
				operator.audit(view.name)
			}
			operator.goAgain() // the session outlives that
			operator.says("User service")
			operator.choosing("Log out")
			operator.see(`#login-key`)
			operator.mustHaveStayedAt(s.Admin)
		})
	}
}
