package browser

import (
	"fmt"
	"slices"
	"strings"
)

// styles is how what is visible of a page looks, by what it is: of each such element, and of what is drawn before and
// after it, the properties that are not as its parent has them, or as everything has them. None depends on a font or on
// what is said. Elements that are the same thing can look in several ways, as those that are chosen do.
type styles map[string][]style

// style is "property: value; property: value".
type style string

func (s style) properties() map[string]string {
	all := map[string]string{}
	for one := range strings.SplitSeq(string(s), "; ") {
		name, value, _ := strings.Cut(one, ": ")
		all[name] = value
	}
	return all
}

// stylesScript returns styles. Colours are what they are on a screen, however they are written; drawings are known by
// a digest of what is drawn.
const stylesScript = `(async () => {
	for (const animation of document.getAnimations()) {
		try { animation.finish(); } catch { animation.cancel(); }
	}
	const inherited = ["color", "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "line-height",
		"text-align", "text-transform", "fill", "stroke", "stroke-width"];
	const own = ["display", "position", "flex-direction", "flex-wrap", "align-items", "justify-content", "gap",
		"background-color", "background-image", "opacity", "box-shadow", "filter", "text-decoration-line", "outline-style",
		"padding", "margin-top", "margin-bottom", "border-width", "border-style", "border-color", "border-radius"];
	const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const shades = new Map();
	const shade = (colour) => {
		if (!shades.has(colour)) {
			pixel.clearRect(0, 0, 1, 1);
			pixel.fillStyle = colour;
			pixel.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
			shades.set(colour, "#" + [r, g, b, a].map((n) => n.toString(16).padStart(2, "0")).join(""));
		}
		return shades.get(colour);
	};
	const said = (value) => value.replace(/url\([^)]*\)/g, "url")
		.replace(/\b(?:rgba?|hsla?|oklch|oklab|lch|lab|color)\([^()]*\)/g, shade)
		.replace(/-?\d+\.\d+/g, (n) => String(Math.round(n * 100) / 100));
	const sheets = new Map();
	const drawing = async (href) => {
		const { origin, pathname, hash } = new URL(href, location.href);
		const url = origin + pathname;
		if (!sheets.has(url)) sheets.set(url, await (await fetch(url)).text());
		const [, symbol = "nothing"] = sheets.get(url).split('id="' + hash.slice(1) + '"');
		const drawn = new TextEncoder().encode(symbol.split("</symbol>")[0]);
		const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", drawn));
		return hash + " " + [...digest.subarray(0, 4)].map((n) => n.toString(16).padStart(2, "0")).join("");
	};
	const plain = document.createElement("iframe"); // a page that nobody styled
	plain.hidden = true;
	document.body.append(plain);
	const { contentDocument: unstyled } = plain;
	const everything = getComputedStyle(unstyled.body.appendChild(unstyled.createElement("div")));
	const styleOf = (of, parent) => {
		const style = {};
		for (const name of inherited) if (!parent || of[name] !== parent[name]) style[name] = said(of[name]);
		for (const name of own) {
			if (name === "border-color" && of.borderStyle === "none") continue;
			if (of[name] !== everything[name]) style[name] = said(of[name]);
		}
		return style;
	};
	const one = (e) => e.localName + (e.id ? "#" + e.id : "") + [...e.classList].sort().map((c) => "." + c).join("") +
		Object.keys(e.dataset).sort().map((name) => "[" + name + "]").join("");
	const label = (e) => (e === document.body ? "" : one(e.parentElement) + " > ") + one(e);
	const all = {};
	const add = (what, style) => {
		all[what] ??= [];
		const said = Object.entries(style).map((entry) => entry.join(": ")).join("; ");
		if (!all[what].includes(said)) all[what].push(said);
	};
	for (const e of document.body.querySelectorAll("*")) {
		if (e === plain || !e.checkVisibility({ visibilityProperty: true })) continue;
		const style = styleOf(getComputedStyle(e), getComputedStyle(e.parentElement));
		if (e.localName === "use") style.draws = await drawing(e.getAttribute("href"));
		if (Object.keys(style).length) add(label(e), style);
		for (const part of ["::before", "::after"]) {
			const of = getComputedStyle(e, part);
			if (of.content !== "none" && of.content !== "normal") add(label(e) + part, styleOf(of, getComputedStyle(e)));
		}
	}
	add("body", styleOf(getComputedStyle(document.body)));
	add("html", styleOf(getComputedStyle(document.documentElement)));
	plain.remove();
	return all;
})()`

// differs says what looks otherwise than it did, of which element and in which property.
func (was styles) differs(is styles) (all []string) {
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	for name := range names {
		switch before, now := was[name], is[name]; {
		case len(before) == 0:
			all = append(all, name+" is new")
		case len(now) == 0:
			all = append(all, name+" is there no more, or looks as what it is in")
		case len(before) != len(now):
			all = append(all, fmt.Sprintf("%s looks in %d ways, not in %d", name, len(now), len(before)))
		default:
			for i := range now {
				for _, d := range before[i].differs(now[i]) {
					all = append(all, name+": "+d)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s style) differs(is style) (all []string) {
	was, now := s.properties(), is.properties()
	for name, value := range was {
		switch other, is := now[name]; {
		case !is:
			all = append(all, fmt.Sprintf("%s was %s, and is nothing of its own", name, value))
		case other != value:
			all = append(all, fmt.Sprintf("%s was %s, and is %s", name, value, other))
		}
	}
	for name, value := range now {
		if _, had := was[name]; !had {
			all = append(all, fmt.Sprintf("%s was nothing of its own, and is %s", name, value))
		}
	}
	return all
}

// lines are some of the differences, as the rest is like them.
func lines(all []string) string {
	const most = 30
	if more := len(all) - most; more > 0 {
		all = append(slices.Clone(all[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, "\n")
}
