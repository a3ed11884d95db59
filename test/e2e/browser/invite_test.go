package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// Whoever is invited opens a link, chooses and sends: the token is in the link, which
// the address bar does not keep, and on the device only where that was wanted.
func TestInvited(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	invite := s.URL + "/#invite/" + s.Token
	p := open(t, screen{width: 390, height: 844, phone: true})
	p.goTo(invite)
	p.see(accepted)
	if said := p.text(accepted); !strings.Contains(said, "You are invited to send") {
		t.Errorf("whoever is invited is told %q", said)
	}
	if at := evaluate[string](p, `location.href`); at != s.URL+"/" {
		t.Errorf("the address bar keeps %s", at)
	}
	p.audit("invited")
	path, _ := randomFile(t, "for the press.bin", 3000)
	p.choose(fileInput, path)
	p.click(submit)
	partsOf(t, p.value(linkInput))

	p.goAfresh(s.URL + "/")
	p.see(tokenInput)
	p.enter(tokenInput, "Hello, use this: "+invite+kb.Tab) // as it is copied out of a mail
	p.see(accepted)
	p.click(`[data-remember] input`)
	p.goAfresh(s.URL + "/")
	p.see(accepted)

	// A link that is of no use leaves what is remembered.
	p.goAfresh(s.URL + "/#invite/of-yesterday")
	p.see(`.token-state.bad`)
	if said := p.text(`.token-state`); !strings.Contains(said, "does not know that token") {
		t.Errorf("of an invitation that is none it says %q", said)
	}
	p.goAfresh(s.URL + "/")
	p.see(accepted)

	// It is taken where the page is open, too.
	q := open(t, usual)
	q.goTo(s.URL + "/")
	q.see(tokenInput)
	evaluate[bool](q, `location.hash = "#invite/`+s.Token+`", true`)
	q.see(accepted)
}
