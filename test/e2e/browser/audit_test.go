package browser

import (
	"fmt"

	"sgraph.ai/send/test/e2e/axe"
	"sgraph.ai/send/test/e2e/engine"
	"sgraph.ai/send/test/e2e/looks"
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
  if ([...document.querySelectorAll('h1')].filter(visible).length !== 1) failures.push('not one h1');
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

  // Targets: 44 pixels, except links within a line of text, or of a table.
  const targets =
    'button:not(.link, .id), input:not([type="file"]), textarea, summary, nav a, a.button, label.button';
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
  if (wide > innerWidth) {
    const all = [...document.body.querySelectorAll('*')];
    const beyond = all.findLast((e) => e.getBoundingClientRect().right > innerWidth);
    failures.push('scrolls sideways: ' + wide + ' > ' + innerWidth + ': ' + (beyond ? describe(beyond) : ''));
  }

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

// styled is a script that has a page look otherwise, and as it is to look: nothing is on its way to it.
func styled(rules string) string {
	return fmt.Sprintf(`((sheet) => {
		sheet.replaceSync("* { transition: none !important; scroll-behavior: auto !important; }" + %q);
		document.adoptedStyleSheets = [sheet];
		return true;
	})(new CSSStyleSheet())`, rules)
}

const (
	// spaced is how far apart who reads so better may have a text (WCAG 1.4.12).
	spaced = `* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
		p { margin-bottom: 2em !important; }`
	// scrolled has nothing lie over what is yet to be scrolled: that is no smaller for it.
	scrolled = `[type="submit"] { position: static !important; }`
)

// audit says that everybody can read and use what a page shows: on the phones, or on the tablet, the desk and the desk
// at 400 %, of its kind of pointer; in its own colours, light and dark, and in those that a person forces upon it; and
// with its letters far apart. What differs in colours alone is looked at for these. And the Tab key leads everywhere.
func (p *profile) audit(what string) {
	p.t.Helper()
	own := p.on
	sizes := []screen{{width: 768, height: 1024}, {width: 320, height: 256}, {width: 1440, height: 900}}
	if own.phone {
		sizes = []screen{{width: 320, height: 640}, {width: 390, height: 844}}
	}
	see := func(way string, on screen, rules string, scripts ...string) {
		p.must(p.Look(on.seen()))
		evaluate[bool](p, styled(rules))
		for _, script := range scripts {
			for _, failure := range evaluate[[]string](p, script) {
				p.t.Errorf("%s, %s: %s", what, way, failure)
			}
		}
	}
	on := own
	for _, size := range sizes {
		on.width, on.height = size.width, size.height
		way := fmt.Sprintf("%d wide", on.width)
		see(way, on, scrolled, auditScript, axe.Everything(p.t))
		see(way+", spaced", on, spaced, auditScript)
		if !own.phone && size.width != 768 {
			p.mustLead(what + ", " + way)
		}
	}
	on.dark = !own.dark
	see("in the other colours", on, "", axe.Colours(p.t))
	on.dark, on.forced = own.dark, true
	see("in forced colours", on, "", auditScript) // of these axe takes others for what is seen
	p.keep(what)
	evaluate[bool](p, `(document.adoptedStyleSheets = [], true)`)
	p.must(p.Look(own.seen()))
}

// keep keeps what a state looks like, where somebody wants to look at it: all of the page, on each screen, light and
// dark as far as the browser has both.
func (p *profile) keep(what string) {
	p.t.Helper()
	if looks.Dir() == "" {
		return
	}
	colours := []bool{p.on.dark}
	if engine.Kind() == "chromium" {
		colours = []bool{false, true}
	}
	evaluate[bool](p, styled(""))
	for _, at := range looks.Screens {
		for _, dark := range colours {
			on := screen{width: at.Width, height: at.Height, phone: p.on.phone, dark: dark}
			p.must(p.Look(on.seen()))
			on.height = min(4000, max(on.height, evaluate[int64](p, `document.documentElement.scrollHeight`)))
			p.must(p.Look(on.seen()))
			p.await(`new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))`)
			picture, err := p.Picture()
			p.must(err)
			looks.Keep(p.t, what, picture, at.Name, looks.Colours(dark), engine.Kind())
		}
	}
}
