package browser

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"
)

// Six words are made for a passphrase when that is wanted, are there to be copied when it is sent, and open it.
func TestSpokenPassphrase(t *testing.T) {
	inBrowser(t)
	for name, on := range map[string]screen{"desktop": desktop, "phone": {width: 390, height: 844, phone: true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			path, content := randomFile(t, "said.bin", 1000)
			p := open(t, on)
			p.goSend(s)
			p.choose(fileInput, path)
			p.click(`passphrase-field summary`)
			p.click(`[data-words]`)
			p.await(fmt.Sprintf(`document.querySelector(%q).value.includes(" ")`, passphraseInput))
			words := p.value(passphraseInput)
			if !regexp.MustCompile(`^[a-z-]+( [a-z-]+){5}$`).MatchString(words) {
				t.Errorf("the page makes %q", words)
			}
			if kind := evaluate[string](p, fmt.Sprintf(`document.querySelector(%q).type`, passphraseInput)); kind != "text" {
				t.Error("nobody sees the words")
			}
			p.audit("six words")
			p.photograph()
			p.click(submit)
			link := p.value(linkInput)
			if told := p.value(`sent-transfer > copy-field ~ copy-field input`); told != words {
				t.Errorf("when it is sent the words are %q", told)
			}
			p.audit("sent, with six words")

			recipient := open(t, on)
			recipient.goTo(link)
			recipient.enter(`form[data-view="ready"] `+passphraseInput, words)
			recipient.click(receiveIt)
			recipient.await(`document.querySelector('[data-action]').innerText.includes("save")`)
			recipient.click(receiveIt)
			recipient.see(received)
			if !bytes.Equal(recipient.downloaded("said.bin"), content) {
				t.Error("other bytes arrived")
			}
		})
	}
}
