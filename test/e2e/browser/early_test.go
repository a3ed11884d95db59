package browser

import (
	"bytes"
	"strings"
	"testing"
)

const (
	earlyLink = `[data-early] copy-field input`
	coming    = `[data-view="coming"]`
)

// whenThere is the link that the page shows of what it still sends.
func (p *profile) whenThere() (link string) {
	p.t.Helper()
	p.await(`document.querySelector('` + earlyLink + `')?.value.includes("/d/#")`)
	return p.value(earlyLink)
}

// The link is there before the file is. Who opens it sees how far it is, and has the file once it is there; after a
// reload of the sender's page it is still the same.
func TestLinkOfWhatIsStillSent(t *testing.T) {
	inBrowser(t)
	for name, on := range map[string]screen{"desktop": desktop, "phone": {width: 390, height: 844, phone: true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			direct := s.URL
			l := s.cut(t, 2)
			path, content := randomFile(t, "long.bin", 45<<20)
			sender := open(t, on)
			sender.goSend(s)
			sender.choose(fileInput, path)
			sender.click(submit)
			link := sender.whenThere()
			sender.awaitSent(2)
			sender.audit("sending, with its link")
			sender.photograph()

			recipient := open(t, on)
			recipient.goTo(direct + strings.TrimPrefix(link, s.URL))
			recipient.see(coming)
			recipient.await(`document.querySelector('` + coming + ` .meter-percent').innerText === "44%"`)
			if title := evaluate[string](recipient, `document.title`); title != "44% sent" {
				t.Errorf("the title is %q", title)
			}
			if strings.Contains(recipient.text(`main`), "long.bin") {
				t.Error("what is not all there has its name told")
			}
			recipient.audit("still being sent")

			sender.reload(s)
			l.mend()
			sender.choose(again, path)
			if now := sender.value(linkInput); now != link {
				t.Errorf("gone on with, the link is %s and not %s", now, link)
			}
			recipient.click(receiveIt) // as soon as it is there
			recipient.see(received)
			if !bytes.Equal(recipient.downloaded("long.bin"), content) {
				t.Error("other bytes arrived")
			}
		})
	}
}

// Of what is cancelled its sender is told that the link opens nothing, and so is who waits for it.
func TestLinkOfWhatIsCancelled(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	direct := s.URL
	s.cut(t, 1)
	path, _ := randomFile(t, "long.bin", 45<<20)
	sender := open(t, usual)
	sender.goSend(s)
	sender.choose(fileInput, path)
	sender.click(submit)
	link := sender.whenThere()
	recipient := open(t, usual)
	recipient.goTo(direct + strings.TrimPrefix(link, s.URL))
	recipient.see(coming)
	sender.click(`[data-view="working"] [data-cancel]`)
	sender.see(`form[data-view="compose"] error-note > div`)
	if said := sender.text(`form[data-view="compose"] error-note`); !strings.Contains(said, "opens nothing") {
		t.Errorf("the page says %q", said)
	}
	sender.audit("cancelled, with a link")
	recipient.see(`#gone-title`)
	if said := recipient.text(`#gone-title`); said != "The sender gave up" {
		t.Errorf("who waits is told %q", said)
	}
	recipient.audit("given up")
}
