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

// auditScript checks what can be checked of a page's accessibility by looking at it: names, labels, headings,
// language, contrast, sizes of targets, that texts stay in their cards and nothing has to be scrolled sideways.
const auditScript = `(() => {
  const failures = [];
  const visible = (e) => e.checkVisibility({ opacityProperty: false, visibilityProperty: true });
  const describe = (e) => e.outerHTML.slice(0, 120);
  const nameOf = (e) => {
    const by = (e.getAttribute('aria-labelledby') ?? '')
      .split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    const labels = Array.from(e.labels ?? [], (label) => label.textContent.trim()).join(' ');
    return by || e.getAttribute('aria-label') || labels || e.textContent.trim() || e.getAttribute('alt') || '';
  };

  if (!document.documentElement.lang) failures.push('no language');
  if (!document.title) failures.push('no title');
  if (document.querySelectorAll('main').length !== 1) failures.push('not one main');
  if (document.querySelectorAll('h1').length !== 1) failures.push('not one h1');
  const named = 'a[href], button, input, textarea, select, summary, [role="tab"], [role="progressbar"], fieldset';
  for (const e of document.querySelectorAll(named)) {
    if (visible(e) && !nameOf(e)) failures.push('no name: ' + describe(e));
  }
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) failures.push('no alt: ' + describe(e));
  for (const e of document.querySelectorAll('svg')) {
    const named = e.closest('[aria-hidden="true"]') || e.getAttribute('aria-label');
    if (!named) failures.push('svg without a name: ' + describe(e));
  }
  for (const e of document.querySelectorAll('[aria-controls], [aria-labelledby], [aria-describedby], label[for]')) {
    for (const attribute of ['aria-controls', 'aria-labelledby', 'aria-describedby', 'for']) {
      for (const id of (e.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) failures.push(attribute + ' leads nowhere: ' + describe(e));
      }
    }
  }
  const ids = Array.from(document.querySelectorAll('[id]'), (e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) failures.push('id twice: ' + id);

  for (const e of document.querySelectorAll('.card :is(h2, p:not(.visually-hidden), dt, dd)')) {
    const text = document.createRange();
    text.selectNodeContents(e);
    const card = e.closest('.card').getBoundingClientRect();
    const { left, right } = text.getBoundingClientRect();
    const isBeyond = right > card.right + .5 || left < card.left - .5;
    const isEmpty = text.toString().trim() === ''; // and nowhere
    if (visible(e) && !isEmpty && isBeyond) failures.push('beyond its card: ' + describe(e));
  }

  // What can be pressed stays where it belongs, and so do the words in it.
  for (const e of document.querySelectorAll('.card :is(button, .button, summary, .segments span)')) {
    const card = e.closest('.card').getBoundingClientRect();
    const { left, right } = e.getBoundingClientRect();
    const isBeyond = right > card.right + .5 || left < card.left - .5 || e.scrollWidth > e.clientWidth + 1;
    if (visible(e) && isBeyond && !e.closest('.visually-hidden')) failures.push('no room: ' + describe(e));
  }

  // Targets: 44 pixels, except links within a line of text.
  const targets =
    'button:not(.link), input:not([type="file"]), textarea, summary, nav a, a.button, label.button';
  for (const e of document.querySelectorAll(targets)) {
    if (!visible(e)) continue;
    const target = e.closest('label:not(.label)') ?? e;
    const { width, height } = target.getBoundingClientRect();
    const least = matchMedia('(pointer: coarse)').matches ? 44 : 40;
    if (height < least - .5 || width < least - .5) {
      failures.push('small target ' + Math.round(width) + 'x' + Math.round(height) + ': ' + describe(e));
    }
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) failures.push('scrolls sideways: ' + wide + ' > ' + innerWidth);

  // Contrast of text against the nearest opaque background.
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const backgroundOf = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgba(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) return color;
    }
    return rgba('Canvas');
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !visible(e) || e.closest('script, noscript, .visually-hidden, .skip')) continue;
    const style = getComputedStyle(e);
    const [a, b] = [luminance(rgba(style.color)), luminance(backgroundOf(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) failures.push('contrast ' + ratio.toFixed(2) + ': ' + node.data.trim().slice(0, 60));
  }
  return failures;
})()`

func (p *profile) audit(what string) {
	p.t.Helper()
	for _, failure := range evaluate[[]string](p, auditScript) {
		p.t.Errorf("%s: %s", what, failure)
	}
}

func TestEveryPageOnEveryScreen(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for name, on := range map[string]screen{
		"desktop":      desktop,
		"desktop dark": {width: 1280, height: 900, dark: true},
		"phone":        {width: 390, height: 844, phone: true},
		"small dark":   {width: 320, height: 640, phone: true, dark: true},
	} {
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
