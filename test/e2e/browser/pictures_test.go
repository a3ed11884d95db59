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
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/test/e2e/engine"
)

// pictures is where the pictures are that the README and the documentation show.
var pictures = filepath.Join("..", "..", "..", "docs", "pictures")

// faces are pictures, by their names: the words that are on each, and how what is there looks.
type faces struct {
	words map[string][]string
	looks map[string]styles
}

// TestPictures takes the pictures anew where SEND_PICTURES=1 asks for it (make pictures), and else holds what stands
// on those that are kept to what the pages say today, and how it looks there to how it looks today.
func TestPictures(t *testing.T) {
	inBrowser(t)
	if engine.Kind() != "chromium" {
		t.Skip("they are taken in Chromium")
	}
	taken := faces{map[string][]string{}, map[string]styles{}}
	for name, on := range map[string]screen{
		"desktop": {width: 1100, height: 860}, "phone": {width: 390, height: 844, phone: true},
	} {
		t.Run(name, func(t *testing.T) { taken.take(t, name, on) })
	}
	if os.Getenv("SEND_PICTURES") == "1" {
		keepBeside(t, "words.json", taken.words)
		keepBeside(t, "looks.json", taken.looks)
		return
	}
	words := map[string][]string{}
	keptBeside(t, "words.json", &words)
	for name, now := range taken.words {
		if !slices.Equal(words[name], now) {
			t.Errorf("%s says by now\n%s\nand not\n%s\nas its picture does: make pictures", name,
				strings.Join(now, "\n"), strings.Join(words[name], "\n"))
		}
	}
	looks := map[string]styles{}
	keptBeside(t, "looks.json", &looks)
	for name, now := range taken.looks {
		if all := looks[name].differs(now); len(all) > 0 {
			t.Errorf("%s does not look as its picture does: make pictures\n%s", name, lines(all))
		}
	}
	if len(words) != len(taken.words) || len(looks) != len(taken.looks) {
		t.Errorf("%d pictures are kept with %d looks, of %d: make pictures", len(words), len(looks), len(taken.words))
	}
}

// keepBeside keeps what is known of the pictures beside them.
func keepBeside(t *testing.T, file string, known any) {
	t.Helper()
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	err := out.Encode(known)
	if err == nil {
		err = os.WriteFile(filepath.Join(pictures, file), text.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func keptBeside(t *testing.T, file string, known any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(pictures, file))
	if err == nil {
		err = json.Unmarshal(text, known)
	}
	if err != nil {
		t.Error(err)
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
	f.words[name] = strings.Split(measured.ReplaceAllString(p.text(`body`), "…"), "\n")
	f.looks[name] = evaluate[styles](p, stylesScript)
	if os.Getenv("SEND_PICTURES") != "1" {
		return
	}
	shot, err := p.Picture()
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
