package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	sentSubject = `[data-view="sent"] [data-subject]`
	sentFacts   = `transfer-status .facts`
)

// mustBeAt says that of a transfer nothing but which it is stands in the address.
func (p *profile) mustBeAt(s *server, id string) {
	p.t.Helper()
	if at := p.address(); at != s.URL+"/#manage/"+id {
		p.t.Errorf("the page is at %s", at)
	}
}

// After sending, the page is the sender's of that transfer, also when it is loaded anew or gone back to; it says what
// was sent and when, and keeps nothing that opens or deletes what is there no more.
func TestSenderPageKeepsItsAddress(t *testing.T) {
	inBrowser(t)
	for name, on := range map[string]screen{"desktop": desktop, "phone": screens["phone"]} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			p := open(t, on)
			path, _ := randomFile(t, "holiday pictures.bin", 1000)
			link := p.sendFile(s, path)
			id, key := partsOf(t, link)
			p.mustBeAt(s, id)
			taken := `(document.querySelector("sent-transfer").dispatchEvent(new CustomEvent("taken")), true)`
			evaluate[bool](p, taken) // nothing is asked on leaving
			is := func(when string) {
				t.Helper()
				p.await(fmt.Sprintf(`document.querySelector(%q)?.value === %q`, linkInput, link))
				p.see(sentFacts + ` dd`)
				p.mustBeAt(s, id)
				if said := p.text(sentSubject); !strings.Contains(said, "holiday pictures.bin") {
					t.Errorf("%s it is called %q", when, said)
				}
				created, _ := json.Marshal(s.info(t, id).CreatedAt)
				want := evaluate[string](p, fmt.Sprintf(`new Date(%s).toLocaleString("en-GB", { weekday: "short",
					day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })`, created))
				if said := p.text(sentFacts); !strings.Contains(said, "Sent") || !strings.Contains(said, want) {
					t.Errorf("%s the page does not say that it was sent %s, but %q", when, want, said)
				}
			}
			is("after sending")
			p.goAgain()
			is("loaded anew")
			p.audit("the sender's page, loaded anew")
			p.photograph()
			p.click(`.again`)
			p.see(submit)
			if at := p.address(); at != s.URL+"/" {
				t.Errorf("to send something else, the page is at %s", at)
			}
			evaluate[bool](p, `(history.back(), true)`)
			is("gone back to")
			evaluate[bool](p, `(history.forward(), true)`)
			p.see(submit)
			evaluate[bool](p, `(history.back(), true)`)
			is("gone back to again")

			p.click(`transfer-status .danger`)
			p.click(`dialog .danger`)
			p.await(fmt.Sprintf(`document.querySelector(%q).innerText === "Deleted"`, sendingDone))
			deleted := p.text(sentFacts)
			if !strings.HasPrefix(deleted, "Deleted") || strings.Contains(deleted, "State") {
				t.Errorf("after deleting the page says %q", deleted)
			}
			if kept := evaluate[string](p, `JSON.stringify(history.state)`); strings.Contains(kept, key) ||
				!strings.Contains(kept, `"deleteSecret":""`) {
				t.Errorf("of what is deleted the history keeps %s", kept)
			}
			p.goAgain()
			p.await(fmt.Sprintf(`document.querySelector(%q)?.innerText === "Deleted"`, sendingDone))
			p.mustBeAt(s, id)
			p.see(sentFacts + ` dd`)
			if said := p.text(sentFacts); said != deleted {
				t.Errorf("loaded anew the page says %q of what was %q", said, deleted)
			}
		})
	}
}

// A private page has the name of what it is of where this browser's list knows that, and needs no secret there; another
// browser says what it lacks.
func TestPrivatePageOfWhatIsOnTheList(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	path, _ := randomFile(t, "on the list.bin", 1000)
	id, _ := partsOf(t, p.sendFile(s, path))
	p.click(`sent-transfer details summary`)
	private := p.value(`sent-transfer details copy-field input`)
	subjectIs := func(p *profile, want string) {
		t.Helper()
		p.see(sentFacts + ` dd`)
		p.mustBeAt(s, id)
		if said := p.text(sentSubject); !strings.HasPrefix(said, want) {
			t.Errorf("the private page is of %q instead of %q", said, want)
		}
	}
	p.goAfresh(private)
	subjectIs(p, "Number "+id)
	p.goAgain() // not kept, and still known to this entry of the history
	subjectIs(p, "Number "+id)
	id, _ = partsOf(t, p.sendFile(s, path))
	p.click(keepIt)
	p.await(keptHere + `.then((n) => n === 1)`)
	p.click(`sent-transfer details summary`)
	private = p.value(`sent-transfer details copy-field input`)
	p.goAfresh(private)
	subjectIs(p, "on the list.bin")
	p.goAfresh(s.URL + "/#manage/" + id)
	subjectIs(p, "on the list.bin")
	p.see(`transfer-status .danger`)

	other := open(t, usual)
	other.goTo(s.URL + "/#manage/" + id)
	other.see(`send-page > error-note b`)
	if said := other.text(`send-page > error-note`); !strings.Contains(said, "needs its private link") {
		t.Errorf("without the secret the page says %q", said)
	}
	other.audit("a private page without its secret")
	other.goTo(private) // in the same document
	subjectIs(other, "Number "+id)
}

// The page of what was sent may have the only copy of its link: to go back from it asks first, and the way to the
// content leads nowhere else.
func TestGoingBackAsksForTheOnlyCopy(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	path, _ := randomFile(t, "only copy.bin", 1000)
	link := p.sendFile(s, path)
	id, _ := partsOf(t, link)
	isThere := func(when string) {
		t.Helper()
		p.await(fmt.Sprintf(`document.querySelector(%q)?.value === %q`, linkInput, link))
		p.see(linkInput)
		if at, want := p.address(), s.URL+"/#manage/"+id; at != want {
			t.Errorf("%s the page is at %s", when, at)
		}
	}
	evaluate[bool](p, `(document.querySelector(".skip").click(), true)`)
	isThere("after skipping to the content")
	evaluate[bool](p, `(history.back(), true)`)
	p.see(`dialog[open] .danger`)
	p.press("\x1b")
	p.await(`!document.querySelector("dialog[open]") && location.hash !== ""`)
	isThere("after staying")
	evaluate[bool](p, `(history.back(), true)`)
	p.click(`dialog[open] .danger`)
	p.see(submit)
	evaluate[bool](p, `(history.forward(), true)`)
	isThere("gone forward to")
}
