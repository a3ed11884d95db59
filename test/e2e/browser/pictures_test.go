package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// pictures is where the pictures are that the README and the documentation show.
var pictures = filepath.Join("..", "..", "..", "docs", "pictures")

// faces are pictures, by their names, and the words that are on each.
type faces map[string][]string

// TestPictures takes the pictures anew where SEND_PICTURES=1 asks for it (make pictures), and else holds what stands
// on those that are kept to what the pages say today.
func TestPictures(t *testing.T) {
	inBrowser(t)
	if kind() != "chromium" {
		t.Skip("they are taken in Chromium")
	}
	taken, list := faces{}, filepath.Join(pictures, "words.json")
	for name, on := range map[string]screen{
		"desktop": {width: 1100, height: 860}, "phone": {width: 390, height: 844, phone: true},
	} {
		t.Run(name, func(t *testing.T) { taken.take(t, name, on) })
	}
	words, err := json.MarshalIndent(taken, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	words = append(words, '\n')
	if os.Getenv("SEND_PICTURES") == "1" {
		if err := os.WriteFile(list, words, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if was, err := os.ReadFile(list); err != nil || !bytes.Equal(was, words) {
		t.Errorf("the pages say by now\n%s\nwhich is not what the pictures show (%v): make pictures", words, err)
	}
}

// take goes through the pages as those do whom the pictures are for.
func (f faces) take(t *testing.T, name string, on screen) {
	s := serve(t)
	dir := t.TempDir()
	survey, view := filepath.Join(dir, "Site survey.pdf"), filepath.Join(dir, "View from the north.png")
	if err := errors.Join(
		os.WriteFile(survey, make([]byte, 18_400_000), 0o600), os.WriteFile(view, make([]byte, 2_150_000), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	p := open(t, on)
	p.goSend(s)
	p.choose(fileInput, survey)
	p.choose(`#more`, view)
	p.await(`document.querySelectorAll(".files .name").length === 2`)
	f.picture(p, "send-"+name)
	p.click(submit)
	link := p.value(linkInput)
	p.see(`transfer-status .facts dd`)
	f.picture(p, "sent-"+name)

	recipient := open(t, on)
	recipient.goTo(link)
	recipient.see(receiveIt)
	f.picture(recipient, "receive-"+name)
	recipient.click(receiveIt)
	recipient.see(`#files-title`)

	operator := open(t, on)
	operator.tolerate("Failed to load resource") // who is not logged in
	key, err := os.ReadFile(filepath.Join(s.data, "api-key"))
	if err != nil {
		t.Fatal(err)
	}
	operator.goTo(s.Admin)
	operator.enter(`#login-key`, strings.TrimSpace(string(key))+kb.Enter)
	operator.says("Log out")
	operator.choosing("Pulse")
	operator.says("The last hour")
	f.picture(operator, "console-"+name)
}

// measured is what is another on each picture: numbers, their units, and days.
var measured = regexp.MustCompile(`\d[\d.,:]*( (AM|PM|[KMGTP]?B))?|(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \d+ [A-Z][a-z]+`)

// picture takes one from the top of a page, without what only who sits there sees.
func (f faces) picture(p *profile, name string) {
	p.t.Helper()
	evaluate[bool](p, `(document.activeElement.blur(), scrollTo(0, 0), true)`)
	f[name] = strings.Split(measured.ReplaceAllString(p.text(`body`), "…"), "\n")
	if os.Getenv("SEND_PICTURES") != "1" {
		return
	}
	shot, err := p.engine.picture()
	p.must(err)
	picture, _, err := image.Decode(bytes.NewReader(shot))
	p.must(err)
	var out bytes.Buffer
	p.must((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, plainer(picture)))
	p.must(os.WriteFile(filepath.Join(pictures, name+".png"), out.Bytes(), 0o644))
}

// plainer has fewer shades, which nobody sees, and far fewer bytes.
func plainer(picture image.Image) image.Image {
	out := image.NewRGBA(picture.Bounds())
	draw.Draw(out, out.Bounds(), picture, out.Bounds().Min, draw.Src)
	for i, v := range out.Pix {
		out.Pix[i] = uint8(min(255, (int(v)+2)/4*4))
	}
	return out
}
