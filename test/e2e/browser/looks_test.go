package browser

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryPageOnEveryScreen(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for name, on := range screens {
		t.Run(name, func(t *testing.T) {
			p := open(t, on)
			p.goTo(s.URL + "/how")
			p.see(`article`)
			p.audit("how")
			p.goTo(s.URL + "/api/docs")
			p.see(`#createTransfer`)
			p.click(`article summary`)
			p.audit("the API")
			p.goTo(s.URL + "/d/")
			p.see(`#link`)
			p.audit("receive, no link")
			p.enter(`#link`, "nonsense")
			p.click(`form[data-view="ask"] [type="submit"]`)
			p.see(`form[data-view="ask"] error-note > div`)
			p.audit("receive, no proper link")

			p.goSend(s)
			p.audit("send")
			path, _ := randomFile(t, "A rather long name of a file, final version (2), really.bin", 3000)
			hidden, _ := randomFile(t, ".hidden", 3000)
			p.choose(fileInput, path, hidden)
			p.see(`[data-hidden-files]`)
			p.audit("send, files chosen")
			p.click(textTab)
			p.enter(textBox, "a text")
			p.click(optionsLine)
			p.click(otherLife)
			p.click(otherCount)
			p.click(noteLine)
			p.enter(noteInput, strings.Repeat("a note ", 140))
			p.audit("send, text")
			p.click(submit)
			link := p.value(linkInput)
			p.see(`transfer-status .facts dd`)
			p.click(`[role="switch"]`)
			p.click(`[aria-controls="qr-panel"]`)
			p.click(`sent-transfer details summary`)
			p.audit("sent")
			p.click(`transfer-status .danger`)
			p.audit("about to delete")

			recipient := open(t, on)
			id, key := partsOf(t, link)
			recipient.goTo(s.URL + "/d/#" + id)
			recipient.see(keyInput)
			recipient.audit("receive")
			recipient.enter(keyInput, mistyped(key))
			recipient.see(readyError)
			recipient.audit("receive, wrong key")
			evaluate[bool](recipient, `document.querySelector("#key").value = "", true`)
			recipient.enter(keyInput, key)
			recipient.see(shownNote)
			recipient.audit("receive, what is waiting")
			recipient.click(receiveIt)
			recipient.see(shownText)
			recipient.audit("received")
			recipient.tolerate("404")
			recipient.goAfresh(s.URL + "/d/#0123456789ab/" + key)
			recipient.see(goneTitle)
			recipient.audit("nothing there")
			recipient.goTo(s.URL + "/no/such/page")
			recipient.see(`lost-page .button`)
			recipient.audit("no such page")
			recipient.goTo(s.URL + "/d/%23" + id + "/" + key)
			recipient.see(`[data-open]`)
			recipient.audit("no such page, but a link")
		})
	}
}

// TestPicture takes the picture of the send page in the README:
// SEND_PICTURE=../../../docs/send.png go test -run Picture
func TestPicture(t *testing.T) {
	path := os.Getenv("SEND_PICTURE")
	if path == "" {
		t.Skip("SEND_PICTURE does not say where the picture goes")
	}
	s := serve(t)
	p := open(t, screen{width: 1200, height: 1080})
	p.goSend(s)
	file := filepath.Join(t.TempDir(), "Site survey.pdf")
	if err := os.WriteFile(file, make([]byte, 18_400_000), 0o600); err != nil {
		t.Fatal(err)
	}
	p.choose(fileInput, file)
	evaluate[bool](p, `(document.activeElement.blur(), scrollTo(0, 0), true)`)
	shot, err := p.picture()
	if err != nil {
		t.Fatal(err)
	}
	picture, _, err := image.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
